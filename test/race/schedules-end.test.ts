/** What ends a reservation, and what makes it more, in every order (see schedules.test.ts). */
import { behindTheLast, firstUndone, HotSchedules, queued, together, type Meeting } from '../support/hot-schedules.js';
import type { Tenant } from '../support/hot-steps.js';

let hot: HotSchedules;
beforeAll(async () => {
  hot = await HotSchedules.open();
});
afterAll(() => hot.close());

const hold = (tenant: Tenant) => tenant.reserve({ key: 'held', usd: 6, id: tenant.first });
/** 6 of ada's 10 are held. */
const held = (calls: Meeting['calls']): Meeting => ({ before: (tenant) => [...tenant.limits(), hold(tenant)], calls });
const thrice = (word: string) => [word, word, word].join('+');
const idsOf = ({ first, second, third }: Tenant) => [first, second, third];
const settle = (tenant: Tenant, key = 's', usd = 2) => tenant.record({ key, usd, reservationId: tenant.first });
const release = (tenant: Tenant) => tenant.release(tenant.first);
const extend = (tenant: Tenant, usd: number, key = 'e') => tenant.reserve({ key, usd, extends: tenant.first });

const extendAndSettle = held((tenant) => [extend(tenant, 1), settle(tenant)]);
const extendAndExpire = held((tenant) => [
  tenant.reserve({ key: 'e', usd: 1, extends: tenant.first, ttlSeconds: 7200 }),
  tenant.expire(),
]);
const settleTwice = held((tenant) => [settle(tenant), settle(tenant, 't', 3)]);

describe('a settle', () => {
  // A3.
  test('twice under one key: one effect', async () => {
    expect(await hot.outcomes(held((tenant) => [settle(tenant), settle(tenant)]))).toEqual([
      'settle REPLAYED, settle SETTLED | ada 2+0/10, all 2+0/100 | SETTLED',
      'settle SETTLED, settle REPLAYED | ada 2+0/10, all 2+0/100 | SETTLED',
    ]);
  });

  // A4. Seen to fail: see the controls.
  test('twice under two keys: the first ends it, the other is booked in full', async () => {
    expect(await hot.outcomes(settleTwice)).toEqual([
      'settle OVERRAN, settle SETTLED | ada 5+0/10, all 5+0/100 | SETTLED | RESERVATION_OVERRUN',
      'settle SETTLED, settle OVERRAN | ada 5+0/10, all 5+0/100 | SETTLED | RESERVATION_OVERRUN',
    ]);
    expect(await hot.outcomes(settleTwice, [firstUndone])).toEqual([
      'settle OVERRAN undone, settle SETTLED | ada 3+0/10, all 3+0/100 | SETTLED',
      'settle SETTLED undone, settle SETTLED | ada 3+0/10, all 3+0/100 | SETTLED',
    ]);
  });

  // A5.
  test('and a release: one of them ends it', async () => {
    expect(await hot.outcomes(held((tenant) => [settle(tenant), release(tenant)]))).toEqual([
      'settle OVERRAN, release RELEASED | ada 2+0/10, all 2+0/100 | RELEASED | RESERVATION_OVERRUN',
      'settle SETTLED, release SETTLED | ada 2+0/10, all 2+0/100 | SETTLED',
    ]);
  });

  // A6. Seen to fail: with an expiry that locks nothing it waited for a settle that was taken back, and expired its reservation.
  test('and the end of its time: one of them ends it', async () => {
    const meeting = held((tenant) => [settle(tenant), tenant.expire()]);
    expect(await hot.outcomes(meeting)).toEqual([
      'settle OVERRAN, expire 1 | ada 2+0/10, all 2+0/100 | EXPIRED | RESERVATION_OVERRUN',
      'settle SETTLED, expire 0 | ada 2+0/10, all 2+0/100 | SETTLED',
    ]);
    expect(await hot.outcomes(meeting, [firstUndone])).toEqual([
      'settle OVERRAN undone, expire 1 | ada 0+0/10, all 0+0/100 | EXPIRED',
      'settle SETTLED undone, expire 0 | ada 0+6/10, all 0+6/100 | HELD',
      'settle SETTLED undone, expire 1 | ada 0+0/10, all 0+0/100 | EXPIRED',
    ]);
  });

  test('and a release and the end of its time: one of them ends it', async () => {
    const meeting = held((tenant) => [settle(tenant), release(tenant), tenant.expire()]);
    expect(await hot.outcomes(meeting, [together])).toEqual([
      'settle OVERRAN, release EXPIRED, expire 1 | ada 2+0/10, all 2+0/100 | EXPIRED | RESERVATION_OVERRUN',
      'settle OVERRAN, release RELEASED, expire 0 | ada 2+0/10, all 2+0/100 | RELEASED | RESERVATION_OVERRUN',
      'settle SETTLED, release SETTLED, expire 0 | ada 2+0/10, all 2+0/100 | SETTLED',
    ]);
  });

  test('and another reservation: there is room for it afterwards, and not before', async () => {
    const meeting = held((tenant) => [settle(tenant), tenant.reserve({ key: 'a', usd: 6 })]);
    expect(await hot.outcomes(meeting)).toEqual([
      'settle SETTLED, reserve ALLOWED | ada 2+6/10, all 2+6/100 | HELD+SETTLED',
      'settle SETTLED, reserve DENIED | ada 2+0/10, all 2+0/100 | SETTLED',
    ]);
    expect(await hot.outcomes(meeting, [firstUndone])).toEqual([
      'settle SETTLED undone, reserve DENIED | ada 0+6/10, all 0+6/100 | HELD',
    ]);
  });

  // The one in the middle is in the way of both.
  // Seen to fail: with reservations locked downwards in one of record_usage and end_reservations.
  test('of three, and a release of them the other way round: no deadlock', async () => {
    const meeting: Meeting = {
      before: (tenant) => [...tenant.limits(), tenant.reserve(...idsOf(tenant).map((id) => ({ key: id, usd: 1, id })))],
      calls: (tenant) => [
        tenant.record(...idsOf(tenant).map((reservationId) => ({ key: reservationId, usd: 1, reservationId }))),
        tenant.release(...idsOf(tenant).reverse()),
        tenant.release(tenant.second),
      ],
    };
    const [settled, released, overran] = ['SETTLED', 'RELEASED', 'OVERRAN'].map(thrice);
    expect(await hot.outcomes(meeting, [behindTheLast])).toEqual([
      `settle ${overran}, release ${released} | ada 3+0/10, all 3+0/100 | ${released} | ${thrice('RESERVATION_OVERRUN')}`,
      `settle ${settled}, release ${settled} | ada 3+0/10, all 3+0/100 | ${settled}`,
    ]);
  });
});

describe('a release', () => {
  test('twice: freed once', async () => {
    expect(await hot.outcomes(held((tenant) => [release(tenant), release(tenant)]))).toEqual([
      'release RELEASED, release RELEASED | ada 0+0/10, all 0+0/100 | RELEASED',
    ]);
  });

  test('and the end of its time: freed once', async () => {
    expect(await hot.outcomes(held((tenant) => [release(tenant), tenant.expire()]))).toEqual([
      'release EXPIRED, expire 1 | ada 0+0/10, all 0+0/100 | EXPIRED',
      'release RELEASED, expire 0 | ada 0+0/10, all 0+0/100 | RELEASED',
    ]);
  });

  test('and another reservation: there is room for it afterwards, and not before', async () => {
    expect(await hot.outcomes(held((tenant) => [release(tenant), tenant.reserve({ key: 'a', usd: 6 })]))).toEqual([
      'release RELEASED, reserve ALLOWED | ada 0+6/10, all 0+6/100 | HELD+RELEASED',
      'release RELEASED, reserve DENIED | ada 0+0/10, all 0+0/100 | RELEASED',
    ]);
  });
});

// A7. As two transactions side by side neither waits: the second looks past what the first has in hand.
test('expired by two at once: once', async () => {
  expect(
    await hot.outcomes(
      held((tenant) => [tenant.expire(), tenant.expire()]),
      [queued],
    ),
  ).toEqual([
    'expire 0, expire 1 | ada 0+0/10, all 0+0/100 | EXPIRED',
    'expire 1, expire 0 | ada 0+0/10, all 0+0/100 | EXPIRED',
  ]);
});

// Seen to fail: see the controls.
describe('an extension', () => {
  test('and a settle: freed with the rest, or refused', async () => {
    expect(await hot.outcomes(extendAndSettle)).toEqual([
      'extend ALLOWED, settle SETTLED | ada 2+0/10, all 2+0/100 | SETTLED',
      'extend NOT_HELD, settle SETTLED | ada 2+0/10, all 2+0/100 | SETTLED',
    ]);
  });

  test('and a release: freed with the rest, or refused', async () => {
    expect(await hot.outcomes(held((tenant) => [extend(tenant, 1), release(tenant)]))).toEqual([
      'extend ALLOWED, release RELEASED | ada 0+0/10, all 0+0/100 | RELEASED',
      'extend NOT_HELD, release RELEASED | ada 0+0/10, all 0+0/100 | RELEASED',
    ]);
  });

  test('and the end of its time: it lives on, or is refused', async () => {
    expect(await hot.outcomes(extendAndExpire)).toEqual([
      'extend ALLOWED, expire 0 | ada 0+7/10, all 0+7/100 | HELD',
      'extend NOT_HELD, expire 1 | ada 0+0/10, all 0+0/100 | EXPIRED',
    ]);
    expect(await hot.outcomes(extendAndExpire, [firstUndone])).toEqual([
      'extend ALLOWED undone, expire 0 | ada 0+6/10, all 0+6/100 | HELD',
      'extend ALLOWED undone, expire 1 | ada 0+0/10, all 0+0/100 | EXPIRED',
      'extend NOT_HELD undone, expire 1 | ada 0+0/10, all 0+0/100 | EXPIRED',
    ]);
  });

  // A2.
  test('and another one, of which one fits: one is granted', async () => {
    expect(await hot.outcomes(held((tenant) => [extend(tenant, 3), extend(tenant, 3, 'f')]))).toEqual([
      'extend ALLOWED, extend DENIED | ada 0+9/10, all 0+9/100 | HELD',
      'extend DENIED, extend ALLOWED | ada 0+9/10, all 0+9/100 | HELD',
    ]);
  });

  test('and a reservation, of which one fits: one is granted', async () => {
    expect(await hot.outcomes(held((tenant) => [extend(tenant, 3), tenant.reserve({ key: 'a', usd: 3 })]))).toEqual([
      'extend ALLOWED, reserve DENIED | ada 0+9/10, all 0+9/100 | HELD',
      'extend DENIED, reserve ALLOWED | ada 0+9/10, all 0+9/100 | HELD+HELD',
    ]);
  });

  // B3.
  test('twice under one key: one effect', async () => {
    expect(await hot.outcomes(held((tenant) => [extend(tenant, 3), extend(tenant, 3)]))).toEqual([
      'extend ALLOWED, extend EXISTING | ada 0+9/10, all 0+9/100 | HELD',
      'extend EXISTING, extend ALLOWED | ada 0+9/10, all 0+9/100 | HELD',
    ]);
  });
});

// Seen to fail: without the gate in end_reservations an expiry passed over what the making of the budget had in hand; without it
// in set_budget an extension was not on the new row.
describe('a budget that is made meanwhile: what is held, or was charged, is on it too', () => {
  const made = (call: (tenant: Tenant) => ReturnType<typeof hold>): Meeting => ({
    before: (tenant) => [tenant.setBudget(undefined, 100), hold(tenant)],
    calls: (tenant) => [call(tenant), tenant.setBudget('ada', 10)],
  });

  test('a settle', async () => {
    expect(await hot.outcomes(made(settle))).toEqual(['settle SETTLED, set 1 | ada 2+0/10, all 2+0/100 | SETTLED']);
  });

  test('a release', async () => {
    expect(await hot.outcomes(made(release))).toEqual(['release RELEASED, set 1 | ada 0+0/10, all 0+0/100 | RELEASED']);
  });

  test('the end of its time', async () => {
    expect(await hot.outcomes(made((tenant) => tenant.expire()))).toEqual([
      'expire 1, set 1 | ada 0+0/10, all 0+0/100 | EXPIRED',
    ]);
  });

  test('an extension', async () => {
    expect(await hot.outcomes(made((tenant) => extend(tenant, 5)))).toEqual([
      'extend ALLOWED, set 1 | ada 0+11/10, all 0+11/100 | HELD',
      'extend DENIED, set 1 | ada 0+6/10, all 0+6/100 | HELD',
    ]);
  });
});

// A12.
describe('a budget that is deleted meanwhile: what it holds ends on it, and it refuses nothing', () => {
  test('a settle', async () => {
    expect(await hot.outcomes(held((tenant) => [settle(tenant), tenant.deleteBudget('ada', 1)]))).toEqual([
      'settle SETTLED, delete 1 | ada 2+0/10 ended, all 2+0/100 | SETTLED',
    ]);
  });

  test('an extension', async () => {
    expect(await hot.outcomes(held((tenant) => [extend(tenant, 6), tenant.deleteBudget('ada', 1)]))).toEqual([
      'extend ALLOWED, delete 1 | ada 0+12/10 ended, all 0+12/100 | HELD',
      'extend DENIED, delete 1 | ada 0+6/10 ended, all 0+6/100 | HELD',
    ]);
  });
});

test('after all of them the books are right', async () => {
  expect(await hot.wrongBooks()).toEqual([]);
});

describe('the controls: what is broken is seen', () => {
  test('an extension that does not lock its reservation: it holds on one that has ended', async () => {
    const change = { name: 'reserve_budget', from: 'ORDER BY r.id FOR UPDATE)', to: 'ORDER BY r.id)' };
    expect(await hot.outcomesBroken(extendAndSettle, change)).toContain(
      'extend ALLOWED, settle SETTLED | ada 2+1/10, all 2+1/100 | SETTLED | WRONG: held of ada | WRONG: held of all',
    );
  });

  test('an expiry that does not lock what it found: it ends one that was extended', async () => {
    const change = { name: 'end_reservations', from: 'ORDER BY r.id FOR UPDATE SKIP LOCKED)', to: 'ORDER BY r.id)' };
    expect(await hot.outcomesBroken(extendAndExpire, change)).toContain(
      'extend ALLOWED, expire 1 | ada 0+0/10, all 0+0/100 | EXPIRED',
    );
  });

  // Without the lock alone nothing is seen: the UPDATE locks the same rows, and looks at their state again.
  test('a settle that goes by the state that it saw before it waited: the second one fails', async () => {
    const change = { name: 'record_usage', from: ' AND r.ended_at IS NULL', to: '' };
    expect((await hot.outcomesBroken(settleTwice, change)).join()).toContain('settle 23514');
  });
});
