import { encodeId } from '../../src/node-id.js';
import {
  AlertFeedDocument,
  AlertsDocument,
  BudgetAlertsDocument,
  CreateApiKeyDocument,
  CreateOrganizationDocument,
  RevokeApiKeyDocument,
  type AlertFeedSubscription,
  type AlertPartsFragment,
  type BudgetAlertsSubscription,
} from '../support/generated/operations.js';
import { BOOTSTRAP_KEY } from '../support/database.js';
import { Ledger } from '../support/ledger.js';
import { subscribe, type Subscriber } from '../support/subscriber.js';
import { until } from '../support/until.js';
import { startWorld, type World } from '../support/world.js';

/** Before the first alert of an organization. */
const START = encodeId('alert', '0');

let world: World;
let ledger: Ledger;
const open = new Set<Subscriber<unknown>>();
beforeEach(async () => {
  world = await startWorld();
  ledger = new Ledger(world.database.url);
});
afterEach(async () => {
  for (const subscriber of open) await subscriber.kill();
  open.clear();
  // Seen to fail: without the leave() in AlertSubscriber's close.
  await until(() => world.server.subscriberCount() === 0);
  await ledger.close();
  await world.close();
});

interface Names {
  userId?: string;
  teamId?: string;
  after?: string;
}

function budgetAlerts(names: Names = {}, key = BOOTSTRAP_KEY): Subscriber<BudgetAlertsSubscription> {
  const variables = { userId: null, teamId: null, after: null, ...names };
  const subscriber = subscribe(world.server.url, BudgetAlertsDocument, variables, key);
  open.add(subscriber);
  return subscriber;
}

function alertFeed(after?: string, key = BOOTSTRAP_KEY): Subscriber<AlertFeedSubscription> {
  const subscriber = subscribe(world.server.url, AlertFeedDocument, { after: after ?? null }, key);
  open.add(subscriber);
  return subscriber;
}

/** Spends in another process, as far as the server can tell, and then tells it. */
async function spend(accountId: string, usd: string): Promise<void> {
  await ledger.spend(accountId, usd);
  await ledger.announce();
}

async function keyOf(
  role: 'MEMBER' | 'OPERATOR' | 'SERVICE',
  names: Names = {},
): Promise<{ id: string; value: string }> {
  const input = { name: 'test', roles: [role], ...names };
  const { createApiKey } = await world.ask(CreateApiKeyDocument, { input });
  return { id: createApiKey.apiKey.id, value: createApiKey.value };
}

const heard = async (subscriber: Subscriber<BudgetAlertsSubscription>, count: number): Promise<AlertPartsFragment[]> =>
  (await subscriber.take(count)).map((event) => event.budgetAlerts);
const thresholds = (alerts: readonly AlertPartsFragment[]) => alerts.map((alert) => alert.threshold);

describe('budgetAlerts', () => {
  test('a crossed threshold arrives live, with what a person needs to know', async () => {
    const ada = await ledger.account('USER', 'ada', 'red');
    const budget = await ledger.limit(ada, '10');
    const subscriber = budgetAlerts({ userId: 'ada' });
    await until(() => world.server.subscriberCount() === 1);
    await spend(ada, '4.99');
    await spend(ada, '0.01');
    const [alert] = await heard(subscriber, 1);
    expect(alert).toEqual({
      id: encodeId('alert', '1'),
      cursor: encodeId('alert', '1'),
      kind: 'BUDGET_THRESHOLD',
      account: { kind: 'USER', externalId: 'ada', team: { externalId: 'red' } },
      budgetId: encodeId('budget', budget),
      periodStartsAt: expect.stringMatching(/-01T00:00:00.000Z$/),
      periodEndsAt: expect.stringMatching(/-01T00:00:00.000Z$/),
      threshold: 50,
      limit: '10',
      spent: '5',
      percent: 50,
      reservation: null,
      held: null,
      charge: null,
      provider: null,
      model: null,
      createdAt: expect.any(String),
      message: expect.stringMatching(
        /^The user "ada" reached 50 % of its MONTH budget: 5 of 10 USD spent in the period until /,
      ),
    });
  });

  // G15. Seen to fail: with the order of readAlertsAfter turned round.
  test('several thresholds that one spend crosses all arrive, in order', async () => {
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '10', [100, 10, 50, 80]);
    const subscriber = budgetAlerts({ userId: 'ada' });
    await until(() => world.server.subscriberCount() === 1);
    await spend(ada, '9');
    await spend(ada, '1');
    expect(thresholds(await heard(subscriber, 4))).toEqual([10, 50, 80, 100]);
  });

  test('an account that does not exist yet is watched by its name', async () => {
    const subscriber = budgetAlerts({ userId: 'later' });
    await until(() => world.server.subscriberCount() === 1);
    const later = await ledger.account('USER', 'later');
    await ledger.limit(later, '1', [100]);
    await spend(later, '1');
    expect(thresholds(await heard(subscriber, 1))).toEqual([100]);
  });

  // Each row seen to fail: with isVisible or belowName answering true always.
  test.each<[string, 'ADMIN' | Names, Names, string[]]>([
    ['the organization hears all', 'ADMIN', {}, ['ada', 'bob', 'red', '', 'end']],
    ['a user hears of itself', 'ADMIN', { userId: 'ada' }, ['ada', 'end']],
    ['a team hears of itself and its users', 'ADMIN', { teamId: 'red' }, ['ada', 'red', 'end']],
    ['a MEMBER user that names nobody hears of itself', { userId: 'ada' }, {}, ['ada', 'end']],
    ['a MEMBER user that names itself', { userId: 'ada' }, { userId: 'ada' }, ['ada', 'end']],
    ['a MEMBER team hears of itself and its users', { teamId: 'red' }, {}, ['ada', 'red', 'end']],
    ['a MEMBER team that names one of its users', { teamId: 'red' }, { userId: 'ada' }, ['ada', 'end']],
  ])('%s', async (_says, who, names, expected) => {
    const accounts = {
      ada: await ledger.account('USER', 'ada', 'red'),
      bob: await ledger.account('USER', 'bob', 'blue'),
      red: await ledger.account('TEAM', 'red'),
      '': await ledger.account('ORGANIZATION'),
    };
    // Each budget has a threshold of its own, so that a spend that counts on two of them is told apart.
    await ledger.limit(accounts.ada, '10', [50, 60]);
    await ledger.limit(accounts.bob, '10', [50]);
    await ledger.limit(accounts.red, '100', [10]);
    await ledger.limit(accounts[''], '1000', [2]);
    const key = who === 'ADMIN' ? BOOTSTRAP_KEY : (await keyOf('MEMBER', who)).value;
    const subscriber = budgetAlerts({ ...names, after: START }, key);
    await spend(accounts.ada, '5');
    await spend(accounts.bob, '5');
    await spend(accounts.red, '5');
    await spend(accounts[''], '5');
    // The last alert of all is one that everybody here hears of.
    await spend(accounts.ada, '1');
    const alerts = await heard(subscriber, expected.length);
    expect(alerts.map((alert) => (alert.threshold === 60 ? 'end' : alert.account?.externalId))).toEqual(expected);
  });

  test('usage without a price is heard of on alertFeed and not here', async () => {
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '1', [100]);
    const [narrow, wide] = [budgetAlerts({ after: START }), alertFeed(START)];
    await ledger.callUnpriced(ada, 'acme', 'x-1');
    await ledger.callUnpriced(ada, null, 'x-2');
    await spend(ada, '1');
    expect(await heard(narrow, 1)).toMatchObject([{ kind: 'BUDGET_THRESHOLD' }]);
    const message = (model: string) =>
      `No price is known for the model ${model}: its usage counts without a cost until setPricing names one.`;
    const nothing = { account: null, budgetId: null, limit: null, spent: null, percent: null, threshold: null };
    expect((await wide.take(3)).map((event) => event.alertFeed)).toMatchObject([
      { kind: 'UNPRICED_USAGE', provider: 'acme', model: 'x-1', message: message('"x-1" from "acme"'), ...nothing },
      {
        kind: 'UNPRICED_USAGE',
        provider: null,
        model: 'x-2',
        message: message('"x-2", named without a provider'),
        ...nothing,
      },
      { kind: 'BUDGET_THRESHOLD' },
    ]);
  });

  // G3. Seen to fail: with `>=` for `>` in SQL and the look at the position left out of push; each alone is enough.
  test('with after, what was missed comes first, and nothing comes twice', async () => {
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '100', [1, 2, 3, 4, 5, 6]);
    await spend(ada, '3');
    const first = await heard(budgetAlerts({ after: START }), 3);
    const second = budgetAlerts({ after: first[0]!.cursor });
    await spend(ada, '2');
    await spend(ada, '1');
    expect(thresholds(await heard(second, 5))).toEqual([2, 3, 4, 5, 6]);
  });

  test('without after, only what is raised from then on', async () => {
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '100', [1, 2]);
    await ledger.spend(ada, '1');
    const subscriber = budgetAlerts();
    await until(() => world.server.subscriberCount() === 1);
    await spend(ada, '1');
    expect(thresholds(await heard(subscriber, 1))).toEqual([2]);
  });
});

describe('who is refused', () => {
  // Each row seen to fail with its own check taken out, mostly as a stream that does not end: with what cannot be decoded
  // taken for no cursor; with an id of any type (which has to be of a place that is reached, or that check refuses it
  // instead); with a key of any characters; with any place of the feed; with the user taken where a team is named too;
  // without authorize; with a team mate, an account that does not exist, and a team visible to a MEMBER.
  test.each<[string, 'ADMIN' | 'OPERATOR' | Names, Names, string]>([
    ['a cursor that is none', 'ADMIN', { after: 'nonsense' }, 'BAD_USER_INPUT'],
    ['the id of something else', 'ADMIN', { after: encodeId('budget', '0') }, 'BAD_USER_INPUT'],
    ['a cursor with SQL in it', 'ADMIN', { after: encodeId('alert', "1' OR 1=1") }, 'BAD_USER_INPUT'],
    ['a cursor that is not reached yet', 'ADMIN', { after: encodeId('alert', '99') }, 'BAD_USER_INPUT'],
    ['a user beside a team', 'ADMIN', { userId: 'ada', teamId: 'red' }, 'BAD_USER_INPUT'],
    ['a role that reads no alerts', 'OPERATOR', {}, 'FORBIDDEN'],
    ['a MEMBER that names another user', { userId: 'ada' }, { userId: 'bob' }, 'NOT_FOUND'],
    ['a MEMBER that names nobody who exists', { userId: 'ada' }, { userId: 'nobody' }, 'NOT_FOUND'],
    ['a MEMBER that names its own team', { userId: 'ada' }, { teamId: 'red' }, 'NOT_FOUND'],
  ])('%s', async (_says, who, names, code) => {
    await ledger.account('USER', 'ada', 'red');
    await ledger.account('USER', 'bob', 'red');
    const admin = { value: BOOTSTRAP_KEY };
    const key = who === 'ADMIN' ? admin : await (who === 'OPERATOR' ? keyOf(who) : keyOf('MEMBER', who));
    expect(await budgetAlerts(names, key.value).ended).toEqual({ kind: 'ERROR', codes: [code] });
  });

  // G9. A user is named by the caller's own id, so another organization's is as unknown as a missing one.
  // Seen to fail: with the organization taken out of readAlertsAfter.
  test("another organization's alerts are not heard, also under the same names", async () => {
    const { createOrganization } = await world.ask(CreateOrganizationDocument, { input: { name: 'Other' } });
    const other = new Ledger(world.database.url, 'Other');
    const [mine, theirs] = [await ledger.account('USER', 'ada'), await other.account('USER', 'ada')];
    await ledger.limit(mine, '1', [70]);
    await other.limit(theirs, '1', [30]);
    const subscriber = budgetAlerts({ userId: 'ada', after: START }, createOrganization.apiKeyValue);
    await spend(mine, '1');
    await other.spend(theirs, '1');
    await other.announce();
    expect(thresholds(await heard(subscriber, 1))).toEqual([30]);
    const { alerts } = await world.ask(
      AlertsDocument,
      { filter: null, first: null, after: null },
      createOrganization.apiKeyValue,
    );
    expect(alerts.edges.map((edge) => edge.node.threshold)).toEqual([30]);
    await other.close();
  });

  // Seen to fail: the first without dropRefused in AlertChannel's reads (two alerts), the second without the door's look.
  test.each([
    ['before the next alert', true],
    ['while nothing happens', false],
  ])('a revoked key hears nothing more: %s', async (_says, isAlertRaised) => {
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '10', [10, 20]);
    const key = await keyOf('SERVICE');
    const subscriber = budgetAlerts({}, key.value);
    await until(() => world.server.subscriberCount() === 1);
    await spend(ada, '1');
    await subscriber.take(1);
    await world.ask(RevokeApiKeyDocument, { id: key.id });
    if (isAlertRaised) await spend(ada, '1');
    const sentAway = { kind: 'CLOSED', code: 4403 };
    // The door may have looked before the alert came.
    const endings = isAlertRaised ? [{ kind: 'ERROR', codes: ['UNAUTHENTICATED'] }, sentAway] : [sentAway];
    expect(endings).toContainEqual(await subscriber.ended);
    expect(subscriber.events).toHaveLength(1);
  });
});

describe('what a subscription holds', () => {
  // Seen to fail: without endContext at the socket.
  test('no transaction is open between two events', async () => {
    const ada = await ledger.account('USER', 'ada', 'red');
    await ledger.limit(ada, '10', [10, 20]);
    const subscriber = budgetAlerts({ after: START });
    await spend(ada, '1');
    await subscriber.take(1);
    const { rows } = await ledger.pool.query(
      `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    );
    expect(rows).toEqual([]);
  });

  // Seen to fail: with a context that keeps its Operation, and so its loaders, from event to event.
  test('each event is resolved anew', async () => {
    const ada = await ledger.account('USER', 'ada', 'red');
    await ledger.limit(ada, '10', [10, 20]);
    const subscriber = budgetAlerts({ after: START });
    await spend(ada, '1');
    await subscriber.take(1);
    await ledger.pool.query(`UPDATE account SET external_id = 'crimson' WHERE external_id = 'red'`);
    await spend(ada, '1');
    const teams = (await heard(subscriber, 2)).map((alert) => alert.account?.team?.externalId);
    expect(teams).toEqual(['red', 'crimson']);
  });

  // Seen to fail: without leave() in the subscriber's close, and with a return() that waits for the pending next(), as
  // that of a generator function does.
  test.each(['stop', 'kill'] as const)('nothing stays when a client leaves: %s', async (leave) => {
    const subscribers = [budgetAlerts(), budgetAlerts(), alertFeed()];
    await until(() => world.server.subscriberCount() === 3);
    for (const subscriber of subscribers) await subscriber[leave]();
    await until(() => world.server.subscriberCount() === 0);
  });
});

describe('alerts', () => {
  type Filter = Parameters<typeof world.ask<unknown, { filter: object | null }>>[1]['filter'];
  const list = async (filter: Filter, first: number | null = null, after: string | null = null, key = BOOTSTRAP_KEY) =>
    (await world.ask(AlertsDocument, { filter, first, after }, key)).alerts;

  test('pages, newest first', async () => {
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '10', [10, 20, 30, 40, 50]);
    await ledger.spend(ada, '5');
    const first = await list(null, 2);
    expect(first.edges.map(({ node }) => node.threshold)).toEqual([50, 40]);
    expect(first.edges.map(({ cursor, node }) => cursor === node.cursor)).toEqual([true, true]);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = first.pageInfo;
    expect([hasNextPage, hasPreviousPage]).toEqual([true, false]);
    expect([startCursor, endCursor]).toEqual(first.edges.map(({ cursor }) => cursor));
    const second = await list(null, 3, endCursor);
    expect(second.edges.map(({ node }) => node.threshold)).toEqual([30, 20, 10]);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const third = await list(null, 200, second.pageInfo.endCursor);
    expect(third).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });

  test('filters, and what a MEMBER sees', async () => {
    const [ada, bob] = [await ledger.account('USER', 'ada', 'red'), await ledger.account('USER', 'bob')];
    const [red, root] = [await ledger.account('TEAM', 'red'), await ledger.account('ORGANIZATION')];
    for (const [account, threshold] of [
      [ada, 1],
      [bob, 2],
      [red, 3],
      [root, 4],
    ] as const) {
      await ledger.limit(account, '1', [threshold]);
    }
    await ledger.spend(ada, '1');
    await ledger.spend(bob, '1');
    await ledger.callUnpriced(ada, null, 'x');
    const seen = async (filter: Filter, key?: string) =>
      (await list(filter, null, null, key)).edges.map(({ node }) => node.threshold).sort();
    const [{ node: newest } = { node: undefined }] = (await list(null, 1)).edges;
    expect(await seen(null)).toEqual([1, 2, 3, 4, null]);
    expect(await seen({ kind: 'UNPRICED_USAGE' })).toEqual([null]);
    expect(await seen({ userId: 'ada' })).toEqual([1]);
    expect(await seen({ teamId: 'red' })).toEqual([1, 3]);
    expect(await seen({ userId: 'nobody' })).toEqual([]);
    expect(await seen({ from: newest!.createdAt })).toEqual([null]);
    expect(await seen({ to: newest!.createdAt })).toEqual([1, 2, 3, 4]);
    const [member, team] = [await keyOf('MEMBER', { userId: 'ada' }), await keyOf('MEMBER', { teamId: 'red' })];
    expect(await seen(null, member.value)).toEqual([1]);
    expect(await seen(null, team.value)).toEqual([1, 3]);
    expect(await seen({ userId: 'ada' }, team.value)).toEqual([1]);
    for (const filter of [{ userId: 'bob' }, { userId: 'nobody' }, { teamId: 'red' }]) {
      expect(await world.codeOf(AlertsDocument, { filter, first: null, after: null }, member.value)).toBe('NOT_FOUND');
    }
  });

  test('a budget is called by its name where it has one', async () => {
    const ada = await ledger.account('USER', 'ada');
    const budget = await ledger.limit(ada, '10', [50]);
    await ledger.pool.query('UPDATE budget SET name = $2 WHERE id = $1', [budget, 'Demo']);
    await ledger.spend(ada, '5');
    const { edges } = await list(null);
    expect(edges[0]?.node.message).toMatch(/^The user "ada" reached 50 % of the budget "Demo": 5 of 10 USD spent/);
  });

  // Seen to fail: without checkName.
  test.each([
    ['a user beside a team', { userId: 'ada', teamId: 'red' }, ['filter', 'teamId']],
    ['a blank user', { userId: '' }, ['filter', 'userId']],
    ['a team with a NUL', { teamId: 'a\0' }, ['filter', 'teamId']],
  ])('a filter with %s is refused at its field', async (_says, filter, field) => {
    const { errors } = await world.send(AlertsDocument, { filter, first: null, after: null });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  test.each<[string, number | null, string | null]>([
    ['no row', 0, null],
    ['too many rows', 201, null],
    ['less than nothing', -1, null],
    ['a cursor that is none', 1, 'nonsense'],
    ['a cursor of something else', 1, encodeId('budget', '1')],
  ])('%s is BAD_USER_INPUT', async (_says, first, after) => {
    expect(await world.codeOf(AlertsDocument, { filter: null, first, after })).toBe('BAD_USER_INPUT');
  });
});
