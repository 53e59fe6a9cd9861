/** What stands below the lines of an invoice: from their sum to what is still to be paid. */
import { formatUsd } from '../../money.js';
import type { Currency, Pico } from '../amount/currency.js';
import type { CreditNote } from '../credit-note/credit-note.js';
import { openOf } from '../invoice/amount-due.js';
import { InvoiceStatus, type Invoice, type InvoiceTax } from '../invoice/invoice.js';
import type { Payment } from '../payment/payment.js';
import { TaxMode } from '../profile/tax.js';
import { amountText, dayIn, dayText, moneyText, nameText } from './shown-text.js';

/** One row below the lines. */
export interface DocumentSum {
  readonly label: string;
  /** What is said beneath, or ''. */
  readonly note: string;
  /** In the invoice's currency; '' where the row only tells of something. */
  readonly amount: string;
  /** What adds up there; what is a part of another row; all else. */
  readonly weight: 'TOTAL' | 'PART' | 'ROW';
}

export interface SumRows {
  readonly invoice: Invoice;
  readonly taxes: readonly InvoiceTax[];
  readonly payments: readonly Payment[];
  readonly creditNotes: readonly CreditNote[];
  /** IANA name, for days. */
  readonly zone: string;
}

export function sumTexts(rows: SumRows, currency: Currency): DocumentSum[] {
  const { invoice } = rows;
  const isToBePaid = invoice.status !== InvoiceStatus.DRAFT && invoice.status !== InvoiceStatus.VOID;
  return [...totals(rows, currency), ...(isToBePaid ? dues(rows, currency) : [])];
}

function totals({ invoice, taxes }: SumRows, currency: Currency): DocumentSum[] {
  const { subtotalPico, totalPico, carriedPico, taxMode } = invoice;
  const isInclusive = taxMode === TaxMode.INCLUSIVE;
  const taxRows = taxes.map((tax) => taxRow(tax, isInclusive, currency));
  const total = sumRow('Total', totalPico, currency, 'TOTAL');
  if (taxes.length === 0 && subtotalPico === totalPico) return [total];
  const subtotal = sumRow('Subtotal', subtotalPico, currency);
  const carried = carriedPico === 0n ? [] : [sumRow('Left to the next invoice', -carriedPico, currency)];
  return isInclusive ? [total, ...taxRows] : [subtotal, ...taxRows, ...carried, total];
}

function taxRow({ name, percent, taxedPico, amountPico }: InvoiceTax, isInclusive: boolean, currency: Currency) {
  const of = `${nameText(name)} ${formatUsd(percent)} % of ${amountText(currency, taxedPico)}`;
  return sumRow(isInclusive ? `Included: ${of}` : of, amountPico, currency, isInclusive ? 'PART' : 'ROW');
}

function dues({ invoice, payments, creditNotes, zone }: SumRows, currency: Currency): DocumentSum[] {
  const { broughtForwardPico, creditsPico, carriedForwardPico, duePico } = invoice;
  const changes: [string, Pico][] = [
    ['Brought forward from the invoice before', broughtForwardPico],
    ['Prepaid credit', -creditsPico],
    ['Carried forward to the next invoice', -carriedForwardPico],
  ];
  const settled = [
    ...payments.map((payment) => paymentRow(payment, zone, currency)),
    ...creditNotes.map((note) => creditNoteRow(note, zone, currency)),
  ];
  return [
    ...changes.flatMap(([label, pico]) => (pico === 0n ? [] : [sumRow(label, pico, currency)])),
    sumRow('Amount due', duePico, currency, 'TOTAL'),
    ...settled,
    ...(settled.length === 0 ? [] : [sumRow('Still to be paid', openOf(invoice), currency, 'TOTAL')]),
  ];
}

function paymentRow(
  { createdAt, amountPico, creditedPico, reference }: Payment,
  zone: string,
  currency: Currency,
): DocumentSum {
  const row = sumRow(`Payment of ${dayText(dayIn(zone, createdAt))}`, -(amountPico - creditedPico), currency);
  return { ...row, note: reference === null ? '' : nameText(reference) };
}

function creditNoteRow(note: CreditNote, zone: string, currency: Currency): DocumentSum {
  const { number, createdAt, reason, amountPico, taxPico, reducedPico, refundedPico, creditedPico } = note;
  const parts: [Pico, string][] = [
    [reducedPico, 'taken off what is due'],
    [refundedPico, 'refunded'],
    [creditedPico, 'as prepaid credit'],
  ];
  const tax = taxPico === 0n ? '' : `, ${amountText(currency, taxPico)} of it tax`;
  const said = parts.flatMap(([pico, what]) => (pico === 0n ? [] : [`${amountText(currency, pico)} ${what}`]));
  const row = sumRow(`Credit note ${number} of ${dayText(dayIn(zone, createdAt))}`, -reducedPico, currency);
  return {
    ...row,
    amount: reducedPico === 0n ? '' : row.amount,
    note: `${nameText(reason)}: ${moneyText(currency, amountPico)}${tax}; ${said.join(', ')}`,
  };
}

function sumRow(label: string, pico: Pico, currency: Currency, weight: DocumentSum['weight'] = 'ROW'): DocumentSum {
  return { label, note: '', amount: amountText(currency, pico), weight };
}
