/** What a credit note and its invoice say of each other. */
import type { PicoUsd } from '../../money.js';
import { knownCurrency } from '../amount/check-amount.js';
import { exact, roundTo } from '../amount/exact.js';
import type { Invoice } from '../invoice/invoice.js';
import type { CreditNote } from './credit-note.js';

/**
 * What of so much more of an invoice is tax: the difference of two parts of its tax, so that all its credit notes have what
 * the invoice has.
 */
export function noteTaxOf(invoice: Invoice, morePico: PicoUsd): PicoUsd {
  return taxOf(invoice, invoice.notedPico + morePico) - taxOf(invoice, invoice.notedPico);
}

/** More went back for a credit note than it says, or less. The caller holds the invoice, and flushes. */
export function refundMore(invoice: Invoice, note: CreditNote, morePico: PicoUsd): void {
  if (morePico === 0n) return;
  note.taxPico += noteTaxOf(invoice, morePico);
  note.amountPico += morePico;
  note.refundedPico += morePico;
  invoice.notedPico += morePico;
  invoice.refundedPico += morePico;
}

/** What of an invoice may still be noted as refunded: of its total, and of what was paid. */
export function refundableOf({ totalPico, notedPico, paidPico, refundedPico }: Invoice): PicoUsd {
  const ofTotal = totalPico - notedPico;
  const ofPaid = paidPico - refundedPico;
  return ofTotal < ofPaid ? ofTotal : ofPaid;
}

function taxOf({ currency, taxPico, totalPico }: Invoice, ofPico: PicoUsd): PicoUsd {
  return roundTo(knownCurrency(currency).stepPico, exact(ofPico * taxPico, totalPico));
}
