import type { Pool } from 'pg';
import { newId } from '../node-id.js';
import type { AccountKind } from './account.js';

export interface WantedAccount {
  readonly kind: AccountKind;
  readonly externalId: string;
  /** Makes the team where it is new; the user joins it only where the user is made now. */
  readonly teamExternalId?: string | undefined;
}

/**
 * The ids of accounts, made where they are missing, in one call that is a transaction of its own.
 * @param defaultLimitPicoUsd each user that is made gets a MONTH, HARD budget of it.
 */
export async function ensureAccounts(
  pool: Pool,
  organizationId: string,
  wanted: readonly WantedAccount[],
  now: Date,
  defaultLimitPicoUsd: bigint | undefined,
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'ensure-accounts',
    text: 'SELECT id FROM public.ensure_accounts($1, $2, $3, $4, $5, $6, $7, $8, $9) ORDER BY ordinal',
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
    ],
  });
  return rows.map((row) => row.id);
}
