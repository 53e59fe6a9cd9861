// Why: whoever finds a reprice that was stopped can send the same call again, which says what difference was expected.
import { Migration } from '@mikro-orm/migrations';

export class RepriceExpected20261128 extends Migration {
  override name = '20261128-1-reprice-expected';

  override up(): void {
    this.addSql('ALTER TABLE reprice ADD COLUMN expected_charge_pico_usd numeric(38,0)');
  }
}
