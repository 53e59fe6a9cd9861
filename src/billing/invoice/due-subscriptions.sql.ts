import type { Pool } from 'pg';

export interface DueSubscription {
  readonly organizationId: string;
  readonly id: string;
}

/** Subscriptions of which an invoice can be made, but for some that were tried: by organization, the longest due first. */
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
      ORDER BY min(s.next_invoice_day) OVER (PARTITION BY o.organization_id), o.organization_id, s.next_invoice_day, s.id
      LIMIT $1`,
    values: [most, tried],
  });
  return rows;
}
