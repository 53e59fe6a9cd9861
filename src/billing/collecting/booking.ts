/** What a processor says of a payment becomes what these books say of it. */
import { LockMode } from '@mikro-orm/core';
import { encodeId, newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { lockCredits } from '../credit/read-credits.sql.js';
import { openOf } from '../invoice/amount-due.js';
import { InvoiceStatus, type Invoice } from '../invoice/invoice.js';
import { lockedInvoice } from '../invoice/locked-invoice.js';
import { PaymentMethod } from '../payment-method/payment-method.js';
import { bookPaid } from '../payment/book-paid.js';
import { Payment } from '../payment/payment.js';
import { isUnderWay, PaymentStatus } from '../payment/payment-status.js';
import type { CollectingProcessor, ProcessorPayment } from '../payment/processor.js';
import type { Dunning } from './dunning.js';

/** A payment with its invoice, held until the transaction ends. */
export interface HeldPayment {
  readonly invoice: Invoice;
  readonly payment: Payment;
}

export class Booking {
  constructor(
    private readonly processor: CollectingProcessor,
    private readonly dunning: Dunning,
  ) {}

  /** In the lock order of billing: invoice, account, payment. */
  async hold(operation: Operation, seen: Pick<Payment, 'id' | 'invoiceId'>): Promise<HeldPayment> {
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const invoice = await lockedInvoice(operation, encodeId('invoice', seen.invoiceId));
    await lockCredits(em, organizationId, invoice.accountId);
    const where = { organizationId, id: seen.id };
    const payment = await em.findOneOrFail(Payment, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
    return { invoice, payment };
  }

  /** What the processor has, on the row of the attempt that asked for it. */
  async book(operation: Operation, held: HeldPayment, found: ProcessorPayment): Promise<void> {
    const { payment } = held;
    if (payment.status === PaymentStatus.SUCCEEDED) return;
    payment.processorRef = found.ref;
    // Of an attempt that these books lost, and whose place this one has.
    if (found.amountPico !== undefined) payment.amountPico = found.amountPico;
    if (found.status === 'SUCCEEDED') await this.#succeed(operation, held);
    // What is over for these books is over, unless money comes after all.
    else if (!isUnderWay(payment.status)) return;
    else if (found.status === 'PROCESSING') payment.status = PaymentStatus.PROCESSING;
    // Whoever pays may try it again in the browser.
    else if (found.status === 'FAILED' && !found.isClosed && payment.status === PaymentStatus.REQUIRES_ACTION) {
      payment.declineCode = found.declineCode ?? payment.declineCode;
    } else if (found.status === 'REQUIRES_ACTION') await this.#awaitAction(operation, held, found.declineCode ?? null);
    else await this.end(operation, held, endOf(found.status), found.declineCode ?? null);
    await (await operation.em()).flush();
  }

  /** No money came in by it. */
  async end(
    operation: Operation,
    { invoice, payment }: HeldPayment,
    status: PaymentStatus.FAILED | PaymentStatus.CANCELED,
    declineCode: string | null,
  ): Promise<void> {
    if (!isUnderWay(payment.status)) return;
    const wasToldOf = payment.status === PaymentStatus.REQUIRES_ACTION;
    payment.status = status;
    payment.declineCode = declineCode ?? payment.declineCode;
    payment.endedAt = operation.now;
    payment.lookAt = null;
    if (!wasToldOf) await this.dunning.failed(operation, invoice, payment);
    await (await operation.em()).flush();
  }

  /** The processor takes no such order: a person has to know, and it may be nothing that whoever pays can change. */
  async refuse(operation: Operation, { invoice, payment }: HeldPayment, reason: string): Promise<void> {
    if (!isUnderWay(payment.status)) return;
    payment.status = PaymentStatus.FAILED;
    payment.declineCode = reason;
    payment.endedAt = operation.now;
    payment.lookAt = null;
    await this.dunning.refused(operation, invoice, payment);
    await (await operation.em()).flush();
  }

  /** It was never asked for, or something else was under its key: another attempt takes its place, and nobody is told. */
  async drop(operation: Operation, { invoice, payment }: HeldPayment): Promise<void> {
    if (!isUnderWay(payment.status)) return;
    payment.status = PaymentStatus.CANCELED;
    payment.endedAt = operation.now;
    payment.lookAt = null;
    if (invoice.status === InvoiceStatus.OPEN && payment.isScheduled) invoice.collectAt ??= operation.now;
    await (await operation.em()).flush();
  }

  /**
   * Money that the processor has for an invoice, by an attempt that these books do not have any more.
   * @returns whether these books have it now
   */
  async adopt(operation: Operation, invoiceId: string, found: ProcessorPayment): Promise<boolean> {
    if (found.amountPico === undefined || found.amountPico <= 0n) return false;
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const processor = this.processor.name;
    const invoice = await lockedInvoice(operation, encodeId('invoice', invoiceId));
    if (invoice.status === InvoiceStatus.DRAFT || invoice.currency !== found.currency) return false;
    await lockCredits(em, organizationId, invoice.accountId);
    const known = await em.findOne(Payment, { organizationId, processorRefIndex: found.ref });
    if (known) return true;
    const ref = found.methodRef;
    const method =
      ref === undefined ? null : await em.findOne(PaymentMethod, { organizationId, processor, refIndex: ref });
    const id = newId();
    const creditedPico = await bookPaid(operation, invoice, { id, amountPico: found.amountPico });
    const payment = em.create(Payment, {
      ...{ organizationId, id, invoiceId, processor, status: PaymentStatus.SUCCEEDED },
      ...{
        amountPico: found.amountPico,
        creditedPico,
        attempt: null,
        isScheduled: false,
        methodId: method?.id ?? null,
      },
      ...{ processorKey: null, processorOrder: null, processorRef: found.ref, declineCode: null },
      ...{ idempotencyKey: null, contentHash: null, reference: null, createdAt: found.createdAt, sentAt: null },
      ...{ lookAt: null, endedAt: operation.now },
    });
    await em.persist(payment).flush();
    return true;
  }

  async #succeed(operation: Operation, { invoice, payment }: HeldPayment): Promise<void> {
    payment.status = PaymentStatus.SUCCEEDED;
    payment.declineCode = null;
    payment.endedAt = operation.now;
    payment.lookAt = null;
    payment.creditedPico = await bookPaid(operation, invoice, payment);
    invoice.failedAttempts = 0;
    if (invoice.enforcedAt === null) invoice.enforceAt = null;
    // The next part of what one payment cannot be.
    if (invoice.status === InvoiceStatus.OPEN && openOf(invoice) > 0n) invoice.collectAt = operation.now;
  }

  async #awaitAction(operation: Operation, { invoice, payment }: HeldPayment, code: string | null): Promise<void> {
    if (payment.status === PaymentStatus.REQUIRES_ACTION) return;
    payment.status = PaymentStatus.REQUIRES_ACTION;
    payment.declineCode = code;
    // It may never be confirmed: the schedule goes on as if it had failed, and the next attempt takes its place.
    await this.dunning.failed(operation, invoice, payment);
  }
}

const endOf = (status: 'FAILED' | 'CANCELED') => (status === 'FAILED' ? PaymentStatus.FAILED : PaymentStatus.CANCELED);
