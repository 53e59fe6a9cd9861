/** The keys that the database knows of. */
import type { ClientBase, Pool } from 'pg';

export interface KnownKey {
  readonly id: string;
  readonly indexKey: string;
  readonly isWhole: boolean;
}

/** How long after a server last said that it encrypts by a key, it may still do so. */
const IN_USE = `interval '30 seconds'`;

export async function readKnownKeys(client: Pool | ClientBase): Promise<KnownKey[]> {
  const { rows } = await client.query<KnownKey>(
    'SELECT id, index_key AS "indexKey", is_whole AS "isWhole" FROM public.encryption_key ORDER BY id',
  );
  return rows;
}

/** Before anything is encrypted by it. One that is there stays as it is. */
export async function keepKnownKey(pool: Pool, { id, indexKey, isWhole }: KnownKey): Promise<void> {
  await pool.query(
    `INSERT INTO public.encryption_key (id, index_key, is_whole, used_at)
    VALUES ($1, $2, $3, public.tollgate_now())
    ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at`,
    [id, indexKey, isWhole],
  );
}

export async function keepWhole(pool: Pool): Promise<void> {
  await pool.query('UPDATE public.encryption_key SET is_whole = true');
}

/** Keys that no server encrypts by any more. */
export async function readRetiredKeys(pool: Pool, currentId: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM public.encryption_key WHERE id <> $1 AND used_at < public.tollgate_now() - ${IN_USE} ORDER BY id`,
    [currentId],
  );
  return rows.map(({ id }) => id);
}

/** Where nobody has begun to use it again. */
export async function forgetKey(pool: Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `DELETE FROM public.encryption_key WHERE id = $1 AND used_at < public.tollgate_now() - ${IN_USE}`,
    [id],
  );
  return rowCount === 1;
}
