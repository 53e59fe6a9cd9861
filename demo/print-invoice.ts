/** Prints an invoice, how each of its lines came about, and whether the records behind a line add up to it. */
import { formatUsd, parseUsd } from '../src/money.js';
import { stop, type Ask } from './ask.js';

export interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly currency: string;
  readonly subtotal: string;
  readonly taxes: readonly { readonly name: string; readonly rate: string; readonly amount: string }[];
  readonly total: string;
  readonly creditsApplied: string;
  readonly amountDue: string;
  readonly amountPaid: string;
  readonly amountRemaining: string;
  readonly pdfUrl: string;
}

export const INVOICE = `{ id number status currency subtotal taxes { name rate amount } total creditsApplied amountDue
  amountPaid amountRemaining pdfUrl }`;

interface Explained {
  readonly steps: readonly string[];
  readonly line: {
    readonly line: number;
    readonly kind: string;
    readonly model: string | null;
    readonly unit: string | null;
    readonly usd: string | null;
    readonly units: readonly { readonly unit: string }[];
    readonly amount: string;
  };
}

export async function printInvoice(ask: Ask, invoice: Invoice): Promise<void> {
  console.log(`\nInvoice ${invoice.number}`);
  const { invoice: found } = await ask<{ invoice: { explain: Explained[] } }>(
    'query ($id: ID!) { invoice(id: $id) { explain { steps line { line kind model unit usd amount units { unit } } } } }',
    { id: invoice.id },
  );
  for (const { line, steps } of found.explain) {
    const what = [line.kind, line.model ?? line.unit].filter(Boolean).join(' ');
    console.log(
      `  ${String(line.line).padStart(2)}. ${what.padEnd(46)} ${line.amount.padStart(10)} ${invoice.currency}`,
    );
    for (const step of steps) console.log(`        ${step}`);
    if (line.usd !== null) await printRecords(ask, invoice.id, line, line.usd);
  }
  const sum = (what: string, amount: string) =>
    console.log(`      ${what.padEnd(46)} ${amount.padStart(10)} ${invoice.currency}`);
  sum('Subtotal', invoice.subtotal);
  for (const { name, rate, amount } of invoice.taxes) sum(`${name} ${rate} %`, amount);
  sum('Total', invoice.total);
  if (invoice.creditsApplied !== '0') sum('Prepaid credit', `-${invoice.creditsApplied}`);
  sum('Due', invoice.amountDue);
}

interface UsageRecords {
  readonly edges: readonly {
    readonly node: {
      readonly charge: string | null;
      readonly markup: string | null;
      readonly costLines: readonly { readonly unit: string; readonly amount: string }[] | null;
    };
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const RECORDS = `query ($id: ID!, $line: Int!, $after: String) { invoice(id: $id) { explain(line: $line) { line {
  usageRecords(first: 200, after: $after) { edges { node { charge markup costLines { unit amount } } }
    pageInfo { hasNextPage endCursor } } } } } }`;

const ONE = 10n ** 12n;
const pico = (text: string | null) => parseUsd(text ?? '0') ?? 0n;

/** The charges of a line's records, page by page and to the last digit, without units that are billed by tiers. */
async function printRecords(ask: Ask, id: string, line: Explained['line'], usd: string): Promise<void> {
  const units = new Set(line.units.map(({ unit }) => unit));
  // In units of 10^-24 USD: a part of a charge is a cost line times a markup.
  let [count, sum] = [0, 0n];
  for (let after: string | null = null, isMore = true; isMore;) {
    const answer: { invoice: { explain: { line: { usageRecords: UsageRecords } }[] } } = await ask(RECORDS, {
      ...{ id, line: line.line, after },
    });
    const page = answer.invoice.explain[0]?.line.usageRecords ?? stop('A line has no records.');
    count += page.edges.length;
    for (const { node } of page.edges) {
      const tiered = (node.costLines ?? []).filter(({ unit }) => !units.has(unit));
      const ofTiers = tiered.reduce((total, { amount }) => total + pico(amount) * (ONE + pico(node.markup)), 0n);
      sum += pico(node.charge) * ONE - ofTiers;
    }
    [after, isMore] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
  }
  const added = formatUsd(sum / ONE);
  const same = added === usd ? 'that is the line, to the last digit' : `NOT the line, which has ${usd}`;
  console.log(`        Added up here: ${count} usage records, ${added} USD: ${same}.`);
  if (added !== usd) process.exitCode = 1;
}
