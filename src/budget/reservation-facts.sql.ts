import type { Pool } from 'pg';
import type { LaneClient } from '../lane-connection.js';
import type { AccountKind } from '../identity/account.js';
import type { WantedAccount } from '../identity/ensure-account.sql.js';

/** What of a reservation never changes, which is all that a call has to agree with before it joins the lane. */
export interface ReservationFacts {
  readonly id: string;
  readonly account: WantedAccount;
  readonly runId: string | undefined;
  readonly createdAt: Date;
}

export async function readReservationFacts(
  pool: Pool,
  organizationId: string,
  id: string,
): Promise<ReservationFacts | undefined> {
  const { rows } = await pool.query<{ kind: AccountKind; externalId: string; runId: string | null; createdAt: Date }>({
    name: 'reservation-facts',
    text: `SELECT a.kind, a.external_id AS "externalId", r.run_id AS "runId", r.created_at AS "createdAt"
      FROM reservation r JOIN account a ON a.organization_id = r.organization_id AND a.id = r.account_id
      WHERE r.organization_id = $1 AND r.id = $2`,
    values: [organizationId, id],
  });
  const [row] = rows;
  if (!row) return undefined;
  const { kind, externalId, runId, createdAt } = row;
  return { id, account: { kind, externalId }, runId: runId ?? undefined, createdAt };
}

/** The teams that calls with these reservations count on, wherever their users are now; null for none. */
export async function readReservationTeams(
  client: LaneClient,
  organizationId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const { rows } = await client.query<{ id: string; teamId: string | null }>({
    name: 'reservation-teams',
    text: `SELECT id, team_id AS "teamId" FROM reservation WHERE organization_id = $1 AND id = ANY ($2)`,
    values: [organizationId, ids],
  });
  return new Map(rows.map(({ id, teamId }) => [id, teamId]));
}
