/** Writes down what goes back by the processor, before it is asked. */
import { newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { LEASE_MS } from '../collecting/begin-payment.js';
import type { CreditNote } from '../credit-note/credit-note.js';
import { Payment } from '../payment/payment.js';
import { PaymentStatus } from '../payment/payment-status.js';
import type { CollectingProcessor } from '../payment/processor.js';
import { refundKey } from './refund-key.js';
import { Refund, RefundStatus } from './refund.js';

/**
 * What a credit note refunds is split over the payments that the processor collected, the newest first, each up to what of it
 * paid the invoice and has not gone back yet. What they do not have was paid by hand, and goes back so. The caller holds the
 * invoice.
 */
export async function beginRefunds(
  operation: Operation,
  processor: CollectingProcessor,
  note: CreditNote,
): Promise<Refund[]> {
  const em = await operation.em();
  const { organizationId, id: creditNoteId, invoiceId } = note;
  const collected = { organizationId, invoiceId, processor: processor.name, status: PaymentStatus.SUCCEEDED };
  const payments = await em.find(
    Payment,
    { ...collected, processorRef: { $ne: null } },
    { orderBy: { createdAt: 'desc', id: 'desc' } },
  );
  const gonePico = await goneOf(operation, payments);
  let leftPico = note.refundedPico;
  const refunds = payments.flatMap(({ id: paymentId, amountPico: broughtPico, creditedPico, processorRef }) => {
    const freePico = broughtPico - creditedPico - (gonePico.get(paymentId) ?? 0n);
    const amountPico = leftPico < freePico ? leftPico : freePico;
    if (amountPico <= 0n || processorRef === null) return [];
    leftPico -= amountPico;
    return em.create(Refund, {
      ...{ organizationId, id: newId(), paymentId, creditNoteId, amountPico, notedPico: amountPico },
      ...{ status: RefundStatus.PENDING, processorRef: null, failureReason: null },
      processorKey: refundKey({ organizationId, noteKey: note.idempotencyKey }, processorRef),
      ...{
        lookAt: new Date(operation.now.getTime() + LEASE_MS),
        createdAt: operation.now,
        sentAt: null,
        endedAt: null,
      },
    });
  });
  await em.persist(refunds).flush();
  return refunds;
}

/** What of each payment has gone back, or is on its way. */
async function goneOf(operation: Operation, payments: readonly Payment[]): Promise<Map<string, bigint>> {
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const paymentId = { $in: payments.map(({ id }) => id) };
  const earlier = await em.find(Refund, { organizationId, paymentId, status: { $ne: RefundStatus.FAILED } });
  const gone = new Map<string, bigint>();
  for (const { paymentId: id, amountPico } of earlier) gone.set(id, (gone.get(id) ?? 0n) + amountPico);
  return gone;
}
