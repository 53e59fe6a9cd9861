/** Asks for new prices every PRICING_UPDATE_INTERVAL, for as long as the server runs. */
import type { Logger } from 'pino';
import type { CatalogImportService } from './catalog-import.service.js';

/** How often a server looks whether it is its turn, at most, in ms: another one may have stopped. */
const LOOK_MS = 30_000;

export class PriceRefresh {
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly imports: CatalogImportService,
    /** 0 = never. */
    private readonly intervalMs: number,
    private readonly log: Logger,
  ) {}

  start(): void {
    if (this.intervalMs === 0) return;
    this.#look();
    this.#timer = setInterval(() => this.#look(), Math.min(this.intervalMs, LOOK_MS));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#running;
  }

  #look(): void {
    this.#running ??= this.imports
      .refreshWhereDue(this.#stop.signal)
      .catch((error: unknown) => this.log.warn({ err: error }, 'prices could not be refreshed'))
      .finally(() => (this.#running = undefined));
  }
}
