/** What follows when an invoice cannot be collected: somebody is told, the next attempts, and in the end a grace. */
import { AlertKind } from '../../alert/alert.js';
import type { Operation } from '../../operation.js';
import { InvoiceStatus, type Invoice } from '../invoice/invoice.js';
import type { Payment } from '../payment/payment.js';
import { PaymentStatus } from '../payment/payment-status.js';
import type { DunningAction } from '../profile/dunning-action.js';
import { raiseAlert } from '../../alert/raise-alert.sql.js';

export interface DunningTerms {
  /** After which time each failed attempt is followed by the next, in ms. */
  readonly retriesMs: readonly number[];
  /** How long after the last one the action waits, in ms. */
  readonly graceMs: number;
  /** Unless the account has its own. */
  readonly action: DunningAction;
}

/** Of refusals: the method is gone, or none that can be charged like this. */
const PAYERS_REASONS = new Set([
  'resource_missing',
  'payment_method_unexpected_state',
  'payment_method_customer_decline',
  'payment_intent_incompatible_payment_method',
  'payment_method_invalid_parameter',
]);
const TOO_SMALL = 'amount_too_small';
const DAY_MS = 86_400_000;

export class Dunning {
  constructor(
    private readonly terms: DunningTerms,
    /** Tells who waits for alerts of an organization. */
    private readonly wake: (organizationId: string) => void,
  ) {}

  /**
   * An attempt brought no money, or waits for whoever pays: told and counted once for each payment. The caller holds the
   * invoice, and flushes.
   */
  async failed(operation: Operation, invoice: Invoice, payment: Payment): Promise<void> {
    if (invoice.status !== InvoiceStatus.OPEN && invoice.status !== InvoiceStatus.UNCOLLECTIBLE) return;
    const isNew = await this.#tell(operation, invoice, payment);
    if (isNew && payment.isScheduled && invoice.status === InvoiceStatus.OPEN)
      this.#scheduleNext(invoice, operation.now);
  }

  /**
   * The processor takes no such order, such as of an amount that is too little for it, or while an installation may not
   * charge. Whoever pays is dunned only for what it can change; the rest is told, and tried again in a day.
   */
  async refused(operation: Operation, invoice: Invoice, payment: Payment): Promise<void> {
    if (PAYERS_REASONS.has(payment.declineCode ?? '')) return this.failed(operation, invoice, payment);
    await this.#tell(operation, invoice, payment);
    const isTried = payment.isScheduled && invoice.status === InvoiceStatus.OPEN && payment.declineCode !== TOO_SMALL;
    if (isTried) invoice.collectAt = new Date(operation.now.getTime() + DAY_MS);
  }

  /** An invoice that is being dunned can be collected no more, for want of a method: that is no way out. */
  leftToPeople(operation: Operation, invoice: Invoice): void {
    if (invoice.failedAttempts > 0) this.#beginGrace(invoice, operation.now);
  }

  async #tell(operation: Operation, invoice: Invoice, payment: Payment): Promise<boolean> {
    const { organizationId, accountId } = invoice;
    const isNew = await raiseAlert(await operation.em(), {
      ...{ organizationId, kind: AlertKind.PAYMENT_FAILED, alertKey: `payment:${payment.id}`, accountId },
      ...{ invoiceId: invoice.id, paymentId: payment.id, reason: reasonOf(payment), createdAt: operation.now },
    });
    if (isNew) operation.afterCommit(() => this.wake(organizationId));
    return isNew;
  }

  #scheduleNext(invoice: Invoice, now: Date): void {
    const waitMs = this.terms.retriesMs[invoice.failedAttempts];
    invoice.failedAttempts += 1;
    if (waitMs === undefined) this.#beginGrace(invoice, now);
    else invoice.collectAt = new Date(now.getTime() + waitMs);
  }

  #beginGrace(invoice: Invoice, now: Date): void {
    invoice.enforceAt ??= new Date(now.getTime() + this.terms.graceMs);
  }
}

function reasonOf({ status, declineCode }: Payment): string | null {
  return declineCode ?? (status === PaymentStatus.REQUIRES_ACTION ? 'authentication_required' : null);
}
