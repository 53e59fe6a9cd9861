/** What these books have of a processor: by what it calls them. */
import type { ClientBase } from 'pg';
import { sealerOf } from '../encryption/sealer.js';

export type ProcessorKind = 'payment' | 'refund' | 'dispute';

/** What these books say of a payment, a refund or a dispute. */
export interface BookRow {
  readonly organizationId: string;
  readonly ref: string;
  /** Of a refund or a dispute: the payment, as the processor calls it. */
  readonly paymentRef: string;
  readonly status: string;
  /** pico, as digits. */
  readonly amount: string;
  readonly currency: string;
  /** Of which invoice, in words. */
  readonly of: string;
  /** Somebody is going to look after it: it is under way, or an event of it is to be worked off. */
  readonly isUnderWay: boolean;
}

const TABLES: Readonly<Record<ProcessorKind, { readonly from: string; readonly lookAt: string }>> = {
  payment: {
    from: 'public.payment t JOIN public.payment p ON p.organization_id = t.organization_id AND p.id = t.id',
    lookAt: 't.look_at',
  },
  refund: {
    from: 'public.refund t JOIN public.payment p ON p.organization_id = t.organization_id AND p.id = t.payment_id',
    lookAt: 't.look_at',
  },
  dispute: {
    from: 'public.dispute t JOIN public.payment p ON p.organization_id = t.organization_id AND p.id = t.payment_id',
    lookAt: 'NULL::timestamptz',
  },
};

/** What should have been looked after so long ago is in nobody's hands. */
const OVERDUE = `interval '10 minutes'`;

const select = (kind: ProcessorKind, where: string) => `
  SELECT t.organization_id AS "organizationId", t.processor_ref AS ref, p.processor_ref AS "paymentRef", t.status,
    t.amount_pico::text AS amount, i.currency, concat('invoice ', coalesce(i.number::text, i.id::text)) AS of,
    coalesce(${TABLES[kind].lookAt} > public.tollgate_now() - ${OVERDUE}, false)
      OR EXISTS (SELECT FROM public.webhook_event e
        WHERE e.processor = $1 AND e.look_at IS NOT NULL AND e.object_ref_index = t.processor_ref_index) AS "isUnderWay"
  FROM ${TABLES[kind].from}
  JOIN public.invoice i ON i.organization_id = p.organization_id AND i.id = p.invoice_id
  WHERE p.processor = $1 AND ${where}`;

/** Of some organizations, those that the processor calls so. */
export async function rowsByRef(
  client: ClientBase,
  kind: ProcessorKind,
  processor: string,
  organizationIds: readonly string[],
  refs: readonly string[],
): Promise<BookRow[]> {
  const where = 't.organization_id = ANY ($2) AND t.processor_ref_index = ANY ($3)';
  const sealer = sealerOf(client);
  const indexes = refs.map((ref) => sealer.refIndex(ref));
  return opened(client, kind, await client.query<BookRow>(select(kind, where), [processor, organizationIds, indexes]));
}

/** What these books say that the processor has, from an instant on: money that came in, went back or is asked back. */
export async function rowsSince(
  client: ClientBase,
  kind: ProcessorKind,
  processor: string,
  organizationIds: readonly string[],
  since: Date,
): Promise<BookRow[]> {
  const where = `t.organization_id = ANY ($2) AND t.created_at >= $3 AND t.processor_ref IS NOT NULL
    ${kind === 'payment' ? `AND t.status = 'SUCCEEDED'` : ''} ORDER BY t.organization_id, t.id`;
  return opened(client, kind, await client.query<BookRow>(select(kind, where), [processor, organizationIds, since]));
}

function opened(client: ClientBase, kind: ProcessorKind, { rows }: { readonly rows: BookRow[] }): BookRow[] {
  const sealer = sealerOf(client);
  return rows.map((row) => ({
    ...row,
    ref: sealer.open(`${kind}.processor_ref`, row.ref),
    paymentRef: sealer.open('payment.processor_ref', row.paymentRef),
  }));
}

/** Whether an attempt stands that was asked for without an answer yet. */
export async function isPaymentAwaited(
  client: ClientBase,
  place: { readonly organizationId: string; readonly invoiceId: string; readonly attempt: number },
): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM public.payment WHERE organization_id = $1 AND invoice_id = $2 AND attempt = $3
      AND processor_ref IS NULL AND status = 'PENDING' AND look_at > public.tollgate_now() - ${OVERDUE}`,
    [place.organizationId, place.invoiceId, place.attempt],
  );
  return rowCount !== 0;
}

/** Whether a refund of a payment stands for a credit note that was asked for without an answer yet. */
export async function isRefundAwaited(
  client: ClientBase,
  { organizationId, noteKey }: { readonly organizationId: string; readonly noteKey: string },
  paymentRef: string,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM public.refund r
      JOIN public.credit_note n ON n.organization_id = $1 AND n.id = r.credit_note_id AND n.idempotency_key = $2
      JOIN public.payment p ON p.organization_id = $1 AND p.id = r.payment_id AND p.processor_ref_index = $3
      WHERE r.organization_id = $1 AND r.processor_ref IS NULL AND r.status = 'PENDING'
        AND r.look_at > public.tollgate_now() - ${OVERDUE}`,
    [organizationId, noteKey, sealerOf(client).refIndex(paymentRef)],
  );
  return rowCount !== 0;
}

/** Whether an event of it is to be worked off. */
export async function isToldOf(client: ClientBase, processor: string, ref: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'SELECT FROM public.webhook_event WHERE processor = $1 AND look_at IS NOT NULL AND object_ref_index = $2',
    [processor, sealerOf(client).refIndex(ref)],
  );
  return rowCount !== 0;
}

export async function readNow(client: ClientBase): Promise<Date> {
  const { rows } = await client.query<{ now: Date }>('SELECT public.tollgate_now() AS now');
  const [row] = rows;
  if (!row) throw new Error('The database has no time.');
  return row.now;
}
