import { sql } from 'kysely';
import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Takes the organization's gate for itself until the transaction ends. First in the lock order: whatever changes which
 * records count where waits here for the hot calls under way, and they for it.
 */
export async function lockGate(em: EntityManager, organizationId: string): Promise<void> {
  const { rows } = await sql`
    SELECT organization_id FROM organization_gate WHERE organization_id = ${organizationId} FOR UPDATE`.execute(
    em.getKysely(),
  );
  if (rows.length !== 1) throw new Error('The gate of the organization is missing.');
}

/** No call that was priced before is written after: it is priced again. The caller holds the gate. */
export async function countPriceChange(em: EntityManager, organizationId: string): Promise<void> {
  await sql`UPDATE organization_gate SET price_version = price_version + 1
    WHERE organization_id = ${organizationId}`.execute(em.getKysely());
}
