import { setTimeout as wait } from 'node:timers/promises';
import { unauthenticated } from '../errors.js';
import type { Principal } from '../principal.js';
import type { Alert } from './alert.js';
import { QUEUE_CAP, type AlertSubscriber, type Source } from './alert-subscriber.js';

/** How long a burst waits for the slowest subscriber to empty its queue before the next page may overflow it, in ms. */
const BURST_PATIENCE_MS = 2_000;

/** What a channel needs of the feed that it is part of. */
export interface AlertReader {
  /** The next alerts after a cursor, in the order of their commits, `QUEUE_CAP` at most. */
  alertsAfter(organizationId: string, cursor: bigint): Promise<readonly Alert[]>;
  /** Ends the streams of those who are refused by now. */
  dropRefused(channels: readonly AlertChannel[]): Promise<void>;
  onFault(error: unknown): void;
  onEmpty(channel: AlertChannel): void;
}

/**
 * One organization's part of the feed in this process. What is new is read once for all of its subscribers.
 *
 * `head`: everything up to it was handed to all that are live. A subscriber goes live only when its own position is at
 * or past it, in the same tick in which that was seen, so nothing falls between its own reads and the shared ones; what
 * both have read is skipped by its position.
 */
export class AlertChannel implements Source {
  readonly #members = new Set<AlertSubscriber>();
  readonly #live = new Set<AlertSubscriber>();
  #head: bigint | undefined;
  #announced = 0n;
  #stale = false;
  #isReading = false;
  #joining = 0;

  constructor(
    readonly organizationId: string,
    private readonly reader: AlertReader,
  ) {}

  get size(): number {
    return this.#members.size;
  }

  /** The cursor up to which all live subscribers were served. */
  get head(): bigint {
    return this.#head ?? 0n;
  }

  /** Who joins listens first: the channel takes wakes while `enter` asks where the feed stands. */
  async join(enter: () => Promise<{ subscriber: AlertSubscriber; committed: bigint }>): Promise<AlertSubscriber> {
    this.#joining += 1;
    try {
      const { subscriber, committed } = await enter();
      this.#members.add(subscriber);
      this.#head ??= committed;
      if (this.#stale) this.wake();
      return subscriber;
    } finally {
      this.#joining -= 1;
      this.#endIfEmpty();
    }
  }

  leave(subscriber: AlertSubscriber): void {
    this.#live.delete(subscriber);
    this.#members.delete(subscriber);
    this.#endIfEmpty();
  }

  /** Reads what is new, once more where a read is under way already. */
  wake(announced = 0n): void {
    if (announced > this.#announced) this.#announced = announced;
    this.#stale = true;
    if (this.#head === undefined || this.#isReading) return;
    this.#isReading = true;
    void this.#read();
  }

  /** Of all subscribers. */
  principals(): readonly Principal[] {
    return [...this.#members].map((subscriber) => subscriber.principal);
  }

  drop(refused: ReadonlySet<Principal>): void {
    for (const subscriber of this.#members) {
      if (refused.has(subscriber.principal)) subscriber.fail(unauthenticated());
    }
  }

  /** Resolves with something in the subscriber's queue, or with the subscriber live. */
  async replay(subscriber: AlertSubscriber): Promise<void> {
    while (this.#members.has(subscriber) && !this.#live.has(subscriber)) {
      if (subscriber.position >= this.head) {
        this.#live.add(subscriber);
        return;
      }
      const head = this.head;
      const alerts = await this.reader.alertsAfter(this.organizationId, subscriber.position);
      if (alerts.length > 0) await this.reader.dropRefused([this]);
      const isFilled = subscriber.push(alerts);
      // Cursors have gaps, so the head may lie past the last alert. All up to it was committed before the read began.
      if (alerts.length < QUEUE_CAP) subscriber.skipTo(head);
      if (isFilled) return;
    }
  }

  close(): void {
    for (const subscriber of this.#members) void subscriber.return();
  }

  async #read(): Promise<void> {
    try {
      while (this.#stale && this.#members.size > 0) {
        this.#stale = false;
        await this.#readPage();
      }
    } catch (error) {
      // The poll sees that the head lags and wakes this channel again.
      this.reader.onFault(error);
    } finally {
      this.#isReading = false;
    }
  }

  async #readPage(): Promise<void> {
    const announced = this.#announced;
    const alerts = await this.reader.alertsAfter(this.organizationId, this.head);
    if (alerts.length > 0) await this.reader.dropRefused([this]);
    const isWhole = alerts.length < QUEUE_CAP;
    this.#advance(alerts.at(-1)?.cursor);
    if (isWhole) this.#advance(announced);
    for (const subscriber of this.#live) subscriber.push(alerts);
    if (isWhole) return;
    this.#stale = true;
    await this.#breathe();
  }

  #advance(cursor = 0n): void {
    if (cursor > this.head) this.#head = cursor;
  }

  /** Between the pages of a burst: one that takes what it is handed is not cut off for what came at once. */
  async #breathe(): Promise<void> {
    const givenUp = new AbortController();
    const patience = wait(BURST_PATIENCE_MS, undefined, { signal: givenUp.signal }).catch(() => undefined);
    await Promise.race([Promise.all([...this.#live].map((subscriber) => subscriber.drained())), patience]);
    givenUp.abort();
  }

  #endIfEmpty(): void {
    if (this.size === 0 && this.#joining === 0) this.reader.onEmpty(this);
  }
}
