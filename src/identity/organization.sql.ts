import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';

/** By the names that PostgreSQL itself computes with; abbreviations such as `EST` have no rules and are refused. */
export async function isKnownZone(em: EntityManager, zone: string): Promise<boolean> {
  // PostgreSQL takes no text with a NUL in it.
  if (zone.includes('\0')) return false;
  const { rows } = await sql`
    SELECT 1 FROM pg_timezone_names
    WHERE name = ${zone} AND (name LIKE '%/%' OR name = 'UTC') AND name !~ '^(posix|right)/'`.execute(em.getKysely());
  return rows.length === 1;
}

/** Whether anything of the organization is counted by local days already. */
export async function hasUsage(em: EntityManager, organizationId: string): Promise<boolean> {
  const { rows } = await sql<{ used: boolean }>`
    SELECT EXISTS (SELECT FROM usage_record WHERE organization_id = ${organizationId})
      OR EXISTS (SELECT FROM budget WHERE organization_id = ${organizationId})
      OR EXISTS (SELECT FROM subscription WHERE organization_id = ${organizationId}) AS used`.execute(em.getKysely());
  return rows[0]?.used === true;
}
