/** A card or bank account that more than one account keeps: what is free in a plan goes to the first. */
import { AlertKind } from '../../alert/alert.js';
import { Account, AccountKind } from '../../identity/account.js';
import type { Operation } from '../../operation.js';
import { raiseAlert } from '../../alert/raise-alert.sql.js';
import { MethodFingerprint, PaymentMethod } from './payment-method.js';

interface Kept {
  readonly accountId: string;
  readonly processor: string;
  readonly fingerprint: string | null;
}

/**
 * Who had a card or bank account before this account, in any time; null where nobody did, and where it is one company's: of
 * a team or the organization and its own members. Asked before the row is written; what was decided for an account stays.
 */
export async function sharerOf(operation: Operation, kept: Kept): Promise<string | null> {
  const { accountId, processor, fingerprint } = kept;
  if (fingerprint === null) return null;
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const first = { organizationId, processor, fingerprint, accountId, createdAt: operation.now };
  // Whoever keeps the same at this time is waited for.
  await em.upsert(MethodFingerprint, first, { onConflictMergeFields: ['fingerprint'] });
  const where = { organizationId, processor, fingerprint };
  const rows = await em.find(PaymentMethod, where, { orderBy: { id: 'asc' } });
  const own = rows.find((row) => row.accountId === accountId);
  if (own) return own.sharedWith;
  const ids = [accountId, ...rows.map((row) => row.accountId)];
  const accounts = new Map((await em.find(Account, { organizationId, id: { $in: ids } })).map((one) => [one.id, one]));
  const account = accounts.get(accountId);
  if (!account) throw new Error('An account that keeps a payment method is not there.');
  const others = rows.flatMap((row) => accounts.get(row.accountId) ?? []);
  if (others.some((other) => isOver(other, account))) return null;
  return others.find((other) => !isOver(account, other))?.id ?? null;
}

/** Tells people, once for each account and card or bank account. */
export async function tellOfSharing(
  operation: Operation,
  { accountId, processor, fingerprint }: Kept,
  wake: (organizationId: string) => void,
): Promise<void> {
  const { organizationId } = operation.principal;
  const alertKey = `shared-method:${accountId}:${processor}:${fingerprint}`;
  const alert = { organizationId, kind: AlertKind.SHARED_PAYMENT_METHOD, alertKey, accountId };
  const isNew = await raiseAlert(await operation.em(), { ...alert, createdAt: operation.now });
  if (isNew) operation.afterCommit(() => wake(organizationId));
}

function isOver(account: Account, member: Account): boolean {
  return account.kind === AccountKind.ORGANIZATION || account.id === member.teamId;
}
