/** Serves the page of an invoice and its PDF to whoever knows the address. Nothing is changed through this door. */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../clock.js';
import type { ErrorReporter } from '../../errors.js';
import type { Route } from '../../door/http.js';
import { asNobody } from '../nobody.js';
import type { InvoiceDocumentService } from './invoice-document.service.js';
import type { InvoiceDocument } from './invoice-document.js';
import { invoicePage, messagePage } from './invoice-page.js';
import { INVOICE_PATH, PDF_ENDING, readToken } from './page-address.js';
import { STYLE_SOURCE } from './page-style.js';
import type { PdfPrinter } from './pdf-printer.js';

const HTML = 'text/html; charset=utf-8';
const HEADERS = {
  // Nothing is fetched, no script runs, and the address goes nowhere.
  'content-security-policy': `default-src 'none'; style-src ${STYLE_SOURCE}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
};

const MISSING = {
  title: 'No such invoice',
  text: 'The address may be incomplete: please open the link as it was sent.',
};

interface DoorOptions {
  readonly orm: MikroORM;
  readonly clock: Clock;
  readonly documents: InvoiceDocumentService;
  readonly printer: PdfPrinter;
  readonly report: ErrorReporter;
  readonly isOn: boolean;
}

export function invoiceDoor(options: DoorOptions): Route {
  return async (request, response, path) => {
    if (!options.isOn || !path.startsWith(INVOICE_PATH)) return false;
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      sendMessage(request, response, 405, { title: 'Not possible', text: 'An invoice is only read here.' });
      return true;
    }
    try {
      await answer(options, request, response, path.slice(INVOICE_PATH.length));
    } catch (error) {
      if (response.headersSent) throw error;
      const { code, message, retryAfter } = options.report(error);
      if (typeof retryAfter === 'number') response.setHeader('retry-after', String(Math.ceil(retryAfter)));
      const status = code === 'SERVICE_UNAVAILABLE' ? 503 : 500;
      sendMessage(request, response, status, { title: 'Not now', text: message });
    }
    return true;
  };
}

async function answer(
  options: DoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
): Promise<void> {
  const isPdf = name.endsWith(PDF_ENDING);
  const token = isPdf ? name.slice(0, -PDF_ENDING.length) : name;
  const document = await documentAt(options, token);
  if (!document) sendMessage(request, response, 404, MISSING);
  else if (isPdf) await sendPdf(options.printer, request, response, document);
  else await sendPage(request, response, document, `${token}${PDF_ENDING}`);
}

/** As nobody in particular, and of the organization in the token only. */
async function documentAt({ orm, clock, documents }: DoorOptions, text: string): Promise<InvoiceDocument | null> {
  const token = readToken(text);
  if (!token) return null;
  const { organizationId } = token;
  const operation = asNobody(orm, clock, organizationId, 'INVOICE_PAGE');
  try {
    return await documents.find(operation, token);
  } finally {
    // It has only read.
    await operation.rollback();
  }
}

async function sendPdf(
  printer: PdfPrinter,
  request: IncomingMessage,
  response: ServerResponse,
  document: InvoiceDocument,
): Promise<void> {
  const pdf = await printer.print(document);
  response.statusCode = 200;
  response.setHeader('content-type', 'application/pdf');
  response.setHeader('content-disposition', `inline; filename="${document.fileName}.pdf"`);
  response.setHeader('content-length', pdf.length);
  response.end(request.method === 'HEAD' ? undefined : pdf);
}

async function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  document: InvoiceDocument,
  pdfAddress: string,
): Promise<void> {
  response.statusCode = 200;
  response.setHeader('content-type', HTML);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // A long one in parts, as the reader takes them. Whoever leaves halfway has seen enough.
  await pipeline(Readable.from(invoicePage(document, pdfAddress)), response).catch(() => response.destroy());
}

function sendMessage(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  said: { readonly title: string; readonly text: string },
): void {
  response.statusCode = status;
  response.setHeader('content-type', HTML);
  response.end(request.method === 'HEAD' ? undefined : messagePage(said.title, said.text));
}
