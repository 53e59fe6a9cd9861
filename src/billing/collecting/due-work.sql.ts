import type { Pool } from 'pg';

export interface DueWork {
  readonly organizationId: string;
  readonly id: string;
}

/**
 * What has come due of each organization, by an index that begins with it: the longest due first. Work that was tried in
 * this look is left out.
 */
const due = (table: string, column: string, condition: string) => `SELECT o.organization_id AS "organizationId", d.id
  FROM public.organization o
  CROSS JOIN LATERAL (
    SELECT t.id, t.${column} AS at FROM public.${table} t
    WHERE t.organization_id = o.organization_id AND t.${column} IS NOT NULL ${condition}
      AND t.${column} <= public.tollgate_now() AND t.id <> ALL ($2)
    ORDER BY t.${column} LIMIT $1) d
  ORDER BY d.at, d.id LIMIT $1`;

const QUERIES = {
  invoicesToCollect: due('invoice', 'collect_at', `AND t.status = 'OPEN'`),
  paymentsToLookAfter: due('payment', 'look_at', ''),
  refundsToLookAfter: due('refund', 'look_at', ''),
  invoicesToEnforce: due('invoice', 'enforce_at', `AND t.enforced_at IS NULL AND t.status = 'OPEN'`),
} as const;

export type WorkKind = keyof typeof QUERIES;

export async function dueWork(pool: Pool, kind: WorkKind, most: number, tried: readonly string[]): Promise<DueWork[]> {
  const { rows } = await pool.query<DueWork>({ name: `due-${kind}`, text: QUERIES[kind], values: [most, tried] });
  return rows;
}
