/**
 * Group commit. Concurrent requests of one organization share one database call, so that many callers never become many
 * transactions that fight for the same budget rows: with a lock per request more clients are slower, not faster.
 *
 * An idle lane adds no wait: what comes while a batch is under way forms the next one. An organization is in one lane of
 * a process only, and a lane has one batch under way, but for an organization whose rows somebody else holds: it goes on
 * by itself beside the lane, and the others do not wait for it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientBase, Pool, PoolClient } from 'pg';
import pRetry from 'p-retry';
import { ApiError, databaseFault, serviceUnavailable } from './errors.js';
import { prepareLaneConnection } from './lane.sql.js';
import type { Operation } from './operation.js';

/** The most items of one call; what is more waits for the next. */
const BATCH_SIZE = 500;

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

  constructor(pool: Pool, count: number) {
    this.#lanes = Array.from({ length: count }, () => new Lane(pool));
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
    const lane = this.#lanes[hashOf(organizationId) % this.#lanes.length];
    if (!lane) throw new Error('There is no lane.');
    return Promise.allSettled(
      items.map((item) => lane.push<Receipt>(organizationId, job as LaneJob<unknown, unknown>, item)),
    );
  }

  /** Refuses what is new and finishes what waits. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#lanes.map((lane) => lane.drain()));
  }
}

/** The last hex digits of a uuid v7 are random, so they spread organizations evenly. */
function hashOf(organizationId: string): number {
  return Number.parseInt(organizationId.slice(-8), 16);
}

class Lane {
  readonly #queues = new Map<string, Queue>();
  readonly #aside = new Set<string>();
  #client: PoolClient | undefined;
  #running: Promise<void> | undefined;
  readonly #sideRuns = new Set<Promise<void>>();
  waiting = 0;
  readonly #jobNumbers = new Map<LaneJob<unknown, unknown>, number>();

  constructor(private readonly pool: Pool) {}

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
    this.#client?.release();
    this.#client = undefined;
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
    for (let next = this.#next(); next; next = this.#next()) await this.#runBatch(next.queue, next.batch, false);
    this.#running = undefined;
  }

  /** The oldest queue whose organization is not aside. A queue that still has entries goes to the end of the line. */
  #next(): { queue: Queue; batch: Entry[] } | undefined {
    for (const [key, queue] of this.#queues) {
      if (this.#aside.has(queue.organizationId)) continue;
      const batch = queue.entries.splice(0, queue.job.batchSize ?? BATCH_SIZE);
      this.#queues.delete(key);
      if (queue.entries.length > 0) this.#queues.set(key, queue);
      return { queue, batch };
    }
    return undefined;
  }

  async #runBatch(queue: Queue, batch: Entry[], isSecondTry: boolean): Promise<void> {
    try {
      settle(batch, await this.#call(queue, batch));
      this.waiting -= batch.length;
    } catch (error) {
      await this.#recover(queue, batch, isSecondTry, error);
    }
  }

  async #recover(queue: Queue, batch: Entry[], isSecondTry: boolean, error: unknown): Promise<void> {
    const fault = databaseFault(error);
    if (fault === 'CONNECTION') {
      this.#dropClient(error);
      if (!isSecondTry) return this.#runBatch(queue, batch, true);
      return this.#fail(batch, serviceUnavailable('The database went away, so the outcome is unknown.'));
    }
    if (fault === 'LOCKED') return this.#stepAside(queue, batch);
    if (fault === 'BAD_VALUE' && batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      await this.#runBatch(queue, batch.slice(0, middle), isSecondTry);
      return this.#runBatch(queue, batch.slice(middle), isSecondTry);
    }
    if (fault === 'BAD_VALUE')
      return this.#fail(batch, new ApiError('BAD_USER_INPUT', 'A value is outside what can be stored.'));
    if (fault === 'CONFLICT') return this.#fail(batch, serviceUnavailable('Other transactions were in the way.'));
    return this.#fail(batch, error);
  }

  /** The gate or a budget row is held by a long transaction: this organization tries again by itself, the lane goes on. */
  #stepAside(queue: Queue, batch: Entry[]): void {
    this.#aside.add(queue.organizationId);
    const run = this.#runAside(queue, batch).finally(() => {
      this.#aside.delete(queue.organizationId);
      this.#sideRuns.delete(run);
      if (this.#queues.size > 0) this.#wake();
    });
    this.#sideRuns.add(run);
  }

  async #runAside(queue: Queue, batch: Entry[]): Promise<void> {
    const givenUp = AbortSignal.timeout(LOCKED_PATIENCE_MS);
    while (!givenUp.aborted) {
      try {
        const client = await this.pool.connect();
        try {
          await prepareLaneConnection(client);
          settle(
            batch,
            await queue.job.run(
              client,
              queue.organizationId,
              batch.map((entry) => entry.item),
            ),
          );
          this.waiting -= batch.length;
          return;
        } finally {
          client.release(true);
        }
      } catch (error) {
        if (databaseFault(error) !== 'LOCKED') return this.#recover(queue, batch, true, error);
        await wait(LOCKED_WAIT_MS);
      }
    }
    this.#fail(batch, serviceUnavailable('The budgets of this organization are locked by a long transaction.'));
  }

  async #call(queue: Queue, batch: Entry[]): Promise<readonly unknown[]> {
    const items = batch.map((entry) => entry.item);
    return pRetry(async () => queue.job.run(await this.#connect(), queue.organizationId, items), {
      retries: CONFLICT_RETRIES,
      minTimeout: CONFLICT_WAIT_MS.least,
      maxTimeout: CONFLICT_WAIT_MS.most,
      randomize: true,
      shouldRetry: ({ error }) => databaseFault(error) === 'CONFLICT',
    });
  }

  async #connect(): Promise<PoolClient> {
    if (!this.#client) {
      const client = await this.pool.connect();
      client.on('error', () => {
        if (this.#client === client) this.#dropClient();
      });
      try {
        await prepareLaneConnection(client);
      } catch (error) {
        client.release(true);
        throw error;
      }
      this.#client = client;
    }
    return this.#client;
  }

  #dropClient(error?: unknown): void {
    const client = this.#client;
    this.#client = undefined;
    client?.release(error instanceof Error ? error : true);
  }

  #fail(batch: Entry[], error: unknown): void {
    for (const entry of batch) entry.reject(error);
    this.waiting -= batch.length;
  }
}

/** A missing answer for an item is a defect of ours, never success. */
function settle(batch: Entry[], receipts: readonly unknown[]): void {
  batch.forEach((entry, index) => {
    const receipt = receipts[index];
    if (receipt === undefined) entry.reject(new Error('The lane gave no answer for an item.'));
    else if (receipt instanceof Error) entry.reject(receipt);
    else entry.resolve(receipt as never);
  });
}
