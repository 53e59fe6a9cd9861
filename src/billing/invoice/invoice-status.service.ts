import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { invoiceState } from '../../errors.js';
import { authorize } from '../../identity/permission.js';
import { encodeId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { knownCurrency } from '../amount/check-amount.js';
import { addDays } from '../amount/proration.js';
import { consume } from '../credit/credit-balance.js';
import { CreditGrant, CreditUse } from '../credit/credit-grant.js';
import { leaveCredit } from '../credit/leave-credit.js';
import { lockCredits, readGrants } from '../credit/read-credits.sql.js';
import type { PaymentProcessor } from '../payment/payment-processor.js';
import { assertBilling } from '../plan/plan.service.js';
import { partiesOf } from '../profile/reading-profiles.js';
import { todayOf } from '../subscription/billing-period.sql.js';
import { periodsFrom } from '../subscription/subscription-phase.js';
import { settle } from './amount-due.js';
import { takeNumber } from './billed-usage.sql.js';
import type { InvoiceInput } from './invoice-input.js';
import { InvoiceLine, InvoiceLineKind } from './invoice-line.js';
import { Invoice, InvoiceStatus } from './invoice.js';
import { lockedSubscription, scheduleNext, subscriptionOf } from './invoicing.js';
import { lockedInvoice } from './locked-invoice.js';

/** What becomes of an invoice once it is made. */
export class InvoiceStatusService {
  constructor(
    private readonly processor: PaymentProcessor,
    private readonly isOn: boolean,
  ) {}

  /** Gives a draft its number, and lets prepaid credits pay. What comes to nothing is paid by that. */
  async finalize(operation: Operation, { invoiceId }: InvoiceInput): Promise<Invoice> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const invoice = await lockedInvoice(operation, invoiceId);
    if (invoice.status === InvoiceStatus.OPEN || invoice.status === InvoiceStatus.PAID) return invoice;
    if (invoice.status !== InvoiceStatus.DRAFT) throw invoiceState(`The invoice is ${invoice.status}.`);
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const before = await beforeOf(em, invoice);
    if (before?.status === InvoiceStatus.DRAFT) {
      throw invoiceState('The invoice before is still a draft: that one comes first.');
    }
    invoice.broughtForwardPico = before?.carriedForwardPico ?? 0n;
    await lockCredits(em, organizationId, invoice.accountId);
    await this.#consumeCredits(operation, invoice);
    await this.#carryForward(operation, invoice);
    const { totalPico, broughtForwardPico, creditsPico, carriedForwardPico } = invoice;
    invoice.duePico = totalPico + broughtForwardPico - creditsPico - carriedForwardPico;
    invoice.parties = await partiesOf(operation, invoice.accountId);
    invoice.number = await takeNumber(em, organizationId);
    invoice.finalizedAt = operation.now;
    invoice.dueDay = addDays(await todayOf(operation), invoice.paymentTermDays);
    invoice.status = InvoiceStatus.OPEN;
    settle(invoice, operation.now);
    await em.flush();
    await this.#leaveCredit(operation, invoice);
    return invoice;
  }

  /** Takes an invoice back that nobody has paid. What credits paid of it is theirs again. */
  async void(operation: Operation, input: InvoiceInput): Promise<Invoice> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const { organizationId } = operation.principal;
    // Whoever makes the next one holds the subscription.
    const seen = await lockedInvoice(operation, input.invoiceId, LockMode.NONE);
    const subscription = await lockedSubscription(operation, encodeId('subscription', seen.subscriptionId));
    const invoice = await lockedInvoice(operation, input.invoiceId);
    if (invoice.status === InvoiceStatus.VOID) return invoice;
    if (invoice.paidPico > 0n) throw invoiceState('The invoice is paid, at least in part.');
    if (invoice.notedPico > 0n) throw invoiceState('The invoice has a credit note.');
    const em = await operation.em();
    const { subscriptionId, sequence } = invoice;
    const later = { organizationId, subscriptionId, sequence: { $gt: sequence }, status: { $ne: InvoiceStatus.VOID } };
    if (await em.findOne(Invoice, later)) {
      throw invoiceState('A later invoice of the subscription builds on it: that one has to be taken back first.');
    }
    await lockCredits(em, organizationId, invoice.accountId);
    await takeBackCredit(operation, invoice);
    invoice.status = InvoiceStatus.VOID;
    invoice.paidAt = null;
    invoice.voidedAt = operation.now;
    await em.flush();
    await scheduleNext(operation, subscription);
    return invoice;
  }

  /** Nobody expects the money any more. */
  async giveUp(operation: Operation, { invoiceId }: InvoiceInput): Promise<Invoice> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const invoice = await lockedInvoice(operation, invoiceId);
    if (invoice.status === InvoiceStatus.UNCOLLECTIBLE) return invoice;
    if (invoice.status !== InvoiceStatus.OPEN) throw invoiceState(`The invoice is ${invoice.status}.`);
    invoice.status = InvoiceStatus.UNCOLLECTIBLE;
    invoice.uncollectibleAt = operation.now;
    await (await operation.em()).flush();
    return invoice;
  }

  async #consumeCredits(operation: Operation, invoice: Invoice): Promise<void> {
    const em = await operation.em();
    const { organizationId, accountId, currency, id: invoiceId, totalPico, broughtForwardPico } = invoice;
    const owedPico = totalPico + broughtForwardPico;
    if (owedPico === 0n) return;
    const grants = await readGrants(em, organizationId, { accountId, currency });
    for (const { grantId, amountPico } of consume(grants, owedPico, operation.now)) {
      em.persist(em.create(CreditUse, { organizationId, invoiceId, grantId, amountPico, usedAt: operation.now }));
      invoice.creditsPico += amountPico;
    }
  }

  /** What is less than can be collected is collected with the next invoice, where one follows. */
  async #carryForward(operation: Operation, invoice: Invoice): Promise<void> {
    const openPico = invoice.totalPico + invoice.broughtForwardPico - invoice.creditsPico;
    if (openPico === 0n) return;
    const { leastPico } = await this.processor.bounds(operation, knownCurrency(invoice.currency));
    if (openPico >= leastPico) return;
    const subscription = await subscriptionOf(operation, encodeId('subscription', invoice.subscriptionId));
    const periods = await periodsFrom(operation, subscription, subscription.startDay, invoice.sequence + 1);
    if (periods.length > invoice.sequence) invoice.carriedForwardPico = openPico;
  }

  /** What the lines of a last invoice came to below 0. */
  async #leaveCredit(operation: Operation, invoice: Invoice): Promise<void> {
    if (invoice.totalPico !== 0n) return;
    const em = await operation.em();
    const { organizationId, id: invoiceId, accountId, currency, number } = invoice;
    const line = await em.findOne(InvoiceLine, { organizationId, invoiceId, kind: InvoiceLineKind.CREDITED });
    const amountPico = BigInt(line?.detail.creditPico ?? '0');
    if (amountPico === 0n) return;
    const of = { accountId, currency, amountPico, invoiceId, creditNoteId: null };
    await leaveCredit(operation, { ...of, reason: `Invoice ${number}` });
  }
}

async function beforeOf(em: EntityManager, invoice: Invoice): Promise<Invoice | null> {
  const { organizationId, subscriptionId, sequence } = invoice;
  if (sequence === 0) return null;
  const where = { organizationId, subscriptionId, sequence: sequence - 1, status: { $ne: InvoiceStatus.VOID } };
  return em.findOne(Invoice, where);
}

/** Credit that an invoice left goes with it, unless it has paid something. */
async function takeBackCredit(operation: Operation, { organizationId, id: invoiceId }: Invoice): Promise<void> {
  const em = await operation.em();
  const grant = await em.findOne(CreditGrant, { organizationId, invoiceId, creditNoteId: null, voidedAt: null });
  if (!grant) return;
  const [state] = await readGrants(em, organizationId, { ids: [grant.id] });
  if (state && state.usedPico > 0n) throw invoiceState('The credit that it left has paid another invoice.');
  grant.voidedAt = operation.now;
}
