// Why: a hold, and what ends it, decides and moves every budget row of its path in one round trip.
import { Migration } from '@mikro-orm/migrations';
import {
  COUNT_CHARGES_BEFORE_RUNS,
  COUNT_CHARGES_BEFORE_WITH_PERIODS,
  COUNT_CHARGES_SQL,
  PERIODS_BEFORE_GRACE,
} from './sql/count-charges.sql.js';
import { END_RESERVATIONS } from './sql/end-reservations.sql.js';
import { PRICE_USAGE } from './sql/price-usage.sql.js';
import {
  RECORD_USAGE,
  RECORD_USAGE_BEFORE_RESERVATIONS,
  RECORD_USAGE_BEFORE_WITH_PERIODS,
} from './sql/record-usage.sql.js';
import { RESERVE_BUDGET } from './sql/reserve-budget.sql.js';
import { SETTLE_RESERVATIONS_SQL } from './sql/settle-reservations.sql.js';

export class Reserving20261126 extends Migration {
  override name = '20261126-4-reserving';

  override up(): void {
    for (const statement of [...SETTLE_RESERVATIONS_SQL, ...COUNT_CHARGES_SQL, RECORD_USAGE, PRICE_USAGE])
      this.addSql(statement);
    this.addSql(PERIODS_BEFORE_GRACE);
    for (const statement of [COUNT_CHARGES_BEFORE_WITH_PERIODS, COUNT_CHARGES_BEFORE_RUNS]) this.addSql(statement);
    for (const statement of [RECORD_USAGE_BEFORE_WITH_PERIODS, RECORD_USAGE_BEFORE_RESERVATIONS])
      this.addSql(statement);
    for (const statement of [RESERVE_BUDGET, END_RESERVATIONS]) this.addSql(statement);
  }
}
