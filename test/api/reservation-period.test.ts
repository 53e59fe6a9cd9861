/** What changes with time: a price at an instant, a period after a long silence, and who makes its row. */
import { jest } from '@jest/globals';
import { Client } from 'pg';
import { newCaller, type Caller } from '../support/caller.js';
import { setClock } from '../support/clock.js';
import { startAnother } from '../support/servers.js';
import { until } from '../support/until.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let client: Client;
let caller: Caller;
beforeAll(async () => {
  world = await startWorld();
  client = new Client({ connectionString: world.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await world.close();
});
beforeEach(async () => {
  caller = await newCaller(world);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await setClock(world, undefined);
});

/** Time stands still, in the database and in the server, so that the millisecond of what is made is this one. */
async function stopTimeAt(instant: string): Promise<void> {
  await client.query(`CREATE OR REPLACE FUNCTION tollgate_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp AS 'SELECT timestamptz ''${instant}'''`);
  jest.spyOn(performance, 'now').mockReturnValue(1);
  await world.server.syncClock();
}

/** The rows of the caller's budgets by their first day, with what each has spent and holds in whole USD. */
async function periods(): Promise<string[]> {
  const { rows } = await client.query<{ row: string }>(
    `SELECT concat_ws(' ', b.period, (p.starts_at AT TIME ZONE 'UTC')::date, div(p.spent_pico_usd, 1000000000000),
       div(p.held_pico_usd, 1000000000000)) AS row
     FROM budget_period p JOIN budget b ON b.organization_id = p.organization_id AND b.id = p.budget_id
     JOIN api_key k ON k.organization_id = p.organization_id WHERE k.prefix = $1 ORDER BY b.period, p.starts_at, b.rank`,
    [caller.key.slice(0, 32)],
  );
  return rows.map(({ row }) => row);
}

/**
 * D14. The API knows milliseconds and drops what is finer, so the edge is tried a millisecond, not a microsecond, before
 * and after it; with microseconds an instant is in the millisecond that it begins with.
 * Seen to fail: with a hold by the price at its end; with the cost of a call by its budgetAt, and, where it does not say when
 * it ran, by the clock; with a price in force only after its `effectiveFrom`.
 */
describe('D14: a price that changes at T, of 1 USD before and 3 USD from then on', () => {
  const T = '2031-05-01T12:00:00.000Z';
  const BEFORE = '2031-05-01T11:59:59.999Z';
  const AFTER = '2031-05-01T12:00:00.001Z';
  const million = 1_000_000;
  const dated = { provider: 'own', model: 'dated' };
  beforeEach(async () => {
    await setClock(world, '2031-04-01T00:00:00Z');
    await caller.setPricing({ ...dated, promptTokenPrice: '0.000001' });
    await caller.setPricing({ ...dated, promptTokenPrice: '0.000003', effectiveFrom: '2031-05-01T12:00:00.000900Z' });
    await caller.setBudget({ userId: 'ada', limit: '1000' });
  });

  test.each([
    [BEFORE, '1', '2031-05-01T11:59:59.999999Z', '1', BEFORE],
    [BEFORE, '1', T, '3', T],
    [BEFORE, '1', AFTER, '3', AFTER],
    [BEFORE, '1', undefined, '1', BEFORE],
    [T, '3', BEFORE, '1', BEFORE],
    [T, '3', '2031-05-01T12:00:00.000001Z', '3', T],
    [T, '3', undefined, '3', T],
    [AFTER, '3', BEFORE, '1', BEFORE],
    [AFTER, '3', T, '3', T],
    [AFTER, '3', undefined, '3', AFTER],
  ])('reserved at %s it holds %s, ran at %s it costs %s', async (madeAt, hold, occurredAt, cost, stored) => {
    await stopTimeAt(madeAt);
    const call = { model: 'dated', promptTokens: million };
    const { reservation } = await caller.reserve({ ...call, maxCompletionTokens: 0 });
    expect(reservation).toMatchObject({ createdAt: madeAt, amount: hold });
    await stopTimeAt('2031-05-01T12:02:00.000Z');
    const settled = await caller.record({ ...call, reservationId: reservation?.id ?? '', occurredAt });
    expect(settled).toMatchObject({
      usageRecord: { charge: cost, occurredAt: stored, budgetAt: madeAt },
      settled: true,
      overran: hold === '1' && cost === '3',
    });
    expect(await caller.rows()).toEqual([{ spent: cost, held: '0' }]);
  });
});

// Seen to fail: with rows made for the period before, too; with what the last period had spent carried over; with the end
// of a period not looked at by raise_budget_alerts and count_charges, the late call raised its alert.
test('D17: after 3 months of nothing there are rows only for what something falls in, and no alert of then', async () => {
  await setClock(world, '2031-01-10T12:00:00Z');
  caller = await newCaller(world);
  for (const period of ['DAY', 'MONTH'] as const) {
    await caller.setBudget({ userId: 'ada', period, thresholds: [50] });
  }
  await caller.deduct({ amount: '4' });
  const forgotten = await caller.held('3');
  const january = ['DAY 2031-01-10 4 3', 'MONTH 2031-01-01 4 3'];
  expect(await periods()).toEqual(january);

  await setClock(world, '2031-04-10T12:00:00Z');
  await until(async () => (await caller.stateOf(forgotten)) === 'EXPIRED');
  const budgets = await caller.budgets();
  expect(budgets.map(({ startsAt, spent, held }) => [startsAt, spent, held])).toEqual([
    ['2031-04-10T00:00:00.000Z', '0', '0'],
    ['2031-04-01T00:00:00.000Z', '0', '0'],
  ]);
  expect(await periods()).toEqual(january.map((row) => row.replace(' 3', ' 0')));

  // Late: over its limit then, which nobody has to be told of any more.
  await caller.deduct({ amount: '11', onlyIfFits: false, occurredAt: '2031-02-20T12:00:00Z' });
  await caller.settle(forgotten, 3);
  const past = ['DAY 2031-01-10 7 0', 'DAY 2031-02-20 11 0', 'MONTH 2031-01-01 7 0', 'MONTH 2031-02-01 11 0'];
  expect(await periods()).toEqual(past);
  expect((await caller.alerts()).map(({ kind }) => kind)).toEqual(['RESERVATION_OVERRUN']);

  await caller.held('10');
  const april = ['DAY 2031-04-10 0 10', 'MONTH 2031-04-01 0 10'];
  expect(await periods()).toEqual([...past, ...april].sort());
  await caller.deduct({ amount: '5', onlyIfFits: false });
  const alerts = (await caller.alerts()).slice(1);
  expect(alerts.map(({ periodStartsAt, spent }) => [periodStartsAt, spent])).toEqual([
    ['2031-04-10T00:00:00.000Z', '5'],
    ['2031-04-01T00:00:00.000Z', '5'],
  ]);
});

// Seen to fail: without ON CONFLICT DO NOTHING in FIND_ROWS, and in count_charges.
test.each<[string, (by: Caller) => Promise<unknown>, (by: Caller) => Promise<unknown>]>([
  ['reserve', (by) => by.held('1'), (by) => by.held('1')],
  ['record', (by) => by.record({ userId: 'ada', promptTokens: 400_000 }), (by) => by.deduct({ amount: '1' })],
  ['reserve and record', (by) => by.held('1'), (by) => by.deduct({ amount: '1' })],
])("D18: two servers that %s first in a period make the period's rows once", async (_what, here, there) => {
  await setClock(world, '2031-01-31T12:00:00Z');
  caller = await newCaller(world);
  await caller.setBudget();
  await caller.setBudget({ userId: 'ada', teamId: 'ops' });
  await caller.setBudget({ teamId: 'ops' });
  await setClock(world, '2031-02-01T00:00:10Z');
  const other = await startAnother(world.database.url);
  try {
    // Both find no row and want to make it, because somebody has it in hand who then goes away.
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO budget_period (organization_id, budget_id, starts_at, ends_at, limit_pico_usd, enforcement, thresholds, rank)
       SELECT b.organization_id, b.id, '2031-02-01Z', '2031-03-01Z', 0, 'SOFT', '{}', b.rank
       FROM budget b JOIN api_key k USING (organization_id) WHERE k.prefix = $1`,
      [caller.key.slice(0, 32)],
    );
    const both = Promise.all([untilAnswered(() => here(caller)), untilAnswered(() => there(caller.at(other)))]);
    await until(async () => (await waiting()) === 2);
    await client.query('ROLLBACK');
    await both;
  } finally {
    await client.query('ROLLBACK');
    await other.close();
  }
  const budgets = await caller.budgets();
  const sums = budgets.map(({ limit, spent, held }) => [limit, Number(spent) + Number(held)]);
  expect(sums).toEqual([
    ['10', 2],
    ['10', 2],
    ['10', 2],
  ]);
  expect((await periods()).filter((row) => row.includes('2031-02-01'))).toHaveLength(3);
});

/** A server waits two seconds for rows that somebody else has in hand. */
async function untilAnswered(ask: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!String(error).includes('SERVICE_UNAVAILABLE')) throw error;
    }
  }
}

async function waiting(): Promise<number> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount ?? 0;
}
