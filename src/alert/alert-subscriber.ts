import { ApiError } from '../errors.js';
import type { Principal } from '../principal.js';
import type { Alert } from './alert.js';

/** Alerts that may wait for one subscriber. */
export const QUEUE_CAP = 256;

/** What a subscriber needs of its organization's channel. */
export interface Source {
  /** Resolves with something in the subscriber's empty queue, or with the subscriber live. */
  replay(subscriber: AlertSubscriber): Promise<void>;
  leave(subscriber: AlertSubscriber): void;
}

/**
 * One subscription: a bounded queue that is read as a generator. It replays by its own reads, at the pace at which the
 * client takes alerts, until it has caught up; from then on the channel hands it what it reads for all.
 *
 * It is no generator function, because `return()` of one waits for the pending `next()`, which waits for an alert: a
 * client that leaves while nothing happens would never be let go.
 */
export class AlertSubscriber implements AsyncGenerator<Alert, undefined, undefined> {
  readonly #queue: Alert[] = [];
  #failure: Error | undefined;
  #open = true;
  #notify: (() => void) | undefined;
  #drained: (() => void)[] = [];

  constructor(
    readonly principal: Principal,
    /** Everything up to here was delivered, or is not for this subscriber. */
    public position: bigint,
    private readonly matches: (alert: Alert) => boolean,
    private readonly source: Source,
  ) {}

  /** Takes alerts in the order of their cursors; those up to its position are skipped. Answers whether any waits. */
  push(alerts: readonly Alert[]): boolean {
    if (!this.#open) return false;
    for (const alert of alerts) {
      if (alert.cursor <= this.position) continue;
      this.position = alert.cursor;
      if (this.matches(alert)) this.#queue.push(alert);
    }
    if (this.#queue.length > QUEUE_CAP) this.fail(tooSlow());
    else if (this.#queue.length > 0) this.#notify?.();
    return this.#queue.length > 0;
  }

  /** Told that there is nothing up to here that it does not have. */
  skipTo(cursor: bigint): void {
    if (cursor > this.position) this.position = cursor;
  }

  /** Ends the stream with an error. What waits is dropped: the client resumes with the last cursor that it saw. */
  fail(error: Error): void {
    if (!this.#open) return;
    this.#failure = error;
    this.#close();
  }

  /** Resolves when nothing waits, or the stream has ended. */
  drained(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  async next(): Promise<IteratorResult<Alert, undefined>> {
    while (this.#open) {
      const alert = this.#queue.shift();
      if (this.#queue.length === 0) this.#release();
      if (alert) return { value: alert, done: false };
      try {
        await this.source.replay(this);
      } catch (error) {
        this.fail(error instanceof Error ? error : new Error(String(error)));
      }
      if (this.#open && this.#queue.length === 0) await this.#somethingNew();
    }
    return this.#ended();
  }

  async return(): Promise<IteratorResult<Alert, undefined>> {
    this.#close();
    return { value: undefined, done: true };
  }

  async throw(error: Error): Promise<IteratorResult<Alert, undefined>> {
    this.#close();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
  }

  #somethingNew(): Promise<void> {
    return new Promise((resolve) => {
      this.#notify = () => {
        this.#notify = undefined;
        resolve();
      };
    });
  }

  #ended(): IteratorResult<Alert, undefined> {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
    return { value: undefined, done: true };
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#queue.length = 0;
    this.source.leave(this);
    this.#release();
    this.#notify?.();
  }

  #release(): void {
    const waiting = this.#drained;
    this.#drained = [];
    for (const resolve of waiting) resolve();
  }
}

function tooSlow(): ApiError {
  return new ApiError(
    'SLOW_CONSUMER',
    `More than ${QUEUE_CAP} alerts were waiting to be read. Subscribe again with the last cursor that you saw as "after"; nothing is lost.`,
  );
}
