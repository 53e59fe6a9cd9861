import type { Pool } from 'pg';

export interface DueSubscription {
  readonly organizationId: string;
  readonly id: string;
}

/** Subscriptions of which an invoice can be made, the longest due first, but for some that were tried. */
export async function dueSubscriptions(pool: Pool, most: number, tried: readonly string[]): Promise<DueSubscription[]> {
  const { rows } = await pool.query<DueSubscription>({
    name: 'due-subscriptions',
    text: `SELECT o.organization_id AS "organizationId", s.id
      FROM organization o
      CROSS JOIN LATERAL (SELECT public.local_day_of(o.zone, public.tollgate_now()) AS day) today
      CROSS JOIN LATERAL (
        SELECT s.id, s.next_invoice_day FROM subscription s
        WHERE s.organization_id = o.organization_id AND s.next_invoice_day <= today.day AND s.id <> ALL ($2)
        ORDER BY s.next_invoice_day LIMIT $1) s
      ORDER BY s.next_invoice_day, s.id LIMIT $1`,
    values: [most, tried],
  });
  return rows;
}
