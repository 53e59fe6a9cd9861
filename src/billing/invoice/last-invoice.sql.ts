/** The invoice before the next one, and what is on those before. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { Day } from '../amount/proration.js';
import type { EarlierLine } from './invoice-lines.js';
import type { InvoiceStatus } from './invoice.js';

/** The last that stands of a subscription. */
export interface LastInvoice {
  readonly id: string;
  readonly sequence: number;
  readonly status: InvoiceStatus;
  readonly toDay: Day | null;
  readonly toAt: Date | null;
  readonly cutAt: Date;
  /** The local day of the cut. */
  readonly cutDay: Day;
  readonly carriedPico: bigint;
  readonly carriedForwardPico: bigint;
}

type LastRow = Omit<LastInvoice, 'toAt' | 'cutAt' | 'carriedPico' | 'carriedForwardPico'> & {
  readonly subscriptionId: string;
  readonly toAtMs: number | null;
  readonly cutAtMs: number;
  readonly carried: string;
  readonly carriedForward: string;
};

/** By subscription. */
export async function readLastInvoices(
  em: EntityManager,
  organizationId: string,
  subscriptionIds: readonly string[],
): Promise<Map<string, LastInvoice>> {
  const { rows } = await sql<LastRow>`
    SELECT i.subscription_id AS "subscriptionId", i.id, i.sequence, i.status, i.to_day::text AS "toDay",
      (extract(epoch FROM i.to_at) * 1000)::float8 AS "toAtMs", (extract(epoch FROM i.cut_at) * 1000)::float8 AS "cutAtMs",
      public.local_day_of(o.zone, i.cut_at)::text AS "cutDay",
      i.carried_pico::text AS carried, i.carried_forward_pico::text AS "carriedForward"
    FROM unnest(${[...subscriptionIds]}::uuid[]) AS s (id)
    JOIN organization o ON o.organization_id = ${organizationId}
    CROSS JOIN LATERAL (
      SELECT i.* FROM invoice i
      WHERE i.organization_id = ${organizationId} AND i.subscription_id = s.id AND i.status <> 'VOID'
      ORDER BY i.sequence DESC LIMIT 1) i`.execute(em.getKysely());
  return new Map(
    rows.map(({ subscriptionId, toAtMs, cutAtMs, carried, carriedForward, ...row }) => [
      subscriptionId,
      {
        ...row,
        toAt: toAtMs === null ? null : new Date(toAtMs),
        cutAt: new Date(cutAtMs),
        carriedPico: BigInt(carried),
        carriedForwardPico: BigInt(carriedForward),
      },
    ]),
  );
}

/** Which lines: of a subscription, those that are for a day or a later one. */
export interface LinesWanted {
  readonly subscriptionId: string;
  readonly fromDay: Day;
}

type LineRow = Omit<EarlierLine, 'quantity' | 'exactPico' | 'amountPico'> & {
  readonly place: number;
  readonly quantity: string | null;
  readonly exact: string;
  readonly amount: string;
};

export async function readEarlierLines(
  em: EntityManager,
  organizationId: string,
  wanted: readonly LinesWanted[],
): Promise<EarlierLine[][]> {
  const { rows } = await sql<LineRow>`
    SELECT w.place::int AS place, l.kind, l.row_key AS "rowKey", l.from_day::text AS "fromDay", l.quantity::text AS quantity,
      l.exact_pico::text AS exact, l.amount_pico::text AS amount, l.detail
    FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) AS ("subscriptionId" uuid, "fromDay" date))
      WITH ORDINALITY AS w (subscription_id, from_day, place)
    JOIN invoice i ON i.organization_id = ${organizationId} AND i.subscription_id = w.subscription_id AND i.status <> 'VOID'
    JOIN invoice_line l ON l.organization_id = ${organizationId} AND l.invoice_id = i.id AND l.from_day >= w.from_day
    ORDER BY w.place, i.sequence, l.line`.execute(em.getKysely());
  const lines: EarlierLine[][] = wanted.map(() => []);
  for (const { place, quantity, exact, amount, ...row } of rows) {
    const amounts = { exactPico: BigInt(exact), amountPico: BigInt(amount) };
    lines[place - 1]?.push({ ...row, quantity: quantity === null ? null : BigInt(quantity), ...amounts });
  }
  return lines;
}

export interface LinesOfToday {
  /** Of all invoices that were made on this local day, those that were taken back since included. */
  readonly count: number;
  /** Of the day. */
  readonly secondsLeft: number;
}

export async function readLinesOfToday(
  em: EntityManager,
  organizationId: string,
  subscriptionIds: readonly string[],
  now: Date,
): Promise<LinesOfToday[]> {
  const { rows } = await sql<LinesOfToday & { readonly place: number }>`
    SELECT s.place::int AS place, lines.count::int AS count,
      extract(epoch FROM public.local_day_start(o.zone, today.day + 1) - ${now}::timestamptz)::float8 AS "secondsLeft"
    FROM unnest(${[...subscriptionIds]}::uuid[]) WITH ORDINALITY AS s (id, place)
    JOIN organization o ON o.organization_id = ${organizationId}
    CROSS JOIN LATERAL (SELECT public.local_day_of(o.zone, ${now}::timestamptz) AS day) today
    CROSS JOIN LATERAL (
      SELECT count(*) FROM invoice i
      JOIN invoice_line l ON l.organization_id = ${organizationId} AND l.invoice_id = i.id
      WHERE i.organization_id = ${organizationId} AND i.subscription_id = s.id
        AND i.created_at >= public.local_day_start(o.zone, today.day)) lines
    ORDER BY s.place`.execute(em.getKysely());
  return rows;
}
