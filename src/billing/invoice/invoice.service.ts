import { badInput, invoiceState, rateLimited, serviceUnavailable } from '../../errors.js';
import { lockGate } from '../../identity/gate.sql.js';
import { authorize } from '../../identity/permission.js';
import type { Operation } from '../../operation.js';
import { takeCut } from './billed-usage.sql.js';
import type { CreateInvoiceInput } from './invoice-input.js';
import { Invoice, InvoiceStatus } from './invoice.js';
import { broughtForward, type InvoiceStatusService } from './invoice-status.service.js';
import type { UpcomingInvoice } from './upcoming-invoice.js';
import { consume } from '../credit/credit-balance.js';
import { readGrants } from '../credit/read-credits.sql.js';
import { InvoiceLine } from './invoice-line.js';
import { OF_USAGE } from './invoice-lines.js';
import {
  assertDue,
  dueDay,
  freeSubscriptions,
  invoicingOf,
  linesOfToday,
  lockedSubscription,
  lookLater,
  nextPlace,
  scheduleNext,
  subscriptionOf,
  type InvoicePlace,
  type Invoicing,
} from './invoicing.js';
import { assertBilling } from '../plan/plan.service.js';
import type { PlanSubscription } from '../subscription/plan-subscription.js';
import { addDays } from '../amount/proration.js';
import { draftOf, writeInvoices } from './write-invoices.js';

export class InvoiceService {
  constructor(
    private readonly statuses: InvoiceStatusService,
    private readonly maxLinesPerDay: number,
    private readonly isOn: boolean,
  ) {}

  /** Makes the draft of an invoice that is due. */
  async create(operation: Operation, input: CreateInvoiceInput): Promise<Invoice> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const { organizationId } = operation.principal;
    const seen = await placeOf(operation, await subscriptionOf(operation, input.subscriptionId), input.sequence);
    if (seen instanceof Invoice) return seen;
    const cutAt = await this.cut(operation);
    const subscription = await lockedSubscription(operation, input.subscriptionId);
    const place = await placeOf(operation, subscription, input.sequence);
    if (place instanceof Invoice) return place;
    const invoicing = await invoicingAt(operation, place, cutAt);
    if (isLate(invoicing) && usageLinesOf(invoicing).length === 0) {
      throw invoiceState('All of the subscription is invoiced.');
    }
    await this.#assertFewLines(operation, invoicing);
    const draft = draftOf(operation, invoicing);
    await writeInvoices(operation, [draft], [invoicing]);
    await scheduleNext(operation, subscription);
    return (await operation.em()).findOneOrFail(Invoice, { organizationId, id: draft.id });
  }

  /**
   * Makes the next invoices of subscriptions and gives them their numbers, both or neither, by a cut that was made before.
   * What they are worked out from is read together, and they are written together. Subscriptions that somebody else changes
   * are left out.
   */
  async issueAll(operation: Operation, subscriptionIds: readonly string[], cutAt: Date): Promise<IssuedInvoices> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const subscriptions = await freeSubscriptions(operation, subscriptionIds);
    const worked = await Promise.allSettled(
      subscriptions.map(async (subscription) => {
        const place = await nextPlace(operation, subscription);
        await assertDue(operation, place);
        broughtForward(place.before);
        const invoicing = await invoicingAt(operation, place, cutAt);
        await this.#assertFewLines(operation, invoicing);
        return invoicing;
      }),
    );
    const invoicings = worked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const due = invoicings.filter((invoicing) => !isForNothing(invoicing));
    const notDue = invoicings.filter(isForNothing);
    await this.statuses.writeFinal(operation, due);
    await scheduleNext(operation, ...due.map(({ subscription }) => subscription));
    await lookLater(operation, notDue);
    const failures = worked.flatMap((one, n) =>
      one.status === 'rejected' ? [{ id: subscriptions[n]?.id ?? '', reason: one.reason as unknown }] : [],
    );
    const idOf = ({ subscription }: Invoicing) => subscription.id;
    return { made: due.map(idOf), looked: notDue.map(idOf), failures };
  }

  /**
   * Separates the usage that is billed from what comes later. The cut alone is made at the gate, where every call of the
   * organization waits: what it separates is read afterwards. Commits.
   */
  async cut(operation: Operation): Promise<Date> {
    authorize(operation, 'billing.write');
    const { organizationId } = operation.principal;
    const gate = await operation.em();
    await lockGate(gate, organizationId);
    const cutAt = await takeCut(gate, organizationId);
    await operation.commit();
    return cutAt;
  }

  /** Whatever goes wrong, one subscription cannot fill the books in a day. @throws ApiError RATE_LIMITED */
  async #assertFewLines(operation: Operation, { subscription, sums }: Invoicing): Promise<void> {
    const { count, secondsLeft } = await linesOfToday(operation, subscription);
    if (count + sums.lines.length <= this.maxLinesPerDay) return;
    throw rateLimited(
      `The invoices of the subscription have ${count} new lines today and would get ${sums.lines.length} more: MAX_INVOICE_LINES_PER_DAY is ${this.maxLinesPerDay}.`,
      Math.ceil(secondsLeft),
    );
  }

  /** What the next invoice of a subscription would be with the usage so far. Writes nothing. */
  async upcoming(operation: Operation, subscriptionId: string): Promise<UpcomingInvoice> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const subscription = await subscriptionOf(operation, subscriptionId);
    const em = await operation.em();
    const place = await nextPlace(operation, subscription);
    const { sequence } = place;
    const from = await dueDay(operation, subscription, sequence);
    const { sums, terms, span } = await invoicingOf(operation, place, operation.now);
    const broughtForwardPico = place.before?.carriedForwardPico ?? 0n;
    const owedPico = sums.totalPico + broughtForwardPico;
    const { organizationId, accountId } = subscription;
    const grants = await readGrants(em, organizationId, { accountId, currency: terms.currency });
    const creditsPico = consume(grants, owedPico, operation.now).reduce((sum, use) => sum + use.amountPico, 0n);
    const lines = sums.lines.map((line, n) => Object.assign(new InvoiceLine(), line, { line: n + 1, invoiceId: '' }));
    const days = { periodFirstDay: span?.fromDay ?? null, periodLastDay: span ? addDays(span.toDay, -1) : null };
    const due = { broughtForwardPico, creditsPico, duePico: owedPico - creditsPico };
    return { sequence, dueFromDay: from, currency: terms.currency, ...days, ...sums, ...due, lines };
  }
}

/** What became of subscriptions whose next invoices were to be made. */
export interface IssuedInvoices {
  /** Those whose invoice is there. */
  readonly made: readonly string[];
  /** Those that are over, where nothing came late. */
  readonly looked: readonly string[];
  /** Those whose invoice cannot be made now. */
  readonly failures: readonly { readonly id: string; readonly reason: unknown }[];
}

/** The place of the invoice that is due, or the one that is there. */
async function placeOf(
  operation: Operation,
  subscription: PlanSubscription,
  said: number | null | undefined,
): Promise<InvoicePlace | Invoice> {
  const next = await nextPlace(operation, subscription);
  const sequence = said ?? next.sequence;
  if (sequence < 0) throw badInput(['input', 'sequence'], 'Must be 0 or more.');
  if (sequence > next.sequence) {
    throw invoiceState(`The invoice before comes first: its sequence is ${next.sequence}.`);
  }
  if (sequence < next.sequence) {
    const { organizationId, id: subscriptionId } = subscription;
    const where = { organizationId, subscriptionId, sequence, status: { $ne: InvoiceStatus.VOID } };
    return (await operation.em()).findOneOrFail(Invoice, where);
  }
  await assertDue(operation, next);
  return next;
}

async function invoicingAt(operation: Operation, place: InvoicePlace, cutAt: Date): Promise<Invoicing> {
  if (place.before && place.before.cutAt >= cutAt) {
    throw serviceUnavailable('Another invoice of the subscription was made meanwhile.');
  }
  const invoicing = await invoicingOf(operation, place, cutAt);
  // What happens between the two would wait for the next invoice, and after the last period none may come.
  if (invoicing.span && cutAt < invoicing.span.toAt) {
    throw serviceUnavailable('The usage was cut before the period had ended.');
  }
  return invoicing;
}

/** Of a subscription that is over, after its last period. */
const isLate = ({ sequence, span }: Invoicing) => sequence > 0 && span?.fromDay === span?.toDay;

const usageLinesOf = ({ sums }: Invoicing) => sums.lines.filter(({ kind }) => OF_USAGE.has(kind));

/** Nobody gets a late invoice unasked for a call that was free, or with the reversal that took it back. */
const isForNothing = (invoicing: Invoicing) =>
  isLate(invoicing) && usageLinesOf(invoicing).every(({ amountPico }) => amountPico === 0n);
