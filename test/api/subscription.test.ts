/** Plans, and who is on which one: periods, parts of fees, changes and ends. */
import {
  CancelSubscriptionDocument,
  ChangeSubscriptionDocument,
  CreateOrganizationDocument,
  PlanOfDocument,
  PlanQuoteDocument,
  PlansDocument,
  PlanSubscriptionOfDocument,
  PlanSubscriptionsDocument,
  SetOrganizationDocument,
  SetPlanDocument,
  SubscribeDocument,
} from '../support/generated/operations.js';
import { setClock } from '../support/clock.js';
import { statementsOf } from '../support/statements.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let counter = 0;
beforeAll(async () => {
  world = await startWorld();
});
afterEach(() => setClock(world, undefined));
afterAll(() => world.close());

const newName = (what: string) => `${what}-${(counter += 1)}`;

async function setPlan(input: Record<string, unknown>, key?: string) {
  const whole = { code: newName('plan'), ...input };
  return (await world.ask(SetPlanDocument, { input: whole as never }, key)).setPlan;
}

async function subscribe(plan: string, input: Record<string, unknown> = {}, key?: string) {
  const whole = { userId: newName('user'), plan, ...input };
  return (await world.ask(SubscribeDocument, { input: whole as never }, key)).subscribe;
}

/** A new organization and its ADMIN's key. */
async function newOrganization(zone = 'UTC'): Promise<string> {
  const input = { name: newName('tenant'), zone };
  return (await world.ask(CreateOrganizationDocument, { input })).createOrganization.apiKeyValue;
}

/** What an input is refused with: the code, and the field. */
function refusalOf(answer: { errors?: readonly { extensions: Record<string, unknown> }[] }): string | undefined {
  return answer.errors?.map(({ extensions }) =>
    [extensions['code'], (extensions['field'] as unknown[] | undefined)?.slice(1).join('.')].filter(Boolean).join(' '),
  )[0];
}

const refusedPlan = async (input: Record<string, unknown>) =>
  refusalOf(await world.send(SetPlanDocument, { input: { code: newName('plan'), ...input } as never }));

async function periodsOf(userId: string, first: number, from?: string, key?: string) {
  const { planSubscription } = await world.ask(PlanSubscriptionOfDocument, { userId, first, from }, key);
  return planSubscription?.periods ?? [];
}

const daysOf = (periods: readonly { firstDay: string; lastDay: string }[]) =>
  periods.map(({ firstDay, lastDay }) => `${firstDay}..${lastDay}`);

// Seen to fail: with the last day left out of a share, and with the fee of an average month.
test.each<[string, Record<string, unknown>, string, string, string]>([
  ['a month from its 15th', { baseFee: '1' }, '2022-03-15', '2022-03-15..2022-03-31', '0.55'],
  ['a week from its Wednesday', { baseFee: '1', interval: 'WEEK' }, '2022-06-22', '2022-06-22..2022-06-26', '0.71'],
  ['a whole month', { baseFee: '1' }, '2022-03-01', '2022-03-01..2022-03-31', '1'],
  ['a quarter', { baseFee: '91', interval: 'QUARTER' }, '2022-06-21', '2022-06-21..2022-06-30', '10'],
  ['a year', { baseFee: '365', interval: 'YEAR' }, '2022-12-25', '2022-12-25..2022-12-31', '7'],
  ['a month of its own', { baseFee: '1', anchoring: 'ANNIVERSARY' }, '2022-03-15', '2022-03-15..2022-04-14', '1'],
  ['yen', { baseFee: '100', currency: 'JPY', usdRate: '150' }, '2022-03-15', '2022-03-15..2022-03-31', '55'],
  ['dinars', { baseFee: '1', currency: 'KWD', usdRate: '0.307' }, '2022-03-15', '2022-03-15..2022-03-31', '0.55'],
  ['after 10 days of trial', { baseFee: '1', trialDays: 10 }, '2022-03-15', '2022-03-15..2022-03-31', '0.23'],
  ['all of it in the trial', { baseFee: '1', trialDays: 17 }, '2022-03-15', '2022-03-15..2022-03-31', '0'],
])('the first period of %s', async (_name, terms, firstDay, days, baseFee) => {
  const userId = newName('user');
  await subscribe((await setPlan(terms)).code, { userId, firstDay });
  const [period] = await periodsOf(userId, 1);
  expect(daysOf(period ? [period] : [])).toEqual([days]);
  expect(period?.baseFee).toBe(baseFee);
});

// Seen to fail: with each boundary counted from the one before.
test.each([
  ['MONTH', '2024-01-31', ['2024-01-31..2024-02-28', '2024-02-29..2024-03-30', '2024-03-31..2024-04-29']],
  ['MONTH', '2023-01-31', ['2023-01-31..2023-02-27', '2023-02-28..2023-03-30', '2023-03-31..2023-04-29']],
  ['MONTH', '2023-12-30', ['2023-12-30..2024-01-29', '2024-01-30..2024-02-28', '2024-02-29..2024-03-29']],
  ['QUARTER', '2023-11-30', ['2023-11-30..2024-02-28', '2024-02-29..2024-05-29', '2024-05-30..2024-08-29']],
  ['YEAR', '2024-02-29', ['2024-02-29..2025-02-27', '2025-02-28..2026-02-27', '2026-02-28..2027-02-27']],
  ['WEEK', '2024-02-28', ['2024-02-28..2024-03-05', '2024-03-06..2024-03-12', '2024-03-13..2024-03-19']],
])('%s by anniversary of %s', async (interval, firstDay, days) => {
  const userId = newName('user');
  await subscribe((await setPlan({ interval, anchoring: 'ANNIVERSARY' })).code, { userId, firstDay });
  expect(daysOf(await periodsOf(userId, 3))).toEqual(days);
});

test('days are those of the organization’s zone', async () => {
  const key = await newOrganization('America/New_York');
  await setClock(world, '2026-03-16T03:30:00Z');
  const { code } = await setPlan({ baseFee: '31' }, key);
  const { firstDay, currentPeriod } = await subscribe(code, {}, key);
  expect(firstDay).toBe('2026-03-15');
  // Daylight saving time began on 8 March.
  expect(currentPeriod).toMatchObject({
    firstDay: '2026-03-15',
    lastDay: '2026-03-31',
    startsAt: '2026-03-15T04:00:00.000Z',
    endsAt: '2026-04-01T04:00:00.000Z',
    daysOfPeriod: 31,
    baseFee: '17',
  });
  const input = { zone: 'UTC' };
  expect(refusalOf(await world.send(SetOrganizationDocument, { input }, key))).toBe('BAD_USER_INPUT zone');
});

// Seen to fail: with the new fee for the whole period, and with the day of the change on the old terms.
test('an upgrade at half of a period is billed by the days of both', async () => {
  const [small, large] = [await setPlan({ baseFee: '20' }), await setPlan({ baseFee: '50' })];
  await setClock(world, '2026-06-01T12:00:00Z');
  const { id } = await subscribe(small.code);
  await setClock(world, '2026-06-16T12:00:00Z');
  const input = { subscriptionId: id, plan: large.code, when: 'NOW' } as never;
  const { currentPeriod, phases } = (await world.ask(ChangeSubscriptionDocument, { input })).changeSubscription;
  expect(phases.map(({ fromDay, plan }) => [fromDay, plan.code])).toEqual([
    ['2026-06-01', small.code],
    ['2026-06-16', large.code],
  ]);
  expect(currentPeriod).toMatchObject({
    firstDay: '2026-06-01',
    lastDay: '2026-06-30',
    baseFee: '35',
    baseFeeShares: [
      { firstDay: '2026-06-01', lastDay: '2026-06-15', days: 15, baseFee: '20', amount: '10' },
      { firstDay: '2026-06-16', lastDay: '2026-06-30', days: 15, baseFee: '50', amount: '25' },
    ],
  });
  // Net: 25 for the rest in place of the 10 that are left of the old fee.
  const again = (await world.ask(ChangeSubscriptionDocument, { input })).changeSubscription;
  expect(again.phases).toEqual(phases);
});

test('a change at the end of a period begins with the next, and another takes its place', async () => {
  const [small, large, yearly] = [
    await setPlan({ baseFee: '20' }),
    await setPlan({ baseFee: '50' }),
    await setPlan({ baseFee: '365', interval: 'YEAR', anchoring: 'ANNIVERSARY' }),
  ];
  await setClock(world, '2026-06-10T12:00:00Z');
  const userId = newName('user');
  const { id } = await subscribe(small.code, { userId });
  const change = async (input: Record<string, unknown>) =>
    (
      await world.ask(ChangeSubscriptionDocument, { input: { subscriptionId: id, ...input } as never })
    ).changeSubscription.phases.map(({ fromDay, plan, terms }) => [fromDay, plan.code, terms.baseFee]);
  expect(await change({ plan: large.code })).toEqual([
    ['2026-06-10', small.code, '20'],
    ['2026-07-01', large.code, '50'],
  ]);
  expect(await change({ plan: yearly.code })).toEqual([
    ['2026-06-10', small.code, '20'],
    ['2026-07-01', yearly.code, '365'],
  ]);
  expect(daysOf(await periodsOf(userId, 3))).toEqual([
    '2026-06-10..2026-06-30',
    '2026-07-01..2027-06-30',
    '2027-07-01..2028-06-30',
  ]);
  await setClock(world, '2026-06-12T12:00:00Z');
  const now = { subscriptionId: id, plan: yearly.code, when: 'NOW' } as never;
  expect(refusalOf(await world.send(ChangeSubscriptionDocument, { input: now }))).toBe('BAD_USER_INPUT when');
  // As it was: nothing is to come any more.
  expect(await change({ plan: small.code })).toEqual([['2026-06-10', small.code, '20']]);
  expect(await change({ overrides: { baseFee: '7' } })).toEqual([
    ['2026-06-10', small.code, '20'],
    ['2026-07-01', small.code, '7'],
  ]);
});

test('a subscription ends today, or with its period, and never later than said', async () => {
  const { code } = await setPlan({ baseFee: '30' });
  await setClock(world, '2026-06-10T12:00:00Z');
  const userId = newName('user');
  const { id } = await subscribe(code, { userId, firstDay: '2026-05-20' });
  const cancel = async (when?: string) =>
    (await world.ask(CancelSubscriptionDocument, { input: { subscriptionId: id, when } as never })).cancelSubscription;
  expect(await cancel()).toMatchObject({ status: 'ACTIVE', lastDay: '2026-06-30' });
  const change = { subscriptionId: id, plan: code } as never;
  expect(refusalOf(await world.send(ChangeSubscriptionDocument, { input: change }))).toBe('BAD_USER_INPUT when');
  expect(await cancel('NOW')).toMatchObject({
    lastDay: '2026-06-10',
    currentPeriod: { firstDay: '2026-06-01', lastDay: '2026-06-10', baseFee: '10' },
  });
  expect(await cancel()).toMatchObject({ lastDay: '2026-06-10' });
  expect(daysOf(await periodsOf(userId, 5))).toEqual(['2026-05-20..2026-05-31', '2026-06-01..2026-06-10']);
  await setClock(world, '2026-06-11T00:00:00Z');
  const input = { subscriptionId: id } as never;
  expect(refusalOf(await world.send(CancelSubscriptionDocument, { input }))).toBe('BAD_USER_INPUT subscriptionId');
  const next = await subscribe(code, { userId });
  expect(next).toMatchObject({ status: 'ACTIVE', firstDay: '2026-06-11', lastDay: null });
  expect(next.id).not.toBe(id);
});

test('one that has not begun is changed and ended as if it were made so', async () => {
  const [small, weekly] = [await setPlan({ baseFee: '20' }), await setPlan({ baseFee: '7', interval: 'WEEK' })];
  await setClock(world, '2026-06-10T12:00:00Z');
  const userId = newName('user');
  const { id, status } = await subscribe(small.code, { userId, firstDay: '2026-07-15' });
  expect(status).toBe('PENDING');
  const input = { subscriptionId: id, plan: weekly.code, when: 'NOW' } as never;
  const changed = (await world.ask(ChangeSubscriptionDocument, { input })).changeSubscription;
  expect(changed).toMatchObject({
    phases: [{ fromDay: '2026-07-15', plan: { code: weekly.code } }],
    currentPeriod: null,
  });
  expect(daysOf(await periodsOf(userId, 2))).toEqual(['2026-07-15..2026-07-19', '2026-07-20..2026-07-26']);
  await world.ask(CancelSubscriptionDocument, { input: { subscriptionId: id, when: 'NOW' } as never });
  expect(await periodsOf(userId, 2)).toEqual([]);
  // It never was, and is in nobody's way.
  const { id: next } = await subscribe(small.code, { userId });
  const { planSubscription } = await world.ask(PlanSubscriptionOfDocument, { userId });
  expect(planSubscription).toMatchObject({ id: next, status: 'ACTIVE' });
  const far = await world.send(PlanSubscriptionOfDocument, { userId, from: '9999-12-01' });
  expect(refusalOf(far)).toBe('BAD_USER_INPUT');
});

// Seen to fail: without the gate; with one that is there already refused.
test('an account has one at a time; the same again is that one', async () => {
  const [one, other] = [await setPlan({ baseFee: '20' }), await setPlan({ baseFee: '21' })];
  await setClock(world, '2026-06-10T12:00:00Z');
  const userId = newName('user');
  const many = await Promise.all([1, 2, 3, 4].map(() => subscribe(one.code, { userId })));
  expect(new Set(many.map(({ id }) => id)).size).toBe(1);
  const input = { userId, plan: other.code } as never;
  expect(refusalOf(await world.send(SubscribeDocument, { input }))).toBe('BAD_USER_INPUT');
  const later = { userId, plan: one.code, firstDay: '2026-08-01' } as never;
  expect(refusalOf(await world.send(SubscribeDocument, { input: later }))).toBe('BAD_USER_INPUT');
});

test('who is on a plan stays on the terms that it had', async () => {
  const { code, id, changedAt } = await setPlan({ baseFee: '20', name: 'Starter' });
  const userId = newName('user');
  await subscribe(code, { userId, overrides: { includedCredit: '5', baseFee: '15' } });
  await setPlan({ code, baseFee: '99', name: 'Starter' });
  const { planSubscription } = await world.ask(PlanSubscriptionOfDocument, { userId, first: 1 });
  expect(planSubscription?.phases).toMatchObject([{ plan: { code }, terms: { baseFee: '15' } }]);
  const { plan } = await world.ask(PlanOfDocument, { code });
  expect(plan).toMatchObject({ id, name: 'Starter', terms: { baseFee: '99' } });
  expect(plan?.changedAt).not.toBe(changedAt);
  const same = await setPlan({ code, baseFee: '99', name: 'Starter' });
  expect(same.changedAt).toBe(plan?.changedAt);
});

test('a plan is what was said', async () => {
  const tiers = [
    { upTo: 10, price: '10', flatFee: '2' },
    { price: '5', per: 1000 },
  ];
  const plan = await setPlan({
    currency: 'EUR',
    usdRate: '0.92',
    usdRateDay: '2026-01-02',
    interval: 'YEAR',
    anchoring: 'ANNIVERSARY',
    baseFee: '1000',
    includedCredit: '50',
    minimumSpend: '100',
    maximumSpend: '5000',
    trialDays: 14,
    paymentTermDays: 30,
    markups: [{ percent: '20' }, { provider: 'openai', model: 'gpt-4o', percent: '-12.5' }],
    tieredUnits: [
      { unit: 'OUTPUT_TOKENS', mode: 'GRADUATED', tiers },
      { unit: 'WEB_SEARCHES', mode: 'PACKAGE', packagePrice: '100', packageSize: 10, freeUnits: 5 },
    ],
  });
  expect(plan.terms).toEqual({
    currency: 'EUR',
    usdRate: '0.92',
    usdRateDay: '2026-01-02',
    interval: 'YEAR',
    anchoring: 'ANNIVERSARY',
    baseFee: '1000',
    includedCredit: '50',
    minimumSpend: '100',
    maximumSpend: '5000',
    trialDays: 14,
    paymentTermDays: 30,
    markups: [
      { provider: null, model: null, percent: '20' },
      { provider: 'openai', model: 'gpt-4o', percent: '-12.5' },
    ],
    tieredUnits: [
      {
        ...{ unit: 'OUTPUT_TOKENS', provider: null, model: null, mode: 'GRADUATED' },
        tiers: [
          { upTo: 10, price: '10', per: 1, flatFee: '2' },
          { upTo: null, price: '5', per: 1000, flatFee: '0' },
        ],
        ...{ packagePrice: null, packageSize: null, freeUnits: null },
      },
      {
        ...{ unit: 'WEB_SEARCHES', provider: null, model: null, mode: 'PACKAGE', tiers: [] },
        ...{ packagePrice: '100', packageSize: 10, freeUnits: 5 },
      },
    ],
  });
});

test.each<[string, Record<string, unknown>]>([
  ['code', { code: ' ' }],
  ['name', { name: '' }],
  ['currency', { currency: 'usd' }],
  ['currency', { currency: 'XAU', usdRate: '1' }],
  ['usdRate', { currency: 'EUR' }],
  ['usdRate', { currency: 'EUR', usdRate: '0' }],
  ['usdRate', { usdRate: '1' }],
  ['usdRateDay', { currency: 'EUR', usdRate: '1', usdRateDay: '2999-01-01' }],
  ['usdRateDay', { usdRateDay: '2026-01-01' }],
  ['baseFee', { baseFee: '-1' }],
  ['includedCredit', { includedCredit: '-0.01' }],
  ['minimumSpend', { minimumSpend: '1000000000.01' }],
  ['maximumSpend', { minimumSpend: '2', maximumSpend: '1' }],
  ['trialDays', { trialDays: 731 }],
  ['paymentTermDays', { paymentTermDays: -1 }],
  ['markups.0.provider', { markups: [{ model: 'gpt-4o', percent: '1' }] }],
  ['markups.0.percent', { markups: [{ percent: '1000.5' }] }],
  ['markups.0.percent', { markups: [{ percent: '0.00001' }] }],
  ['markups.1', { markups: [{ percent: '1' }, { percent: '2' }] }],
  ['tieredUnits.0.tiers', { tieredUnits: [{ unit: 'REQUESTS', mode: 'VOLUME' }] }],
  [
    'tieredUnits.0.tiers.0.upTo',
    { tieredUnits: [{ unit: 'REQUESTS', mode: 'VOLUME', tiers: [{ upTo: 1, price: '1' }] }] },
  ],
  [
    'tieredUnits.0.tiers.1.upTo',
    {
      tieredUnits: [
        { unit: 'REQUESTS', mode: 'VOLUME', tiers: [{ upTo: 2, price: '1' }, { upTo: 2, price: '1' }, { price: '1' }] },
      ],
    },
  ],
  [
    'tieredUnits.0.tiers.0.per',
    { tieredUnits: [{ unit: 'REQUESTS', mode: 'VOLUME', tiers: [{ price: '1', per: 0 }] }] },
  ],
  ['tieredUnits.0.packageSize', { tieredUnits: [{ unit: 'REQUESTS', mode: 'PACKAGE', packagePrice: '1' }] }],
  [
    'tieredUnits.0.packagePrice',
    { tieredUnits: [{ unit: 'REQUESTS', mode: 'VOLUME', packagePrice: '1', tiers: [{ price: '1' }] }] },
  ],
])('a plan with a wrong %s is refused: %j', async (field, input) => {
  expect(await refusedPlan(input)).toBe(`BAD_USER_INPUT ${field}`);
});

test.each<[string, Record<string, unknown>]>([
  ['plan', { plan: 'no such plan' }],
  ['firstDay', { firstDay: '2019-12-31' }],
  ['firstDay', { firstDay: '2999-01-01' }],
  ['userId', { userId: '' }],
  ['overrides.baseFee', { overrides: { baseFee: '-1' } }],
  ['overrides.maximumSpend', { overrides: { minimumSpend: '2', maximumSpend: '1' } }],
])('a subscription with a wrong %s is refused, and makes no account: %j', async (field, input) => {
  const { code } = await setPlan({});
  const userId = newName('user');
  const whole = { userId, plan: code, ...input } as never;
  expect(refusalOf(await world.send(SubscribeDocument, { input: whole }))).toBe(`BAD_USER_INPUT ${field}`);
  const { planSubscription } = await world.ask(PlanSubscriptionOfDocument, { userId: userId || 'nobody' });
  expect(planSubscription).toBeNull();
});

const ten = { unit: 'REQUESTS', mode: 'GRADUATED', tiers: [] as unknown[] };
const graduated = {
  ...ten,
  tiers: [
    { upTo: 10, price: '10', flatFee: '2' },
    { price: '5', flatFee: '3' },
  ],
};
const packages = { ...ten, mode: 'PACKAGE', packagePrice: '100', packageSize: 10, tiers: undefined };

// Seen to fail: with the first row that fits in place of the most specific one.
test.each<[string, Record<string, unknown>[], Record<string, unknown>[], [string, string][]]>([
  ['the last of a tier', [graduated], [{ unit: 'REQUESTS', quantity: 10 }], [['10', '102']]],
  ['the first of the next', [graduated], [{ unit: 'REQUESTS', quantity: 11 }], [['11', '110']]],
  ['all of volume', [{ ...graduated, mode: 'VOLUME' }], [{ unit: 'REQUESTS', quantity: 11 }], [['11', '58']]],
  ['a package that is begun', [packages], [{ unit: 'REQUESTS', quantity: 121 }], [['121', '1300']]],
  ['nothing', [graduated], [{ unit: 'REQUESTS', quantity: 0 }], [['0', '0']]],
  [
    'what several say of one row',
    [graduated],
    [
      { unit: 'REQUESTS', quantity: 4 },
      { unit: 'REQUESTS', quantity: 7, provider: 'openai' },
    ],
    [['11', '110']],
  ],
  [
    'the most specific row',
    [
      graduated,
      { ...packages, provider: 'openai', model: 'gpt-4o' },
      { ...packages, provider: 'openai', freeUnits: 9 },
    ],
    [
      { unit: 'REQUESTS', quantity: 1 },
      { unit: 'REQUESTS', quantity: 11, provider: 'openai', model: 'gpt-4o' },
      { unit: 'REQUESTS', quantity: 12, provider: 'openai', model: 'o3' },
    ],
    [
      ['1', '12'],
      ['11', '200'],
      ['12', '100'],
    ],
  ],
  [
    'seconds, to the microsecond',
    [{ unit: 'AUDIO_SECONDS', mode: 'GRADUATED', tiers: [{ price: '0.6', per: 60 }] }],
    [{ unit: 'AUDIO_SECONDS', quantity: '90.5' }],
    [['90.5', '0.9']],
  ],
])('a quote for %s', async (_name, tieredUnits, usage, expected) => {
  const { code } = await setPlan({ tieredUnits });
  const { planQuote } = await world.ask(PlanQuoteDocument, { code, usage: usage as never });
  expect(planQuote.map(({ quantity, amount }) => [String(quantity), amount])).toEqual(expected);
});

test('a quote says what lies in each tier, and refuses what is billed by its cost', async () => {
  const { code } = await setPlan({ tieredUnits: [graduated] });
  const usage = [{ unit: 'REQUESTS', quantity: 11 }] as never;
  const [charge] = (await world.ask(PlanQuoteDocument, { code, usage })).planQuote;
  expect(charge?.shares).toEqual([
    { tier: 0, quantity: 10, price: '10', per: 1, flatFee: '2', amount: '102' },
    { tier: 1, quantity: 1, price: '5', per: 1, flatFee: '3', amount: '8' },
  ]);
  const refused = async (...wrong: Record<string, unknown>[]) => {
    const answer = await world.send(PlanQuoteDocument, { code, usage: wrong as never });
    return answer.errors?.[0]?.extensions;
  };
  expect(await refused({ unit: 'WEB_SEARCHES', quantity: 1 })).toMatchObject({ field: ['usage', 0, 'unit'] });
  expect(await refused({ unit: 'REQUESTS', quantity: -1 })).toMatchObject({ field: ['usage', 0, 'quantity'] });
  const missing = { code: 'no such plan', usage };
  expect(await world.codeOf(PlanQuoteDocument, missing)).toBe('NOT_FOUND');
});

test('lists go page by page, and a page is read with a fixed number of statements', async () => {
  const key = await newOrganization();
  const codes = [];
  for (let n = 0; n < 3; n += 1) codes.push((await setPlan({ baseFee: `${n}` }, key)).code);
  const one = (await world.ask(PlansDocument, { first: 2 }, key)).plans;
  expect(one.edges.map(({ node }) => node.code)).toEqual(codes.slice(0, 2));
  const after = one.edges[1]?.cursor;
  const two = (await world.ask(PlansDocument, { first: 2, after }, key)).plans;
  expect([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage]).toEqual([true, false]);
  expect(two.edges.map(({ node }) => node.code)).toEqual(codes.slice(2));
  for (const code of [...codes, ...codes]) await subscribe(code, {}, key);
  const read = (first: number) =>
    statementsOf(async () => {
      const { planSubscriptions } = await world.ask(PlanSubscriptionsDocument, { first }, key);
      expect(planSubscriptions.edges).toHaveLength(first);
    });
  expect(await read(6)).toHaveLength((await read(2)).length);
});

test('another organization sees nothing of it', async () => {
  const key = await newOrganization();
  const { code } = await setPlan({});
  const { id } = await subscribe(code);
  expect((await world.ask(PlanOfDocument, { code }, key)).plan).toBeNull();
  const answers = await Promise.all(
    [id, id.slice(0, -4)].flatMap((one) => [
      world.send(ChangeSubscriptionDocument, { input: { subscriptionId: one, plan: code } as never }, key),
      world.send(CancelSubscriptionDocument, { input: { subscriptionId: one } as never }, key),
    ]),
  );
  expect(new Set(answers.map(refusalOf))).toEqual(new Set(['NOT_FOUND']));
});
