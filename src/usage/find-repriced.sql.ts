/** The records that a reprice looks at, page by page. */
import type { Pool } from 'pg';
import { NIL } from 'uuid';
import { KEY_MARK, repriceMarkOf } from './usage-key.js';

/** Which calls. */
export interface RepriceScope {
  readonly organizationId: string;
  /** As records have it. */
  readonly provider: string;
  readonly model: string;
  readonly fromAt: Date;
  /** Exclusive. */
  readonly toAt: Date;
}

/** A place in the order of reading: by account, instant and key. */
export interface RepricePlace {
  readonly accountId: string;
  /** With all its digits. */
  readonly occurredAt: string;
  readonly key: string;
}

/** A call of the model, or one without a price that may be of it. */
export interface RepricedRow {
  readonly key: string;
  readonly keyDay: string;
  readonly accountId: string;
  readonly teamId: string | null;
  readonly occurredAt: Date;
  /** Local, such as `2026-01`. */
  readonly month: string;
  readonly providerSent: string | null;
  readonly modelSent: string;
  readonly quantities: Readonly<Record<string, string>>;
  readonly unpricedReason: string | null;
  /** Whether it had no price first and has had one since the reprice began. */
  readonly isPricedSince: boolean;
  readonly markup: string | null;
  /** pico-USD; null without a price. */
  readonly cost: string | null;
  readonly charge: string | null;
  readonly isCorrected: boolean;
  /** Whether a reprice wrote it that began after the one under way. */
  readonly isOfLater: boolean;
  /** The record in its place; null without one. */
  readonly replacementKey: string | null;
  readonly replacementCost: string | null;
  readonly replacementCharge: string | null;
}

export interface RepricedPage {
  readonly rows: readonly RepricedRow[];
  /** How many records were looked at: fewer than the most is the last page. */
  readonly examined: number;
  readonly last: RepricePlace | undefined;
}

interface Row extends RepricedRow {
  readonly placeOccurredAt: string;
  readonly examined: string;
  readonly isWanted: boolean;
}

/**
 * Account by account, each from its index: nothing else finds a period of one organization without reading all of its
 * records, and an index by model would slow down every recorded call for what is done once a year. A page ends after so
 * many records of any model, so that no statement runs long where few of them are of this one.
 */
const SEEN = `SELECT a.id AS account_id, u.*
  FROM public.account a
  CROSS JOIN LATERAL (
    SELECT u.idempotency_key, u.key_day, u.kind, u.team_id, u.provider_sent, u.model_sent, u.provider, u.model, u.quantities,
      u.unpriced_reason, u.markup, u.cost_pico_usd, u.charge_pico_usd, u.occurred_at, u.priced_at
    FROM public.usage_record u
    WHERE u.organization_id = $1 AND u.account_id = a.id
      AND u.occurred_at >= CASE WHEN a.id = $6::uuid THEN $7::timestamptz ELSE $4 END AND u.occurred_at < $5
      AND (a.id <> $6::uuid OR (u.occurred_at, u.idempotency_key) > ($7::timestamptz, $8::text))
      AND u.kind <> 'REVERSAL' AND ($11::text IS NULL OR right(u.idempotency_key, length($11)) <> $11)
    ORDER BY u.occurred_at, u.idempotency_key LIMIT $9) u
  WHERE a.organization_id = $1 AND a.id >= $6::uuid
  ORDER BY a.id, u.occurred_at, u.idempotency_key LIMIT $9`;

const WANTED = `s.kind = 'CALL' AND (s.cost_pico_usd IS NULL OR (s.provider = $2 AND s.model = $3))`;

/** The correction of `s` and what replaces it, each by its key, whatever the planner believes of the tables. */
const CORRECTION = `LEFT JOIN LATERAL (
    SELECT c.replacement_key, c.key_day FROM public.usage_correction c
    WHERE c.organization_id = $1 AND c.corrected_key = s.idempotency_key AND c.corrected_key_day = s.key_day LIMIT 1) c ON true
  LEFT JOIN LATERAL (
    SELECT r.cost_pico_usd, r.charge_pico_usd FROM public.usage_record r
    WHERE r.organization_id = $1 AND r.idempotency_key = c.replacement_key AND r.key_day = c.key_day LIMIT 1) r ON true`;

/** The reprice under way, and the one that wrote `s`, if that began later: of two of the same microsecond one is the later. */
const BEGUN = `LEFT JOIN public.reprice mine ON mine.organization_id = $1 AND mine.idempotency_key = $10
  LEFT JOIN public.reprice later ON later.organization_id = $1
    AND later.idempotency_key = split_part(s.idempotency_key, $12, 3)
    AND (later.started_at, later.idempotency_key) > (mine.started_at, mine.idempotency_key)`;

const PAGE = `WITH seen AS MATERIALIZED (${SEEN})
  SELECT s.idempotency_key AS key, s.key_day::text AS "keyDay", s.account_id AS "accountId", s.team_id AS "teamId",
    s.occurred_at AS "occurredAt", to_char(s.occurred_at AT TIME ZONE o.zone, 'YYYY-MM') AS month,
    s.provider_sent AS "providerSent", s.model_sent AS "modelSent", s.quantities, s.unpriced_reason AS "unpricedReason",
    s.unpriced_reason IS NOT NULL AND coalesce(s.priced_at >= mine.started_at, false) AS "isPricedSince", s.markup::text AS markup,
    s.cost_pico_usd::text AS cost, s.charge_pico_usd::text AS charge, c.key_day IS NOT NULL AS "isCorrected",
    later.organization_id IS NOT NULL AS "isOfLater", c.replacement_key AS "replacementKey", r.cost_pico_usd::text AS "replacementCost",
    r.charge_pico_usd::text AS "replacementCharge", s.occurred_at::text AS "placeOccurredAt", s.examined,
    ${WANTED} AS "isWanted"
  FROM public.organization o
  CROSS JOIN (
    SELECT seen.*, count(*) OVER () AS examined,
      row_number() OVER (ORDER BY account_id, occurred_at, idempotency_key) AS n
    FROM seen) s
  ${CORRECTION}
  ${BEGUN}
  WHERE o.organization_id = $1 AND (s.n = s.examined OR ${WANTED})
  ORDER BY s.n`;

/** About how many records of any model lie in a period, by the sums of its local days. */
export async function countAround(
  pool: Pool,
  { organizationId, fromAt, toAt }: Pick<RepriceScope, 'organizationId' | 'fromAt' | 'toAt'>,
): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(
    `SELECT coalesce(sum(r.record_count + 2 * r.reversal_count), 0)::text AS count
    FROM public.organization o JOIN public.usage_rollup r ON r.organization_id = o.organization_id
      AND r.day BETWEEN ($2::timestamptz AT TIME ZONE o.zone)::date
        AND (($3::timestamptz - interval '1 microsecond') AT TIME ZONE o.zone)::date
    WHERE o.organization_id = $1`,
    [organizationId, fromAt, toAt],
  );
  return Number(rows[0]?.count ?? 0);
}

/**
 * The next records after a place, without reversals and what the reprice itself wrote: so a page stays as it is while it is
 * worked on.
 * @param underWay the key of the reprice; undefined for one that is only looked at.
 */
export async function readRepriced(
  pool: Pool,
  { organizationId, provider, model, fromAt, toAt }: RepriceScope,
  underWay: string | undefined,
  after: RepricePlace | undefined,
  most: number,
): Promise<RepricedPage> {
  const { rows } = await pool.query<Row>(PAGE, [
    ...[organizationId, provider, model, fromAt, toAt],
    ...[after?.accountId ?? NIL, after?.occurredAt ?? '-infinity', after?.key ?? ''],
    ...[most, underWay ?? null, underWay === undefined ? null : repriceMarkOf(underWay), KEY_MARK],
  ]);
  const last = rows.at(-1);
  return {
    rows: rows.filter(({ isWanted }) => isWanted),
    examined: Number(last?.examined ?? 0),
    last: last && { accountId: last.accountId, occurredAt: last.placeOccurredAt, key: last.key },
  };
}
