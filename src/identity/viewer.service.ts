import { unauthenticated } from '../errors.js';
import type { Operation } from '../operation.js';
import type { Account } from './account.js';
import type { AccountService } from './account.service.js';
import { ApiKey } from './api-key.js';
import { authorize } from './permission.js';

/** What a key may know of itself, without the right to read keys. */
export class ViewerService {
  constructor(private readonly accounts: AccountService) {}

  /** The key that asks; null for a token. */
  async apiKey(operation: Operation): Promise<ApiKey | null> {
    authorize(operation, 'viewer.read');
    const { organizationId, actor } = operation.principal;
    if (actor.kind !== 'API_KEY') return null;
    const em = await operation.em();
    const apiKey = await em.findOne(ApiKey, { organizationId, id: actor.id });
    if (!apiKey) throw unauthenticated();
    return apiKey;
  }

  /** The account that a MEMBER key is bound to; null for all others. */
  async account(operation: Operation): Promise<Account | null> {
    authorize(operation, 'viewer.read');
    const { accountId } = operation.principal;
    return accountId === undefined ? null : this.accounts.byId(operation, accountId);
  }
}
