/**
 * Reads prices with the version that they belong to. Each is one statement, so one snapshot of the database: a version
 * is never newer than the rows beside it.
 */
import type { ClientBase, Pool } from 'pg';
import { CATALOGUE } from '../node-id.js';
import type { MarkupJson } from './markup.js';
import type { MatchRule } from './match-rule.js';
import type { RateCardJson } from './rate.js';
import type { UsageExtractor } from './usage-extractor.js';

export interface PriceVersions {
  readonly catalogueVersion: bigint;
  readonly ownVersion: bigint;
}

export interface ProviderJson {
  readonly organizationId: string;
  readonly provider: string;
  readonly displayName: string;
  readonly providerMatch: MatchRule | null;
  readonly modelMatch: MatchRule | null;
  readonly fallbackProviders: string[];
  readonly extractors: UsageExtractor[];
  readonly place: number;
  /** Milliseconds since 1970, as all instants of these rows. */
  readonly retiredAt: number | null;
}

export interface ModelJson {
  readonly organizationId: string;
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  readonly displayName: string;
  readonly description: string | null;
  readonly match: MatchRule | null;
  readonly contextWindow: number | null;
  readonly deprecated: boolean;
  readonly place: number;
  readonly retiredAt: number | null;
  readonly createdAt: number;
}

export interface PricingJson {
  readonly organizationId: string;
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly effectiveFrom: number;
  readonly card: RateCardJson;
}

export interface PriceRows {
  readonly version: bigint;
  readonly providers: readonly ProviderJson[];
  readonly models: readonly ModelJson[];
  readonly pricings: readonly PricingJson[];
  readonly markups: readonly MarkupJson[];
  /** Of each user in a team that has markups: the user and the team. */
  readonly teams: readonly (readonly [userId: string, teamId: string])[];
}

/** An organization that is not there has version 0 and no rows, as one that never set a price. */
export async function readPriceVersions(pool: Pool, organizationId: string): Promise<PriceVersions> {
  const { rows } = await pool.query<{ catalogue: string; own: string }>({
    name: 'read-price-versions',
    text: `SELECT (SELECT version FROM catalog_version WHERE organization_id = $1) AS catalogue,
      coalesce((SELECT price_version FROM organization_gate WHERE organization_id = $2), 0) AS own`,
    values: [CATALOGUE, organizationId],
  });
  return { catalogueVersion: BigInt(rows[0]?.catalogue ?? 0), ownVersion: BigInt(rows[0]?.own ?? 0) };
}

const milliseconds = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`;

const PROVIDERS = `SELECT json_agg(json_build_object('organizationId', organization_id, 'provider', provider,
    'displayName', display_name, 'providerMatch', provider_match, 'modelMatch', model_match,
    'fallbackProviders', fallback_providers, 'extractors', extractors, 'place', place,
    'retiredAt', ${milliseconds('retired_at')}) ORDER BY retired_at IS NOT NULL, place)
  FROM provider WHERE organization_id = $1`;

const MODELS = `SELECT json_agg(json_build_object('organizationId', organization_id, 'id', id, 'provider', provider,
    'name', name, 'displayName', display_name, 'description', description, 'match', match,
    'contextWindow', context_window, 'deprecated', deprecated, 'place', place,
    'retiredAt', ${milliseconds('retired_at')}, 'createdAt', ${milliseconds('created_at')})
    ORDER BY retired_at IS NOT NULL, place, id)
  FROM model WHERE organization_id = $1`;

const PRICINGS = `SELECT json_agg(json_build_object('organizationId', organization_id, 'id', id, 'provider', provider,
    'model', model, 'effectiveFrom', ${milliseconds('effective_from')}, 'card', card) ORDER BY effective_from)
  FROM pricing WHERE organization_id = $1`;

const MARKUPS = `SELECT json_agg(json_build_object('accountId', m.account_id, 'isRoot', a.kind = 'ORGANIZATION',
    'from', ${milliseconds('m.effective_from')}, 'to', ${milliseconds('m.effective_to')}, 'rates', m.rates)
    ORDER BY m.effective_from)
  FROM account_markup m JOIN account a ON a.organization_id = m.organization_id AND a.id = m.account_id
  WHERE m.organization_id = $1`;

const TEAMS = `SELECT json_agg(json_build_array(a.id, a.team_id)) FROM account a
  WHERE a.organization_id = $1 AND a.kind = 'USER' AND a.team_id IN (
    SELECT m.account_id FROM account_markup m WHERE m.organization_id = $1)`;

/** All prices of the catalogue. */
export async function readCataloguePrices(pool: Pool | ClientBase): Promise<PriceRows> {
  return readPrices(pool, CATALOGUE, 'SELECT version FROM catalog_version WHERE organization_id = $1');
}

/** What an organization set itself. */
export async function readOwnPrices(pool: Pool, organizationId: string): Promise<PriceRows> {
  return readPrices(pool, organizationId, 'SELECT price_version FROM organization_gate WHERE organization_id = $1');
}

interface PriceRowsJson {
  readonly version: string | null;
  readonly providers: ProviderJson[] | null;
  readonly models: ModelJson[] | null;
  readonly pricings: PricingJson[] | null;
  readonly markups: MarkupJson[] | null;
  readonly teams: [string, string][] | null;
}

async function readPrices(pool: Pool | ClientBase, organizationId: string, version: string): Promise<PriceRows> {
  const { rows } = await pool.query<PriceRowsJson>(
    `SELECT (${version}) AS version, (${PROVIDERS}) AS providers, (${MODELS}) AS models, (${PRICINGS}) AS pricings,
      (${MARKUPS}) AS markups, (${TEAMS}) AS teams`,
    [organizationId],
  );
  const row = rows[0];
  return {
    version: BigInt(row?.version ?? 0),
    providers: row?.providers ?? [],
    models: row?.models ?? [],
    pricings: row?.pricings ?? [],
    markups: row?.markups ?? [],
    teams: row?.teams ?? [],
  };
}
