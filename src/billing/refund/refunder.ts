/**
 * Gives money back, each refund once, whatever is lost on the way. It stands with its key before the processor is asked.
 * Whoever looks after it asks what the processor has first; only what it does not have is sent, under the same key. No
 * transaction is open while the processor is asked.
 */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.js';
import type { Operation } from '../../operation.js';
import { knownCurrency } from '../amount/check-amount.js';
import { FORGET_AFTER_MS, SEND_FOR_MS } from '../collecting/asking-again.js';
import { LEASE_MS } from '../collecting/begin-payment.js';
import { asNobody, inTransaction } from '../nobody.js';
import {
  ProcessorError,
  type CollectingProcessor,
  type ProcessorRefund,
  type RefundPlace,
} from '../payment/processor.js';
import { bookRefund, failRefund, holdRefund } from './refund-booking.js';
import { refundKey } from './refund-key.js';
import { Refund, RefundStatus } from './refund.js';

/** How long until somebody looks again: as long as it has been under way, within these bounds. */
const LOOK_AGAIN_MS = { least: 15_000, most: 600_000, mostOfKnown: 6 * 3_600_000 };

interface Claimed {
  readonly refund: Refund;
  readonly paymentRef: string;
  readonly currency: string;
  readonly place: RefundPlace | undefined;
  /** Of other refunds of these books. */
  readonly known: ReadonlySet<string>;
}

export class Refunder {
  constructor(
    private readonly orm: MikroORM,
    private readonly clock: Clock,
    readonly processor: CollectingProcessor,
    private readonly log: Logger,
  ) {}

  /** Looks after what has come due, unless another server has it in hand by now. */
  followDue(organizationId: string, refundId: string): Promise<void> {
    return this.follow(organizationId, refundId, true);
  }

  /** Looks at the processor for what has become of a refund; asks for it where it is not there. */
  async follow(organizationId: string, refundId: string, mustBeDue = false): Promise<void> {
    const claimed = await this.#in(organizationId, (operation) => claim(operation, refundId, mustBeDue));
    if (!claimed) return;
    try {
      await this.#settle(organizationId, claimed);
    } catch (error) {
      if (!(error instanceof ProcessorError)) throw error;
      const { reason } = error;
      this.log.warn({ refund: refundId, reason }, 'the payment processor gave no answer; it is asked again');
      await this.#lookAgain(organizationId, claimed.refund);
    }
  }

  async #settle(organizationId: string, claimed: Claimed): Promise<void> {
    const { refund } = claimed;
    const found = refund.processorRef
      ? await this.processor.readRefund(refund.processorRef)
      : await findAtProcessor(this.processor, claimed);
    if (found) await this.#book(organizationId, refund, found);
    else if (refund.processorRef) await this.#lookAgain(organizationId, refund);
    else if (this.#ageMs(refund) < SEND_FOR_MS) await this.#send(organizationId, claimed);
    else if (this.#ageMs(refund) > FORGET_AFTER_MS) await this.#beginAnew(organizationId, claimed);
    else await this.#lookAgain(organizationId, refund);
  }

  async #send(organizationId: string, { refund, paymentRef, currency, place }: Claimed): Promise<void> {
    if (!place) return;
    let found: ProcessorRefund;
    try {
      const minorUnits = this.processor.minorUnits(knownCurrency(currency), refund.amountPico).toString();
      found = await this.processor.refund({ paymentRef, minorUnits, place }, refund.processorKey);
    } catch (error) {
      if (!(error instanceof ProcessorError) || error.fault === 'UNAVAILABLE') throw error;
      // It did not happen, and will not.
      await this.#in(organizationId, async (operation) =>
        failRefund(operation, await holdRefund(operation, refund), error.reason),
      );
      return;
    }
    await this.#book(organizationId, refund, found);
  }

  #book(organizationId: string, refund: Refund, found: ProcessorRefund): Promise<void> {
    return this.#in(organizationId, async (operation) => {
      const held = await holdRefund(operation, refund);
      await bookRefund(operation, held, found);
      this.#putOff(operation, held.refund);
      await (await operation.em()).flush();
    });
  }

  #beginAnew(organizationId: string, { refund: seen, paymentRef, place }: Claimed): Promise<void> {
    return this.#in(organizationId, async (operation) => {
      const { refund } = await holdRefund(operation, seen);
      const isSeen = refund.processorKey === seen.processorKey && refund.processorRef === null;
      if (refund.status !== RefundStatus.PENDING || !isSeen || !place) return;
      refund.processorKey = refundKey(place, paymentRef, refund.sentAt);
      refund.sentAt = null;
      refund.lookAt = operation.now;
      await (await operation.em()).flush();
    });
  }

  #lookAgain(organizationId: string, seen: Refund): Promise<void> {
    return this.#in(organizationId, async (operation) => {
      const { refund } = await holdRefund(operation, seen);
      this.#putOff(operation, refund);
      await (await operation.em()).flush();
    });
  }

  #putOff(operation: Operation, refund: Refund): void {
    if (refund.status !== RefundStatus.PENDING) return;
    const { least, most, mostOfKnown } = LOOK_AGAIN_MS;
    const bound = refund.processorRef === null ? most : mostOfKnown;
    const waitMs = Math.min(Math.max(this.#ageMs(refund), least), bound);
    refund.lookAt = new Date(operation.now.getTime() + waitMs);
  }

  #ageMs({ sentAt }: Refund): number {
    return sentAt === null ? 0 : this.clock.now().getTime() - sentAt.getTime();
  }

  #in<Answer>(organizationId: string, work: (operation: Operation) => Promise<Answer>): Promise<Answer> {
    return inTransaction(asNobody(this.orm, this.clock, organizationId, 'REFUNDING'), work);
  }
}

async function claim(operation: Operation, refundId: string, mustBeDue: boolean): Promise<Claimed | undefined> {
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const seen = await em.findOne(Refund, { organizationId, id: refundId });
  if (!seen || seen.status !== RefundStatus.PENDING) return undefined;
  const { invoice, payment, refund, note } = await holdRefund(operation, seen);
  if (refund.status !== RefundStatus.PENDING || payment.processorRef === null) return undefined;
  if (mustBeDue && (refund.lookAt === null || refund.lookAt > operation.now)) return undefined;
  const others = await em.find(Refund, { organizationId, paymentId: payment.id, id: { $ne: refund.id } });
  // Before it is asked: so that it is known that it may have been.
  refund.sentAt ??= operation.now;
  refund.lookAt = new Date(operation.now.getTime() + LEASE_MS);
  await em.flush();
  return {
    ...{ refund, paymentRef: payment.processorRef, currency: invoice.currency },
    place: note ? { organizationId, noteKey: note.idempotencyKey, noteHash: note.contentHash } : undefined,
    known: new Set(others.flatMap(({ processorRef }) => processorRef ?? [])),
  };
}

/** A list is used and no search: it has what was acknowledged at once. */
async function findAtProcessor(
  processor: CollectingProcessor,
  { paymentRef, place, known }: Claimed,
): Promise<ProcessorRefund | undefined> {
  for await (const found of processor.refundsOf(paymentRef)) {
    const isOwn =
      found.place?.organizationId === place?.organizationId &&
      found.place?.noteKey === place?.noteKey &&
      found.place?.noteHash === place?.noteHash;
    if (place && isOwn && !known.has(found.ref)) return found;
  }
  return undefined;
}
