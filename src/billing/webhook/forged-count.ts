/** What a flood of forged requests leaves behind: a number, and a line now and then. */
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { addForged } from './webhook-mark.sql.js';

const WRITE_MS = 1_000;
const SAY_MS = 10_000;

/** Of one address, in a minute. */
const MOST_FORGED = 60;
const MINUTE_MS = 60_000;
/** Of so many addresses it is known at a time. */
const MOST_ADDRESSES = 10_000;

export class ForgedCount {
  readonly #byAddress = new LRUCache<string, number>({ max: MOST_ADDRESSES, ttl: MINUTE_MS, noUpdateTTL: true });
  #unwritten = 0;
  #unsaid = 0;
  #writeTimer: NodeJS.Timeout | undefined;
  #sayTimer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly writer: Pool,
    private readonly processor: string,
    private readonly log: Logger,
  ) {}

  /** Whether so many came from there that the next is told to come less often. What others send is nothing to it. */
  isFlood(address: string): boolean {
    return (this.#byAddress.get(address) ?? 0) >= MOST_FORGED;
  }

  add(address: string): void {
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    this.#unwritten += 1;
    this.#unsaid += 1;
    this.#writeTimer ??= setTimeout(() => {
      this.#writeTimer = undefined;
      this.#write();
    }, WRITE_MS);
    if (!this.#sayTimer) this.#say();
  }

  async close(): Promise<void> {
    clearTimeout(this.#writeTimer);
    clearTimeout(this.#sayTimer);
    this.#write();
    await this.#writing;
  }

  /** What could not be written is written with the next. */
  #write(): void {
    this.#writing = this.#writing.then(async () => {
      const count = this.#unwritten;
      if (count === 0) return;
      this.#unwritten = 0;
      await addForged(this.writer, this.processor, count).catch(() => (this.#unwritten += count));
    });
  }

  /** The first at once, then what came meanwhile. */
  #say(): void {
    this.#sayTimer = undefined;
    if (this.#unsaid === 0) return;
    this.log.warn(
      { processor: this.processor, count: this.#unsaid },
      'webhook requests were not signed as they must be',
    );
    this.#unsaid = 0;
    this.#sayTimer = setTimeout(() => this.#say(), SAY_MS).unref();
  }
}
