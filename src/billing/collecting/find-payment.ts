import type { Payment } from '../payment/payment.js';
import type { CollectingProcessor, PaymentOrder, ProcessorPayment } from '../payment/processor.js';

interface Wanted {
  readonly payment: Payment;
  readonly order: PaymentOrder;
  readonly since: Date | undefined;
  readonly known: ReadonlySet<string>;
}

/**
 * What the processor has of an attempt. Without it, what it has for the same place of the subscription by an attempt that
 * these books do not have: they were restored from a backup, or the invoice was made anew. A list is used and no search:
 * it has what was acknowledged at once.
 */
export async function findAtProcessor(
  processor: CollectingProcessor,
  { order, since, known }: Wanted,
): Promise<ProcessorPayment | undefined> {
  const { organizationId, invoiceId, attempt, subscriptionId, sequence } = order.place;
  let own: ProcessorPayment | undefined;
  let atPlace: ProcessorPayment | undefined;
  for await (const found of processor.paymentsOf(order.customerRef)) {
    if (since && found.createdAt < since) break;
    const { place } = found;
    if (place?.organizationId !== organizationId || known.has(found.ref)) continue;
    if (found.currency !== order.currency) continue;
    const isOver = found.status === 'FAILED' || found.status === 'CANCELED';
    const isOwn = place.invoiceId === invoiceId && place.attempt === attempt;
    if (isOwn && !isOver) return found;
    if (isOwn) own ??= found;
    const isThere = place.subscriptionId === subscriptionId && place.sequence === sequence;
    if (isThere && !isOver) atPlace ??= found;
  }
  return atPlace ?? own;
}
