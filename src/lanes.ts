/** The lanes of a process: which one an organization's work goes to, and how much may wait. */
import type { Pool } from 'pg';
import { serviceUnavailable } from './errors.js';
import { connectionsOf, Lane, type LaneJob } from './lane.js';
import type { Operation } from './operation.js';
import { watchSpareTime } from './spare-time.js';

/** Without lanes: with a lock for each request this many at once get most done on a hot row. */
const CONNECTIONS_ALONE = 8;

/** Items that may wait in all lanes of a process before new ones are refused. */
const QUEUE_CAP = 20_000;

/** How many connections so many lanes hold when all are at work. */
export function laneConnections(count: number): number {
  return lanesOf(count) * connectionsOf(count === 0);
}

function lanesOf(count: number): number {
  return count || CONNECTIONS_ALONE;
}

export class Lanes {
  readonly #lanes: Lane[];
  #closing = false;
  #turn = 0;

  /**
   * @param count 0: no group commit, to compare with: each item by itself, on the next of some connections.
   * @param hasTime whether the process has time to spare; else it gathers longer.
   */
  constructor(
    pool: Pool,
    private readonly count: number,
    hasTime = watchSpareTime(),
  ) {
    this.#lanes = Array.from({ length: lanesOf(count) }, () => new Lane(pool, count === 0, hasTime));
  }

  /**
   * Runs an item with others of its organization and answers after the commit.
   * @throws ApiError SERVICE_UNAVAILABLE where the queue is full, the rows stay locked, or the outcome is unknown: the
   * same key may be sent again.
   */
  submit<Item, Receipt>(
    operation: Operation,
    job: LaneJob<Item, Receipt>,
    items: readonly Item[],
  ): Promise<PromiseSettledResult<Receipt>[]> {
    // A lock held on one pool while waiting for the other is a deadlock that PostgreSQL cannot see.
    if (operation.inTransaction) throw new Error('A lane was joined inside a transaction.');
    const { organizationId } = operation.principal;
    return this.submitFor(organizationId, job, items);
  }

  /** The same for jobs of the server itself, which have no caller. */
  submitFor<Item, Receipt>(
    organizationId: string,
    job: LaneJob<Item, Receipt>,
    items: readonly Item[],
  ): Promise<PromiseSettledResult<Receipt>[]> {
    const waiting = this.#lanes.reduce((sum, lane) => sum + lane.waiting, 0);
    if (this.#closing) throw serviceUnavailable('The server is stopping.');
    if (waiting + items.length > QUEUE_CAP) throw serviceUnavailable('Too many calls are waiting.');
    const push = (item: Item) => this.#laneOf(organizationId).push<Receipt>(organizationId, job, item);
    const [only, ...others] = items;
    if (only !== undefined && others.length === 0) return push(only).then(fulfilled, rejected);
    return Promise.allSettled(items.map(push));
  }

  #laneOf(organizationId: string): Lane {
    const place = this.count === 0 ? (this.#turn += 1) : hashOf(organizationId);
    const lane = this.#lanes[place % this.#lanes.length];
    if (!lane) throw new Error('There is no lane.');
    return lane;
  }

  /** Refuses what is new and finishes what waits. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#lanes.map((lane) => lane.drain()));
  }
}

function fulfilled<T>(value: T): PromiseSettledResult<T>[] {
  return [{ status: 'fulfilled', value }];
}

function rejected(reason: unknown): PromiseRejectedResult[] {
  return [{ status: 'rejected', reason }];
}

/** The last hex digits of a uuid v7 are random, so they spread organizations evenly. */
function hashOf(organizationId: string): number {
  return Number.parseInt(organizationId.slice(-8), 16);
}
