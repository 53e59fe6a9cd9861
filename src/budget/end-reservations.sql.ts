import type { Pool } from 'pg';
import type { LaneClient } from '../lane-connection.js';

/** A reservation by column name; amounts as digits. */
export type ReservationRow = Readonly<Record<string, unknown>>;

/** Releases those that are HELD, and answers with all as they are then; one that is missing is not among them. */
export async function releaseReservations(
  client: LaneClient,
  organizationId: string,
  ids: readonly string[],
): Promise<readonly ReservationRow[]> {
  const { rows } = await client.query<{ reservations: ReservationRow[] | null }>({
    name: 'release-reservations',
    text: 'SELECT reservations FROM public.end_reservations($1, $2, 0)',
    values: [organizationId, ids],
  });
  return rows[0]?.reservations ?? [];
}

/** The most reservations that one call expires. */
export const MOST_EXPIRED = 500;

/** Expires reservations whose time is over, and answers with how many there were. */
export async function expireReservations(client: LaneClient, organizationId: string): Promise<number> {
  const { rows } = await client.query<{ ended: number }>({
    name: 'expire-reservations',
    text: 'SELECT ended FROM public.end_reservations($1, NULL, $2)',
    values: [organizationId, MOST_EXPIRED],
  });
  return rows[0]?.ended ?? 0;
}

/** Whether one past its end is still HELD, in whoever's hands it is. */
export async function hasExpired(client: LaneClient, organizationId: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>({
    name: 'has-expired',
    text: `SELECT EXISTS (SELECT FROM public.reservation r
      WHERE r.organization_id = $1 AND r.state = 'HELD' AND r.expires_at <= public.tollgate_now()) AS found`,
    values: [organizationId],
  });
  return rows[0]?.found ?? false;
}

/** The organizations that have reservations past their end. Each is looked up by itself, whatever the others hold. */
export async function organizationsWithExpired(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ organizationId: string }>({
    name: 'organizations-with-expired',
    text: `WITH RECURSIVE holding AS (
        (SELECT organization_id FROM reservation WHERE state = 'HELD' ORDER BY organization_id LIMIT 1)
        UNION ALL
        SELECT (SELECT r.organization_id FROM reservation r
          WHERE r.state = 'HELD' AND r.organization_id > h.organization_id ORDER BY r.organization_id LIMIT 1)
        FROM holding h WHERE h.organization_id IS NOT NULL)
      SELECT h.organization_id AS "organizationId" FROM holding h
      WHERE h.organization_id IS NOT NULL AND EXISTS (SELECT FROM reservation r
        WHERE r.organization_id = h.organization_id AND r.state = 'HELD' AND r.expires_at <= tollgate_now())`,
  });
  return rows.map(({ organizationId }) => organizationId);
}

/** One reservation as it is now, or undefined. */
export async function findReservation(
  pool: Pool,
  organizationId: string,
  id: string,
): Promise<ReservationRow | undefined> {
  const { rows } = await pool.query<{ found: ReservationRow[] | null }>({
    name: 'find-reservation',
    text: 'SELECT public.reservations_json($1, true, ARRAY[$2::uuid]) AS found',
    values: [organizationId, id],
  });
  return rows[0]?.found?.[0];
}
