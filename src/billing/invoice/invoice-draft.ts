/** What an invoice comes to: computed here, written elsewhere. */
import { taxesOn, withTaxes, type Taxes, type TaxTerms } from '../profile/tax.js';
import { InvoiceLineKind } from './invoice-line.js';
import { lineOf, linesOf, type LineDraft, type LineFacts } from './invoice-lines.js';

export interface InvoiceFacts extends LineFacts {
  /** null: none. */
  readonly taxes: TaxTerms | null;
}

export interface InvoiceSums extends Taxes {
  readonly lines: readonly LineDraft[];
  readonly subtotalPico: bigint;
  readonly carriedPico: bigint;
  readonly remainderPico: bigint;
}

export function draftInvoice(facts: InvoiceFacts): InvoiceSums {
  const lines = linesOf(facts);
  const credited = creditedLine(facts, sumOf(lines));
  if (credited) lines.push(credited);
  const subtotalPico = sumOf(lines);
  const exactPico = lines.reduce((total, line) => total + line.exactPico, 0n);
  const taxes = taxesOn(subtotalPico, facts.taxes, facts.currency.stepPico);
  const isBelow = subtotalPico < 0n;
  return {
    lines,
    subtotalPico,
    ...taxes,
    totalPico: isBelow ? 0n : taxes.totalPico,
    carriedPico: isBelow ? subtotalPico : 0n,
    remainderPico: exactPico - subtotalPico,
  };
}

const sumOf = (lines: readonly LineDraft[]) => lines.reduce((sum, { amountPico }) => sum + amountPico, 0n);

/** What no next invoice will begin with goes back as prepaid credit. */
function creditedLine({ ended, next, periods, taxes, currency }: InvoiceFacts, sumPico: bigint): LineDraft | undefined {
  const period = ended ?? periods.at(-1);
  if (next || !period || sumPico >= 0n) return undefined;
  const detail = { creditPico: withTaxes(-sumPico, taxes, currency.stepPico).toString() };
  return lineOf({ kind: InvoiceLineKind.CREDITED, period, pico: -sumPico, detail });
}
