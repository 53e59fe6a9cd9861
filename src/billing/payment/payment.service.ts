import { validate } from 'uuid';
import { contentHash } from '../../content-hash.js';
import { badInput, invoiceState, serviceUnavailable } from '../../errors.js';
import { authorize } from '../../identity/permission.js';
import { formatUsd } from '../../money.js';
import { newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { requireFreeText, requireText } from '../../text.js';
import { findOnce, writeOnce } from '../../write-once.js';
import { checkCurrency, checkPayable, knownCurrency } from '../amount/check-amount.js';
import { recoverAccount } from '../collecting/recover-account.js';
import { openOf, settle } from '../invoice/amount-due.js';
import { InvoiceStatus, type Invoice } from '../invoice/invoice.js';
import { lockedInvoice } from '../invoice/locked-invoice.js';
import { assertBilling } from '../plan/plan.service.js';
import type { PayInvoiceInput, SetPaymentLimitInput } from './payment-input.js';
import { PaymentLimit } from './payment-limit.js';
import type { PaymentAction } from './payment-action.js';
import { PaidBy } from './payment-input.js';
import { PaymentStatus } from './payment-status.js';
import { ProcessorError, type CollectingProcessor } from './processor.js';
import { BY_HAND, Payment } from './payment.js';
import { stopCollecting } from './under-way.js';
import { manualBounds, MANUAL } from './processors.js';

const MOST_ASKING = 3;

export class PaymentService {
  #asking = 0;

  constructor(
    private readonly processor: CollectingProcessor | undefined,
    private readonly publishableKey: string | undefined,
    private readonly isOn: boolean,
  ) {}

  /** Somebody has seen the money: all that is due, or a part of it under a key. */
  async pay(operation: Operation, input: PayInvoiceInput): Promise<Invoice> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const said = checkPayment(input);
    const invoice = await lockedInvoice(operation, input.invoiceId);
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const { idempotencyKey, contentHash: hash } = said;
    if (idempotencyKey !== null && hash !== null) {
      if (await findOnce(em, Payment, { organizationId, idempotencyKey, contentHash: hash })) return invoice;
    } else if (invoice.status === InvoiceStatus.PAID) return invoice;
    if (invoice.status !== InvoiceStatus.OPEN && invoice.status !== InvoiceStatus.UNCOLLECTIBLE) {
      throw invoiceState(`The invoice is ${invoice.status}.`);
    }
    await stopCollecting(operation, invoice);
    const amountPico = await this.#checkAmount(operation, invoice, input.amount);
    const row = { organizationId, id: newId(), invoiceId: invoice.id, processor: MANUAL, amountPico };
    const payment = { ...BY_HAND, ...row, ...said, createdAt: operation.now, endedAt: operation.now };
    if (idempotencyKey === null) em.persist(em.create(Payment, payment));
    else await writeOnce(em, Payment, { ...payment, idempotencyKey });
    invoice.paidPico += amountPico;
    settle(invoice, operation.now);
    if (openOf(invoice) === 0n) await recoverAccount(operation, invoice);
    await em.flush();
    return invoice;
  }

  /**
   * What whoever pays has to do; null: nothing. The processor is asked while a query's transaction is open, which only
   * reads: so few at once that the others always have a connection.
   */
  async action(operation: Operation, { status, processorRef }: Payment): Promise<PaymentAction | null> {
    authorize(operation, 'billing.write');
    if (status !== PaymentStatus.REQUIRES_ACTION || processorRef === null || !this.processor) return null;
    if (this.#asking >= MOST_ASKING) throw serviceUnavailable('The payment processor is being asked by many.');
    this.#asking += 1;
    try {
      const action = await this.processor.actionOf(processorRef);
      if (!action) return null;
      const { clientSecret, methodRef } = action;
      return { clientSecret, publishableKey: this.publishableKey ?? null, processorMethodRef: methodRef ?? null };
    } catch (error) {
      if (error instanceof ProcessorError) throw serviceUnavailable('The payment processor gives no answer.');
      throw error;
    } finally {
      this.#asking -= 1;
    }
  }

  /** What one payment by hand may be. */
  async setLimit(operation: Operation, { currency: code, least, most }: SetPaymentLimitInput): Promise<PaymentLimit> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const currency = checkCurrency(code, ['input', 'currency']);
    const leastPico = least == null || least === 0n ? 0n : checkPayable(least, currency, ['input', 'least']);
    const mostPico = most == null ? null : checkPayable(most, currency, ['input', 'most']);
    if (mostPico !== null && mostPico < leastPico) throw badInput(['input', 'most'], 'Must not be below the least.');
    const em = await operation.em();
    const { organizationId } = operation.principal;
    return em.upsert(PaymentLimit, { organizationId, currency: code, leastPico, mostPico });
  }

  /** By currency. */
  async limits(operation: Operation): Promise<PaymentLimit[]> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const em = await operation.em();
    const { organizationId } = operation.principal;
    return em.find(PaymentLimit, { organizationId }, { orderBy: { currency: 'asc' } });
  }

  /** By the key in an opaque id. */
  async findNode(operation: Operation, key: string): Promise<Payment | null> {
    authorize(operation, 'billing.read');
    if (!this.isOn || !validate(key)) return null;
    const em = await operation.em();
    return em.findOne(Payment, { organizationId: operation.principal.organizationId, id: key });
  }

  async #checkAmount(operation: Operation, invoice: Invoice, said: bigint | null | undefined): Promise<bigint> {
    const currency = knownCurrency(invoice.currency);
    const openPico = openOf(invoice);
    const amountPico = said == null ? openPico : checkPayable(said, currency, ['input', 'amount']);
    if (amountPico > openPico) {
      throw badInput(['input', 'amount'], `Only ${formatUsd(openPico)} ${currency.code} is still to be paid.`);
    }
    const { mostPico } = await manualBounds(operation, currency);
    if (mostPico !== null && amountPico > mostPico) {
      const most = `${formatUsd(mostPico)} ${currency.code}`;
      throw badInput(['input', 'amount'], `One payment is ${most} at most: pay in parts, each with a key of its own.`);
    }
    return amountPico;
  }
}

function checkPayment(input: PayInvoiceInput): Pick<Payment, 'reference' | 'idempotencyKey' | 'contentHash'> {
  if (input.paymentMethodId != null) {
    throw badInput(['input', 'paymentMethodId'], `A transfer comes by none: say ${PaidBy.PAYMENT_METHOD}.`);
  }
  const { amount, idempotencyKey, invoiceId } = input;
  const reference = input.reference == null ? null : requireFreeText(input.reference, ['input', 'reference'], 200);
  if (idempotencyKey == null) {
    if (amount != null) {
      throw badInput(['input', 'idempotencyKey'], 'A part needs a key, so that it can be told of again.');
    }
    return { reference, idempotencyKey: null, contentHash: null };
  }
  const key = requireText(idempotencyKey, ['input', 'idempotencyKey'], 255);
  const said = { invoiceId, amount: amount == null ? undefined : formatUsd(amount), reference };
  return { reference, idempotencyKey: key, contentHash: contentHash(said) };
}
