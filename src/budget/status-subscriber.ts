import type { Principal } from '../principal.js';
import type { BudgetStatus } from './budget-status.js';

/**
 * One client of the live meter. Only the latest state waits for it: what a slow client has not read is out of date.
 * It is no generator function, because `return()` of one waits for the pending `next()`, which waits for a change.
 */
export class StatusSubscriber implements AsyncGenerator<BudgetStatus, undefined, undefined> {
  #latest: BudgetStatus | undefined;
  #failure: Error | undefined;
  #open = true;
  #notify: (() => void) | undefined;

  constructor(
    readonly principal: Principal,
    private readonly onClose: (subscriber: StatusSubscriber) => void,
  ) {}

  push(status: BudgetStatus): void {
    if (!this.#open) return;
    this.#latest = status;
    this.#notify?.();
  }

  fail(error: Error): void {
    if (!this.#open) return;
    this.#failure = error;
    this.#close();
  }

  async next(): Promise<IteratorResult<BudgetStatus, undefined>> {
    while (this.#open) {
      const value = this.#latest;
      this.#latest = undefined;
      if (value) return { value, done: false };
      await new Promise<void>((resolve) => (this.#notify = resolve));
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
    return { value: undefined, done: true };
  }

  async return(): Promise<IteratorResult<BudgetStatus, undefined>> {
    this.#close();
    return { value: undefined, done: true };
  }

  async throw(error: Error): Promise<IteratorResult<BudgetStatus, undefined>> {
    this.#close();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#latest = undefined;
    this.onClose(this);
    this.#notify?.();
  }
}
