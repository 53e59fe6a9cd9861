/** Who may ask for how much in a minute: by key, by organization and by address; what is called for every LLM call apart. */
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { Clock } from '../clock.js';
import { ApiError } from '../errors.js';
import type { RateSettings } from '../limit-settings.js';
import type { RootFields } from './operation-limit.js';
import { RateLimit } from './rate-limit.js';

/** Keys that were right, each with an address that they came from: so many are known at a time. */
const KNOWN_CALLERS = 50_000;

interface Caller {
  readonly address: string;
  /** Undefined where no key was sent. */
  readonly key: string | undefined;
  readonly organizationId: string | undefined;
}

export class Rates {
  readonly #other: Limits;
  readonly #hot: Limits;
  readonly #failed: RateLimit;
  readonly #known = new LRUCache<string, true>({ max: KNOWN_CALLERS });

  constructor(settings: RateSettings, pool: Pool, clock: Pick<Clock, 'now'>) {
    const limit = (name: string, perMinute: number) => new RateLimit(name, perMinute, pool, clock);
    this.#other = {
      key: limit('requests of one key', settings.rateLimitKey),
      organization: limit('requests of one organization', settings.rateLimitOrganization),
      address: limit('requests from one address', settings.rateLimitAddress),
    };
    this.#hot = {
      key: limit('recorded calls of one key', settings.rateLimitHotKey),
      organization: limit('recorded calls of one organization', settings.rateLimitHotOrganization),
      address: limit('recorded calls from one address', settings.rateLimitHotAddress),
    };
    this.#failed = limit('wrong keys from one address', settings.rateLimitFailedKeys);
  }

  /** Before an operation runs; each of its root fields counts. Undefined where nothing has to be waited for. */
  admit(caller: Caller, { hot, other }: RootFields): Promise<void> | undefined {
    const waiting = hot > 0 ? take(this.#hot, caller, hot) : undefined;
    if (other === 0) return waiting;
    return waiting ? waiting.then(() => take(this.#other, caller, other)) : take(this.#other, caller, other);
  }

  /** A request that has to be parsed, a page, a connection: what is not known yet. */
  admitUnknown(address: string): Promise<void> | undefined {
    return this.#other.address.take(address, 1);
  }

  /** To be told of each error of finding out who asks. Answers with the error for the caller. */
  async failed(address: string, error: unknown): Promise<unknown> {
    if (!(error instanceof ApiError) || error.code !== 'UNAUTHENTICATED') return error;
    try {
      await this.#failed.take(address, 1);
      return error;
    } catch (limited) {
      return limited;
    }
  }

  /**
   * To be asked when a key was right: where too many were wrong before, only those that came from the same address before
   * are let in, so that nobody learns of a guess that it was right. @throws GraphQLError RATE_LIMITED
   */
  succeeded(address: string, key: string): Promise<void> | undefined {
    const name = `${address} ${key}`;
    return this.#known.get(name) ? undefined : this.#firstSight(address, name);
  }

  async #firstSight(address: string, name: string): Promise<void> {
    if (await this.#failed.isSpent(address)) await this.#failed.take(address, 1);
    this.#known.set(name, true);
  }
}

interface Limits {
  readonly key: RateLimit;
  readonly organization: RateLimit;
  readonly address: RateLimit;
}

/** One after the other: what the first refuses the others are not asked for. */
function take(limits: Limits, caller: Caller, points: number): Promise<void> | undefined {
  const { key, organizationId, address } = caller;
  if (key === undefined || organizationId === undefined) return limits.address.take(address, points);
  return after(limits.key.take(key, points), () =>
    after(limits.organization.take(organizationId, points), () => limits.address.take(address, points)),
  );
}

function after(waiting: Promise<void> | undefined, next: () => Promise<void> | undefined): Promise<void> | undefined {
  return waiting ? waiting.then(next) : next();
}
