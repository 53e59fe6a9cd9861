/** Budgets made, limits moved, users made and moved while calls are recorded: no period row may be wrong afterwards. */
import { Client } from 'pg';
import { booksOf } from '../support/books.js';
import { setClock } from '../support/clock.js';
import {
  BudgetStatusDocument,
  DeleteBudgetDocument,
  SetAccountDocument,
  SetBudgetDocument,
  SpendDocument,
  type SetBudgetInput,
} from '../support/generated/operations.js';
import { newTenant, spend } from '../support/spending.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let client: Client;
beforeAll(async () => {
  world = await startWorld();
  client = new Client({ connectionString: world.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  // The last test takes the gate away, to see that the books are then wrong.
  await world.close('BROKEN');
});

const limitOf = (n: number): string => `${(n % 7) + 1}`;
const identities: Partial<SetBudgetInput>[] = [
  {},
  { period: 'DAY' },
  { period: 'LIFETIME' },
  { teamId: 'red' },
  { teamId: 'blue', period: 'DAY' },
  { userId: 'u0' },
  { userId: 'u1', period: 'DAY' },
  { userId: 'u2', period: 'WEEK' },
];

/** One writer: what it does depends on its number and step alone. */
async function write(key: string, writer: number, steps: number): Promise<void> {
  const made: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    const n = writer * 7 + step;
    const identity = identities[n % identities.length];
    const input: SetBudgetInput = {
      period: 'MONTH',
      limit: limitOf(n),
      enforcement: 'SOFT',
      thresholds: [n % 2 ? 50 : 60, 100],
      ...identity,
    };
    const answer = await world.send(SetBudgetDocument, { input }, key);
    if (answer.data) made.push(answer.data.setBudget.id);
    const old = step % 5 === 4 ? made.shift() : undefined;
    if (old !== undefined) await world.send(DeleteBudgetDocument, { id: old }, key);
    if (step % 3 === 0) {
      const account = { kind: 'USER', externalId: `u${n % 6}`, teamId: n % 2 ? 'red' : 'blue' } as const;
      await world.send(SetAccountDocument, { input: account }, key);
    }
  }
}

/** Calls around midnight of a month's end, so that rows of new periods are made all the time. */
async function record(key: string, lane: number, isOver: () => boolean): Promise<number> {
  const midnight = Date.parse('2027-04-01T00:00:00Z');
  let count = 0;
  for (; !isOver(); count += 1) {
    const occurredAt = new Date(midnight + (((count * 37) % 9) - 5) * 20_000).toISOString();
    const input = {
      idempotencyKey: `${lane} ${count} ${crypto.randomUUID()}`,
      userId: `u${(count + lane) % 8}`,
      amount: `0.0${lane}${(count % 9) + 1}`,
      onlyIfFits: false,
      occurredAt,
    };
    await world.send(SpendDocument, { input }, key);
  }
  return count;
}

async function stress(steps: number): Promise<number> {
  const key = await newTenant(world);
  await setClock(world, '2027-03-31T23:58:30Z');
  let over = false;
  const records = [0, 1, 2, 3, 4, 5, 6, 7].map((lane) => record(key, lane, () => over));
  await Promise.all([0, 1, 2, 3].map((writer) => write(key, writer, steps)));
  over = true;
  return (await Promise.all(records)).reduce((sum, count) => sum + count, 0);
}

/** Takes the gate out of the functions of this test's own database. */
async function removeGate(): Promise<void> {
  for (const name of ['record_usage', 'set_budget', 'delete_budget']) {
    const { rows } = await client.query<{ text: string }>(
      `SELECT pg_get_functiondef(oid) AS text FROM pg_proc
       WHERE proname = $1 AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')`,
      [name],
    );
    const text = rows[0]!.text;
    const open = text.replace(
      /(FROM public\.organization_gate g WHERE g\.organization_id = p_org) FOR (SHARE|UPDATE)/,
      '$1',
    );
    expect(open).not.toBe(text);
    await client.query(open);
  }
}

// Seen to fail: without the gate in set_budget, where all but one met the unique key.
test('eight that set one budget at once make one', async () => {
  const key = await newTenant(world);
  await spend(world, key, { userId: 'u', amount: '1' });
  // The first round finds the connections of the pool unopened, and so one call after the other.
  const names = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'gpt-4.1-mini', 'gpt-5'];
  for (const models of names.map((name) => [{ provider: 'openai', name }])) {
    const input = { userId: 'u', period: 'MONTH', limit: '1', enforcement: 'HARD', thresholds: [], models } as const;
    const answers = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map((limit) =>
        world.ask(SetBudgetDocument, { input: { ...input, limit: `${limit}`, thresholds: [] } }, key),
      ),
    );
    expect(new Set(answers.map((answer) => answer.setBudget.id)).size).toBe(1);
  }
  const { budgetStatus } = await world.ask(BudgetStatusDocument, { userId: 'u' }, key);
  expect(budgetStatus.budgets).toHaveLength(5);
});

// Seen to fail: without FOR UPDATE in set_budget alone, and without FOR SHARE in record_usage alone.
test('4 writers and 8 recorders leave no wrong period row; without the gate the same leaves some', async () => {
  const recorded = await stress(100);
  expect(recorded).toBeGreaterThan(200);
  const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM budget_period');
  expect(Number(rows[0]?.count)).toBeGreaterThan(20);
  expect(await booksOf(client)).toEqual([]);

  await removeGate();
  let wrong: string[] = [];
  for (let round = 0; round < 10 && wrong.length === 0; round += 1) {
    await stress(60);
    wrong = await booksOf(client);
  }
  expect(wrong.length).toBeGreaterThan(0);
});
