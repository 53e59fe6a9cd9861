/**
 * A plan is kept until the next ANALYZE, and until the first one PostgreSQL takes every table for a small one: what a call
 * reads must not depend on how much there was when its plan was made.
 */
import { Client } from 'pg';
import { prepareLaneConnection } from '../../src/lane.sql.js';
import { newId } from '../../src/node-id.js';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { Tenant, type Hold, type Use } from '../support/hot-steps.js';
import type { Step } from '../support/stepped-schedule.js';

const AT_ONCE = 30;
/** So many records, reservations, users and runs: the primary keys grow taller than other indexes in between. */
const SIZES = [150, 180, 600, 2_400];
const FRESH = 1_000_000;

let database: TestDatabase;
let client: Client;
let tenant: Tenant;
let size = 0;

const named = (what: string, n: number) => `${what}-with-a-name-${String(n).padStart(7, '0')}`;
const use = (n: number): Use => ({ key: named('call', n), usd: 1, runId: run(n) });
const user = (n: number) => named('user', n);
const run = (n: number) => named('run', n);
const ids = new Map<number, string>();
function hold(n: number): Hold & { readonly id: string } {
  const id = ids.get(n) ?? newId();
  ids.set(n, id);
  return { key: named('hold', n), usd: 1, id };
}
const settling = (n: number): Use => ({ ...use(FRESH + n), reservationId: hold(n).id });
const some = <T>(make: (n: number) => T, from: number) => Array.from({ length: AT_ONCE }, (_, n) => make(from + n));

beforeAll(async () => {
  database = await cloneDatabase();
  client = await connect();
  // The worst of what may be: nobody ever finds out how large the tables are.
  await client.query(`DO $$ DECLARE t regclass; BEGIN
    FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
      EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', t);
    END LOOP; END $$`);
  tenant = await Tenant.make(client);
  for (const name of ['ada', undefined]) await tenant.setBudget(name, 1_000_000).run(client);
}, 60_000);
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function connect(): Promise<Client> {
  const connection = new Client({ connectionString: database.url });
  await connection.connect();
  await prepareLaneConnection(connection);
  return connection;
}

async function growTo(count: number): Promise<void> {
  for (; size < count; size += AT_ONCE) {
    const steps = [
      tenant.ensure(some(user, size), 5),
      tenant.ensureRuns(some(run, size)),
      tenant.record(...some(use, size)),
      tenant.reserve(...some(hold, size)),
    ];
    for (const step of steps) await step.run(client);
  }
}

const STEPS: Readonly<Record<string, () => Step>> = {
  'a record': () => tenant.record(use(FRESH)),
  'many records': () => tenant.record(...some(use, FRESH)),
  'many that come again': () => tenant.record(...some(use, 0)),
  'one that comes again beside a new one': () => tenant.record(use(1), use(FRESH)),
  'a deduction': () => tenant.deduct(use(FRESH)),
  'a reservation': () => tenant.reserve(hold(FRESH)),
  'many reservations': () => tenant.reserve(...some(hold, FRESH)),
  'a reservation that comes again': () => tenant.reserve(hold(1)),
  'an extension': () => tenant.reserve({ key: 'extension', usd: 1, extends: hold(1).id }),
  'what settles a reservation': () => tenant.record(settling(1)),
  'what settles many': () => tenant.record(...some(settling, 0)),
  'a release': () => tenant.release(hold(1).id),
  'a release of many': () => tenant.release(...some(hold, 0).map(({ id }) => id)),
  'an unknown user': () => tenant.ensure([user(FRESH)], 5),
  'many unknown users': () => tenant.ensure(some(user, FRESH), 5),
  'many known users': () => tenant.ensure(some(user, 0)),
  'many unknown runs': () => tenant.ensureRuns(some(run, FRESH)),
};

/** Rows that this session has read in each table, by any index or by none. */
async function readSoFar(session: Client): Promise<Map<string, number>> {
  const { rows } = await session.query<{ name: string; count: number }>(
    `SELECT relname AS name, (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int AS count
     FROM pg_stat_xact_user_tables`,
  );
  return new Map(rows.map(({ name, count }) => [name, count]));
}

/** What the step reads in each table with a plan that is made now. */
async function readBy(step: Step): Promise<Map<string, number>> {
  const session = await connect();
  try {
    await session.query('BEGIN');
    const before = await readSoFar(session);
    await step.run(session);
    const after = await readSoFar(session);
    return new Map([...after].map(([table, count]) => [table, count - (before.get(table) ?? 0)]));
  } finally {
    await session.query('ROLLBACK');
    await session.end();
  }
}

async function readByEach(): Promise<Map<string, Map<string, number>>> {
  const reads = new Map<string, Map<string, number>>();
  for (const [name, make] of Object.entries(STEPS)) reads.set(name, await readBy(make()));
  return reads;
}

// Seen to fail: with sorts allowed in record_usage (151 records of 150 for one), with accounts that are joined by their
// organization (313 of 150), and with reservations that are HELD asked for by their state (182 of 180).
test('where there is much, a call reads no more than where there is little', async () => {
  await growTo(AT_ONCE);
  const little = await readByEach();
  const more: string[] = [];
  for (const count of SIZES) {
    await growTo(count);
    for (const [name, reads] of await readByEach()) {
      for (const [table, rows] of reads) {
        const least = little.get(name)?.get(table) ?? 0;
        if (rows > least) more.push(`${name}, of ${count}: ${rows} of ${table}, not ${least}`);
      }
    }
  }
  expect(more).toEqual([]);
  // Each its own, once; what comes again, twice.
  const records = async (...uses: Use[]) => (await readBy(tenant.record(...uses))).get('usage_record');
  expect(await records(use(FRESH))).toBe(1);
  expect(await records(...some(use, FRESH))).toBe(AT_ONCE);
  expect(await records(use(1), use(2))).toBe(4);
  expect(await tenant.record(use(1), use(2)).run(client)).toBe('REPLAYED+REPLAYED');
  expect(await tenant.record(settling(1)).run(client)).toBe('SETTLED');
}, 120_000);
