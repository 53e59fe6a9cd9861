import { Client } from 'pg';
import {
  AlertsDocument,
  BudgetStatusDocument,
  CheckBudgetDocument,
  CreateApiKeyDocument,
  DeleteBudgetDocument,
  NodeByIdDocument,
  RecordUsageDocument,
  SetAccountDocument,
  SetBudgetDocument,
  SetOrganizationDocument,
  SetPricingDocument,
  SpendDocument,
  type BudgetStatusQuery,
  type CheckBudgetInput,
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
  await world.close();
});

type Status = BudgetStatusQuery['budgetStatus']['budgets'][number];

const monthly: SetBudgetInput = { period: 'MONTH', limit: '100', enforcement: 'HARD', thresholds: [50, 80, 100] };

async function setBudget(key: string, input: Partial<SetBudgetInput>) {
  return (await world.ask(SetBudgetDocument, { input: { ...monthly, ...input } }, key)).setBudget;
}

async function statusOf(key?: string, variables: { userId?: string; teamId?: string } = {}): Promise<Status[]> {
  return (await world.ask(BudgetStatusDocument, variables, key)).budgetStatus.budgets;
}

async function thresholdsRaised(key: string): Promise<[number | null, string | null][]> {
  const { alerts } = await world.ask(AlertsDocument, { first: 200 }, key);
  return alerts.edges.map(({ node }): [number | null, string | null] => [node.threshold, node.limit]).reverse();
}

/** `gpt-4o`: 400,000 input tokens are 1 USD. */
async function call(key: string, userId: string, model = 'gpt-4o', promptTokens = 400_000): Promise<void> {
  const input = { idempotencyKey: crypto.randomUUID(), userId, model, promptTokens };
  await world.ask(RecordUsageDocument, { input }, key);
}

describe('what a budget may be', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  test.each<[string, object, string]>([
    ['a negative limit', { limit: '-0.000000000001' }, 'limit'],
    ['a limit that is no number', { limit: 'NaN' }, 'limit'],
    ['a limit without end', { limit: 'Infinity' }, 'limit'],
    ['an exponent', { limit: '1e3' }, 'limit'],
    ['a number literal', { limit: 5 }, 'limit'],
    ['a thirteenth decimal place', { limit: '0.0000000000001' }, 'limit'],
    ['more digits than the column has', { limit: '1'.repeat(27) }, 'limit'],
    ['no limit', { limit: null }, 'limit'],
    ['a threshold of 0', { thresholds: [50, 0] }, 'thresholds'],
    ['a threshold of 1001', { thresholds: [1001] }, 'thresholds'],
    ['21 thresholds', { thresholds: many(21) }, 'thresholds'],
    ['an anchor day of a DAY', { period: 'DAY', anchorDay: 1 }, 'anchorDay'],
    ['an anchor day of a WEEK', { period: 'WEEK', anchorDay: 1 }, 'anchorDay'],
    ['an anchor day of a LIFETIME', { period: 'LIFETIME', anchorDay: 1 }, 'anchorDay'],
    ['anchor day 0', { anchorDay: 0 }, 'anchorDay'],
    ['anchor day 32', { anchorDay: 32 }, 'anchorDay'],
    ['an anchor month of a MONTH', { anchorMonth: 1 }, 'anchorMonth'],
    ['anchor month 13', { period: 'YEAR', anchorMonth: 13 }, 'anchorMonth'],
    ['no model in the list', { models: [] }, 'models'],
    ['a provider with a slash', { models: [{ provider: 'a/b', name: 'c' }] }, 'models'],
    ['a model without a name', { models: [{ provider: 'openai', name: ' ' }] }, 'models'],
    ['a blank name', { name: ' ' }, 'name'],
    ['a blank user', { userId: '' }, 'userId'],
    ['a team of 256 characters', { userId: 'u', teamId: 'x'.repeat(256) }, 'teamId'],
    ['an unknown field', { spent: '0' }, ''],
  ])('%s is refused', async (_what, change, field) => {
    const input = { ...monthly, ...change };
    const { errors } = await world.send(SetBudgetDocument, { input });
    expect(errors?.map((error) => error.extensions['code'])).toEqual(['BAD_USER_INPUT']);
    if (field) expect(JSON.stringify(errors?.[0]?.extensions['field'])).toContain(field);
    expect(await statusOf()).toEqual([]);
  });

  // E2. Seen to fail: without the CHECKs of `budget` and `budget_period`; NaN is greater than every amount, so it would allow all.
  test.each([
    ['a limit that is no number', 'limit_pico_usd', `'NaN'`],
    ['a negative limit', 'limit_pico_usd', '-1'],
    ['a threshold of 0', 'thresholds', `'{0}'`],
    ['an unknown enforcement', 'enforcement', `'MEDIUM'`],
  ])('the database refuses %s too', async (_what, column, value) => {
    const key = await newTenant(world);
    await setBudget(key, {});
    const tables = column === 'thresholds' ? ['budget'] : ['budget', 'budget_period'];
    for (const table of tables) {
      await expect(client.query(`UPDATE ${table} SET ${column} = ${value}`)).rejects.toMatchObject({ code: '23514' });
    }
  });

  test('what is left out has its default, and thresholds are sorted', async () => {
    const key = await newTenant(world, 'Asia/Tokyo');
    const { setBudget: made } = await world.ask(
      SetBudgetDocument,
      { input: { period: 'MONTH', limit: '12.50', thresholds: [90, 10, 90] } },
      key,
    );
    expect(made).toMatchObject({
      account: { kind: 'ORGANIZATION', externalId: '' },
      limit: '12.5',
      enforcement: 'HARD',
      thresholds: [10, 90],
      models: null,
      anchorDay: null,
      zone: 'Asia/Tokyo',
      endedAt: null,
    });
    expect(await world.codeOf(SetOrganizationDocument, { input: { zone: 'UTC' } }, key)).toBe('BAD_USER_INPUT');
  });
});

describe('which budget it is', () => {
  test('account, period and models make it; the same again changes the rest', async () => {
    const key = await newTenant(world);
    const [gpt, claude] = [
      { provider: 'openai', name: 'gpt-4o' },
      { provider: 'anthropic', name: 'claude-sonnet-4-5' },
    ];
    const first = await setBudget(key, { userId: 'u', name: 'mine', models: [gpt, claude] });
    const again = await setBudget(key, {
      userId: 'u',
      models: [claude, gpt, claude],
      limit: '7',
      enforcement: 'SOFT',
      thresholds: [],
    });
    expect(again).toEqual({ ...first, limit: '7', enforcement: 'SOFT', thresholds: [] });
    expect(await setBudget(key, { userId: 'u', models: [claude, gpt], name: null })).toMatchObject({ name: null });
    const others: Partial<SetBudgetInput>[] = [{}, { period: 'DAY' }, { models: [gpt] }, { teamId: 'u', userId: null }];
    const ids = [first.id];
    for (const other of others) ids.push((await setBudget(key, { userId: 'u', ...other })).id);
    expect(new Set(ids).size).toBe(5);
    expect(await statusOf(key, { userId: 'u' })).toHaveLength(4);
  });

  // Seen to fail: without the comparison of anchors in set_budget.
  test('its anchor is fixed: another one is refused and changes nothing', async () => {
    const key = await newTenant(world);
    const made = await setBudget(key, { period: 'YEAR', anchorDay: 15, anchorMonth: 4 });
    for (const anchor of [{ anchorDay: 16 }, { anchorMonth: 5 }, { anchorDay: 15, anchorMonth: 1 }]) {
      const input = { ...monthly, period: 'YEAR', limit: '1', ...anchor } as const;
      expect(await world.codeOf(SetBudgetDocument, { input }, key)).toBe('BAD_USER_INPUT');
    }
    expect(await statusOf(key)).toMatchObject([{ limit: '100' }]);
    const same = await setBudget(key, { period: 'YEAR', limit: '2', anchorDay: 15 });
    expect(same).toEqual({ ...made, limit: '2' });
  });

  // Seen to fail: with p_now - 1 day in set_budget's choice of rows, a period that ended got the new limit.
  test('a change rewrites the rows that have not ended, and no other', async () => {
    const key = await newTenant(world);
    const made = await setBudget(key, { period: 'DAY' });
    await client.query(
      `INSERT INTO budget_period SELECT organization_id, budget_id, starts_at - interval '1 day', starts_at, limit_pico_usd, 0, 0,
        enforcement, thresholds, NULL, rank FROM budget_period WHERE limit_pico_usd = 100000000000000 AND organization_id =
        (SELECT organization_id FROM organization ORDER BY created_at DESC LIMIT 1)`,
    );
    await setBudget(key, { period: 'DAY', limit: '3', enforcement: 'SHADOW', thresholds: [1] });
    const { rows } = await client.query(
      `SELECT limit_pico_usd, enforcement, thresholds FROM budget_period WHERE budget_id = $1 ORDER BY starts_at`,
      [Buffer.from(made.id, 'base64url').toString().replace('budget:', '')],
    );
    expect(rows).toEqual([
      { limit_pico_usd: '100000000000000', enforcement: 'HARD', thresholds: [50, 80, 100] },
      { limit_pico_usd: '3000000000000', enforcement: 'SHADOW', thresholds: [1] },
    ]);
  });
});

describe('what a new budget has spent', () => {
  // Seen to fail: with 0 in place of sum_charges in set_budget.
  test('everything of its account and below in its current period', async () => {
    const key = await newTenant(world);
    await spend(world, key, { userId: 'ada', teamId: 'red', amount: '1' });
    await spend(world, key, { userId: 'bob', teamId: 'red', amount: '2' });
    await spend(world, key, { teamId: 'red', amount: '4' });
    await spend(world, key, { amount: '8' });
    await spend(world, key, { userId: 'ada', amount: '16', occurredAt: '2026-03-01T00:00:00Z' });
    await setBudget(key, { userId: 'ada' });
    await setBudget(key, { userId: 'ada', period: 'LIFETIME' });
    await setBudget(key, { teamId: 'red' });
    await setBudget(key, {});
    await setBudget(key, { period: 'LIFETIME' });
    const spent = (await statusOf(key, { userId: 'ada' })).map((row) => [row.account?.kind, row.period, row.spent]);
    expect(spent).toEqual([
      ['USER', 'MONTH', '1'],
      ['USER', 'LIFETIME', '17'],
      ['TEAM', 'MONTH', '7'],
      ['ORGANIZATION', 'MONTH', '15'],
      ['ORGANIZATION', 'LIFETIME', '31'],
    ]);
  });

  // Seen to fail: without `u.team_id = p_account` in sum_charges, and with the user's present team in place of account_team.
  test("a team's usage stays with it when a user moves", async () => {
    const key = await newTenant(world);
    await spend(world, key, { userId: 'ada', teamId: 'red', amount: '1' });
    await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'ada', teamId: 'blue' } }, key);
    await spend(world, key, { userId: 'ada', amount: '2' });
    await setBudget(key, { teamId: 'red' });
    await setBudget(key, { teamId: 'blue' });
    await setBudget(key, { userId: 'ada' });
    expect(await statusOf(key, { teamId: 'red' })).toMatchObject([{ spent: '1' }]);
    expect(await statusOf(key, { userId: 'ada' })).toMatchObject([{ spent: '3' }, { spent: '2' }]);
  });

  // Seen to fail: without the models in sum_charges, and without them in count_charges.
  test('with models, only the calls of those; a deduction is a call of none', async () => {
    const key = await newTenant(world);
    const gpt = { provider: 'openai', name: 'gpt-4o' };
    const before = await setBudget(key, { userId: 'u', models: [gpt] });
    for (const model of ['gpt-4o', 'openai:gpt-4o', 'claude-sonnet-4-5']) await call(key, 'u', model);
    await spend(world, key, { userId: 'u', amount: '5' });
    const slashed = { provider: 'openrouter', name: 'anthropic/claude-3-haiku' };
    const after = await setBudget(key, { models: [slashed, gpt] });
    expect(await statusOf(key, { userId: 'u' })).toMatchObject([
      { budgetId: before.id, spent: '2', models: [gpt] },
      { budgetId: after.id, spent: '2', models: [gpt, slashed] },
    ]);
  });

  // Seen to fail: with the names stored as they were sent, in place of those that they resolve to.
  test.each([
    ['a dated snapshot', 'openai', 'gpt-4o-2024-08-06'],
    ['a provider that offers it too', 'azure', 'gpt-4o'],
    ['other capitals', 'OpenAI', 'GPT-4o'],
  ])('a model counts by what its name means: %s', async (_what, provider, name) => {
    const key = await newTenant(world);
    const gpt = { provider: 'openai', name: 'gpt-4o' };
    const made = await setBudget(key, { userId: 'u', models: [{ provider, name }] });
    expect(made.models).toEqual([gpt]);
    expect((await setBudget(key, { userId: 'u', models: [gpt] })).id).toBe(made.id);
    const input = { idempotencyKey: crypto.randomUUID(), userId: 'u', provider, model: name, promptTokens: 400_000 };
    await world.ask(RecordUsageDocument, { input }, key);
    expect(await statusOf(key, { userId: 'u' })).toMatchObject([{ spent: '1', models: [gpt] }]);
  });

  test('a model of the organization’s own is one as soon as it has a price', async () => {
    const key = await newTenant(world);
    const models = [{ provider: 'zz', name: 'qq' }];
    const refused = await world.send(SetBudgetDocument, { input: { ...monthly, models } }, key);
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: ['input', 'models', 0] });
    const price = { provider: 'zz', model: 'qq', promptTokenPrice: '1' };
    await world.ask(SetPricingDocument, { input: price }, key);
    expect(await setBudget(key, { models })).toMatchObject({ models });
  });
});

describe('an end', () => {
  // Seen to fail: without the subtraction in delete_budget, and without `ended_at` in count_charges.
  test('a deleted budget counts what was before, nothing after, and its rows stay', async () => {
    const key = await newTenant(world);
    const { asOf } = (await world.ask(BudgetStatusDocument, {}, key)).budgetStatus;
    const at = (ms: number) => new Date(Date.parse(asOf) + ms).toISOString();
    const ahead = at(120_000);
    const { id } = await setBudget(key, { period: 'LIFETIME' });
    await spend(world, key, { amount: '1' });
    await spend(world, key, { amount: '2', occurredAt: ahead });
    const { deleteBudget } = await world.ask(DeleteBudgetDocument, { id }, key);
    expect(deleteBudget.endedAt).not.toBeNull();
    await spend(world, key, { amount: '4', occurredAt: ahead });
    await spend(world, key, { amount: '8', occurredAt: at(-3_600_000) });
    const uuid = Buffer.from(id, 'base64url').toString().replace('budget:', '');
    const { rows } = await client.query('SELECT spent_pico_usd FROM budget_period WHERE budget_id = $1', [uuid]);
    expect(rows).toEqual([{ spent_pico_usd: '9000000000000' }]);
    expect(await statusOf(key)).toEqual([]);
    expect((await world.ask(DeleteBudgetDocument, { id }, key)).deleteBudget).toEqual(deleteBudget);
    const next = await setBudget(key, { period: 'LIFETIME' });
    expect(next.id).not.toBe(id);
    expect(await statusOf(key)).toMatchObject([{ spent: '15' }]);
  });

  // Seen to fail: without the organization in either statement of delete_budget.
  test("another organization's budget is as unknown as a missing one, and goes on", async () => {
    const owner = await newTenant(world);
    const { id } = await setBudget(owner, {});
    const key = await newTenant(world);
    const foreign = await world.send(DeleteBudgetDocument, { id }, key);
    expect(foreign.errors?.[0]?.extensions['code']).toBe('NOT_FOUND');
    expect(await world.send(DeleteBudgetDocument, { id: 'bm9wZQ' }, key)).toEqual(foreign);
    expect(await statusOf(owner)).toHaveLength(1);
  });
});

describe('alerts of a changed limit', () => {
  // Seen to fail: without the call of raise_budget_alerts in set_budget; without p_limit_before, a raise fired 50 again.
  test('a lower limit fires at once what it crosses, a higher one arms anew', async () => {
    const key = await newTenant(world);
    await setBudget(key, { limit: '10' });
    await spend(world, key, { amount: '4' });
    expect(await thresholdsRaised(key)).toEqual([]);
    await setBudget(key, { limit: '5' });
    const lowered = [
      [50, '5'],
      [80, '5'],
    ];
    expect(await thresholdsRaised(key)).toEqual(lowered);
    await setBudget(key, { limit: '6' });
    expect(await thresholdsRaised(key)).toEqual(lowered);
    await spend(world, key, { amount: '0.9' });
    const armed = [...lowered, [80, '6']];
    expect(await thresholdsRaised(key)).toEqual(armed);
    await setBudget(key, { limit: '10' });
    await setBudget(key, { limit: '6' });
    const again = [...armed, [50, '6']];
    expect(await thresholdsRaised(key)).toEqual(again);
    await setBudget(key, { limit: '10' });
    await setBudget(key, { limit: '6' });
    expect(await thresholdsRaised(key)).toEqual(again);
  });

  // Seen to fail: with p_thresholds_before left out.
  test('a threshold that is added below what is spent fires at once; so do those of a new budget', async () => {
    const key = await newTenant(world);
    await spend(world, key, { amount: '6' });
    await setBudget(key, { limit: '10' });
    expect(await thresholdsRaised(key)).toEqual([[50, '10']]);
    await setBudget(key, { limit: '10', thresholds: [25, 50, 60, 61] });
    expect(await thresholdsRaised(key)).toEqual([
      [50, '10'],
      [25, '10'],
      [60, '10'],
    ]);
  });

  test.each([
    ['nothing is spent', undefined, []],
    ['something is spent', '0.000000000001', [50, 80, 100]],
  ])('at limit 0, where %s', async (_what, amount, expected) => {
    const key = await newTenant(world);
    await setBudget(key, {});
    if (amount !== undefined) await spend(world, key, { amount });
    await setBudget(key, { limit: '0' });
    expect((await thresholdsRaised(key)).map(([threshold]) => threshold)).toEqual(expected);
    await spend(world, key, { amount: '0' });
    expect(await thresholdsRaised(key)).toHaveLength(expected.length);
    await spend(world, key, { amount: '1' });
    expect((await thresholdsRaised(key)).map(([threshold]) => threshold)).toEqual([50, 80, 100]);
  });
});

describe('who sees what', () => {
  async function memberKey(key: string, account: { userId?: string; teamId?: string }): Promise<string> {
    const input = { name: 'front end', roles: ['MEMBER' as const], ...account };
    return (await world.ask(CreateApiKeyDocument, { input }, key)).createApiKey.value;
  }

  async function family(): Promise<string> {
    const key = await newTenant(world);
    await spend(world, key, { userId: 'ada', teamId: 'red', amount: '25' });
    await setBudget(key, { name: 'all' });
    await setBudget(key, { teamId: 'red', name: 'red', limit: '20' });
    await setBudget(key, { userId: 'ada', name: 'ada', period: 'LIFETIME', enforcement: 'SOFT', limit: '10' });
    return key;
  }

  test('inherited budgets follow the own ones', async () => {
    const key = await family();
    const rows = await statusOf(key, { userId: 'ada' });
    expect(rows).toMatchObject([
      { name: 'ada', account: { externalId: 'ada' }, spent: '25', remaining: '-15', percent: 250, denies: false },
      { name: 'red', account: { externalId: 'red' }, spent: '25', remaining: '-5', percent: 125, denies: true },
      { name: 'all', account: { externalId: '' }, spent: '25', remaining: '75', percent: 25, denies: false },
    ]);
    expect(rows[0]).toMatchObject({ period: 'LIFETIME', startsAt: null, resetsAt: null, held: '0', limit: '10' });
    expect(await statusOf(key, { teamId: 'red' })).toEqual(rows.slice(1));
    expect(await statusOf(key)).toEqual(rows.slice(2));
  });

  // Seen to fail: with isHidden false for all.
  test('a MEMBER sees of an inherited budget only name, period, percent, resetsAt and whether it denies', async () => {
    const key = await family();
    const [own, team, root] = await statusOf(key, { userId: 'ada' });
    const shown = (row?: Status) => {
      const { name, period, percent, resetsAt, denies } = row!;
      const nothing = Object.fromEntries(Object.keys(row!).map((field) => [field, null]));
      return { ...nothing, name, period, percent, resetsAt, denies };
    };
    expect(shown(team)).toMatchObject({ name: 'red', percent: 125, denies: true, limit: null, enforcement: null });
    const user = await memberKey(key, { userId: 'ada' });
    expect(await statusOf(user, { userId: 'ada' })).toEqual([own, shown(team), shown(root)]);
    // Seen to fail: with the organization's, which it may not see, where no name is given.
    expect(await statusOf(user)).toEqual([own, shown(team), shown(root)]);
    const lead = await memberKey(key, { teamId: 'red' });
    expect(await statusOf(lead, { userId: 'ada' })).toEqual([own, team, shown(root)]);
    expect(await statusOf(lead, { teamId: 'red' })).toEqual([team, shown(root)]);
    expect(await statusOf(lead)).toEqual([team, shown(root)]);
  });

  // Seen to fail: with an empty set in place of NOT_FOUND in inheritedBy.
  test('a MEMBER finds nobody else: others, its team and unknown users answer alike', async () => {
    const key = await family();
    await spend(world, key, { userId: 'bob', amount: '1' });
    const user = await memberKey(key, { userId: 'ada' });
    const names = [{ userId: 'bob' }, { teamId: 'red' }, { userId: 'nobody' }, { userId: 'nobody', teamId: 'red' }];
    const answers = [];
    for (const name of names) answers.push(await world.send(BudgetStatusDocument, name, user));
    expect(answers.map((answer) => answer.errors?.[0]?.extensions['code'])).toEqual(names.map(() => 'NOT_FOUND'));
    const lead = await memberKey(key, { teamId: 'red' });
    expect(await world.codeOf(BudgetStatusDocument, { userId: 'nobody', teamId: 'red' }, lead)).toBe('NOT_FOUND');
    expect(await world.codeOf(BudgetStatusDocument, { userId: 'bob' }, lead)).toBe('NOT_FOUND');
  });

  test.each([
    ['ADMIN', true, true],
    ['FINANCE', true, true],
    ['SERVICE', false, true],
    ['MEMBER', false, false],
  ] as const)('%s: sets %s, checks %s', async (role, sets, checks) => {
    const admin = await family();
    const bound = role === 'MEMBER' ? { userId: 'ada' } : {};
    const input = { name: 'key', roles: [role], ...bound };
    const key = (await world.ask(CreateApiKeyDocument, { input }, admin)).createApiKey.value;
    const codeOf = async (answer: Promise<{ errors?: readonly { extensions: object }[] }>) =>
      (await answer).errors?.map(({ extensions }) => (extensions as { code: string }).code)[0];
    expect(await codeOf(world.send(SetBudgetDocument, { input: monthly }, key))).toBe(sets ? undefined : 'FORBIDDEN');
    expect(await codeOf(world.send(DeleteBudgetDocument, { id: 'x' }, key))).toBe(sets ? 'NOT_FOUND' : 'FORBIDDEN');
    expect(await codeOf(world.send(CheckBudgetDocument, { input: { amount: '1' } }, key))).toBe(
      checks ? undefined : 'FORBIDDEN',
    );
    expect(await codeOf(world.send(BudgetStatusDocument, { userId: 'ada' }, key))).toBeUndefined();
  });

  // Seen to fail: with begins_at read as a Date, which that of a LIFETIME budget is not.
  test('by its id, a MEMBER finds its own budgets and not the inherited ones', async () => {
    const key = await family();
    const [own, team] = await statusOf(key, { userId: 'ada' });
    const user = await memberKey(key, { userId: 'ada' });
    const found = { __typename: 'Budget', id: own!.budgetId };
    expect((await world.ask(NodeByIdDocument, { id: own!.budgetId! }, key)).node).toEqual(found);
    expect((await world.ask(NodeByIdDocument, { id: own!.budgetId! }, user)).node).toEqual(found);
    expect((await world.ask(NodeByIdDocument, { id: team!.budgetId! }, user)).node).toBeNull();
    expect((await world.ask(NodeByIdDocument, { id: own!.budgetId! }, await newTenant(world))).node).toBeNull();
  });

  test('asking makes nothing, and an unknown user inherits from the team that is named', async () => {
    const key = await family();
    const names = async (variables: object) => (await statusOf(key, variables)).map((row) => row.name);
    expect(await names({ userId: 'new', teamId: 'red' })).toEqual(['red', 'all']);
    expect(await names({ userId: 'new', teamId: 'new' })).toEqual(['all']);
    expect(await names({ teamId: 'new' })).toEqual(['all']);
    // A known user stays where it is.
    expect(await names({ userId: 'ada', teamId: 'blue' })).toEqual(['ada', 'red', 'all']);
    const { budgetStatus } = await world.ask(BudgetStatusDocument, { userId: 'new' }, key);
    expect(budgetStatus.account).toBeNull();
    await world.ask(CheckBudgetDocument, { input: { userId: 'new', teamId: 'new', amount: '1' } }, key);
    const { rows } = await client.query(`SELECT 1 FROM account WHERE external_id = 'new'`);
    expect(rows).toEqual([]);
  });
});

describe('checkBudget', () => {
  const gpt = { provider: 'openai', name: 'gpt-4o' };
  const layers: [string, Partial<SetBudgetInput>[]][] = [
    ['no budget', []],
    ['a HARD one', [{ userId: 'u', limit: '10' }]],
    ['a HARD one of 0', [{ userId: 'u', limit: '0' }]],
    ['a HARD one that is over', [{ userId: 'u', limit: '1' }]],
    ['SOFT', [{ userId: 'u', limit: '10', enforcement: 'SOFT' }]],
    ['SHADOW', [{ userId: 'u', limit: '10', enforcement: 'SHADOW' }]],
    ['SHADOW below HARD', [{ userId: 'u', limit: '10', enforcement: 'SHADOW' }, { limit: '12' }]],
    ['HARD below HARD', [{ userId: 'u', limit: '12' }, { teamId: 't', limit: '11' }, { limit: '10' }]],
    ['one model', [{ userId: 'u', limit: '10', models: [gpt] }]],
  ];
  const keys = new Map<string, string>();
  beforeAll(async () => {
    for (const [name, budgets] of layers) {
      const key = await newTenant(world);
      await spend(world, key, { userId: 'u', teamId: 't', amount: '0' });
      for (const budget of budgets) await setBudget(key, budget);
      if (name === 'a HARD one that is over') await spend(world, key, { userId: 'u', amount: '3' });
      keys.set(name, key);
    }
  });

  const decision = (
    outcome: string,
    reason: string,
    wouldDeny: boolean,
    kind: string | null,
    remaining: string | null,
  ) => ({
    outcome,
    reason,
    wouldDeny,
    budget: kind === null ? null : { account: { kind } },
    remaining,
  });
  const least = '10.000000000001';
  // Seen to fail: with >= in place of > in `over`, and without its first half; with the order of hard[0] and SHADOW exchanged; without the models filter.
  test.each<[string, Partial<CheckBudgetInput>, ReturnType<typeof decision>]>([
    ['no budget', { amount: '1000' }, decision('ALLOWED', 'FITS', false, null, null)],
    ['a HARD one', { amount: '10' }, decision('ALLOWED', 'FITS', false, 'USER', '10')],
    ['a HARD one', { amount: least }, decision('DENIED', 'OVER_LIMIT', true, 'USER', '10')],
    ['a HARD one of 0', { amount: '0' }, decision('ALLOWED', 'FITS', false, 'USER', '0')],
    ['a HARD one of 0', { amount: '0.000000000001' }, decision('DENIED', 'OVER_LIMIT', true, 'USER', '0')],
    ['a HARD one that is over', { amount: '0' }, decision('ALLOWED', 'FITS', false, 'USER', '-2')],
    ['SOFT', { amount: least }, decision('ALLOWED', 'OVER_LIMIT', false, 'USER', '10')],
    ['SHADOW', { amount: '10' }, decision('ALLOWED', 'FITS', false, 'USER', '10')],
    ['SHADOW', { amount: least }, decision('ALLOWED', 'OVER_LIMIT', true, 'USER', '10')],
    ['SHADOW below HARD', { amount: '11' }, decision('ALLOWED', 'OVER_LIMIT', true, 'USER', '10')],
    ['SHADOW below HARD', { amount: '13' }, decision('DENIED', 'OVER_LIMIT', true, 'ORGANIZATION', '12')],
    ['HARD below HARD', { amount: '9' }, decision('ALLOWED', 'FITS', false, 'ORGANIZATION', '10')],
    ['HARD below HARD', { amount: '10.5' }, decision('DENIED', 'OVER_LIMIT', true, 'ORGANIZATION', '10')],
    ['HARD below HARD', { amount: '11.5' }, decision('DENIED', 'OVER_LIMIT', true, 'TEAM', '11')],
    ['HARD below HARD', { amount: '12.5' }, decision('DENIED', 'OVER_LIMIT', true, 'USER', '12')],
    ['one model', { amount: '11' }, decision('ALLOWED', 'FITS', false, null, null)],
    ['one model', { amount: '11', model: 'claude-sonnet-4-5' }, decision('ALLOWED', 'FITS', false, null, null)],
    ['one model', { amount: '11', model: 'nobody-knows' }, decision('ALLOWED', 'FITS', false, null, null)],
    ['one model', { amount: '11', model: 'gpt-4o' }, decision('DENIED', 'OVER_LIMIT', true, 'USER', '10')],
    [
      'one model',
      { amount: '11', model: 'gpt-4o', provider: 'openai' },
      decision('DENIED', 'OVER_LIMIT', true, 'USER', '10'),
    ],
  ])('%s, %j', async (name, input, expected) => {
    const { checkBudget } = await world.ask(
      CheckBudgetDocument,
      { input: { userId: 'u', amount: '0', ...input } },
      keys.get(name),
    );
    if (expected.budget) expect(checkBudget).toMatchObject(expected);
    else expect(checkBudget).toEqual(expected);
  });

  // Seen to fail: without mayDeny in decide.
  test.each([
    [false, '11', { outcome: 'ALLOWED', reason: 'OVER_LIMIT', wouldDeny: true, remaining: '10' }],
    [false, '10', { outcome: 'ALLOWED', reason: 'FITS', wouldDeny: false, remaining: '10' }],
    [true, '11', { outcome: 'DENIED', reason: 'OVER_LIMIT', wouldDeny: true, remaining: '10' }],
  ])('a deduction with onlyIfFits %s of %s', async (onlyIfFits, amount, expected) => {
    const key = await newTenant(world);
    await setBudget(key, { limit: '10' });
    const input = { idempotencyKey: crypto.randomUUID(), amount, onlyIfFits };
    const { deductFromBudget } = await world.ask(SpendDocument, { input }, key);
    expect(deductFromBudget.decision).toEqual(expected);
    expect(deductFromBudget.usageRecord !== null).toBe(expected.outcome === 'ALLOWED');
  });

  test('grace lets pass what a HARD budget would refuse', async () => {
    const key = await newTenant(world);
    await setBudget(key, { limit: '1' });
    await client.query(
      `UPDATE budget_period SET grace_until = tollgate_now() + interval '1 hour' WHERE organization_id =
        (SELECT organization_id FROM organization ORDER BY created_at DESC LIMIT 1)`,
    );
    const { checkBudget } = await world.ask(CheckBudgetDocument, { input: { amount: '2' } }, key);
    expect(checkBudget).toMatchObject(decision('ALLOWED_BY_GRACE', 'OVER_LIMIT', true, 'ORGANIZATION', '1'));
  });

  // Seen to fail: with the own account's disabled_at alone.
  test.each([
    ['the user', { kind: 'USER', externalId: 'u' }],
    ['its team', { kind: 'TEAM', externalId: 't' }],
    ['the organization', { kind: 'ORGANIZATION', externalId: '' }],
  ] as const)('%s is disabled', async (_what, account) => {
    const key = await newTenant(world);
    await spend(world, key, { userId: 'u', teamId: 't', amount: '0' });
    await world.ask(SetAccountDocument, { input: { ...account, disabled: true } }, key);
    const { checkBudget } = await world.ask(CheckBudgetDocument, { input: { userId: 'u', amount: '0' } }, key);
    expect(checkBudget).toEqual(decision('DENIED', 'ACCOUNT_DISABLED', true, null, null));
    expect(await spend(world, key, { userId: 'u', amount: '1' })).toEqual([]);
  });

  // `gpt-4o`: 2.5 USD per million tokens in, 10 out. Seen to fail: with the cost of the prompt alone.
  const tokens = { model: 'gpt-4o', promptTokens: '1000000', maxCompletionTokens: '750000' };
  const unpriced = { outcome: 'DENIED', reason: 'MODEL_NOT_PRICED', wouldDeny: true, budget: null, remaining: null };
  test.each<[string, CheckBudgetInput, object]>([
    ['what fits to the last', tokens, decision('ALLOWED', 'FITS', false, 'USER', '10')],
    [
      'a token too many',
      { ...tokens, maxCompletionTokens: 750_001 },
      decision('DENIED', 'OVER_LIMIT', true, 'USER', '10'),
    ],
    [
      'a text',
      { model: 'gpt-4o', prompt: 'hello', maxCompletionTokens: 1 },
      decision('ALLOWED', 'FITS', false, 'USER', '10'),
    ],
    ['a model that nobody knows', { ...tokens, model: 'nobody-knows' }, unpriced],
    [
      'an unknown model with an amount',
      { model: 'nobody-knows', amount: '1' },
      decision('ALLOWED', 'FITS', false, 'USER', '10'),
    ],
  ])('by tokens: %s', async (_what, input, expected) => {
    const key = keys.get('a HARD one');
    const { checkBudget } = await world.ask(CheckBudgetDocument, { input: { userId: 'u', ...input } }, key);
    expect(checkBudget).toMatchObject(expected);
  });

  test('a call without an end is told what it lacks', async () => {
    const answer = await world.send(CheckBudgetDocument, { input: { model: 'gpt-4o', promptTokens: 1 } });
    expect(answer.errors?.[0]).toMatchObject({
      message: 'maxCompletionTokens (or an amount) is needed.',
      extensions: { field: ['input', 'maxCompletionTokens'] },
    });
  });

  test.each<[string, CheckBudgetInput]>([
    ['a negative amount', { amount: '-1' }],
    ['a blank model', { amount: '1', model: ' ' }],
    ['a blank user', { amount: '1', userId: '' }],
    ['a call without a model', { promptTokens: 1, maxCompletionTokens: 1 }],
    ['a call without an end', { model: 'gpt-4o', promptTokens: 1 }],
    ['a call without a beginning', { model: 'gpt-4o', maxCompletionTokens: 1 }],
    ['a prompt said twice', { model: 'gpt-4o', prompt: 'x', promptTokens: 1, maxCompletionTokens: 1 }],
    ['half a token', { model: 'gpt-4o', promptTokens: 1, maxCompletionTokens: '1.5' }],
    ['both amount and tokens', { amount: '1', model: 'gpt-4o', promptTokens: 1, maxCompletionTokens: 1 }],
  ])('%s is refused', async (_what, input) => {
    expect(await world.codeOf(CheckBudgetDocument, { input })).toBe('BAD_USER_INPUT');
  });
});
