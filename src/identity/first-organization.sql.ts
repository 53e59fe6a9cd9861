import type { Pool } from 'pg';

/** The organization that keys which name none belong to; undefined before the first start has made it. */
export async function findFirstOrganization(pool: Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ organizationId: string }>(
    'SELECT organization_id AS "organizationId" FROM installation',
  );
  return rows[0]?.organizationId;
}
