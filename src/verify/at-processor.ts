/** Payments, refunds and disputes of a processor in one shape, to be held against what these books say of them. */
import type { CollectingProcessor, PaymentPlace, RefundPlace } from '../billing/payment/processor.js';
import type { ProcessorKind } from './processor-books.sql.js';

export interface AtProcessor {
  readonly kind: ProcessorKind;
  readonly ref: string;
  /** Of a payment: its own. */
  readonly paymentRef: string;
  readonly status: string;
  /** undefined: none that these books can have. */
  readonly amountPico: bigint | undefined;
  readonly currency: string;
  readonly createdAt: Date;
  readonly ofPayment?: PaymentPlace | undefined;
  readonly ofNote?: RefundPlace | undefined;
}

export const KINDS: readonly ProcessorKind[] = ['payment', 'refund', 'dispute'];

type Processor = Pick<
  CollectingProcessor,
  'name' | 'allPayments' | 'allRefunds' | 'allDisputes' | 'readPayment' | 'readRefund' | 'readDispute'
>;

const payment = (one: NonNullable<Awaited<ReturnType<Processor['readPayment']>>>): AtProcessor => ({
  ...{ kind: 'payment', ref: one.ref, paymentRef: one.ref, status: one.status, amountPico: one.amountPico },
  ...{ currency: one.currency, createdAt: one.createdAt, ofPayment: one.place },
});
const refund = (one: NonNullable<Awaited<ReturnType<Processor['readRefund']>>>): AtProcessor => ({
  ...{ kind: 'refund', ref: one.ref, paymentRef: one.paymentRef, status: one.status, amountPico: one.amountPico },
  ...{ currency: one.currency, createdAt: one.createdAt, ofNote: one.place },
});
const dispute = (one: NonNullable<Awaited<ReturnType<Processor['readDispute']>>>): AtProcessor => ({
  ...{ kind: 'dispute', ref: one.ref, paymentRef: one.paymentRef ?? '', status: one.status },
  ...{ amountPico: one.amountPico, currency: one.currency, createdAt: one.createdAt },
});

/** All of a kind since an instant. */
export async function* listed(processor: Processor, kind: ProcessorKind, since: Date): AsyncGenerator<AtProcessor> {
  if (kind === 'payment') for await (const one of processor.allPayments(since)) yield payment(one);
  if (kind === 'refund') for await (const one of processor.allRefunds(since)) yield refund(one);
  if (kind === 'dispute') for await (const one of processor.allDisputes(since)) yield dispute(one);
}

/** As it is now; undefined where there is none. */
export async function readOne(
  processor: Processor,
  kind: ProcessorKind,
  ref: string,
): Promise<AtProcessor | undefined> {
  if (kind === 'payment') {
    const found = await processor.readPayment(ref);
    return found && payment(found);
  }
  if (kind === 'refund') {
    const found = await processor.readRefund(ref);
    return found && refund(found);
  }
  const found = await processor.readDispute(ref);
  return found && dispute(found);
}
