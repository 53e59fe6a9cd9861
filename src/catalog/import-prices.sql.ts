/**
 * Writes an import: some thousand rows in a handful of statements, in one transaction under the lock of the
 * catalogue's row, so that one import runs at a time. (Through the unit of work the same took seconds.)
 */
import type { ClientBase, Pool } from 'pg';
import { CATALOGUE } from '../node-id.js';
import type { ImportPlan } from './import-plan.js';
import type { FeedProvider } from './price-feed.js';
import type { ImportRow } from './price-import.js';

/** Where the package's own data is said to come from. */
export const PACKAGE_SOURCE = 'PACKAGE';

const COLUMNS = `id, source, outcome, digest, etag, failure, report, created_at AS "createdAt"`;

/** How long a server that is paused in the middle of an import may keep the others from theirs, in ms. */
const IDLE_LIMIT_MS = 10_000;

/** Holds the catalogue's row until the transaction ends; recording only reads that row and does not wait. */
export async function importing<T>(pool: Pool, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_LIMIT_MS}`);
    await client.query('SELECT version FROM catalog_version WHERE organization_id = $1 FOR UPDATE', [CATALOGUE]);
    const answer = await work(client);
    await client.query('COMMIT');
    client.release();
    return answer;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** The last import that was not a failure, of one source or of any. */
export async function readLastGoodImport(db: Pool | ClientBase, source?: string): Promise<ImportRow | undefined> {
  const { rows } = await db.query<ImportRow>(
    `SELECT ${COLUMNS} FROM price_import
    WHERE organization_id = $1 AND outcome <> 'FAILED' AND source = coalesce($2, source) ORDER BY id DESC LIMIT 1`,
    [CATALOGUE, source ?? null],
  );
  return rows[0];
}

export async function readLastImport(db: Pool | ClientBase): Promise<ImportRow | undefined> {
  const { rows } = await db.query<ImportRow>(
    `SELECT ${COLUMNS} FROM price_import WHERE organization_id = $1 ORDER BY id DESC LIMIT 1`,
    [CATALOGUE],
  );
  return rows[0];
}

export async function insertImport(db: Pool | ClientBase, row: ImportRow): Promise<void> {
  await db.query(
    `INSERT INTO price_import (organization_id, id, source, outcome, digest, etag, failure, report, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      CATALOGUE,
      row.id,
      row.source,
      row.outcome,
      row.digest,
      row.etag,
      row.failure,
      row.report && JSON.stringify(row.report),
      row.createdAt,
    ],
  );
}

/** Everything that the plan says, and a new version of the catalogue. */
export async function writeImport(
  client: ClientBase,
  plan: ImportPlan,
  providers: readonly FeedProvider[],
  importId: string,
  now: Date,
): Promise<void> {
  await writeProviders(client, plan, providers, now);
  await writeModels(client, plan, now);
  await writePricings(client, plan, importId, now);
  await client.query('UPDATE catalog_version SET version = version + 1 WHERE organization_id = $1', [CATALOGUE]);
}

async function writeProviders(
  client: ClientBase,
  plan: ImportPlan,
  providers: readonly FeedProvider[],
  now: Date,
): Promise<void> {
  await client.query(
    `INSERT INTO provider (organization_id, provider, display_name, provider_match, model_match, fallback_providers,
      extractors, place)
    SELECT $1, p.provider, p."displayName", p."providerMatch", p."modelMatch", p."fallbackProviders", p.extractors, p.place
    FROM jsonb_to_recordset($2) AS p (provider text, "displayName" text, "providerMatch" jsonb, "modelMatch" jsonb,
      "fallbackProviders" text[], extractors jsonb, place int)
    ON CONFLICT (organization_id, provider) DO UPDATE SET display_name = excluded.display_name,
      provider_match = excluded.provider_match, model_match = excluded.model_match,
      fallback_providers = excluded.fallback_providers, extractors = excluded.extractors, place = excluded.place,
      retired_at = NULL`,
    [CATALOGUE, JSON.stringify(providers.map((provider, place) => ({ ...provider, place })))],
  );
  await client.query(
    `UPDATE provider SET retired_at = $3 WHERE organization_id = $1 AND provider = ANY ($2) AND retired_at IS NULL`,
    [CATALOGUE, plan.retiredProviders, now],
  );
}

async function writeModels(client: ClientBase, plan: ImportPlan, now: Date): Promise<void> {
  await client.query(
    `INSERT INTO model (organization_id, id, provider, name, display_name, description, match, context_window, deprecated,
      place, created_at)
    SELECT $1, m.id, m.provider, m.name, m."displayName", m.description, m.match, m."contextWindow", m.deprecated,
      m.place, $3
    FROM jsonb_to_recordset($2) AS m (id uuid, provider text, name text, "displayName" text, description text,
      match jsonb, "contextWindow" bigint, deprecated boolean, place int)
    ON CONFLICT (organization_id, provider, name) DO UPDATE SET display_name = excluded.display_name,
      description = excluded.description, match = excluded.match, context_window = excluded.context_window,
      deprecated = excluded.deprecated, place = excluded.place, retired_at = NULL`,
    [CATALOGUE, JSON.stringify(plan.models.map((model, place) => ({ ...model, place }))), now],
  );
  await client.query(
    'UPDATE model SET retired_at = $3 WHERE organization_id = $1 AND id = ANY ($2) AND retired_at IS NULL',
    [CATALOGUE, plan.retiredModelIds, now],
  );
}

async function writePricings(client: ClientBase, plan: ImportPlan, importId: string, now: Date): Promise<void> {
  await client.query('DELETE FROM pricing WHERE organization_id = $1 AND id = ANY ($2)', [
    CATALOGUE,
    plan.withdrawnIds,
  ]);
  await client.query(
    `INSERT INTO pricing (organization_id, id, provider, model, effective_from, card, import_id, created_at)
    SELECT $1, p.id, p.provider, p.name, p."effectiveFrom", p.card, $3, $4
    FROM jsonb_to_recordset($2) AS p (id uuid, provider text, name text, "effectiveFrom" timestamptz, card jsonb)`,
    [CATALOGUE, JSON.stringify(plan.newPricings), importId, now],
  );
}

/**
 * True for the one server that may refresh now; the next turn is after the interval. A turn that is further away than
 * that was set by an interval that is no longer the one.
 */
export async function claimRefresh(pool: Pool, now: Date, intervalMs: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE catalog_version SET next_refresh_at = $2::timestamptz + $3 * interval '1 millisecond'
    WHERE organization_id = $1
      AND (next_refresh_at <= $2 OR next_refresh_at > $2::timestamptz + $3 * interval '1 millisecond')`,
    [CATALOGUE, now, intervalMs],
  );
  return rowCount === 1;
}
