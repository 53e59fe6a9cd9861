/** For rows that a test wrote behind the server's back and that are to pass for its own: their digests are made again. */
import type { ClientBase } from 'pg';
import { entryHash, RECORDED_ROWS } from '../../migrations/sql/usage-digest.sql.js';

const ENTRY =
  'v_entry.organization_id, v_entry.seq, v_entry.batch_id, v_entry.kind, v_entry.record_count, v_entry.digest, v_entry.at';

/** Of all organizations. Batches that have no entry yet get one. */
export async function reseal(client: ClientBase): Promise<void> {
  await client.query(`DO $reseal$
    DECLARE
      v_entry record;
      v_hash bytea;
      v_org uuid;
    BEGIN
      UPDATE usage_digest d SET digest = r.digest, record_count = r.count
      FROM (SELECT u.organization_id, u.batch_id, count(*) AS count, ${RECORDED_ROWS} AS digest FROM usage_record u GROUP BY 1, 2) r
      WHERE d.kind = 'RECORDED' AND d.organization_id = r.organization_id AND d.batch_id = r.batch_id;
      INSERT INTO usage_digest (organization_id, seq, batch_id, kind, record_count, digest, hash, at)
      SELECT r.organization_id, coalesce(h.last_seq, 0) + row_number() OVER (PARTITION BY r.organization_id ORDER BY r.at, r.batch_id),
        r.batch_id, 'RECORDED', r.count, r.digest, '', r.at
      FROM (
        SELECT u.organization_id, u.batch_id, min(u.recorded_at) AS at, count(*) AS count, ${RECORDED_ROWS} AS digest
        FROM usage_record u GROUP BY 1, 2) r
      LEFT JOIN usage_digest_head h ON h.organization_id = r.organization_id
      WHERE NOT EXISTS (SELECT FROM usage_digest d WHERE d.kind = 'RECORDED' AND d.organization_id = r.organization_id
        AND d.batch_id = r.batch_id);
      FOR v_entry IN SELECT * FROM usage_digest ORDER BY organization_id, seq LOOP
        IF v_org IS DISTINCT FROM v_entry.organization_id THEN
          v_org := v_entry.organization_id;
          v_hash := '';
        END IF;
        v_hash := ${entryHash('v_hash', ENTRY)};
        UPDATE usage_digest d SET hash = v_hash WHERE d.organization_id = v_org AND d.seq = v_entry.seq;
      END LOOP;
      -- Once for each: a row that is changed many times in one transaction is slower to find each time.
      INSERT INTO usage_digest_head AS h (organization_id, last_seq, last_hash)
      SELECT DISTINCT ON (d.organization_id) d.organization_id, d.seq, d.hash
      FROM usage_digest d ORDER BY d.organization_id, d.seq DESC
      ON CONFLICT (organization_id) DO UPDATE SET last_seq = excluded.last_seq, last_hash = excluded.last_hash;
    END $reseal$`);
}
