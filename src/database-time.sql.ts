import type { Pool } from 'pg';

/** The database's present instant, in milliseconds since 1970 with fractions. */
export async function readDatabaseTime(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ ms: string }>(
    'SELECT (extract(epoch FROM public.tollgate_now()) * 1000)::text AS ms',
  );
  const ms = rows[0]?.ms;
  if (ms === undefined) throw new Error('The database gave no time.');
  return Number(ms);
}
