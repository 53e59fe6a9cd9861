/** What a processor says of a refund becomes what these books say of it. */
import { encodeId, newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { CreditNote } from '../credit-note/credit-note.js';
import { noteTaxOf, refundableOf, refundMore } from '../credit-note/note-more.js';
import { leaveCredit, takeBackCredit } from '../credit/leave-credit.js';
import { lockCredits } from '../credit/read-credits.sql.js';
import { takeCreditNoteNumber } from '../invoice/billed-usage.sql.js';
import type { Invoice } from '../invoice/invoice.js';
import { lockedInvoice } from '../invoice/locked-invoice.js';
import { Payment } from '../payment/payment.js';
import type { ProcessorRefund, RefundPlace } from '../payment/processor.js';
import { contentHash } from '../../content-hash.js';
import { seenNoteKey, seenRefundKey } from './refund-key.js';
import { Refund, RefundStatus } from './refund.js';

const SEEN_REASON = 'Refunded at the processor';
const HASH = /^[0-9a-f]{64}$/;

/** A refund with what it is of. As long as the invoice is held, nobody else changes any of it. */
export interface HeldRefund {
  readonly invoice: Invoice;
  readonly payment: Payment;
  readonly refund: Refund;
  /** null where nothing of the invoice was left to be noted. */
  readonly note: CreditNote | null;
}

/** In the lock order of billing: invoice, account. */
export async function holdRefund(operation: Operation, seen: Pick<Refund, 'id' | 'paymentId'>): Promise<HeldRefund> {
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const payment = await em.findOneOrFail(Payment, { organizationId, id: seen.paymentId });
  const invoice = await holdInvoice(operation, payment);
  const refund = await em.findOneOrFail(Refund, { organizationId, id: seen.id }, { refresh: true });
  return { invoice, payment, refund, note: await noteOf(operation, refund) };
}

/** Books what the processor has, on the row of the refund. */
export async function bookRefund(operation: Operation, held: HeldRefund, found: ProcessorRefund): Promise<void> {
  const { refund } = held;
  if (refund.status === RefundStatus.FAILED) return;
  refund.processorRef = found.ref;
  if (found.amountPico !== undefined) setAmount(held, found.amountPico);
  if (found.status === 'FAILED') return failRefund(operation, held, found.failureReason ?? 'unknown');
  if (found.status === 'SUCCEEDED' && refund.status === RefundStatus.PENDING) {
    refund.status = RefundStatus.SUCCEEDED;
    refund.endedAt = operation.now;
    refund.lookAt = null;
  }
  await (await operation.em()).flush();
}

/** The money did not go back: it is prepaid credit of whoever paid. */
export async function failRefund(operation: Operation, held: HeldRefund, reason: string): Promise<void> {
  const { invoice, refund, note } = held;
  if (refund.status === RefundStatus.FAILED) return;
  refund.status = RefundStatus.FAILED;
  refund.failureReason = reason;
  refund.endedAt = operation.now;
  refund.lookAt = null;
  const { notedPico: amountPico } = refund;
  if (note) {
    note.refundedPico -= amountPico;
    note.creditedPico += amountPico;
    invoice.refundedPico -= amountPico;
  }
  await (await operation.em()).flush();
  if (!note || amountPico === 0n) return;
  const { accountId, currency } = invoice;
  const of = { accountId, currency, amountPico, invoiceId: null, creditNoteId: note.id };
  await leaveCredit(operation, { ...of, reason: `Refund of credit note ${note.number} that failed` });
}

/**
 * A refund of a payment that the processor told of, in any order and any number of times. One that these books do not have
 * was made by somebody at the processor, or was lost here.
 */
export async function bookFound(operation: Operation, payment: Payment, found: ProcessorRefund): Promise<void> {
  const invoice = await holdInvoice(operation, payment);
  const refund = (await rowOf(operation, payment, found)) ?? (await adopt(operation, invoice, payment, found));
  if (refund) await bookRefund(operation, { invoice, payment, refund, note: await noteOf(operation, refund) }, found);
}

async function holdInvoice(operation: Operation, { invoiceId }: Payment): Promise<Invoice> {
  const invoice = await lockedInvoice(operation, encodeId('invoice', invoiceId));
  await lockCredits(await operation.em(), operation.principal.organizationId, invoice.accountId);
  return invoice;
}

async function noteOf(operation: Operation, { organizationId, creditNoteId: id }: Refund): Promise<CreditNote | null> {
  const em = await operation.em();
  return id === null ? null : em.findOneOrFail(CreditNote, { organizationId, id }, { refresh: true });
}

async function rowOf(operation: Operation, payment: Payment, found: ProcessorRefund): Promise<Refund | null> {
  const em = await operation.em();
  const { organizationId, id: paymentId } = payment;
  const known = await em.findOne(Refund, { organizationId, processorRefIndex: found.ref }, { refresh: true });
  const place = placeOf(organizationId, found);
  if (known || !place) return known;
  const { noteKey: idempotencyKey, noteHash } = place;
  const note = await em.findOne(CreditNote, { organizationId, idempotencyKey, contentHash: noteHash });
  if (!note) return null;
  const asked = { processorRef: null, status: RefundStatus.PENDING };
  return em.findOne(Refund, { organizationId, paymentId, creditNoteId: note.id, ...asked }, { refresh: true });
}

/** undefined: no money moved, or none that can be counted here. */
async function adopt(
  operation: Operation,
  invoice: Invoice,
  payment: Payment,
  found: ProcessorRefund,
): Promise<Refund | undefined> {
  const { amountPico } = found;
  if (amountPico === undefined || amountPico <= 0n) return undefined;
  const { organizationId, id: paymentId } = payment;
  const place = placeOf(organizationId, found);
  // What somebody tried there and failed has changed nothing; what these books began left credit.
  if (found.status === 'FAILED' && !place) return undefined;
  const em = await operation.em();
  // What of it had paid nothing became credit, and goes with it.
  const paidPico = payment.amountPico - payment.creditedPico - (await notedOf(operation, payment));
  const notedPico = leastOf(amountPico, refundableOf(invoice), paidPico > 0n ? paidPico : 0n);
  if (found.status !== 'FAILED') await takeBackCredit(operation, paymentId, amountPico - notedPico);
  const note = notedPico > 0n ? await noteFor(operation, invoice, found, place, notedPico) : null;
  const refund = em.create(Refund, {
    ...{ organizationId, id: newId(), paymentId, creditNoteId: note?.id ?? null, amountPico },
    ...{ notedPico: note ? notedPico : 0n, status: RefundStatus.PENDING, processorKey: seenRefundKey(found.ref) },
    ...{ processorRef: found.ref, failureReason: null, lookAt: operation.now, createdAt: found.createdAt },
    ...{ sentAt: found.createdAt, endedAt: null },
  });
  await em.persist(refund).flush();
  return refund;
}

/** What of a payment other refunds have taken off its invoice. */
async function notedOf(operation: Operation, { organizationId, id: paymentId }: Payment): Promise<bigint> {
  const em = await operation.em();
  const others = await em.find(Refund, { organizationId, paymentId, status: { $ne: RefundStatus.FAILED } });
  return others.reduce((sum, { notedPico }) => sum + notedPico, 0n);
}

const leastOf = (...amounts: bigint[]) => amounts.reduce((least, amount) => (amount < least ? amount : least));

function placeOf(organizationId: string, { place }: ProcessorRefund): RefundPlace | undefined {
  if (place?.organizationId !== organizationId || !HASH.test(place.noteHash)) return undefined;
  return place.noteKey.length <= 510 ? place : undefined;
}

/** The credit note of a refund that these books do not have, with so much more refunded. */
async function noteFor(
  operation: Operation,
  invoice: Invoice,
  found: ProcessorRefund,
  place: RefundPlace | undefined,
  amountPico: bigint,
): Promise<CreditNote> {
  const em = await operation.em();
  const { organizationId, id: invoiceId } = invoice;
  const idempotencyKey = place?.noteKey;
  const known = idempotencyKey === undefined ? null : await em.findOne(CreditNote, { organizationId, idempotencyKey });
  if (place && known?.contentHash === place.noteHash && known.invoiceId === invoiceId) {
    refundMore(invoice, known, amountPico);
    await em.flush();
    return known;
  }
  // Under a key that says something else by now it is like one that somebody made there.
  const isLost = place !== undefined && !known;
  const keyed = isLost
    ? { idempotencyKey: place.noteKey, contentHash: place.noteHash }
    : { idempotencyKey: seenNoteKey(found.ref), contentHash: contentHash({ refund: found.ref }) };
  const note = em.create(CreditNote, {
    ...{ organizationId, id: newId(), invoiceId, number: await takeCreditNoteNumber(em, organizationId), ...keyed },
    ...{ amountPico, taxPico: noteTaxOf(invoice, amountPico), reducedPico: 0n, refundedPico: amountPico },
    ...{ creditedPico: 0n, refundReference: null, reason: SEEN_REASON, createdAt: operation.now },
  });
  invoice.notedPico += amountPico;
  invoice.refundedPico += amountPico;
  await em.persist(note).flush();
  return note;
}

/**
 * What went back is what the processor has: after a restore it may have split a credit note over the payments in another
 * way. What one row is less, another is more.
 */
function setAmount({ invoice, refund, note }: HeldRefund, amountPico: bigint): void {
  const morePico = amountPico - refund.amountPico;
  if (morePico === 0n || amountPico <= 0n) return;
  refund.amountPico = amountPico;
  if (!note) return;
  const mostPico = refundableOf(invoice);
  const notedMorePico = morePico < mostPico ? morePico : mostPico;
  const noMorePico = notedMorePico < -refund.notedPico ? -refund.notedPico : notedMorePico;
  refundMore(invoice, note, noMorePico);
  refund.notedPico += noMorePico;
}
