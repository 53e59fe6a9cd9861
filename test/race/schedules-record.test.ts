/** What is recorded and priced, and accounts that are made, in every order (see schedules.test.ts). */
import {
  atTheGate,
  behindTheLast,
  firstUndone,
  HotSchedules,
  queued,
  together,
  type Meeting,
} from '../support/hot-schedules.js';
import type { Tenant, Use } from '../support/hot-steps.js';
import type { Step } from '../support/stepped-schedule.js';

let hot: HotSchedules;
beforeAll(async () => {
  hot = await HotSchedules.open();
});
afterAll(() => hot.close());

const limited = (calls: Meeting['calls'], ...more: ((tenant: Tenant) => Step)[]): Meeting => ({
  before: (tenant) => [...tenant.limits(), ...more.map((step) => step(tenant))],
  calls,
});
/** Ada has no budget before. */
const made = (calls: Meeting['calls'], ...more: ((tenant: Tenant) => Step)[]): Meeting => ({
  before: (tenant) => [tenant.setBudget(undefined, 100), ...more.map((step) => step(tenant))],
  calls,
});
const record = (tenant: Tenant, key = 'a', usd = 3) => tenant.record({ key, usd });
const recordUnpriced = (tenant: Tenant) => tenant.record({ key: 'unpriced' });
const price = (tenant: Tenant) => tenant.price({ key: 'unpriced', usd: 4 });

const recordAndMade = made((tenant) => [record(tenant), tenant.setBudget('ada', 10, [20])]);
const priceAndDeleted = limited((tenant) => [price(tenant), tenant.deleteBudget('ada', -1)], recordUnpriced);

describe('one key', () => {
  // B3.
  test('twice: one effect', async () => {
    const meeting = limited((tenant) => [record(tenant), record(tenant)]);
    expect(await hot.outcomes(meeting)).toEqual([
      'record RECORDED, record REPLAYED | ada 3+0/10, all 3+0/100',
      'record REPLAYED, record RECORDED | ada 3+0/10, all 3+0/100',
    ]);
    // B6.
    expect(await hot.outcomes(meeting, [firstUndone])).toEqual([
      'record RECORDED undone, record RECORDED | ada 3+0/10, all 3+0/100',
      'record REPLAYED undone, record RECORDED | ada 3+0/10, all 3+0/100',
    ]);
  });

  // Each would have one that the other wants once it gets the one that is in the way of both.
  // Seen to fail: without ORDER BY t.key in record_usage one of them was ended by 40P01.
  test('in batches of other orders: no deadlock', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((key) => ({ key, usd: 1 })) as [Use, Use, Use];
    const meeting = limited((tenant) => [tenant.record(a, c, b), tenant.record(b, c, a), tenant.record(c)]);
    expect(await hot.outcomes(meeting, [behindTheLast])).toEqual([
      'record RECORDED+RECORDED+RECORDED, record REPLAYED+REPLAYED+REPLAYED | ada 3+0/10, all 3+0/100',
      'record REPLAYED+REPLAYED+REPLAYED, record RECORDED+RECORDED+RECORDED | ada 3+0/10, all 3+0/100',
    ]);
  });
});

describe('a record', () => {
  // Seen to fail: with an INSERT of missing rows that ends on those of another one of the two failed with 23505.
  test('and another, where the period has no row yet', async () => {
    const meeting = limited(
      (tenant) => [record(tenant), record(tenant, 'b')],
      (tenant) => tenant.beginPeriod(),
    );
    expect(await hot.outcomes(meeting, [together, atTheGate])).toEqual([
      'record RECORDED, record RECORDED | ada 6+0/10, all 6+0/100',
    ]);
  });

  // G14.
  test('and another, which cross thresholds: each alert once, in the order of the feed', async () => {
    const meeting = made(
      (tenant) => [record(tenant, 'a', 5), record(tenant, 'b', 5)],
      (tenant) => tenant.setBudget('ada', 10, [50, 80, 100]),
    );
    expect(await hot.outcomes(meeting)).toEqual([
      'record RECORDED, record RECORDED | ada 10+0/10, all 10+0/100 | 50+80+100',
    ]);
  });

  // Seen to fail: without the gate in record_usage (see the controls), or in set_budget.
  test('and a budget made: it begins with the record, or counts it', async () => {
    expect(await hot.outcomes(recordAndMade)).toEqual(['record RECORDED, set 1 | ada 3+0/10, all 3+0/100 | 20']);
    expect(await hot.outcomes(recordAndMade, [firstUndone])).toEqual([
      'record RECORDED undone, set 1 | ada 0+0/10, all 0+0/100',
    ]);
  });

  test('and a budget changed: the threshold that it gets fires once', async () => {
    const meeting = limited((tenant) => [record(tenant), tenant.setBudget('ada', 5, [50, 80])]);
    expect(await hot.outcomes(meeting)).toEqual(['record RECORDED, set 1 | ada 3+0/5, all 3+0/100 | 50']);
  });

  test('and a budget deleted: on it is what came before its end', async () => {
    const deleted = (seconds: number) => limited((tenant) => [record(tenant), tenant.deleteBudget('ada', seconds)]);
    expect(await hot.outcomes(deleted(1))).toEqual(['record RECORDED, delete 1 | ada 3+0/10 ended, all 3+0/100']);
    expect(await hot.outcomes(deleted(-1))).toEqual(['record RECORDED, delete 1 | ada 0+0/10 ended, all 3+0/100']);
  });

  // Seen to fail: without the gate in record_usage nobody waited.
  test('and its user moved: counted where the user was, or where the user is', async () => {
    const meeting = made(
      (tenant) => [record(tenant), tenant.move()],
      (tenant) => tenant.setBudget('red', 10),
      (tenant) => tenant.setBudget('blue', 10),
    );
    expect(await hot.outcomes(meeting)).toEqual([
      'record RECORDED, move BLUE | blue 0+0/10, red 3+0/10, all 3+0/100',
      'record RECORDED, move BLUE | blue 3+0/10, red 0+0/10, all 3+0/100',
    ]);
  });

  test('and new prices: recorded by the old ones before, not at all afterwards', async () => {
    expect(await hot.outcomes(limited((tenant) => [record(tenant), tenant.changePrices()]))).toEqual([
      'record RECORDED, change prices 1 | ada 3+0/10, all 3+0/100',
      'record STALE, change prices 1 | ada 0+0/10, all 0+0/100',
    ]);
  });
});

describe('a record gets its price', () => {
  test('beside another record', async () => {
    expect(await hot.outcomes(limited((tenant) => [price(tenant), record(tenant)], recordUnpriced))).toEqual([
      'price 1, record RECORDED | ada 7+0/10, all 7+0/100 | UNPRICED_USAGE',
    ]);
  });

  // Seen to fail: without the look at the cost it was charged twice.
  test('from two at once: once', async () => {
    const meeting = limited((tenant) => [price(tenant), price(tenant)], recordUnpriced);
    expect(await hot.outcomes(meeting)).toEqual([
      'price 0, price 1 | ada 4+0/10, all 4+0/100 | UNPRICED_USAGE',
      'price 1, price 0 | ada 4+0/10, all 4+0/100 | UNPRICED_USAGE',
    ]);
    expect(await hot.outcomes(meeting, [firstUndone])).toEqual([
      'price 0 undone, price 1 | ada 4+0/10, all 4+0/100 | UNPRICED_USAGE',
      'price 1 undone, price 1 | ada 4+0/10, all 4+0/100 | UNPRICED_USAGE',
    ]);
  });

  test('while it is being recorded: only once it is there', async () => {
    expect(
      await hot.outcomes(
        limited((tenant) => [price(tenant), recordUnpriced(tenant)]),
        [queued],
      ),
    ).toEqual([
      'price 0, record RECORDED | ada 0+0/10, all 0+0/100 | UNPRICED_USAGE',
      'price 1, record RECORDED | ada 4+0/10, all 4+0/100 | UNPRICED_USAGE',
    ]);
  });

  // Seen to fail: without the gate in price_usage, or in set_budget.
  test('and a budget is made, or deleted', async () => {
    expect(await hot.outcomes(made((tenant) => [price(tenant), tenant.setBudget('ada', 10)], recordUnpriced))).toEqual([
      'price 1, set 1 | ada 4+0/10, all 4+0/100 | UNPRICED_USAGE',
    ]);
    expect(await hot.outcomes(priceAndDeleted)).toEqual([
      'price 1, delete 1 | ada 0+0/10 ended, all 4+0/100 | UNPRICED_USAGE',
    ]);
  });

  test('above what was held, beside another charge of the reservation: one alert of the overrun', async () => {
    const meeting: Meeting = {
      before: (tenant) => [
        ...tenant.limits(),
        tenant.reserve({ key: 'held', usd: 3, id: tenant.first }),
        tenant.record({ key: 'unpriced', reservationId: tenant.first }),
      ],
      calls: (tenant) => [price(tenant), tenant.record({ key: 's', usd: 1, reservationId: tenant.first })],
    };
    expect(await hot.outcomes(meeting)).toEqual([
      'price 1, settle OVERRAN | ada 5+0/10, all 5+0/100 | SETTLED | UNPRICED_USAGE+RESERVATION_OVERRUN',
    ]);
  });

  test('beside another record and a budget that is made', async () => {
    const meeting = made((tenant) => [price(tenant), record(tenant), tenant.setBudget('ada', 10)], recordUnpriced);
    expect(await hot.outcomes(meeting, [together])).toEqual([
      'price 1, record RECORDED, set 1 | ada 7+0/10, all 7+0/100 | UNPRICED_USAGE',
    ]);
  });
});

// Seen to fail: without the gate in set_budget one of the two failed with 23505.
test('a budget made by two at once: one, with the terms of the later', async () => {
  const meeting = made((tenant) => [tenant.setBudget('ada', 10), tenant.setBudget('ada', 11)]);
  expect(await hot.outcomes(meeting, [together, atTheGate])).toEqual([
    'set 1, set 1 | ada 0+0/10, all 0+0/100',
    'set 1, set 1 | ada 0+0/11, all 0+0/100',
  ]);
});

describe('a user that nobody knows', () => {
  // A11. Seen to fail: with an INSERT that ends on the account of another one of the two failed with 23505.
  test('made by two at once: one account, one default budget', async () => {
    const meeting = made((tenant) => [tenant.ensure(['bob'], 10), tenant.ensure(['bob'], 10)]);
    expect(await hot.outcomes(meeting, [together])).toEqual(['ensure bob1, ensure bob1 | bob +/10, all 0+0/100']);
    expect(await hot.outcomes(meeting, [firstUndone])).toEqual([
      'ensure bob1 undone, ensure bob1 | bob +/10, all 0+0/100',
      'ensure bob1 undone, ensure bob2 | bob +/10, all 0+0/100',
    ]);
  });

  // Seen to fail: with users in the order of the list.
  test('in lists of other orders: no deadlock', async () => {
    const meeting = made((tenant) => [
      tenant.ensure(['ann', 'cy', 'bob'], 10),
      tenant.ensure(['bob', 'cy', 'ann'], 10),
      tenant.ensure(['cy']),
    ]);
    expect(await hot.outcomes(meeting, [behindTheLast])).toEqual([
      'ensure ann1+cy2+bob1, ensure bob1+cy2+ann1 | ann +/10, bob +/10, cy +/10, all 0+0/100',
    ]);
  });
});

test('after all of them the books are right', async () => {
  expect(await hot.wrongBooks()).toEqual([]);
});

describe('the controls: what is broken is seen', () => {
  test('records without the gate: a budget that is made does not know of them', async () => {
    const change = { name: 'record_usage', from: ' FOR SHARE;', to: ';' };
    expect(await hot.outcomesBroken(recordAndMade, change)).toContain(
      'record RECORDED, set 1 | ada 0+0/10, all 3+0/100 | WRONG: spent of ada',
    );
  });

  test('prices without the gate: they stay on a budget that had ended before', async () => {
    const change = { name: 'price_usage', from: ' FOR SHARE;', to: ';' };
    expect(await hot.outcomesBroken(priceAndDeleted, change)).toContain(
      'price 1, delete 1 | ada 4+0/10 ended, all 4+0/100 | UNPRICED_USAGE | WRONG: spent of ada',
    );
  });
});
