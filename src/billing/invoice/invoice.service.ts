import { LockMode } from '@mikro-orm/core';
import { badInput, invoiceState, notFound, serviceUnavailable } from '../../errors.js';
import { lockGate } from '../../identity/gate.sql.js';
import { authorize } from '../../identity/permission.js';
import { decodeUuid, encodeId, newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { requireText } from '../../text.js';
import { todayOf } from '../subscription/billing-period.sql.js';
import { takeCut, takeNumber } from './billed-usage.sql.js';
import type { CreateInvoiceInput, InvoiceInput, PayInvoiceInput } from './invoice-input.js';
import { Invoice, InvoiceLine, InvoiceStatus } from './invoice.js';
import { Payment } from '../payment/payment.js';
import { OF_USAGE } from './invoice-draft.js';
import {
  dueDay,
  firstMissing,
  invoicingOf,
  lockedSubscription,
  scheduleNext,
  standingInvoices,
  subscriptionOf,
  type Invoicing,
} from './invoicing.js';
import { assertBilling } from '../plan/plan.service.js';
import type { PlanSubscription } from '../subscription/plan-subscription.js';
import { addDays } from '../amount/proration.js';

export class InvoiceService {
  constructor(private readonly isOn: boolean) {}

  /** Makes the draft of an invoice that is due. */
  async create(operation: Operation, input: CreateInvoiceInput): Promise<Invoice> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const { organizationId } = operation.principal;
    const seen = await this.#dueOf(operation, await subscriptionOf(operation, input.subscriptionId), input.sequence);
    if (seen instanceof Invoice) return seen;
    // The cut alone is made at the gate, where every call of the organization waits: what it separates is read afterwards.
    const gate = await operation.em();
    await lockGate(gate, organizationId);
    const cutAt = await takeCut(gate, organizationId);
    await operation.commit();
    const subscription = await lockedSubscription(operation, input.subscriptionId);
    const due = await this.#dueOf(operation, subscription, input.sequence);
    if (due instanceof Invoice) return due;
    const last = (await standingInvoices(await operation.em(), subscription)).at(-1);
    if (last && last.cutAt >= cutAt)
      throw serviceUnavailable('Another invoice of the subscription was made meanwhile.');
    const invoicing = await invoicingOf(operation, subscription, due, cutAt);
    const isLate = due > 0 && invoicing.span?.fromDay === invoicing.span?.toDay;
    if (isLate && !invoicing.sums.lines.some(({ kind }) => OF_USAGE.has(kind))) {
      throw invoiceState('All of the subscription is invoiced.');
    }
    const invoice = await this.#write(operation, subscription, invoicing);
    await scheduleNext(operation, subscription);
    return invoice;
  }

  /** Makes the next invoice of a subscription and gives it its number, both or neither. */
  async issue(operation: Operation, subscriptionId: string): Promise<Invoice> {
    const { id } = await this.create(operation, { subscriptionId });
    return this.finalize(operation, { invoiceId: encodeId('invoice', id) });
  }

  /** The place of the invoice that is due, or the one that is there. */
  async #dueOf(
    operation: Operation,
    subscription: PlanSubscription,
    said: number | null | undefined,
  ): Promise<number | Invoice> {
    const em = await operation.em();
    const standing = await standingInvoices(em, subscription);
    const missing = firstMissing(standing);
    const sequence = said ?? missing;
    const known = standing.find((invoice) => invoice.sequence === sequence);
    if (known) return known;
    if (sequence < 0) throw badInput(['input', 'sequence'], 'Must be 0 or more.');
    if (sequence !== missing) throw invoiceState(`The invoice before comes first: its sequence is ${missing}.`);
    if (subscription.endDay === subscription.startDay)
      throw invoiceState('The subscription was ended before it began.');
    const from = await dueDay(operation, subscription, sequence);
    if (from > (await todayOf(operation))) {
      throw invoiceState(`The next invoice of the subscription is due on ${from}.`);
    }
    return sequence;
  }

  /** What the next invoice of a subscription would be with the usage so far. Writes nothing. */
  async upcoming(operation: Operation, subscriptionId: string): Promise<UpcomingInvoice> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const subscription = await subscriptionOf(operation, subscriptionId);
    const em = await operation.em();
    const sequence = firstMissing(await standingInvoices(em, subscription));
    const from = await dueDay(operation, subscription, sequence);
    const { sums, terms, span } = await invoicingOf(operation, subscription, sequence, operation.now);
    const lines = sums.lines.map((line, n) => Object.assign(new InvoiceLine(), line, { line: n + 1, invoiceId: '' }));
    const days = { periodFirstDay: span?.fromDay ?? null, periodLastDay: span ? addDays(span.toDay, -1) : null };
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
    invoice.dueDay = addDays(await todayOf(operation), invoice.paymentTermDays);
    invoice.status = invoice.totalPico === 0n ? InvoiceStatus.PAID : InvoiceStatus.OPEN;
    if (invoice.status === InvoiceStatus.PAID) invoice.paidAt = operation.now;
    await em.flush();
    return invoice;
  }

  /** Takes an invoice back that nobody has paid. */
  async void(operation: Operation, input: InvoiceInput): Promise<Invoice> {
    authorize(operation, 'billing.write');
    const { organizationId } = operation.principal;
    // Whoever makes the next one holds the subscription.
    const seen = await this.#locked(operation, input.invoiceId, LockMode.NONE);
    const subscription = await lockedSubscription(operation, encodeId('subscription', seen.subscriptionId));
    const invoice = await this.#locked(operation, input.invoiceId);
    if (invoice.status === InvoiceStatus.VOID) return invoice;
    const em = await operation.em();
    if (await em.findOne(Payment, { organizationId, invoiceId: invoice.id }))
      throw invoiceState('The invoice is paid.');
    const { subscriptionId, sequence } = invoice;
    const later = { organizationId, subscriptionId, sequence: { $gt: sequence }, status: { $ne: InvoiceStatus.VOID } };
    if (await em.findOne(Invoice, later)) {
      throw invoiceState('A later invoice of the subscription builds on it: that one has to be taken back first.');
    }
    invoice.status = InvoiceStatus.VOID;
    invoice.paidAt = null;
    invoice.voidedAt = operation.now;
    await em.flush();
    await scheduleNext(operation, subscription);
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
  async #locked(
    operation: Operation,
    id: string,
    lockMode: LockMode.PESSIMISTIC_WRITE | LockMode.NONE = LockMode.PESSIMISTIC_WRITE,
  ): Promise<Invoice> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const key = decodeUuid('invoice', id);
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const options = { lockMode, refresh: true };
    const invoice = key === undefined ? null : await em.findOne(Invoice, { organizationId, id: key }, options);
    if (!invoice) throw notFound('The invoice');
    return invoice;
  }

  async #write(
    operation: Operation,
    { organizationId, id: subscriptionId, accountId }: PlanSubscription,
    { sequence, terms, span, cutAt, sums }: Invoicing,
  ): Promise<Invoice> {
    const em = await operation.em();
    const id = newId();
    const { totalPico, carriedPico, remainderPico, lines } = sums;
    const invoice = em.create(Invoice, {
      ...{ organizationId, id, subscriptionId, accountId, sequence, status: InvoiceStatus.DRAFT, number: null },
      ...{ currency: terms.currency, usdRatePico: terms.usdRatePico, usdRateDay: terms.usdRateDay },
      ...{ fromDay: span?.fromDay ?? null, toDay: span?.toDay ?? null },
      ...{ fromAt: span?.fromAt ?? null, toAt: span?.toAt ?? null, cutAt, totalPico, carriedPico, remainderPico },
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
