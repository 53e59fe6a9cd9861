/** Several servers on one database: what one of them changes holds at the others, and flags that differ do no harm. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitForUpdate } from '@pydantic/genai-prices';
import type { RunningServer } from '../../src/server.js';
import { Caller, newCaller } from '../support/caller.js';
import { setClock, setClockAhead } from '../support/clock.js';
import {
  CheckBudgetDocument,
  CreateApiKeyDocument,
  DeleteBudgetDocument,
  LimitsDocument,
  RecordUsageDocument,
  RefreshPricingDocument,
  RevokeApiKeyDocument,
  SetAccountDocument,
  ViewerDocument,
} from '../support/generated/operations.js';
import { startAnother } from '../support/servers.js';
import { until } from '../support/until.js';
import { startWorld, type World } from '../support/world.js';

let feed: Server;
let world: World;
let here: Caller;
/** By their settings. */
const others = new Map<string, RunningServer>();
beforeAll(async () => {
  const providers = structuredClone(await waitForUpdate()) as unknown as { id: string; models: object[] }[];
  const openai = providers.find(({ id }) => id === 'openai');
  openai?.models.push({ id: 'gpt-99', match: { equals: 'gpt-99' }, prices: { input_mtok: 9 } });
  feed = createServer((_request, response) => response.end(JSON.stringify(providers)));
  await new Promise<void>((done) => feed.listen(0, '127.0.0.1', done));
  const { port } = feed.address() as AddressInfo;
  world = await startWorld({ PRICING_UPDATE_URL: `http://127.0.0.1:${port}/` });
});
afterAll(async () => {
  feed.closeAllConnections();
  await new Promise((done) => feed.close(done));
  for (const server of others.values()) await server.close();
  await world.close();
});
beforeEach(async () => {
  here = await newCaller(world);
});
afterEach(async () => {
  await setClock(world, undefined);
  for (const server of others.values()) await server.syncClock();
});

async function started(environment: Record<string, string> = {}): Promise<RunningServer> {
  const name = JSON.stringify(environment);
  const server = others.get(name) ?? (await startAnother(world.database.url, environment));
  others.set(name, server);
  return server;
}

/** The caller at another server, with these settings. */
async function at(environment?: Record<string, string>): Promise<Caller> {
  return here.at(await started(environment));
}

/** A time passes, and all servers know. */
async function pass(seconds: number): Promise<void> {
  await setClockAhead(world, seconds);
  for (const server of others.values()) await server.syncClock();
}

const MODEL = { provider: 'own', model: 'm' };
const ONE = { model: 'm', promptTokens: 1_000_000 };
const LEAST = '0.000000000001';

describe('J5: what one server sets, another uses at its very next call', () => {
  // Each has looked at the prices just before, and keeps them for two seconds. Seen to fail: with versions that are not
  // compared in reserve_budget, and in record_usage.
  test.each<[string, (by: Caller) => Promise<string | null | undefined>]>([
    ['reserve', async (by) => (await by.reserve({ ...ONE, maxCompletionTokens: 0 })).reservation?.amount],
    ['record', async (by) => (await by.record({ ...ONE, userId: 'ada' })).usageRecord?.charge],
  ])('a price, back and forth: to %s', async (_what, use) => {
    const there = await at();
    for (let price = 1; price <= 8; price += 1) {
      const [setter, user] = price % 2 ? [here, there] : [there, here];
      const effectiveFrom = `2026-01-0${price}T00:00:00Z`;
      await setter.setPricing({ ...MODEL, promptTokenPrice: `0.00000${price}`, effectiveFrom });
      expect(await use(user)).toBe(`${price}`);
    }
  });

  test('a model that it did not know', async () => {
    const there = await at();
    for (const [asked, set] of [
      [ONE, () => here.setPricing({ ...MODEL, promptTokenPrice: '0.000002' })],
      [{ ...ONE, model: 'gpt-99' }, () => world.ask(RefreshPricingDocument, {})],
    ] as const) {
      const reserve = async () => (await there.reserve({ ...asked, maxCompletionTokens: 0 })).decision.outcome;
      expect(await reserve()).toBe('DENIED');
      await set();
      expect(await reserve()).toBe('ALLOWED');
    }
  });

  // Seen to fail: with period rows that set_budget leaves as they were; with an end that reserve_budget does not look at.
  test('a limit, back and forth: made, lowered, raised, softened, deleted', async () => {
    const there = await at();
    const edge = async (by: Caller, limit: string) => {
      const over = await by.reserve({ amount: `${limit}${LEAST.slice(1)}` });
      const { reservation } = await by.reserve({ amount: limit });
      if (reservation) await by.release(reservation.id);
      return [over.decision.outcome, reservation?.state];
    };
    for (const [n, limit] of ['5', '3', '8', '0', '1'].entries()) {
      const [setter, user] = n % 2 ? [there, here] : [here, there];
      await setter.setBudget({ userId: 'ada', limit });
      expect(await edge(user, limit)).toEqual(['DENIED', 'HELD']);
    }
    const { id } = await here.setBudget({ userId: 'ada', limit: '1', enforcement: 'SOFT' });
    expect((await there.reserve({ amount: '2' })).decision).toMatchObject({ outcome: 'ALLOWED', reason: 'OVER_LIMIT' });
    await there.setBudget({ userId: 'ada', limit: '1' });
    expect((await here.reserve({ amount: '2' })).decision.outcome).toBe('DENIED');
    await there.ask(DeleteBudgetDocument, { id });
    // It ends at an instant, and the servers know the time a few milliseconds differently.
    await pass(1);
    expect((await here.reserve({ amount: '2' })).decision).toMatchObject({ outcome: 'ALLOWED', reason: 'FITS' });
  });

  // Seen to fail: with disabled_at not looked at in reserve_budget.
  test('an account that is disabled', async () => {
    const there = await at();
    for (const disabled of [false, true, false]) {
      await here.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'ada', disabled } });
      expect((await there.reserve({ amount: '1' })).decision.outcome).toBe(disabled ? 'DENIED' : 'ALLOWED');
    }
  });

  // Principals are kept for two seconds. Seen to fail: with principals that are kept for good.
  test('a key that is revoked is refused by another soon after', async () => {
    const { createApiKey } = await here.ask(CreateApiKeyDocument, { input: { name: 'k', roles: ['SERVICE'] } });
    const there = new Caller((await started()).url, createApiKey.value);
    await there.reserve({ amount: '1' });
    await here.ask(RevokeApiKeyDocument, { id: createApiKey.apiKey.id });
    await until(async () => (await there.codeOf(ViewerDocument, {})) === 'UNAUTHENTICATED');
  });
});

describe('J7: servers whose flags differ', () => {
  const limitsAt = async (by: Caller) => (await by.ask(LimitsDocument, { userId: 'ada' })).budgetStatus.budgets;
  const NO_ENFORCEMENT = { ENABLE_BUDGET_ENFORCEMENT: 'false' };

  test('each says what is on at it', async () => {
    const features = async (by: Caller) => (await by.ask(ViewerDocument, {})).viewer.features;
    expect(await features(here)).toEqual({ pricing: true, budgetEnforcement: true, billing: true });
    const off = await at({ ENABLE_PRICING: 'false', ...NO_ENFORCEMENT });
    expect(await features(off)).toEqual({ pricing: false, budgetEnforcement: false, billing: true });
  });

  // Seen to fail: with nothing held, nothing counted, or no alert raised where p_enforce is false.
  test('enforcement off is not metering off: both count on the same rows, and each refuses by its own', async () => {
    const off = await at(NO_ENFORCEMENT);
    await here.setBudget({ userId: 'ada', thresholds: [50] });
    const id = await off.held('8');
    expect((await here.reserve({ amount: '3' })).decision).toMatchObject({ outcome: 'DENIED', remaining: '2' });
    expect((await off.reserve({ amount: '3' })).decision).toMatchObject({ outcome: 'ALLOWED', wouldDeny: true });
    await off.settle(id, 8);
    for (const by of [here, off]) {
      expect(await limitsAt(by)).toMatchObject([{ spent: '8', held: '3', wouldDenyCount: 1, denies: by === here }]);
    }
    expect(await here.alerts()).toMatchObject([{ kind: 'BUDGET_THRESHOLD', threshold: 50, spent: '8' }]);
    expect(await here.deduct({ amount: '1' })).toMatchObject({ usageRecord: null, decision: { outcome: 'DENIED' } });
    expect(await off.deduct({ amount: '1' })).toMatchObject({ usageRecord: { charge: '1' } });
    expect(await here.rows()).toEqual([{ spent: '9', held: '3' }]);
  });

  test('a flag that is flipped: what was counted while it was off is enforced from the first call on', async () => {
    await here.setBudget({ userId: 'ada' });
    const before = await startAnother(world.database.url, NO_ENFORCEMENT);
    const off = here.at(before);
    await off.held('6');
    await off.record({ userId: 'ada', promptTokens: 4 * 400_000 });
    await before.close();
    const after = await startAnother(world.database.url);
    const { decision } = await here.at(after).reserve({ amount: LEAST });
    await after.close();
    expect(decision).toMatchObject({ outcome: 'DENIED', remaining: '0' });
  });

  // Seen to fail: with PRICING_DISABLED among those that LatePricing looks for.
  test('pricing off is not counting off, and another server does not price what came then', async () => {
    const off = await at({ ENABLE_PRICING: 'false' });
    await here.setBudget({ userId: 'ada' });
    const input = { idempotencyKey: 'k', userId: 'ada', model: 'gpt-4o', promptTokens: 400_000 };
    const { usageRecord } = (await off.ask(RecordUsageDocument, { input })).recordUsage;
    expect(usageRecord).toMatchObject({ cost: null, unpricedReason: 'PRICING_DISABLED' });
    // When this one has its price, a sweep has come by.
    await here.record({ ...ONE, userId: 'ada' });
    await here.setPricing({ ...MODEL, promptTokenPrice: '0.000002' });
    await until(async () => (await here.rows())[0]?.spent === '2');
    const again = (await here.ask(RecordUsageDocument, { input })).recordUsage;
    expect(again).toMatchObject({ replayed: true, usageRecord });
    expect((await here.settle(await off.held('1'), 1)).usageRecord?.charge).toBe('1');
    expect(await off.rows()).toEqual([{ spent: '3', held: '0' }]);
  });

  // Seen to fail: with a grace that counts only where BUDGET_GRACE_PERIOD is set, in reserve_budget and in mayPassByGrace; with
  // none in count_charges; with one that a server begins anew by its own period; with one that starts without enforcement.
  test('a grace that one of them began is honoured by all, until its end', async () => {
    const [hour, day, off] = [
      await at({ BUDGET_GRACE_PERIOD: '1h' }),
      await at({ BUDGET_GRACE_PERIOD: '24h' }),
      await at({ BUDGET_GRACE_PERIOD: '24h', ...NO_ENFORCEMENT }),
    ];
    const all = [here, hour, day];
    await here.setBudget({ userId: 'ada' });
    await off.held('11', { ttlSeconds: 86_400 });
    const outcomes = async (of: (by: Caller) => Promise<string | undefined>) => {
      const told: (string | undefined)[] = [];
      for (const by of all) told.push(await of(by));
      return told;
    };
    const reserve = async (by: Caller) => (await by.reserve({ amount: '1', ttlSeconds: 86_400 })).decision.outcome;
    const deduct = async (by: Caller) => {
      const { usageRecord, decision } = await by.deduct({ amount: '1' });
      return usageRecord === null ? 'DENIED' : decision?.outcome;
    };
    const check = async (by: Caller) =>
      (await by.ask(CheckBudgetDocument, { input: { userId: 'ada', amount: '1' } })).checkBudget.outcome;
    expect(await reserve(here)).toBe('DENIED');
    expect((await limitsAt(off))[0]?.graceUntil).toBe(null);

    expect(await reserve(hour)).toBe('ALLOWED_BY_GRACE');
    const graceUntil = (await limitsAt(here))[0]?.graceUntil;
    expect(graceUntil).toEqual(expect.any(String));
    for (const ask of [reserve, deduct, check]) expect(await outcomes(ask)).toEqual(Array(3).fill('ALLOWED_BY_GRACE'));
    for (const by of all) expect(await limitsAt(by)).toMatchObject([{ graceUntil, denies: false }]);

    await pass(3_700);
    for (const ask of [reserve, deduct, check]) expect(await outcomes(ask)).toEqual(Array(3).fill('DENIED'));
    for (const by of all) expect(await limitsAt(by)).toMatchObject([{ graceUntil, denies: true }]);
    expect(await reserve(off)).toBe('ALLOWED');
  });
});
