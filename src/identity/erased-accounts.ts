/** Lets this server forget what other servers erased: what it knows of accounts it would keep for good. */
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { AccountDirectory } from './account-directory.js';
import { findErased } from './find-erased.sql.js';

const LOOK_MS = 2_000;

export class ErasedAccounts {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly directory: AccountDirectory,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look()
        .catch((error: unknown) => this.log.warn({ err: error }, 'erased accounts could not be looked for'))
        .finally(() => (this.#looking = undefined));
    }, LOOK_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    for (const id of await findErased(this.pool)) this.directory.forget(id);
  }
}
