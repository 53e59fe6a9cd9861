/**
 * Group commit. Concurrent requests of one organization share one database call, so that many callers never become many
 * transactions that fight for the same budget rows: with a lock per request more clients are slower, not faster.
 *
 * An idle lane adds no wait: what comes while a batch is under way forms the next one. An organization is in one lane of
 * a process only, and a lane has one batch under way, but for an organization whose rows somebody else holds: it goes on
 * by itself beside the lane, and the others do not wait for it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientBase, Pool } from 'pg';
import pRetry from 'p-retry';
import { ApiError, databaseFault, serviceUnavailable } from './errors.js';
import { LaneConnection } from './lane-connection.js';
import { shareOf } from './lane-share.js';
import type { Operation } from './operation.js';

/** The most items of one call; what is more waits for the next. */
const BATCH_SIZE = 500;

/** Without lanes: with a lock for each request this many at once get most done on a hot row. */
const CONNECTIONS_ALONE = 8;

/** Items that may wait in all lanes of a process before new ones are refused. */
const QUEUE_CAP = 20_000;

const CONFLICT_RETRIES = 5;
const CONFLICT_WAIT_MS = { least: 10, most: 200 };

/** How long the callers of an organization whose rows are locked by somebody else wait, in ms. */
const LOCKED_PATIENCE_MS = 2_000;
const LOCKED_WAIT_MS = 50;

/** One kind of work that a lane does in batches. `run` is one transaction; it answers each item at its index. */
export interface LaneJob<Item, Receipt> {
  /** The most items of one call; 500 unless said. */
  readonly batchSize?: number | undefined;
  run(client: ClientBase, organizationId: string, items: readonly Item[]): Promise<readonly (Receipt | Error)[]>;
}

interface Entry {
  readonly item: unknown;
  readonly resolve: (receipt: never) => void;
  readonly reject: (error: unknown) => void;
}

/** What waits for one organization and one kind of work, in the order of arrival. */
interface Queue {
  readonly organizationId: string;
  readonly job: LaneJob<unknown, unknown>;
  readonly entries: Entry[];
}

export class Lanes {
  readonly #lanes: Lane[];
  #closing = false;
  #turn = 0;

  /** @param count 0: no group commit, to compare with: each item by itself, on the next of some connections. */
  constructor(
    pool: Pool,
    private readonly count: number,
  ) {
    const most = count === 0 ? 1 : BATCH_SIZE;
    this.#lanes = Array.from({ length: count || CONNECTIONS_ALONE }, () => new Lane(pool, most));
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

/** How a batch is being tried. */
interface Attempt {
  readonly connection: LaneConnection;
  /** A lost connection is made anew once; after that the outcome is reported as unknown. */
  readonly hasReconnected: boolean;
  /** Set where the organization goes on by itself: until when it waits for its rows. */
  readonly patience?: AbortSignal;
}

class Lane {
  readonly #queues = new Map<string, Queue>();
  readonly #jobNumbers = new Map<LaneJob<unknown, unknown>, number>();
  /** Organizations that go on by themselves, with the number of their runs. */
  readonly #aside = new Map<string, number>();
  readonly #sideRuns = new Set<Promise<void>>();
  readonly #connection: LaneConnection;
  #running: Promise<void> | undefined;
  waiting = 0;

  /** @param most the most items of one call, unless its job says fewer. */
  constructor(
    private readonly pool: Pool,
    private readonly most: number,
  ) {
    this.#connection = new LaneConnection(pool);
  }

  push<Receipt>(organizationId: string, job: LaneJob<unknown, unknown>, item: unknown): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      const key = `${organizationId}:${this.#numberOf(job)}`;
      let queue = this.#queues.get(key);
      if (!queue) {
        queue = { organizationId, job, entries: [] };
        this.#queues.set(key, queue);
      }
      queue.entries.push({ item, resolve, reject });
      this.waiting += 1;
      this.#wake();
    });
  }

  async drain(): Promise<void> {
    while (this.#running || this.#sideRuns.size > 0) await Promise.all([this.#running, ...this.#sideRuns]);
    this.#connection.release();
  }

  #numberOf(job: LaneJob<unknown, unknown>): number {
    const known = this.#jobNumbers.get(job);
    if (known !== undefined) return known;
    this.#jobNumbers.set(job, this.#jobNumbers.size);
    return this.#jobNumbers.size - 1;
  }

  #wake(): void {
    this.#running ??= new Promise((done) => setImmediate(() => done(this.#work())));
  }

  async #work(): Promise<void> {
    for (let next = this.#next(); next; next = this.#next()) {
      await this.#runBatch(next.queue, next.batch, { connection: this.#connection, hasReconnected: false });
    }
    this.#running = undefined;
  }

  /** The oldest queue whose organization is not aside. A queue that still has entries goes to the end of the line. */
  #next(): { queue: Queue; batch: Entry[] } | undefined {
    for (const [key, queue] of this.#queues) {
      if (this.#aside.has(queue.organizationId)) continue;
      const most = Math.min(this.most, queue.job.batchSize ?? this.most);
      const batch = queue.entries.splice(0, Math.min(most, shareOf(queue.entries.length)));
      this.#queues.delete(key);
      if (queue.entries.length > 0) this.#queues.set(key, queue);
      return { queue, batch };
    }
    return undefined;
  }

  /** Never rejects: every entry is answered, here or beside the lane. */
  async #runBatch(queue: Queue, batch: Entry[], attempt: Attempt): Promise<void> {
    try {
      this.#settle(batch, await call(queue, batch, attempt.connection));
    } catch (error) {
      await this.#recover(queue, batch, attempt, error);
    }
  }

  async #recover(queue: Queue, batch: Entry[], attempt: Attempt, error: unknown): Promise<void> {
    switch (databaseFault(error)) {
      case 'CONNECTION':
        attempt.connection.drop();
        if (!attempt.hasReconnected) return this.#runBatch(queue, batch, { ...attempt, hasReconnected: true });
        return this.#fail(batch, serviceUnavailable('The database went away, so the outcome is unknown.'));
      case 'LOCKED':
        return this.#waitForRows(queue, batch, attempt);
      case 'BAD_VALUE': {
        if (batch.length === 1) return this.#fail(batch, badValue());
        const middle = Math.ceil(batch.length / 2);
        await this.#runBatch(queue, batch.slice(0, middle), attempt);
        return this.#runBatch(queue, batch.slice(middle), attempt);
      }
      case 'CONFLICT':
        return this.#fail(batch, serviceUnavailable('Other transactions were in the way.'));
      case 'CANCELED':
        return this.#fail(batch, serviceUnavailable('The database took too long, and nothing was written.'));
      case 'OTHER':
        return this.#fail(batch, error);
    }
  }

  /** The gate or a budget row is held by a long transaction: this organization tries again by itself, the lane goes on. */
  async #waitForRows(queue: Queue, batch: Entry[], attempt: Attempt): Promise<void> {
    if (!attempt.patience) return this.#stepAside(queue, batch);
    if (attempt.patience.aborted) {
      return this.#fail(
        batch,
        serviceUnavailable('The budgets of this organization are locked by a long transaction.'),
      );
    }
    await wait(LOCKED_WAIT_MS);
    return this.#runBatch(queue, batch, attempt);
  }

  #stepAside(queue: Queue, batch: Entry[]): void {
    const { organizationId } = queue;
    const connection = new LaneConnection(this.pool);
    this.#aside.set(organizationId, (this.#aside.get(organizationId) ?? 0) + 1);
    const patience = AbortSignal.timeout(LOCKED_PATIENCE_MS);
    const run = this.#runBatch(queue, batch, { connection, hasReconnected: false, patience }).finally(() => {
      connection.drop();
      const others = (this.#aside.get(organizationId) ?? 1) - 1;
      if (others > 0) this.#aside.set(organizationId, others);
      else this.#aside.delete(organizationId);
      this.#sideRuns.delete(run);
      if (this.#queues.size > 0) this.#wake();
    });
    this.#sideRuns.add(run);
  }

  /** A missing answer for an item is a defect of ours, never success. */
  #settle(batch: Entry[], receipts: readonly unknown[]): void {
    batch.forEach((entry, index) => {
      const receipt = receipts[index];
      if (receipt === undefined) entry.reject(new Error('The lane gave no answer for an item.'));
      else if (receipt instanceof Error) entry.reject(receipt);
      else entry.resolve(receipt as never);
    });
    this.waiting -= batch.length;
  }

  #fail(batch: Entry[], error: unknown): void {
    for (const entry of batch) entry.reject(error);
    this.waiting -= batch.length;
  }
}

/** One transaction, run again where others were in its way. */
function call(queue: Queue, batch: Entry[], connection: LaneConnection): Promise<readonly unknown[]> {
  const items = batch.map((entry) => entry.item);
  return pRetry(() => connection.run((client) => queue.job.run(client, queue.organizationId, items)), {
    retries: CONFLICT_RETRIES,
    minTimeout: CONFLICT_WAIT_MS.least,
    maxTimeout: CONFLICT_WAIT_MS.most,
    randomize: true,
    shouldRetry: ({ error }) => databaseFault(error) === 'CONFLICT',
  });
}

function badValue(): ApiError {
  return new ApiError('BAD_USER_INPUT', 'An amount, or a sum that it goes into, is larger than what can be stored.');
}
