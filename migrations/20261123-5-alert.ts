// Why: alerts are rows written with the spend that caused them, in the order of their commits.
import { Migration } from '@mikro-orm/migrations';

export class Alert20261123 extends Migration {
  override name = '20261123-5-alert';

  override up(): void {
    this.addSql(`CREATE TABLE alert_feed (
      organization_id uuid PRIMARY KEY,
      last_cursor bigint NOT NULL)`);
    this.addSql(`CREATE TABLE alert (
      organization_id uuid NOT NULL,
      cursor bigint NOT NULL,
      kind text NOT NULL,
      alert_key text NOT NULL,
      account_id uuid,
      budget_id uuid,
      period_starts_at timestamptz,
      period_ends_at timestamptz,
      threshold int,
      limit_pico_usd numeric(38,0),
      spent_pico_usd numeric(38,0),
      provider text,
      model text,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, cursor),
      CONSTRAINT alert_key_key UNIQUE (organization_id, alert_key))`);
    this.addSql(`CREATE INDEX alert_account_idx ON alert (organization_id, account_id, cursor)`);
    this.addSql(`ALTER TABLE alert_feed ADD CONSTRAINT alert_feed_organization_fk
      FOREIGN KEY (organization_id) REFERENCES organization (organization_id)`);
  }
}
