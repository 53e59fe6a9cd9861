import { invoiceState } from '../../errors.js';
import type { Operation } from '../../operation.js';
import type { Invoice } from '../invoice/invoice.js';
import { Payment } from './payment.js';
import { PaymentStatus, UNDER_WAY } from './payment-status.js';

/** The payment that is under way of an invoice. The caller holds the invoice. */
export async function paymentUnderWay(operation: Operation, invoice: Invoice): Promise<Payment | null> {
  const em = await operation.em();
  const { organizationId, id: invoiceId } = invoice;
  return em.findOne(Payment, { organizationId, invoiceId, status: { $in: [...UNDER_WAY] } });
}

/**
 * Nothing of an invoice is to be collected any more: what waits for whoever pays is taken back. The caller holds the invoice.
 * @throws ApiError INVOICE_STATE where money may be on its way
 */
export async function stopCollecting(operation: Operation, invoice: Invoice): Promise<void> {
  const payment = await paymentUnderWay(operation, invoice);
  if (!payment) return;
  if (payment.status !== PaymentStatus.REQUIRES_ACTION) {
    throw invoiceState(`A payment of the invoice is under way (${payment.status}): wait for its end.`);
  }
  payment.lookAt = operation.now;
}

/** What is to be paid has become less, or is not expected any more: what is under way is looked at, as it may be too much. */
export async function lookAtPayment(operation: Operation, invoice: Invoice): Promise<void> {
  const payment = await paymentUnderWay(operation, invoice);
  if (!payment) return;
  payment.lookAt = operation.now;
  await (await operation.em()).flush();
}
