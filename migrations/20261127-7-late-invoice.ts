// Why: what came late for a subscription that is over waited for a person. All that are over are looked at from now on.
import { Migration } from '@mikro-orm/migrations';

export class LateInvoice20261127 extends Migration {
  override name = '20261127-7-late-invoice';

  override up(): void {
    this.addSql(`UPDATE subscription SET next_invoice_day = end_day
      WHERE next_invoice_day IS NULL AND end_day > start_day`);
  }
}
