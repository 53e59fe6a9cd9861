/** The rows of invoices. Many are written together. */
import { randomBytes } from 'node:crypto';
import { insertRows } from '../../insert-rows.sql.js';
import { newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { InvoiceLine } from './invoice-line.js';
import { Invoice, InvoiceStatus, InvoiceTax } from './invoice.js';
import type { Invoicing } from './invoicing.js';

/** Of the address of its page: nobody guesses it. */
const ACCESS_KEY_BYTES = 16;

const NOTHING_DUE = {
  ...{ broughtForwardPico: 0n, creditsPico: 0n, carriedForwardPico: 0n, duePico: 0n },
  ...{ paidPico: 0n, reducedPico: 0n, notedPico: 0n, refundedPico: 0n },
};

/** A draft as it is to be written. */
export function draftOf(operation: Operation, invoicing: Invoicing): Invoice {
  const { subscription, sequence, terms, span, cutAt, taxMode, sums } = invoicing;
  const { organizationId, id: subscriptionId, accountId } = subscription;
  const { subtotalPico, taxPico, totalPico, carriedPico, remainderPico } = sums;
  return {
    ...{ organizationId, id: newId(), subscriptionId, accountId, sequence, status: InvoiceStatus.DRAFT, number: null },
    ...{ currency: terms.currency, usdRatePico: terms.usdRatePico, usdRateDay: terms.usdRateDay },
    ...{ fromDay: span?.fromDay ?? null, toDay: span?.toDay ?? null },
    ...{ fromAt: span?.fromAt ?? null, toAt: span?.toAt ?? null, cutAt },
    ...{ subtotalPico, taxPico, taxMode, totalPico, carriedPico, remainderPico, ...NOTHING_DUE },
    ...{ parties: null, accessKey: randomBytes(ACCESS_KEY_BYTES).toString('base64url') },
    ...{ paymentTermDays: terms.paymentTermDays, createdAt: operation.now },
    ...{ finalizedAt: null, dueDay: null, paidAt: null, voidedAt: null, uncollectibleAt: null },
    ...{ attempts: 0, failedAttempts: 0, collectAt: null, enforceAt: null, enforcedAt: null },
  };
}

/** @param invoicings what each of the invoices comes to, in their order */
export async function writeInvoices(
  operation: Operation,
  invoices: readonly Invoice[],
  invoicings: readonly Invoicing[],
): Promise<void> {
  const em = await operation.em();
  const ofEach = invoices.map(({ organizationId, id: invoiceId }, n) => {
    const { lines = [], taxes = [] } = invoicings[n]?.sums ?? {};
    return {
      lines: lines.map((line, place) => ({ organizationId, invoiceId, line: place + 1, ...line })),
      taxes: taxes.map((tax, place) => ({ organizationId, invoiceId, place: place + 1, ...tax })),
    };
  });
  await insertRows(em, Invoice, invoices);
  await insertRows(
    em,
    InvoiceLine,
    ofEach.flatMap(({ lines }) => lines),
  );
  await insertRows(
    em,
    InvoiceTax,
    ofEach.flatMap(({ taxes }) => taxes),
  );
}
