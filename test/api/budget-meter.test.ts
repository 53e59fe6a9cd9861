import { BudgetMeter } from '../../src/budget/budget-meter.js';
import { BudgetStatus } from '../../src/budget/budget-status.js';
import { Clock } from '../../src/clock.js';
import { Lanes } from '../../src/lanes.js';
import { AccountDirectory } from '../../src/identity/account-directory.js';
import { AccountService } from '../../src/identity/account.service.js';
import { AccountKind } from '../../src/identity/account.js';
import { Admission } from '../../src/identity/admission.js';
import { ApiKeyService } from '../../src/identity/api-key.service.js';
import { KeyUse } from '../../src/identity/key-use.js';
import { TokenService } from '../../src/identity/token.service.js';
import { CountingPool } from '../support/counting-pool.js';
import { BOOTSTRAP_KEY } from '../support/database.js';
import {
  BudgetStatusDocument,
  CreateApiKeyDocument,
  DeleteBudgetDocument,
  RevokeApiKeyDocument,
  SetAccountDocument,
  SetBudgetDocument,
  WatchBudgetStatusDocument,
  type WatchBudgetStatusSubscription,
} from '../support/generated/operations.js';
import { testLog } from '../support/heard.js';
import { newTenant, spend } from '../support/spending.js';
import { subscribe, type Subscriber } from '../support/subscriber.js';
import { until } from '../support/until.js';
import { startWorld, type World } from '../support/world.js';

interface Names {
  userId?: string;
  teamId?: string;
}

let world: World;
const open = new Set<Subscriber<unknown>>();
beforeAll(async () => {
  world = await startWorld();
});
afterEach(async () => {
  for (const subscriber of open) await subscriber.kill();
  open.clear();
  // Seen to fail: without onClose in StatusSubscriber.
  await until(() => world.server.subscriberCount() === 0);
});
afterAll(() => world.close());

function watch(names: Names, key: string): Subscriber<WatchBudgetStatusSubscription> {
  const variables = { userId: null, teamId: null, ...names };
  const subscriber = subscribe(world.server.url, WatchBudgetStatusDocument, variables, key);
  open.add(subscriber);
  return subscriber;
}

/** What was spent of each budget, in the event with this number, from 1 on. */
async function spentAt(subscriber: Subscriber<WatchBudgetStatusSubscription>, event: number) {
  const events = await subscriber.take(event);
  return events[event - 1]!.budgetStatus.budgets.map((budget) => budget.spent);
}

async function setLimit(key: string, names: Names, limit: string): Promise<string> {
  const input = { ...names, period: 'MONTH' as const, limit, thresholds: [100] };
  return (await world.ask(SetBudgetDocument, { input }, key)).setBudget.id;
}

test('the state comes at once, and again at each change of an own or inherited budget', async () => {
  const key = await newTenant(world);
  await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'ada', teamId: 'red' } }, key);
  await setLimit(key, { userId: 'ada' }, '10');
  await setLimit(key, { teamId: 'red' }, '20');
  const organization = await setLimit(key, {}, '30');
  const meter = watch({ userId: 'ada' }, key);
  const [first] = await meter.take(1);
  const { budgetStatus: asked } = await world.ask(BudgetStatusDocument, { userId: 'ada', teamId: null }, key);
  expect(asked.budgets).toMatchObject(first!.budgetStatus.budgets);
  expect(first!.budgetStatus.account).toEqual({ externalId: 'ada' });
  expect(await spentAt(meter, 1)).toEqual(['0', '0', '0']);
  await spend(world, key, { userId: 'ada', amount: '1' });
  expect(await spentAt(meter, 2)).toEqual(['1', '1', '1']);
  await spend(world, key, { userId: 'bob', amount: '1' });
  expect(await spentAt(meter, 3)).toEqual(['1', '1', '2']);
  await world.ask(DeleteBudgetDocument, { id: organization }, key);
  expect(await spentAt(meter, 4)).toEqual(['1', '1']);
  await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'ada', teamId: null } }, key);
  expect(await spentAt(meter, 5)).toEqual(['1']);
});

// Seen to fail: with every poll told on, changed or not.
test('what changes nothing for the account tells nothing', async () => {
  const key = await newTenant(world);
  await setLimit(key, { userId: 'ada' }, '10');
  await setLimit(key, { userId: 'bob' }, '10');
  const [ada, bob] = [watch({ userId: 'ada' }, key), watch({ userId: 'bob' }, key)];
  await Promise.all([ada.take(1), bob.take(1)]);
  await spend(world, key, { userId: 'bob', amount: '1' });
  expect(await spentAt(bob, 2)).toEqual(['1']);
  await spend(world, key, { userId: 'ada', amount: '2' });
  expect(await spentAt(ada, 2)).toEqual(['2']);
});

test('an account that does not exist yet is watched by its name', async () => {
  const key = await newTenant(world);
  const meter = watch({ userId: 'later' }, key);
  expect(await spentAt(meter, 1)).toEqual([]);
  await setLimit(key, { userId: 'later' }, '10');
  expect(await spentAt(meter, 2)).toEqual(['0']);
});

// Seen to fail: with the organization left out of the watch's key.
test("another organization's account of the same name is another account", async () => {
  const [mine, theirs] = [await newTenant(world), await newTenant(world)];
  await setLimit(mine, { userId: 'ada' }, '10');
  await setLimit(theirs, { userId: 'ada' }, '20');
  const meters = [watch({ userId: 'ada' }, mine), watch({ userId: 'ada' }, theirs)] as const;
  await Promise.all(meters.map((meter) => meter.take(1)));
  await spend(world, theirs, { userId: 'ada', amount: '3' });
  expect(await spentAt(meters[1], 2)).toEqual(['3']);
  await spend(world, mine, { userId: 'ada', amount: '4' });
  expect(await spentAt(meters[0], 2)).toEqual(['4']);
});

test('a MEMBER sees of an inherited budget its percent only, and nothing of others', async () => {
  const key = await newTenant(world);
  for (const externalId of ['ada', 'bob']) {
    await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId } }, key);
  }
  await setLimit(key, { userId: 'ada' }, '10');
  await setLimit(key, {}, '100');
  const input = { name: 'ada', roles: ['MEMBER' as const], userId: 'ada' };
  const { createApiKey } = await world.ask(CreateApiKeyDocument, { input }, key);
  const meter = watch({ userId: 'ada' }, createApiKey.value);
  await meter.take(1);
  await spend(world, key, { userId: 'bob', amount: '50' });
  const [, second] = await meter.take(2);
  expect(second!.budgetStatus.budgets).toMatchObject([
    { spent: '0', limit: '10', percent: 0 },
    { spent: null, limit: null, percent: 50 },
  ]);
  // Without a name it is its own. Seen to fail: with the organization's in its place.
  expect((await watch({}, createApiKey.value).take(1))[0]?.budgetStatus.account?.externalId).toBe('ada');
  for (const names of [{ userId: 'bob' }, { userId: 'nobody' }]) {
    expect(await watch(names, createApiKey.value).ended).toEqual({ kind: 'ERROR', codes: ['NOT_FOUND'] });
  }
});

// Seen to fail: without dropRefused before changes are told, and without the door's own look.
test.each([
  ['before the next change', true],
  ['while nothing changes', false],
])('a revoked key hears nothing more: %s', async (_says, isChanged) => {
  const key = await newTenant(world);
  await setLimit(key, { userId: 'ada' }, '10');
  const input = { name: 'watcher', roles: ['SERVICE' as const] };
  const { createApiKey } = await world.ask(CreateApiKeyDocument, { input }, key);
  const meter = watch({ userId: 'ada' }, createApiKey.value);
  await meter.take(1);
  await world.ask(RevokeApiKeyDocument, { id: createApiKey.apiKey.id }, key);
  if (isChanged) await spend(world, key, { userId: 'ada', amount: '1' });
  const sentAway = { kind: 'CLOSED', code: 4403 };
  // The door may have looked before the change was seen.
  const endings = isChanged ? [{ kind: 'ERROR', codes: ['UNAUTHENTICATED'] }, sentAway] : [sentAway];
  expect(endings).toContainEqual(await meter.ended);
  expect(meter.events).toHaveLength(1);
});

// Seen to fail: with a read for each account in #poll.
test('all that is watched is read in one statement', async () => {
  const writer = new CountingPool({ connectionString: world.database.url });
  const clock = new Clock(writer);
  await clock.sync();
  const log = testLog();
  const accounts = new AccountService(new AccountDirectory(new Lanes(writer, 1), undefined));
  const tokens = new TokenService({ writer, clock, log, tokens: undefined });
  const apiKeys = new ApiKeyService(writer, clock, accounts, new KeyUse(writer, log));
  const admission = new Admission(clock, apiKeys, tokens);
  const meter = new BudgetMeter({ writer, admission, clock, log, defaultLimitPicoUsd: undefined });
  const principal = (await admission.principalOf(BOOTSTRAP_KEY))!;
  const view = () => new BudgetStatus();
  const names = Array.from({ length: 60 }, (_, n) => `user-${n}`);
  const watchers = await Promise.all(
    names.map((externalId) => meter.watch(principal, { kind: AccountKind.USER, externalId }, view)),
  );
  for (const watcher of watchers) await watcher.next();
  writer.counts.clear();
  // A budget of the organization is on everybody's path.
  await setLimit(BOOTSTRAP_KEY, {}, '10');
  await Promise.all(watchers.map((watcher) => watcher.next()));
  // One for each poll until the change was seen, which are far fewer than there are accounts.
  expect(writer.counts.get('read-budget-paths')).toBeLessThan(names.length);
  await meter.close();
  expect(meter.subscriberCount).toBe(0);
  await writer.end();
});
