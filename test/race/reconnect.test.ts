/** Connections that break: PostgreSQL killed, backends ended, replies cut. The server heals by itself and nothing is booked twice. */
import { randomInt } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:http';
import { join } from 'node:path';
import { readConfig } from '../../src/config.js';
import { startServer } from '../../src/server.js';
import { BOOTSTRAP_KEY, TEST_KEYS, cloneDatabase } from '../support/database.js';
import { openFaultProxy, seededRandom, type TurnPlan } from '../support/fault-proxy.js';
import { testLog } from '../support/heard.js';
import { embeddedUrl, eventually, Ground, healthOf, postmasterPid, withClient } from '../support/server-process.js';
import { post, startWorld, type Answer } from '../support/world.js';

const ground = new Ground();
afterEach(() => ground.clear());
afterAll(() => ground.leave());

const VIEWER = '{ viewer { organization { name } } }';
const NAME = { data: { viewer: { organization: { name: 'My organization' } } } };
const deduction = (key: string) =>
  `mutation { deductFromBudget(input: {idempotencyKey: "${key}", userId: "u", amount: "0.25", onlyIfFits: false}) { replayed } }`;
const deducted = (replayed: boolean) => ({ data: { deductFromBudget: { replayed } } });

/** How often the embedded PostgreSQL is killed. */
const KILLS = 10;

test('C6: PostgreSQL is killed ten times: not ready, then ready, and it answers again by itself', async () => {
  const { folder, key } = await ground.installed();
  const server = await ground.start({ folder });
  const databaseUrl = await embeddedUrl(folder);
  const listens = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'tollgate alerts'`;
  const hearsAlerts = () => withClient(databaseUrl, async (client) => (await client.query(listens)).rowCount === 1);
  const killed = async () => {
    const pid = (await postmasterPid(folder)) ?? 0;
    process.kill(pid, 'SIGKILL');
    return async () => (await postmasterPid(folder)) !== pid && (await healthOf(server.url)) === 200;
  };
  for (let kill = 0; kill < KILLS; kill += 1) {
    // Seen to fail: without the supervisor's restart; and with another port picked for it, the pools never came back.
    await eventually(await killed());
    expect(await post(server.url, { query: VIEWER }, key)).toEqual(NAME);
    expect(await post(server.url, { query: deduction(`kill-${kill}`) }, key)).toEqual(deducted(false));
  }
  // Once more, with settings that it does not start with: the state between is held for as long as we look at it.
  const settings = join(folder, '.tollgate/postgres/postgresql.auto.conf');
  await appendFile(settings, 'no such setting\n');
  const isBack = await killed();
  // Seen to fail: with a readiness that did not ask the database.
  await eventually(async () => (await healthOf(server.url)) === 503);
  expect(await post(server.url, { query: VIEWER }, key)).toMatchObject({
    errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }],
  });
  await writeFile(settings, '');
  await eventually(isBack);
  await eventually(hearsAlerts);
  for (let kill = 0; kill < KILLS; kill += 1) {
    expect(await post(server.url, { query: deduction(`kill-${kill}`) }, key)).toEqual(deducted(true));
  }
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

test('C7: every backend is ended under load: answered, or SERVICE_UNAVAILABLE, and the pools heal', async () => {
  const world = await startWorld();
  try {
    const codes = new Set<unknown>();
    const ask = async (query: string) => {
      const answer: Answer<unknown> = await post(world.server.url, { query }, BOOTSTRAP_KEY);
      for (const error of answer.errors ?? []) codes.add(error.extensions['code']);
      return answer;
    };
    for (let round = 0; round < 5; round += 1) {
      const asked = Array.from({ length: 40 }, (_, n) => ask(n % 2 ? VIEWER : deduction(`${round}-${n}`)));
      await Promise.race(asked);
      await withClient(world.database.url, (client) =>
        client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        ),
      );
      await Promise.all(asked);
      // Seen to fail: without releaseBroken each transaction that broke took a place of the app pool for good, and soon
      // nobody got one; and a query whose end found the connection gone was INTERNAL.
      await eventually(async () => (await ask(VIEWER)).errors === undefined);
      expect(await ask(deduction(`after-${round}`))).toEqual(deducted(false));
    }
    expect([...codes].filter((code) => code !== 'SERVICE_UNAVAILABLE')).toEqual([]);
  } finally {
    await world.close();
  }
});

/** One request on a connection of its own; undefined where no whole reply came. */
function askOnce(port: number, query: string): Promise<Answer<unknown> | undefined> {
  const options: RequestOptions = {
    host: '127.0.0.1',
    port,
    path: '/graphql',
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${BOOTSTRAP_KEY}` },
  };
  return new Promise((done) => {
    const lost = () => done(undefined);
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', lost);
      response.once('end', () => done(JSON.parse(Buffer.concat(chunks).toString()) as Answer<unknown>));
    });
    sent.once('error', lost);
    sent.end(JSON.stringify({ query }));
  });
}

const CALLS = 200;
const CALLERS = 8;
/** Of the replies that are cut. */
const SHARE = 0.3;

test('C8: 30 % of the replies are cut at a random byte: as many effects as keys', async () => {
  const seed = randomInt(2 ** 31);
  const random = seededRandom(seed);
  const replies: TurnPlan = ({ direction, bytes }) =>
    direction === 'TO_CLIENT' && random() < SHARE ? Math.floor(random() * bytes.length) : undefined;
  const database = await cloneDatabase();
  const target = new URL(database.url);
  // The server's connections to PostgreSQL die too, each after some more of its replies.
  let isUp = false;
  const toDatabase = await openFaultProxy({ host: target.hostname, port: Number(target.port) }, () =>
    isUp ? { direction: 'TO_CLIENT', afterBytes: 2_000 + Math.floor(random() * 10_000) } : undefined,
  );
  target.host = `127.0.0.1:${toDatabase.port}`;
  const server = await startServer(
    readConfig({
      DATABASE_URL: database.url,
      HOT_DATABASE_URL: target.href,
      PORT: '0',
      BOOTSTRAP_API_KEY: BOOTSTRAP_KEY,
      ENCRYPTION_KEYS: TEST_KEYS,
    }),
    testLog(),
  );
  const toServer = await openFaultProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) }, () => replies);
  try {
    // The first call reads the whole catalogue, which would never come through whole.
    expect(await askOnce(Number(new URL(server.url).port), deduction('cut-0'))).toEqual(deducted(false));
    isUp = true;
    toDatabase.cutAll();
    const keys = Array.from({ length: CALLS }, (_, n) => `cut-${n}`);
    const replayed = new Set<string>();
    const callOne = async (key: string): Promise<void> => {
      for (let isDone = false; !isDone;) {
        const answer = await askOnce(toServer.port, deduction(key));
        expect(['SERVICE_UNAVAILABLE', undefined]).toContain(answer?.errors?.[0]?.extensions['code']);
        isDone = answer?.data != null && !answer.errors;
        if (isDone && JSON.stringify(answer).includes('"replayed":true')) replayed.add(key);
      }
    };
    const left = [...keys];
    const caller = async () => {
      for (let key = left.pop(); key !== undefined; key = left.pop()) await callOne(key);
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    const { rows } = await withClient(database.url, (client) =>
      client.query(`SELECT count(*)::int AS records, sum(charge_pico_usd)::text AS charges FROM usage_record`),
    );
    // Seen to fail: with a key made anew for each try there were more records than calls.
    expect({ seed, rows }).toEqual({
      seed,
      rows: [{ records: CALLS, charges: String(BigInt(CALLS) * 250_000_000_000n) }],
    });
    // The proxies did cut, and some of what they cut had taken effect.
    expect(toServer.cuts).toBeGreaterThan(CALLS / 10);
    expect(toDatabase.cuts).toBeGreaterThan(0);
    expect(replayed.size).toBeGreaterThan(0);
  } finally {
    await server.close();
    await toServer.close();
    await toDatabase.close();
    await database.drop();
  }
});
