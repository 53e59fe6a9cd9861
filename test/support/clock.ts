/** Moves the clock of a test's own database, by which all servers on it live. */
import { Client } from 'pg';
import type { World } from './world.js';

/** From now on the database's time runs on from this instant. `undefined`: back to the real time. */
export function setClock(world: World, instant: string | undefined): Promise<void> {
  return shiftClock(
    world,
    'SELECT extract(epoch FROM coalesce($1::timestamptz, clock_timestamp()) - clock_timestamp())::text AS seconds',
    instant ?? null,
  );
}

/** From now on the database's time is so much later than the real one. */
export function setClockAhead(world: World, seconds: number): Promise<void> {
  return shiftClock(world, 'SELECT $1::text AS seconds', seconds);
}

async function shiftClock(world: World, offset: string, value: unknown): Promise<void> {
  const client = new Client({ connectionString: world.database.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ seconds: string }>(offset, [value]);
    const seconds = Number(rows[0]?.seconds);
    await client.query(`CREATE OR REPLACE FUNCTION tollgate_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
      SET search_path = pg_catalog, pg_temp AS 'SELECT clock_timestamp() + interval ''${seconds} seconds'''`);
  } finally {
    await client.end();
  }
  await world.server.syncClock();
}
