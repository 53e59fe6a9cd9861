// Why: what an account pays is a plan; who is on which one since when is written down, with the terms as they were then.
import { Migration } from '@mikro-orm/migrations';
import { BILLING_PERIODS_SQL } from './sql/billing-periods.sql.js';

export class Plan20261126 extends Migration {
  override name = '20261126-9-plan';

  override up(): void {
    this.addSql(`CREATE TABLE plan (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      code text NOT NULL,
      name text NOT NULL,
      terms jsonb NOT NULL,
      created_at timestamptz NOT NULL,
      changed_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT plan_code_key UNIQUE (organization_id, code))`);
    this.addSql(`CREATE TABLE subscription (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      account_id uuid NOT NULL,
      start_day date NOT NULL,
      end_day date,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT subscription_days_check CHECK (end_day >= start_day))`);
    this.addSql('CREATE INDEX subscription_account_idx ON subscription (organization_id, account_id, start_day)');
    this.addSql(`CREATE TABLE subscription_terms (
      organization_id uuid NOT NULL,
      subscription_id uuid NOT NULL,
      from_day date NOT NULL,
      plan_id uuid NOT NULL,
      anchor_day date NOT NULL,
      terms jsonb NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, subscription_id, from_day))`);
    this.addSql(`ALTER TABLE subscription ADD CONSTRAINT subscription_account_fk
      FOREIGN KEY (organization_id, account_id) REFERENCES account (organization_id, id)`);
    this.addSql(`ALTER TABLE subscription_terms ADD CONSTRAINT subscription_terms_subscription_fk
      FOREIGN KEY (organization_id, subscription_id) REFERENCES subscription (organization_id, id)`);
    this.addSql(`ALTER TABLE subscription_terms ADD CONSTRAINT subscription_terms_plan_fk
      FOREIGN KEY (organization_id, plan_id) REFERENCES plan (organization_id, id)`);
    for (const statement of BILLING_PERIODS_SQL) this.addSql(statement);
  }
}
