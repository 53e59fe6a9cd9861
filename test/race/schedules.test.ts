/**
 * Money that is held, in every order: two or three calls of the hot functions meet, each a transaction whose steps are
 * taken one by one. What may come out of it is listed, all of it.
 */
import {
  atTheGate,
  behindTheLast,
  firstUndone,
  HotSchedules,
  together,
  type Meeting,
} from '../support/hot-schedules.js';
import type { Hold } from '../support/hot-steps.js';
import { STALE_ROOM } from '../support/read-then-write.js';

let hot: HotSchedules;
beforeAll(async () => {
  hot = await HotSchedules.open();
});
afterAll(() => hot.close());

const thrice = (word: string) => [word, word, word].join('+');

const edge: Meeting = {
  before: (tenant) => tenant.limits(),
  calls: (tenant) => [tenant.reserve({ key: 'a', usd: 6 }), tenant.reserve({ key: 'b', usd: 6 })],
};
const made: Meeting = {
  before: (tenant) => [tenant.setBudget(undefined, 100)],
  calls: (tenant) => [tenant.reserve({ key: 'a', usd: 6 }), tenant.setBudget('ada', 5)],
};
const besideRecord: Meeting = {
  before: (tenant) => tenant.limits(),
  calls: (tenant) => [tenant.reserve({ key: 'a', usd: 6 }), tenant.record({ key: 'a', usd: 3 })],
};

// A2. Seen to fail: see the controls.
describe('two reservations of which one fits', () => {
  const oneOfTwo = [
    'reserve ALLOWED, reserve DENIED | ada 0+6/10, all 0+6/100 | HELD',
    'reserve DENIED, reserve ALLOWED | ada 0+6/10, all 0+6/100 | HELD',
  ];

  test('one is granted', async () => {
    expect(await hot.outcomes(edge)).toEqual(oneOfTwo);
  });

  // Seen to fail: with an INSERT of missing rows that ends on those of another one of the two failed with 23505.
  test('one is granted where the period has no row yet', async () => {
    const before: Meeting['before'] = (tenant) => [...tenant.limits(), tenant.beginPeriod()];
    expect(await hot.outcomes({ ...edge, before }, [together, atTheGate])).toEqual(oneOfTwo);
  });

  test('what is taken back leaves its room to the other', async () => {
    expect(await hot.outcomes(edge, [firstUndone])).toEqual([
      'reserve ALLOWED undone, reserve ALLOWED | ada 0+6/10, all 0+6/100 | HELD',
      'reserve DENIED undone, reserve ALLOWED | ada 0+6/10, all 0+6/100 | HELD',
    ]);
  });

  // Seen to fail: with what count_charges has just added left out of its look at the limit.
  test('one is granted of a deduction and a reservation, and of two deductions', async () => {
    const mixed: Meeting = {
      ...edge,
      calls: (tenant) => [tenant.deduct({ key: 'a', usd: 6 }), tenant.reserve({ key: 'a', usd: 6 })],
    };
    expect(await hot.outcomes(mixed)).toEqual([
      'deduct RECORDED, reserve DENIED | ada 6+0/10, all 6+0/100',
      'deduct TG001, reserve ALLOWED | ada 0+6/10, all 0+6/100 | HELD',
    ]);
    const deductions: Meeting = {
      ...edge,
      calls: (tenant) => [tenant.deduct({ key: 'a', usd: 6 }), tenant.deduct({ key: 'b', usd: 6 })],
    };
    expect(await hot.outcomes(deductions)).toEqual([
      'deduct RECORDED, deduct TG001 | ada 6+0/10, all 6+0/100',
      'deduct TG001, deduct RECORDED | ada 6+0/10, all 6+0/100',
    ]);
  });

  test('both are granted in the grace that the first of them begins', async () => {
    const grace = { graceMs: 3_600_000 };
    const meeting: Meeting = {
      ...edge,
      calls: (tenant) => ['a', 'b'].map((key) => tenant.reserveWith(grace, { key, usd: 11 })),
    };
    expect(await hot.outcomes(meeting)).toEqual([
      'reserve ALLOWED_BY_GRACE, reserve ALLOWED_BY_GRACE | ada 0+22/10, all 0+22/100 | HELD+HELD',
    ]);
  });
});

describe('one key', () => {
  // B3.
  test('twice: one effect', async () => {
    const twice: Meeting = {
      ...edge,
      calls: (tenant) => [tenant.reserve({ key: 'a', usd: 6 }), tenant.reserve({ key: 'a', usd: 6 })],
    };
    expect(await hot.outcomes(twice)).toEqual([
      'reserve ALLOWED, reserve EXISTING | ada 0+6/10, all 0+6/100 | HELD',
      'reserve EXISTING, reserve ALLOWED | ada 0+6/10, all 0+6/100 | HELD',
    ]);
    // B6.
    expect(await hot.outcomes(twice, [firstUndone])).toEqual([
      'reserve ALLOWED undone, reserve ALLOWED | ada 0+6/10, all 0+6/100 | HELD',
      'reserve EXISTING undone, reserve ALLOWED | ada 0+6/10, all 0+6/100 | HELD',
    ]);
  });

  // B11. Seen to fail: with a denied key that is not deleted the other one was told that it had taken effect.
  test('refused while another waits for it: the other gets it', async () => {
    const refused: Meeting = {
      ...edge,
      calls: (tenant) => [tenant.reserve({ key: 'a', usd: 20 }), tenant.reserve({ key: 'a', usd: 5 })],
    };
    expect(await hot.outcomes(refused)).toEqual([
      'reserve DENIED, reserve ALLOWED | ada 0+5/10, all 0+5/100 | HELD',
      'reserve EXISTING, reserve ALLOWED | ada 0+5/10, all 0+5/100 | HELD',
    ]);
    const deduction: Meeting = {
      ...edge,
      calls: (tenant) => [tenant.deduct({ key: 'a', usd: 20 }), tenant.deduct({ key: 'a', usd: 5 })],
    };
    expect(await hot.outcomes(deduction)).toEqual([
      'deduct REPLAYED, deduct RECORDED | ada 5+0/10, all 5+0/100',
      'deduct TG001, deduct RECORDED | ada 5+0/10, all 5+0/100',
    ]);
  });

  // Each would have one that the other wants once it gets the one that is in the way of both.
  // Seen to fail: without ORDER BY t.key in reserve_budget one of them was ended by 40P01.
  test('in batches of other orders: no deadlock', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((key) => ({ key, usd: 2 })) as [Hold, Hold, Hold];
    const meeting: Meeting = {
      ...edge,
      calls: (tenant) => [tenant.reserve(a, c, b), tenant.reserve(b, c, a), tenant.reserve(c)],
    };
    expect(await hot.outcomes(meeting, [behindTheLast])).toEqual([
      `reserve ${thrice('ALLOWED')}, reserve ${thrice('EXISTING')} | ada 0+6/10, all 0+6/100 | ${thrice('HELD')}`,
      `reserve ${thrice('EXISTING')}, reserve ${thrice('ALLOWED')} | ada 0+6/10, all 0+6/100 | ${thrice('HELD')}`,
    ]);
  });
});

// Seen to fail: without the gate in reserve_budget, or in set_budget, nobody waited and the books were wrong (see the controls).
describe('a reservation and a change of the budget', () => {
  // A8.
  test('a limit lowered: refused afterwards, honoured before', async () => {
    const lowered: Meeting = {
      ...edge,
      calls: (tenant) => [tenant.reserve({ key: 'a', usd: 6 }), tenant.setBudget('ada', 5)],
    };
    expect(await hot.outcomes(lowered)).toEqual([
      'reserve ALLOWED, set 1 | ada 0+6/5, all 0+6/100 | HELD',
      'reserve DENIED, set 1 | ada 0+0/5, all 0+0/100',
    ]);
  });

  test('a budget made: it begins with what is held, or refuses', async () => {
    expect(await hot.outcomes(made)).toEqual([
      'reserve ALLOWED, set 1 | ada 0+6/5, all 0+6/100 | HELD',
      'reserve DENIED, set 1 | ada 0+0/5, all 0+0/100',
    ]);
  });

  // A12.
  test('a budget deleted: what came before its end is held on it', async () => {
    const deleted = (seconds: number): Meeting => ({
      ...edge,
      calls: (tenant) => [tenant.reserve({ key: 'a', usd: 6 }), tenant.deleteBudget('ada', seconds)],
    });
    expect(await hot.outcomes(deleted(1))).toEqual([
      'reserve ALLOWED, delete 1 | ada 0+6/10 ended, all 0+6/100 | HELD',
    ]);
    expect(await hot.outcomes(deleted(-1))).toEqual([
      'reserve ALLOWED, delete 1 | ada 0+0/10 ended, all 0+6/100 | HELD',
      'reserve ALLOWED, delete 1 | ada 0+6/10 ended, all 0+6/100 | HELD',
    ]);
  });

  // Seen to fail: with a reservation that an ended budget refused, it was DENIED in all orders.
  test('a budget deleted: it refuses nothing any more, also what came before its end', async () => {
    const refused = (call: 'deduct' | 'reserve'): Meeting => ({
      ...edge,
      calls: (tenant) => [tenant[call]({ key: 'a', usd: 12 }), tenant.deleteBudget('ada', 1)],
    });
    expect(await hot.outcomes(refused('reserve'))).toEqual([
      'reserve ALLOWED, delete 1 | ada 0+12/10 ended, all 0+12/100 | HELD',
      'reserve DENIED, delete 1 | ada 0+0/10 ended, all 0+0/100',
    ]);
    expect(await hot.outcomes(refused('deduct'))).toEqual([
      'deduct RECORDED, delete 1 | ada 12+0/10 ended, all 12+0/100',
      'deduct TG001, delete 1 | ada 0+0/10 ended, all 0+0/100',
    ]);
  });

  test('two reservations and a lower limit', async () => {
    const meeting: Meeting = {
      ...edge,
      calls: (tenant) => [
        tenant.reserve({ key: 'a', usd: 4 }),
        tenant.reserve({ key: 'b', usd: 6 }),
        tenant.setBudget('ada', 5),
      ],
    };
    expect(await hot.outcomes(meeting, [together])).toEqual([
      'reserve ALLOWED, reserve ALLOWED, set 1 | ada 0+10/5, all 0+10/100 | HELD+HELD',
      'reserve ALLOWED, reserve DENIED, set 1 | ada 0+4/5, all 0+4/100 | HELD',
      'reserve DENIED, reserve ALLOWED, set 1 | ada 0+6/5, all 0+6/100 | HELD',
    ]);
  });
});

// Seen to fail: without the gate in reserve_budget nobody waited.
test('a reservation and new prices: held by the old ones before, not at all afterwards', async () => {
  const meeting: Meeting = {
    ...edge,
    calls: (tenant) => [tenant.reserve({ key: 'a', usd: 6 }), tenant.changePrices()],
  };
  expect(await hot.outcomes(meeting)).toEqual([
    'reserve ALLOWED, change prices 1 | ada 0+6/10, all 0+6/100 | HELD',
    'reserve STALE, change prices 1 | ada 0+0/10, all 0+0/100',
  ]);
});

test('a reservation and a user moved: held where the user was, or where the user is', async () => {
  const meeting: Meeting = {
    before: (tenant) => [...tenant.limits(), tenant.setBudget('red', 10), tenant.setBudget('blue', 10)],
    calls: (tenant) => [tenant.reserve({ key: 'a', usd: 6 }), tenant.move()],
  };
  expect(await hot.outcomes(meeting)).toEqual([
    'reserve ALLOWED, move BLUE | ada 0+6/10, blue 0+0/10, red 0+6/10, all 0+6/100 | HELD',
    'reserve ALLOWED, move BLUE | ada 0+6/10, blue 0+6/10, red 0+0/10, all 0+6/100 | HELD',
  ]);
});

// A10. Seen to fail: see the controls.
test('a reservation and a record: both, and no deadlock', async () => {
  expect(await hot.outcomes(besideRecord)).toEqual([
    'reserve ALLOWED, record RECORDED | ada 3+6/10, all 3+6/100 | HELD',
  ]);
  const before: Meeting['before'] = (tenant) => [...tenant.limits(), tenant.beginPeriod()];
  expect(await hot.outcomes({ ...besideRecord, before }, [together, atTheGate])).toEqual([
    'reserve ALLOWED, record RECORDED | ada 3+6/10, all 3+6/100 | HELD',
  ]);
});

test('after all of them the books are right', async () => {
  expect(await hot.wrongBooks()).toEqual([]);
});

describe('the controls: what is broken is seen', () => {
  test('no gate: a budget that is made does not know what is held', async () => {
    const change = { name: 'reserve_budget', from: ' FOR SHARE;', to: ';' };
    expect(await hot.outcomesBroken(made, change)).toContain(
      'reserve ALLOWED, set 1 | ada 0+0/5, all 0+6/100 | HELD | WRONG: held of ada',
    );
  });

  test('read, then write: both are granted', async () => {
    expect(await hot.outcomesBroken(edge, { name: 'reserve_budget', ...STALE_ROOM })).toContain(
      'reserve ALLOWED, reserve ALLOWED | ada 0+12/10, all 0+12/100 | HELD+HELD | WRONG: a grant over a limit',
    );
  });

  test('the period rows in the order that only reservations take them in: a deadlock', async () => {
    const change = { name: 'reserve_budget', from: 'ORDER BY h.rank,', to: 'ORDER BY h.rank DESC,' };
    expect((await hot.outcomesBroken(besideRecord, change)).join()).toContain(' 40P01');
  });
});
