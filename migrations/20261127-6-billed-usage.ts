// Why: an invoice read all that its payer had ever used, for the few calls that came after the invoice of their period.
import { Migration } from '@mikro-orm/migrations';

export class BilledUsage20261127 extends Migration {
  override name = '20261127-6-billed-usage';

  override up(): void {
    // Few rows are in it: what is recorded as it happens is not.
    this.addSql(`CREATE INDEX usage_record_late_idx ON usage_record (organization_id, account_id, billable_at)
      WHERE billable_at - occurred_at > interval '1 hour'`);
    this.addSql('CREATE INDEX invoice_subscription_idx ON invoice (organization_id, subscription_id, created_at)');
  }
}
