import type { Pool } from 'pg';
import { REPRICE_COLUMNS, repriceOf, type RepriceColumns } from './keep-reprice.sql.js';
import type { Reprice } from './reprice.js';

export interface RepriceSearch {
  readonly provider?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly isComplete?: boolean | null | undefined;
  /** Only what comes after the one of this key in the list. */
  readonly after?: string | undefined;
}

/** Newest first. An organization has few: they are sorted as they are read. */
export async function searchReprices(
  pool: Pool,
  organizationId: string,
  { provider, model, isComplete, after }: RepriceSearch,
  limit: number,
): Promise<Reprice[]> {
  const { rows } = await pool.query<RepriceColumns>(
    `SELECT ${REPRICE_COLUMNS} FROM public.reprice r
    WHERE organization_id = $1 AND ($2::text IS NULL OR provider = $2) AND ($3::text IS NULL OR model = $3)
      AND ($4::boolean IS NULL OR (completed_at IS NOT NULL) = $4)
      AND ($5::text IS NULL OR (started_at, idempotency_key) < (
        SELECT b.started_at, b.idempotency_key FROM public.reprice b WHERE b.organization_id = $1 AND b.idempotency_key = $5))
    ORDER BY started_at DESC, idempotency_key DESC LIMIT $6`,
    [organizationId, provider ?? null, model ?? null, isComplete ?? null, after ?? null, limit],
  );
  return rows.map(repriceOf);
}
