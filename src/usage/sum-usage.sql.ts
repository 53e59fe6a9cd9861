/** Sums of usage: from the totals that are moved with each record, or from the records themselves. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder } from 'kysely';
import { accountsOf, all, scopeConditions, type UsageScope } from './read-usage.sql.js';
import { UsageGrouping } from './usage-report-input.js';
import { UsageSummaryRow } from './usage-summary.js';

export interface UsageSum {
  /** The first and the last local day, both inclusive. */
  readonly from: string;
  readonly to: string;
  readonly groupBy: ReadonlySet<UsageGrouping>;
  /** Of the records alone: the totals know no run. */
  readonly runId?: string | null | undefined;
  readonly provider?: string | null | undefined;
  readonly model?: string | null | undefined;
}

/** Sums as digits: no number of JavaScript ever holds an amount. */
interface SumRow {
  readonly day: string | null;
  readonly month: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly userId: string | null;
  readonly teamId: string | null;
  readonly runId: string | null;
  readonly recordCount: string;
  readonly unpricedCount: string;
  readonly unratedCount: string;
  readonly inputTokens: string;
  readonly cacheReadTokens: string;
  readonly cacheWriteTokens: string;
  readonly outputTokens: string;
  readonly cost: string;
  readonly charge: string;
}

/** From the totals by day, provider and model: a year of millions of records is some thousand rows. */
export async function sumRollups(
  em: EntityManager,
  organizationId: string,
  wanted: UsageSum,
  limit: number,
): Promise<UsageSummaryRow[]> {
  const rollups = sql`
    SELECT r.day, r.provider, r.model, NULL::uuid AS user_id, NULL::uuid AS team_id, NULL::text AS run_id, r.record_count,
      r.unpriced_count, r.unrated_count, r.input_tokens, r.cache_read_tokens, r.cache_write_tokens, r.output_tokens,
      r.cost_pico_usd AS cost, r.charge_pico_usd AS charge
    FROM usage_rollup r
    WHERE r.organization_id = ${organizationId} AND r.day BETWEEN ${wanted.from}::date AND ${wanted.to}::date`;
  return sumOf(em, rollups, wanted, limit);
}

/** A reversal takes back one record. */
const SIGN = sql`CASE WHEN u.kind = 'REVERSAL' THEN -1 ELSE 1 END`;

/** From the records: also by user, team and run. Days are the same local days as those of the totals. */
export async function sumRecords(
  em: EntityManager,
  organizationId: string,
  zone: string,
  wanted: UsageSum,
  scope: UsageScope,
  limit: number,
): Promise<UsageSummaryRow[]> {
  const conditions = [
    sql`u.occurred_at >= (${wanted.from}::date - 1)::timestamp AT TIME ZONE ${zone}`,
    sql`u.occurred_at < (${wanted.to}::date + 2)::timestamp AT TIME ZONE ${zone}`,
    sql`(u.occurred_at AT TIME ZONE ${zone})::date BETWEEN ${wanted.from}::date AND ${wanted.to}::date`,
    ...scopeConditions(scope),
    ...scope.subtreeIds.map((id) => sql`u.account_id IN (${accountsOf(organizationId, id)})`),
    ...(wanted.runId == null ? [] : [sql`u.run_id = ${wanted.runId}`]),
  ];
  const records = sql`
    SELECT (u.occurred_at AT TIME ZONE ${zone})::date AS day, coalesce(u.provider, u.provider_sent, '') AS provider,
      coalesce(u.model, u.model_sent, '') AS model, u.user_id, u.team_id, u.run_id,
      ${SIGN} AS record_count,
      (u.cost_pico_usd IS NULL)::int AS unpriced_count,
      ${SIGN} * coalesce(u.has_unrated_units, false)::int AS unrated_count,
      ${tokens('INPUT_TOKENS')} AS input_tokens, ${tokens('CACHE_READ_TOKENS')} AS cache_read_tokens,
      CASE WHEN u.quantities ? 'CACHE_WRITE_TOKENS' THEN ${tokens('CACHE_WRITE_TOKENS')}
        ELSE ${tokens('CACHE_WRITE_5M_TOKENS')} + ${tokens('CACHE_WRITE_1H_TOKENS')} END AS cache_write_tokens,
      ${tokens('OUTPUT_TOKENS')} AS output_tokens,
      coalesce(u.cost_pico_usd, 0) AS cost, coalesce(u.charge_pico_usd, 0) AS charge
    FROM usage_record u
    WHERE u.organization_id = ${organizationId} AND ${all(conditions)}`;
  return sumOf(em, records, wanted, limit);
}

function tokens(unit: string): RawBuilder<unknown> {
  return sql`coalesce((u.quantities ->> ${sql.lit(unit)})::numeric, 0)`;
}

const DIMENSIONS: Readonly<Record<UsageGrouping, readonly string[]>> = {
  [UsageGrouping.DAY]: ['day'],
  [UsageGrouping.MONTH]: ['month'],
  [UsageGrouping.PROVIDER]: ['provider'],
  [UsageGrouping.MODEL]: ['provider', 'model'],
  [UsageGrouping.USER]: ['userId'],
  [UsageGrouping.TEAM]: ['teamId'],
  [UsageGrouping.RUN]: ['runId'],
};

const EXPRESSIONS: Readonly<Record<string, RawBuilder<unknown>>> = {
  day: sql`s.day::text`,
  month: sql`to_char(s.day, 'YYYY-MM')`,
  provider: sql`nullif(s.provider, '')`,
  model: sql`nullif(s.model, '')`,
  userId: sql`s.user_id`,
  teamId: sql`s.team_id`,
  runId: sql`s.run_id`,
};

async function sumOf(
  em: EntityManager,
  source: RawBuilder<unknown>,
  { groupBy, provider, model }: UsageSum,
  limit: number,
): Promise<UsageSummaryRow[]> {
  const asked = new Set([...groupBy].flatMap((grouping) => DIMENSIONS[grouping]));
  const columns = Object.entries(EXPRESSIONS).map(([name, expression]) =>
    asked.has(name) ? sql`${expression} AS ${sql.id(name)}` : sql`NULL AS ${sql.id(name)}`,
  );
  const conditions: RawBuilder<unknown>[] = [];
  if (provider != null) conditions.push(sql`s.provider = ${provider}`);
  if (model != null) conditions.push(sql`s.model = ${model}`);
  const { rows } = await sql<SumRow>`
    SELECT ${sql.join(columns)}, sum(s.record_count)::text AS "recordCount",
      sum(s.unpriced_count)::text AS "unpricedCount", sum(s.unrated_count)::text AS "unratedCount",
      sum(s.input_tokens)::text AS "inputTokens", sum(s.cache_read_tokens)::text AS "cacheReadTokens",
      sum(s.cache_write_tokens)::text AS "cacheWriteTokens", sum(s.output_tokens)::text AS "outputTokens",
      sum(s.cost)::text AS cost, sum(s.charge)::text AS charge
    FROM (${source}) s WHERE ${all(conditions)}
    GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING count(*) > 0
    ORDER BY 1, 2, sum(s.charge) DESC, 3, 4, 5, 6, 7 LIMIT ${limit}`.execute(em.getKysely());
  return rows.map(rowOf);
}

function rowOf({ cost, charge, ...row }: SumRow): UsageSummaryRow {
  return Object.assign(new UsageSummaryRow(), row, {
    recordCount: BigInt(row.recordCount),
    unpricedCount: BigInt(row.unpricedCount),
    unratedCount: BigInt(row.unratedCount),
    inputTokens: BigInt(row.inputTokens),
    cacheReadTokens: BigInt(row.cacheReadTokens),
    cacheWriteTokens: BigInt(row.cacheWriteTokens),
    outputTokens: BigInt(row.outputTokens),
    costPicoUsd: BigInt(cost),
    chargePicoUsd: BigInt(charge),
  });
}
