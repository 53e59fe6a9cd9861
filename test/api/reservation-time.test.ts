/** Reservations by the clock: in which zone their periods lie, and what happens when a clock steps. */
import { Client } from 'pg';
import { Caller, newCaller } from '../support/caller.js';
import { setClock, setClockAhead } from '../support/clock.js';
import {
  CreateOrganizationDocument,
  DeleteBudgetDocument,
  SetOrganizationDocument,
  ViewerDocument,
} from '../support/generated/operations.js';
import { Ledger } from '../support/ledger.js';
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
afterEach(() => setClock(world, undefined));

/** How many wait for a lock in this file's database. */
async function waiting(): Promise<number> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount ?? 0;
}

// Seen to fail: with each half of hasUsage left out.
describe('D7: the zone', () => {
  const zone = async () => (await caller.ask(ViewerDocument, {})).viewer.organization.zone;
  const setZone = (to: string) => caller.send(SetOrganizationDocument, { input: { zone: to } });

  test.each<[string, (by: Caller) => Promise<unknown>]>([
    ['a call', (by) => by.record({ userId: 'ada', promptTokens: 1 })],
    ['a call without a price', (by) => by.record({ userId: 'ada', model: 'nobody-knows', promptTokens: 1 })],
    ['a deduction', (by) => by.deduct({ amount: '0' })],
    ['a budget', (by) => by.setBudget()],
    ['a budget on which something is held', async (by) => (await by.setBudget(), by.held('1'))],
    ['a budget that ended', async (by) => by.ask(DeleteBudgetDocument, { id: (await by.setBudget()).id })],
  ])('is fixed after %s', async (_what, use) => {
    await use(caller);
    const { errors } = await setZone('Asia/Tokyo');
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['input', 'zone'] } }]);
    expect(await zone()).toBe('UTC');
    expect((await setZone('UTC')).errors).toBeUndefined();
  });

  test('of a new organization changes, also while something is held: without a budget that lies in no period', async () => {
    await setClock(world, '2031-03-10T14:59:50Z');
    const [early, late] = [await caller.held('1'), await caller.held('2')];
    expect((await setZone('Asia/Tokyo')).errors).toBeUndefined();
    expect(await zone()).toBe('Asia/Tokyo');
    await caller.setBudget({ userId: 'ada', period: 'DAY' });
    expect(await caller.rows()).toEqual([{ spent: '0', held: '3' }]);
    await caller.settle(early, 1);
    expect(await caller.rows()).toEqual([{ spent: '1', held: '2' }]);
    // Midnight in Tokyo.
    await setClock(world, '2031-03-10T15:00:10Z');
    expect(await caller.rows()).toEqual([{ spent: '0', held: '0' }]);
    await caller.settle(late, 1);
    expect(await caller.rows()).toEqual([{ spent: '0', held: '0' }]);
  });

  // Seen to fail: without the gate in OrganizationService.set.
  test('does not change below a call that is being written', async () => {
    const made = await world.ask(CreateOrganizationDocument, { input: { name: 'being written', zone: 'UTC' } });
    caller = new Caller(world.server.url, made.createOrganization.apiKeyValue);
    const ledger = new Ledger(world.database.url, 'being written');
    const account = await ledger.account('ORGANIZATION');
    const writing = await ledger.pool.connect();
    try {
      await writing.query('BEGIN');
      await ledger.spend(account, '1', writing);
      let isAnswered = false;
      const setting = setZone('Asia/Tokyo').finally(() => (isAnswered = true));
      await until(async () => isAnswered || (await waiting()) > 0);
      await writing.query('COMMIT');
      expect((await setting).errors).toMatchObject([{ extensions: { field: ['input', 'zone'] } }]);
    } finally {
      writing.release();
      await ledger.close();
    }
  });
});

const HOUR_S = 3_600;
const RealDate = Date;

/** The clock of this process, by which libraries go, too, is so much wrong from now on. */
function stepHostClock(seconds: number): void {
  const now = () => RealDate.now() + seconds * 1000;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given: unknown[]) => Reflect.construct(target, given.length === 0 ? [now()] : given) as object,
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  });
}

describe('D11: a clock that steps', () => {
  let ids: string[];
  beforeEach(async () => {
    await caller.setBudget({ userId: 'ada', limit: '3' });
    ids = [];
    for (const ttlSeconds of [60, HOUR_S / 2, 2 * HOUR_S]) ids.push(await caller.held('1', { ttlSeconds }));
  });
  afterEach(() => {
    globalThis.Date = RealDate;
  });

  /** Asks for more than there is, so that whatever is past its end is expired now, and not at the next sweep. */
  async function states(): Promise<string> {
    expect((await caller.reserve({ amount: '4' })).decision.outcome).toBe('DENIED');
    return (await Promise.all(ids.map((id) => caller.stateOf(id)))).join(' ');
  }

  /** Waits until the sweepers went over all organizations once more. */
  async function swept(): Promise<void> {
    const other = await newCaller(world);
    const id = await other.held('1', { ttlSeconds: 1 });
    await until(async () => (await other.stateOf(id)) === 'EXPIRED');
  }

  // Seen to fail: with Date.now in place of the monotonic timer in Clock.
  test.each([
    ['back', -HOUR_S],
    ['forward', HOUR_S],
  ])("the host's, %s by an hour, ends nothing and dates nothing", async (_where, seconds) => {
    stepHostClock(seconds);
    await swept();
    expect(await states()).toBe('HELD HELD HELD');
    const { reservation } = await caller.reserve({ amount: '0', ttlSeconds: 60 });
    const { rows } = await client.query<object>(
      `SELECT abs(extract(epoch FROM tollgate_now() - $1::timestamptz)) < ${HOUR_S / 2} AS near`,
      [reservation?.createdAt],
    );
    expect(rows).toEqual([{ near: true }]);
    await setClockAhead(world, 61);
    await until(async () => (await caller.stateOf(ids[0] ?? '')) === 'EXPIRED');
    expect(await states()).toBe('EXPIRED HELD HELD');
    expect(await caller.rows()).toEqual([{ spent: '0', held: '2' }]);
  });

  // Seen to fail: with all that is HELD expired once one of them is past its end.
  test("the database's, back and forth: only those whose time came end, and they stay so", async () => {
    await setClockAhead(world, -HOUR_S);
    await swept();
    const seen: string[] = [await states()];
    for (const ahead of [0, 61, HOUR_S, -HOUR_S, HOUR_S / 2, 2 * HOUR_S + 1]) {
      await setClockAhead(world, ahead);
      seen.push(`${ahead}: ${await states()}`);
    }
    expect(seen).toEqual([
      'HELD HELD HELD',
      '0: HELD HELD HELD',
      '61: EXPIRED HELD HELD',
      `${HOUR_S}: EXPIRED EXPIRED HELD`,
      `${-HOUR_S}: EXPIRED EXPIRED HELD`,
      `${HOUR_S / 2}: EXPIRED EXPIRED HELD`,
      `${2 * HOUR_S + 1}: EXPIRED EXPIRED EXPIRED`,
    ]);
  });

  // D10. Seen to fail: with the end counted from createdAt in reserve_budget.
  test('a server that has not heard of it yet makes no reservation that is over at once', async () => {
    const other = await startAnother(world.database.url);
    try {
      await setClockAhead(world, HOUR_S);
      const id = await caller.at(other).held('1', { ttlSeconds: 60 });
      expect(await states()).toBe('EXPIRED EXPIRED HELD');
      expect(await caller.stateOf(id)).toBe('HELD');
      await setClockAhead(world, HOUR_S + 61);
      await until(async () => (await caller.stateOf(id)) === 'EXPIRED');
    } finally {
      await other.close();
    }
  });

  // D10. Seen to fail: with the decision left to the server's clock, of what was denied, and of what was booked.
  test('a server that errs about the end of a grace says of a deduction what became of it', async () => {
    const other = await startAnother(world.database.url, { BUDGET_GRACE_PERIOD: '1h' });
    try {
      const there = caller.at(other);
      expect((await there.reserve({ amount: '1' })).decision.outcome).toBe('ALLOWED_BY_GRACE');
      await setClockAhead(world, HOUR_S + 60);
      expect(await there.deduct({ amount: '3' })).toMatchObject({
        usageRecord: null,
        decision: { outcome: 'DENIED', reason: 'OVER_LIMIT', remaining: '2' },
      });
      await other.syncClock();
      await setClockAhead(world, 0);
      expect(await there.deduct({ amount: '3' })).toMatchObject({
        usageRecord: { charge: '3' },
        decision: { outcome: 'ALLOWED_BY_GRACE', reason: 'OVER_LIMIT', remaining: '2' },
      });
    } finally {
      await other.close();
    }
  });
});
