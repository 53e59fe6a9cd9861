/**
 * Draws PDFs in a thread of its own: a long invoice takes seconds, and whoever holds money for a call meanwhile must not
 * wait for them. The thread is made for the first one.
 */
import { Worker } from 'node:worker_threads';
import { serviceUnavailable } from '../../errors.js';
import type { InvoiceDocument } from './invoice-document.js';
import type { Printed, PrintOrder } from './pdf-worker.js';

const MOST_AT_ONCE = 4;
/** Each holds its texts. */
const MOST_WAITING = 20;
const MOST_MEMORY_MB = 1024;

/** A thread runs compiled files only; the sources, which tests run, are drawn without one. */
const WORKER = import.meta.url.endsWith('.js') ? new URL('./pdf-worker.js', import.meta.url) : undefined;

interface Job {
  readonly document: InvoiceDocument;
  readonly done: (pdf: Uint8Array) => void;
  readonly failed: (reason: unknown) => void;
}

export class PdfPrinter {
  #worker: Worker | undefined;
  #count = 0;
  readonly #waiting: Job[] = [];
  readonly #atWork = new Map<number, Job>();

  /** @throws ApiError SERVICE_UNAVAILABLE while too many are waiting */
  async print(document: InvoiceDocument): Promise<Uint8Array> {
    if (WORKER === undefined) return (await import('./invoice-pdf.js')).invoicePdf(document);
    if (this.#waiting.length >= MOST_WAITING) throw serviceUnavailable('Many invoices are being printed.');
    return new Promise((done, failed) => {
      this.#waiting.push({ document, done, failed });
      this.#next(WORKER);
    });
  }

  async close(): Promise<void> {
    for (const job of this.#waiting.splice(0)) job.failed(serviceUnavailable('The server is closing.'));
    await this.#worker?.terminate();
  }

  #next(file: URL): void {
    while (this.#atWork.size < MOST_AT_ONCE) {
      const job = this.#waiting.shift();
      if (!job) return;
      const order: PrintOrder = { number: (this.#count += 1), document: job.document };
      this.#atWork.set(order.number, job);
      this.#worker ??= this.#start(file);
      this.#worker.postMessage(order);
    }
  }

  #start(file: URL): Worker {
    const worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB } });
    // It holds no process back that has nothing else to do.
    worker.unref();
    worker.on('message', ({ number, pdf, failure }: Printed) => {
      const job = this.#atWork.get(number);
      this.#atWork.delete(number);
      if (pdf) job?.done(pdf);
      else job?.failed(failure);
      this.#next(file);
    });
    // Out of memory, or closed: the next job has a new one.
    let reason = new Error('The thread that draws PDFs ended.');
    worker.on('error', (error: Error) => {
      reason = error;
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      for (const job of this.#atWork.values()) job.failed(reason);
      this.#atWork.clear();
      this.#next(file);
    });
    return worker;
  }
}
