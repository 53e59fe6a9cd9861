/** Which invoice of a subscription is next, and what it comes to. */
import { LockMode } from '@mikro-orm/core';
import DataLoader from 'dataloader';
import { invoiceState, notFound } from '../../errors.js';
import { accountById } from '../../identity/account-scope.js';
import { decodeUuid } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { readUsage, type BilledUsage, type UsageWindow } from './billed-usage.sql.js';
import type { BillingPeriod } from '../subscription/billing-period.js';
import { todayOf } from '../subscription/billing-period.sql.js';
import { currencyOf } from '../amount/currency.js';
import { taxTermsOf } from '../profile/reading-profiles.js';
import type { TaxMode } from '../profile/tax.js';
import { draftInvoice, type InvoiceSums } from './invoice-draft.js';
import { Invoice, InvoiceStatus } from './invoice.js';
import type { EarlierLine } from './invoice-lines.js';
import {
  readEarlierLines,
  readLastInvoices,
  type LastInvoice,
  type LinesWanted,
  readLinesOfToday,
  type LinesOfToday,
} from './last-invoice.sql.js';
import type { PlanTerms } from '../plan/plan-terms.js';
import { PlanSubscription } from '../subscription/plan-subscription.js';
import { addDays, daysBetween, type Day } from '../amount/proration.js';
import { periodsFrom, phaseOn, phasesOf } from '../subscription/subscription-phase.js';

/** Where the next invoice of a subscription belongs. */
export interface InvoicePlace {
  readonly subscription: PlanSubscription;
  readonly sequence: number;
  /** The one before it. */
  readonly before: LastInvoice | undefined;
}

/** An invoice before it is written. */
export interface Invoicing extends InvoicePlace {
  readonly terms: PlanTerms;
  /** undefined for the first invoice. */
  readonly span: Span | undefined;
  readonly cutAt: Date;
  /** null where nothing is taxed. */
  readonly taxMode: TaxMode | null;
  readonly sums: InvoiceSums;
}

/** @throws ApiError NOT_FOUND */
export async function subscriptionOf(operation: Operation, opaqueId: string): Promise<PlanSubscription> {
  const id = decodeUuid('subscription', opaqueId);
  const subscription = id === undefined ? null : await operation.loader(subscriptionOf, subscriptionLoader).load(id);
  if (!subscription) throw notFound('The subscription');
  return subscription;
}

/** The same, for whoever changes it or what is invoiced of it: one at a time. */
export async function lockedSubscription(
  operation: Operation,
  opaqueId: string,
  lockMode: LockMode.PESSIMISTIC_WRITE | LockMode.PESSIMISTIC_WRITE_OR_FAIL = LockMode.PESSIMISTIC_WRITE,
): Promise<PlanSubscription> {
  const id = decodeUuid('subscription', opaqueId);
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const options = { lockMode, refresh: true };
  const subscription = id === undefined ? null : await em.findOne(PlanSubscription, { organizationId, id }, options);
  if (!subscription) throw notFound('The subscription');
  operation.forget(subscriptionOf);
  operation.forget(phasesOf);
  return subscription;
}

function subscriptionLoader(operation: Operation): DataLoader<string, PlanSubscription | null> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const found = await em.find(PlanSubscription, { organizationId, id: { $in: [...ids] } });
    const byId = new Map(found.map((subscription) => [subscription.id, subscription]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

/** The same of many at once, by rising id. Who is changed by somebody else is left out. */
export async function freeSubscriptions(operation: Operation, ids: readonly string[]): Promise<PlanSubscription[]> {
  const em = await operation.em();
  const where = { organizationId: operation.principal.organizationId, id: { $in: [...ids] } };
  const options = { lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE, refresh: true, orderBy: { id: 'asc' } } as const;
  return em.find(PlanSubscription, where, options);
}

/** The last that stands; batched over all subscriptions that are looked at together. */
export function lastInvoice(operation: Operation, { id }: PlanSubscription): Promise<LastInvoice | undefined> {
  return operation.loader(lastInvoice, lastLoader).load(id);
}

function lastLoader(operation: Operation): DataLoader<string, LastInvoice | undefined> {
  return new DataLoader(
    async (ids) => {
      const last = await readLastInvoices(await operation.em(), operation.principal.organizationId, ids);
      return ids.map((id) => last.get(id));
    },
    { cache: false },
  );
}

/** What its invoices have got; batched over all subscriptions that are looked at together. */
export function linesOfToday(operation: Operation, { id }: PlanSubscription): Promise<LinesOfToday> {
  return operation.loader(linesOfToday, todayLoader).load(id);
}

function todayLoader(operation: Operation): DataLoader<string, LinesOfToday> {
  return new DataLoader(
    async (ids) => readLinesOfToday(await operation.em(), operation.principal.organizationId, ids, operation.now),
    { cache: false },
  );
}

/** Only the last can be taken back, so there are no gaps before the next. */
export async function nextPlace(operation: Operation, subscription: PlanSubscription): Promise<InvoicePlace> {
  const before = await lastInvoice(operation, subscription);
  return { subscription, sequence: before ? before.sequence + 1 : 0, before };
}

/**
 * From which day on an invoice may be made: the first day of the subscription, or the day after its period. After the last
 * period one may be made for what came late.
 */
export async function dueDay(operation: Operation, subscription: PlanSubscription, sequence: number): Promise<Day> {
  const { startDay } = subscription;
  if (sequence === 0) return startDay;
  // One more than is asked for, as the invoice needs them too: they are read once.
  const periods = await periodsFrom(operation, subscription, startDay, sequence + 1);
  const last = periods[sequence - 1] ?? periods.at(-1);
  return last ? addDays(last.lastDay, 1) : startDay;
}

/** @throws ApiError INVOICE_STATE where it is not due yet, or never */
export async function assertDue(operation: Operation, { subscription, sequence }: InvoicePlace): Promise<void> {
  if (subscription.endDay === subscription.startDay) throw invoiceState('The subscription was ended before it began.');
  const from = await dueDay(operation, subscription, sequence);
  if (from > (await todayOf(operation))) {
    throw invoiceState(`The next invoice of the subscription is due on ${from}.`);
  }
}

/** Writes down when the next invoices are due, so that who makes them needs not look at all subscriptions. */
export async function scheduleNext(operation: Operation, ...subscriptions: PlanSubscription[]): Promise<void> {
  const days = await Promise.all(subscriptions.map((subscription) => nextInvoiceDay(operation, subscription)));
  for (const [n, subscription] of subscriptions.entries()) subscription.nextInvoiceDay = days[n] ?? null;
  await (await operation.em()).flush();
}

/**
 * So many days after the last invoice of a subscription that is over it is looked for what came late. What a reservation
 * held when the usage was cut has settled or expired by then: it is held for a day at most, unless it is extended.
 */
const LATE_AFTER_DAYS = 2;

async function nextInvoiceDay(operation: Operation, subscription: PlanSubscription): Promise<Day | null> {
  const { startDay, endDay } = subscription;
  if (endDay === startDay) return null;
  const { sequence, before } = await nextPlace(operation, subscription);
  if (!before) return startDay;
  const periods = await periodsFrom(operation, subscription, startDay, sequence);
  const last = periods[sequence - 1];
  return last ? addDays(last.lastDay, 1) : addDays(before.cutDay, LATE_AFTER_DAYS);
}

/**
 * Nothing came since the last invoice of subscriptions that are over. Each is looked at again when twice as many days have
 * gone by since that invoice: a call may come or be corrected years later, so there is no last look, and yet there are only
 * ten in the first three years.
 */
export async function lookLater(operation: Operation, places: readonly InvoicePlace[]): Promise<void> {
  const today = await todayOf(operation);
  for (const { subscription, before } of places) {
    const days = before ? Number(daysBetween(before.cutDay, today)) : 0;
    subscription.nextInvoiceDay = addDays(today, Math.max(days, LATE_AFTER_DAYS));
  }
  await (await operation.em()).flush();
}

/** What an invoice comes to, with the usage up to a cut. */
export async function invoicingOf(operation: Operation, place: InvoicePlace, cutAt: Date): Promise<Invoicing> {
  const { subscription, sequence, before } = place;
  const periods = await periodsFrom(operation, subscription, subscription.startDay, sequence + 1);
  const [ended, next] = [periods[sequence - 1], periods[sequence]];
  const phases = await phasesOf(operation, subscription);
  const { terms } = phaseOn(phases, (ended ?? periods.at(-1))?.lastDay ?? subscription.startDay);
  const span = spanOf(ended, sequence === 0 ? undefined : periods.at(-1));
  const window = span && (await windowOf(operation, subscription, { sequence, toAt: span.toAt, cutAt, before }));
  const usage = window ? await usageOf(operation, window) : { charged: [], units: [] };
  const lateDays = [...usage.charged, ...usage.units].flatMap(({ lateFrom }) => lateFrom ?? []);
  const fromDay = [span?.fromDay ?? subscription.startDay, ...lateDays].reduce((a, b) => (a < b ? a : b));
  const earlier = before ? await earlierLines(operation, { subscriptionId: subscription.id, fromDay }) : [];
  const carriedPico = before?.carriedPico ?? 0n;
  const currency = currencyOf(terms.currency);
  if (!currency) throw new Error(`Terms are in ${terms.currency}, which is no currency.`);
  const taxes = await taxTermsOf(operation, subscription.accountId);
  const sums = draftInvoice({ currency, taxes, phases, periods, ended, next, ...usage, earlier, carriedPico });
  return { ...place, terms, span, cutAt, taxMode: sums.taxes.length > 0 ? (taxes?.mode ?? null) : null, sums };
}

/** The period whose usage an invoice has, in days and instants. */
export interface Span {
  readonly fromDay: Day;
  readonly toDay: Day;
  readonly fromAt: Date;
  readonly toAt: Date;
}

/** @param last of one after the last period, which has no usage of its own: that period's end */
function spanOf(ended: BillingPeriod | undefined, last: BillingPeriod | undefined): Span | undefined {
  if (ended) {
    const { firstDay, lastDay, startsAt, endsAt } = ended;
    return { fromDay: firstDay, toDay: addDays(lastDay, 1), fromAt: startsAt, toAt: endsAt };
  }
  if (!last) return undefined;
  const day = addDays(last.lastDay, 1);
  return { fromDay: day, toDay: day, fromAt: last.endsAt, toAt: last.endsAt };
}

async function windowOf(
  operation: Operation,
  { organizationId, id, accountId }: PlanSubscription,
  {
    sequence,
    toAt,
    cutAt,
    before,
  }: Pick<UsageWindow, 'sequence' | 'toAt' | 'cutAt'> & { before: Pick<LastInvoice, 'toAt' | 'cutAt'> | undefined },
): Promise<UsageWindow> {
  const account = await accountById(operation, accountId);
  if (!account) throw new Error('The account of a subscription is not there.');
  const hasUsage = before?.toAt ? { toAt: before.toAt, cutAt: before.cutAt } : undefined;
  const payer = { id: account.id, kind: account.kind };
  return { organizationId, subscriptionId: id, payer, sequence, toAt, cutAt, before: hasUsage };
}

/** Batched over all invoices that are made together. */
function usageOf(operation: Operation, window: UsageWindow): Promise<BilledUsage> {
  return operation.loader(usageOf, usageLoader).load(window);
}

function usageLoader(operation: Operation): DataLoader<UsageWindow, BilledUsage> {
  return new DataLoader(async (windows) => readUsage(await operation.em(), windows), { cache: false });
}

/** The usage that an invoice has; undefined where it has none. */
export async function windowOfInvoice(
  operation: Operation,
  subscription: PlanSubscription,
  invoice: Invoice,
): Promise<UsageWindow | undefined> {
  if (!invoice.toAt) return undefined;
  const { organizationId, sequence, toAt, cutAt } = invoice;
  const em = await operation.em();
  const where = { organizationId, subscriptionId: subscription.id, sequence: sequence - 1 };
  const before = await em.findOne(Invoice, { ...where, status: { $ne: InvoiceStatus.VOID } });
  return windowOf(operation, subscription, { sequence, toAt, cutAt, before: before ?? undefined });
}

/** Batched over all invoices that are made together. */
function earlierLines(operation: Operation, wanted: LinesWanted): Promise<EarlierLine[]> {
  return operation.loader(earlierLines, lineLoader).load(wanted);
}

function lineLoader(operation: Operation): DataLoader<LinesWanted, EarlierLine[]> {
  const { organizationId } = operation.principal;
  return new DataLoader(async (wanted) => readEarlierLines(await operation.em(), organizationId, wanted), {
    cache: false,
  });
}
