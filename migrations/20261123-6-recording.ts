// Why: one round trip writes a call, counts it on its budgets and totals, and raises its alerts.
import { Migration } from '@mikro-orm/migrations';
import { COUNT_CHARGES_SQL } from './sql/count-charges.sql.js';
import { PRICE_USAGE } from './sql/price-usage.sql.js';
import { RAISE_ALERTS_SQL } from './sql/raise-alerts.sql.js';
import { RECORD_USAGE } from './sql/record-usage.sql.js';

export class Recording20261123 extends Migration {
  override name = '20261123-6-recording';

  override up(): void {
    for (const statement of [...RAISE_ALERTS_SQL, ...COUNT_CHARGES_SQL, RECORD_USAGE, PRICE_USAGE])
      this.addSql(statement);
  }
}
