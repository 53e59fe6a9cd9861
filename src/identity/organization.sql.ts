import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';

/** By the names that PostgreSQL itself computes with; abbreviations such as `EST` have no rules and are refused. */
export async function isKnownZone(em: EntityManager, zone: string): Promise<boolean> {
  const { rows } = await sql`
    SELECT 1 FROM pg_timezone_names
    WHERE name = ${zone} AND (name LIKE '%/%' OR name = 'UTC') AND name !~ '^(posix|right)/'`.execute(em.getKysely());
  return rows.length === 1;
}

/** Whether anything of the organization is counted by local days already. */
export async function hasUsage(em: EntityManager, organizationId: string): Promise<boolean> {
  const { rows } = await sql<{ used: boolean }>`
    SELECT false AS used FROM organization WHERE organization_id = ${organizationId}`.execute(em.getKysely());
  return rows[0]?.used === true;
}
