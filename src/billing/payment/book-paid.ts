import type { Operation } from '../../operation.js';
import { leaveCredit } from '../credit/leave-credit.js';
import { recoverAccount } from '../collecting/recover-account.js';
import { openOf, settle } from '../invoice/amount-due.js';
import { InvoiceStatus, type Invoice } from '../invoice/invoice.js';
import type { Payment } from './payment.js';

/**
 * Money came in for an invoice, whatever has become of it. What is more than still to be paid becomes prepaid credit.
 * @returns that
 */
export async function bookPaid(
  operation: Operation,
  invoice: Invoice,
  { id: paymentId, amountPico }: Pick<Payment, 'id' | 'amountPico'>,
): Promise<bigint> {
  const openPico = openOf(invoice);
  const paidPico = amountPico < openPico ? amountPico : openPico;
  const creditedPico = amountPico - paidPico;
  invoice.paidPico += paidPico;
  if (invoice.status !== InvoiceStatus.VOID) settle(invoice, operation.now);
  if (invoice.status === InvoiceStatus.PAID) await recoverAccount(operation, invoice);
  await (await operation.em()).flush();
  if (creditedPico > 0n) {
    const { accountId, currency, number } = invoice;
    const of = { accountId, currency, amountPico: creditedPico, invoiceId: null, creditNoteId: null, paymentId };
    await leaveCredit(operation, { ...of, reason: `Payment above what was due for invoice ${number}` });
  }
  return creditedPico;
}
