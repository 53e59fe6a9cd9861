/** More callers than the database is given: what waits is bounded, the others are told so, and the rest goes on. */
import { Client, Pool } from 'pg';
import type { LaneJob } from '../../src/lane.js';
import { Lanes } from '../../src/lanes.js';
import { newId } from '../../src/node-id.js';
import { BOOTSTRAP_KEY } from '../support/database.js';
import { healthOf } from '../support/server-process.js';
import { until } from '../support/until.js';
import { post, startWorld, type Answer, type World } from '../support/world.js';

const APP_POOL_SIZE = 10;

let world: World;
let holder: Client;
beforeEach(async () => {
  // One key takes all connections here, which it may not otherwise.
  world = await startWorld({ MAX_RUNNING_PER_KEY: '0', MAX_RUNNING_PER_ORGANIZATION: '0' });
  holder = new Client({ connectionString: world.database.url });
  await holder.connect();
});
afterEach(async () => {
  await holder.end();
  await world.close();
});
const ask = <T>(query: string, variables: object = {}) =>
  post<T>(world.server.url, { query, variables }, BOOTSTRAP_KEY);

// Seen to fail: without the cap.
test('C10: what waits in the lanes is bounded, and goes on when it can', async () => {
  const pool = new Pool({ connectionString: world.database.url });
  const lanes = new Lanes(pool, 4);
  const job: LaneJob<number, number> = {
    run: async (client, _organizationId, items) => {
      await client.query('SELECT FROM organization_gate FOR UPDATE');
      return items;
    },
  };
  const submit = (count: number) =>
    lanes.submitFor(
      newId(),
      job,
      Array.from({ length: count }, (_, n) => n),
    );
  try {
    await holder.query('BEGIN; SELECT FROM organization_gate FOR UPDATE');
    const waiting = submit(20_000);
    expect(() => submit(1)).toThrow('Too many calls are waiting.');
    await holder.query('ROLLBACK');
    expect(await waiting).toHaveLength(20_000);
    expect(await submit(1)).toEqual([{ status: 'fulfilled', value: 0 }]);
  } finally {
    await lanes.close();
    await pool.end();
  }
});

const ALERTS = '{ alerts(first: 1) { edges { cursor } } }';
const NEW_KEY = 'mutation { createApiKey(input: {name: "new", roles: [SERVICE]}) { value } }';
const RESERVE = `mutation { reserveBudget(input: {idempotencyKey: "one", userId: "ada", amount: "1"}) { decision { outcome } } }`;

// Seen to fail: with as much time as it takes for getting a connection, where nobody was refused; with a readiness that
// asks through the same pool, which was then 503.
test('C11: 1,000 callers of a pool of 10 that is taken: the others are told so, and the rest of the server goes on', async () => {
  await holder.query('BEGIN; LOCK TABLE alert IN ACCESS EXCLUSIVE MODE; LOCK TABLE api_key IN EXCLUSIVE MODE');
  const refused: Answer<unknown>[] = [];
  const sent = Array.from({ length: 1_000 }, async (_, n) => {
    const answer = await ask(n % 2 ? ALERTS : NEW_KEY);
    if (answer.errors) refused.push(answer);
    return answer;
  });
  expect(await healthOf(world.server.url)).toBe(200);
  expect(await ask(RESERVE)).toEqual({ data: { reserveBudget: { decision: { outcome: 'ALLOWED' } } } });
  await until(() => refused.length === 1_000 - APP_POOL_SIZE);
  expect(await healthOf(world.server.url)).toBe(200);
  for (const answer of refused)
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }] });
  await holder.query('ROLLBACK');
  const answered = (await Promise.all(sent)).filter(({ errors }) => !errors);
  expect(answered).toHaveLength(APP_POOL_SIZE);
  expect((await ask(ALERTS)).errors).toBeUndefined();
});
