// Why: a reservation that waited while a budget was deleted was still refused by it.
import { Migration } from '@mikro-orm/migrations';
import { RESERVE_BUDGET } from './sql/reserve-budget.sql.js';

export class EndedBudget20261126 extends Migration {
  override name = '20261126-5-ended-budget';

  override up(): void {
    this.addSql(RESERVE_BUDGET);
  }
}
