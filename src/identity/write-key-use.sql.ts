import type { Pool } from 'pg';

export interface KeyUsed {
  readonly organizationId: string;
  readonly id: string;
  readonly at: Date;
}

/** Never back in time. Keys that somebody has in hand wait for their next use, so that nobody waits for this. */
export async function writeKeyUse(pool: Pool, used: readonly KeyUsed[]): Promise<void> {
  await pool.query({
    name: 'write-key-use',
    text: `UPDATE api_key k SET last_used_at = u.used_at
      FROM (
        SELECT k.organization_id, k.id, w.used_at
        FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS w (organization_id, id, used_at)
        JOIN api_key k ON k.organization_id = w.organization_id AND k.id = w.id
        WHERE k.last_used_at IS NULL OR k.last_used_at < w.used_at
        FOR UPDATE OF k SKIP LOCKED) AS u
      WHERE k.organization_id = u.organization_id AND k.id = u.id`,
    values: [used.map((use) => use.organizationId), used.map((use) => use.id), used.map((use) => use.at)],
  });
}
