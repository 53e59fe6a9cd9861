/** Which invoice of a subscription is next, and what it comes to. */
import { LockMode } from '@mikro-orm/core';
import DataLoader from 'dataloader';
import type { EntityManager } from '@mikro-orm/postgresql';
import { notFound } from '../../errors.js';
import { accountById } from '../../identity/account-scope.js';
import { decodeUuid } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { readUsage, type BilledUsage, type UsageWindow } from './billed-usage.sql.js';
import type { BillingPeriod } from '../subscription/billing-period.js';
import { currencyOf } from '../amount/currency.js';
import { taxTermsOf } from '../profile/reading-profiles.js';
import type { TaxMode } from '../profile/tax.js';
import { draftInvoice, type InvoiceSums } from './invoice-draft.js';
import { Invoice, InvoiceStatus } from './invoice.js';
import { InvoiceLine } from './invoice-line.js';
import type { PlanTerms } from '../plan/plan-terms.js';
import { PlanSubscription } from '../subscription/plan-subscription.js';
import { addDays, type Day } from '../amount/proration.js';
import { periodsFrom, phaseOn, phasesOf } from '../subscription/subscription-phase.js';

/** An invoice before it is written. */
export interface Invoicing {
  readonly sequence: number;
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
export async function lockedSubscription(operation: Operation, opaqueId: string): Promise<PlanSubscription> {
  const id = decodeUuid('subscription', opaqueId);
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const options = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
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

/** Those that stand, by rising sequence. */
export function standingInvoices(em: EntityManager, { organizationId, id }: PlanSubscription): Promise<Invoice[]> {
  const where = { organizationId, subscriptionId: id, status: { $ne: InvoiceStatus.VOID } };
  return em.find(Invoice, where, { orderBy: { sequence: 'asc' } });
}

/** The first place without an invoice. */
export function firstMissing(standing: readonly Invoice[]): number {
  const missing = standing.findIndex(({ sequence }, place) => sequence !== place);
  return missing === -1 ? standing.length : missing;
}

/**
 * From which day on an invoice may be made: the first day of the subscription, or the day after its period. After the last
 * period one may be made for what came late.
 */
export async function dueDay(operation: Operation, subscription: PlanSubscription, sequence: number): Promise<Day> {
  const { startDay } = subscription;
  if (sequence === 0) return startDay;
  const periods = await periodsFrom(operation, subscription, startDay, sequence);
  const last = periods.at(-1);
  return last ? addDays(last.lastDay, 1) : startDay;
}

/** Writes down when the next invoice is due, so that who makes them needs not look at all subscriptions. */
export async function scheduleNext(operation: Operation, subscription: PlanSubscription): Promise<void> {
  const em = await operation.em();
  const sequence = firstMissing(await standingInvoices(em, subscription));
  const isOver = subscription.endDay === subscription.startDay;
  const periods = isOver
    ? []
    : await periodsFrom(operation, subscription, subscription.startDay, Math.max(sequence, 1));
  const isWhole = isOver || periods.length < sequence;
  subscription.nextInvoiceDay = isWhole ? null : await dueDay(operation, subscription, sequence);
  await em.flush();
}

/** What an invoice comes to, with the usage up to a cut. */
export async function invoicingOf(
  operation: Operation,
  subscription: PlanSubscription,
  sequence: number,
  cutAt: Date,
): Promise<Invoicing> {
  const em = await operation.em();
  const periods = await periodsFrom(operation, subscription, subscription.startDay, sequence + 1);
  const [ended, next] = [periods[sequence - 1], periods[sequence]];
  const phases = await phasesOf(operation, subscription);
  const { terms } = phaseOn(phases, (ended ?? periods.at(-1))?.lastDay ?? subscription.startDay);
  const standing = await standingInvoices(em, subscription);
  const before = standing.find((invoice) => invoice.sequence === sequence - 1);
  const earlier = await linesOf(
    em,
    standing.filter((invoice) => invoice.sequence < sequence),
  );
  const span = spanOf(ended, sequence === 0 ? undefined : periods.at(-1));
  const window = span && (await windowOf(operation, subscription, { sequence, toAt: span.toAt, cutAt, before }));
  const currency = currencyOf(terms.currency);
  if (!currency) throw new Error(`Terms are in ${terms.currency}, which is no currency.`);
  const taxes = await taxTermsOf(operation, subscription.accountId);
  const sums = draftInvoice({
    currency,
    taxes,
    phases,
    periods,
    ended,
    next,
    ...(window ? await usageOf(operation, window) : { charged: [], units: [] }),
    earlier,
    carriedPico: before?.carriedPico ?? 0n,
  });
  return { sequence, terms, span, cutAt, taxMode: sums.taxes.length > 0 ? (taxes?.mode ?? null) : null, sums };
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
  { sequence, toAt, cutAt, before }: Pick<UsageWindow, 'sequence' | 'toAt' | 'cutAt'> & { before: Invoice | undefined },
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
  const standing = await standingInvoices(await operation.em(), subscription);
  const before = standing.find(({ sequence }) => sequence === invoice.sequence - 1);
  const { sequence, toAt, cutAt } = invoice;
  return windowOf(operation, subscription, { sequence, toAt, cutAt, before });
}

async function linesOf(em: EntityManager, invoices: readonly Invoice[]): Promise<InvoiceLine[]> {
  const [first] = invoices;
  if (!first) return [];
  const ids = invoices.map(({ id }) => id);
  return em.find(InvoiceLine, { organizationId: first.organizationId, invoiceId: { $in: ids } });
}
