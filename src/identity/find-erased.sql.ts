import type { Pool } from 'pg';

/** Accounts that were erased in the last minute: every server asks far more often. */
export async function findErased(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'find-erased',
    text: `SELECT id FROM account WHERE erased_at > public.tollgate_now() - interval '1 minute'`,
  });
  return rows.map(({ id }) => id);
}
