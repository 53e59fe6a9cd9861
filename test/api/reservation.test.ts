import { Client } from 'pg';
import { v7 as newId } from 'uuid';
import { END_RESERVATIONS } from '../../migrations/sql/end-reservations.sql.js';
import { setClock, setClockAhead } from '../support/clock.js';
import {
  AlertsDocument,
  BudgetStatusDocument,
  CheckBudgetDocument,
  DeductFromBudgetDocument,
  DeleteBudgetDocument,
  ExtendReservationDocument,
  ReleaseReservationDocument,
  ReservationByIdDocument,
  ReserveBudgetBatchDocument,
  ReserveBudgetDocument,
  SetAccountDocument,
  SetBudgetDocument,
  SetPricingDocument,
  SettleDocument,
  type RecordUsageInput,
  type ReserveBudgetInput,
  type SetBudgetInput,
} from '../support/generated/operations.js';
import { newTenant, spend } from '../support/spending.js';
import { until } from '../support/until.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let key: string;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  key = await newTenant(world);
});
afterEach(() => setClock(world, undefined));

const monthly: SetBudgetInput = { period: 'MONTH', limit: '10', enforcement: 'HARD', thresholds: [] };

async function setBudget(input: Partial<SetBudgetInput>) {
  return (await world.ask(SetBudgetDocument, { input: { ...monthly, ...input } }, key)).setBudget;
}

async function reserve(input: Partial<ReserveBudgetInput>) {
  const asked = { idempotencyKey: newId(), userId: 'ada', ...input };
  return (await world.ask(ReserveBudgetDocument, { input: asked }, key)).reserveBudget;
}

async function held(amount: string, input: Partial<ReserveBudgetInput> = {}): Promise<string> {
  const { reservation } = await reserve({ amount, ...input });
  if (!reservation) throw new Error('It was denied.');
  return reservation.id;
}

/** `gpt-4o`: 400,000 input tokens are 1 USD. */
async function settle(reservationId: string, usd: number, input: Partial<RecordUsageInput> = {}) {
  const used = { idempotencyKey: newId(), model: 'gpt-4o', promptTokens: usd * 400_000, reservationId, ...input };
  return (await world.ask(SettleDocument, { input: used }, key)).recordUsage;
}

async function rows(variables: { userId?: string; teamId?: string; runId?: string } = { userId: 'ada' }) {
  const { budgets } = (await world.ask(BudgetStatusDocument, variables, key)).budgetStatus;
  return budgets.map(({ name, spent, held: kept }) => ({ name, spent, held: kept }));
}

async function overruns() {
  const { alerts } = await world.ask(AlertsDocument, { first: 200 }, key);
  return alerts.edges.filter(({ node }) => node.kind === 'RESERVATION_OVERRUN').map(({ node }) => node.message);
}

describe('a reservation', () => {
  test('holds on every level, is settled with the real charge, and is found by its id', async () => {
    await setBudget({ name: 'org' });
    await setBudget({ teamId: 'ops', name: 'team' });
    await setBudget({ userId: 'ada', teamId: 'ops', name: 'user' });
    await setBudget({ runId: 'r1', userId: 'ada', name: 'run', limit: '5' });
    const made = await reserve({ amount: '4', runId: 'r1' });
    expect(made).toMatchObject({
      decision: { outcome: 'ALLOWED', reason: 'FITS', wouldDeny: false, asked: '4', remaining: '5' },
      reservation: { state: 'HELD', amount: '4', runId: 'r1', endedAt: null, usageRecordId: null },
      replayed: false,
    });
    const names = ['run', 'user', 'team', 'org'];
    expect(await rows({ runId: 'r1' })).toEqual(names.map((name) => ({ name, spent: '0', held: '4' })));
    const settled = await settle(made.reservation?.id ?? '', 3);
    expect(settled).toMatchObject({
      usageRecord: {
        charge: '3',
        runId: 'r1',
        budgetAt: made.reservation?.createdAt,
        occurredAt: made.reservation?.createdAt,
      },
      settled: true,
      overran: false,
      reservation: { state: 'SETTLED', amount: '4', usageRecordId: settled.usageRecord?.id },
    });
    expect(settled.budgets).toEqual(names.map((name) => ({ name, spent: '3', held: '0' })));
    expect(await rows({ runId: 'r1' })).toEqual(names.map((name) => ({ name, spent: '3', held: '0' })));
    const { node } = await world.ask(ReservationByIdDocument, { id: made.reservation?.id ?? '' }, key);
    expect(node).toMatchObject({ state: 'SETTLED', account: { kind: 'USER', externalId: 'ada' } });
    const other = await newTenant(world);
    expect(await world.ask(ReservationByIdDocument, { id: made.reservation?.id ?? '' }, other)).toEqual({ node: null });
  });

  test('holds the most that its tokens can cost, at the tier that the prompt reaches', async () => {
    const of = async (promptTokens: number, maxCompletionTokens: number) =>
      (await reserve({ model: 'claude-sonnet-4-5', promptTokens, maxCompletionTokens })).reservation?.amount;
    expect(await of(200_000, 1_000)).toBe('0.615');
    expect(await of(200_001, 1_000)).toBe('1.222506');
    const text = await reserve({ model: 'gpt-4o', prompt: 'hello world', maxCompletionTokens: 100 });
    expect(text.decision.asked).toBe('0.001005');
  });

  test('is refused with what would fit', async () => {
    await setBudget({ userId: 'ada', name: 'user', limit: '0.0035' });
    const asked = { model: 'gpt-4o', promptTokens: 1_000, maxCompletionTokens: 500 };
    const denied = await reserve(asked);
    expect(denied).toMatchObject({
      decision: {
        outcome: 'DENIED',
        reason: 'OVER_LIMIT',
        wouldDeny: true,
        asked: '0.0075',
        remaining: '0.0035',
        maxCompletionTokens: 100,
        budget: { name: 'user', limit: '0.0035', spent: '0', held: '0', resetsAt: expect.any(String) },
      },
      reservation: null,
      replayed: false,
    });
    for (const [limit, most] of [
      ['0.00349', 99],
      ['0.003509999999', 100],
      ['0.00351', 101],
      ['0.0025', 0],
      ['0.002499999999', null],
    ] as const) {
      await setBudget({ userId: 'ada', limit });
      expect((await reserve(asked)).decision.maxCompletionTokens).toBe(most);
    }
    await setBudget({ userId: 'ada', limit: '0.0035' });
    expect((await reserve({ ...asked, maxCompletionTokens: 101 })).decision.outcome).toBe('DENIED');
    expect((await reserve({ ...asked, maxCompletionTokens: 100 })).decision.outcome).toBe('ALLOWED');
    expect((await reserve(asked)).decision).toMatchObject({ maxCompletionTokens: null, remaining: '0' });
  });

  test('all or nothing: the level that has no room is named, and nothing is held', async () => {
    await setBudget({ name: 'org', limit: '1' });
    await setBudget({ userId: 'ada', name: 'user' });
    expect((await reserve({ amount: '2' })).decision).toMatchObject({ outcome: 'DENIED', budget: { name: 'org' } });
    expect(await rows()).toEqual([
      { name: 'user', spent: '0', held: '0' },
      { name: 'org', spent: '0', held: '0' },
    ]);
  });
});

describe('the key', () => {
  test('answers again what took effect, refuses other content, and is free after a denial', async () => {
    await setBudget({ userId: 'ada', limit: '5' });
    const input = { idempotencyKey: 'k1', amount: '3' };
    const first = await reserve(input);
    expect(await reserve(input)).toMatchObject({
      replayed: true,
      reservation: first.reservation,
      decision: { outcome: 'ALLOWED' },
    });
    expect(await rows()).toMatchObject([{ held: '3' }]);
    const other = { idempotencyKey: 'k1', userId: 'ada', amount: '2' };
    expect(await world.codeOf(ReserveBudgetDocument, { input: other }, key)).toBe('IDEMPOTENCY_CONFLICT');
    expect((await reserve({ idempotencyKey: 'k2', amount: '3' })).decision.outcome).toBe('DENIED');
    expect(await reserve({ idempotencyKey: 'k2', amount: '2' })).toMatchObject({
      replayed: false,
      decision: { outcome: 'ALLOWED' },
    });
    // One key space with extensions, another than that of usage.
    const extend = { idempotencyKey: 'k1', reservationId: first.reservation?.id ?? '', amount: '3' };
    expect(await world.codeOf(ExtendReservationDocument, { input: extend }, key)).toBe('IDEMPOTENCY_CONFLICT');
    expect(await settle(first.reservation?.id ?? '', 1, { idempotencyKey: 'k1' })).toMatchObject({ settled: true });
    expect(await reserve(input)).toMatchObject({ replayed: true, reservation: { state: 'SETTLED' } });
  });

  test('many in one batch: each by itself, duplicates once', async () => {
    await setBudget({ userId: 'ada', limit: '5' });
    const item = (idempotencyKey: string, amount: string) => ({ idempotencyKey, userId: 'ada', amount });
    const items = [item('a', '3'), item('b', '3'), item('a', '3'), item('c', '2'), item('c', '1'), item('', '1')];
    const answer = await world.ask(ReserveBudgetBatchDocument, { input: { items } }, key);
    expect(
      answer.reserveBudgetBatch.items.map(
        ({ result, error }) => error?.code ?? `${result?.decision.outcome} ${result?.replayed}`,
      ),
    ).toEqual([
      'ALLOWED false',
      'DENIED false',
      'ALLOWED true',
      'ALLOWED false',
      'IDEMPOTENCY_CONFLICT',
      'BAD_USER_INPUT',
    ]);
    // Seen to fail: with an id of its own for the repeat, which nothing was stored under.
    const ids = answer.reserveBudgetBatch.items.map(({ result }) => result?.reservation?.id);
    expect(ids[2]).toBe(ids[0]);
    expect(await reserve({ idempotencyKey: 'a', amount: '3' })).toMatchObject({
      replayed: true,
      reservation: { id: ids[0] },
    });
    expect(await rows()).toMatchObject([{ held: '5' }]);
  });
});

test('a key of before in a batch: compared with what it did, and not with its neighbour', async () => {
  await held('1', { idempotencyKey: 'before' });
  const item = (amount: string) => ({ idempotencyKey: 'before', userId: 'ada', amount });
  const answer = await world.ask(
    ReserveBudgetBatchDocument,
    { input: { items: [item('2'), item('1'), item('2')] } },
    key,
  );
  expect(answer.reserveBudgetBatch.items.map(({ result, error }) => error?.code ?? result?.replayed)).toEqual([
    'IDEMPOTENCY_CONFLICT',
    true,
    'IDEMPOTENCY_CONFLICT',
  ]);
});

describe('what ends it', () => {
  test('a call that is priced later, above what was held, raises its alert then', async () => {
    const id = await held('1');
    expect(await settle(id, 1, { model: 'unknown-yet' })).toMatchObject({ settled: true, overran: false });
    expect(await overruns()).toEqual([]);
    const rates = [{ unit: 'INPUT_TOKENS' as const, price: '1' }];
    await world.ask(SetPricingDocument, { input: { provider: 'own', model: 'unknown-yet', rates } }, key);
    await until(async () => (await overruns()).length === 1);
  });

  test('one without a price that comes too late raises it at once, and says so', async () => {
    const id = await held('1');
    await settle(id, 1);
    expect(await settle(id, 1, { model: 'still-unknown' })).toMatchObject({ settled: false, overran: true });
    expect(await overruns()).toEqual([
      'A call of the user "ada" came too late and has no price yet, and 1 USD had been held for it.',
    ]);
  });

  // E16, with reservation-edge.test.ts.
  test('a charge above the hold is booked in full and raises one alert', async () => {
    await setBudget({ userId: 'ada', name: 'user', limit: '5' });
    const id = await held('2');
    expect(await settle(id, 6)).toMatchObject({ settled: true, overran: true, usageRecord: { charge: '6' } });
    expect(await rows()).toEqual([{ name: 'user', spent: '6', held: '0' }]);
    expect(await overruns()).toHaveLength(1);
    // Another record of the same call counts too; the reservation has had its alert.
    expect(await settle(id, 1)).toMatchObject({ settled: false, overran: true, reservation: { state: 'SETTLED' } });
    expect(await rows()).toEqual([{ name: 'user', spent: '7', held: '0' }]);
    expect(await overruns()).toHaveLength(1);
  });

  test('the first of two settles wins; the other is told who it was', async () => {
    await setBudget({ userId: 'ada' });
    const id = await held('2');
    const answers = await Promise.all([settle(id, 1), settle(id, 2)]);
    expect(answers.map(({ settled }) => settled).sort()).toEqual([false, true]);
    const winner = answers.find(({ settled }) => settled);
    for (const { reservation } of answers) expect(reservation?.usageRecordId).toBe(winner?.usageRecord?.id);
    expect(await rows()).toMatchObject([{ spent: '3', held: '0' }]);
  });

  test('the same settle again is a replay with the same words', async () => {
    const id = await held('2');
    const first = await settle(id, 3, { idempotencyKey: 'same' });
    expect(await settle(id, 3, { idempotencyKey: 'same' })).toEqual({ ...first, replayed: true });
  });

  test('a release frees it, once; a settle afterwards is booked without it', async () => {
    await setBudget({ userId: 'ada' });
    const id = await held('2');
    const release = () => world.ask(ReleaseReservationDocument, { input: { reservationId: id } }, key);
    const first = await release();
    expect(first.releaseReservation.reservation).toMatchObject({ state: 'RELEASED', endedAt: expect.any(String) });
    expect(await release()).toEqual(first);
    expect(await rows()).toMatchObject([{ spent: '0', held: '0' }]);
    expect(await settle(id, 1)).toMatchObject({ settled: false, overran: true, reservation: { state: 'RELEASED' } });
    expect(await rows()).toMatchObject([{ spent: '1', held: '0' }]);
    expect(await overruns()).toHaveLength(1);
    const settled = await held('1');
    await settle(settled, 1);
    const codeOf = (reservationId: string) =>
      world.codeOf(ReleaseReservationDocument, { input: { reservationId } }, key);
    expect(await codeOf(settled)).toBe('RESERVATION_NOT_HELD');
    expect(await codeOf(id.slice(1))).toBe('NOT_FOUND');
  });

  test('its time: no denial is caused by one that is over, and what its call cost is booked late', async () => {
    await setBudget({ userId: 'ada', limit: '5' });
    const id = await held('5', { ttlSeconds: 60 });
    expect((await reserve({ amount: '1' })).decision.outcome).toBe('DENIED');
    await setClockAhead(world, 61);
    expect((await reserve({ amount: '5' })).decision.outcome).toBe('ALLOWED');
    expect(await rows()).toMatchObject([{ spent: '0', held: '5' }]);
    expect(await settle(id, 2)).toMatchObject({ settled: false, overran: true, reservation: { state: 'EXPIRED' } });
    expect(await rows()).toMatchObject([{ spent: '2', held: '5' }]);
  });

  test('nor is the denial of a deduction', async () => {
    await setBudget({ userId: 'ada', limit: '5' });
    await held('5', { ttlSeconds: 60 });
    const deduct = async () => {
      const input = { idempotencyKey: newId(), userId: 'ada', amount: '5', onlyIfFits: true };
      return (await world.ask(DeductFromBudgetDocument, { input }, key)).deductFromBudget.decision?.outcome;
    };
    expect(await deduct()).toBe('DENIED');
    await setClockAhead(world, 61);
    expect(await deduct()).toBe('ALLOWED');
  });

  test('an extension: more, or nothing; longer; and not when it is over', async () => {
    await setBudget({ userId: 'ada', limit: '5' });
    const { reservation } = await reserve({ amount: '2', ttlSeconds: 60 });
    const reservationId = reservation?.id ?? '';
    const extend = async (amount: string, ttlSeconds?: number, idempotencyKey: string = newId()) =>
      world.ask(ExtendReservationDocument, { input: { idempotencyKey, reservationId, amount, ttlSeconds } }, key);
    const longer = (await extend('2', 3_600, 'more')).extendReservation;
    expect(longer).toMatchObject({ decision: { outcome: 'ALLOWED' }, reservation: { id: reservationId, amount: '4' } });
    expect(Date.parse(longer.reservation?.expiresAt ?? '') - Date.parse(reservation?.expiresAt ?? '')).toBeGreaterThan(
      3_500_000,
    );
    expect((await extend('2', 3_600, 'more')).extendReservation).toMatchObject({
      replayed: true,
      reservation: { amount: '4' },
    });
    expect((await extend('2')).extendReservation).toMatchObject({ decision: { outcome: 'DENIED' }, reservation: null });
    expect(await rows()).toMatchObject([{ held: '4' }]);
    expect(await settle(reservationId, 4)).toMatchObject({ settled: true, overran: false });
    const input = { idempotencyKey: newId(), reservationId, amount: '1' };
    expect(await world.codeOf(ExtendReservationDocument, { input }, key)).toBe('RESERVATION_NOT_HELD');
  });

  // Seen to fail: with the state looked at and not the time.
  test('no more for a call whose time is over, also before anybody has expired it', async () => {
    const reservationId = await held('1', { ttlSeconds: 60 });
    const client = new Client({ connectionString: world.database.url });
    await client.connect();
    try {
      await client.query(END_RESERVATIONS.replace('BEGIN\n', 'BEGIN\n  ended := 0; RETURN NEXT; RETURN;\n'));
      await setClockAhead(world, 61);
      const input = { idempotencyKey: newId(), reservationId, amount: '1' };
      expect(await world.codeOf(ExtendReservationDocument, { input }, key)).toBe('RESERVATION_NOT_HELD');
      const { node } = await world.ask(ReservationByIdDocument, { id: reservationId }, key);
      expect(node).toMatchObject({ state: 'HELD', amount: '1' });
    } finally {
      await client.query(END_RESERVATIONS);
      await client.end();
    }
  });

  test('a budget that is set while something is held starts with it, and is freed of it', async () => {
    const [settled, released] = [await held('2', { runId: 'r' }), await held('3', { runId: 'r' })];
    await setBudget({ userId: 'ada', name: 'user' });
    await setBudget({ runId: 'r', name: 'run' });
    expect(await rows()).toEqual([{ name: 'user', spent: '0', held: '5' }]);
    expect(await rows({ runId: 'r' })).toEqual([{ name: 'run', spent: '0', held: '5' }]);
    expect(await settle(settled, 1)).toMatchObject({ settled: true });
    await world.ask(ReleaseReservationDocument, { input: { reservationId: released } }, key);
    expect(await rows()).toEqual([{ name: 'user', spent: '1', held: '0' }]);
    expect(await rows({ runId: 'r' })).toEqual([{ name: 'run', spent: '1', held: '0' }]);
  });

  // Seen to fail: with an ended budget taken for one that refuses, in each of the two.
  test('a deleted budget refuses nothing, and is not named as the one that did', async () => {
    await setBudget({ name: 'org', limit: '5' });
    const { id: budgetId } = await setBudget({ userId: 'ada', name: 'gone', limit: '5' });
    const reservationId = await held('5');
    await setClockAhead(world, 1);
    await world.ask(DeleteBudgetDocument, { id: budgetId }, key);
    const input = { idempotencyKey: newId(), reservationId, amount: '1' };
    const { extendReservation } = await world.ask(ExtendReservationDocument, { input }, key);
    expect(extendReservation.decision).toMatchObject({ outcome: 'DENIED', budget: { name: 'org' } });
    await setBudget({ name: 'org', limit: '100' });
    const before = (await world.ask(ReservationByIdDocument, { id: reservationId }, key)).node;
    const occurredAt = before && 'createdAt' in before ? before.createdAt : undefined;
    const late = { idempotencyKey: newId(), userId: 'ada', amount: '6', onlyIfFits: true, occurredAt };
    const { deductFromBudget } = await world.ask(DeductFromBudgetDocument, { input: late }, key);
    expect(deductFromBudget).toMatchObject({ usageRecord: { charge: '6' }, decision: { outcome: 'ALLOWED' } });
  });

  test('a deleted budget: what is held on it is settled there', async () => {
    const { id: budgetId } = await setBudget({ userId: 'ada', name: 'user' });
    const id = await held('2');
    await world.ask(DeleteBudgetDocument, { id: budgetId }, key);
    expect((await reserve({ amount: '20' })).decision.outcome).toBe('ALLOWED');
    expect(await settle(id, 1)).toMatchObject({ settled: true });
    const client = new Client({ connectionString: world.database.url });
    await client.connect();
    const { rows: left } = await client.query<object>(
      `SELECT p.spent_pico_usd::text AS spent, p.held_pico_usd::text AS held FROM budget_period p
        JOIN budget b ON b.organization_id = p.organization_id AND b.id = p.budget_id
        WHERE b.name = 'user' AND b.ended_at IS NOT NULL`,
    );
    await client.end();
    expect(left).toEqual([{ spent: '1000000000000', held: '0' }]);
  });
});

describe('who and what may be held for', () => {
  test('precedence: a disabled account before a missing price before a limit', async () => {
    await setBudget({ userId: 'ada', limit: '0' });
    const unpriced = { model: 'nobody-knows', promptTokens: 1, maxCompletionTokens: 1 };
    expect((await reserve(unpriced)).decision).toMatchObject({
      outcome: 'DENIED',
      reason: 'MODEL_NOT_PRICED',
      asked: null,
    });
    await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'ada', disabled: true } }, key);
    for (const asked of [unpriced, { amount: '1' }, { amount: '0' }]) {
      expect((await reserve(asked)).decision).toMatchObject({ outcome: 'DENIED', reason: 'ACCOUNT_DISABLED' });
    }
    await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'ada', disabled: false } }, key);
    for (const disabled of [true, false]) {
      await world.ask(SetAccountDocument, { input: { kind: 'ORGANIZATION', externalId: '', disabled } }, key);
      expect((await reserve({ amount: '0' })).decision.outcome).toBe(disabled ? 'DENIED' : 'ALLOWED');
    }
    expect((await reserve({ amount: '1' })).decision).toMatchObject({ outcome: 'DENIED', reason: 'OVER_LIMIT' });
    expect((await reserve({ amount: '0' })).decision).toMatchObject({ outcome: 'ALLOWED', reason: 'FITS' });
  });

  test.each<[string, Partial<ReserveBudgetInput>, string]>([
    ['neither an amount nor tokens', {}, 'model'],
    ['an amount and tokens', { amount: '1', promptTokens: 1 }, 'amount'],
    ['a negative amount', { amount: '-1' }, 'amount'],
    ['more than can be summed', { amount: '1000000000000.1' }, 'amount'],
    ['no end of the completion', { model: 'gpt-4o', promptTokens: 1 }, 'maxCompletionTokens'],
    ['two prompts', { model: 'gpt-4o', promptTokens: 1, prompt: 'x', maxCompletionTokens: 1 }, 'promptTokens'],
    ['no time', { amount: '1', ttlSeconds: 0 }, 'ttlSeconds'],
    ['too much time', { amount: '1', ttlSeconds: 86_401 }, 'ttlSeconds'],
    ['no key', { amount: '1', idempotencyKey: '' }, 'idempotencyKey'],
    ['a key of 256', { amount: '1', idempotencyKey: 'x'.repeat(256) }, 'idempotencyKey'],
    ['an empty user', { amount: '1', userId: '' }, 'userId'],
    ['an empty run', { amount: '1', runId: '' }, 'runId'],
  ])('%s is refused', async (_name, input, field) => {
    const { errors } = await world.send(
      ReserveBudgetDocument,
      { input: { idempotencyKey: newId(), userId: 'ada', ...input } },
      key,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['input', field] } }]);
  });

  test('a settle names the same spender, or none', async () => {
    const id = await held('1', { runId: 'r' });
    const refused = async (input: Partial<RecordUsageInput>) => {
      const used = { idempotencyKey: newId(), model: 'gpt-4o', promptTokens: 1, reservationId: id, ...input };
      return world.codeOf(SettleDocument, { input: used }, key);
    };
    expect(await refused({ userId: 'bob' })).toBe('BAD_USER_INPUT');
    expect(await refused({ teamId: 'ops' })).toBe('BAD_USER_INPUT');
    expect(await refused({ runId: 'other' })).toBe('BAD_USER_INPUT');
    expect(await refused({ reservationId: 'bm8' })).toBe('NOT_FOUND');
    key = await newTenant(world);
    expect(await refused({})).toBe('NOT_FOUND');
  });

  test('only budgets that count the model hold for it', async () => {
    await setBudget({ userId: 'ada', name: 'all' });
    await setBudget({ userId: 'ada', name: 'gpt', models: [{ provider: 'openai', name: 'gpt-4o' }] });
    await held('1', { model: 'gpt-4o' });
    await held('2', { model: 'claude-sonnet-4-5' });
    await held('4');
    expect((await rows()).sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1))).toEqual([
      { name: 'all', spent: '0', held: '7' },
      { name: 'gpt', spent: '0', held: '1' },
    ]);
  });
});

describe('the kinds of budgets', () => {
  test('SOFT and SHADOW let pass what they have no room for; SHADOW counts it', async () => {
    await setBudget({ userId: 'ada', name: 'soft', limit: '1', enforcement: 'SOFT' });
    expect((await reserve({ amount: '2' })).decision).toMatchObject({
      outcome: 'ALLOWED',
      reason: 'OVER_LIMIT',
      wouldDeny: false,
    });
    await setBudget({ userId: 'ada', period: 'YEAR', name: 'shadow', limit: '1', enforcement: 'SHADOW' });
    expect((await reserve({ amount: '2' })).decision).toMatchObject({
      outcome: 'ALLOWED',
      reason: 'OVER_LIMIT',
      wouldDeny: true,
    });
    const { budgets } = (await world.ask(BudgetStatusDocument, { userId: 'ada' }, key)).budgetStatus;
    expect(budgets.map(({ name, held: kept }) => [name, kept]).sort()).toEqual([
      ['shadow', '4'],
      ['soft', '4'],
    ]);
  });

  test('checkBudget says what reserveBudget would', async () => {
    await setBudget({ userId: 'ada', limit: '5' });
    await spend(world, key, { userId: 'ada', amount: '1' });
    await held('2');
    const check = async (amount: string) =>
      (await world.ask(CheckBudgetDocument, { input: { userId: 'ada', amount } }, key)).checkBudget.outcome;
    expect([await check('2'), await check('2.000000000001')]).toEqual(['ALLOWED', 'DENIED']);
    expect((await reserve({ amount: '2.000000000001' })).decision.outcome).toBe('DENIED');
    expect((await reserve({ amount: '2' })).decision.outcome).toBe('ALLOWED');
  });
});
