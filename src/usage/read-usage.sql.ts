/** Finds usage records, newest first, without an index on time: see `searchUsage`. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder } from 'kysely';
import { STORED_ROW } from './find-stored.sql.js';
import { storedRecord } from './stored-usage.js';
import { planSlices, type UsageDay } from './usage-slices.js';
import type { UsageKind, UsageRecord } from './usage-record.js';

/** Whose records: of one user's account, of the subtree of an account as frozen on the records, or both at once. */
export interface UsageScope {
  readonly userAccountId?: string | undefined;
  readonly subtreeIds: readonly string[];
}

export interface UsageSearch extends UsageScope {
  readonly runId?: string | null | undefined;
  readonly provider?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly kind?: UsageKind | null | undefined;
  readonly unpriced?: boolean | null | undefined;
  readonly from?: Date | null | undefined;
  readonly to?: Date | null | undefined;
  readonly tag?: { readonly key: string; readonly value: string } | null | undefined;
  /** Only what comes after this record in the list. */
  readonly after?: UsagePlace | undefined;
}

/** A place in the list: the instant with all its digits, then the key. */
export interface UsagePlace {
  readonly occurredAt: string;
  readonly idempotencyKey: string;
}

const ROW = sql.raw<Record<string, unknown>>(STORED_ROW);

const NEWEST_FIRST = sql`ORDER BY u.occurred_at DESC, u.idempotency_key DESC`;

/** One record with its place, or undefined where it is not there or not in the scope. */
export async function findUsage(
  em: EntityManager,
  organizationId: string,
  key: { readonly idempotencyKey: string; readonly keyDay: string },
  scope: UsageScope,
): Promise<{ record: UsageRecord; place: UsagePlace } | undefined> {
  const { rows } = await sql<{ row: Record<string, unknown>; occurredAt: string }>`
    SELECT ${ROW} AS row, u.occurred_at::text AS "occurredAt" FROM usage_record u
    WHERE u.organization_id = ${organizationId} AND u.idempotency_key = ${key.idempotencyKey}
      AND u.key_day = ${key.keyDay}::date AND ${all(scopeConditions(scope))}`.execute(em.getKysely());
  const found = rows[0];
  return (
    found && {
      record: storedRecord(found.row),
      place: { occurredAt: found.occurredAt, idempotencyKey: key.idempotencyKey },
    }
  );
}

/** Slices of at most so many records are looked up account by account in the index, at some 4 us an account. */
const PROBED_RECORDS = 32_000;

/** In organizations with more accounts than this, probing all of them costs more than reading what lies around. */
const PROBED_ACCOUNTS = 50_000;

/**
 * The next records, newest first. An account's are read from its index, a subtree's from the index at each account that
 * ever was in it. The organization's are read in slices of time, sized by the totals of each day, until the page is full:
 * an index by organization and time would serve this one list and slow down every recorded call. Small slices are looked
 * up at each account too; the BRIN index on time alone took 350 ms over 600,000 records that no vacuum had seen, and as
 * many again for each further slice. Large ones, behind a filter that few records pass, are left to the planner.
 */
export async function searchUsage(
  em: EntityManager,
  organizationId: string,
  search: UsageSearch,
  now: Date,
  limit: number,
): Promise<UsageRecord[]> {
  const conditions = searchConditions(search);
  if (search.userAccountId !== undefined)
    return recordsOf(em, organizationId, ofAccount(organizationId, conditions, limit));
  const [subtreeId] = search.subtreeIds;
  if (subtreeId !== undefined) {
    const accounts = accountsOf(organizationId, subtreeId);
    return recordsOf(em, organizationId, ofAccounts(organizationId, accounts, conditions, limit));
  }
  return searchSlices(em, organizationId, search, conditions, now, limit);
}

async function searchSlices(
  em: EntityManager,
  organizationId: string,
  search: UsageSearch,
  conditions: readonly RawBuilder<unknown>[],
  now: Date,
  limit: number,
): Promise<UsageRecord[]> {
  const everyAccount = sql`SELECT a.id FROM account a WHERE a.organization_id = ${organizationId}`;
  const top = Math.min(now.getTime() + AHEAD_MS, search.to?.getTime() ?? Infinity, topOf(search.after));
  const bottom = search.from?.getTime() ?? -Infinity;
  const found: UsageRecord[] = [];
  let hasFewAccounts = false;
  const daysBefore = async (before: number) => {
    const { days, accountCount } = await readDays(em, organizationId, before);
    hasFewAccounts = accountCount <= PROBED_ACCOUNTS;
    return days;
  };
  for await (const slice of planSlices(top, bottom, daysBefore)) {
    const within = [...conditions];
    if (slice.to < top) within.push(sql`u.occurred_at < ${new Date(slice.to)}`);
    if (slice.from > bottom) within.push(sql`u.occurred_at >= ${new Date(slice.from)}`);
    const isProbed = hasFewAccounts && slice.recordCount <= PROBED_RECORDS;
    const left = limit - found.length;
    const keys = isProbed
      ? ofAccounts(organizationId, everyAccount, within, left)
      : ofAccount(organizationId, within, left);
    found.push(...(await recordsOf(em, organizationId, keys)));
    if (found.length >= limit) break;
  }
  return found;
}

/** No call is further ahead of its recording than this; with room for clocks. */
const AHEAD_MS = 10 * 60_000;

/** The first millisecond after a place. */
function topOf(place: UsagePlace | undefined): number {
  return place ? Date.parse(place.occurredAt.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')) + 1 : Infinity;
}

const DAYS_AT_ONCE = 62;

/** The newest days with usage that begin before an instant, and how many accounts there are, as far as it matters. */
async function readDays(
  em: EntityManager,
  organizationId: string,
  before: number,
): Promise<{ days: UsageDay[]; accountCount: number }> {
  const { rows } = await sql<{ startsAtMs: number; recordCount: string; accountCount: string }>`
    SELECT (extract(epoch FROM d.day::timestamp AT TIME ZONE o.zone) * 1000)::float8 AS "startsAtMs",
      d.record_count::text AS "recordCount",
      (SELECT count(*) FROM (SELECT FROM account a WHERE a.organization_id = ${organizationId}
        LIMIT ${PROBED_ACCOUNTS + 1}) a)::text AS "accountCount"
    FROM organization o CROSS JOIN LATERAL (
      SELECT r.day, sum(r.record_count + 2 * r.reversal_count) AS record_count FROM usage_rollup r
      WHERE r.organization_id = ${organizationId}
        AND r.day < (${new Date(before)}::timestamptz AT TIME ZONE o.zone)::date + 1
        AND r.day::timestamp AT TIME ZONE o.zone < ${new Date(before)}
      GROUP BY r.day ORDER BY r.day DESC LIMIT ${DAYS_AT_ONCE}) d
    WHERE o.organization_id = ${organizationId} ORDER BY d.day DESC`.execute(em.getKysely());
  return {
    days: rows.map((row) => ({ startsAtMs: row.startsAtMs, recordCount: Number(row.recordCount) })),
    accountCount: Number(rows[0]?.accountCount ?? 0),
  };
}

type Keys = RawBuilder<unknown>;

function ofAccount(organizationId: string, conditions: readonly RawBuilder<unknown>[], limit: number): Keys {
  return sql`SELECT u.idempotency_key, u.key_day FROM usage_record u
    WHERE u.organization_id = ${organizationId} AND ${all(conditions)} ${NEWEST_FIRST} LIMIT ${limit}`;
}

function ofAccounts(
  organizationId: string,
  accounts: RawBuilder<unknown>,
  conditions: readonly RawBuilder<unknown>[],
  limit: number,
): Keys {
  return sql`SELECT u.idempotency_key, u.key_day
    FROM (${accounts}) a (id)
    CROSS JOIN LATERAL (
      SELECT u.idempotency_key, u.key_day, u.occurred_at FROM usage_record u
      WHERE u.organization_id = ${organizationId} AND u.account_id = a.id AND ${all(conditions)}
      ${NEWEST_FIRST} LIMIT ${limit}) u
    ${NEWEST_FIRST} LIMIT ${limit}`;
}

async function recordsOf(em: EntityManager, organizationId: string, keys: Keys): Promise<UsageRecord[]> {
  const { rows } = await sql<{ row: Record<string, unknown> }>`
    SELECT ${ROW} AS row FROM (${keys}) k
    JOIN usage_record u ON u.organization_id = ${organizationId} AND u.idempotency_key = k.idempotency_key
      AND u.key_day = k.key_day
    ${NEWEST_FIRST}`.execute(em.getKysely());
  return rows.map(({ row }) => storedRecord(row));
}

/** Every account that a subtree's records can be of: itself, and who ever belonged to it. */
export function accountsOf(organizationId: string, subtreeId: string): RawBuilder<unknown> {
  return sql`SELECT ${subtreeId}::uuid UNION SELECT t.account_id FROM account_team t
    WHERE t.organization_id = ${organizationId} AND t.team_id = ${subtreeId}`;
}

/** A record belongs to the team that it was recorded under, wherever its user is now. */
export function scopeConditions(scope: UsageScope): RawBuilder<unknown>[] {
  const conditions = scope.subtreeIds.map((id) => sql`(u.account_id = ${id} OR u.team_id = ${id})`);
  if (scope.userAccountId !== undefined) conditions.push(sql`u.account_id = ${scope.userAccountId}`);
  return conditions;
}

function searchConditions(search: UsageSearch): RawBuilder<unknown>[] {
  const { runId, provider, model, kind, unpriced, from, to, tag, after } = search;
  const conditions = scopeConditions(search);
  if (runId != null) conditions.push(sql`u.run_id = ${runId}`);
  if (provider != null) conditions.push(sql`(u.provider = ${provider} OR u.provider_sent = ${provider})`);
  if (model != null) conditions.push(sql`(u.model = ${model} OR u.model_sent = ${model})`);
  if (kind != null) conditions.push(sql`u.kind = ${kind}`);
  if (unpriced != null) conditions.push(unpriced ? sql`u.cost_pico_usd IS NULL` : sql`u.cost_pico_usd IS NOT NULL`);
  if (from) conditions.push(sql`u.occurred_at >= ${from}`);
  if (to) conditions.push(sql`u.occurred_at < ${to}`);
  if (tag) conditions.push(sql`u.tags @> ${JSON.stringify({ [tag.key]: tag.value })}::jsonb`);
  if (after) {
    conditions.push(
      sql`(u.occurred_at, u.idempotency_key) < (${after.occurredAt}::timestamptz, ${after.idempotencyKey})`,
    );
  }
  return conditions;
}

export function all(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`true` : sql.join([...conditions], sql` AND `);
}
