/** Finds and makes the accounts that calls name. Accounts are never deleted, so an id once known is known until it is erased. */
import { LRUCache } from 'lru-cache';
import type { LaneClient } from '../lane-connection.js';
import type { LaneJob } from '../lane.js';
import type { Lanes } from '../lanes.js';
import { ensureAccounts, type WantedAccount } from './ensure-account.sql.js';

const MAX_KNOWN = 200_000;

interface NewAccount {
  readonly account: WantedAccount;
  readonly now: Date;
}

/**
 * Accounts are made in the organization's lane: callers that meet new users at once share one transaction and one
 * connection, and one organization that waits at its gate does not take the connections of the others.
 */
class AccountMaking implements LaneJob<NewAccount, string> {
  constructor(private readonly defaultLimitPicoUsd: bigint | undefined) {}

  async run(
    client: LaneClient,
    organizationId: string,
    items: readonly NewAccount[],
  ): Promise<readonly (string | Error)[]> {
    const wanted = new Map<string, WantedAccount>();
    for (const { account } of items) {
      const key = keyOf(organizationId, account);
      // Of several that name a new user, the first that names a team says where it goes; so with a new run and its user.
      if (parentOf(wanted.get(key)) === undefined) wanted.set(key, account);
    }
    const now = items[0]?.now ?? new Date(0);
    const made = await ensureAccounts(client, organizationId, [...wanted.values()], now, this.defaultLimitPicoUsd);
    const ids = new Map([...wanted.keys()].map((key, index) => [key, made[index]]));
    return items.map(({ account }) => ids.get(keyOf(organizationId, account)) ?? new Error('An account was not made.'));
  }
}

export class AccountDirectory {
  readonly #known = new LRUCache<string, string>({ max: MAX_KNOWN });
  readonly #making: AccountMaking;

  /** @param defaultLimitPicoUsd a MONTH, HARD budget for each user that is made here. */
  constructor(
    private readonly lanes: Lanes,
    defaultLimitPicoUsd: bigint | undefined,
  ) {
    this.#making = new AccountMaking(defaultLimitPicoUsd);
  }

  /** What the account was called; of an account that was erased. */
  forget(id: string): void {
    for (const [key, known] of this.#known.entries()) if (known === id) this.#known.delete(key);
  }

  /** The ids in the order of the names; what is missing is made first, in a transaction of its own. */
  async idsOf(organizationId: string, wanted: readonly WantedAccount[], now: Date): Promise<string[]> {
    const ids = wanted.map((account) => this.#known.get(keyOf(organizationId, account)));
    const missing = wanted.filter((_, index) => ids[index] === undefined).map((account) => ({ account, now }));
    if (missing.length === 0) return ids.filter((id) => id !== undefined);
    const made = await this.lanes.submitFor(organizationId, this.#making, missing);
    return wanted.map((account, index) => {
      const known = ids[index];
      if (known !== undefined) return known;
      const outcome = made.shift();
      if (outcome?.status !== 'fulfilled') throw outcome?.reason;
      this.#known.set(keyOf(organizationId, account), outcome.value);
      return outcome.value;
    });
  }
}

function parentOf(account: WantedAccount | undefined): string | undefined {
  return account?.userExternalId ?? account?.teamExternalId;
}

function keyOf(organizationId: string, { kind, externalId }: WantedAccount): string {
  return `${organizationId}:${kind}:${externalId}`;
}
