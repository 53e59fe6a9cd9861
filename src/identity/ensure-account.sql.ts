import type { LaneClient } from '../lane-connection.js';
import { newId } from '../node-id.js';
import type { AccountKind } from './account.js';

export interface WantedAccount {
  readonly kind: AccountKind;
  readonly externalId: string;
  /** Of a RUN: whose it is. Counts, and is made where it is new, only where the RUN is made now. */
  readonly userExternalId?: string | undefined;
  /** Makes the team where it is new; the user joins it only where the user is made now. */
  readonly teamExternalId?: string | undefined;
}

/**
 * The ids of accounts, made where they are missing, in one call that is a transaction of its own.
 * @param defaultLimitPicoUsd each user that is made gets a MONTH, HARD budget of it.
 */
export async function ensureAccounts(
  client: LaneClient,
  organizationId: string,
  wanted: readonly WantedAccount[],
  now: Date,
  defaultLimitPicoUsd: bigint | undefined,
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>({
    name: 'ensure-accounts',
    text: 'SELECT id FROM public.ensure_accounts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ORDER BY ordinal',
    values: [
      organizationId,
      now,
      wanted.map((account) => account.kind),
      wanted.map((account) => account.externalId),
      wanted.map(() => newId()),
      wanted.map((account) => account.teamExternalId ?? null),
      wanted.map(() => newId()),
      defaultLimitPicoUsd ?? null,
      wanted.map(() => newId()),
      wanted.map((account) => account.userExternalId ?? null),
      wanted.map(() => newId()),
    ],
  });
  // An id at the wrong place would be another account's.
  if (rows.length !== wanted.length) throw new Error('ensure_accounts did not answer for every account.');
  return rows.map((row) => row.id);
}
