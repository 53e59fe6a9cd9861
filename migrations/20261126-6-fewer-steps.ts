// Why: the hot functions spent as much on starting statements, and on handing arrays from one to the next, as on rows.
import { Migration } from '@mikro-orm/migrations';
import { COUNT_CHARGES_SQL } from './sql/count-charges.sql.js';
import { RECORD_USAGE } from './sql/record-usage.sql.js';
import { RESERVE_BUDGET } from './sql/reserve-budget.sql.js';

/** `settle_reservations` stays for calls of the function before that are under way; a later migration drops it. */
export class FewerSteps20261126 extends Migration {
  override name = '20261126-6-fewer-steps';

  override up(): void {
    for (const statement of [...COUNT_CHARGES_SQL, RECORD_USAGE, RESERVE_BUDGET]) this.addSql(statement);
  }
}
