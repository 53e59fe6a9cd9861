// Why: a month is closed by what had happened before its end, so what is given up has its instant, and months are found.
import { Migration } from '@mikro-orm/migrations';

export class FinancialReport20261127 extends Migration {
  override name = '20261127-4-financial-report';

  override up(): void {
    this.addSql('ALTER TABLE invoice ADD COLUMN uncollectible_at timestamptz');
    // When that was is not known: from the beginning.
    this.addSql(`UPDATE invoice SET uncollectible_at = finalized_at WHERE status = 'UNCOLLECTIBLE'`);
    this.addSql('CREATE INDEX invoice_finalized_idx ON invoice (organization_id, finalized_at)');
    this.addSql('CREATE INDEX invoice_voided_idx ON invoice (organization_id, voided_at) WHERE voided_at IS NOT NULL');
    this.addSql(
      `CREATE INDEX invoice_settled_idx ON invoice (organization_id, (coalesce(voided_at, paid_at, 'infinity')))`,
    );
    this.addSql('CREATE INDEX payment_created_idx ON payment (organization_id, created_at)');
  }
}
