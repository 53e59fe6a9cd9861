import type { EntityManager } from '@mikro-orm/postgresql';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Names the organization to the transaction, for policies on rows.
 * SET takes no bound parameter, so the text is checked; set_config is not used because a pooled statement may defer it.
 */
export async function setTransactionOrganization(em: EntityManager, organizationId: string): Promise<void> {
  if (!UUID.test(organizationId)) throw new Error('An organization id must be a lower-case uuid.');
  await em.execute(`SET LOCAL tollgate.organization_id = '${organizationId}'`);
}
