import { contentHash } from '../../content-hash.js';
import { badInput, invoiceState } from '../../errors.js';
import { authorize } from '../../identity/permission.js';
import { formatUsd } from '../../money.js';
import { newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { requireText } from '../../text.js';
import { findOnce, writeOnce } from '../../write-once.js';
import { checkCurrency, checkPayable, knownCurrency } from '../amount/check-amount.js';
import { openOf, settle } from '../invoice/amount-due.js';
import { InvoiceStatus, type Invoice } from '../invoice/invoice.js';
import { lockedInvoice } from '../invoice/locked-invoice.js';
import { assertBilling } from '../plan/plan.service.js';
import type { PayInvoiceInput, SetPaymentLimitInput } from './payment-input.js';
import { PaymentLimit } from './payment-limit.js';
import type { PaymentProcessor } from './payment-processor.js';
import { Payment } from './payment.js';

export class PaymentService {
  constructor(
    private readonly processor: PaymentProcessor,
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
    const amountPico = await this.#checkAmount(operation, invoice, input.amount);
    const row = { organizationId, id: newId(), invoiceId: invoice.id, processor: this.processor.name, amountPico };
    const payment = { ...row, ...said, createdAt: operation.now };
    if (idempotencyKey === null) em.persist(em.create(Payment, payment));
    else await writeOnce(em, Payment, { ...payment, idempotencyKey });
    invoice.paidPico += amountPico;
    settle(invoice, operation.now);
    await em.flush();
    return invoice;
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

  async #checkAmount(operation: Operation, invoice: Invoice, said: bigint | null | undefined): Promise<bigint> {
    const currency = knownCurrency(invoice.currency);
    const openPico = openOf(invoice);
    const amountPico = said == null ? openPico : checkPayable(said, currency, ['input', 'amount']);
    if (amountPico > openPico) {
      throw badInput(['input', 'amount'], `Only ${formatUsd(openPico)} ${currency.code} is still to be paid.`);
    }
    const { mostPico } = await this.processor.bounds(operation, currency);
    if (mostPico !== null && amountPico > mostPico) {
      const most = `${formatUsd(mostPico)} ${currency.code}`;
      throw badInput(['input', 'amount'], `One payment is ${most} at most: pay in parts, each with a key of its own.`);
    }
    return amountPico;
  }
}

function checkPayment(input: PayInvoiceInput): Pick<Payment, 'reference' | 'idempotencyKey' | 'contentHash'> {
  const { amount, idempotencyKey, invoiceId } = input;
  const reference = input.reference == null ? null : requireText(input.reference, ['input', 'reference'], 200);
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
