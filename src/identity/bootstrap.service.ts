import type { Clock } from '../clock.js';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { CATALOGUE } from '../node-id.js';
import { Operation } from '../operation.js';
import { Role, systemPrincipal } from '../principal.js';
import { Installation } from './api-key.js';
import type { ApiKeyService } from './api-key.service.js';
import { findFirstOrganization } from './first-organization.sql.js';
import type { OrganizationService } from './organization.service.js';

const BOOTSTRAP_ROLES = [Role.ADMIN, Role.OPERATOR];

/** Makes the installation's first organization, before anybody can ask for it. */
export class BootstrapService {
  constructor(
    private readonly orm: MikroORM,
    private readonly writer: Pool,
    private readonly clock: Clock,
    private readonly organizations: OrganizationService,
    private readonly apiKeys: ApiKeyService,
  ) {}

  /**
   * Runs under the start lock, so at most one server does this at a time.
   * @param chosenKey BOOTSTRAP_API_KEY; it becomes a key of the first organization also where that exists already.
   * @param keep called with a new key's value before the commit, so that a crash never leaves a key that nobody knows.
   * @returns the value of the key, where one was made.
   */
  async run(chosenKey: string | undefined, keep: (value: string) => Promise<void>): Promise<string | undefined> {
    const first = await findFirstOrganization(this.writer);
    const nobody = systemPrincipal(first ?? CATALOGUE, Role.OPERATOR);
    const operation = new Operation(nobody, this.clock.now(), this.orm, { cause: 'BOOTSTRAP' });
    try {
      const value = await (first === undefined
        ? this.#make(operation, chosenKey)
        : this.#addKey(operation, first, chosenKey));
      if (value !== undefined) await keep(value);
      await operation.commit();
      return value;
    } catch (error) {
      await operation.rollback();
      throw error;
    }
  }

  async #make(operation: Operation, chosenKey: string | undefined): Promise<string> {
    const em = await operation.em();
    const made = await this.organizations.make(operation, { name: 'My organization' }, BOOTSTRAP_ROLES, chosenKey);
    em.create(Installation, { single: true, organizationId: made.organization.organizationId }, { persist: true });
    await em.flush();
    return made.issued.value;
  }

  async #addKey(
    operation: Operation,
    organizationId: string,
    chosenKey: string | undefined,
  ): Promise<string | undefined> {
    if (chosenKey === undefined || (await this.apiKeys.isStored(operation, organizationId, chosenKey)))
      return undefined;
    const input = { name: 'BOOTSTRAP_API_KEY', roles: BOOTSTRAP_ROLES, scopes: null, accountId: null, expiresAt: null };
    return (await this.apiKeys.issue(operation, input, organizationId, chosenKey)).value;
  }
}
