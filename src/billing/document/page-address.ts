/** The address of an invoice's page. Whoever knows it may see the page: its last part is 16 random bytes. */
import { timingSafeEqual } from 'node:crypto';
import { validate } from 'uuid';
import type { Invoice } from '../invoice/invoice.js';

/** What stands before each token, and behind it where the PDF is asked for. */
export const INVOICE_PATH = '/invoices/';
export const PDF_ENDING = '.pdf';

const ID_BYTES = 16;
const KEY_BYTES = 16;
const TOKEN = /^[\w-]{64}$/;

export interface PageToken {
  readonly organizationId: string;
  readonly invoiceId: string;
  readonly accessKey: Buffer;
}

/** Where invoices are seen from outside. */
export class PageAddresses {
  #listening = '';

  /** @param publicUrl without a slash at the end; undefined: where the server listens */
  constructor(private readonly publicUrl: string | undefined) {}

  listensAt(url: string): void {
    this.#listening = url;
  }

  /** null for invoices from before there were pages. */
  pageOf(invoice: Invoice): string | null {
    const token = tokenOf(invoice);
    return token === null ? null : `${this.publicUrl ?? this.#listening}${INVOICE_PATH}${token}`;
  }

  pdfOf(invoice: Invoice): string | null {
    const page = this.pageOf(invoice);
    return page === null ? null : `${page}${PDF_ENDING}`;
  }
}

function tokenOf({ organizationId, id, accessKey }: Invoice): string | null {
  if (accessKey === null) return null;
  const key = Buffer.from(accessKey, 'base64url');
  return Buffer.concat([bytesOf(organizationId), bytesOf(id), key]).toString('base64url');
}

/** @returns undefined where `tokenOf` makes no such thing. */
export function readToken(text: string): PageToken | undefined {
  if (!TOKEN.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  const [organizationId, invoiceId] = [uuidAt(bytes, 0), uuidAt(bytes, ID_BYTES)];
  if (!validate(organizationId) || !validate(invoiceId)) return undefined;
  return { organizationId, invoiceId, accessKey: bytes.subarray(2 * ID_BYTES) };
}

/** However much of the key is right, it takes as long. */
export function opens({ accessKey }: PageToken, invoice: Pick<Invoice, 'accessKey'> | null): boolean {
  const known = Buffer.from(invoice?.accessKey ?? '', 'base64url');
  const isThere = known.length === KEY_BYTES;
  return timingSafeEqual(isThere ? known : Buffer.alloc(KEY_BYTES), accessKey) && isThere;
}

function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidAt(bytes: Buffer, at: number): string {
  const hex = bytes.toString('hex', at, at + ID_BYTES);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
