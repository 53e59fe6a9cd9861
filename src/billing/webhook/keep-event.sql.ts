import type { Pool } from 'pg';
import { sealerOf } from '../../encryption/sealer.js';
import type { EventDraft } from './event-draft.js';
import { OBJECT_REF } from './read-events.sql.js';

/** The processor gives up after some seconds and sends it again, so waiting longer serves nobody. In ms. */
const KEEP_TIMEOUT_MS = 4_000;

/**
 * Resolves once those that were not there yet are committed; an event that is there stays as it is.
 * @returns how many were new
 */
export async function keepEvents(pool: Pool, drafts: readonly EventDraft[]): Promise<number> {
  const sealer = sealerOf(pool);
  const sealed = drafts.map(({ objectRef, ...draft }) => ({
    ...draft,
    objectRef: objectRef === null ? null : sealer.sealRef(OBJECT_REF, objectRef),
  }));
  const query = {
    name: 'keep-events',
    text: `INSERT INTO webhook_event
      (processor, id, kind, object_ref, status, note, tries, created_at, received_at, look_at, ended_at)
    SELECT e.processor, e.id, e.kind, e."objectRef", e.status, e.note, 0, e."createdAt", n.at,
      CASE e.status WHEN 'RECEIVED' THEN n.at END, CASE e.status WHEN 'IGNORED' THEN n.at END
    FROM jsonb_to_recordset($1) AS e (processor text, id text, kind text, "objectRef" text, status text, note text,
        "createdAt" timestamptz)
      CROSS JOIN (SELECT public.tollgate_now() AS at) n
    ON CONFLICT (processor, id) DO NOTHING`,
    values: [JSON.stringify(sealed)],
    query_timeout: KEEP_TIMEOUT_MS,
  };
  return (await pool.query(query)).rowCount ?? 0;
}
