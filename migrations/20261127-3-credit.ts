// Why: what is due for an invoice is more than its lines: taxes on them, credits that pay them, parts that are paid apart.
import { Migration } from '@mikro-orm/migrations';

export class Credit20261127 extends Migration {
  override name = '20261127-3-credit';

  override up(): void {
    this.addSql(`ALTER TABLE invoice
      ADD COLUMN subtotal_pico numeric(38,0),
      ADD COLUMN tax_pico numeric(38,0) NOT NULL DEFAULT 0,
      ADD COLUMN tax_mode text,
      ADD COLUMN brought_forward_pico numeric(38,0) NOT NULL DEFAULT 0,
      ADD COLUMN credits_pico numeric(38,0) NOT NULL DEFAULT 0,
      ADD COLUMN carried_forward_pico numeric(38,0) NOT NULL DEFAULT 0,
      ADD COLUMN due_pico numeric(38,0) NOT NULL DEFAULT 0,
      ADD COLUMN paid_pico numeric(38,0) NOT NULL DEFAULT 0,
      ADD COLUMN reduced_pico numeric(38,0) NOT NULL DEFAULT 0,
      ADD COLUMN noted_pico numeric(38,0) NOT NULL DEFAULT 0,
      ADD COLUMN refunded_pico numeric(38,0) NOT NULL DEFAULT 0,
      ADD COLUMN parties jsonb,
      ADD COLUMN access_key text`);
    this.addSql('UPDATE invoice SET subtotal_pico = total_pico + carried_pico');
    this.addSql('UPDATE invoice SET due_pico = total_pico WHERE number IS NOT NULL');
    this.addSql(`UPDATE invoice SET paid_pico = total_pico WHERE status = 'PAID'`);
    this.addSql('ALTER TABLE invoice ALTER COLUMN subtotal_pico SET NOT NULL');
    this.addSql(`ALTER TABLE invoice
      ADD CONSTRAINT invoice_paid_check CHECK (paid_pico + reduced_pico <= due_pico),
      ADD CONSTRAINT invoice_noted_check CHECK (noted_pico <= total_pico),
      ADD CONSTRAINT invoice_refunded_check CHECK (refunded_pico <= paid_pico)`);
    this.addSql(`CREATE TABLE invoice_tax (
      organization_id uuid NOT NULL,
      invoice_id uuid NOT NULL,
      place int NOT NULL,
      name text NOT NULL,
      percent numeric(38,0) NOT NULL,
      taxed_pico numeric(38,0) NOT NULL,
      exact_pico numeric(38,0) NOT NULL,
      amount_pico numeric(38,0) NOT NULL,
      PRIMARY KEY (organization_id, invoice_id, place))`);
    this.addSql(`CREATE TABLE billing_profile (
      organization_id uuid NOT NULL,
      account_id uuid NOT NULL,
      legal_name text,
      address text,
      tax_id text,
      tax_mode text,
      tax_rates jsonb,
      changed_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, account_id))`);
    this.addSql(`CREATE TABLE credit_grant (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      account_id uuid NOT NULL,
      idempotency_key text,
      content_hash text,
      invoice_id uuid,
      credit_note_id uuid,
      currency text NOT NULL,
      amount_pico numeric(38,0) NOT NULL CHECK (amount_pico > 0),
      priority int NOT NULL,
      expires_at timestamptz,
      rollover_cap_pico numeric(38,0),
      rollover_expires_at timestamptz,
      reason text NOT NULL,
      created_at timestamptz NOT NULL,
      voided_at timestamptz,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT credit_grant_key UNIQUE (organization_id, idempotency_key))`);
    this.addSql('CREATE INDEX credit_grant_account_idx ON credit_grant (organization_id, account_id, id)');
    this.addSql(`CREATE TABLE credit_use (
      organization_id uuid NOT NULL,
      invoice_id uuid NOT NULL,
      grant_id uuid NOT NULL,
      amount_pico numeric(38,0) NOT NULL CHECK (amount_pico > 0),
      used_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, invoice_id, grant_id))`);
    this.addSql('CREATE INDEX credit_use_grant_idx ON credit_use (organization_id, grant_id)');
    this.addSql(`CREATE TABLE credit_note (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      invoice_id uuid NOT NULL,
      number bigint NOT NULL,
      idempotency_key text NOT NULL,
      content_hash text NOT NULL,
      amount_pico numeric(38,0) NOT NULL CHECK (amount_pico > 0),
      tax_pico numeric(38,0) NOT NULL,
      reduced_pico numeric(38,0) NOT NULL,
      refunded_pico numeric(38,0) NOT NULL,
      credited_pico numeric(38,0) NOT NULL,
      refund_reference text,
      reason text NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT credit_note_number_key UNIQUE (organization_id, number),
      CONSTRAINT credit_note_key UNIQUE (organization_id, idempotency_key),
      CONSTRAINT credit_note_sum_check CHECK (amount_pico = reduced_pico + refunded_pico + credited_pico))`);
    this.addSql('CREATE INDEX credit_note_invoice_idx ON credit_note (organization_id, invoice_id)');
    this.addSql('ALTER TABLE invoice_counter ADD COLUMN last_credit_note bigint NOT NULL DEFAULT 0');
    this.addSql(`CREATE TABLE payment_limit (
      organization_id uuid NOT NULL,
      currency text NOT NULL,
      least_pico numeric(38,0) NOT NULL,
      most_pico numeric(38,0),
      PRIMARY KEY (organization_id, currency))`);
    this.addSql('ALTER TABLE payment ADD COLUMN idempotency_key text, ADD COLUMN content_hash text');
    this.addSql('ALTER TABLE payment ADD CONSTRAINT payment_key UNIQUE (organization_id, idempotency_key)');
    for (const [table, column, target] of [
      ['invoice_tax', 'invoice_id', 'invoice'],
      ['billing_profile', 'account_id', 'account'],
      ['credit_grant', 'account_id', 'account'],
      ['credit_use', 'invoice_id', 'invoice'],
      ['credit_use', 'grant_id', 'credit_grant'],
      ['credit_note', 'invoice_id', 'invoice'],
    ] as const) {
      this.addSql(`ALTER TABLE ${table} ADD CONSTRAINT ${table}_${target}_fk
        FOREIGN KEY (organization_id, ${column}) REFERENCES ${target} (organization_id, id)`);
    }
  }
}
