/** The usage that an invoice has: each priced record is on exactly one of its payer's, by the cuts of its invoices. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder } from 'kysely';
import { STORED_ROW } from '../../usage/find-stored.sql.js';
import type { AccountKind } from '../../identity/account.js';
import type { UsageUnit } from '../../catalog/usage-unit.js';
import type { Day } from '../amount/proration.js';

/** Which usage: what happened before `toAt`, but for what the invoice before has, which was cut at `before`. */
export interface UsageWindow {
  readonly organizationId: string;
  readonly subscriptionId: string;
  readonly payer: { readonly id: string; readonly kind: AccountKind };
  /** Of the invoice, from 1. */
  readonly sequence: number;
  readonly toAt: Date;
  readonly cutAt: Date;
  /** The end of the period and the cut of the invoice before; undefined for the first with usage. */
  readonly before: { readonly toAt: Date; readonly cutAt: Date } | undefined;
}

/** Usage of one model: of the invoice's own period, or of an earlier one. */
export interface UsageGroup {
  /** The earlier period, `[lateFrom, lateTo)`; null for the own one. */
  readonly lateFrom: Day | null;
  readonly lateTo: Day | null;
  readonly provider: string | null;
  readonly model: string | null;
}

export interface ChargedUsage extends UsageGroup {
  readonly recordCount: string;
  /** pico-USD. */
  readonly charge: string;
}

export interface UnitUsage extends UsageGroup {
  readonly unit: UsageUnit;
  /** In the unit, with up to 6 decimals. */
  readonly quantity: string;
  /** pico-USD. */
  readonly cost: string;
  /** pico-USD, with up to 6 decimals: the cost of each line with its record's markup, unrounded. */
  readonly charge: string;
}

export interface BilledUsage {
  /** By model. */
  readonly charged: readonly ChargedUsage[];
  /** By model and unit. */
  readonly units: readonly UnitUsage[];
}

/**
 * What came so much after its call is found by when it became billable, in an index of its own; all other usage by when it
 * happened. As in `usage_record_late_idx`.
 */
const LATE = `interval '1 hour'`;

/** Windows of one organization by their place in the list, and when its accounts are on plans, where that matters. */
function asked(windows: readonly UsageWindow[]): RawBuilder<unknown> {
  const organizationId = windows[0]?.organizationId;
  const rows = windows.map(({ subscriptionId, payer, sequence, toAt, cutAt, before }, place) => ({
    ...{ place, subscriptionId, accountId: payer.id, kind: payer.kind, sequence, toAt, cutAt },
    ...{ beforeTo: before?.toAt ?? null, beforeCut: before?.cutAt ?? null },
  }));
  return sql`
    WITH asked AS MATERIALIZED (
      SELECT w.place, w.subscription_id, w.account_id, w.kind, w.sequence, w.cut_at, w.before_to, w.before_cut,
        least(w.before_to, w.before_cut - ${sql.raw(LATE)}) AS late_before,
        public.local_day_start(o.zone, s.start_day) AS from_at,
        least(w.to_at, public.local_day_start(o.zone, s.end_day)) AS to_at
      FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS (place int, "subscriptionId" uuid,
        "accountId" uuid, kind text, sequence int, "toAt" timestamptz, "cutAt" timestamptz, "beforeTo" timestamptz,
        "beforeCut" timestamptz))
        AS w (place, subscription_id, account_id, kind, sequence, to_at, cut_at, before_to, before_cut)
      JOIN organization o ON o.organization_id = ${organizationId}
      JOIN subscription s ON s.organization_id = ${organizationId} AND s.id = w.subscription_id
    ),
    planned AS MATERIALIZED (
      SELECT s.account_id, range_agg(tstzrange(public.local_day_start(o.zone, s.start_day),
        public.local_day_start(o.zone, s.end_day))) AS times
      FROM subscription s JOIN organization o ON o.organization_id = s.organization_id
      WHERE s.organization_id = ${organizationId} AND EXISTS (SELECT FROM asked a WHERE a.kind IN ('TEAM', 'ORGANIZATION'))
      GROUP BY s.account_id
    )`;
}

/**
 * The records of what is asked for as `a`. The nearest account that is on a plan at the instant of the call pays. What became
 * billable after the cut, or before the last one, is on another invoice. Each account that may have spent for the payer is
 * looked up by itself, so that what is read is the usage of the window and not that of all time.
 */
function billedOf(organizationId: string | undefined): RawBuilder<unknown> {
  return sql`
    SELECT u.*, p.from_day AS late_from, p.to_day AS late_to
    FROM (
      SELECT a.account_id, NULL::tstzmultirange AS planned
      UNION ALL
      SELECT t.account_id, p.times FROM account_team t LEFT JOIN planned p ON p.account_id = t.account_id
      WHERE a.kind = 'TEAM' AND t.organization_id = ${organizationId} AND t.team_id = a.account_id
      UNION ALL
      SELECT o.id, p.times FROM account o LEFT JOIN planned p ON p.account_id = o.id
      WHERE a.kind = 'ORGANIZATION' AND o.organization_id = ${organizationId} AND o.id <> a.account_id
        AND o.kind <> 'RUN'
    ) s
    CROSS JOIN LATERAL (
      SELECT u.* FROM usage_record u
      WHERE u.organization_id = ${organizationId} AND u.account_id = s.account_id AND u.billable_at <= a.cut_at
        AND u.occurred_at >= greatest(a.from_at, a.late_before) AND u.occurred_at < a.to_at
        AND (a.before_to IS NULL OR u.occurred_at >= a.before_to OR u.billable_at > a.before_cut)
      UNION ALL
      SELECT u.* FROM usage_record u
      WHERE u.organization_id = ${organizationId} AND u.account_id = s.account_id
        AND u.billable_at > a.before_cut AND u.billable_at <= a.cut_at
        AND u.billable_at - u.occurred_at > ${sql.raw(LATE)}
        AND u.occurred_at >= a.from_at AND u.occurred_at < least(a.late_before, a.to_at)
    ) u
    LEFT JOIN planned team ON team.account_id = u.team_id AND a.kind = 'ORGANIZATION'
    LEFT JOIN LATERAL (
      SELECT i.from_day, i.to_day FROM invoice i
      WHERE u.occurred_at < a.before_to AND i.organization_id = ${organizationId}
        AND i.subscription_id = a.subscription_id AND i.status <> 'VOID' AND i.sequence > 0 AND i.sequence < a.sequence
        AND i.from_at <= u.occurred_at AND u.occurred_at < i.to_at
    ) p ON true
    WHERE (a.kind <> 'TEAM' OR u.account_id = a.account_id OR u.team_id = a.account_id)
      AND s.planned @> u.occurred_at IS NOT TRUE AND team.times @> u.occurred_at IS NOT TRUE`;
}

/**
 * What is on the invoices of several windows of one organization, in their order. A record counts with the first of its
 * lines, so that all of it is read in one pass.
 */
export async function readUsage(em: EntityManager, windows: readonly UsageWindow[]): Promise<BilledUsage[]> {
  // How many lines a record has the planner does not know, and what it thinks of it is worth compiling; it is not.
  await sql`SET LOCAL jit = off`.execute(em.getKysely());
  const { rows } = await sql<UsageRow>`${asked(windows)},
    used AS MATERIALIZED (
      SELECT a.place, u.*
      FROM asked a
      CROSS JOIN LATERAL (
        SELECT b.late_from, b.late_to, b.provider, b.model, b.markup, l.unit, sum(l.quantity) AS quantity,
          sum(l.cost) AS cost,
          sum(CASE WHEN b.kind = 'REVERSAL' THEN -1 ELSE 1 END) FILTER (WHERE coalesce(l.place, 1) = 1) AS records,
          sum(b.charge_pico_usd) FILTER (WHERE coalesce(l.place, 1) = 1) AS charge
        FROM (${billedOf(windows[0]?.organizationId)}) b
        LEFT JOIN LATERAL ROWS FROM (jsonb_to_recordset(b.lines) AS (unit text, quantity numeric, "amountPicoUsd" numeric))
          WITH ORDINALITY AS l (unit, quantity, cost, place) ON true
        GROUP BY b.late_from, b.late_to, b.provider, b.model, b.markup, l.unit
      ) u
    )
    SELECT ${GROUP}, NULL AS unit, sum(u.records)::text AS "recordCount", NULL AS quantity, NULL AS cost,
      sum(u.charge)::text AS charge
    FROM used u GROUP BY u.place, u.late_from, u.late_to, u.provider, u.model
    UNION ALL
    SELECT ${GROUP}, u.unit, NULL, sum(u.quantity)::text, sum(u.cost)::text, sum(u.cost * (1 + u.markup))::text
    FROM used u WHERE u.unit IS NOT NULL GROUP BY u.place, u.late_from, u.late_to, u.provider, u.model, u.unit
    ORDER BY "lateFrom" NULLS FIRST, provider NULLS LAST, model, unit`.execute(em.getKysely());
  const usage = windows.map(() => ({ charged: [] as ChargedUsage[], units: [] as UnitUsage[] }));
  for (const row of rows) {
    const found = usage[row.place];
    if (row.unit === null) found?.charged.push(row);
    else found?.units.push(row);
  }
  return usage;
}

/** The charges of a window by model, without its units. */
export async function readCharged(em: EntityManager, window: UsageWindow): Promise<ChargedUsage[]> {
  const { rows } = await sql<ChargedUsage>`${asked([window])}
    SELECT ${GROUP}, sum(CASE WHEN u.kind = 'REVERSAL' THEN -1 ELSE 1 END)::text AS "recordCount",
      sum(u.charge_pico_usd)::text AS charge
    FROM (SELECT a.place, b.* FROM asked a CROSS JOIN LATERAL (${billedOf(window.organizationId)}) b) u
    GROUP BY u.place, u.late_from, u.late_to, u.provider, u.model`.execute(em.getKysely());
  return rows;
}

const GROUP = sql`u.place, u.late_from::text AS "lateFrom", u.late_to::text AS "lateTo", u.provider, u.model`;

type UsageRow = { readonly place: number } & ((ChargedUsage & { readonly unit: null }) | UnitUsage);

/** Where a page of records begins: after this one. */
export interface BilledPlace {
  /** With all its digits. */
  readonly occurredAt: string;
  readonly key: string;
}

/** Of what a line has. */
export interface BilledLine {
  /** The first day of the earlier period; null for the own one. */
  readonly lateFrom: Day | null;
  readonly provider: string | null;
  readonly model: string | null;
  /** Whether provider and model, where they are null, stand for all. */
  readonly isOfAll: boolean;
  /** Only records with a cost line of it. */
  readonly unit: UsageUnit | null;
  /** Of all models: those that another line has. A model of null: all of the provider. */
  readonly others: readonly { readonly provider: string | null; readonly model: string | null }[];
}

/** The records behind a line, newest first. */
export async function readBilled(
  em: EntityManager,
  window: UsageWindow,
  { lateFrom, provider, model, isOfAll, unit, others }: BilledLine,
  after: BilledPlace | undefined,
  most: number,
): Promise<{ readonly row: Record<string, unknown>; readonly occurredAt: string }[]> {
  const isOf = (column: string, value: string | null) =>
    isOfAll && value === null ? sql`true` : sql`${sql.ref(column)} IS NOT DISTINCT FROM ${value}`;
  const { rows } = await sql<{ row: Record<string, unknown>; occurredAt: string }>`${asked([window])}
    SELECT ${sql.raw(STORED_ROW)} AS row, u.occurred_at::text AS "occurredAt"
    FROM asked a
    CROSS JOIN LATERAL (${billedOf(window.organizationId)}) b
    JOIN usage_record u ON u.organization_id = ${window.organizationId} AND u.idempotency_key = b.idempotency_key
      AND u.key_day = b.key_day
    WHERE b.late_from IS NOT DISTINCT FROM ${lateFrom}::date AND ${isOf('b.provider', provider)}
      AND ${isOf('b.model', model)}
      AND NOT EXISTS (
        SELECT FROM jsonb_to_recordset(${JSON.stringify(others)}::jsonb) AS o (provider text, model text)
        WHERE o.provider = b.provider AND (o.model IS NULL OR o.model = b.model))
      AND (${unit}::text IS NULL OR b.lines @> ${JSON.stringify([{ unit }])}::jsonb)
      AND (${after?.key ?? null}::text IS NULL
        OR (b.occurred_at, b.idempotency_key) < (${after?.occurredAt ?? null}::timestamptz, ${after?.key ?? null}::text))
    ORDER BY b.occurred_at DESC, b.idempotency_key DESC LIMIT ${most}`.execute(em.getKysely());
  return rows;
}

/**
 * The instant that separates what is billed from what comes later, and at the gate: what commits after this is billable
 * after it. In whole milliseconds, so that code can carry it. The caller holds the gate.
 */
export async function takeCut(em: EntityManager, organizationId: string): Promise<Date> {
  const { rows } = await sql<{ cutAtMs: number }>`
    UPDATE organization_gate SET last_cut_at =
      date_trunc('milliseconds', greatest(public.tollgate_now(), last_cut_at)) + interval '1 millisecond'
    WHERE organization_id = ${organizationId}
    RETURNING (extract(epoch FROM last_cut_at) * 1000)::float8 AS "cutAtMs"`.execute(em.getKysely());
  const cutAtMs = rows[0]?.cutAtMs;
  if (cutAtMs === undefined) throw new Error('The gate of the organization is missing.');
  return new Date(cutAtMs);
}

/** The next numbers of the organization, of which the last is told; given back where the transaction is not committed. */
export async function takeNumbers(em: EntityManager, organizationId: string, count: number): Promise<bigint> {
  const { rows } = await sql<{ number: string }>`
    INSERT INTO invoice_counter AS c (organization_id, last_number) VALUES (${organizationId}, ${count})
    ON CONFLICT (organization_id) DO UPDATE SET last_number = c.last_number + excluded.last_number
    RETURNING last_number::text AS number`.execute(em.getKysely());
  const number = rows[0]?.number;
  if (number === undefined) throw new Error('No number was given.');
  return BigInt(number);
}

/** The same of credit notes, which have numbers of their own. The invoice has its number, so the counter is there. */
export async function takeCreditNoteNumber(em: EntityManager, organizationId: string): Promise<bigint> {
  const { rows } = await sql<{ number: string }>`
    UPDATE invoice_counter SET last_credit_note = last_credit_note + 1 WHERE organization_id = ${organizationId}
    RETURNING last_credit_note::text AS number`.execute(em.getKysely());
  const number = rows[0]?.number;
  if (number === undefined) throw new Error('No number was given.');
  return BigInt(number);
}
