// Why: what one key, organization and address may ask for in a minute holds for all servers together.
import { Migration } from '@mikro-orm/migrations';

export class RateLimit20261129 extends Migration {
  override name = '20261129-2-rate-limit';

  override up(): void {
    // Its columns and their order are those of rate-limiter-flexible. After a crash a minute begins anew.
    this.addSql(`CREATE UNLOGGED TABLE rate_limit (
      key varchar(255) NOT NULL PRIMARY KEY,
      points integer NOT NULL DEFAULT 0,
      expire bigint)`);
  }
}
