/**
 * Frees what reservations hold past their end. Every server sweeps; those of one organization are expired in its lane, a
 * call for each, and what another has in hand is left to it. Nothing waits for a sweep: a reservation that would be denied
 * because of an expired one has it expired first.
 */
import type { Pool } from 'pg';
import type { LaneClient } from '../lane-connection.js';
import type { Logger } from 'pino';
import { databaseFault } from '../errors.js';
import type { LaneJob } from '../lane.js';
import type { Lanes } from '../lanes.js';
import { expireReservations, MOST_EXPIRED, organizationsWithExpired } from './end-reservations.sql.js';

const SWEEP_MS = 1_000;

/** The item is nothing: an organization has expired reservations. Answers with how many were expired. */
class Expiring implements LaneJob<null, number> {
  async run(client: LaneClient, organizationId: string, items: readonly null[]): Promise<readonly number[]> {
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
      .catch((error: unknown) => this.#tell(error))
      .finally(() => (this.#sweeping = undefined));
    return this.#sweeping;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  #tell(error: unknown): void {
    if (databaseFault(error) !== 'CONNECTION') this.log.warn({ err: error }, 'expired reservations were not freed');
  }

  async #sweepAll(): Promise<void> {
    const organizations = await organizationsWithExpired(this.writer);
    const sweeps = organizations.map((organizationId) => this.#sweepOne(organizationId));
    // One that fails is tried again with the next sweep, and the sweep is over when all are.
    for (const outcome of await Promise.allSettled(sweeps))
      if (outcome.status === 'rejected') this.#tell(outcome.reason);
  }

  async #sweepOne(organizationId: string): Promise<void> {
    while (!this.#isClosed) {
      const [outcome] = await this.lanes.submitFor(organizationId, this.#expiring, [null]);
      if (outcome?.status !== 'fulfilled') throw outcome?.reason;
      if (outcome.value < MOST_EXPIRED) return;
    }
  }
}
