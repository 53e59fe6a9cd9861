import { Client, type Pool } from 'pg';

/** Any fixed number: it only decides which of several starting servers migrates. */
const MIGRATION_LOCK = 7_015_544_284;

/** The server's version number, and which of the settings that durability rests on are off. */
export async function readDurability(pool: Pool): Promise<{ version: number; off: string[] }> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN ('server_version_num', 'fsync', 'full_page_writes', 'synchronous_commit')`,
  );
  return {
    version: Number(rows.find((row) => row.name === 'server_version_num')?.setting),
    off: rows.filter((row) => row.setting === 'off').map((row) => row.name),
  };
}

/** By how many seconds tollgate_now() is ahead of the database's clock; 0 before the first migration. */
export async function readClockShift(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ known: boolean }>(
    `SELECT to_regprocedure('public.tollgate_now()') IS NOT NULL AS known`,
  );
  if (!rows[0]?.known) return 0;
  const shift = await pool.query<{ seconds: string }>(
    'SELECT extract(epoch FROM public.tollgate_now() - clock_timestamp())::text AS seconds',
  );
  return Number(shift.rows[0]?.seconds);
}

/** Runs one thing while no other server runs it. The lock goes with its connection, so a killed holder frees it. */
export async function withMigrationLock<T>(url: string, work: () => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work();
  } finally {
    await client.end();
  }
}

export async function pingDatabase(pool: Pool): Promise<boolean> {
  await pool.query('SELECT 1');
  return true;
}
