/**
 * How long one request may be at work in the database, and how many of one key and of one organization may at a time: the
 * app pool has few connections, and whoever asks slowly is not to have all of them. What is called for every LLM call has
 * connections of its own and never comes here.
 */
import type { Clock } from './clock.js';
import { rateLimited, serviceUnavailable, type ApiError } from './errors.js';
import type { Principal } from './principal.js';

export interface RunningSettings {
  readonly operationTimeoutMs: number;
  /** Of both 0 is: as many as there are connections. */
  readonly maxRunningPerKey: number;
  readonly maxRunningPerOrganization: number;
}

/** How long one waits for its turn, in ms, if its time is long enough: as long as for a connection. */
const PATIENCE_MS = 5_000;

/** The database is told anew what is left of the time when more than this part of what it was told is over. */
const TELL_AGAIN = 0.1;

export class RunningLimit {
  readonly #keys: Seats;
  readonly #organizations: Seats;

  constructor(
    private readonly settings: RunningSettings,
    private readonly clock: Pick<Clock, 'uptimeMs'>,
  ) {
    this.#keys = new Seats(settings.maxRunningPerKey, 'This key or token');
    this.#organizations = new Seats(settings.maxRunningPerOrganization, 'This organization');
  }

  /** Of one request; its time runs from now on. */
  turnOf(principal: Principal): Turn {
    const { operationTimeoutMs } = this.settings;
    const enter = (patienceMs: number) => this.#enter(principal, Math.min(patienceMs / 2, PATIENCE_MS));
    return new Turn(enter, this.clock, this.clock.uptimeMs() + operationTimeoutMs);
  }

  /** The key's first: who waits for its organization keeps others of the same key from it, and nobody else. */
  async #enter({ actor, organizationId }: Principal, patienceMs: number): Promise<() => void> {
    const leaveKey = await this.#keys.take(`${organizationId} ${actor.id}`, patienceMs);
    try {
      const leaveOrganization = await this.#organizations.take(organizationId, patienceMs);
      return () => {
        leaveOrganization();
        leaveKey();
      };
    } catch (error) {
      leaveKey();
      throw error;
    }
  }
}

/** What one request has of both. */
export class Turn {
  /** What the database was told last, in ms. */
  #toldMs = 0;

  constructor(
    private readonly take: (patienceMs: number) => Promise<() => void>,
    private readonly clock: Pick<Clock, 'uptimeMs'>,
    private readonly endMs: number,
  ) {}

  /**
   * Resolves when it may begin a transaction, with what is to be called when that has ended. Waits for half of its time at
   * most, so that there is some left. @throws ApiError RATE_LIMITED
   */
  enter(): Promise<() => void> {
    return this.take(this.#leftMs());
  }

  /** How long a statement may take from now on, in ms. @throws ApiError SERVICE_UNAVAILABLE where the time is over */
  tell(): number {
    this.#toldMs = this.#leftMs();
    return this.#toldMs;
  }

  /** Whether the database thinks that there is more time than there is. @throws as above */
  get isToTellAgain(): boolean {
    return this.#leftMs() < this.#toldMs * (1 - TELL_AGAIN);
  }

  #leftMs(): number {
    const left = Math.ceil(this.endMs - this.clock.uptimeMs());
    if (left <= 0) throw timeIsOver();
    return left;
  }
}

/** So many for each name; who comes later waits, in the order of coming. */
class Seats {
  readonly #taken = new Map<string, { count: number; readonly waiting: Set<() => void> }>();

  constructor(
    private readonly most: number,
    private readonly whose: string,
  ) {}

  take(name: string, patienceMs: number): Promise<() => void> {
    const seats = this.#taken.get(name) ?? { count: 0, waiting: new Set() };
    this.#taken.set(name, seats);
    const leave = once(() => {
      const [next] = seats.waiting;
      if (next) return next();
      seats.count -= 1;
      if (seats.count === 0) this.#taken.delete(name);
    });
    if (this.most === 0 || seats.count < this.most) {
      seats.count += 1;
      return Promise.resolve(leave);
    }
    return new Promise((resolve, reject) => {
      const sit = () => {
        clearTimeout(giveUp);
        seats.waiting.delete(sit);
        resolve(leave);
      };
      const giveUp = setTimeout(() => {
        seats.waiting.delete(sit);
        reject(this.#tooMany());
      }, patienceMs);
      seats.waiting.add(sit);
    });
  }

  #tooMany(): ApiError {
    const message = `${this.whose} has ${this.most} requests at work, as many as it may have at a time; wait until one is answered.`;
    return rateLimited(message, 1);
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

function timeIsOver(): ApiError {
  return serviceUnavailable('The request took longer than one may, so the rest of it was not done: ask for less.');
}
