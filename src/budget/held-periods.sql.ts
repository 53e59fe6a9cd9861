import type { Pool } from 'pg';
import type { PeriodRow } from './budget-status.js';
import type { Reservation } from './reservation.js';

/** Of each stored reservation of one organization, the budget rows that it is or was held on, as they are now, nearest first. */
export async function heldPeriods(pool: Pool, reservations: readonly Reservation[]): Promise<PeriodRow[][]> {
  const rowsOf = reservations.map((): PeriodRow[] => []);
  const { rows } = await pool.query<{ ordinal: string; json: PeriodRow }>({
    name: 'held-periods',
    text: `SELECT t.ordinal, budget_period_json(bp, b, tollgate_now()) AS json
      FROM unnest($2::uuid[]) WITH ORDINALITY AS t (id, ordinal)
      JOIN reservation r ON r.organization_id = $1 AND r.id = t.id
      CROSS JOIN LATERAL unnest(r.budget_ids, r.period_starts) AS u (budget_id, starts_at)
      JOIN budget_period bp ON bp.organization_id = $1 AND bp.budget_id = u.budget_id AND bp.starts_at = u.starts_at
      JOIN budget b ON b.organization_id = $1 AND b.id = bp.budget_id
      ORDER BY t.ordinal, bp.rank, bp.budget_id`,
    values: [reservations[0]?.organizationId, reservations.map(({ reservationId }) => reservationId)],
  });
  for (const { ordinal, json } of rows) rowsOf[Number(ordinal) - 1]?.push(json);
  return rowsOf;
}
