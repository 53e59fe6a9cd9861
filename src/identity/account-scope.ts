/** Which accounts a principal may see, and how those of one operation are read together. */
import DataLoader from 'dataloader';
import type { Operation } from '../operation.js';
import { Account } from './account.js';

/** By id, batched over all look-ups of an operation; null where the organization has none of this id. */
export function accountById(operation: Operation, id: string): Promise<Account | null> {
  return operation.loader(accountById, accountLoader).load(id);
}

/** Everything, but for a MEMBER: the account of its key, the users of that team, and the runs of those users. */
export async function maySee(operation: Operation, account: Account): Promise<boolean> {
  const { accountId } = operation.principal;
  if (accountId === undefined || [account.id, account.teamId, account.userId].includes(accountId)) return true;
  const user = account.userId === null ? null : await accountById(operation, account.userId);
  return user?.teamId === accountId;
}

function accountLoader(operation: Operation): DataLoader<string, Account | null> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const found = await em.find(Account, { organizationId: operation.principal.organizationId, id: { $in: [...ids] } });
    const byId = new Map(found.map((account) => [account.id, account]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}
