// Why: what was spent, one insert-only row per finished call, and its sums by local day and model.
import { Migration } from '@mikro-orm/migrations';

export class Usage20261123 extends Migration {
  override name = '20261123-4-usage';

  override up(): void {
    this.addSql(`CREATE TABLE usage_record (
      organization_id uuid NOT NULL,
      idempotency_key text NOT NULL,
      key_day date NOT NULL,
      kind text NOT NULL CHECK (kind IN ('CALL', 'DEDUCTION', 'REVERSAL')),
      content_hash bytea NOT NULL,
      batch_id uuid NOT NULL,
      account_id uuid NOT NULL,
      user_id uuid,
      team_id uuid,
      run_id text,
      reservation_id uuid,
      provider_sent text,
      model_sent text,
      provider text,
      model text,
      quantities jsonb NOT NULL,
      provider_usage jsonb,
      tags jsonb,
      reason text,
      pricing_id uuid,
      lines jsonb,
      has_unrated_units boolean,
      unpriced_reason text,
      markup numeric,
      cost_pico_usd numeric(38,0) CHECK (cost_pico_usd <> 'NaN'),
      charge_pico_usd numeric(38,0) CHECK (charge_pico_usd <> 'NaN'),
      occurred_at timestamptz NOT NULL,
      budget_at timestamptz NOT NULL,
      recorded_at timestamptz NOT NULL,
      priced_at timestamptz,
      billable_at timestamptz,
      PRIMARY KEY (organization_id, idempotency_key, key_day),
      CONSTRAINT usage_record_priced_check CHECK (
        (cost_pico_usd IS NULL) = (charge_pico_usd IS NULL) AND (cost_pico_usd IS NULL) = (priced_at IS NULL)
        AND (cost_pico_usd IS NOT NULL OR unpriced_reason IS NOT NULL)))`);
    this.addSql(`CREATE INDEX usage_record_account_idx ON usage_record (organization_id, account_id, occurred_at)`);
    this.addSql(
      `CREATE INDEX usage_record_recorded_idx ON usage_record USING brin (recorded_at) WITH (autosummarize = on)`,
    );
    this.addSql(
      `CREATE INDEX usage_record_occurred_idx ON usage_record USING brin (occurred_at) WITH (autosummarize = on)`,
    );
    this.addSql(
      `CREATE INDEX usage_record_unpriced_idx ON usage_record (organization_id, recorded_at) WHERE cost_pico_usd IS NULL`,
    );
    this.addSql(`CREATE TABLE usage_rollup (
      organization_id uuid NOT NULL,
      day date NOT NULL,
      provider text NOT NULL,
      model text NOT NULL,
      record_count bigint NOT NULL,
      unpriced_count bigint NOT NULL,
      unrated_count bigint NOT NULL,
      input_tokens numeric(38,0) NOT NULL,
      cache_read_tokens numeric(38,0) NOT NULL,
      cache_write_tokens numeric(38,0) NOT NULL,
      output_tokens numeric(38,0) NOT NULL,
      cost_pico_usd numeric(38,0) NOT NULL,
      charge_pico_usd numeric(38,0) NOT NULL,
      PRIMARY KEY (organization_id, day, provider, model)) WITH (fillfactor = 50)`);
  }
}
