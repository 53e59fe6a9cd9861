import { contentHash } from '../../content-hash.js';
import { badInput, invoiceState, notConfigured, notFound, paymentFailed } from '../../errors.js';
import { authorize } from '../../identity/permission.js';
import { decodeUuid } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { requireText } from '../../text.js';
import { findOnce } from '../../write-once.js';
import { InvoiceStatus, Invoice } from '../invoice/invoice.js';
import { lockedInvoice } from '../invoice/locked-invoice.js';
import type { PayInvoiceInput } from '../payment/payment-input.js';
import { Payment } from '../payment/payment.js';
import { PaymentStatus } from '../payment/payment-status.js';
import type { CollectingProcessor } from '../payment/processor.js';
import { answerOf } from '../payment-method/asking.js';
import { paymentUnderWay } from '../payment/under-way.js';
import { assertBilling } from '../plan/plan.service.js';
import { beginPayment, type Hindrance } from './begin-payment.js';
import type { Collector } from './collector.js';

/** What payments are collected with; undefined where all are by hand. */
export interface Collecting {
  readonly processor: CollectingProcessor;
  readonly collector: Collector;
}

interface Said {
  readonly methodId: string | undefined;
  readonly idempotencyKey: string | null;
  readonly contentHash: string | null;
}

/** Collects an invoice because somebody asks for it. */
export class PayNow {
  constructor(
    private readonly collecting: Collecting | undefined,
    private readonly isOn: boolean,
  ) {}

  /**
   * Where the processor cannot be asked now the payment is PENDING, and looked after.
   * @throws ApiError PAYMENT_FAILED where no money came in
   */
  async pay(operation: Operation, input: PayInvoiceInput): Promise<Invoice> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    if (!this.collecting) throw notConfigured('STRIPE_SECRET_KEY');
    const { processor, collector } = this.collecting;
    const said = checkInput(input);
    const { organizationId } = operation.principal;
    let payment = await begin(operation, processor, input.invoiceId, said);
    await operation.commit();
    if (payment?.status === PaymentStatus.REQUIRES_ACTION && isOther(payment, said)) {
      await answerOf(collector.giveUp(organizationId, payment.id));
      payment = await begin(operation, processor, input.invoiceId, said);
      await operation.commit();
    }
    if (payment) await collector.follow(organizationId, payment.id);
    const em = await operation.em();
    const ended = payment && (await em.findOneOrFail(Payment, { organizationId, id: payment.id }, { refresh: true }));
    if (ended?.status === PaymentStatus.FAILED) throw paymentFailed(ended.declineCode ?? 'unknown');
    const id = decodeUuid('invoice', input.invoiceId);
    return em.findOneOrFail(Invoice, { organizationId, id: id ?? '' }, { refresh: true });
  }
}

/** Something else is asked for than what waits for whoever pays. */
function isOther(payment: Payment, { idempotencyKey, methodId }: Said): boolean {
  return payment.idempotencyKey !== idempotencyKey || (methodId !== undefined && payment.methodId !== methodId);
}

/** undefined: nothing is to be paid. */
async function begin(
  operation: Operation,
  processor: CollectingProcessor,
  invoiceId: string,
  { methodId, idempotencyKey, contentHash: hash }: Said,
): Promise<Payment | undefined> {
  const invoice = await lockedInvoice(operation, invoiceId);
  const em = await operation.em();
  const { organizationId } = operation.principal;
  if (idempotencyKey !== null && hash !== null) {
    const known = await findOnce(em, Payment, { organizationId, idempotencyKey, contentHash: hash });
    if (known) return known;
  }
  if (invoice.status === InvoiceStatus.PAID) return undefined;
  if (invoice.status !== InvoiceStatus.OPEN && invoice.status !== InvoiceStatus.UNCOLLECTIBLE) {
    throw invoiceState(`The invoice is ${invoice.status}.`);
  }
  const other = await paymentUnderWay(operation, invoice);
  if (other && (other.status === PaymentStatus.REQUIRES_ACTION || idempotencyKey === null)) return other;
  if (other) throw invoiceState(`A payment of the invoice is under way (${other.status}): wait for its end.`);
  const begun = await beginPayment(operation, processor, invoice, {
    ...{ isScheduled: false, methodId, idempotencyKey, contentHash: hash },
  });
  if (begun instanceof Payment) return begun;
  throw hindered(begun, invoice, methodId);
}

function checkInput({ invoiceId, by, paymentMethodId, amount, reference, idempotencyKey }: PayInvoiceInput): Said {
  if (amount != null) throw badInput(['input', 'amount'], 'By a payment method all that is still to be paid is.');
  if (reference != null) throw badInput(['input', 'reference'], 'It is found by what the processor calls it.');
  const methodId = paymentMethodId == null ? undefined : decodeUuid('paymentmethod', paymentMethodId);
  if (paymentMethodId != null && methodId === undefined) throw notFound('The payment method');
  if (idempotencyKey == null) return { methodId, idempotencyKey: null, contentHash: null };
  const key = requireText(idempotencyKey, ['input', 'idempotencyKey'], 255);
  const said = { invoiceId, by, paymentMethodId: methodId };
  return { methodId, idempotencyKey: key, contentHash: contentHash(said) };
}

function hindered(hindrance: Hindrance, { currency }: Invoice, methodId: string | undefined): Error {
  switch (hindrance) {
    case 'NO_METHOD':
      return methodId === undefined
        ? invoiceState('The account has no default payment method.')
        : notFound('The payment method');
    case 'NOT_TAKEN':
      return invoiceState(`The processor takes no ${currency}.`);
    case 'TOO_LITTLE':
      return invoiceState(`It is less than the processor collects in ${currency}.`);
  }
}
