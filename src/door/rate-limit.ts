/**
 * A number of points a minute for each name, for all servers together. A server takes points from the database by the
 * chunk and spends them itself: a request costs a subtraction, and the sum of what all have taken is never more than the
 * limit. The price is that a server may refuse while another still holds points that it does not need: one chunk each.
 */
import { randomInt } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import type { Clock } from '../clock.js';
import { rateLimited } from '../errors.js';
import { refused } from './refused.js';

const MINUTE_MS = 60_000;

/** A minute is part of the key, so a row is only read for that long; what is more is for servers whose clocks differ. */
const KEPT_S = 600;

/** So many chunks make the limit. */
const CHUNKS = 50;

/** Names that one server knows of at a time; who is forgotten takes a new chunk. */
const MAX_NAMES = 50_000;

interface Purse {
  readonly minute: number;
  left: number;
  /** All servers together have taken all. */
  isSpent: boolean;
  taking: Promise<void> | undefined;
}

export class RateLimit {
  readonly #purses = new LRUCache<string, Purse>({ max: MAX_NAMES });
  readonly #store: RateLimiterAbstract;
  readonly #chunk: number;

  /** @param perMinute points; 0: as many as come */
  constructor(
    private readonly limit: string,
    private readonly perMinute: number,
    pool: Pool,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    const shape = { keyPrefix: limit, points: perMinute, duration: KEPT_S };
    this.#chunk = Math.ceil(perMinute / CHUNKS);
    this.#store = new RateLimiterPostgres({
      ...shape,
      storeClient: pool,
      storeType: 'pool',
      tableName: 'rate_limit',
      tableCreated: true,
      // While the database is away each server counts for itself.
      insuranceLimiter: new RateLimiterMemory(shape),
    });
  }

  /** Undefined where there were points left here. @throws GraphQLError RATE_LIMITED, also later */
  take(name: string, points: number): Promise<void> | undefined {
    if (this.perMinute === 0) return undefined;
    const purse = this.#purseOf(name);
    if (purse.left >= points) {
      purse.left -= points;
      // The next chunk is fetched before this one is spent, so that nobody waits for it.
      if (purse.left < this.#chunk / 4 && this.#chunk > 1 && !purse.isSpent) {
        this.#fill(name, purse).catch(() => undefined);
      }
      return undefined;
    }
    if (purse.isSpent) throw this.#refusal();
    return this.#takeLater(name, purse, points);
  }

  /** Whether all is spent, as far as the database knows. */
  async isSpent(name: string): Promise<boolean> {
    if (this.perMinute === 0) return false;
    const purse = this.#purseOf(name);
    if (purse.isSpent && purse.left === 0) return true;
    const taken = await this.#store.get(this.#keyOf(name, purse)).catch(() => null);
    return taken !== null && taken.consumedPoints >= this.perMinute;
  }

  #purseOf(name: string): Purse {
    const minute = Math.floor(this.clock.now().getTime() / MINUTE_MS);
    const known = this.#purses.get(name);
    if (known?.minute === minute) return known;
    const purse = { minute, left: 0, isSpent: false, taking: undefined };
    this.#purses.set(name, purse);
    return purse;
  }

  async #takeLater(name: string, purse: Purse, points: number): Promise<void> {
    while (purse.left < points) {
      if (purse.isSpent) throw this.#refusal();
      await this.#fill(name, purse, points - purse.left);
    }
    purse.left -= points;
  }

  #fill(name: string, purse: Purse, least = 1): Promise<void> {
    purse.taking ??= this.#buy(name, purse, Math.max(this.#chunk, least)).finally(() => (purse.taking = undefined));
    return purse.taking;
  }

  /** What is taken above the limit is nobody's, whoever asked first. */
  async #buy(name: string, purse: Purse, chunk: number): Promise<void> {
    try {
      await this.#store.consume(this.#keyOf(name, purse), chunk);
      purse.left += chunk;
    } catch (result) {
      if (!(result instanceof RateLimiterRes)) throw result;
      purse.isSpent = true;
      purse.left += Math.max(0, this.perMinute - (result.consumedPoints - chunk));
    }
  }

  #keyOf(name: string, { minute }: Purse): string {
    return `${name}:${minute}`;
  }

  /** Until the next minute, and another moment for each, so that they do not all come back at once. */
  #refusal() {
    const rest = MINUTE_MS - (this.clock.now().getTime() % MINUTE_MS);
    const retryAfter = (rest + randomInt(1_000)) / 1_000;
    const message = `At most ${this.perMinute} ${this.limit} a minute are answered; wait for retryAfter seconds.`;
    return refused(rateLimited(message, retryAfter));
  }
}
