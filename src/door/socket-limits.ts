/** How many sockets there may be, of whom, and from which pages; how much one of them may do at a time. */
import type { IncomingMessage } from 'node:http';

/** Close code of a socket that is one too many, reason `too many connections`; clients wait and try again. */
export const TOO_MANY_CONNECTIONS = 4430;

/** Sockets of one address that have not said who they are: each has 3 s for it. */
const MAX_UNINITIALISED_PER_ADDRESS = 100;

export interface SocketLimitSettings {
  /** Of all these 0 is: as many as come. */
  readonly maxSockets: number;
  readonly maxSocketsPerAddress: number;
  readonly maxSocketsPerKey: number;
  readonly maxOperationsPerSocket: number;
  /** Whose pages may connect, beside our own. */
  readonly origins: readonly string[];
}

/** One socket that was let in. */
export interface Place {
  /** Says who it is of; false where that one has as many as it may have. */
  take(principal: string): boolean;
  leave(): void;
}

export class SocketLimits {
  readonly #addresses = new Count();
  readonly #uninitialised = new Count();
  readonly #principals = new Count();
  #all = 0;

  constructor(private readonly settings: SocketLimitSettings) {}

  /**
   * Whether the page that a browser connects from may: ours, or one of those that are named. Who is no browser sends no
   * origin. Browsers send their cookies along from any page; there are none here, and yet a page is not to try keys.
   */
  isWelcome({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers;
    if (origin === undefined) return true;
    if (this.settings.origins.includes(origin)) return true;
    return URL.canParse(origin) && /^https?:/.test(origin) && new URL(origin).host === host;
  }

  /** Undefined where there is no place left. */
  enter(address: string): Place | undefined {
    const { maxSockets, maxSocketsPerAddress, maxSocketsPerKey } = this.settings;
    if (maxSockets > 0 && this.#all >= maxSockets) return undefined;
    if (maxSocketsPerAddress > 0) {
      if (this.#addresses.of(address) >= maxSocketsPerAddress) return undefined;
      if (this.#uninitialised.of(address) >= MAX_UNINITIALISED_PER_ADDRESS) return undefined;
    }
    this.#all += 1;
    this.#addresses.add(address);
    this.#uninitialised.add(address);
    let holder: string | undefined;
    let isNew = true;
    const settle = () => {
      if (isNew) this.#uninitialised.remove(address);
      isNew = false;
    };
    return {
      take: (principal) => {
        settle();
        if (holder !== undefined) return true;
        if (maxSocketsPerKey > 0 && this.#principals.of(principal) >= maxSocketsPerKey) return false;
        holder = principal;
        this.#principals.add(principal);
        return true;
      },
      leave: () => {
        settle();
        this.#all -= 1;
        this.#addresses.remove(address);
        if (holder !== undefined) this.#principals.remove(holder);
      },
    };
  }

  /** Whether so many operations at a time are more than one socket may have. */
  isTooMany(operations: number): boolean {
    return this.settings.maxOperationsPerSocket > 0 && operations > this.settings.maxOperationsPerSocket;
  }
}

class Count {
  readonly #counts = new Map<string, number>();

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string): void {
    this.#counts.set(name, this.of(name) + 1);
  }

  remove(name: string): void {
    const left = this.of(name) - 1;
    if (left > 0) this.#counts.set(name, left);
    else this.#counts.delete(name);
  }
}
