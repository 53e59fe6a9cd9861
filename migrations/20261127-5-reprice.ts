// Why: a price that was entered late or wrong is applied by a job that can stop half-way and go on, by the same key.
import { Migration } from '@mikro-orm/migrations';

export class Reprice20261127 extends Migration {
  override name = '20261127-5-reprice';

  override up(): void {
    this.addSql(`CREATE TABLE reprice (
      organization_id uuid NOT NULL,
      idempotency_key text NOT NULL,
      content_hash bytea NOT NULL,
      provider text NOT NULL,
      model text NOT NULL,
      from_at timestamptz NOT NULL,
      to_at timestamptz NOT NULL,
      reason text NOT NULL,
      pricing_ids uuid[] NOT NULL,
      started_by uuid NOT NULL,
      started_at timestamptz NOT NULL,
      page_count int NOT NULL,
      place_account_id uuid,
      place_occurred_at timestamptz,
      place_key text,
      months jsonb NOT NULL,
      completed_at timestamptz,
      PRIMARY KEY (organization_id, idempotency_key))`);
  }
}
