/** A server that dies between the commit that raised an alert and the word of it to the others. */
import { print } from 'graphql';
import {
  BudgetAlertsDocument,
  DeductFromBudgetDocument,
  SetBudgetDocument,
  type BudgetAlertsSubscription,
} from '../support/generated/operations.js';
import { encodeId } from '../../src/node-id.js';
import { BOOTSTRAP_KEY } from '../support/database.js';
import { trapQuery } from '../support/query-trap.js';
import { Ground } from '../support/server-process.js';
import { subscribe, type Subscriber } from '../support/subscriber.js';
import { post, startWorld, type World } from '../support/world.js';

const START = encodeId('alert', '0');
const ground = new Ground();
let world: World;
let subscribers: Subscriber<BudgetAlertsSubscription>[];
beforeEach(async () => {
  world = await startWorld();
  subscribers = [];
});
afterEach(async () => {
  for (const subscriber of subscribers) await subscriber.kill();
  await ground.clear();
  await world.close();
});

function watch(url: string): Subscriber<BudgetAlertsSubscription> {
  const subscriber = subscribe(url, BudgetAlertsDocument, { userId: null, teamId: null, after: START });
  subscribers.push(subscriber);
  return subscriber;
}

/** Undefined where no answer came. */
function spend(url: string, idempotencyKey: string, amount: string) {
  const input = { idempotencyKey, userId: 'ada', amount, onlyIfFits: false };
  return post(url, { query: print(DeductFromBudgetDocument), variables: { input } }, BOOTSTRAP_KEY).catch(
    () => undefined,
  );
}

const seenBy = async (subscriber: Subscriber<BudgetAlertsSubscription>, count: number) =>
  (await subscriber.take(count)).map(({ budgetAlerts }) => [budgetAlerts.cursor, budgetAlerts.threshold]);

// Seen to fail: with a poll that wakes nobody.
test('C3: killed after the commit and before the NOTIFY: the alert reaches those elsewhere, once', async () => {
  const folder = await ground.folder();
  const environment = { DATABASE_URL: world.database.url };
  const doomed = await ground.start({ folder, environment, preload: await trapQuery(folder, 'pg_notify', 'SIGKILL') });
  const limit = { userId: 'ada', period: 'MONTH' as const, limit: '10', thresholds: [50, 80] };
  await world.ask(SetBudgetDocument, { input: limit });
  const [here, there] = [watch(world.server.url), watch(doomed.url)];
  expect(await spend(doomed.url, 'one', '5')).toBeUndefined();
  expect(await doomed.exit).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await there.ended).toMatchObject({ kind: 'CLOSED' });
  expect(there.events).toEqual([]);
  const first = [encodeId('alert', '1'), 50];
  expect(await seenBy(here, 1)).toEqual([first]);

  const restarted = await ground.start({ folder, environment });
  const again = watch(restarted.url);
  expect(await seenBy(again, 1)).toEqual([first]);
  expect(await spend(restarted.url, 'one', '5')).toMatchObject({ data: { deductFromBudget: { replayed: true } } });
  await spend(restarted.url, 'two', '3');
  // What came second is the second: none was sent again by the replay, nor by the restart.
  const both = [first, [encodeId('alert', '2'), 80]];
  expect(await seenBy(here, 2)).toEqual(both);
  expect(await seenBy(again, 2)).toEqual(both);
});
