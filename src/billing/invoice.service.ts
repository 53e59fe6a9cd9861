import { LockMode } from '@mikro-orm/core';
import { badInput, invoiceState, notFound } from '../errors.js';
import { lockGate } from '../identity/gate.sql.js';
import { authorize } from '../identity/permission.js';
import { decodeUuid, newId } from '../node-id.js';
import type { Operation } from '../operation.js';
import { requireText } from '../text.js';
import { readLocalDay } from './billing-period.sql.js';
import { takeCut, takeNumber } from './billed-usage.sql.js';
import type { CreateInvoiceInput, InvoiceInput, PayInvoiceInput } from './invoice-input.js';
import { Invoice, InvoiceLine, InvoiceStatus, Payment } from './invoice.js';
import { dueDay, firstMissing, invoicingOf, standingInvoices, subscriptionOf, type Invoicing } from './invoicing.js';
import { assertBilling } from './plan.service.js';
import type { PlanSubscription } from './plan-subscription.js';
import { addDays } from './proration.js';

export class InvoiceService {
  constructor(private readonly isOn: boolean) {}

  /** Makes the draft of an invoice that is due, by a cut of the usage at the gate. */
  async create(operation: Operation, input: CreateInvoiceInput): Promise<Invoice> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const { organizationId } = operation.principal;
    const em = await operation.em();
    await lockGate(em, organizationId);
    const subscription = await subscriptionOf(operation, input.subscriptionId);
    const standing = await standingInvoices(em, subscription);
    const missing = firstMissing(standing);
    const sequence = input.sequence ?? missing;
    const known = standing.find((invoice) => invoice.sequence === sequence);
    if (known) return known;
    if (sequence < 0) throw badInput(['input', 'sequence'], 'Must be 0 or more.');
    if (sequence !== missing) throw invoiceState(`The invoice before comes first: its sequence is ${missing}.`);
    const from = await dueDay(operation, subscription, sequence);
    if (from > (await readLocalDay(em, organizationId, operation.now))) {
      throw invoiceState(`The next invoice of the subscription is due on ${from}.`);
    }
    const cutAt = await takeCut(em, organizationId);
    return this.#write(operation, subscription, await invoicingOf(operation, subscription, sequence, cutAt));
  }

  /** What the next invoice of a subscription would be with the usage so far. Writes nothing. */
  async upcoming(operation: Operation, subscriptionId: string): Promise<UpcomingInvoice> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const subscription = await subscriptionOf(operation, subscriptionId);
    const em = await operation.em();
    const sequence = firstMissing(await standingInvoices(em, subscription));
    const from = await dueDay(operation, subscription, sequence);
    const { sums, terms, ended } = await invoicingOf(operation, subscription, sequence, operation.now);
    const lines = sums.lines.map((line, n) => Object.assign(new InvoiceLine(), line, { line: n + 1, invoiceId: '' }));
    const days = { periodFirstDay: ended?.firstDay ?? null, periodLastDay: ended?.lastDay ?? null };
    return { sequence, dueFromDay: from, currency: terms.currency, ...days, ...sums, lines };
  }

  /** Gives a draft its number. What comes to nothing is paid by that. */
  async finalize(operation: Operation, { invoiceId }: InvoiceInput): Promise<Invoice> {
    const invoice = await this.#locked(operation, invoiceId);
    if (invoice.status === InvoiceStatus.OPEN || invoice.status === InvoiceStatus.PAID) return invoice;
    if (invoice.status !== InvoiceStatus.DRAFT) throw invoiceState(`The invoice is ${invoice.status}.`);
    const em = await operation.em();
    const { organizationId } = operation.principal;
    invoice.number = await takeNumber(em, organizationId);
    invoice.finalizedAt = operation.now;
    invoice.dueDay = addDays(await readLocalDay(em, organizationId, operation.now), invoice.paymentTermDays);
    invoice.status = invoice.totalPico === 0n ? InvoiceStatus.PAID : InvoiceStatus.OPEN;
    if (invoice.status === InvoiceStatus.PAID) invoice.paidAt = operation.now;
    await em.flush();
    return invoice;
  }

  /** Takes an invoice back that nobody has paid. */
  async void(operation: Operation, { invoiceId }: InvoiceInput): Promise<Invoice> {
    const invoice = await this.#locked(operation, invoiceId);
    if (invoice.status === InvoiceStatus.VOID) return invoice;
    if (invoice.status === InvoiceStatus.PAID) throw invoiceState('The invoice is PAID.');
    const em = await operation.em();
    const { organizationId, subscriptionId, sequence } = invoice;
    const later = { organizationId, subscriptionId, sequence: { $gt: sequence }, status: { $ne: InvoiceStatus.VOID } };
    if (await em.findOne(Invoice, later)) {
      throw invoiceState('A later invoice of the subscription builds on it: that one has to be taken back first.');
    }
    invoice.status = InvoiceStatus.VOID;
    invoice.voidedAt = operation.now;
    await em.flush();
    return invoice;
  }

  /** Nobody expects the money any more. */
  async giveUp(operation: Operation, { invoiceId }: InvoiceInput): Promise<Invoice> {
    const invoice = await this.#locked(operation, invoiceId);
    if (invoice.status === InvoiceStatus.UNCOLLECTIBLE) return invoice;
    if (invoice.status !== InvoiceStatus.OPEN) throw invoiceState(`The invoice is ${invoice.status}.`);
    invoice.status = InvoiceStatus.UNCOLLECTIBLE;
    await (await operation.em()).flush();
    return invoice;
  }

  /** Somebody has seen the money: all that is due, by one payment. */
  async pay(operation: Operation, { invoiceId, reference }: PayInvoiceInput): Promise<Invoice> {
    const said = reference == null ? null : requireText(reference, ['input', 'reference'], 200);
    const invoice = await this.#locked(operation, invoiceId);
    if (invoice.status === InvoiceStatus.PAID) return invoice;
    if (invoice.status !== InvoiceStatus.OPEN && invoice.status !== InvoiceStatus.UNCOLLECTIBLE) {
      throw invoiceState(`The invoice is ${invoice.status}.`);
    }
    const em = await operation.em();
    const { organizationId, totalPico: amountPico } = invoice;
    const payment = { organizationId, id: newId(), invoiceId: invoice.id, processor: 'manual', amountPico };
    em.persist(em.create(Payment, { ...payment, reference: said, createdAt: operation.now }));
    invoice.status = InvoiceStatus.PAID;
    invoice.paidAt = operation.now;
    await em.flush();
    return invoice;
  }

  /** The permission and the row: who changes an invoice does so alone. */
  async #locked(operation: Operation, id: string): Promise<Invoice> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const key = decodeUuid('invoice', id);
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const lockMode = LockMode.PESSIMISTIC_WRITE;
    const invoice = key === undefined ? null : await em.findOne(Invoice, { organizationId, id: key }, { lockMode });
    if (!invoice) throw notFound('The invoice');
    return invoice;
  }

  async #write(
    operation: Operation,
    { organizationId, id: subscriptionId, accountId }: PlanSubscription,
    { sequence, terms, ended, cutAt, sums }: Invoicing,
  ): Promise<Invoice> {
    const em = await operation.em();
    const id = newId();
    const { totalPico, carriedPico, remainderPico, lines } = sums;
    const invoice = em.create(Invoice, {
      ...{ organizationId, id, subscriptionId, accountId, sequence, status: InvoiceStatus.DRAFT, number: null },
      ...{ currency: terms.currency, usdRatePico: terms.usdRatePico, usdRateDay: terms.usdRateDay },
      ...{ fromDay: ended?.firstDay ?? null, toDay: ended ? addDays(ended.lastDay, 1) : null },
      ...{ fromAt: ended?.startsAt ?? null, toAt: ended?.endsAt ?? null, cutAt, totalPico, carriedPico, remainderPico },
      ...{ paymentTermDays: terms.paymentTermDays, createdAt: operation.now },
      ...{ finalizedAt: null, dueDay: null, paidAt: null, voidedAt: null },
    });
    await em.persist(invoice).flush();
    lines.forEach((line, n) =>
      em.persist(em.create(InvoiceLine, { organizationId, invoiceId: id, line: n + 1, ...line })),
    );
    await em.flush();
    return invoice;
  }
}

/** The next invoice as it would be now. */
export interface UpcomingInvoice {
  readonly sequence: number;
  readonly dueFromDay: string;
  readonly currency: string;
  readonly periodFirstDay: string | null;
  readonly periodLastDay: string | null;
  readonly totalPico: bigint;
  readonly carriedPico: bigint;
  readonly remainderPico: bigint;
  readonly lines: readonly InvoiceLine[];
}
