/**
 * Group commit. Concurrent requests of one organization share one database call, so that many callers never become many
 * transactions that fight for the same budget rows: with a lock per request more clients are slower, not faster.
 *
 * An idle lane adds no wait: what comes while a batch is under way forms the next one. An organization is in one lane of
 * a process only. Batches of the same kind of work for the same organization run one after the other on one connection;
 * while one is under way a second may be on its way there, or one of another kind or organization on a second connection.
 * But an organization whose rows somebody else holds goes on by itself beside the lane, and the others do not wait for it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';
import pRetry from 'p-retry';
import { ApiError, databaseFault, serviceUnavailable } from './errors.js';
import { LaneConnection, type LaneClient } from './lane-connection.js';
import { shareOf } from './lane-share.js';

/** The most items of one call; what is more waits for the next. */
const BATCH_SIZE = 500;

/**
 * The batches of a lane that may be on their way. Of the same work the driver sends the next in the moment when one is
 * back, whatever else this process is busy with then: two at once in the database would only wait for each other's rows.
 * Reservations and records at once do that for the last half of their steps: together they took three quarters of the time
 * in the median of 8 pairs of alternating runs, where for records alone two connections took 7 % more. (The driver's pipeline mode, which would have it in the database before, left queries
 * without an answer: seen with pg 8.23.1 in some of 150 runs of test/race/lane-order.)
 */
const MOST_UNDER_WAY = 2;

/**
 * Fewer items do not follow a batch that is under way: they wait, with what still comes, until it is back. With 16 the
 * database spent 10 to 14 % more on each, and nobody was answered sooner; with 32 the lanes alone made 11 % fewer cycles of
 * reserve and settle, with 40 a third fewer (medians of 6 alternating runs).
 */
const LEAST_TO_FOLLOW = 24;

const CONFLICT_RETRIES = 5;
const CONFLICT_WAIT_MS = { least: 10, most: 200 };

/** How long the callers of an organization whose rows are locked by somebody else wait, in ms. */
const LOCKED_PATIENCE_MS = 2_000;
const LOCKED_WAIT_MS = 50;

/**
 * One kind of work that a lane does in batches. `run` answers each item at its index. Each of its queries is a transaction
 * of its own (no BEGIN, no SET): those of another batch may come between them. A batch that is tried again comes after
 * one that followed it.
 */
export interface LaneJob<Item, Receipt> {
  /** The most items of one call; 500 unless said. */
  readonly batchSize?: number | undefined;
  run(client: LaneClient, organizationId: string, items: readonly Item[]): Promise<readonly (Receipt | Error)[]>;
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
  /** Whether a younger queue with more items went ahead of it: that happens once. */
  isPassed: boolean;
}

/** How a batch is being tried. */
interface Attempt {
  readonly connection: LaneConnection;
  /** A lost connection is made anew once; after that the outcome is reported as unknown. */
  readonly hasReconnected: boolean;
  /** Set where the organization goes on by itself: until when it waits for its rows. */
  readonly patience?: AbortSignal;
}

interface Aside {
  readonly connection: LaneConnection;
  /** Batches that are not answered yet. */
  runs: number;
}

export class Lane {
  readonly #queues = new Map<string, Queue>();
  readonly #jobNumbers = new Map<LaneJob<unknown, unknown>, number>();
  /** Organizations that go on by themselves, each on a connection of its own. */
  readonly #aside = new Map<string, Aside>();
  readonly #runs = new Set<Promise<void>>();
  readonly #connections: readonly LaneConnection[];
  /** The batches on their way, and the queue and the connection of each. */
  readonly #underWay = new Set<{ readonly key: string; readonly connection: LaneConnection }>();
  #isWoken = false;
  /** Nothing came since the last look. */
  #isCalm = false;
  waiting = 0;

  /** @param isAlone each item by itself, one after the other. */
  constructor(
    private readonly pool: Pool,
    private readonly isAlone: boolean,
  ) {
    this.#connections = Array.from({ length: connectionsOf(isAlone) }, () => new LaneConnection(pool));
  }

  push<Receipt>(organizationId: string, job: LaneJob<unknown, unknown>, item: unknown): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      const key = `${organizationId}:${this.#numberOf(job)}`;
      let queue = this.#queues.get(key);
      if (!queue) {
        queue = { organizationId, job, entries: [], isPassed: false };
        this.#queues.set(key, queue);
      }
      queue.entries.push({ item, resolve, reject });
      this.waiting += 1;
      this.#isCalm = false;
      this.#wake();
    });
  }

  async drain(): Promise<void> {
    while (this.waiting > 0 || this.#runs.size > 0) await Promise.all([...this.#runs, nextTurn()]);
    for (const connection of this.#connections) connection.release();
  }

  #numberOf(job: LaneJob<unknown, unknown>): number {
    const known = this.#jobNumbers.get(job);
    if (known !== undefined) return known;
    this.#jobNumbers.set(job, this.#jobNumbers.size);
    return this.#jobNumbers.size - 1;
  }

  /**
   * Sends what waits. While a batch is under way that is when nothing more came for a turn of the event loop: a busy
   * process gathers, and one that would idle does not. At once it took 10 % more time for a cycle of reserve and settle by
   * the lanes alone, and 3 % more through GraphQL (medians of 6 and 14 alternating runs).
   */
  #wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    const look = () => {
      if (this.#underWay.size > 0 && !this.#isCalm) {
        this.#isCalm = true;
        setImmediate(look);
        return;
      }
      this.#isWoken = false;
      this.#send();
    };
    setImmediate(look);
  }

  #send(): void {
    const most = this.isAlone ? 1 : MOST_UNDER_WAY;
    while (this.#underWay.size < most) {
      const next = this.#next(this.#underWay.size === 0 ? 1 : LEAST_TO_FOLLOW);
      if (!next) return;
      const { key, queue, batch } = next;
      const sent = { key, connection: this.#connectionFor(key) };
      this.#underWay.add(sent);
      this.#track(
        this.#runBatch(queue, batch, { connection: sent.connection, hasReconnected: false }).finally(() => {
          this.#underWay.delete(sent);
          if (this.#underWay.size === 0) this.#send();
          else this.#wake();
        }),
      );
    }
  }

  /** That on which a batch of the same queue is under way, else one on which none is. */
  #connectionFor(key: string): LaneConnection {
    const underWay = [...this.#underWay];
    const connection =
      underWay.find((sent) => sent.key === key)?.connection ??
      this.#connections.find((free) => underWay.every((sent) => sent.connection !== free));
    if (!connection) throw new Error('All connections of the lane are taken.');
    return connection;
  }

  #track(run: Promise<void>): void {
    this.#runs.add(run);
    void run.finally(() => this.#runs.delete(run));
  }

  /**
   * From the oldest queue with so many items, or that others went ahead of, whose organization is not aside. What it still
   * has goes to the end of the line.
   */
  #next(least: number): { key: string; queue: Queue; batch: Entry[] } | undefined {
    const passed: Queue[] = [];
    for (const [key, queue] of this.#queues) {
      if (this.#aside.has(queue.organizationId)) continue;
      const waiting = queue.entries.length;
      if (waiting < least && !queue.isPassed) {
        passed.push(queue);
        continue;
      }
      for (const other of passed) other.isPassed = true;
      const most = this.isAlone ? 1 : Math.min(BATCH_SIZE, queue.job.batchSize ?? BATCH_SIZE);
      const share = this.#queues.size === 1 ? shareOf(waiting) : waiting;
      const batch = queue.entries.splice(0, Math.min(most, share));
      this.#queues.delete(key);
      queue.isPassed = false;
      if (queue.entries.length > 0) this.#queues.set(key, queue);
      return { key, queue, batch };
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
    const aside = this.#aside.get(organizationId) ?? { connection: new LaneConnection(this.pool), runs: 0 };
    this.#aside.set(organizationId, aside);
    aside.runs += 1;
    const patience = AbortSignal.timeout(LOCKED_PATIENCE_MS);
    const attempt = { connection: aside.connection, hasReconnected: false, patience };
    this.#track(
      this.#runBatch(queue, batch, attempt).finally(() => {
        aside.runs -= 1;
        if (aside.runs > 0) return;
        aside.connection.drop();
        this.#aside.delete(organizationId);
        if (this.#queues.size > 0) this.#wake();
      }),
    );
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

/** @param isAlone each item by itself. */
export function connectionsOf(isAlone: boolean): number {
  return isAlone ? 1 : MOST_UNDER_WAY;
}

/** When what was read from all sockets so far has been dealt with. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** One transaction, run again where others were in its way. */
function call(queue: Queue, batch: Entry[], connection: LaneConnection): Promise<readonly unknown[]> {
  const items = batch.map((entry) => entry.item);
  return pRetry(() => connection.client().then((client) => queue.job.run(client, queue.organizationId, items)), {
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
