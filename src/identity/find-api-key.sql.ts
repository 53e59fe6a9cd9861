import type { Pool } from 'pg';
import type { Role } from '../principal.js';

interface FoundKey {
  readonly organizationId: string;
  readonly id: string;
  readonly roles: Role[];
  readonly scopes: string[] | null;
  readonly accountId: string | null;
  readonly expiresAt: Date | null;
}

/** A key that names no organization belongs to the installation's first one. Revoked and expired keys are not found. */
export async function findApiKey(
  pool: Pool,
  organizationId: string | undefined,
  hash: Buffer,
): Promise<FoundKey | undefined> {
  const { rows } = await pool.query<FoundKey>({
    name: 'find-api-key',
    text: `SELECT organization_id AS "organizationId", id, roles, scopes, account_id AS "accountId",
        expires_at AS "expiresAt"
      FROM api_key
      WHERE organization_id = coalesce($1::uuid, (SELECT organization_id FROM installation))
        AND hash = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > tollgate_now())`,
    values: [organizationId ?? null, hash],
  });
  return rows[0];
}
