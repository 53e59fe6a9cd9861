// Why: half of a call's time in the database went into plans made again, and a third into words about budgets that nobody had asked for.
import { Migration } from '@mikro-orm/migrations';
import { COUNT_CHARGES_BEFORE_WITH_PERIODS, COUNT_CHARGES_SQL, PERIODS_BEFORE_GRACE } from './sql/count-charges.sql.js';
import { PRICE_USAGE } from './sql/price-usage.sql.js';
import { RAISE_ALERTS_SQL } from './sql/raise-alerts.sql.js';
import { RECORD_USAGE, RECORD_USAGE_BEFORE_WITH_PERIODS } from './sql/record-usage.sql.js';

export class Recording20261126 extends Migration {
  override name = '20261126-1-recording';

  override up(): void {
    for (const statement of [...RAISE_ALERTS_SQL, ...COUNT_CHARGES_SQL, RECORD_USAGE, PRICE_USAGE])
      this.addSql(statement);
    this.addSql(PERIODS_BEFORE_GRACE);
    for (const statement of [COUNT_CHARGES_BEFORE_WITH_PERIODS, RECORD_USAGE_BEFORE_WITH_PERIODS])
      this.addSql(statement);
    // Which thresholds a spend has reached is found by halving, so their order is a rule of the table.
    this.addSql(`CREATE FUNCTION is_ascending(p_numbers int[]) RETURNS boolean
      LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $function$
      SELECT coalesce(bool_and(p_numbers[i] < p_numbers[i + 1]), true)
      FROM generate_series(1, cardinality(p_numbers) - 1) AS s (i)
      $function$`);
    this.addSql(`ALTER TABLE budget ADD CONSTRAINT budget_ascending_check CHECK (is_ascending(thresholds))`);
  }
}
