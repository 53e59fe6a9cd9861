/** What a number makes of drafts: what is due, what prepaid credits pay of it, and whose it is to whom. Of many together. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { insertRows } from '../../insert-rows.sql.js';
import { encodeId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { knownCurrency } from '../amount/check-amount.js';
import { addDays } from '../amount/proration.js';
import { consume, used } from '../credit/credit-balance.js';
import { CreditGrant, CreditUse } from '../credit/credit-grant.js';
import { leftCredit } from '../credit/leave-credit.js';
import { lockCredits, readGrants } from '../credit/read-credits.sql.js';
import type { Processors } from '../payment/processors.js';
import { partiesOf } from '../profile/reading-profiles.js';
import { todayOf } from '../subscription/billing-period.sql.js';
import { periodsFrom } from '../subscription/subscription-phase.js';
import { settle } from './amount-due.js';
import { takeNumbers } from './billed-usage.sql.js';
import { InvoiceStatus, type Invoice } from './invoice.js';
import { subscriptionOf } from './invoicing.js';

/** A draft that is to get its number. */
export interface Numbering {
  /** Is changed. */
  readonly invoice: Invoice;
  /** What the one before has left to it. */
  readonly broughtForwardPico: bigint;
  /** What its lines came to below 0, where none follows. */
  readonly creditPico: bigint;
}

/** What goes with the numbers. */
export interface CreditRows {
  readonly uses: readonly CreditUse[];
  readonly left: readonly CreditGrant[];
}

/** Numbers are given in the order of the list. The invoices themselves are not written. */
export async function numberInvoices(
  operation: Operation,
  processor: Processors,
  drafts: readonly Numbering[],
): Promise<CreditRows> {
  if (drafts.length === 0) return { uses: [], left: [] };
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const uses = await consumeCredits(operation, drafts);
  await Promise.all(drafts.map(({ invoice }) => carryForward(operation, processor, invoice)));
  const parties = await Promise.all(drafts.map(({ invoice }) => partiesOf(operation, invoice.accountId)));
  const today = await todayOf(operation);
  // Whoever else gives numbers waits until the transaction ends: nothing that can be done before is done after.
  const last = await takeNumbers(em, organizationId, drafts.length);
  for (const [n, { invoice }] of drafts.entries()) {
    const { totalPico, broughtForwardPico, creditsPico, carriedForwardPico } = invoice;
    invoice.duePico = totalPico + broughtForwardPico - creditsPico - carriedForwardPico;
    invoice.parties = parties[n] ?? null;
    invoice.number = last - BigInt(drafts.length - 1 - n);
    invoice.finalizedAt = operation.now;
    invoice.dueDay = addDays(today, invoice.paymentTermDays);
    invoice.status = InvoiceStatus.OPEN;
    invoice.collectAt = processor.isCollecting ? operation.now : null;
    settle(invoice, operation.now);
  }
  return { uses, left: drafts.flatMap((draft) => creditOf(operation, draft)) };
}

/** After the invoices are. */
export async function writeCredits(em: EntityManager, { uses, left }: CreditRows): Promise<void> {
  await insertRows(em, CreditUse, uses);
  await insertRows(em, CreditGrant, left);
}

/** What one invoice of an account took is not there for the next. */
async function consumeCredits(operation: Operation, drafts: readonly Numbering[]): Promise<CreditUse[]> {
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const accountIds = [...new Set(drafts.map(({ invoice }) => invoice.accountId))];
  await lockCredits(em, organizationId, ...accountIds);
  // What was taken back since the operation began is gone: who holds the lock sees it.
  const grants = (await readGrants(em, organizationId, { accountIds })).filter(({ voidedAt }) => voidedAt === null);
  return drafts.flatMap(({ invoice, broughtForwardPico }) => {
    invoice.broughtForwardPico = broughtForwardPico;
    const { accountId, currency, id: invoiceId } = invoice;
    const own = grants.filter((grant) => grant.accountId === accountId && grant.currency === currency);
    return consume(own, invoice.totalPico + broughtForwardPico, operation.now).map(({ grantId, amountPico }) => {
      const place = grants.findIndex(({ id }) => id === grantId);
      const grant = grants[place];
      if (grant) grants[place] = used(grant, amountPico, operation.now);
      invoice.creditsPico += amountPico;
      return { organizationId, invoiceId, grantId, amountPico, usedAt: operation.now };
    });
  });
}

/** What is less than can be collected is collected with the next invoice, where one follows. */
async function carryForward(operation: Operation, processor: Processors, invoice: Invoice): Promise<void> {
  const openPico = invoice.totalPico + invoice.broughtForwardPico - invoice.creditsPico;
  if (openPico === 0n) return;
  const { leastPico } = await processor.bounds(operation, knownCurrency(invoice.currency), invoice.accountId);
  if (openPico >= leastPico) return;
  const subscription = await subscriptionOf(operation, encodeId('subscription', invoice.subscriptionId));
  const periods = await periodsFrom(operation, subscription, subscription.startDay, invoice.sequence + 1);
  if (periods.length > invoice.sequence) invoice.carriedForwardPico = openPico;
}

function creditOf(operation: Operation, { invoice, creditPico: amountPico }: Numbering): CreditGrant[] {
  if (amountPico === 0n) return [];
  const { id: invoiceId, accountId, currency, number } = invoice;
  const of = { accountId, currency, amountPico, invoiceId, creditNoteId: null };
  return [leftCredit(operation, { ...of, reason: `Invoice ${number}` })];
}
