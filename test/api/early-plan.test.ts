/** A plan that was made while a table was empty is kept for long: it must do for a table that has grown. */
import { Client } from 'pg';
import { prepareLaneConnection } from '../../src/lane.sql.js';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { Tenant, type Use } from '../support/hot-steps.js';

const RECORDS = 60;

let database: TestDatabase;
let client: Client;
let tenant: Tenant;
const use = (n: number): Use => ({ key: `key-${String(n).padStart(4, '0')}`, usd: 1 });

beforeAll(async () => {
  database = await cloneDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  await prepareLaneConnection(client);
  tenant = await Tenant.make(client);
  for (const limit of tenant.limits()) await limit.run(client);
  for (let n = 1; n <= RECORDS; n += 1) await tenant.record(use(n)).run(client);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** Rows of usage_record that this session has read, by any index or by none. */
async function readSoFar(): Promise<number> {
  const { rows } = await client.query<{ count: number }>(`SELECT (seq_tup_read + idx_tup_fetch)::int AS count
    FROM pg_stat_xact_user_tables WHERE relname = 'usage_record'`);
  return rows[0]!.count;
}

/** What the call answers, and so many rows it reads for it. */
async function readBy(...uses: Use[]): Promise<{ answer: unknown; count: number }> {
  await client.query('BEGIN');
  try {
    const before = await readSoFar();
    const answer = await tenant.record(...uses).run(client);
    return { answer, count: (await readSoFar()) - before };
  } finally {
    await client.query('ROLLBACK');
  }
}

// Seen to fail: with the look-up of the digest by equality and LIMIT 1 it read 61 rows for one.
test('a call reads its own record, once, for its digest', async () => {
  expect(await readBy(use(500))).toEqual({ answer: 'RECORDED', count: 1 });
});

test('a call of many reads each once', async () => {
  const uses = Array.from({ length: 20 }, (_, n) => use(500 + n));
  expect((await readBy(...uses)).count).toBe(20);
});

test('a call that comes again reads what is stored under its keys, twice', async () => {
  expect(await readBy(use(1), use(2))).toEqual({ answer: 'REPLAYED+REPLAYED', count: 4 });
});
