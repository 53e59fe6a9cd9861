/** Up to when the events of a processor were listed, and how many requests were forged. */
import type { Pool } from 'pg';

/** How long before its first start an installation looks for events. */
const FIRST_LOOK_BACK = '1 hour';

/** Makes the mark where there is none: before a processor is switched on there is none of it. */
export async function addForged(pool: Pool, processor: string, count: number): Promise<void> {
  await pool.query(
    `INSERT INTO webhook_mark (processor, seen_to, look_at, forged_count)
    SELECT $1, n.at - interval '${FIRST_LOOK_BACK}', n.at, $2 FROM (SELECT public.tollgate_now() AS at) n
    ON CONFLICT (processor) DO UPDATE SET forged_count = webhook_mark.forged_count + excluded.forged_count`,
    [processor, count],
  );
}

/** The turn of one server to list events. */
export interface CatchUpTurn {
  /** As PostgreSQL writes it, to the microsecond: moving the mark needs that it is still there. */
  readonly seenTo: string;
  readonly since: Date;
  readonly until: string;
}

/**
 * For the one server whose turn it is; the next turn is after the interval. A turn that is further away than that was set by
 * an interval that is no longer the one. What is listed overlaps with what was: an event may be seen later than it is dated.
 */
export async function claimCatchUp(
  pool: Pool,
  processor: string,
  intervalMs: number,
): Promise<CatchUpTurn | undefined> {
  const { rows } = await pool.query<CatchUpTurn>(
    `UPDATE webhook_mark m SET look_at = n.at + $2 * interval '1 millisecond'
    FROM (SELECT public.tollgate_now() AS at) n
    WHERE m.processor = $1 AND (m.look_at <= n.at OR m.look_at > n.at + $2 * interval '1 millisecond')
    RETURNING m.seen_to::text AS "seenTo", n.at::text AS until,
      greatest(m.seen_to - interval '1 hour', n.at - interval '30 days') AS since`,
    [processor, intervalMs],
  );
  return rows[0];
}

/** Only from where it was when the turn began: who was overtaken has nothing to say any more. */
export async function moveMark(pool: Pool, processor: string, { seenTo, until }: CatchUpTurn): Promise<void> {
  await pool.query(
    'UPDATE webhook_mark SET seen_to = $3::timestamptz WHERE processor = $1 AND seen_to = $2::timestamptz',
    [processor, seenTo, until],
  );
}

export async function readForgedCount(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ count: string }>(
    'SELECT coalesce(sum(forged_count), 0)::text AS count FROM webhook_mark',
  );
  return rows[0]?.count ?? '0';
}
