// Why: half of a call's time in the database went into plans made again, and a third into words about budgets that nobody had asked for.
import { Migration } from '@mikro-orm/migrations';
import { COUNT_CHARGES_SQL } from './sql/count-charges.sql.js';
import { PRICE_USAGE } from './sql/price-usage.sql.js';
import { RAISE_ALERTS_SQL } from './sql/raise-alerts.sql.js';
import { RECORD_USAGE, RECORD_USAGE_BEFORE_WITH_PERIODS } from './sql/record-usage.sql.js';

export class Recording20261126 extends Migration {
  override name = '20261126-1-recording';

  override up(): void {
    this.addSql(`DROP FUNCTION IF EXISTS count_charges(
      uuid, uuid, timestamptz, boolean, uuid[], uuid[], text[], text[], numeric[], timestamptz[])`);
    const functions = [...RAISE_ALERTS_SQL, ...COUNT_CHARGES_SQL, RECORD_USAGE, PRICE_USAGE];
    for (const statement of [...functions, RECORD_USAGE_BEFORE_WITH_PERIODS]) this.addSql(statement);
  }
}
