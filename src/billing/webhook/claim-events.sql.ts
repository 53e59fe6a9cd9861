/** The work on kept events: who has which in hand, and how it ended. */
import type { Pool } from 'pg';
import { sealerOf } from '../../encryption/sealer.js';
import { openedEvent } from './read-events.sql.js';

export interface ClaimedEvent {
  readonly processor: string;
  readonly id: string;
  readonly kind: string;
  readonly objectRef: string;
  readonly tries: number;
  /** As PostgreSQL writes it. What is read is read after that. */
  readonly claimedAt: string;
}

/** What nobody has in hand, the longest due first. It is due again when the lease is over, where nobody says how it ended. */
export async function claimEvents(
  pool: Pool,
  processor: string,
  most: number,
  leaseMs: number,
): Promise<ClaimedEvent[]> {
  const { rows } = await pool.query<ClaimedEvent>({
    name: 'claim-events',
    text: `WITH n AS MATERIALIZED (SELECT public.tollgate_now() AS at)
    UPDATE webhook_event e SET look_at = n.at + $3 * interval '1 millisecond'
    FROM n, (SELECT processor, id FROM webhook_event
      WHERE look_at <= public.tollgate_now() AND processor = $1
      ORDER BY look_at LIMIT $2 FOR UPDATE SKIP LOCKED) due
    WHERE e.processor = due.processor AND e.id = due.id
    RETURNING e.processor, e.id, e.kind, e.object_ref AS "objectRef", e.tries, n.at::text AS "claimedAt"`,
    values: [processor, most, leaseMs],
  });
  return rows.map((event) => openedEvent(pool, event));
}

/** How the work on an event ended. With a wait it is tried again. */
export interface EventEnd {
  readonly status: 'PROCESSED' | 'PARKED' | 'RECEIVED';
  readonly note: string | null;
  readonly waitMs: number | null;
}

/**
 * How the work on events of one object ended. Where another server has ended an event of the same object since these were
 * claimed, it may have read later and written sooner: then they are due again at once, and read once more. Of two that end
 * together, the second waits for the first and sees it. What another worked off in the meantime stays so.
 * @returns whether they are due again at once
 */
export async function endEvents(
  pool: Pool,
  events: readonly ClaimedEvent[],
  { status, note, waitMs }: EventEnd,
): Promise<boolean> {
  const [first] = events;
  const { rows } = await pool.query<{ isAgain: boolean }>({
    name: 'end-events',
    text: `WITH same AS MATERIALIZED (
      SELECT ended_at FROM webhook_event WHERE processor = $1 AND object_ref_index = $6 ORDER BY id FOR UPDATE),
    o AS MATERIALIZED (
      SELECT $3 = 'PROCESSED' AND coalesce(bool_or(ended_at >= $7::timestamptz), false) AS again FROM same)
    UPDATE webhook_event e SET status = CASE WHEN o.again THEN 'RECEIVED' ELSE $3 END, note = $4,
      tries = tries + (CASE $3 WHEN 'PROCESSED' THEN 0 ELSE 1 END),
      look_at = public.tollgate_now() + (CASE WHEN o.again THEN 0 ELSE $5 END) * interval '1 millisecond',
      ended_at = CASE WHEN $3 = 'PROCESSED' AND NOT o.again THEN public.tollgate_now() END
    FROM o WHERE e.processor = $1 AND e.id = ANY ($2) AND (e.status = 'RECEIVED' OR o.again)
    RETURNING o.again AS "isAgain"`,
    values: [
      ...[first?.processor, events.map(({ id }) => id), status, note, waitMs],
      ...[first && sealerOf(pool).refIndex(first.objectRef), first?.claimedAt],
    ],
  });
  return rows[0]?.isAgain ?? false;
}

/** Longer than a processor keeps events, so that none of these can come again. */
const KEPT = '35 days';

/** Time enough for a person to look at them. */
const PARKED_FOR = '90 days';

/** @returns how many went, `most` at a time */
export async function pruneEvents(pool: Pool, most: number): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM webhook_event e USING (
      SELECT processor, id FROM webhook_event
      WHERE received_at < public.tollgate_now() - (CASE status WHEN 'PARKED' THEN interval '${PARKED_FOR}' ELSE interval '${KEPT}' END)
        AND status <> 'RECEIVED'
      ORDER BY received_at LIMIT $1 FOR UPDATE SKIP LOCKED) old
    WHERE e.processor = old.processor AND e.id = old.id`,
    [most],
  );
  return rowCount ?? 0;
}
