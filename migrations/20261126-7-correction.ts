// Why: a record that was wrong is taken back, once, and what replaces it stands beside it.
import { Migration } from '@mikro-orm/migrations';
import { CORRECT_USAGE } from './sql/correct-usage.sql.js';

export class Correction20261126 extends Migration {
  override name = '20261126-7-correction';

  override up(): void {
    this.addSql(`CREATE TABLE usage_correction (
      organization_id uuid NOT NULL,
      corrected_key text NOT NULL,
      corrected_key_day date NOT NULL,
      reversal_key text NOT NULL,
      replacement_key text,
      key_day date NOT NULL,
      reason text NOT NULL,
      corrected_by uuid NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, corrected_key, corrected_key_day),
      CONSTRAINT usage_correction_reversal_key UNIQUE (organization_id, reversal_key, key_day),
      CONSTRAINT usage_correction_replacement_key UNIQUE (organization_id, replacement_key, key_day))`);
    this.addSql(
      `CREATE INDEX usage_record_reversal_idx ON usage_record (organization_id, idempotency_key, key_day) WHERE kind = 'REVERSAL'`,
    );
    this.addSql(CORRECT_USAGE);
  }
}
