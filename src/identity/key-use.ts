/** Notes when keys were used, beside the requests: one statement a minute for all of them. */
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { writeKeyUse, type KeyUsed } from './write-key-use.sql.js';

const WRITE_MS = 60_000;

export class KeyUse {
  #used = new Map<string, KeyUsed>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor(
    private readonly writer: Pool,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
    }, WRITE_MS);
  }

  note(use: KeyUsed): void {
    this.#used.set(use.id, use);
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    await this.#write();
  }

  async #write(): Promise<void> {
    const used = this.#used;
    if (used.size === 0) return;
    this.#used = new Map();
    try {
      await writeKeyUse(this.writer, [...used.values()]);
    } catch (error) {
      this.#used = new Map([...used, ...this.#used]);
      this.log.warn({ err: error }, 'when keys were used could not be written');
    }
  }
}
