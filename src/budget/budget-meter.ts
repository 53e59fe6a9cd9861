/**
 * The live meter: tells who watches an account what its budgets look like, when that has changed. It polls, because a
 * spend announces nothing: a signal for each would cost every call what the meter costs once.
 */
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import { unauthenticated } from '../errors.js';
import type { Admission } from '../identity/admission.js';
import type { WantedAccount } from '../identity/ensure-account.sql.js';
import type { Principal } from '../principal.js';
import type { BudgetStatus } from './budget-status.js';
import { readBudgetPaths, type BudgetPath, type WatchedAccount } from './read-budgets.sql.js';
import { StatusSubscriber } from './status-subscriber.js';

/** At most two answers a second. */
const POLL_MS = 500;

export interface BudgetMeterOptions {
  readonly writer: Pool;
  readonly admission: Admission;
  readonly clock: Clock;
  readonly log: Logger;
  /** pico-USD; what an account that does not exist yet would get. */
  readonly defaultLimitPicoUsd: bigint | undefined;
}

/** What a principal may see of a path. @throws ApiError NOT_FOUND where it may see nothing of it. */
export type StatusView = (path: BudgetPath, asOf: Date) => BudgetStatus;

interface Viewer {
  readonly view: StatusView;
  /** The path that it was told last, to see a change. */
  seen: string;
}

/** One account and all who watch it. */
interface Watch extends WatchedAccount {
  readonly viewers: Map<StatusSubscriber, Viewer>;
}

export class BudgetMeter {
  readonly #watches = new Map<string, Watch>();
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;

  constructor(private readonly options: BudgetMeterOptions) {}

  /** Subscriptions that are open. */
  get subscriberCount(): number {
    return [...this.#watches.values()].reduce((sum, watch) => sum + watch.viewers.size, 0);
  }

  /** The state now, and each later one. */
  async watch(principal: Principal, account: WantedAccount, view: StatusView): Promise<StatusSubscriber> {
    const { organizationId } = principal;
    const key = JSON.stringify([organizationId, account.kind, account.externalId, account.teamExternalId]);
    const now = this.options.clock.now();
    const [path] = await readBudgetPaths(
      this.options.writer,
      [{ organizationId, account }],
      now,
      this.options.defaultLimitPicoUsd,
    );
    if (!path) throw new Error('The account was not read.');
    const first = view(path, now);
    const subscriber = new StatusSubscriber(principal, (closed) => this.#leave(key, closed));
    subscriber.push(first);
    let watch = this.#watches.get(key);
    if (!watch) {
      watch = { organizationId, account, viewers: new Map() };
      this.#watches.set(key, watch);
    }
    watch.viewers.set(subscriber, { view, seen: JSON.stringify(path) });
    this.#timer ??= setInterval(() => {
      this.#polling ??= this.#poll().finally(() => (this.#polling = undefined));
    }, POLL_MS);
    return subscriber;
  }

  async close(): Promise<void> {
    for (const watch of this.#watches.values()) {
      for (const subscriber of watch.viewers.keys()) void subscriber.return();
    }
    await this.#polling;
  }

  #leave(key: string, subscriber: StatusSubscriber): void {
    const watch = this.#watches.get(key);
    watch?.viewers.delete(subscriber);
    if (watch?.viewers.size === 0) this.#watches.delete(key);
    if (this.#watches.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #poll(): Promise<void> {
    try {
      const watches = [...this.#watches.values()];
      const now = this.options.clock.now();
      const paths = await readBudgetPaths(this.options.writer, watches, now, this.options.defaultLimitPicoUsd);
      const changes = watches.flatMap((watch, index) => changesOf(watch, paths[index]));
      if (changes.length > 0) await this.#dropRefused(watches);
      for (const { subscriber, viewer, path } of changes) tell(subscriber, viewer, path, now);
    } catch (error) {
      this.options.log.warn({ err: error }, 'the budgets that are watched could not be read');
    }
  }

  /** Before a change is told. Who is refused and sees no change is sent away by the door. */
  async #dropRefused(watches: readonly Watch[]): Promise<void> {
    const subscribers = watches.flatMap((watch) => [...watch.viewers.keys()]);
    const refused = await this.options.admission.refusedAmong(subscribers.map((subscriber) => subscriber.principal));
    for (const subscriber of subscribers) {
      if (refused.has(subscriber.principal)) subscriber.fail(unauthenticated());
    }
  }
}

interface Change {
  readonly subscriber: StatusSubscriber;
  readonly viewer: Viewer;
  readonly path: BudgetPath;
}

function changesOf(watch: Watch, path: BudgetPath | undefined): Change[] {
  if (!path) return [];
  const now = JSON.stringify(path);
  return [...watch.viewers].flatMap(([subscriber, viewer]) => {
    return viewer.seen === now ? [] : [{ subscriber, viewer, path }];
  });
}

function tell(subscriber: StatusSubscriber, viewer: Viewer, path: BudgetPath, asOf: Date): void {
  viewer.seen = JSON.stringify(path);
  try {
    subscriber.push(viewer.view(path, asOf));
  } catch (error) {
    // A user may have left the team that a MEMBER's key is bound to.
    subscriber.fail(error instanceof Error ? error : new Error(String(error)));
  }
}
