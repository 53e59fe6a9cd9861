/** The usage that an invoice has: each priced record is on exactly one of its payer's, by the cuts of its invoices. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder } from 'kysely';
import { STORED_ROW } from '../../usage/find-stored.sql.js';
import { AccountKind } from '../../identity/account.js';
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

/**
 * The nearest account that is on a plan at the instant of the call pays. What became billable after the cut, or before
 * the last one, is on another invoice.
 */
function billed({
  organizationId,
  subscriptionId,
  payer,
  sequence,
  toAt,
  cutAt,
  before,
}: UsageWindow): RawBuilder<unknown> {
  const isFirst = before === undefined;
  return sql`
    WITH sub AS MATERIALIZED (
      SELECT s.id, s.account_id, public.local_day_start(o.zone, s.start_day) AS from_at,
        coalesce(public.local_day_start(o.zone, s.end_day), 'infinity') AS to_at
      FROM subscription s JOIN organization o ON o.organization_id = s.organization_id
      WHERE s.organization_id = ${organizationId}
    ),
    past AS (
      SELECT i.from_day, i.to_day, i.from_at, i.to_at FROM invoice i
      WHERE i.organization_id = ${organizationId} AND i.subscription_id = ${subscriptionId} AND i.status <> 'VOID'
        AND i.sequence > 0 AND i.sequence < ${sequence}
    ),
    billed AS (
      SELECT u.*, p.from_day AS late_from, p.to_day AS late_to
      FROM usage_record u
      JOIN sub me ON me.id = ${subscriptionId} AND me.from_at <= u.occurred_at AND u.occurred_at < me.to_at
      LEFT JOIN past p ON p.from_at <= u.occurred_at AND u.occurred_at < p.to_at
      WHERE u.organization_id = ${organizationId} AND u.billable_at <= ${cutAt} AND u.occurred_at < ${toAt}
        AND (${isFirst} OR u.occurred_at >= ${before?.toAt ?? null}::timestamptz
          OR u.billable_at > ${before?.cutAt ?? null}::timestamptz)
        AND ${scopeOf(payer)}
    )`;
}

function scopeOf({ id, kind }: UsageWindow['payer']): RawBuilder<unknown> {
  const nearer = (accounts: RawBuilder<unknown>) => sql`NOT EXISTS (SELECT FROM sub n
    WHERE n.account_id IN (${accounts}) AND n.account_id <> ${id}
      AND n.from_at <= u.occurred_at AND u.occurred_at < n.to_at)`;
  switch (kind) {
    case AccountKind.TEAM:
      return sql`(u.account_id = ${id} OR u.team_id = ${id}) AND ${nearer(sql`u.account_id`)}`;
    case AccountKind.ORGANIZATION:
      return nearer(sql`u.account_id, u.team_id`);
    case AccountKind.USER:
    case AccountKind.RUN:
      return sql`u.account_id = ${id}`;
  }
}

const GROUP = sql`b.late_from::text AS "lateFrom", b.late_to::text AS "lateTo", b.provider, b.model`;

/**
 * Up to which local day usage of an account is on invoices of the accounts above it: its team, each that it ever was in, and
 * the organization. null where it is on none. Waits for one that is being made, whoever makes it holds its subscription, and
 * keeps others from being begun until the transaction ends. The caller holds the gate.
 */
export async function readBilledTo(em: EntityManager, organizationId: string, accountId: string): Promise<Day | null> {
  const above = sql`SELECT a.id FROM account a
    WHERE a.organization_id = ${organizationId} AND a.id <> ${accountId}
      AND (a.kind = 'ORGANIZATION' OR a.id IN (SELECT t.team_id FROM account_team t
        WHERE t.organization_id = ${organizationId} AND t.account_id = ${accountId}))`;
  await sql`SELECT s.id FROM subscription s
    WHERE s.organization_id = ${organizationId} AND s.account_id IN (${above})
    ORDER BY s.id FOR UPDATE`.execute(em.getKysely());
  const { rows } = await sql<{ day: Day | null }>`SELECT max(i.to_day)::text AS day FROM invoice i
    WHERE i.organization_id = ${organizationId} AND i.status <> 'VOID' AND i.account_id IN (${above})`.execute(
    em.getKysely(),
  );
  return rows[0]?.day ?? null;
}

/** By model. */
export async function readCharged(em: EntityManager, window: UsageWindow): Promise<ChargedUsage[]> {
  const { rows } = await sql<ChargedUsage>`${billed(window)}
    SELECT ${GROUP}, sum(CASE WHEN b.kind = 'REVERSAL' THEN -1 ELSE 1 END)::text AS "recordCount",
      sum(b.charge_pico_usd)::text AS charge
    FROM billed b
    GROUP BY b.late_from, b.late_to, b.provider, b.model
    ORDER BY b.late_from NULLS FIRST, b.provider NULLS LAST, b.model`.execute(em.getKysely());
  return rows;
}

/** By model and unit. */
export async function readUnits(em: EntityManager, window: UsageWindow): Promise<UnitUsage[]> {
  const { rows } = await sql<UnitUsage>`${billed(window)}
    SELECT ${GROUP}, l.line ->> 'unit' AS unit, sum((l.line ->> 'quantity')::numeric)::text AS quantity,
      sum((l.line ->> 'amountPicoUsd')::numeric)::text AS cost,
      sum((l.line ->> 'amountPicoUsd')::numeric * (1 + b.markup))::text AS charge
    FROM billed b CROSS JOIN LATERAL jsonb_array_elements(b.lines) AS l (line)
    GROUP BY b.late_from, b.late_to, b.provider, b.model, l.line ->> 'unit'
    ORDER BY b.late_from NULLS FIRST, b.provider NULLS LAST, b.model, l.line ->> 'unit'`.execute(em.getKysely());
  return rows;
}

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
}

/** The records behind a line, newest first. */
export async function readBilled(
  em: EntityManager,
  window: UsageWindow,
  { lateFrom, provider, model, isOfAll, unit }: BilledLine,
  after: BilledPlace | undefined,
  most: number,
): Promise<{ readonly row: Record<string, unknown>; readonly occurredAt: string }[]> {
  const isOf = (column: string, value: string | null) =>
    isOfAll && value === null ? sql`true` : sql`${sql.ref(column)} IS NOT DISTINCT FROM ${value}`;
  const { rows } = await sql<{ row: Record<string, unknown>; occurredAt: string }>`${billed(window)}
    SELECT ${sql.raw(STORED_ROW)} AS row, u.occurred_at::text AS "occurredAt"
    FROM billed b
    JOIN usage_record u ON u.organization_id = ${window.organizationId} AND u.idempotency_key = b.idempotency_key
      AND u.key_day = b.key_day
    WHERE b.late_from IS NOT DISTINCT FROM ${lateFrom}::date AND ${isOf('b.provider', provider)}
      AND ${isOf('b.model', model)}
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

/** The next number of the organization, given back where the transaction is not committed. */
export async function takeNumber(em: EntityManager, organizationId: string): Promise<bigint> {
  const { rows } = await sql<{ number: string }>`
    INSERT INTO invoice_counter AS c (organization_id, last_number) VALUES (${organizationId}, 1)
    ON CONFLICT (organization_id) DO UPDATE SET last_number = c.last_number + 1
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
