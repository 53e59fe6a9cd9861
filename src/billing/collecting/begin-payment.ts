/** Writes down what a processor is to be asked, before it is. */
import { newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { writeOnce } from '../../write-once.js';
import { knownCurrency } from '../amount/check-amount.js';
import { openOf } from '../invoice/amount-due.js';
import type { Invoice } from '../invoice/invoice.js';
import { PaymentMethod, ProcessorCustomer } from '../payment-method/payment-method.js';
import { Payment } from '../payment/payment.js';
import { PaymentStatus } from '../payment/payment-status.js';
import type { CollectingProcessor, PaymentBounds } from '../payment/processor.js';

/** Whoever begins a payment looks after it for so long; then others do. Longer than the processor may take to answer, in ms. */
export const LEASE_MS = 120_000;

export interface Begun {
  readonly isScheduled: boolean;
  /** undefined: the default of the account. */
  readonly methodId?: string | undefined;
  readonly idempotencyKey?: string | null;
  readonly contentHash?: string | null;
}

/** Why nothing can be begun: no default method, a currency that the processor does not take, less than it collects. */
export type Hindrance = 'NO_METHOD' | 'NOT_TAKEN' | 'TOO_LITTLE';

/** The caller holds the invoice, of which something is to be paid and nothing is under way. */
export async function beginPayment(
  operation: Operation,
  processor: CollectingProcessor,
  invoice: Invoice,
  { isScheduled, methodId, idempotencyKey = null, contentHash = null }: Begun,
): Promise<Payment | Hindrance> {
  const em = await operation.em();
  const { organizationId, id: invoiceId, accountId, subscriptionId, sequence } = invoice;
  const kept = { organizationId, accountId, processor: processor.name };
  const which = methodId === undefined ? { isDefault: true } : { id: methodId };
  const method = await em.findOne(PaymentMethod, { ...kept, ...which, removedAt: null });
  const customer = await em.findOne(ProcessorCustomer, kept);
  if (!method || !customer) return 'NO_METHOD';
  const currency = knownCurrency(invoice.currency);
  const bounds = processor.bounds(currency);
  if (!bounds) return 'NOT_TAKEN';
  const openPico = openOf(invoice);
  if (openPico < bounds.leastPico) return 'TOO_LITTLE';
  const amountPico = partOf(openPico, bounds);
  invoice.attempts += 1;
  if (isScheduled) invoice.collectAt = null;
  const attempt = invoice.attempts;
  const processorOrder = {
    ...{ customerRef: customer.ref, methodRef: method.ref, currency: currency.code },
    minorUnits: processor.minorUnits(currency, amountPico).toString(),
    place: { organizationId, invoiceId, attempt, subscriptionId, sequence },
  };
  const row = {
    ...{ organizationId, id: newId(), invoiceId, processor: processor.name, status: PaymentStatus.PENDING },
    ...{ amountPico, creditedPico: 0n, attempt, isScheduled, methodId: method.id },
    ...{ processorKey: keyOf(organizationId, invoiceId, attempt), processorOrder, processorRef: null },
    ...{ declineCode: null, idempotencyKey, contentHash, reference: null, createdAt: operation.now, sentAt: null },
    ...{ lookAt: new Date(operation.now.getTime() + LEASE_MS), endedAt: null },
  };
  if (idempotencyKey !== null) {
    await em.flush();
    return writeOnce(em, Payment, { ...row, idempotencyKey });
  }
  const payment = em.create(Payment, row);
  await em.persist(payment).flush();
  return payment;
}

/** Of the invoice and the attempt alone, so that it is the same whatever becomes of these books. */
const keyOf = (organizationId: string, invoiceId: string, attempt: number) =>
  `tollgate:payment:${organizationId}:${invoiceId}:${attempt}`;

/** What is more than one payment may be is paid in parts, of which none is too little either. */
function partOf(openPico: bigint, { leastPico, mostPico }: PaymentBounds): bigint {
  if (mostPico === null || openPico <= mostPico) return openPico;
  return openPico - mostPico >= leastPico ? mostPico : mostPico - leastPico;
}
