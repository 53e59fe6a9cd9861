// Why: people set limits while calls are being recorded, and no record may be counted by a limit that is on its way out.
import { Migration } from '@mikro-orm/migrations';
import { SET_BUDGET_SQL } from './sql/set-budget.sql.js';

export class Budgeting20261123 extends Migration {
  override name = '20261123-7-budgeting';

  override up(): void {
    for (const statement of SET_BUDGET_SQL) this.addSql(statement);
  }
}
