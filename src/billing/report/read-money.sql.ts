/** What a month came to in money, by currency: sums as digits, no number of JavaScript ever holds an amount. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder } from 'kysely';
import type { Day } from '../amount/proration.js';
import type { InvoiceLineKind } from '../invoice/invoice-line.js';
import type { TaxMode } from '../profile/tax.js';
import type { ReportedMonth } from './read-month.sql.js';

interface OfCurrency {
  readonly currency: string;
}

/** How many of something, and what they come to. */
interface Counted extends OfCurrency {
  readonly count: number;
  readonly amount: string;
}

/** Amounts by their names in a row, as digits. */
type Amounts<Name extends string> = Readonly<Record<Name, string>>;

export interface MoneySums {
  readonly invoiced: readonly (OfCurrency & { readonly count: number } & Amounts<
      'subtotal' | 'tax' | 'total' | 'carried' | 'broughtForward' | 'credits' | 'carriedForward' | 'due'
    >)[];
  readonly lines: readonly (Counted & { readonly kind: InvoiceLineKind })[];
  readonly taxes: readonly (Counted & { readonly name: string; readonly mode: TaxMode } & Amounts<
      'percent' | 'taxed'
    >)[];
  readonly voided: readonly (OfCurrency & { readonly count: number } & Amounts<'total' | 'tax' | 'credits' | 'due'>)[];
  readonly notes: readonly (Counted & Amounts<'tax' | 'reduced' | 'refunded' | 'credited'>)[];
  readonly payments: readonly (Counted & { readonly processor: string })[];
  readonly refunds: readonly Counted[];
  readonly disputesLost: readonly Counted[];
  readonly credits: readonly (OfCurrency &
    Amounts<'opening' | 'granted' | 'consumed' | 'returned' | 'voided' | 'closing'>)[];
  readonly opening: readonly Counted[];
  readonly closing: readonly (Counted & {
    readonly overdueCount: number;
    readonly overdue: string;
    readonly givenUpCount: number;
    readonly givenUp: string;
  })[];
}

/** One statement, so that all of it is of one instant and adds up while invoices are being made and paid. */
export async function readMoney(em: EntityManager, organizationId: string, month: ReportedMonth): Promise<MoneySums> {
  const { startsAt, endsAt } = month;
  const { rows } = await sql<MoneySums>`
    WITH finalized AS (
      SELECT i.* FROM invoice i WHERE i.organization_id = ${organizationId} AND ${within('i.finalized_at', month)}
    )
    SELECT ${listOf(invoiced)} AS invoiced, ${listOf(lines(organizationId))} AS lines,
      ${listOf(taxes(organizationId))} AS taxes, ${listOf(voided(organizationId, month))} AS voided,
      ${listOf(notes(organizationId, month))} AS notes, ${listOf(payments(organizationId, month))} AS payments,
      ${listOf(ofPayments('refund', 'SUCCEEDED', organizationId, month))} AS refunds,
      ${listOf(ofPayments('dispute', 'LOST', organizationId, month))} AS "disputesLost",
      ${listOf(credits(organizationId, month))} AS credits, ${listOf(opening(organizationId, startsAt))} AS opening,
      ${listOf(closing(organizationId, endsAt, month.asOfDay))} AS closing`.execute(em.getKysely());
  const [sums] = rows;
  if (!sums) throw new Error('Nothing was added up.');
  return sums;
}

const listOf = (rows: RawBuilder<unknown>) => sql`(SELECT coalesce(jsonb_agg(x), '[]'::jsonb) FROM (${rows}) x)`;

const within = (column: string, { startsAt, endsAt }: ReportedMonth) =>
  sql`${sql.ref(column)} >= ${startsAt} AND ${sql.ref(column)} < ${endsAt}`;

/** Digits: JSON would make floats of them. */
const sumOf = (column: string) => sql`coalesce(sum(${sql.ref(column)}), 0)::text`;

const invoiced = sql`
  SELECT f.currency, count(*) AS count, ${sumOf('f.subtotal_pico')} AS subtotal, ${sumOf('f.tax_pico')} AS tax,
    ${sumOf('f.total_pico')} AS total, ${sumOf('f.carried_pico')} AS carried,
    ${sumOf('f.brought_forward_pico')} AS "broughtForward", ${sumOf('f.credits_pico')} AS credits,
    ${sumOf('f.carried_forward_pico')} AS "carriedForward", ${sumOf('f.due_pico')} AS due
  FROM finalized f GROUP BY f.currency`;

const lines = (organizationId: string) => sql`
  SELECT f.currency, l.kind, count(*) AS count, ${sumOf('l.amount_pico')} AS amount
  FROM finalized f JOIN invoice_line l ON l.organization_id = ${organizationId} AND l.invoice_id = f.id
  GROUP BY f.currency, l.kind`;

const taxes = (organizationId: string) => sql`
  SELECT f.currency, t.name, f.tax_mode AS mode, t.percent::text AS percent, count(*) AS count,
    ${sumOf('t.taxed_pico')} AS taxed, ${sumOf('t.amount_pico')} AS amount
  FROM finalized f JOIN invoice_tax t ON t.organization_id = ${organizationId} AND t.invoice_id = f.id
  GROUP BY f.currency, t.name, f.tax_mode, t.percent ORDER BY t.name, t.percent, f.tax_mode`;

/** A draft that is taken back was never to be paid. */
const voided = (organizationId: string, month: ReportedMonth) => sql`
  SELECT i.currency, count(*) AS count, ${sumOf('i.total_pico')} AS total, ${sumOf('i.tax_pico')} AS tax,
    ${sumOf('i.credits_pico')} AS credits, ${sumOf('i.due_pico')} AS due
  FROM invoice i
  WHERE i.organization_id = ${organizationId} AND ${within('i.voided_at', month)} AND i.finalized_at IS NOT NULL
  GROUP BY i.currency`;

const notes = (organizationId: string, month: ReportedMonth) => sql`
  SELECT i.currency, count(*) AS count, ${sumOf('n.amount_pico')} AS amount, ${sumOf('n.tax_pico')} AS tax,
    ${sumOf('n.reduced_pico')} AS reduced, ${sumOf('n.refunded_pico')} AS refunded,
    ${sumOf('n.credited_pico')} AS credited
  FROM credit_note n JOIN invoice i ON i.organization_id = ${organizationId} AND i.id = n.invoice_id
  WHERE n.organization_id = ${organizationId} AND ${within('n.created_at', month)}
  GROUP BY i.currency`;

const payments = (organizationId: string, month: ReportedMonth) => sql`
  SELECT i.currency, p.processor, count(*) AS count, ${sumOf('p.amount_pico')} AS amount
  FROM payment p JOIN invoice i ON i.organization_id = ${organizationId} AND i.id = p.invoice_id
  WHERE p.organization_id = ${organizationId} AND ${within('p.ended_at', month)} AND p.status = 'SUCCEEDED'
  GROUP BY i.currency, p.processor ORDER BY p.processor`;

/** What ended so in a month, as it stands now. */
const ofPayments = (table: 'refund' | 'dispute', status: string, organizationId: string, month: ReportedMonth) => sql`
  SELECT i.currency, count(*) AS count, ${sumOf('r.amount_pico')} AS amount
  FROM ${sql.table(table)} r
  JOIN payment p ON p.organization_id = ${organizationId} AND p.id = r.payment_id
  JOIN invoice i ON i.organization_id = ${organizationId} AND i.id = p.invoice_id
  WHERE r.organization_id = ${organizationId} AND ${within('r.ended_at', month)} AND r.status = ${status}
  GROUP BY i.currency`;

const opening = (organizationId: string, at: Date) => sql`
  SELECT o.currency, count(*) AS count, ${sumOf('o.open')} AS amount
  FROM (${openAt(organizationId, at)}) o GROUP BY o.currency`;

const closing = (organizationId: string, at: Date, asOfDay: Day) => {
  const isOverdue = sql`o.due_day < ${asOfDay}::date`;
  const isGivenUp = sql`o.uncollectible_at < ${at}`;
  return sql`
    SELECT o.currency, count(*) AS count, ${sumOf('o.open')} AS amount,
      count(*) FILTER (WHERE ${isOverdue}) AS "overdueCount",
      coalesce(sum(o.open) FILTER (WHERE ${isOverdue}), 0)::text AS overdue,
      count(*) FILTER (WHERE ${isGivenUp}) AS "givenUpCount",
      coalesce(sum(o.open) FILTER (WHERE ${isGivenUp}), 0)::text AS "givenUp"
    FROM (${openAt(organizationId, at)}) o GROUP BY o.currency`;
};

/**
 * What was to be paid when an instant came: by what had happened before it, whatever happened since. An invoice gets its
 * paid_at when nothing of it is open any more, once; so those that were settled before are not looked at, by an index.
 */
function openAt(organizationId: string, at: Date): RawBuilder<unknown> {
  return sql`
    SELECT i.currency, i.due_day, i.uncollectible_at, i.due_pico - paid.amount - reduced.amount AS open
    FROM invoice i
    CROSS JOIN LATERAL (SELECT coalesce(sum(x.amount_pico - x.credited_pico), 0) AS amount FROM payment x
      WHERE x.organization_id = ${organizationId} AND x.invoice_id = i.id AND x.status = 'SUCCEEDED'
        AND x.ended_at < ${at}) paid
    CROSS JOIN LATERAL (SELECT coalesce(sum(x.reduced_pico), 0) AS amount FROM credit_note x
      WHERE x.organization_id = ${organizationId} AND x.invoice_id = i.id AND x.created_at < ${at}) reduced
    WHERE i.organization_id = ${organizationId} AND i.finalized_at < ${at}
      AND coalesce(i.voided_at, i.paid_at, 'infinity') >= ${at} AND i.due_pico > paid.amount + reduced.amount`;
}

/** What of a grant an expiry leaves: see `leftOf` of credit-balance.ts, which says it of one grant and of now. */
const leftOf = (when: 'from' | 'to', isExpired: RawBuilder<unknown>, isOver: RawBuilder<unknown>) => {
  const left = sql`g.amount_pico - ${sql.ref(`g.used_${when}`)}`;
  const later = sql.ref(`g.later_${when}`);
  return sql`CASE WHEN ${isExpired} IS NOT TRUE THEN ${left}
    WHEN g.rollover_cap_pico IS NULL OR ${isOver} THEN 0
    ELSE greatest(least(${left}, g.rollover_cap_pico) - ${later}, 0) END`;
};

/**
 * Prepaid credit at both ends of a month by what had happened before each, and what moved it. A grant that was over before
 * the month has no part in it, unless an invoice gives back what it took.
 */
function credits(organizationId: string, month: ReportedMonth): RawBuilder<unknown> {
  const { startsAt, endsAt } = month;
  const taken = (at: Date, isLater: boolean) => sql`coalesce(sum(u.amount_pico) FILTER (
    WHERE u.used_at < ${at} AND (i.voided_at IS NULL OR i.voided_at >= ${at})
      AND coalesce(u.used_at >= g.expires_at, false) = ${isLater}), 0)`;
  const leftAt = (when: 'from' | 'to', at: Date) =>
    sql`coalesce(sum(${leftOf(
      when,
      sql`g.expires_at < ${at}`,
      sql`g.rollover_expires_at < ${at}`,
    )}) FILTER (WHERE g.created_at < ${at} AND (g.voided_at IS NULL OR g.voided_at >= ${at})), 0)`;
  const voidedBefore = (when: 'from' | 'to', at: Date) =>
    sql`coalesce(sum(${leftOf(
      when,
      sql`g.expires_at <= g.voided_at`,
      sql`g.rollover_expires_at <= g.voided_at`,
    )}) FILTER (WHERE g.voided_at < ${at}), 0)`;
  return sql`
    SELECT g.currency, ${leftAt('from', startsAt)}::text AS opening,
      coalesce(sum(g.amount_pico) FILTER (WHERE ${within('g.created_at', month)}), 0)::text AS granted,
      ${sumOf('g.consumed')} AS consumed, ${sumOf('g.returned')} AS returned,
      (${voidedBefore('to', endsAt)} - ${voidedBefore('from', startsAt)})::text AS voided,
      ${leftAt('to', endsAt)}::text AS closing
    FROM (
      SELECT g.*, ${taken(startsAt, false)} AS used_from, ${taken(startsAt, true)} AS later_from,
        ${taken(endsAt, false)} AS used_to, ${taken(endsAt, true)} AS later_to,
        coalesce(sum(u.amount_pico) FILTER (WHERE ${within('u.used_at', month)}), 0) AS consumed,
        coalesce(sum(u.amount_pico) FILTER (WHERE ${within('i.voided_at', month)}), 0) AS returned
      FROM credit_grant g
      LEFT JOIN credit_use u ON u.organization_id = g.organization_id AND u.grant_id = g.id
      LEFT JOIN invoice i ON i.organization_id = u.organization_id AND i.id = u.invoice_id AND i.voided_at IS NOT NULL
      WHERE g.organization_id = ${organizationId} AND g.created_at < ${endsAt}
        AND (coalesce(greatest(g.expires_at, g.rollover_expires_at), 'infinity') >= ${startsAt}
            AND coalesce(g.voided_at, 'infinity') >= ${startsAt}
          OR g.id IN (SELECT r.grant_id FROM credit_use r
            JOIN invoice v ON v.organization_id = r.organization_id AND v.id = r.invoice_id
            WHERE r.organization_id = ${organizationId} AND ${within('v.voided_at', month)}))
      GROUP BY g.organization_id, g.id) g
    GROUP BY g.currency`;
}
