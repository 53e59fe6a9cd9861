// Why: an agent run has a budget of its own, and a new budget starts with what is held below it.
import { Migration } from '@mikro-orm/migrations';
import { ENSURE_ACCOUNTS, ENSURE_ACCOUNTS_BEFORE_RUNS } from './sql/ensure-accounts.sql.js';
import { SET_BUDGET_SQL } from './sql/set-budget.sql.js';

export class Run20261126 extends Migration {
  override name = '20261126-3-run';

  override up(): void {
    for (const statement of [ENSURE_ACCOUNTS, ENSURE_ACCOUNTS_BEFORE_RUNS, ...SET_BUDGET_SQL]) this.addSql(statement);
  }
}
