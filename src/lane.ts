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
import { withoutRequestId } from './request-id.js';
import { LaneConnection, type LaneClient } from './lane-connection.js';
import { LaneQueues, type Entry, type Queue } from './lane-queues.js';

/**
 * The batches of a lane that may be on their way, where the process has time to spare. Of the same work the driver sends
 * the next in the moment when one is back: two at once in the database would only wait for each other's rows, and took
 * 7 % more time. Reservations and records at once do that for the last half of their steps, and took three quarters of the
 * time, by the lanes alone. A server that was busy with requests made 14 % more cycles with one batch at a time. (Medians
 * of 6 to 10 alternating runs. The driver's pipeline mode left queries without an answer: seen with pg 8.23.1 in some of
 * 150 runs of test/race/lane-order.)
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
  readonly #queues: LaneQueues;
  /** Organizations that go on by themselves, each on a connection of its own. */
  readonly #aside = new Map<string, Aside>();
  readonly #runs = new Set<Promise<void>>();
  readonly #connections: readonly LaneConnection[];
  /** The batches on their way: where each is from, and its connection. */
  readonly #underWay = new Set<{ readonly queue: Queue; readonly connection: LaneConnection }>();
  #isWoken = false;
  /** Nothing came since the last look. */
  #isCalm = false;
  waiting = 0;

  /**
   * @param isAlone each item by itself, one after the other.
   * @param hasTime whether the process has time to spare.
   */
  constructor(
    private readonly pool: Pool,
    private readonly isAlone: boolean,
    private readonly hasTime: () => boolean,
  ) {
    this.#queues = new LaneQueues(isAlone);
    this.#connections = Array.from({ length: connectionsOf(isAlone) }, () => new LaneConnection(pool));
  }

  push<Receipt>(organizationId: string, job: LaneJob<unknown, unknown>, item: unknown): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      this.#queues.push(organizationId, job, { item, resolve, reject });
      this.waiting += 1;
      this.#isCalm = false;
      this.#wake();
    });
  }

  async drain(): Promise<void> {
    while (this.waiting > 0 || this.#runs.size > 0) await Promise.all([...this.#runs, nextTurn()]);
    for (const connection of this.#connections) connection.release();
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
    // A batch is of many requests: what the log says of it is of none of them.
    withoutRequestId(() => setImmediate(look));
  }

  #send(): void {
    const most = this.isAlone ? 1 : MOST_UNDER_WAY;
    while (this.#underWay.size < most) {
      const isFirst = this.#underWay.size === 0;
      if (!isFirst && !this.hasTime()) return;
      const next = this.#queues.next(isFirst ? 1 : LEAST_TO_FOLLOW, this.#aside);
      if (!next) return;
      const { queue, batch } = next;
      const sent = { queue, connection: this.#connectionFor(queue) };
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

  /** That on which the same work of the same organization is under way, else one on which nothing is. */
  #connectionFor({ key }: Queue): LaneConnection {
    const underWay = [...this.#underWay];
    const connection =
      underWay.find((sent) => sent.queue.key === key)?.connection ??
      this.#connections.find((free) => underWay.every((sent) => sent.connection !== free));
    if (!connection) throw new Error('All connections of the lane are taken.');
    return connection;
  }

  #track(run: Promise<void>): void {
    this.#runs.add(run);
    void run.finally(() => this.#runs.delete(run));
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
        if (!this.#queues.isEmpty) this.#wake();
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
