/** How far a reprice is: begun once, moved on by one of those who work on it. */
import type { Pool } from 'pg';
import type { RepricePlace } from './find-repriced.sql.js';
import { Reprice } from './reprice.js';
import type { RepriceRowJson } from './reprice-row.js';

export const REPRICE_COLUMNS = `organization_id AS "organizationId", idempotency_key AS "idempotencyKey", content_hash AS "contentHash",
  provider, model, from_at AS "fromAt", to_at AS "toAt", reason, expected_charge_pico_usd AS "expectedChargePicoUsd",
  pricing_ids AS "pricingIds", started_by AS "startedBy",
  started_at AS "startedAt", page_count AS "pageCount", place_account_id AS "placeAccountId",
  place_occurred_at::text AS "placeOccurredAt", place_key AS "placeKey", months, completed_at AS "completedAt"`;

/** As PostgreSQL sends it. */
export type RepriceColumns = Omit<Reprice, 'expectedChargePicoUsd'> & { readonly expectedChargePicoUsd: string | null };

export function repriceOf({ expectedChargePicoUsd: expected, ...columns }: RepriceColumns): Reprice {
  return Object.assign(new Reprice(), columns, {
    expectedChargePicoUsd: expected === null ? null : BigInt(expected),
  });
}

export async function findReprice(pool: Pool, organizationId: string, key: string): Promise<Reprice | undefined> {
  const { rows } = await pool.query<RepriceColumns>(
    `SELECT ${REPRICE_COLUMNS} FROM public.reprice WHERE organization_id = $1 AND idempotency_key = $2`,
    [organizationId, key],
  );
  return rows[0] && repriceOf(rows[0]);
}

export type NewReprice = Pick<
  Reprice,
  | 'organizationId'
  | 'idempotencyKey'
  | 'contentHash'
  | 'provider'
  | 'model'
  | 'fromAt'
  | 'toAt'
  | 'reason'
  | 'expectedChargePicoUsd'
  | 'pricingIds'
  | 'startedBy'
>;

/** Where another was first, that one stands. */
export async function beginReprice(pool: Pool, reprice: NewReprice): Promise<void> {
  await pool.query(
    `INSERT INTO public.reprice (organization_id, idempotency_key, content_hash, provider, model, from_at, to_at, reason,
      pricing_ids, started_by, started_at, page_count, months, expected_charge_pico_usd)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, public.tollgate_now(), 0, '[]', $11)
    ON CONFLICT (organization_id, idempotency_key) DO NOTHING`,
    [
      ...[reprice.organizationId, reprice.idempotencyKey, reprice.contentHash, reprice.provider, reprice.model],
      ...[reprice.fromAt, reprice.toAt, reprice.reason, reprice.pricingIds, reprice.startedBy],
      reprice.expectedChargePicoUsd,
    ],
  );
}

/** As it is then; undefined where another has moved it on meanwhile. */
export async function moveReprice(
  pool: Pool,
  { organizationId, idempotencyKey, pageCount }: Reprice,
  to: { readonly place: RepricePlace | undefined; readonly months: readonly RepriceRowJson[]; readonly isEnd: boolean },
): Promise<Reprice | undefined> {
  const { rows } = await pool.query<RepriceColumns>(
    `UPDATE public.reprice SET page_count = page_count + 1, months = $4,
      place_account_id = coalesce($5, place_account_id), place_occurred_at = coalesce($6, place_occurred_at),
      place_key = coalesce($7, place_key), completed_at = CASE WHEN $8 THEN public.tollgate_now() END
    WHERE organization_id = $1 AND idempotency_key = $2 AND page_count = $3
    RETURNING ${REPRICE_COLUMNS}`,
    [
      ...[organizationId, idempotencyKey, pageCount, JSON.stringify(to.months)],
      ...[to.place?.accountId ?? null, to.place?.occurredAt ?? null, to.place?.key ?? null, to.isEnd],
    ],
  );
  return rows[0] && repriceOf(rows[0]);
}
