/** What one batch counts on, and what its callers are told of it. */
import { Client } from 'pg';
import { setClock } from '../support/clock.js';
import { DeleteBudgetDocument, RecordUsageBatchDocument, SetBudgetDocument } from '../support/generated/operations.js';
import { newTenant } from '../support/spending.js';
import { post, startWorld, type World } from '../support/world.js';

let world: World;
let client: Client;
beforeAll(async () => {
  world = await startWorld();
  client = new Client({ connectionString: world.database.url });
  await client.connect();
});
afterEach(() => setClock(world, undefined));
afterAll(async () => {
  await client.end();
  await world.close();
});

let counter = 0;
/** A call that costs 0.0025 USD. */
function call(userId: string, occurredAt?: string) {
  counter += 1;
  return {
    idempotencyKey: `key-${counter}`,
    userId,
    model: 'gpt-4o',
    promptTokens: 1000,
    ...(occurredAt && { occurredAt }),
  };
}

async function setBudget(key: string, input: object): Promise<string> {
  const whole = { limit: '100', period: 'DAY' as const, ...input };
  return (await world.ask(SetBudgetDocument, { input: whole }, key)).setBudget.id;
}

/** Of each period row of the organization's budgets of this period: what it has spent, in the order of time. */
async function spentBy(period: string): Promise<string[]> {
  const { rows } = await client.query<{ spent: string }>(
    `SELECT bp.spent_pico_usd::text AS spent FROM budget_period bp JOIN budget b ON b.id = bp.budget_id
     WHERE b.period = $1 AND b.organization_id = (SELECT organization_id FROM organization ORDER BY organization_id DESC LIMIT 1)
     ORDER BY bp.starts_at`,
    [period],
  );
  return rows.map(({ spent }) => spent);
}

// Charges of an account go into one sum only where no budget and no period ends between them. Seen to fail: with
// count_charges never exact (`v_is_split` left out).
test('calls of one batch count on the periods and budgets of their own instants', async () => {
  const key = await newTenant(world);
  await setClock(world, '2026-12-05T12:00:00Z');
  await setBudget(key, { userId: 'ada' });
  const ended = await setBudget(key, { period: 'MONTH' });
  await setClock(world, '2026-12-06T12:00:00Z');
  await world.ask(DeleteBudgetDocument, { id: ended }, key);
  await setClock(world, '2026-12-06T18:00:00Z');
  const instants = [
    '2026-12-05T23:59:59.999Z',
    '2026-12-06T00:00:00Z',
    '2026-12-06T11:59:59Z',
    '2026-12-06T12:01:00Z',
    '2026-12-06T17:00:00Z',
  ];
  const items = instants.map((instant) => call('ada', instant));
  const { recordUsageBatch } = await world.ask(RecordUsageBatchDocument, { input: { items } }, key);
  expect(recordUsageBatch.items.map(({ error }) => error)).toEqual(instants.map(() => null));
  expect(await spentBy('DAY')).toEqual(['2500000000', '10000000000']);
  // Three came before it was deleted.
  expect(await spentBy('MONTH')).toEqual(['7500000000']);
});

/** [what is between the two calls, when the budget is made and deleted, its period, the two instants, what it spent by period] */
const BETWEEN: [string, string, string | undefined, 'DAY' | 'MONTH', [string, string], string[]][] = [
  ['a budget ends', '05T09', '05T12', 'MONTH', ['05T17', '05T10'], ['2500000000']],
  ['a period ends', '05T09', undefined, 'DAY', ['05T23', '06T00'], ['2500000000', '2500000000']],
  ['a budget begins', '06T09', undefined, 'DAY', ['05T23', '06T00'], ['2500000000']],
];

// Seen to fail: each with its part of is_split left out.
test.each(BETWEEN)('where %s between two calls of a batch', async (_what, made, deleted, period, instants, spent) => {
  const at = (hour: string) => `2026-12-${hour}:00:00Z`;
  const key = await newTenant(world);
  await setClock(world, at(made));
  const id = await setBudget(key, { period });
  if (deleted !== undefined) {
    await setClock(world, at(deleted));
    await world.ask(DeleteBudgetDocument, { id }, key);
  }
  await setClock(world, at('06T18'));
  const items = instants.map((instant) => call('ada', at(instant)));
  const { recordUsageBatch } = await world.ask(RecordUsageBatchDocument, { input: { items } }, key);
  expect(recordUsageBatch.items.map(({ error }) => error)).toEqual([null, null]);
  expect(await spentBy(period)).toEqual(spent);
});

const PARTS = 'fragment Parts on RecordUsagePayload { budgets { spent } }';
const ASKING: [how: string, selection: string, fragments: string][] = [
  ['by its name', 'budgets { spent }', ''],
  ['by another name', 'left: budgets { spent }', ''],
  ['in an inline fragment', '... on RecordUsagePayload { budgets { spent } }', ''],
  ['in a fragment', '...Parts', PARTS],
  ['in a fragment of a fragment', '...Outer', `fragment Outer on RecordUsagePayload { replayed ...Parts } ${PARTS}`],
];

// Three times each: the third sight of a document is answered by compiled code.
// Seen to fail: with fragments, or inline fragments, not looked into.
test.each(ASKING)(
  'budgets that are asked for %s are told, of a call and of a batch',
  async (_how, selection, fragments) => {
    const key = await newTenant(world);
    await setBudget(key, { userId: 'ada' });
    const single = `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { ${selection} } } ${fragments}`;
    const batch = `mutation ($input: RecordUsageBatchInput!) {
    recordUsageBatch(input: $input) { items { result { ${selection} } } } } ${fragments}`;
    for (let sight = 1; sight <= 3; sight += 1) {
      const one = await post(world.server.url, { query: single, variables: { input: call('ada') } }, key);
      expect(JSON.stringify(one.data)).toContain(
        `[{"spent":"${(0.0025 * (2 * sight - 1)).toFixed(4).replace(/0+$/, '')}"}]`,
      );
      const many = await post(world.server.url, { query: batch, variables: { input: { items: [call('ada')] } } }, key);
      expect(JSON.stringify(many.data)).toContain(`[{"spent":"${(0.005 * sight).toFixed(4).replace(/0+$/, '')}"}]`);
    }
  },
);

// Seen to fail: with withPeriods left to the first item of the batch.
test('of calls that share a batch each is told what it asked for', async () => {
  const key = await newTenant(world);
  await setBudget(key, { userId: 'ada' });
  const asks = (selection: string) =>
    `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { ${selection} } }`;
  const answers = await Promise.all(
    Array.from({ length: 40 }, async (_, turn) => {
      const query = asks(turn % 2 === 0 ? 'replayed' : 'replayed budgets { spent }');
      const { data } = await post(world.server.url, { query, variables: { input: call('ada') } }, key);
      return (data as { recordUsage: { budgets?: { spent: string }[] } }).recordUsage.budgets?.[0]?.spent;
    }),
  );
  const spent = answers.filter((_, turn) => turn % 2 === 1).map(Number);
  expect(answers.filter((_, turn) => turn % 2 === 0)).toEqual(Array.from({ length: 20 }, () => undefined));
  expect(new Set(spent).size).toBe(20);
  expect(Math.max(...spent)).toBeLessThanOrEqual(0.1);
});

// Seen to fail: with the repeats of a key not asked whether they want budgets.
test('the same key again is told what it asked for, also where the first in its batch asked for nothing', async () => {
  const key = await newTenant(world);
  await setBudget(key, { userId: 'ada' });
  const told = async (input: object, selection: string) => {
    const query = `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { ${selection} } }`;
    const { data } = await post<{ recordUsage: object }>(world.server.url, { query, variables: { input } }, key);
    return data?.recordUsage;
  };
  for (let round = 1; round <= 10; round += 1) {
    const input = call('ada');
    // While the first call is under way the others wait for their batch together.
    const busy = told(call('ada'), 'replayed');
    const plain = Array.from({ length: 4 }, () => told(input, 'replayed'));
    const asked = Array.from({ length: 4 }, () => told(input, 'budgets { spent }'));
    await Promise.all([busy, ...plain]);
    for (const answer of await Promise.all(asked)) {
      expect(answer).toEqual({ budgets: [{ spent: expect.any(String) as string }] });
    }
  }
});

// Alerts look thresholds up by halving. Seen to fail: without the CHECK.
test('a budget whose thresholds are not in ascending order is no row', async () => {
  const key = await newTenant(world);
  const id = await setBudget(key, { userId: 'ada' });
  const uuid = Buffer.from(id, 'base64url').toString().split(':')[1];
  for (const thresholds of [
    [80, 50],
    [50, 50],
    [10, 30, 20],
  ]) {
    const change = client.query('UPDATE budget SET thresholds = $2 WHERE id = $1', [uuid, thresholds]);
    await expect(change).rejects.toMatchObject({ code: '23514' });
  }
  for (const thresholds of [[], [7], [1, 2, 1000]]) {
    expect((await client.query('UPDATE budget SET thresholds = $2 WHERE id = $1', [uuid, thresholds])).rowCount).toBe(
      1,
    );
  }
  await setBudget(key, { userId: 'ada' });
});

// Seen to fail: with either function of before left out of the migration.
test('a server of the version before, which calls record_usage without p_with_periods, still records', async () => {
  const key = await newTenant(world);
  await setBudget(key, { userId: 'ada' });
  await world.ask(RecordUsageBatchDocument, { input: { items: [call('ada')] } }, key);
  const { rows } = await client.query<{ periods: string }>(
    `SELECT r.periods FROM usage_record u
     JOIN organization_gate g USING (organization_id)
     CROSS JOIN catalog_version v
     CROSS JOIN LATERAL record_usage(u.organization_id, v.version, g.price_version, u.batch_id, false, true,
       ARRAY['of the version before'], ARRAY[u.key_day], ARRAY[u.content_hash], ARRAY[u.kind], ARRAY[u.account_id], NULL, NULL,
       NULL, ARRAY[u.model_sent], ARRAY[u.provider], ARRAY[u.model], ARRAY[u.quantities], NULL, NULL, NULL,
       ARRAY[u.pricing_id], ARRAY[u.lines], ARRAY[u.has_unrated_units], NULL, ARRAY[u.markup], ARRAY[u.cost_pico_usd],
       ARRAY[u.charge_pico_usd], ARRAY[u.occurred_at], ARRAY[u.budget_at], ARRAY[1000], ARRAY[0], ARRAY[0], ARRAY[0]) r
     WHERE u.organization_id = (SELECT organization_id FROM organization ORDER BY organization_id DESC LIMIT 1)
       AND v.organization_id = '00000000-0000-0000-0000-000000000000'`,
  );
  // Its fields by their places: limit, spent, held, enforcement, rank, thresholds, whether in grace, what was added.
  const periods = JSON.parse(rows[0]?.periods ?? '') as unknown[];
  expect(periods.slice(8)).toEqual([
    expect.any(String),
    '5000000000',
    '0',
    'HARD',
    1,
    expect.any(Array),
    false,
    '2500000000',
  ]);
  expect(await spentBy('DAY')).toEqual(['5000000000']);
  // One that began before the migration finds the inner function too.
  const { rows: counted } = await client.query<{ crossed: boolean }>(
    `SELECT c.crossed FROM usage_record u CROSS JOIN LATERAL count_charges(u.organization_id, u.account_id, u.recorded_at, false,
       ARRAY[u.account_id], ARRAY[u.team_id], ARRAY[u.provider], ARRAY[u.model], ARRAY[0], ARRAY[u.budget_at]) c
     WHERE u.idempotency_key = 'of the version before'`,
  );
  expect(counted).toEqual([{ crossed: false }]);
});
