import type { EntityManager } from '@mikro-orm/postgresql';
import { Client, type ClientBase, type Pool } from 'pg';

/** Any fixed number: it only decides which of several starting servers migrates. */
const MIGRATION_LOCK = 7_015_544_284;
const CONNECT_TIMEOUT_MS = 5_000;

const DURABLE = ['fsync', 'full_page_writes', 'synchronous_commit'];

/** The server's version number, which of the settings that durability rests on are off, and whether it may be written. */
export async function readDurability(
  client: ClientBase,
): Promise<{ version: number; off: string[]; isReadOnly: boolean }> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)',
    [[...DURABLE, 'server_version_num', 'transaction_read_only']],
  );
  const settingOf = new Map(rows.map((row) => [row.name, row.setting]));
  return {
    version: Number(settingOf.get('server_version_num')),
    off: DURABLE.filter((name) => settingOf.get(name) === 'off'),
    isReadOnly: settingOf.get('transaction_read_only') === 'on',
  };
}

/** By how many seconds tollgate_now() is ahead of the database's clock; 0 before the first migration. */
export async function readClockShift(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ known: boolean }>(
    `SELECT to_regprocedure('public.tollgate_now()') IS NOT NULL AS known`,
  );
  if (!rows[0]?.known) return 0;
  const shift = await client.query<{ seconds: string }>(
    'SELECT extract(epoch FROM public.tollgate_now() - clock_timestamp())::text AS seconds',
  );
  return Number(shift.rows[0]?.seconds);
}

/** Runs one thing while no other server runs it. The lock goes with its connection, so a killed holder frees it. */
export async function withMigrationLock<T>(url: string, work: () => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'tollgate start',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    // A server that migrates a large database may take long, whatever the user's own time limits.
    await client.query('SET statement_timeout = 0; SET lock_timeout = 0; SET idle_session_timeout = 0');
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work();
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Until the transaction ends. */
export async function liftTimeLimit(em: EntityManager): Promise<void> {
  await em.execute('SET LOCAL statement_timeout = 0');
}

export async function pingDatabase(pool: Pool): Promise<boolean> {
  await pool.query('SELECT 1');
  return true;
}
