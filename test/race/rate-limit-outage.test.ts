/** While the database is away nobody may ask for more, and who asks is told so, or that the service is unavailable. */
import { print } from 'graphql';
import { Client } from 'pg';
import { overHttp } from '../support/both-doors.js';
import { BOOTSTRAP_KEY, type TestDatabase } from '../support/database.js';
import { ViewerDocument } from '../support/generated/operations.js';
import { eventually, withClient } from '../support/server-process.js';
import { newTenant } from '../support/spending.js';
import { startWorld, type World } from '../support/world.js';

const LIMITS = { RATE_LIMIT_KEY: '60', RATE_LIMIT_ADDRESS: '100000', RATE_LIMIT_FAILED_KEYS: '20' };
const VIEWER = { query: print(ViewerDocument) };

let world: World;
beforeAll(async () => {
  world = await startWorld(LIMITS);
  // One that ends in the middle of a test would let twice as much pass: this minute is a long one.
  await withClient(world.database.url, (client) =>
    client.query(`CREATE OR REPLACE FUNCTION tollgate_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
      SET search_path = pg_catalog, pg_temp
      AS $now$SELECT timestamptz '2030-01-01T00:00:01Z'$now$`),
  );
  await world.server.syncClock();
});
afterAll(() => world.close());

/** @returns what lets it be reached again. */
async function takeAway(database: TestDatabase): Promise<() => Promise<void>> {
  const url = new URL(database.url);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  const admin = new Client({ connectionString: url.href });
  await admin.connect();
  await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await admin.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [name]);
  return async () => {
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await admin.end();
  };
}

const ask = async (key: string): Promise<string> => {
  const { status, errors } = await overHttp(world.server.url, VIEWER, key);
  return errors ? `${status} ${String(errors[0]?.extensions['code'])}` : String(status);
};

async function storm(count: number, key: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const answer of await Promise.all(Array.from({ length: count }, () => ask(key)))) {
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
}

// Seen to fail: without isFatal all were INTERNAL, and without the insurance of the limits none was refused.
test('a flood is refused all the same, by each server for itself', async () => {
  const key = await newTenant(world);
  expect(await ask(key)).toBe('200');
  const giveBack = await takeAway(world.database);
  try {
    // The key is known for some seconds; what is not refused has no database.
    // One more than the limit was left of what the server had taken before.
    expect(await storm(150, key)).toEqual({ '200 SERVICE_UNAVAILABLE': 61, '429 RATE_LIMITED': 89 });
    expect(await storm(150, 'wrong')).toEqual({ '503 SERVICE_UNAVAILABLE': 150 });
  } finally {
    await giveBack();
  }
  await eventually(async () => (await ask(BOOTSTRAP_KEY)) === '200');
});
