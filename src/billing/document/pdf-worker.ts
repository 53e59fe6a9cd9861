/** The thread that draws PDFs, several at a time: while one waits for its turn, another has it. */
import { parentPort } from 'node:worker_threads';
import type { InvoiceDocument } from './invoice-document.js';
import { invoicePdf } from './invoice-pdf.js';

export interface PrintOrder {
  readonly number: number;
  readonly document: InvoiceDocument;
}

/** What comes back: a file, or why there is none. */
export interface Printed {
  readonly number: number;
  readonly pdf?: Uint8Array;
  readonly failure?: unknown;
}

parentPort?.on('message', ({ number, document }: PrintOrder) => {
  const answer = (printed: Printed) => parentPort?.postMessage(printed);
  invoicePdf(document).then(
    (pdf) => answer({ number, pdf }),
    (failure: unknown) => answer({ number, failure }),
  );
});
