import { badInput, notFound } from '../errors.js';
import { newId } from '../node-id.js';
import type { Operation } from '../operation.js';
import { Role } from '../principal.js';
import { requireFreeText } from '../text.js';
import { Account, AccountKind } from './account.js';
import type { ApiKeyService, IssuedApiKey } from './api-key.service.js';
import { lockGate } from './gate.sql.js';
import { AlertFeedHead, Organization, OrganizationGate } from './organization.js';
import { hasUsage, isKnownZone } from './organization.sql.js';
import { authorize } from './permission.js';

export interface NewOrganization {
  readonly name: string;
  readonly zone?: string | null | undefined;
}

export interface OrganizationChange {
  readonly name?: string | null | undefined;
  readonly zone?: string | null | undefined;
}

export class OrganizationService {
  constructor(private readonly apiKeys: ApiKeyService) {}

  /** A tenant with its root account, its gate and its first ADMIN key, all or nothing. */
  async create(
    operation: Operation,
    input: NewOrganization,
  ): Promise<{ organization: Organization; issued: IssuedApiKey }> {
    authorize(operation, 'organization.create');
    return this.make(operation, input, [Role.ADMIN]);
  }

  /** Also used for the installation's first organization, by which nobody is asking yet. */
  async make(
    operation: Operation,
    input: NewOrganization,
    roles: Role[],
    keyValue?: string,
  ): Promise<{ organization: Organization; issued: IssuedApiKey }> {
    const name = requireFreeText(input.name, ['input', 'name'], 200);
    const zone = input.zone ?? 'UTC';
    const em = await operation.em();
    if (!(await isKnownZone(em, zone))) throw badInput(['input', 'zone'], ZONE_FORM);
    const organizationId = newId();
    await operation.enter(organizationId);
    const createdAt = operation.now;
    const organization = em.create(Organization, { organizationId, name, zone, createdAt });
    em.persist(organization);
    await em.flush();
    em.create(OrganizationGate, { organizationId, lastCutAt: new Date(0), priceVersion: 0n }, { persist: true });
    em.create(AlertFeedHead, { organizationId, lastCursor: 0n }, { persist: true });
    const root = { organizationId, id: newId(), kind: AccountKind.ORGANIZATION, externalId: '', createdAt };
    em.create(Account, { ...root, name: null, teamId: null, disabledAt: null }, { persist: true });
    await em.flush();
    const issued = await this.apiKeys.issue(
      operation,
      { name: 'first key', roles, scopes: null, accountId: null, expiresAt: null },
      organizationId,
      keyValue,
    );
    return { organization, issued };
  }

  async set(operation: Operation, input: OrganizationChange): Promise<Organization> {
    authorize(operation, 'organization.write');
    const em = await operation.em();
    const { organizationId } = operation.principal;
    if (input.zone != null) {
      if (!(await isKnownZone(em, input.zone))) throw badInput(['input', 'zone'], ZONE_FORM);
      await lockGate(em, organizationId);
    }
    const organization = await this.own(operation);
    if (input.zone != null && input.zone !== organization.zone) {
      if (await hasUsage(em, organizationId)) {
        throw badInput(
          ['input', 'zone'],
          'The zone is fixed once the organization has usage, budgets or subscriptions.',
        );
      }
      organization.zone = input.zone;
    }
    if (input.name != null) organization.name = requireFreeText(input.name, ['input', 'name'], 200);
    await em.flush();
    return organization;
  }

  /** By the key in an opaque id: one sees one's own only. */
  async findNode(operation: Operation, key: string): Promise<Organization | null> {
    authorize(operation, 'viewer.read');
    return key === operation.principal.organizationId ? this.current(operation) : null;
  }

  async current(operation: Operation): Promise<Organization> {
    authorize(operation, 'viewer.read');
    return this.own(operation);
  }

  /** The same for who has checked already that the caller may do what it needs it for. */
  async own(operation: Operation): Promise<Organization> {
    const em = await operation.em();
    const organization = await em.findOne(Organization, { organizationId: operation.principal.organizationId });
    if (!organization) throw notFound('The organization');
    return organization;
  }
}

const ZONE_FORM = 'Must be an IANA time zone such as "Europe/Berlin"; capitals matter.';
