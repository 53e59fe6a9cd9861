/** What may be asked for in a minute holds for several servers together, and each request of one costs no round trip. */
import { Client } from 'pg';
import { CreateApiKeyDocument, RecordUsageDocument, ViewerDocument } from '../support/generated/operations.js';
import { overHttp, overSocket } from '../support/both-doors.js';
import { connectRaw } from '../support/raw-socket.js';
import { spawnServer, type ServerProcess } from '../support/servers.js';
import { newTenant } from '../support/spending.js';
import { startWorld, type Answer, type World } from '../support/world.js';
import { print } from 'graphql';
import { v7 as newId } from 'uuid';

const LIMITS = {
  RATE_LIMIT_KEY: '60',
  RATE_LIMIT_ORGANIZATION: '90',
  RATE_LIMIT_ADDRESS: '100000',
  RATE_LIMIT_HOT_KEY: '50',
  RATE_LIMIT_FAILED_KEYS: '20',
  TRUSTED_PROXIES: '127.0.0.1',
};

let world: World;
let servers: ServerProcess[];
let client: Client;
beforeAll(async () => {
  world = await startWorld(LIMITS);
  client = new Client({ connectionString: world.database.url });
  await client.connect();
  // One that ends in the middle of a test would let twice as much pass: this minute is a long one.
  await client.query(`CREATE OR REPLACE FUNCTION tollgate_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    AS $now$SELECT timestamptz '2030-01-01T00:00:01Z'$now$`);
  await world.server.syncClock();
  servers = await Promise.all([1, 2, 3].map(() => spawnServer(world.database.url, LIMITS)));
}, 120_000);
afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await client.end();
  await world.close();
});

const VIEWER = { query: print(ViewerDocument) };
const call = () => ({
  query: print(RecordUsageDocument),
  variables: { input: { idempotencyKey: newId(), userId: 'ada', model: 'gpt-4o', promptTokens: 1 } },
});

/** So many at each of the three at once; how many were answered, and the codes of the others. */
async function storm(count: number, key: string, make: () => { query: string; variables?: object }) {
  const answers = await Promise.all(
    servers.flatMap(({ url }) => Array.from({ length: count }, () => overHttp(url, make(), key))),
  );
  const refused = answers.filter(({ errors }) => errors);
  return {
    answered: answers.length - refused.length,
    refusals: [...new Set(refused.map(({ status, errors }) => `${status} ${String(errors?.[0]?.extensions['code'])}`))],
  };
}

// Seen to fail: with the database left out of it, 150 of 150 were answered; with the count of calls taken for that of requests.
test('three servers answer one key as often as one may', async () => {
  const key = await newTenant(world);
  expect(await storm(50, key, () => VIEWER)).toEqual({ answered: 60, refusals: ['429 RATE_LIMITED'] });
  // What is called for every LLM call has a count of its own.
  expect(await storm(30, key, call)).toEqual({ answered: 50, refusals: ['429 RATE_LIMITED'] });
});

// Seen to fail: with the organization not counted.
test('two keys of one organization as often as it may', async () => {
  const key = await newTenant(world);
  const input = { name: 'second', roles: ['ADMIN' as const] };
  const { createApiKey } = await world.ask(CreateApiKeyDocument, { input }, key);
  // Making it was one request, and the server that answered it may hold a point that it does not need.
  const first = await storm(25, key, () => VIEWER);
  const second = await storm(25, createApiKey.value, () => VIEWER);
  expect(first.answered).toBeLessThanOrEqual(59);
  expect([88, 89]).toContain(first.answered + second.answered);
});

// Seen to fail: with root fields counted as one.
test('each root field counts, and a request is answered whole or not at all', async () => {
  const key = await newTenant(world);
  const [server] = servers;
  const many = (count: number) => ({
    query: `{ ${Array.from({ length: count }, (_, i) => `a${i}: viewer { roles }`).join(' ')} }`,
  });
  expect((await overHttp(server!.url, many(45), key)).errors).toBeUndefined();
  const { status, data, errors } = await overHttp(server!.url, many(20), key);
  expect([status, data, errors?.length]).toEqual([429, undefined, 1]);
  expect((await overHttp(server!.url, many(15), key)).errors).toBeUndefined();
});

test('the refusal says how long to wait, through both doors', async () => {
  const key = await newTenant(world);
  await storm(50, key, () => VIEWER);
  const [server] = servers;
  const response = await fetch(`${server!.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(VIEWER),
  });
  expect([response.status, Number(response.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
  const { errors } = (await response.json()) as Answer<never>;
  const refusal = { code: 'RATE_LIMITED', retryable: true, retryAfter: expect.any(Number) };
  expect(errors).toEqual([
    {
      message: expect.stringMatching(/^At most 60 requests of one key a minute/),
      extensions: { ...refusal, requestId: response.headers.get('x-request-id') },
    },
  ]);
  const { retryAfter } = errors?.[0]?.extensions ?? {};
  expect(Number(response.headers.get('retry-after'))).toBe(Math.ceil(Number(retryAfter)));
  expect((await overSocket(server!.url, VIEWER, key)).errors?.[0]?.extensions).toEqual(refusal);
});

// Seen to fail: with what failed not counted, with a key that is right let in without a look, and with nobody remembered.
test('wrong keys are counted by address: a right guess is not told from a wrong one, who was there before stays', async () => {
  const [server] = servers;
  const from = async (address: string, key: string) => {
    const response = await fetch(`${server!.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'x-forwarded-for': address },
      body: JSON.stringify(VIEWER),
    });
    return response.status;
  };
  const regular = await newTenant(world);
  const guessed = await newTenant(world);
  expect(await from('198.51.100.1', regular)).toBe(200);
  const guesses: number[] = [];
  for (let guess = 0; guess < 25; guess += 1) guesses.push(await from('198.51.100.1', `wrong-${guess}`));
  expect(guesses).toEqual([...Array<number>(20).fill(401), ...Array<number>(5).fill(429)]);
  expect(await from('198.51.100.1', guessed)).toBe(429);
  expect(await from('198.51.100.1', regular)).toBe(200);
  expect(await from('198.51.100.2', guessed)).toBe(200);
  const socket = await connectRaw(server!.url, { headers: { 'x-forwarded-for': '198.51.100.1' } });
  socket.send({ type: 'connection_init', payload: { Authorization: 'Bearer wrong-again' } });
  expect(await socket.closed).toEqual({ code: 1013, reason: 'Try again later' });
});
