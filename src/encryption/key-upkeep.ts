/** Keys come and go while the server runs: it follows the file of its keys, and what was encrypted by an old one. */
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { registerKey } from './opening.js';
import { forgetKey, readRetiredKeys } from './encryption-key.sql.js';
import type { Resealing } from './resealing.js';
import type { Sealer } from './sealer.js';

const LOOK_MS = 1_000;
/** Servers say so often that they are there; well within the time after which a key counts as left. */
const TELL_EVERY = 5;

export class KeyUpkeep {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;
  #looks = 0;

  constructor(
    private readonly pool: Pool,
    private readonly sealer: Sealer,
    private readonly resealing: Resealing,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #look(): void {
    this.#running ??= this.#follow()
      .catch((error: unknown) => this.log.warn({ err: error }, 'the encryption keys could not be looked after'))
      .finally(() => (this.#running = undefined));
  }

  async #follow(): Promise<void> {
    const { ring } = this.sealer;
    ring.reread();
    const { wanted, current } = ring;
    this.#looks += 1;
    if (wanted === current && this.#looks % TELL_EVERY !== 0) return;
    await registerKey(this.pool, wanted, this.sealer.indexKey, true);
    if (wanted !== current) {
      ring.use(wanted);
      this.log.info({ id: wanted.id }, 'a new key encrypts from now on');
    }
    await this.#leaveOldKeys();
  }

  /** Who is killed on the way has done what it has done: the next look finds the rest. */
  async #leaveOldKeys(): Promise<void> {
    const retired = await readRetiredKeys(this.pool, this.sealer.ring.current.id);
    if (retired.length === 0) return;
    const count = await this.resealing.reseal(retired, () => this.#isClosed);
    this.log.info({ count }, 'encrypted anew');
    if (count > 0 || this.#isClosed) return;
    for (const id of retired) {
      if (await forgetKey(this.pool, id)) this.log.info({ id }, 'nothing is encrypted by this key any more');
    }
  }
}
