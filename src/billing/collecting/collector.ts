/**
 * Collects invoices, each once, whatever is lost on the way. An attempt is written down with its key and order before the
 * processor is asked. Whoever looks after it asks what the processor has first; only what it does not have is sent, under
 * the same key. No transaction is open while the processor is asked.
 */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.js';
import { encodeId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { openOf } from '../invoice/amount-due.js';
import { Invoice, InvoiceStatus } from '../invoice/invoice.js';
import { lockedInvoice } from '../invoice/locked-invoice.js';
import { asNobody, inTransaction } from '../nobody.js';
import { Payment } from '../payment/payment.js';
import { isUnderWay, PaymentStatus, UNDER_WAY } from '../payment/payment-status.js';
import {
  ProcessorError,
  type CollectingProcessor,
  type PaymentOrder,
  type ProcessorPayment,
} from '../payment/processor.js';
import { FORGET_AFTER_MS, SEND_FOR_MS } from './asking-again.js';
import { beginPayment, LEASE_MS } from './begin-payment.js';
import type { Booking, HeldPayment } from './booking.js';
import { closeFailed } from './close-payment.js';
import type { Dunning } from './dunning.js';
import { findAtProcessor } from './find-payment.js';

const DAY_MS = 86_400_000;
/** How long until somebody looks again: as long as it has been under way, within these bounds. */
const LOOK_AGAIN_MS = { least: 15_000, most: 600_000, mostOfProcessing: 6 * 3_600_000 };
/** A scheduled attempt waits that long for one that somebody began by hand. */
const WAIT_FOR_OTHER_MS = 3_600_000;
/** What waits for whoever pays is taken back again after this, where the processor gave no answer. */
const TAKE_BACK_MS = 600_000;

interface Claimed {
  readonly payment: Payment;
  readonly order: PaymentOrder;
  readonly key: string;
  /** Nothing of the invoice was paid before. */
  readonly since: Date | undefined;
  /** Of other payments of these books. */
  readonly known: ReadonlySet<string>;
  /** Whether anything is still to be paid. */
  readonly isWanted: boolean;
  /** Whether it may have been asked for before. */
  readonly wasSent: boolean;
}

export class Collector {
  constructor(
    private readonly orm: MikroORM,
    private readonly clock: Clock,
    private readonly processor: CollectingProcessor,
    private readonly booking: Booking,
    private readonly dunning: Dunning,
    private readonly log: Logger,
  ) {}

  /** Begins the next attempt of an invoice that is due to be collected, and follows it. */
  async collect(organizationId: string, invoiceId: string): Promise<void> {
    const begin = (mustBeDue: boolean) =>
      this.#in(organizationId, (operation) => this.#beginNext(operation, invoiceId, mustBeDue));
    let next = await begin(true);
    if (next && !next.isBegun) {
      await this.giveUp(organizationId, next.paymentId);
      next = await begin(false);
    }
    if (next?.isBegun) await this.follow(organizationId, next.paymentId);
  }

  /** Looks after what has come due, unless another server has it in hand by now. */
  followDue(organizationId: string, paymentId: string): Promise<void> {
    return this.follow(organizationId, paymentId, true);
  }

  /** Looks at the processor for what has become of a payment; sends it where it is not there. */
  async follow(organizationId: string, paymentId: string, mustBeDue = false): Promise<void> {
    const claimed = await this.#in(organizationId, (operation) => this.#claim(operation, paymentId, mustBeDue));
    if (!claimed) return;
    try {
      await this.#settle(organizationId, claimed);
    } catch (error) {
      if (!(error instanceof ProcessorError)) throw error;
      await this.#takeRefusal(organizationId, claimed.payment, error);
    }
  }

  /** Takes back what waits for whoever pays, so that another can take its place; what was paid meanwhile stays paid. */
  async giveUp(organizationId: string, paymentId: string): Promise<void> {
    const seen = await this.#in(organizationId, async (operation) =>
      (await operation.em()).findOne(Payment, { organizationId, id: paymentId }),
    );
    if (!seen?.processorRef || !isUnderWay(seen.status)) return;
    const found = await this.#cancel(seen.processorRef);
    if (found) await this.#book(organizationId, seen, found);
    else await this.#drop(organizationId, seen);
  }

  async #settle(organizationId: string, claimed: Claimed): Promise<void> {
    const { payment, order, key, isWanted, wasSent } = claimed;
    if (payment.processorRef !== null) return this.#lookAt(organizationId, claimed, payment.processorRef);
    const found = await findAtProcessor(this.processor, claimed);
    if (found?.status === 'SUCCEEDED' && !isOwn(found, order)) {
      await this.#in(organizationId, (operation) => this.booking.adopt(operation, payment.invoiceId, found));
      await this.#drop(organizationId, payment);
    } else if (found) {
      await this.#take(organizationId, claimed, found);
    } else if (isWanted && this.#ageMs(payment) < SEND_FOR_MS) {
      if (!(await this.#markSent(organizationId, payment))) return;
      const answered = await this.processor.pay(order, key);
      await this.#book(organizationId, payment, await closeFailed(this.processor, answered, this.log));
    } else if (!wasSent || this.#ageMs(payment) > FORGET_AFTER_MS) {
      await this.#drop(organizationId, payment);
    } else {
      await this.#lookAgain(organizationId, payment);
    }
  }

  /** What the processor has had once it has for good: where it does not say so it is asked again. */
  async #lookAt(organizationId: string, claimed: Claimed, ref: string): Promise<void> {
    const found = await this.processor.readPayment(ref);
    if (found) return this.#take(organizationId, claimed, found);
    this.log.warn({ payment: claimed.payment.id, ref }, 'the payment processor does not know a payment that it had');
    return this.#lookAgain(organizationId, claimed.payment);
  }

  /** What nobody wants any more is closed; what failed is, too, unless whoever pays may try it again in the browser. */
  async #take(organizationId: string, { payment, isWanted }: Claimed, found: ProcessorPayment): Promise<void> {
    const isOpen = found.status === 'REQUIRES_ACTION' || (found.status === 'FAILED' && !found.isClosed);
    const mayGoOn = isWanted && payment.status === PaymentStatus.REQUIRES_ACTION;
    if (isOpen && !isWanted) {
      const after = (await this.#cancel(found.ref)) ?? { ...found, status: 'CANCELED', isClosed: true };
      await this.#book(organizationId, payment, after);
    } else
      await this.#book(organizationId, payment, mayGoOn ? found : await closeFailed(this.processor, found, this.log));
  }

  /** undefined: the processor does not have it any more. */
  async #cancel(ref: string): Promise<ProcessorPayment | undefined> {
    try {
      return await this.processor.cancelPayment(ref);
    } catch (error) {
      if (!(error instanceof ProcessorError) || error.fault !== 'REFUSED') throw error;
      return this.processor.readPayment(ref);
    }
  }

  async #claim(operation: Operation, paymentId: string, mustBeDue: boolean): Promise<Claimed | undefined> {
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const seen = await em.findOne(Payment, { organizationId, id: paymentId });
    if (!seen || !isUnderWay(seen.status)) return undefined;
    const { invoice, payment } = await this.booking.hold(operation, seen);
    const { processorOrder: order, processorKey: key } = payment;
    if (!isUnderWay(payment.status) || !order || key === null) return undefined;
    if (mustBeDue && (payment.lookAt === null || payment.lookAt > operation.now)) return undefined;
    const claimed = {
      ...{ payment, order, key, since: invoice.toAt ? new Date(invoice.toAt.getTime() - DAY_MS) : undefined },
      known: await knownAt(operation, invoice, payment),
      isWanted: isWanted({ invoice, payment }),
      wasSent: payment.sentAt !== null,
    };
    payment.lookAt = new Date(operation.now.getTime() + LEASE_MS);
    await em.flush();
    return claimed;
  }

  /** Before it is asked, so that it is known that it may have been. Not where others came before: they are looked after. */
  #markSent(organizationId: string, seen: Payment): Promise<boolean> {
    return this.#in(organizationId, async (operation) => {
      const held = await this.booking.hold(operation, seen);
      const { payment } = held;
      const isStill = payment.status === PaymentStatus.PENDING && payment.processorRef === null;
      if (!isStill || !isWanted(held)) return false;
      payment.sentAt ??= operation.now;
      await (await operation.em()).flush();
      return true;
    });
  }

  async #beginNext(
    operation: Operation,
    invoiceId: string,
    mustBeDue: boolean,
  ): Promise<{ readonly paymentId: string; readonly isBegun: boolean } | undefined> {
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const invoice = await lockedInvoice(operation, encodeId('invoice', invoiceId));
    const isDue = invoice.collectAt !== null && invoice.collectAt <= operation.now;
    if (invoice.status !== InvoiceStatus.OPEN || (mustBeDue && !isDue)) return undefined;
    const other = await em.findOne(Payment, { organizationId, invoiceId, status: { $in: [...UNDER_WAY] } });
    if (other) {
      const isWaiting = other.status === PaymentStatus.REQUIRES_ACTION;
      // Whoever takes it back may find the processor down.
      const waitMs = isWaiting ? TAKE_BACK_MS : WAIT_FOR_OTHER_MS;
      invoice.collectAt = new Date(operation.now.getTime() + waitMs);
      await em.flush();
      return isWaiting && mustBeDue ? { paymentId: other.id, isBegun: false } : undefined;
    }
    const payment = await beginPayment(operation, this.processor, invoice, { isScheduled: true });
    if (payment instanceof Payment) return { paymentId: payment.id, isBegun: true };
    // It is paid by hand, unless the account gets a method.
    invoice.collectAt = null;
    if (payment === 'NO_METHOD') this.dunning.leftToPeople(operation, invoice);
    await em.flush();
    return undefined;
  }

  async #takeRefusal(organizationId: string, payment: Payment, { fault, reason }: ProcessorError): Promise<void> {
    if (fault === 'UNAVAILABLE') {
      this.log.warn({ payment: payment.id, reason }, 'the payment processor gave no answer; it is asked again');
      await this.#lookAgain(organizationId, payment);
    } else if (fault === 'KEY_TAKEN') await this.#drop(organizationId, payment);
    else {
      await this.#in(organizationId, async (operation) => {
        const held = await this.booking.hold(operation, payment);
        if (fault === 'DECLINED') await this.booking.end(operation, held, PaymentStatus.FAILED, reason);
        else await this.booking.refuse(operation, held, reason);
      });
    }
  }

  #book(organizationId: string, payment: Payment, found: ProcessorPayment): Promise<void> {
    return this.#in(organizationId, async (operation) => {
      const held = await this.booking.hold(operation, payment);
      await this.booking.book(operation, held, found);
      this.#putOff(operation, held.payment);
      await (await operation.em()).flush();
    });
  }

  #drop(organizationId: string, payment: Payment): Promise<void> {
    return this.#in(organizationId, async (operation) =>
      this.booking.drop(operation, await this.booking.hold(operation, payment)),
    );
  }

  #lookAgain(organizationId: string, seen: Payment): Promise<void> {
    return this.#in(organizationId, async (operation) => {
      const { payment } = await this.booking.hold(operation, seen);
      this.#putOff(operation, payment);
      await (await operation.em()).flush();
    });
  }

  #putOff(operation: Operation, payment: Payment): void {
    if (!isUnderWay(payment.status)) return;
    const { least, most, mostOfProcessing } = LOOK_AGAIN_MS;
    const bound = payment.status === PaymentStatus.PENDING ? most : mostOfProcessing;
    const ageMs = operation.now.getTime() - payment.createdAt.getTime();
    const waitMs = Math.min(Math.max(ageMs, least), bound);
    payment.lookAt = new Date(operation.now.getTime() + waitMs);
  }

  #ageMs({ sentAt }: Payment): number {
    return sentAt === null ? 0 : this.clock.now().getTime() - sentAt.getTime();
  }

  #in<Answer>(organizationId: string, work: (operation: Operation) => Promise<Answer>): Promise<Answer> {
    return inTransaction(asNobody(this.orm, this.clock, organizationId, 'COLLECTING'), work);
  }
}

/** Refs of all payments that these books have for its place, also of invoices that were taken back. */
async function knownAt(operation: Operation, invoice: Invoice, own: Payment): Promise<Set<string>> {
  const em = await operation.em();
  const { organizationId, subscriptionId, sequence } = invoice;
  const there = await em.find(Invoice, { organizationId, subscriptionId, sequence });
  const invoiceId = { $in: there.map(({ id }) => id) };
  const others = await em.find(Payment, { organizationId, invoiceId, id: { $ne: own.id } });
  return new Set(others.flatMap(({ processorRef }) => processorRef ?? []));
}

/** All of it is still to be paid, and somebody expects it. */
const isWanted = ({ invoice, payment }: HeldPayment) =>
  openOf(invoice) >= payment.amountPico && (invoice.status === InvoiceStatus.OPEN || !payment.isScheduled);

const isOwn = ({ place }: ProcessorPayment, order: PaymentOrder) =>
  place?.invoiceId === order.place.invoiceId && place.attempt === order.place.attempt;
