/** Markups: what a plan adds to costs is charged to who pays, in holds, records and budgets alike, and frozen on each record. */
import {
  CancelSubscriptionDocument,
  ChangeSubscriptionDocument,
  ChargesDocument,
  CheckChargedDocument,
  CorrectChargedDocument,
  CreateOrganizationDocument,
  RecordChargedDocument,
  ReserveChargedDocument,
  SetAccountDocument,
  SetBudgetDocument,
  SetPlanDocument,
  SetPricingDocument,
  SubscribeDocument,
} from '../support/generated/operations.js';
import { setClock } from '../support/clock.js';
import { until } from '../support/until.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let counter = 0;
beforeAll(async () => {
  world = await startWorld();
});
afterEach(() => setClock(world, undefined));
afterAll(() => world.close());

const newName = (what: string) => `${what}-${(counter += 1)}`;

async function newOrganization(): Promise<string> {
  const input = { name: newName('tenant') };
  return (await world.ask(CreateOrganizationDocument, { input })).createOrganization.apiKeyValue;
}

/** A new plan's code. */
async function planOf(markups: Record<string, unknown>[], key?: string): Promise<string> {
  const input = { code: newName('plan'), markups } as never;
  return (await world.ask(SetPlanDocument, { input }, key)).setPlan.code;
}

async function subscribe(account: Record<string, unknown>, markups: Record<string, unknown>[], key?: string) {
  const input = { ...account, plan: await planOf(markups, key) } as never;
  return (await world.ask(SubscribeDocument, { input }, key)).subscribe.id;
}

const percent = (text: string, rest: Record<string, unknown> = {}) => ({ percent: text, ...rest });

/** What a call of gpt-4o with 1,000 prompt tokens is charged, 0.0025 USD of cost. */
async function charged(input: Record<string, unknown>, key?: string) {
  const whole = { idempotencyKey: newName('call'), model: 'gpt-4o', promptTokens: 1000, ...input } as never;
  const { usageRecord, budgets } = (await world.ask(RecordChargedDocument, { input: whole }, key)).recordUsage;
  return { ...usageRecord, budgets };
}

const chargeOf = async (input: Record<string, unknown>, key?: string) => (await charged(input, key)).charge;

// Seen to fail: with the cost for the charge; with the first markup that fits in place of the most specific one.
test('the most specific markup of the plan is added to the cost, and budgets count the charge', async () => {
  const userId = newName('user');
  await world.ask(SetBudgetDocument, { input: { userId, period: 'LIFETIME', limit: '1' } });
  await subscribe({ userId }, [
    percent('20'),
    percent('50', { provider: 'openai' }),
    percent('-12.5', { provider: 'openai', model: 'gpt-4o-mini' }),
    percent('-100', { provider: 'anthropic' }),
  ]);
  expect(await charged({ userId })).toMatchObject({
    ...{ cost: '0.0025', charge: '0.00375', markup: '0.5' },
    budgets: [{ spent: '0.00375' }],
  });
  const mini = await charged({ userId, model: 'gpt-4o-mini' });
  expect(mini).toMatchObject({ cost: '0.00015', charge: '0.00013125', markup: '-0.125' });
  expect(mini.budgets).toMatchObject([{ spent: '0.00388125' }]);
  expect(await charged({ userId, model: 'claude-sonnet-4-5' })).toMatchObject({ cost: '0.003', charge: '0' });
  expect(await charged({ userId, model: 'gemini-2.5-pro' })).toMatchObject({ markup: '0.2' });
  const { usageRecords } = await world.ask(ChargesDocument, { filter: { userId } });
  expect(usageRecords.edges.map(({ node }) => node.markup).sort()).toEqual(['-0.125', '-1', '0.2', '0.5']);
});

// Seen to fail: with half away from zero.
test.each([
  ['5', '6'],
  ['15', '16'],
  ['25', '28'],
])('a charge is rounded half-even, once: %s pico-USD and 10 %% are %s', async (tokens, pico) => {
  const key = await newOrganization();
  const price = { provider: 'own', model: 'small', promptTokenPrice: '0.000000000001' };
  await world.ask(SetPricingDocument, { input: price }, key);
  await subscribe({}, [percent('10')], key);
  const answer = await charged({ userId: 'ada', provider: 'own', model: 'small', promptTokens: tokens }, key);
  expect(answer).toMatchObject({ cost: `0.${tokens.padStart(12, '0')}`, charge: `0.${pico.padStart(12, '0')}` });
});

// Seen to fail: with the organization asked before the team.
test('the nearest account that is on a plan pays: the user, else the team, else the organization', async () => {
  const key = await newOrganization();
  const inTeam = { userId: 'ada', teamId: 'red' };
  expect(await chargeOf(inTeam, key)).toBe('0.0025');
  await subscribe({}, [percent('10')], key);
  expect(await chargeOf(inTeam, key)).toBe('0.00275');
  await subscribe({ teamId: 'red' }, [percent('20')], key);
  expect(await chargeOf(inTeam, key)).toBe('0.003');
  expect(await chargeOf({ teamId: 'red' }, key)).toBe('0.003');
  expect(await chargeOf({ userId: 'bob' }, key)).toBe('0.00275');
  expect(await chargeOf({}, key)).toBe('0.00275');
  // A plan without markups is one too.
  await subscribe({ userId: 'ada' }, [], key);
  expect(await chargeOf(inTeam, key)).toBe('0.0025');
});

// Seen to fail: with ensure_accounts not counting it as a change of prices; with setAccount not doing so.
test('who joins a team with its first call, or is moved, is charged what the team is', async () => {
  const key = await newOrganization();
  await subscribe({ teamId: 'red' }, [percent('20')], key);
  await subscribe({ teamId: 'blue' }, [percent('40')], key);
  expect(await chargeOf({ userId: 'ada', teamId: 'red' }, key)).toBe('0.003');
  const input = { kind: 'USER', externalId: 'ada', teamId: 'blue' } as never;
  await world.ask(SetAccountDocument, { input }, key);
  expect(await chargeOf({ userId: 'ada' }, key)).toBe('0.0035');
});

// Seen to fail: with the cost held; with the cost in the search for what fits; with the cost checked.
test('a hold is for the charge, and what is checked and would fit too', async () => {
  const userId = newName('user');
  await world.ask(SetBudgetDocument, { input: { userId, period: 'LIFETIME', limit: '0.0048' } });
  await subscribe({ userId }, [percent('20')]);
  // 1,000 prompt tokens are 0.0025, 100 completion tokens 0.001.
  const call = { userId, model: 'gpt-4o', promptTokens: 1000, maxCompletionTokens: 150 };
  expect((await world.ask(CheckChargedDocument, { input: call })).checkBudget.asked).toBe('0.0048');
  const more = { idempotencyKey: newName('hold'), ...call, maxCompletionTokens: 151 };
  expect((await world.ask(ReserveChargedDocument, { input: more })).reserveBudget.decision).toEqual({
    outcome: 'DENIED',
    asked: '0.004812',
    maxCompletionTokens: 150,
  });
  const input = { idempotencyKey: newName('hold'), ...call };
  const { reservation } = (await world.ask(ReserveChargedDocument, { input })).reserveBudget;
  expect(reservation?.amount).toBe('0.0048');
  const settled = await charged({ userId, reservationId: reservation?.id, completionTokens: 150 });
  expect(settled).toMatchObject({ charge: '0.0048', budgets: [{ spent: '0.0048', held: '0' }] });
});

// Seen to fail: with the team that the user is in by now.
test('a held call is charged what the team is that it was held for, wherever the user is moved meanwhile', async () => {
  const key = await newOrganization();
  await subscribe({ teamId: 'red' }, [percent('20')], key);
  await subscribe({ teamId: 'blue' }, [percent('40')], key);
  const call = { userId: 'ada', teamId: 'red', model: 'gpt-4o', promptTokens: 1000, maxCompletionTokens: 0 };
  const input = { idempotencyKey: newName('hold'), ...call };
  const { reservation } = (await world.ask(ReserveChargedDocument, { input }, key)).reserveBudget;
  expect(reservation?.amount).toBe('0.003');
  const move = { kind: 'USER', externalId: 'ada', teamId: 'blue' } as never;
  await world.ask(SetAccountDocument, { input: move }, key);
  expect(await chargeOf({ userId: 'ada', reservationId: reservation?.id }, key)).toBe('0.003');
  expect(await chargeOf({ userId: 'ada' }, key)).toBe('0.0035');
});

// Each wants the gate alone. Seen to fail: with a share of it that becomes an exclusive hold.
test('many new users of such a team at once, each with a budget of its own, are all made', async () => {
  const other = await startWorld({ DEFAULT_MONTHLY_BUDGET: '10' });
  try {
    const plan = (await other.ask(SetPlanDocument, { input: { code: 'p', markups: [percent('20')] } as never })).setPlan
      .code;
    await other.ask(SubscribeDocument, { input: { teamId: 'red', plan } });
    const calls = Array.from({ length: 24 }, (_, n) => ({
      ...{ idempotencyKey: `call ${n}`, userId: `user-${n}`, teamId: 'red', model: 'gpt-4o', promptTokens: 1000 },
    }));
    const answers = await Promise.all(
      calls.map((input) => other.ask(RecordChargedDocument, { input: input as never })),
    );
    expect(new Set(answers.map(({ recordUsage }) => recordUsage.usageRecord?.charge))).toEqual(new Set(['0.003']));
  } finally {
    await other.close();
  }
});

test('records keep their markup when the plan changes, and so does what replaces one', async () => {
  await setClock(world, '2026-06-10T12:00:00Z');
  const userId = newName('user');
  const subscriptionId = await subscribe({ userId }, [percent('20')]);
  const before = await charged({ userId });
  await setClock(world, '2026-06-12T12:00:00Z');
  const change = { subscriptionId, plan: await planOf([percent('40')]), when: 'NOW' } as never;
  await world.ask(ChangeSubscriptionDocument, { input: change });
  expect(await chargeOf({ userId })).toBe('0.0035');
  // By the instant of the call, whenever it is told of.
  expect(await chargeOf({ userId, occurredAt: '2026-06-11T23:59:59Z' })).toBe('0.003');
  expect(await chargeOf({ userId, occurredAt: '2026-06-12T00:00:00Z' })).toBe('0.0035');
  expect(await chargeOf({ userId, occurredAt: '2026-06-09T23:59:59Z' })).toBe('0.0025');
  const correct = async (replacement: Record<string, unknown>) => {
    const { id: usageRecordId } = await charged({ userId, occurredAt: '2026-06-11T00:00:00Z' });
    const input = { idempotencyKey: newName('fix'), usageRecordId, reason: 'wrong', replacement } as never;
    return (await world.ask(CorrectChargedDocument, { input })).correctUsage.usageRecord;
  };
  expect(before.charge).toBe('0.003');
  expect(await correct({ promptTokens: 2000 })).toMatchObject({ cost: '0.005', charge: '0.006', markup: '0.2' });
  expect(await correct({ model: 'gpt-4o-mini', promptTokens: 1000 })).toMatchObject({ charge: '0.00018' });
});

// Seen to fail: with the price of a record that had none without its markup.
test('a record that is priced later is charged by the markup of its instant', async () => {
  const key = await newOrganization();
  await subscribe({ teamId: 'red' }, [percent('20')], key);
  const input = { userId: 'ada', teamId: 'red', provider: 'own', model: 'unheard of' };
  expect(await charged(input, key)).toMatchObject({ cost: null, charge: null, markup: null });
  await world.ask(SetPricingDocument, { input: { ...price, model: 'unheard of' } }, key);
  const seen = async () => {
    const { usageRecords } = await world.ask(ChargesDocument, { filter: { userId: 'ada' } }, key);
    return usageRecords.edges.map(({ node }) => [node.cost, node.charge, node.markup]);
  };
  await until(async () => (await seen())[0]?.[0] !== null);
  expect(await seen()).toEqual([['1', '1.2', '0.2']]);
});

const price = { provider: 'own', promptTokenPrice: '0.001' };

test('a cancelled subscription charges nothing more from its end on', async () => {
  await setClock(world, '2026-06-10T12:00:00Z');
  const userId = newName('user');
  const first = await subscribe({ userId }, [percent('20')]);
  await world.ask(CancelSubscriptionDocument, { input: { subscriptionId: first, when: 'NOW' } as never });
  expect(await chargeOf({ userId })).toBe('0.003');
  await setClock(world, '2026-06-11T00:00:00Z');
  expect(await chargeOf({ userId })).toBe('0.0025');
});
