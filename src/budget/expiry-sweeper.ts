/**
 * Frees what reservations hold past their end. Every server sweeps; those of one organization are expired in its lane, a
 * call for each, and what another has in hand is left to it. Nothing waits for a sweep: a reservation that would be denied
 * because of an expired one has it expired first.
 */
import type { ClientBase, Pool } from 'pg';
import type { Logger } from 'pino';
import { databaseFault } from '../errors.js';
import type { LaneJob, Lanes } from '../lane.js';
import { expireReservations, MOST_EXPIRED, organizationsWithExpired } from './end-reservations.sql.js';

const SWEEP_MS = 1_000;

/** The item is nothing: an organization has expired reservations. Answers with how many were expired. */
class Expiring implements LaneJob<null, number> {
  async run(client: ClientBase, organizationId: string, items: readonly null[]): Promise<readonly number[]> {
    const ended = await expireReservations(client, organizationId);
    return items.map(() => ended);
  }
}

export class ExpirySweeper {
  readonly #expiring = new Expiring();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    private readonly writer: Pool,
    private readonly lanes: Lanes,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.#timer = setInterval(() => void this.sweep(), SWEEP_MS);
  }

  /** Expires all that is past its end now. One sweep at a time. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweepAll()
      .catch((error: unknown) => {
        if (databaseFault(error) !== 'CONNECTION') this.log.warn({ err: error }, 'expired reservations were not freed');
      })
      .finally(() => (this.#sweeping = undefined));
    return this.#sweeping;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async #sweepAll(): Promise<void> {
    const organizations = await organizationsWithExpired(this.writer);
    await Promise.all(organizations.map((organizationId) => this.#sweepOne(organizationId)));
  }

  async #sweepOne(organizationId: string): Promise<void> {
    while (!this.#isClosed) {
      const [outcome] = await this.lanes.submitFor(organizationId, this.#expiring, [null]);
      if (outcome?.status !== 'fulfilled') throw outcome?.reason;
      if (outcome.value < MOST_EXPIRED) return;
    }
  }
}
