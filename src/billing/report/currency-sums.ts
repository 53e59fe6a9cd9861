/** The sums of a month by currency, in which none is left out and none is added to another. */
import { InvoiceLineKind } from '../invoice/invoice-line.js';
import type { FinancialCurrency } from './financial-currency.js';
import type { MoneySums } from './read-money.sql.js';

interface Counted {
  readonly count: number;
  readonly amount: string;
}

const sumOf = (counted: Counted | undefined) => ({
  count: counted?.count ?? 0,
  amountPico: BigInt(counted?.amount ?? 0),
});

/** In order of the code. */
export function currenciesOf(all: MoneySums): FinancialCurrency[] {
  // Of grants that are long used up nothing is to be told.
  const credits = all.credits.filter(({ currency: _, ...amounts }) =>
    Object.values(amounts).some((one) => one !== '0'),
  );
  const sums = { ...all, credits };
  const rows: readonly { readonly currency: string }[] = Object.values(sums).flat();
  const codes = new Set(rows.map(({ currency }) => currency));
  return [...codes].sort().map((currency) => {
    const isOf = (row: { readonly currency: string }) => row.currency === currency;
    const payments = sums.payments.filter(isOf).map((row) => ({ processor: row.processor, ...sumOf(row) }));
    return {
      currency,
      invoiced: invoicedOf(sums, isOf),
      voided: voidedOf(sums.voided.find(isOf)),
      creditNotes: notesOf(sums.notes.find(isOf)),
      paid: {
        count: payments.reduce((sum, one) => sum + one.count, 0),
        amountPico: payments.reduce((sum, { amountPico }) => sum + amountPico, 0n),
      },
      payments,
      refunds: sumOf(sums.refunds.find(isOf)),
      disputesLost: sumOf(sums.disputesLost.find(isOf)),
      receivables: receivablesOf(sums.opening.find(isOf), sums.closing.find(isOf)),
      credits: creditsOf(sums.credits.find(isOf)),
    };
  });
}

const KINDS = Object.values(InvoiceLineKind);

function invoicedOf(
  sums: MoneySums,
  isOf: (row: { readonly currency: string }) => boolean,
): FinancialCurrency['invoiced'] {
  const invoiced = sums.invoiced.find(isOf);
  const ofKind = (kind: InvoiceLineKind) => sums.lines.find((row) => isOf(row) && row.kind === kind);
  return {
    count: invoiced?.count ?? 0,
    lines: KINDS.flatMap((kind) => {
      const row = ofKind(kind);
      return row ? [{ kind, ...sumOf(row) }] : [];
    }),
    subtotalPico: BigInt(invoiced?.subtotal ?? 0),
    taxes: sums.taxes.filter(isOf).map((row) => {
      const { name, mode, percent, taxed } = row;
      return { name, mode, percent: BigInt(percent), taxedPico: BigInt(taxed), ...sumOf(row) };
    }),
    taxPico: BigInt(invoiced?.tax ?? 0),
    carriedPico: BigInt(invoiced?.carried ?? 0),
    totalPico: BigInt(invoiced?.total ?? 0),
    broughtForwardPico: BigInt(invoiced?.broughtForward ?? 0),
    creditsPico: BigInt(invoiced?.credits ?? 0),
    carriedForwardPico: BigInt(invoiced?.carriedForward ?? 0),
    duePico: BigInt(invoiced?.due ?? 0),
  };
}

function voidedOf(voided: MoneySums['voided'][number] | undefined): FinancialCurrency['voided'] {
  return {
    count: voided?.count ?? 0,
    totalPico: BigInt(voided?.total ?? 0),
    taxPico: BigInt(voided?.tax ?? 0),
    creditsPico: BigInt(voided?.credits ?? 0),
    duePico: BigInt(voided?.due ?? 0),
  };
}

function notesOf(notes: MoneySums['notes'][number] | undefined): FinancialCurrency['creditNotes'] {
  return {
    ...sumOf(notes),
    taxPico: BigInt(notes?.tax ?? 0),
    reducedPico: BigInt(notes?.reduced ?? 0),
    refundedPico: BigInt(notes?.refunded ?? 0),
    creditedPico: BigInt(notes?.credited ?? 0),
  };
}

function receivablesOf(
  opening: MoneySums['opening'][number] | undefined,
  closing: MoneySums['closing'][number] | undefined,
): FinancialCurrency['receivables'] {
  return {
    opening: sumOf(opening),
    closing: sumOf(closing),
    overdue: sumOf(closing && { count: closing.overdueCount, amount: closing.overdue }),
    uncollectible: sumOf(closing && { count: closing.givenUpCount, amount: closing.givenUp }),
  };
}

function creditsOf(credits: MoneySums['credits'][number] | undefined): FinancialCurrency['credits'] {
  const openingPico = BigInt(credits?.opening ?? 0);
  const grantedPico = BigInt(credits?.granted ?? 0);
  const consumedPico = BigInt(credits?.consumed ?? 0);
  const returnedPico = BigInt(credits?.returned ?? 0);
  const voidedPico = BigInt(credits?.voided ?? 0);
  const closingPico = BigInt(credits?.closing ?? 0);
  // Nothing is written down when credit expires: it is what nothing else explains.
  const expiredPico = openingPico + grantedPico + returnedPico - consumedPico - voidedPico - closingPico;
  return { openingPico, grantedPico, consumedPico, returnedPico, voidedPico, expiredPico, closingPico };
}
