// Why: money is held on every budget of a path before a call runs, and freed or turned into spending after it.
import { Migration } from '@mikro-orm/migrations';

export class Reservation20261126 extends Migration {
  override name = '20261126-2-reservation';

  override up(): void {
    this.addSql(`ALTER TABLE account ADD COLUMN user_id uuid,
      ADD CONSTRAINT account_user_check CHECK (user_id IS NULL OR kind = 'RUN')`);
    this.addSql(`ALTER TABLE account ADD CONSTRAINT account_user_fk
      FOREIGN KEY (organization_id, user_id) REFERENCES account (organization_id, id)`);
    this.addSql(`CREATE INDEX account_user_idx ON account (organization_id, user_id) WHERE user_id IS NOT NULL`);
    this.addSql(
      `CREATE INDEX usage_record_run_idx ON usage_record (organization_id, run_id, budget_at) WHERE run_id IS NOT NULL`,
    );
    this.addSql(`ALTER TABLE budget ADD COLUMN grace_until timestamptz`);
    this.addSql(`ALTER TABLE budget_period ADD COLUMN would_deny_count bigint NOT NULL DEFAULT 0`);

    this.addSql(`CREATE TABLE reservation (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      account_id uuid NOT NULL,
      user_id uuid,
      team_id uuid,
      run_id text,
      provider_sent text,
      model_sent text,
      provider text,
      model text,
      pricing_id uuid,
      amount_pico_usd numeric(38,0) NOT NULL CHECK (amount_pico_usd >= 0 AND amount_pico_usd <> 'NaN'),
      state text NOT NULL CHECK (state IN ('HELD', 'SETTLED', 'RELEASED', 'EXPIRED')),
      budget_ids uuid[] NOT NULL,
      period_starts timestamptz[] NOT NULL,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      ended_at timestamptz,
      usage_key text,
      usage_key_day date,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT reservation_rows_check CHECK (cardinality(budget_ids) = cardinality(period_starts)),
      CONSTRAINT reservation_end_check CHECK ((state = 'HELD') = (ended_at IS NULL)),
      CONSTRAINT reservation_usage_check CHECK ((state = 'SETTLED') = (usage_key IS NOT NULL)
        AND (usage_key IS NULL) = (usage_key_day IS NULL))) WITH (fillfactor = 70)`);
    this.addSql(`CREATE INDEX reservation_held_idx ON reservation (organization_id, expires_at) WHERE state = 'HELD'`);
    this.addSql(`CREATE TABLE reservation_key (
      organization_id uuid NOT NULL,
      idempotency_key text NOT NULL,
      key_day date NOT NULL,
      content_hash bytea NOT NULL,
      reservation_id uuid NOT NULL,
      outcome text NOT NULL CHECK (outcome IN ('ALLOWED', 'ALLOWED_BY_GRACE')),
      reason text NOT NULL,
      would_deny boolean NOT NULL,
      PRIMARY KEY (organization_id, idempotency_key, key_day))`);
    this.addSql(`ALTER TABLE alert ADD COLUMN reservation_id uuid, ADD COLUMN held_pico_usd numeric(38,0),
      ADD COLUMN charge_pico_usd numeric(38,0)`);
  }
}
