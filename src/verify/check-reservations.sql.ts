import type { ClientBase } from 'pg';
import { answer, found } from './answer.sql.js';
import { oneRow, type Checked } from './check.js';

/**
 * A settled reservation names the record of its call, and that record names it. The other way round nothing is wrong: the
 * call of a reservation that had expired, or that another call settled, is recorded all the same.
 *
 * $1 organization, $2 the id after which to begin, $3 how many reservations. Ids grow with time, and one that is settled
 * never changes, so each page may have a snapshot of its own.
 */
const SETTLED = `
  WITH page AS (
    SELECT r.id, r.state, r.usage_key, r.usage_key_day FROM public.reservation r
    WHERE r.organization_id = $1 AND r.id > $2
    ORDER BY r.id LIMIT $3
  ),
  settled AS (
    SELECT r.id, r.usage_key, r.usage_key_day, u.idempotency_key, u.reservation_id
    FROM page r LEFT JOIN LATERAL (
      SELECT u.idempotency_key, u.reservation_id FROM public.usage_record u
      WHERE u.organization_id = $1 AND u.idempotency_key = r.usage_key AND u.key_day = r.usage_key_day LIMIT 1) u ON true
    WHERE r.state = 'SETTLED'
  ) ${answer(
    'SELECT count(*) FROM settled',
    `SELECT ${found({
      subject: 's.id',
      what: `CASE WHEN s.idempotency_key IS NULL THEN 'record' ELSE 'reservation of the record' END`,
      place: `concat('settled reservation ', s.id)`,
      stored: `CASE WHEN s.idempotency_key IS NULL THEN to_json(s.usage_key)::text ELSE s.reservation_id::text END`,
      recomputed: 'CASE WHEN s.idempotency_key IS NOT NULL THEN s.id END',
      isMoney: 'false',
    })}
    FROM settled s
    WHERE s.reservation_id IS DISTINCT FROM s.id
    ORDER BY s.id`,
    '(SELECT max(p.id::text) FROM page p) AS last',
  )}`;

export const FIRST_RESERVATION = '00000000-0000-0000-0000-000000000000';

/** One page of reservations; `last` is where the next one begins, null after the last. */
export async function checkReservations(
  client: ClientBase,
  organizationId: string,
  after: string,
  size: number,
): Promise<Checked & { last: string | null }> {
  return oneRow(client, SETTLED, [organizationId, after, size]);
}
