/**
 * `kill -9` of the server and of PostgreSQL under load. What was acknowledged is there, exactly once; what was not is sent
 * again with its key; and all sums are exact. Each crash is judged twice: before the retries, so that nothing of them
 * hides a loss, and after them.
 */
import type { Client } from 'pg';
import {
  embeddedUrl,
  eventually,
  Ground,
  healthOf,
  isAlive,
  postmasterPid,
  withClient,
  type ServerProcess,
} from '../support/server-process.js';
import { post } from '../support/world.js';
import { DeductionLoad, lostKeys, wrongSums } from '../support/deduction-load.js';

const ground = new Ground();
afterEach(() => ground.clear());
afterAll(() => ground.leave());

const CALLERS = 16;
const BETWEEN_CRASHES = 300;
const SETTINGS = { DEFAULT_MONTHLY_BUDGET: '1000000' };

async function killPostgres(folder: string): Promise<void> {
  const pid = (await postmasterPid(folder)) ?? 0;
  process.kill(pid, 'SIGKILL');
  await eventually(() => Promise.resolve(!isAlive(pid)));
}

async function pidOf(url: string, who: string): Promise<number | undefined> {
  const find = (client: Client) =>
    client.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE ${who} LIMIT 1`);
  return withClient(url, async (client) => (await find(client)).rows[0]?.pid).catch(() => undefined);
}

/** PostgreSQL then ends all its sessions and recovers; that it did is seen by another checkpointer. */
async function killBackend(folder: string): Promise<void> {
  const url = await embeddedUrl(folder);
  const checkpointer = () => pidOf(url, `backend_type = 'checkpointer'`);
  const before = await checkpointer();
  process.kill((await pidOf(url, `application_name = 'tollgate writer'`)) ?? 0, 'SIGKILL');
  await eventually(async () => ![before, undefined].includes(await checkpointer()));
}

const upAgain = (server: ServerProcess) => eventually(async () => (await healthOf(server.url)) === 200);

test('B6, B7, C6: every acknowledged record survives, exactly once, and the sums are exact', async () => {
  const { folder, key } = await ground.installed();
  let server = await ground.start({ folder, environment: SETTINGS });
  const load = new DeductionLoad(() => server.url, key);
  const killServer = async () => {
    await server.stop('SIGKILL');
  };
  const restart = async () => {
    server = await ground.start({ folder, environment: SETTINGS });
  };
  const crashes: [name: string, crash: () => Promise<void>, recover: () => Promise<void>][] = [
    ['the server', killServer, restart],
    ['one backend', () => killBackend(folder), () => upAgain(server)],
    ['PostgreSQL', () => killPostgres(folder), () => upAgain(server)],
    ['both', async () => void (await Promise.all([killServer(), killPostgres(folder)])), restart],
  ];
  for (const [name, crash, recover] of crashes) {
    const enough = load.more(BETWEEN_CRASHES);
    const running = load.run(CALLERS);
    await enough;
    await crash();
    load.stop();
    await running;
    await recover();
    await withClient(await embeddedUrl(folder), async (client) => {
      expect({ name, lost: await lostKeys(client, load) }).toEqual({ name, lost: [] });
      while (load.unanswered.size > 0) await load.retryUnanswered();
      expect({ name, wrong: await wrongSums(client, load) }).toEqual({ name, wrong: [] });
    });
  }
  // What a crash may be answered with, where it is answered: never INTERNAL.
  expect([...load.codes].filter((code) => code !== 'SERVICE_UNAVAILABLE')).toEqual([]);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

// C2. A call of 1,000 items is two transactions of 500. The second is held in its middle, at a key that another
// transaction is about to write, until the server is dead and it has given up. Seen to fail: with each 500 written in two
// calls of record_usage, where 250 of the second stayed; with the process id in the content hash, where the batch sent
// again was all IDEMPOTENCY_CONFLICT.
test('C2: a kill in the middle of a batch leaves whole transactions, and the same batch again completes it', async () => {
  const { folder, key } = await ground.installed();
  let server = await ground.start({ folder });
  const items = Array.from({ length: 1000 }, (_, index) => ({
    idempotencyKey: `item-${index}`,
    userId: 'ada',
    model: 'gpt-4o',
    promptTokens: 1,
  }));
  const query =
    'mutation ($input: RecordUsageBatchInput!) { recordUsageBatch(input: $input) { items { error { code } } } }';
  const send = (items: object[]) =>
    post<{ recordUsageBatch: { items: { error: unknown }[] } }>(
      server.url,
      { query, variables: { input: { items } } },
      key,
    );
  await send([{ ...items[0], idempotencyKey: 'other' }]);
  const url = await embeddedUrl(folder);
  const sizes = () =>
    withClient(url, async (client) => {
      const { rows } = await client.query<{ size: string }>(
        `SELECT count(*) AS size FROM usage_record WHERE idempotency_key <> 'other' GROUP BY batch_id`,
      );
      return rows.map((row) => Number(row.size));
    });
  // Not asked by the holder, because a transaction sees only the sessions that were there when it first looked.
  const isHeld = async () => (await pidOf(url, `wait_event_type = 'Lock'`)) !== undefined;
  await withClient(url, async (holder) => {
    await holder.query('BEGIN');
    await holder.query(`INSERT INTO usage_record
      SELECT (jsonb_populate_record(r, '{"idempotency_key": "item-750"}')).* FROM usage_record r`);
    const cut = send(items).catch(() => undefined);
    await eventually(async () => (await sizes()).length > 0 && (await isHeld()));
    await server.stop('SIGKILL');
    expect(await cut).toBeUndefined();
    await eventually(async () => !(await isHeld()));
    expect(await sizes()).toEqual([500]);
    await holder.query('ROLLBACK');
  });
  server = await ground.start({ folder });
  const again = await send(items);
  expect(again.data?.recordUsageBatch.items.filter((item) => item.error)).toEqual([]);
  expect(await sizes()).toEqual([500, 500]);
});

/**
 * The positive control: the same load, the same kill and the same look at the records, on a database whose
 * synchronous_commit was switched off behind the server's back (at its start it would have refused it).
 */
test('the same crash on a database that does not wait for its disk is seen to lose records', async () => {
  const { folder, key } = await ground.installed();
  const server = await ground.start({ folder, environment: SETTINGS });
  const load = new DeductionLoad(() => server.url, key);
  await withClient(await embeddedUrl(folder), (client) =>
    client.query('ALTER SYSTEM SET synchronous_commit = off').then(() =>
      // The writer of the log would make up for it soon: at the longest interval it may have.
      client.query('ALTER SYSTEM SET wal_writer_delay = 10000').then(() => client.query('SELECT pg_reload_conf()')),
    ),
  );
  const enough = load.more(BETWEEN_CRASHES);
  const running = load.run(CALLERS);
  await enough;
  await killPostgres(folder);
  load.stop();
  await running;
  await upAgain(server);
  const lost = await withClient(await embeddedUrl(folder), (client) => lostKeys(client, load));
  expect(lost.length).toBeGreaterThan(0);
});
