import type { Pool } from 'pg';

interface KeyName {
  readonly organizationId: string;
  readonly id: string;
}

/** The ids of those of the keys that are revoked or expired. Keys are never deleted, so all others still work. */
export async function findRefusedKeys(pool: Pool, keys: readonly KeyName[]): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'find-refused-keys',
    text: `SELECT k.id FROM unnest($1::uuid[], $2::uuid[]) AS w (organization_id, id)
      JOIN api_key k ON k.organization_id = w.organization_id AND k.id = w.id
      WHERE k.revoked_at IS NOT NULL OR k.expires_at <= tollgate_now()`,
    values: [keys.map((key) => key.organizationId), keys.map((key) => key.id)],
  });
  return new Set(rows.map((row) => row.id));
}
