/** The stages of a rollout, each through the API: what refuses, what only counts, and what lets pass for a while. */
import { v7 as newId } from 'uuid';
import { setClock, setClockAhead } from '../support/clock.js';
import {
  CheckBudgetDocument,
  DeductFromBudgetDocument,
  LimitsDocument,
  RecordUsageDocument,
  ReserveBudgetDocument,
  SetBudgetDocument,
  type SetBudgetInput,
} from '../support/generated/operations.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
afterEach(async () => {
  await setClock(world, undefined);
  await world.close();
});

const hard: SetBudgetInput = { period: 'MONTH', limit: '10', enforcement: 'HARD', thresholds: [] };
const setBudget = (input: Partial<SetBudgetInput> = { userId: 'ada' }) =>
  world.ask(SetBudgetDocument, { input: { ...hard, ...input } });
const decisionOf = async (amount: string, userId = 'ada') =>
  (await world.ask(ReserveBudgetDocument, { input: { idempotencyKey: newId(), userId, amount, ttlSeconds: 86_400 } }))
    .reserveBudget.decision;
const limits = async (userId = 'ada') => (await world.ask(LimitsDocument, { userId })).budgetStatus.budgets;
const check = async (amount: string) =>
  (await world.ask(CheckBudgetDocument, { input: { userId: 'ada', amount } })).checkBudget;
const deduct = async (amount: string) => {
  const input = { idempotencyKey: newId(), userId: 'ada', amount, onlyIfFits: true };
  return (await world.ask(DeductFromBudgetDocument, { input })).deductFromBudget;
};

// Seen to fail: with flags that are not looked at.
test('all flags off: everything answers, nothing is priced, and nothing is refused', async () => {
  world = await startWorld({ ENABLE_PRICING: 'false', ENABLE_BUDGET_ENFORCEMENT: 'false', ENABLE_BILLING: 'false' });
  await setBudget();
  expect(await decisionOf('11')).toMatchObject({ outcome: 'ALLOWED', reason: 'ENFORCEMENT_OFF', wouldDeny: true });
  expect(await decisionOf('1')).toMatchObject({ outcome: 'ALLOWED', reason: 'ENFORCEMENT_OFF', wouldDeny: true });
  const input = { idempotencyKey: newId(), userId: 'ada', model: 'gpt-4o', promptTokens: 1 };
  const { recordUsage } = await world.ask(RecordUsageDocument, { input });
  expect(recordUsage.usageRecord).toMatchObject({ cost: null, unpricedReason: 'PRICING_DISABLED' });
  expect(await limits()).toMatchObject([{ held: '12', spent: '0', denies: false, wouldDenyCount: 2 }]);
});

test('costs only: priced and counted, and what would have been refused is counted', async () => {
  world = await startWorld({ ENABLE_BUDGET_ENFORCEMENT: 'false' });
  await setBudget();
  expect(await decisionOf('4')).toMatchObject({ outcome: 'ALLOWED', reason: 'ENFORCEMENT_OFF', wouldDeny: false });
  expect(await decisionOf('7')).toMatchObject({ outcome: 'ALLOWED', reason: 'ENFORCEMENT_OFF', wouldDeny: true });
  expect(await limits()).toMatchObject([{ held: '11', denies: false, wouldDenyCount: 1 }]);
});

// Seen to fail: with the budget's own making in place of its account's, and without the setting in each of reserve, check and deduct.
test('gradual: budgets of accounts that are older than BUDGET_ENFORCEMENT_SINCE refuse nothing', async () => {
  world = await startWorld({ BUDGET_ENFORCEMENT_SINCE: '2031-01-01T00:00:00Z' });
  await setClock(world, '2030-12-31T23:59:00Z');
  await setBudget({ userId: 'ada', name: 'old' });
  await setClock(world, '2031-01-01T00:00:00Z');
  await setBudget({ userId: 'ada', period: 'DAY', name: 'old day' });
  await setBudget({ userId: 'bob', name: 'new' });
  expect(await check('11')).toMatchObject({ outcome: 'ALLOWED', reason: 'OVER_LIMIT', wouldDeny: true });
  expect(await decisionOf('11')).toMatchObject({ outcome: 'ALLOWED', reason: 'OVER_LIMIT', wouldDeny: true });
  expect(await decisionOf('11', 'bob')).toMatchObject({ outcome: 'DENIED', reason: 'OVER_LIMIT' });
  expect(await deduct('1')).toMatchObject({
    usageRecord: { charge: '1' },
    decision: { outcome: 'ALLOWED', wouldDeny: true },
  });
  expect(await limits()).toMatchObject([
    { denies: false, wouldDenyCount: 1 },
    { denies: false, wouldDenyCount: 1 },
  ]);
  expect(await limits('bob')).toMatchObject([{ denies: false, wouldDenyCount: 0 }]);
  // The organization is as old as the oldest of them.
  await setBudget({ limit: '1', name: 'org' });
  expect(await decisionOf('5', 'bob')).toMatchObject({ outcome: 'ALLOWED', wouldDeny: true });
});

// Seen to fail: with grace that starts anew in each period, and with one that a denial by another budget starts.
test('full with grace: once in the life of a budget, from its first refusal on', async () => {
  world = await startWorld({ BUDGET_GRACE_PERIOD: '1h' });
  await setClock(world, '2031-01-31T22:00:00Z');
  await setBudget();
  expect(await decisionOf('10')).toMatchObject({ outcome: 'ALLOWED', reason: 'FITS' });
  expect(await limits()).toMatchObject([{ denies: false, graceUntil: null }]);
  expect(await check('1')).toMatchObject({ outcome: 'ALLOWED_BY_GRACE' });
  expect(await decisionOf('1')).toMatchObject({ outcome: 'ALLOWED_BY_GRACE', reason: 'OVER_LIMIT', wouldDeny: true });
  const [row] = await limits();
  expect(row).toMatchObject({ denies: false, graceUntil: expect.stringMatching(/^2031-01-31T23:00:0/) });
  expect(await deduct('1')).toMatchObject({ decision: { outcome: 'ALLOWED_BY_GRACE' } });
  await setClock(world, '2031-01-31T23:01:00Z');
  expect(await decisionOf('1')).toMatchObject({ outcome: 'DENIED' });
  expect(await limits()).toMatchObject([{ denies: true, graceUntil: row?.graceUntil }]);
  await setClock(world, '2031-02-01T00:00:00Z');
  expect(await decisionOf('10')).toMatchObject({ outcome: 'ALLOWED', reason: 'FITS' });
  expect(await decisionOf('1')).toMatchObject({ outcome: 'DENIED' });
});

// Seen to fail: with the grace of a row alone, which a row that was there before it began does not have.
test('a grace goes on in a period whose row was there before it began', async () => {
  world = await startWorld({ BUDGET_GRACE_PERIOD: '1h' });
  await setClock(world, '2031-01-31T23:57:00Z');
  await setBudget();
  const ahead = { idempotencyKey: newId(), userId: 'ada', amount: '10', onlyIfFits: false };
  await world.ask(DeductFromBudgetDocument, { input: { ...ahead, occurredAt: '2031-02-01T00:01:00Z' } });
  expect(await decisionOf('11')).toMatchObject({ outcome: 'ALLOWED_BY_GRACE' });
  await setClock(world, '2031-02-01T00:30:00Z');
  expect(await limits()).toMatchObject([{ denies: false }]);
  expect(await deduct('1')).toMatchObject({ decision: { outcome: 'ALLOWED_BY_GRACE' } });
  expect(await decisionOf('1')).toMatchObject({ outcome: 'ALLOWED_BY_GRACE' });
  await setClock(world, '2031-02-01T00:58:00Z');
  expect(await deduct('1')).toMatchObject({ decision: { outcome: 'DENIED' } });
  expect(await decisionOf('1')).toMatchObject({ outcome: 'DENIED' });
});

// Seen to fail: with the look for expired ones only where an item was denied.
test('what an expired reservation holds begins no grace and counts as no refusal', async () => {
  world = await startWorld({ BUDGET_GRACE_PERIOD: '1h' });
  await setBudget();
  await setBudget({ userId: 'ada', period: 'YEAR', enforcement: 'SHADOW' });
  expect(await decisionOf('10')).toMatchObject({ outcome: 'ALLOWED' });
  await setClockAhead(world, 86_401);
  expect(await decisionOf('10')).toMatchObject({ outcome: 'ALLOWED', reason: 'FITS', wouldDeny: false });
  const rows = await limits();
  expect(rows.map(({ graceUntil, wouldDenyCount, held }) => [graceUntil, wouldDenyCount, held])).toEqual([
    [null, 0, '10'],
    [null, 0, '10'],
  ]);
});

test('another budget may still refuse, and then no grace begins', async () => {
  world = await startWorld({ BUDGET_GRACE_PERIOD: '1h' });
  await setBudget({ userId: 'ada', name: 'user' });
  await setBudget({ limit: '5', name: 'org' });
  expect(await decisionOf('6')).toMatchObject({ outcome: 'ALLOWED_BY_GRACE' });
  await setClockAhead(world, 3700);
  expect(await decisionOf('6')).toMatchObject({ outcome: 'DENIED', budget: { name: 'org' } });
  const rows = await limits();
  expect(rows.map(({ name, graceUntil }) => [name, graceUntil !== null])).toEqual([
    ['user', false],
    ['org', true],
  ]);
});

test('a default budget of a user that is made by its first reservation', async () => {
  world = await startWorld({ DEFAULT_MONTHLY_BUDGET: '3' });
  const asked = Array.from({ length: 8 }, () => decisionOf('1', 'new'));
  const outcomes = (await Promise.all(asked)).map(({ outcome }) => outcome);
  expect(outcomes.filter((outcome) => outcome === 'ALLOWED')).toHaveLength(3);
});

test('burnRate and exhaustsAt: by what is spent, and by what then remains', async () => {
  world = await startWorld();
  await setClock(world, '2031-01-01T00:00:00Z');
  await setBudget({ userId: 'ada' });
  await setBudget({ userId: 'ada', period: 'LIFETIME', limit: '30' });
  await setClock(world, '2031-01-01T10:00:00Z');
  await deduct('5');
  await decisionOf('1');
  const [row, life] = (await limits()).sort((a, b) => Date.parse(a.exhaustsAt ?? '') - Date.parse(b.exhaustsAt ?? ''));
  const near = (instant: unknown) => Math.round(Date.parse(String(instant)) / 60_000) * 60_000;
  expect(near(row?.exhaustsAt)).toBe(Date.parse('2031-01-01T18:00:00Z'));
  expect(near(life?.exhaustsAt)).toBe(Date.parse('2031-01-03T10:00:00Z'));
  expect([row, life].map((each) => Number(each?.burnRate).toFixed(3))).toEqual(['0.500', '0.500']);
});
