/** An invoice as it is printed: all its texts, before anybody decides where they stand. */
import type { Currency } from '../amount/currency.js';
import { knownCurrency } from '../amount/check-amount.js';
import { addDays } from '../amount/proration.js';
import { openOf } from '../invoice/amount-due.js';
import { InvoiceStatus, type Invoice } from '../invoice/invoice.js';
import type { InvoiceParties, InvoiceParty } from '../profile/billing-profile.js';
import type { DocumentLine } from './line-text.js';
import { dayIn, dayText, moneyText, nameText, periodText } from './shown-text.js';
import { sumTexts, type DocumentSum, type SumRows } from './sum-text.js';

export interface InvoiceDocument {
  /** Such as `Invoice 7`. */
  readonly title: string;
  /** Such as `invoice-7`. */
  readonly fileName: string;
  readonly stamp: DocumentStamp | null;
  /** What is to be paid by when, or what became of it. */
  readonly headline: string;
  /** What is said beneath, or ''. */
  readonly notice: string;
  readonly facts: readonly DocumentFact[];
  readonly seller: DocumentParty;
  readonly buyer: DocumentParty;
  /** ISO 4217. */
  readonly currency: string;
  readonly lines: readonly DocumentLine[];
  readonly sums: readonly DocumentSum[];
  /** The instant that a file of it bears: when it got its number, or when a draft was made. */
  readonly datedAt: Date;
}

export interface DocumentStamp {
  readonly text: string;
  readonly tone: 'GOOD' | 'BAD' | 'PLAIN';
}

export interface DocumentFact {
  readonly label: string;
  readonly value: string;
}

export interface DocumentParty {
  readonly name: string;
  /** Address and tax number. */
  readonly details: readonly string[];
}

/** The rows that an invoice consists of; its lines as texts already. */
export interface InvoiceRows extends SumRows {
  readonly lines: readonly DocumentLine[];
  readonly parties: InvoiceParties;
}

export function documentOf(rows: InvoiceRows): InvoiceDocument {
  const { invoice, lines, parties, zone } = rows;
  const currency = knownCurrency(invoice.currency);
  return {
    ...titleOf(invoice),
    ...stateOf(invoice, zone, currency),
    facts: factsOf(invoice, zone),
    seller: partyOf(parties.seller),
    buyer: partyOf(parties.buyer),
    currency: currency.code,
    lines,
    sums: sumTexts(rows, currency),
    datedAt: invoice.finalizedAt ?? invoice.createdAt,
  };
}

function titleOf({ number }: Invoice): Pick<InvoiceDocument, 'title' | 'fileName'> {
  if (number === null) return { title: 'Draft invoice', fileName: 'invoice-draft' };
  return { title: `Invoice ${number}`, fileName: `invoice-${number}` };
}

type State = Pick<InvoiceDocument, 'stamp' | 'headline' | 'notice'>;

function stateOf(invoice: Invoice, zone: string, currency: Currency): State {
  const { status, totalPico, duePico, paidPico, dueDay, paidAt, voidedAt } = invoice;
  const money = (pico: bigint) => moneyText(currency, pico);
  const on = (instant: Date | null) => (instant === null ? '' : ` on ${dayText(dayIn(zone, instant))}`);
  switch (status) {
    case InvoiceStatus.DRAFT: {
      const notice = 'A draft has no number yet: no payment is due.';
      return { stamp: { text: 'DRAFT', tone: 'PLAIN' }, headline: money(totalPico), notice };
    }
    case InvoiceStatus.OPEN: {
      const [openPico, by] = [openOf(invoice), dueDay === null ? '' : ` by ${dayText(dueDay)}`];
      const notice = openPico === duePico ? '' : `What is left of ${money(duePico)}.`;
      return { stamp: null, headline: `${money(openPico)} due${by}`, notice };
    }
    case InvoiceStatus.PAID: {
      const stamp: DocumentStamp = { text: 'PAID', tone: 'GOOD' };
      if (paidPico === 0n) return { stamp, headline: `${money(0n)} due`, notice: 'No payment is due.' };
      return { stamp, headline: `${money(paidPico)} paid`, notice: `Settled${on(paidAt)}.` };
    }
    case InvoiceStatus.VOID: {
      const notice = `It was taken back${on(voidedAt)}: no payment is due.`;
      return { stamp: { text: 'VOID', tone: 'BAD' }, headline: `${money(0n)} due`, notice };
    }
    case InvoiceStatus.UNCOLLECTIBLE: {
      const notice = 'It was given up: payment is not expected any more, and may still be made.';
      return { stamp: { text: 'UNCOLLECTIBLE', tone: 'BAD' }, headline: `${money(openOf(invoice))} not paid`, notice };
    }
  }
}

function factsOf({ number, finalizedAt, createdAt, dueDay, fromDay, toDay }: Invoice, zone: string): DocumentFact[] {
  const day = (instant: Date) => dayText(dayIn(zone, instant));
  // One after the last period is for what came late, and has no period of its own.
  const hasPeriod = fromDay !== null && toDay !== null && fromDay < toDay;
  return [
    ...(number === null ? [] : [{ label: 'Invoice number', value: number.toString() }]),
    finalizedAt === null ? { label: 'Made', value: day(createdAt) } : { label: 'Issued', value: day(finalizedAt) },
    ...(dueDay === null ? [] : [{ label: 'Due', value: dayText(dueDay) }]),
    ...(hasPeriod ? [{ label: 'Usage of', value: periodText(fromDay, addDays(toDay, -1)) }] : []),
  ];
}

function partyOf({ name, address, taxId }: InvoiceParty): DocumentParty {
  const lines = address === null ? [] : address.split('\n').map(nameText);
  return { name: nameText(name), details: [...lines, ...(taxId === null ? [] : [`Tax number ${nameText(taxId)}`])] };
}
