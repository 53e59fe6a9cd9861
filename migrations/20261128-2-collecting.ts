// Why: a payment is an attempt with a state of its own, asked of a processor under a key that is stored before; cards, refunds, disputes and the processor's events are mirrored.
import { Migration } from '@mikro-orm/migrations';

export class Collecting20261128 extends Migration {
  override name = '20261128-2-collecting';

  override up(): void {
    this.#payments();
    this.#methods();
    this.#refunds();
    this.#events();
    for (const [table, column, target] of [
      ['payment', 'method_id', 'payment_method'],
      ['processor_customer', 'account_id', 'account'],
      ['payment_method', 'account_id', 'account'],
      ['refund', 'payment_id', 'payment'],
      ['refund', 'credit_note_id', 'credit_note'],
      ['dispute', 'payment_id', 'payment'],
      ['credit_grant', 'payment_id', 'payment'],
    ] as const) {
      this.addSql(`ALTER TABLE ${table} ADD CONSTRAINT ${table}_${target}_fk
        FOREIGN KEY (organization_id, ${column}) REFERENCES ${target} (organization_id, id)`);
    }
  }

  #payments(): void {
    this.addSql(`ALTER TABLE payment
      ADD COLUMN status text NOT NULL DEFAULT 'SUCCEEDED',
      ADD COLUMN attempt int,
      ADD COLUMN is_scheduled boolean NOT NULL DEFAULT false,
      ADD COLUMN method_id uuid,
      ADD COLUMN processor_key text,
      ADD COLUMN processor_order jsonb,
      ADD COLUMN processor_ref text,
      ADD COLUMN decline_code text,
      ADD COLUMN credited_pico numeric(38,0) NOT NULL DEFAULT 0,
      ADD COLUMN sent_at timestamptz,
      ADD COLUMN look_at timestamptz,
      ADD COLUMN ended_at timestamptz,
      ADD CONSTRAINT payment_attempt_key UNIQUE (organization_id, invoice_id, attempt),
      ADD CONSTRAINT payment_processor_key UNIQUE (organization_id, processor_ref),
      ADD CONSTRAINT payment_credited_check CHECK (credited_pico >= 0 AND credited_pico <= amount_pico)`);
    this.addSql('UPDATE payment SET ended_at = created_at');
    // The defaults are what a server of the version before writes, and means.
    this.addSql('ALTER TABLE payment ALTER COLUMN ended_at SET DEFAULT public.tollgate_now()');
    // One at a time of an invoice: what is under way has to end before the next is begun.
    this.addSql(`CREATE UNIQUE INDEX payment_under_way_key ON payment (organization_id, invoice_id)
      WHERE status IN ('PENDING', 'PROCESSING', 'REQUIRES_ACTION')`);
    this.addSql('CREATE INDEX payment_look_idx ON payment (organization_id, look_at) WHERE look_at IS NOT NULL');
    this.addSql('DROP INDEX payment_created_idx');
    this.addSql('CREATE INDEX payment_ended_idx ON payment (organization_id, ended_at)');
    this.addSql(`ALTER TABLE invoice
      ADD COLUMN attempts int NOT NULL DEFAULT 0,
      ADD COLUMN failed_attempts int NOT NULL DEFAULT 0,
      ADD COLUMN collect_at timestamptz,
      ADD COLUMN enforce_at timestamptz,
      ADD COLUMN enforced_at timestamptz`);
    this.addSql(
      'CREATE INDEX invoice_collect_idx ON invoice (organization_id, collect_at) WHERE collect_at IS NOT NULL',
    );
    this.addSql(
      'CREATE INDEX invoice_enforce_idx ON invoice (organization_id, enforce_at) WHERE enforce_at IS NOT NULL AND enforced_at IS NULL',
    );
    this.addSql('ALTER TABLE credit_grant ADD COLUMN payment_id uuid');
    this.addSql('ALTER TABLE account ADD COLUMN disabled_for text');
    this.addSql('ALTER TABLE billing_profile ADD COLUMN dunning_action text');
    this.addSql('ALTER TABLE alert ADD COLUMN invoice_id uuid, ADD COLUMN payment_id uuid, ADD COLUMN reason text');
  }

  #methods(): void {
    this.addSql(`CREATE TABLE processor_customer (
      organization_id uuid NOT NULL,
      account_id uuid NOT NULL,
      processor text NOT NULL,
      ref text NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, account_id, processor),
      CONSTRAINT processor_customer_ref_key UNIQUE (organization_id, processor, ref))`);
    this.addSql(`CREATE TABLE payment_method (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      account_id uuid NOT NULL,
      processor text NOT NULL,
      ref text NOT NULL,
      kind text NOT NULL,
      brand text,
      last4 text,
      exp_month int,
      exp_year int,
      fingerprint text,
      is_default boolean NOT NULL,
      created_at timestamptz NOT NULL,
      removed_at timestamptz,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT payment_method_ref_key UNIQUE (organization_id, processor, ref),
      CONSTRAINT payment_method_default_check CHECK (NOT is_default OR removed_at IS NULL))`);
    this.addSql('CREATE INDEX payment_method_account_idx ON payment_method (organization_id, account_id, id)');
    this.addSql(`CREATE UNIQUE INDEX payment_method_default_key ON payment_method (organization_id, account_id)
      WHERE is_default`);
    this.addSql('CREATE INDEX payment_method_fingerprint_idx ON payment_method (organization_id, fingerprint)');
  }

  #refunds(): void {
    this.addSql(`CREATE TABLE refund (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      payment_id uuid NOT NULL,
      credit_note_id uuid,
      amount_pico numeric(38,0) NOT NULL CHECK (amount_pico > 0),
      noted_pico numeric(38,0) NOT NULL,
      status text NOT NULL,
      processor_key text NOT NULL,
      processor_ref text,
      failure_reason text,
      look_at timestamptz,
      created_at timestamptz NOT NULL,
      sent_at timestamptz,
      ended_at timestamptz,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT refund_key UNIQUE (organization_id, processor_key),
      CONSTRAINT refund_processor_key UNIQUE (organization_id, processor_ref),
      CONSTRAINT refund_noted_check CHECK (noted_pico >= 0 AND noted_pico <= amount_pico
        AND (noted_pico = 0 OR credit_note_id IS NOT NULL)))`);
    this.addSql('CREATE INDEX refund_payment_idx ON refund (organization_id, payment_id)');
    this.addSql('CREATE INDEX refund_note_idx ON refund (organization_id, credit_note_id)');
    this.addSql('CREATE INDEX refund_ended_idx ON refund (organization_id, ended_at)');
    this.addSql('CREATE INDEX refund_look_idx ON refund (organization_id, look_at) WHERE look_at IS NOT NULL');
    this.addSql(`CREATE TABLE dispute (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      payment_id uuid NOT NULL,
      processor_ref text NOT NULL,
      amount_pico numeric(38,0) NOT NULL CHECK (amount_pico > 0),
      status text NOT NULL,
      reason text NOT NULL,
      created_at timestamptz NOT NULL,
      ended_at timestamptz,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT dispute_processor_key UNIQUE (organization_id, processor_ref))`);
    this.addSql('CREATE INDEX dispute_payment_idx ON dispute (organization_id, payment_id)');
    this.addSql('CREATE INDEX dispute_ended_idx ON dispute (organization_id, ended_at)');
  }

  /** They come to the installation: whose they are is known once the object is read. */
  #events(): void {
    this.addSql(`CREATE TABLE webhook_event (
      id text NOT NULL,
      processor text NOT NULL,
      kind text NOT NULL,
      object_ref text,
      status text NOT NULL,
      note text,
      tries int NOT NULL,
      created_at timestamptz NOT NULL,
      received_at timestamptz NOT NULL,
      look_at timestamptz,
      ended_at timestamptz,
      PRIMARY KEY (processor, id))`);
    this.addSql('CREATE INDEX webhook_event_look_idx ON webhook_event (look_at) WHERE look_at IS NOT NULL');
    this.addSql('CREATE INDEX webhook_event_received_idx ON webhook_event (received_at, id)');
    this.addSql('CREATE INDEX webhook_event_object_idx ON webhook_event (processor, object_ref)');
    this.addSql(`CREATE TABLE webhook_mark (
      processor text NOT NULL PRIMARY KEY,
      seen_to timestamptz NOT NULL,
      look_at timestamptz NOT NULL,
      forged_count bigint NOT NULL DEFAULT 0)`);
  }
}
