// Why: what an account owes for a period is written down once, by a cut of its usage, and its lines add up.
import { Migration } from '@mikro-orm/migrations';

export class Invoice20261127 extends Migration {
  override name = '20261127-2-invoice';

  override up(): void {
    this.addSql(`CREATE TABLE invoice (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      subscription_id uuid NOT NULL,
      account_id uuid NOT NULL,
      sequence int NOT NULL,
      status text NOT NULL,
      number bigint,
      currency text NOT NULL,
      usd_rate_pico numeric(38,0),
      usd_rate_day date,
      from_day date,
      to_day date,
      from_at timestamptz,
      to_at timestamptz,
      cut_at timestamptz NOT NULL,
      total_pico numeric(38,0) NOT NULL,
      carried_pico numeric(38,0) NOT NULL,
      remainder_pico numeric(38,0) NOT NULL,
      payment_term_days int NOT NULL,
      created_at timestamptz NOT NULL,
      finalized_at timestamptz,
      due_day date,
      paid_at timestamptz,
      voided_at timestamptz,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT invoice_number_key UNIQUE (organization_id, number),
      CONSTRAINT invoice_number_check CHECK (status IN ('DRAFT', 'VOID') OR number IS NOT NULL))`);
    this.addSql(
      `CREATE UNIQUE INDEX invoice_sequence_idx ON invoice (organization_id, subscription_id, sequence) WHERE status <> 'VOID'`,
    );
    this.addSql('CREATE INDEX invoice_account_idx ON invoice (organization_id, account_id, id)');
    this.addSql(`CREATE TABLE invoice_line (
      organization_id uuid NOT NULL,
      invoice_id uuid NOT NULL,
      line int NOT NULL,
      kind text NOT NULL,
      provider text,
      model text,
      unit text,
      row_key text,
      from_day date NOT NULL,
      to_day date NOT NULL,
      record_count bigint,
      quantity numeric(38,0),
      usd_pico numeric(50,12),
      exact_pico numeric(38,0) NOT NULL,
      amount_pico numeric(38,0) NOT NULL,
      detail jsonb NOT NULL,
      PRIMARY KEY (organization_id, invoice_id, line))`);
    this.addSql(`CREATE TABLE invoice_counter (
      organization_id uuid NOT NULL,
      last_number bigint NOT NULL,
      PRIMARY KEY (organization_id))`);
    this.addSql(`CREATE TABLE payment (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      invoice_id uuid NOT NULL,
      processor text NOT NULL,
      amount_pico numeric(38,0) NOT NULL,
      reference text,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, id))`);
    this.addSql('CREATE INDEX payment_invoice_idx ON payment (organization_id, invoice_id)');
    this.addSql('ALTER TABLE subscription ADD COLUMN next_invoice_day date');
    this.addSql('UPDATE subscription SET next_invoice_day = start_day');
    this.addSql(
      'CREATE INDEX subscription_due_idx ON subscription (organization_id, next_invoice_day) WHERE next_invoice_day IS NOT NULL',
    );
    this.addSql(`ALTER TABLE invoice ADD CONSTRAINT invoice_subscription_fk
      FOREIGN KEY (organization_id, subscription_id) REFERENCES subscription (organization_id, id)`);
    this.addSql(`ALTER TABLE invoice_line ADD CONSTRAINT invoice_line_invoice_fk
      FOREIGN KEY (organization_id, invoice_id) REFERENCES invoice (organization_id, id)`);
    this.addSql(`ALTER TABLE payment ADD CONSTRAINT payment_invoice_fk
      FOREIGN KEY (organization_id, invoice_id) REFERENCES invoice (organization_id, id)`);
  }
}
