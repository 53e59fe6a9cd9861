import { InvoiceStatus, type Invoice } from './invoice.js';

/** What is still to be paid of an invoice with a number. */
export function openOf({ status, duePico, paidPico, reducedPico }: Invoice): bigint {
  return status === InvoiceStatus.VOID ? 0n : duePico - paidPico - reducedPico;
}

/** Nothing is left to be paid: it is paid. */
export function settle(invoice: Invoice, now: Date): void {
  if (openOf(invoice) !== 0n) return;
  invoice.status = InvoiceStatus.PAID;
  invoice.paidAt ??= now;
  leaveAlone(invoice);
}

/** Nothing of it is collected without a person any more, and nothing is done for that it was not. */
export function leaveAlone(invoice: Invoice): void {
  invoice.collectAt = null;
  invoice.enforceAt = null;
  invoice.enforcedAt = null;
}
