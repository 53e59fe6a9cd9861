import type { Pool } from 'pg';
import type { LaneClient } from '../lane-connection.js';
import { formatUsd } from '../money.js';
import type { PricedUsage } from './priced-usage.js';
import type { TokenCounts } from './token-counts.js';

/** A stored record without a price, as far as pricing goes. */
export interface UnpricedRow {
  readonly key: string;
  readonly keyDay: string;
  readonly provider: string | null;
  readonly model: string;
  readonly quantities: Readonly<Record<string, string>>;
  readonly accountId: string;
  readonly teamId: string | null;
  readonly occurredAt: Date;
  readonly recordedAt: string;
}

/** Records that wait for a price; those whose usage contradicts itself, or that came while pricing was off, do not. */
const WAITING = `cost_pico_usd IS NULL AND unpriced_reason NOT IN ('INCONSISTENT_USAGE', 'PRICING_DISABLED')`;

export async function organizationsWithUnpriced(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT o.organization_id AS id FROM organization o
     WHERE EXISTS (SELECT FROM usage_record u WHERE u.organization_id = o.organization_id AND ${WAITING})`,
  );
  return rows.map((row) => row.id);
}

/** The next records after a place in the order of their writing. */
export async function readUnpriced(
  pool: Pool,
  organizationId: string,
  after: Pick<UnpricedRow, 'recordedAt' | 'key'> | undefined,
  most: number,
): Promise<UnpricedRow[]> {
  const { rows } = await pool.query<UnpricedRow>({
    name: 'read-unpriced',
    text: `SELECT idempotency_key AS key, key_day::text AS "keyDay", provider_sent AS provider, model_sent AS model,
        quantities, account_id AS "accountId", team_id AS "teamId", occurred_at AS "occurredAt", recorded_at::text AS "recordedAt"
      FROM usage_record
      WHERE organization_id = $1 AND ${WAITING} AND (recorded_at, idempotency_key) > ($2, $3)
      ORDER BY recorded_at, idempotency_key LIMIT $4`,
    values: [organizationId, after?.recordedAt ?? '-infinity', after?.key ?? '', most],
  });
  return rows;
}

export interface PriceRow {
  readonly key: string;
  readonly keyDay: string;
  readonly price: PricedUsage;
  readonly tokens: TokenCounts;
}

/** @returns how many were priced; undefined where prices moved since they were read. */
export async function priceUsage(
  client: LaneClient,
  organizationId: string,
  versions: { readonly catalogueVersion: bigint; readonly ownVersion: bigint },
  rows: readonly PriceRow[],
): Promise<{ priced: number | undefined; alertCount: number }> {
  const result = await client.query<{ priced: number | null; alert_count: number }>({
    name: 'price-usage',
    text: `SELECT priced, alert_count
      FROM public.price_usage($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    values: [
      organizationId,
      versions.catalogueVersion,
      versions.ownVersion,
      rows.map((row) => row.key),
      rows.map((row) => row.keyDay),
      rows.map((row) => row.price.provider),
      rows.map((row) => row.price.model),
      rows.map((row) => row.price.pricingId),
      rows.map((row) => JSON.stringify(row.price.lines)),
      rows.map((row) => row.price.hasUnratedUnits),
      rows.map((row) => formatUsd(row.price.markup)),
      rows.map((row) => row.price.costPicoUsd),
      rows.map((row) => row.price.chargePicoUsd),
      rows.map((row) => row.tokens.input),
      rows.map((row) => row.tokens.cacheRead),
      rows.map((row) => row.tokens.cacheWrite),
      rows.map((row) => row.tokens.output),
    ],
  });
  const row = result.rows[0];
  if (!row) throw new Error('price_usage gave no answer.');
  return { priced: row.priced ?? undefined, alertCount: row.alert_count };
}
