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
      PERFORM append_usage_digest(r.organization_id, r.batch_id, 'RECORDED', r.count, r.digest, r.at)
      FROM (
        SELECT u.organization_id, u.batch_id, min(u.recorded_at) AS at, count(*) AS count, ${RECORDED_ROWS} AS digest
        FROM usage_record u GROUP BY 1, 2) r
      WHERE NOT EXISTS (SELECT FROM usage_digest d WHERE d.kind = 'RECORDED' AND d.organization_id = r.organization_id
        AND d.batch_id = r.batch_id);
      FOR v_entry IN SELECT * FROM usage_digest ORDER BY organization_id, seq LOOP
        IF v_org IS DISTINCT FROM v_entry.organization_id THEN
          v_org := v_entry.organization_id;
          v_hash := '';
        END IF;
        v_hash := ${entryHash('v_hash', ENTRY)};
        UPDATE usage_digest d SET hash = v_hash WHERE d.organization_id = v_org AND d.seq = v_entry.seq;
        UPDATE usage_digest_head h SET last_seq = v_entry.seq, last_hash = v_hash WHERE h.organization_id = v_org;
      END LOOP;
    END $reseal$`);
}
