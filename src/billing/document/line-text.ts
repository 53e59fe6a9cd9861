/** What a line of an invoice says: what it is for, how much of it, and what its amount was worked out from. */
import { formatQuantity } from '../../catalog/quantity.js';
import { formatUsd } from '../../money.js';
import { knownCurrency } from '../amount/check-amount.js';
import type { Currency } from '../amount/currency.js';
import { addDays } from '../amount/proration.js';
import { InvoiceLineKind, type InvoiceLine } from '../invoice/invoice-line.js';
import type { Invoice } from '../invoice/invoice.js';
import { amountText, dayText, grouped, moneyText, nameText, periodText, unitText, usdText } from './shown-text.js';

/** A line as it is printed. */
export interface DocumentLine {
  readonly label: string;
  readonly period: string;
  /** How much of what, or '' where nothing is counted. */
  readonly quantity: string;
  /** In the invoice's currency. */
  readonly amount: string;
  readonly notes: readonly string[];
  readonly units: readonly DocumentUnit[];
}

/** What the calls of a line cost, by unit and in all: it explains the amount and is not added to it. */
export interface DocumentUnit {
  readonly label: string;
  readonly quantity: string;
  /** USD, unrounded. */
  readonly cost: string;
}

type Rate = Pick<Invoice, 'usdRatePico' | 'usdRateDay'>;

export function lineText(line: InvoiceLine, invoice: Pick<Invoice, 'currency'> & Rate): DocumentLine {
  const currency = knownCurrency(invoice.currency);
  return {
    label: labelOf(line),
    period: periodText(line.fromDay, addDays(line.toDay, -1)),
    quantity: quantityOf(line),
    amount: amountText(currency, line.amountPico),
    notes: [...feeNotes(line, currency), ...creditNotes(line, currency)],
    // Of usage by tiers the quantity says it all, and what it cost decides nothing.
    units: isTiered(line) ? [] : [...unitsOf(line), ...chargeOf(line, currency, invoice)],
  };
}

function labelOf(line: InvoiceLine): string {
  switch (line.kind) {
    case InvoiceLineKind.CARRIED:
      return 'Credit of the invoice before';
    case InvoiceLineKind.CREDITED:
      return 'Left as prepaid credit';
    case InvoiceLineKind.BASE_FEE:
      return 'Base fee, in advance';
    case InvoiceLineKind.BASE_FEE_CHANGE:
      return 'Change of the base fee';
    case InvoiceLineKind.USAGE:
      return usageOf(line);
    case InvoiceLineKind.ADJUSTMENT:
      return `Adjustment: ${lowerFirst(usageOf(line))}`;
    case InvoiceLineKind.TIERED_USAGE:
      return tieredOf(line);
    case InvoiceLineKind.TIERED_ADJUSTMENT:
      return `Adjustment: ${lowerFirst(tieredOf(line))}`;
    case InvoiceLineKind.INCLUDED_CREDIT:
      return 'Included usage';
    case InvoiceLineKind.MINIMUM_SPEND:
      return 'Up to the minimum spend';
    case InvoiceLineKind.MAXIMUM_SPEND:
      return 'Down to the maximum spend';
  }
}

function usageOf(line: InvoiceLine): string {
  const name = modelOf(line);
  return name === '' ? 'Other usage' : `Usage of ${name}`;
}

function tieredOf(line: InvoiceLine): string {
  const name = modelOf(line);
  const unit = line.unit === null ? 'Usage' : unitText(line.unit);
  return name === '' ? `${unit}, by tiers` : `${unit} of ${name}, by tiers`;
}

function modelOf({ provider, model }: InvoiceLine): string {
  return [provider, model].flatMap((name) => (name === null ? [] : nameText(name))).join(' ');
}

const lowerFirst = (text: string) => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

function isTiered({ kind }: InvoiceLine): boolean {
  return kind === InvoiceLineKind.TIERED_USAGE || kind === InvoiceLineKind.TIERED_ADJUSTMENT;
}

function quantityOf({ unit, quantity, recordCount }: InvoiceLine): string {
  if (unit !== null && quantity !== null) return grouped(formatQuantity(unit, quantity));
  if (recordCount === null) return '';
  return `${grouped(recordCount.toString())} ${recordCount === 1n ? 'call' : 'calls'}`;
}

function feeNotes({ detail: { baseFeePico, days, daysOfPeriod } }: InvoiceLine, currency: Currency): string[] {
  if (baseFeePico === undefined || days === undefined || days === daysOfPeriod) return [];
  return [`${days} of ${daysOfPeriod} days of ${moneyText(currency, BigInt(baseFeePico))}`];
}

function creditNotes({ detail: { creditPico } }: InvoiceLine, currency: Currency): string[] {
  return creditPico === undefined ? [] : [`${moneyText(currency, BigInt(creditPico))} of credit, taxes included`];
}

/** How the costs of its units lead to its amount, where that is not their sum. */
function chargeOf({ usdPico, detail }: InvoiceLine, { code }: Currency, { usdRatePico, usdRateDay }: Rate) {
  if (usdPico === null) return [];
  const chargePicoUsd = BigInt(usdPico.split('.')[0] ?? '0');
  const units = detail.units ?? [];
  const costPicoUsd = units.reduce((sum, unit) => sum + BigInt(unit.costPicoUsd), 0n);
  const isMarkedUp = units.length > 0 && costPicoUsd !== chargePicoUsd;
  const said = isMarkedUp ? 'With markup' : 'In all';
  const day = usdRateDay === null ? '' : ` of ${dayText(usdRateDay)}`;
  const rate = usdRatePico === null ? '' : `, at ${grouped(formatUsd(usdRatePico))} ${code} per USD${day}`;
  return isMarkedUp || usdRatePico !== null
    ? [{ label: `${said}${rate}`, quantity: '', cost: usdText(chargePicoUsd) }]
    : [];
}

function unitsOf({ detail }: InvoiceLine): DocumentUnit[] {
  return (detail.units ?? []).map(({ unit, quantity, costPicoUsd }) => ({
    label: unitText(unit),
    quantity: grouped(formatQuantity(unit, BigInt(quantity))),
    cost: usdText(BigInt(costPicoUsd)),
  }));
}
