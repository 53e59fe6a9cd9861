import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { invoiceState } from '../../errors.js';
import { authorize } from '../../identity/permission.js';
import { encodeId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { recoverAccount } from '../collecting/recover-account.js';
import { CreditGrant } from '../credit/credit-grant.js';
import { lockCredits, readGrants } from '../credit/read-credits.sql.js';
import type { Processors } from '../payment/processors.js';
import { lookAtPayment, stopCollecting } from '../payment/under-way.js';
import { assertBilling } from '../plan/plan.service.js';
import { leaveAlone } from './amount-due.js';
import type { InvoiceInput } from './invoice-input.js';
import { InvoiceLine, InvoiceLineKind } from './invoice-line.js';
import { Invoice, InvoiceStatus } from './invoice.js';
import { lockedSubscription, scheduleNext, type Invoicing } from './invoicing.js';
import { lockedInvoice } from './locked-invoice.js';
import { numberInvoices, writeCredits } from './number-invoices.js';
import { draftOf, writeInvoices } from './write-invoices.js';

/** What becomes of an invoice once it is made. */
export class InvoiceStatusService {
  constructor(
    private readonly processor: Processors,
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
    const before = await beforeOf(em, invoice);
    const numbering = {
      invoice,
      broughtForwardPico: broughtForward(before),
      creditPico: await creditOf(em, invoice),
    };
    const credits = await numberInvoices(operation, this.processor, [numbering]);
    await em.flush();
    await writeCredits(em, credits);
    return invoice;
  }

  /** The same of drafts that are not written yet: these are written with their numbers. */
  async writeFinal(operation: Operation, invoicings: readonly Invoicing[]): Promise<void> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const invoices = invoicings.map((invoicing) => draftOf(operation, invoicing));
    const numberings = invoicings.flatMap(({ before, sums }, n) => {
      const invoice = invoices[n];
      return invoice
        ? [{ invoice, broughtForwardPico: broughtForward(before), creditPico: leftCreditOf(sums.lines) }]
        : [];
    });
    const credits = await numberInvoices(operation, this.processor, numberings);
    await writeInvoices(operation, invoices, invoicings);
    await writeCredits(await operation.em(), credits);
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
    await stopCollecting(operation, invoice);
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
    leaveAlone(invoice);
    await recoverAccount(operation, invoice);
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
    // What was done already stays, until it is paid all the same or a person says otherwise.
    invoice.collectAt = null;
    invoice.enforceAt = null;
    await lookAtPayment(operation, invoice);
    await (await operation.em()).flush();
    return invoice;
  }
}

/** @throws ApiError INVOICE_STATE where that one has to be finalized first */
export function broughtForward(before: Pick<Invoice, 'status' | 'carriedForwardPico'> | null | undefined): bigint {
  if (before?.status === InvoiceStatus.DRAFT) {
    throw invoiceState('The invoice before is still a draft: that one comes first.');
  }
  return before?.carriedForwardPico ?? 0n;
}

/** What the lines of a last invoice came to below 0. */
function leftCreditOf(lines: readonly Pick<InvoiceLine, 'kind' | 'detail'>[]): bigint {
  return BigInt(lines.find(({ kind }) => kind === InvoiceLineKind.CREDITED)?.detail.creditPico ?? '0');
}

async function creditOf(em: EntityManager, { organizationId, id: invoiceId, totalPico }: Invoice): Promise<bigint> {
  if (totalPico !== 0n) return 0n;
  const line = await em.findOne(InvoiceLine, { organizationId, invoiceId, kind: InvoiceLineKind.CREDITED });
  return leftCreditOf(line ? [line] : []);
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
