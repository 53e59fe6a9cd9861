import { unauthenticated } from '../errors.js';
import type { Operation } from '../operation.js';
import type { Account } from './account.js';
import type { AccountService } from './account.service.js';
import { ApiKey } from './api-key.js';
import { authorize } from './permission.js';

/** What a key may know of itself, without the right to read keys. */
export class ViewerService {
  constructor(private readonly accounts: AccountService) {}

  async apiKey(operation: Operation): Promise<ApiKey> {
    authorize(operation, 'viewer.read');
    const em = await operation.em();
    const { organizationId, apiKeyId } = operation.principal;
    const apiKey = await em.findOne(ApiKey, { organizationId, id: apiKeyId });
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
