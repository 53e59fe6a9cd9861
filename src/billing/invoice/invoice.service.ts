import { randomBytes } from 'node:crypto';
import { badInput, invoiceState, serviceUnavailable } from '../../errors.js';
import { lockGate } from '../../identity/gate.sql.js';
import { authorize } from '../../identity/permission.js';
import { encodeId, newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { todayOf } from '../subscription/billing-period.sql.js';
import { takeCut } from './billed-usage.sql.js';
import type { CreateInvoiceInput } from './invoice-input.js';
import { Invoice, InvoiceStatus, InvoiceTax } from './invoice.js';
import type { InvoiceStatusService } from './invoice-status.service.js';
import type { UpcomingInvoice } from './upcoming-invoice.js';
import { consume } from '../credit/credit-balance.js';
import { readGrants } from '../credit/read-credits.sql.js';
import { InvoiceLine } from './invoice-line.js';
import { OF_USAGE } from './invoice-lines.js';
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

/** Of the address of its page: nobody guesses it. */
const ACCESS_KEY_BYTES = 16;

const NOTHING_DUE = {
  ...{ broughtForwardPico: 0n, creditsPico: 0n, carriedForwardPico: 0n, duePico: 0n },
  ...{ paidPico: 0n, reducedPico: 0n, notedPico: 0n, refundedPico: 0n },
};

export class InvoiceService {
  constructor(
    private readonly statuses: InvoiceStatusService,
    private readonly isOn: boolean,
  ) {}

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
    return this.statuses.finalize(operation, { invoiceId: encodeId('invoice', id) });
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
    const before = (await standingInvoices(em, subscription)).find((invoice) => invoice.sequence === sequence - 1);
    const broughtForwardPico = before?.carriedForwardPico ?? 0n;
    const owedPico = sums.totalPico + broughtForwardPico;
    const { organizationId, accountId } = subscription;
    const grants = await readGrants(em, organizationId, { accountId, currency: terms.currency });
    const creditsPico = consume(grants, owedPico, operation.now).reduce((sum, use) => sum + use.amountPico, 0n);
    const lines = sums.lines.map((line, n) => Object.assign(new InvoiceLine(), line, { line: n + 1, invoiceId: '' }));
    const days = { periodFirstDay: span?.fromDay ?? null, periodLastDay: span ? addDays(span.toDay, -1) : null };
    const due = { broughtForwardPico, creditsPico, duePico: owedPico - creditsPico };
    return { sequence, dueFromDay: from, currency: terms.currency, ...days, ...sums, ...due, lines };
  }

  async #write(
    operation: Operation,
    { organizationId, id: subscriptionId, accountId }: PlanSubscription,
    { sequence, terms, span, cutAt, taxMode, sums }: Invoicing,
  ): Promise<Invoice> {
    const em = await operation.em();
    const id = newId();
    const { subtotalPico, taxPico, totalPico, carriedPico, remainderPico, lines, taxes } = sums;
    const invoice = em.create(Invoice, {
      ...{ organizationId, id, subscriptionId, accountId, sequence, status: InvoiceStatus.DRAFT, number: null },
      ...{ currency: terms.currency, usdRatePico: terms.usdRatePico, usdRateDay: terms.usdRateDay },
      ...{ fromDay: span?.fromDay ?? null, toDay: span?.toDay ?? null },
      ...{ fromAt: span?.fromAt ?? null, toAt: span?.toAt ?? null, cutAt },
      ...{ subtotalPico, taxPico, taxMode, totalPico, carriedPico, remainderPico, ...NOTHING_DUE },
      ...{ parties: null, accessKey: randomBytes(ACCESS_KEY_BYTES).toString('base64url') },
      ...{ paymentTermDays: terms.paymentTermDays, createdAt: operation.now },
      ...{ finalizedAt: null, dueDay: null, paidAt: null, voidedAt: null, uncollectibleAt: null },
    });
    await em.persist(invoice).flush();
    lines.forEach((line, n) =>
      em.persist(em.create(InvoiceLine, { organizationId, invoiceId: id, line: n + 1, ...line })),
    );
    taxes.forEach((tax, n) =>
      em.persist(em.create(InvoiceTax, { organizationId, invoiceId: id, place: n + 1, ...tax })),
    );
    await em.flush();
    return invoice;
  }
}
