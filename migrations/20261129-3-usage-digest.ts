// Why: whoever can write to the database could change what was spent and leave no trace; a chain of digests shows it.
import { Migration } from '@mikro-orm/migrations';
import { CORRECT_USAGE } from './sql/correct-usage.sql.js';
import { PRICE_USAGE } from './sql/price-usage.sql.js';
import { RECORD_USAGE } from './sql/record-usage.sql.js';
import { APPEND_USAGE_DIGEST, CORRECTED_ROWS, RECORDED_ROWS } from './sql/usage-digest.sql.js';

/** The batch of all that was written before there were digests. */
const NIL = '00000000-0000-0000-0000-000000000000';

export class UsageDigest20261129 extends Migration {
  override name = '20261129-3-usage-digest';

  override up(): void {
    this.addSql(`CREATE TABLE usage_digest_head (
      organization_id uuid NOT NULL PRIMARY KEY,
      last_seq bigint NOT NULL,
      last_hash bytea NOT NULL) WITH (fillfactor = 50)`);
    this.addSql(`CREATE TABLE usage_digest (
      organization_id uuid NOT NULL,
      seq bigint NOT NULL,
      batch_id uuid NOT NULL,
      kind text NOT NULL CHECK (kind IN ('RECORDED', 'PRICED', 'CORRECTED')),
      record_count bigint NOT NULL,
      digest bytea NOT NULL,
      hash bytea NOT NULL,
      at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, seq))`);
    // Of a nullable column that nobody has yet no row is written.
    this.addSql('ALTER TABLE usage_record ADD COLUMN pricing_batch_id uuid');
    this.addSql('ALTER TABLE usage_correction ADD COLUMN unpriced_reason text');
    this.addSql(`CREATE INDEX usage_record_pricing_batch_idx ON usage_record (organization_id, pricing_batch_id)
      WHERE pricing_batch_id IS NOT NULL`);
    this.addSql(`CREATE INDEX usage_digest_recorded_idx ON usage_digest USING brin (at) WITH (autosummarize = on)`);
    // Calls that wait here give up after 250 ms and come back to the new functions: no old one goes on after the commit.
    this.addSql('LOCK TABLE usage_record, usage_correction IN SHARE ROW EXCLUSIVE MODE');
    this.addSql('SELECT pg_sleep(0.5) WHERE EXISTS (SELECT FROM usage_record)');
    for (const statement of [APPEND_USAGE_DIGEST, RECORD_USAGE, PRICE_USAGE, CORRECT_USAGE]) this.addSql(statement);
    // What was there before has one digest a day, and all its corrections one: which call wrote what does not matter any more.
    this.#begin('RECORDED', RECORDED_ROWS, 'usage_record u', `date_trunc('day', u.recorded_at, 'UTC')`);
    this.#begin('CORRECTED', CORRECTED_ROWS, 'usage_correction c', `timestamptz '1970-01-01T00:00:00Z'`);
  }

  #begin(kind: string, digest: string, rows: string, at: string): void {
    this.addSql(`SELECT append_usage_digest(e.organization_id, '${NIL}', '${kind}', e.count, e.digest, e.at)
      FROM (
        SELECT organization_id, ${at} AS at, count(*) AS count, ${digest} AS digest FROM ${rows} GROUP BY 1, 2) e
      ORDER BY e.organization_id, e.at`);
  }
}
