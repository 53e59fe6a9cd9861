/** Finds and makes the accounts that calls name. Accounts are never deleted, so an id once known is known for good. */
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { ensureAccounts, type WantedAccount } from './ensure-account.sql.js';

const MAX_KNOWN = 200_000;

export class AccountDirectory {
  readonly #known = new LRUCache<string, string>({ max: MAX_KNOWN });

  constructor(
    private readonly writer: Pool,
    /** pico-USD; a MONTH, HARD budget for each user that is made here. */
    private readonly defaultLimitPicoUsd: bigint | undefined,
  ) {}

  /** The ids in the order of the names; what is missing is made in one transaction of its own. */
  async idsOf(organizationId: string, wanted: readonly WantedAccount[], now: Date): Promise<string[]> {
    const missing = new Map<string, WantedAccount>();
    for (const account of wanted) {
      const key = keyOf(organizationId, account);
      // Of several that name a new user, the first that names a team says where it goes.
      if (!this.#known.has(key) && missing.get(key)?.teamExternalId === undefined) missing.set(key, account);
    }
    if (missing.size > 0) {
      const made = await ensureAccounts(
        this.writer,
        organizationId,
        [...missing.values()],
        now,
        this.defaultLimitPicoUsd,
      );
      [...missing.keys()].forEach((key, index) => {
        const id = made[index];
        if (id !== undefined) this.#known.set(key, id);
      });
    }
    return wanted.map((account) => {
      const id = this.#known.get(keyOf(organizationId, account));
      if (id === undefined) throw new Error('An account was not made.');
      return id;
    });
  }
}

function keyOf(organizationId: string, { kind, externalId }: WantedAccount): string {
  return `${organizationId}:${kind}:${externalId}`;
}
