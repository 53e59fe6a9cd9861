/** What is held already when a budget is made. The reservations are written here as the hot functions write them. */
import { Client } from 'pg';
import { newId } from '../../src/node-id.js';
import { BudgetStatusDocument, SetBudgetDocument, type SetBudgetInput } from '../support/generated/operations.js';
import { setClock } from '../support/clock.js';
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
  await world.close();
});

interface Held {
  readonly usd: number;
  readonly user?: string;
  readonly team?: string;
  readonly run?: string;
  readonly model?: string;
  readonly state?: string;
  readonly at?: string;
}

async function organizationId(): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT organization_id AS id FROM organization ORDER BY created_at DESC LIMIT 1',
  );
  return rows[0]!.id;
}

/** Answers with its id. */
async function hold({ usd, user, team, run, model, state = 'HELD', at }: Held): Promise<string> {
  const id = newId();
  await client.query(
    `INSERT INTO reservation (organization_id, id, account_id, user_id, team_id, run_id, provider, model, amount_pico_usd,
       state, budget_ids, period_starts, created_at, expires_at, ended_at)
     SELECT $1, $2, coalesce(u.id, t.id, root.id), u.id, t.id, $5, CASE WHEN $6::text IS NULL THEN NULL ELSE 'openai' END, $6,
       $7::numeric * 1000000000000, $8, '{}', '{}', coalesce($9, tollgate_now()), tollgate_now() + interval '1 hour',
       CASE WHEN $8 = 'HELD' THEN NULL ELSE tollgate_now() END
     FROM account root
     LEFT JOIN account u ON u.organization_id = $1 AND u.kind = 'USER' AND u.external_id = $3
     LEFT JOIN account t ON t.organization_id = $1 AND t.kind = 'TEAM' AND t.external_id = $4
     WHERE root.organization_id = $1 AND root.kind = 'ORGANIZATION'`,
    [await organizationId(), id, user ?? null, team ?? null, run ?? null, model ?? null, usd, state, at ?? null],
  );
  return id;
}

async function setBudget(key: string, input: Partial<SetBudgetInput>) {
  const whole = { period: 'MONTH' as const, limit: '1000', ...input };
  return (await world.ask(SetBudgetDocument, { input: whole }, key)).setBudget;
}

async function heldOf(key: string, names: { userId?: string; runId?: string }) {
  const { budgetStatus } = await world.ask(BudgetStatusDocument, names, key);
  return budgetStatus.budgets.map(({ account, held, remaining }) => [account?.kind, held, remaining]);
}

// Seen to fail: with each of the ranks 0 to 2 matched by another column, or by none, in lock_held; without the state there.
test('what is held below the account in the current period is held on it', async () => {
  const key = await newTenant(world);
  await spend(world, key, { userId: 'ada', teamId: 'red', amount: '0' });
  await spend(world, key, { userId: 'bob', teamId: 'red', amount: '0' });
  await hold({ usd: 1, user: 'ada', team: 'red', run: 'r' });
  await hold({ usd: 2, user: 'ada', team: 'red' });
  await hold({ usd: 4, user: 'bob', team: 'red', run: 'r' });
  await hold({ usd: 8, team: 'red' });
  await hold({ usd: 16 });
  await hold({ usd: 32, user: 'ada', team: 'red', run: 'r', state: 'RELEASED' });
  await hold({ usd: 64, user: 'ada', team: 'red', run: 'r', at: '2026-01-31T00:00:00Z' });
  for (const names of [{ runId: 'r', userId: 'ada' }, { userId: 'ada' }, { teamId: 'red' }, {}]) {
    await setBudget(key, names);
  }
  expect(await heldOf(key, { runId: 'r' })).toEqual([
    ['RUN', '5', '995'],
    ['USER', '3', '997'],
    ['TEAM', '15', '985'],
    ['ORGANIZATION', '31', '969'],
  ]);
  // The same again changes the limit and holds nothing twice.
  await setBudget(key, { userId: 'ada', limit: '10' });
  expect((await heldOf(key, { userId: 'ada' }))[0]).toEqual(['USER', '3', '7']);
});

// Seen to fail: without the models in lock_held.
test('with models, only what is held for those', async () => {
  const key = await newTenant(world);
  await hold({ usd: 1, model: 'gpt-4o' });
  await hold({ usd: 2, model: 'gpt-4o-mini' });
  await hold({ usd: 4 });
  await setBudget(key, { models: [{ provider: 'openai', name: 'gpt-4o' }] });
  expect(await heldOf(key, {})).toEqual([['ORGANIZATION', '1', '999']]);
});

// Seen to fail: with an UPDATE of reservations in set_budget that reaches none, which its own guard reports.
test('each reservation knows the rows that it is held on, so that its end frees it there', async () => {
  const key = await newTenant(world);
  const [id, early] = [await hold({ usd: 1, run: 'r' }), await hold({ usd: 2, at: '2026-01-31T00:00:00Z' })];
  const lifetime = await setBudget(key, { period: 'LIFETIME' });
  const month = await setBudget(key, { period: 'MONTH' });
  const run = await setBudget(key, { runId: 'r' });
  const { rows } = await client.query<{ budgets: string[]; areRows: boolean }>(
    `SELECT array_agg(f.budget_id::text ORDER BY f.n) AS budgets, bool_and(EXISTS (SELECT FROM budget_period bp
       WHERE bp.organization_id = r.organization_id AND bp.budget_id = f.budget_id AND bp.starts_at = f.starts_at)) AS "areRows"
     FROM reservation r CROSS JOIN unnest(r.budget_ids, r.period_starts) WITH ORDINALITY AS f (budget_id, starts_at, n)
     WHERE r.id = ANY ($1) GROUP BY r.id ORDER BY r.id = $2 DESC`,
    [[id, early], id],
  );
  const uuids = [lifetime, month, run].map((budget) => Buffer.from(budget.id, 'base64url').toString().slice(7));
  expect(rows).toEqual([
    { budgets: uuids, areRows: true },
    { budgets: [uuids[0]], areRows: true },
  ]);
});

// Seen to fail: with all that is locked held on each row.
test('one made by a server whose clock is ahead is held in its own period', async () => {
  const key = await newTenant(world);
  await setClock(world, '2026-12-01T23:55:00Z');
  await hold({ usd: 1 });
  await hold({ usd: 2, at: '2026-12-02T00:00:30Z' });
  await setBudget(key, { period: 'DAY' });
  expect(await heldOf(key, {})).toEqual([['ORGANIZATION', '1', '999']]);
  await setClock(world, '2026-12-02T00:01:00Z');
  expect(await heldOf(key, {})).toEqual([['ORGANIZATION', '2', '998']]);
  await setClock(world, undefined);
});
