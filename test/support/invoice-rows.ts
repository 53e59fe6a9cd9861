/** Rows of an invoice as they come from the database, for what is made of them without one. */
import { documentOf, type InvoiceDocument, type InvoiceRows } from '../../src/billing/document/invoice-document.js';
import { lineText } from '../../src/billing/document/line-text.js';
import type { UsageUnit } from '../../src/catalog/usage-unit.js';
import { InvoiceLine, InvoiceLineKind } from '../../src/billing/invoice/invoice-line.js';
import { Invoice, InvoiceStatus } from '../../src/billing/invoice/invoice.js';
import { parseUsd } from '../../src/money.js';

/** An amount as rows have it, whatever the currency. */
export function pico(amount: string): bigint {
  const parsed = parseUsd(amount);
  if (parsed === undefined) throw new Error(`${amount} is no amount.`);
  return parsed;
}

export const at = (day: string) => new Date(`${day}T12:00:00Z`);

/** Open, number 7, in USD, of June 2026. */
export function invoiceRow(row: Partial<Invoice> = {}): Invoice {
  const nothing = { taxPico: 0n, taxMode: null, carriedPico: 0n, broughtForwardPico: 0n, creditsPico: 0n };
  const untouched = { carriedForwardPico: 0n, paidPico: 0n, reducedPico: 0n, notedPico: 0n, refundedPico: 0n };
  const days = { fromDay: '2026-06-01', toDay: '2026-07-01', dueDay: '2026-07-15', paidAt: null, voidedAt: null };
  const subtotalPico = row.subtotalPico ?? pico('20');
  return Object.assign(new Invoice(), {
    ...{ status: InvoiceStatus.OPEN, number: 7n, currency: 'USD', usdRatePico: null, usdRateDay: null },
    ...{ ...nothing, ...untouched, ...days, subtotalPico, totalPico: subtotalPico, duePico: subtotalPico },
    ...{ createdAt: at('2026-07-01'), finalizedAt: at('2026-07-01') },
    ...row,
  });
}

/** Of June 2026. */
export function lineRow(kind: InvoiceLineKind, amount: string, row: Partial<InvoiceLine> = {}): InvoiceLine {
  const nothing = { provider: null, model: null, unit: null, rowKey: null, recordCount: null, quantity: null };
  const days = { fromDay: '2026-06-01', toDay: '2026-07-01' };
  const amounts = { amountPico: pico(amount), exactPico: pico(amount), usdPico: null };
  return Object.assign(new InvoiceLine(), { kind, ...nothing, ...days, ...amounts, detail: {}, ...row });
}

/** Calls of a model with what they cost by unit. */
export function usageRow(
  model: string,
  amount: string,
  units: readonly [unit: string, quantity: bigint, cost: string][] = [],
  row: Partial<InvoiceLine> = {},
): InvoiceLine {
  const detail = {
    units: units.map(([unit, quantity, cost]) => ({
      unit: unit as UsageUnit,
      quantity: quantity.toString(),
      costPicoUsd: pico(cost).toString(),
    })),
  };
  const charge = units.length === 0 ? pico(amount) : units.reduce((sum, [, , cost]) => sum + pico(cost), 0n);
  const whole = { provider: 'openai', model, recordCount: 3n, usdPico: `${charge}.000000000000`, detail, ...row };
  return lineRow(InvoiceLineKind.USAGE, amount, whole);
}

const PARTIES = {
  seller: { name: 'Northwind GmbH', address: 'Torstraße 1\n10119 Berlin', taxId: 'DE 812 526 315' },
  buyer: { name: 'ada', address: null, taxId: null },
};

type SampleRows = Partial<Omit<InvoiceRows, 'lines'>> & { readonly lines?: readonly InvoiceLine[] };

export function documentOfRows({ lines = [], invoice = invoiceRow(), ...rows }: SampleRows): InvoiceDocument {
  const whole = { taxes: [], payments: [], creditNotes: [], zone: 'Europe/Berlin', parties: PARTIES, ...rows };
  return documentOf({ ...whole, invoice, lines: lines.map((line) => lineText(line, invoice)) });
}
