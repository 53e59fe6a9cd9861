import { parse } from 'graphql';
import { Client, Pool } from 'pg';
import { AlertChannel } from '../../src/alert/alert-channel.js';
import { AlertFeed } from '../../src/alert/alert-feed.js';
import { AlertSubscriber, QUEUE_CAP } from '../../src/alert/alert-subscriber.js';
import { readAlertsAfter, readFeedHead } from '../../src/alert/read-alerts.sql.js';
import { Clock } from '../../src/clock.js';
import { Lanes } from '../../src/lanes.js';
import { AccountDirectory } from '../../src/identity/account-directory.js';
import { AccountService } from '../../src/identity/account.service.js';
import { Admission } from '../../src/identity/admission.js';
import { ApiKeyService } from '../../src/identity/api-key.service.js';
import { KeyUse } from '../../src/identity/key-use.js';
import { TokenService } from '../../src/identity/token.service.js';
import { encodeId } from '../../src/node-id.js';
import type { Principal } from '../../src/principal.js';
import {
  BudgetAlertsDocument,
  SetBudgetDocument,
  type BudgetAlertsSubscription,
} from '../support/generated/operations.js';
import { CountingPool } from '../support/counting-pool.js';
import { BOOTSTRAP_KEY } from '../support/database.js';
import { testLog } from '../support/heard.js';
import { Ledger } from '../support/ledger.js';
import { spawnServer, startAnother } from '../support/servers.js';
import { subscribe, type Subscriber } from '../support/subscriber.js';
import { until } from '../support/until.js';
import { spend } from '../support/spending.js';
import { startWorld, type World } from '../support/world.js';

const START = encodeId('alert', '0');
const NEVER_MS = 2_147_483_647;

let world: World;
let ledger: Ledger;
/** What a test opened beside the world, to be closed in the opposite order. */
let opened: (() => Promise<unknown>)[];

async function start(environment: Record<string, string> = {}): Promise<void> {
  opened = [];
  world = await startWorld(environment);
  ledger = new Ledger(world.database.url);
}

afterEach(async () => {
  for (const close of opened.reverse()) await close();
  await until(() => world.server.subscriberCount() === 0);
  await ledger.close();
  await world.close();
});

function watch(url: string, after: string | null = START): Subscriber<BudgetAlertsSubscription> {
  const subscriber = subscribe(url, BudgetAlertsDocument, { userId: null, teamId: null, after });
  opened.push(() => subscriber.kill());
  return subscriber;
}

const cursors = (events: readonly BudgetAlertsSubscription[]) => events.map((event) => event.budgetAlerts.cursor);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => encodeId('alert', String(index + 1)));
const percents = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

type Subscribe = (after?: bigint) => Promise<AlertSubscriber>;

/** A feed without HTTP whose poll never comes, so that what arrives came by its signal. */
async function openFeed(writer: Pool): Promise<{ feed: AlertFeed; principal: Principal; subscribeTo: Subscribe }> {
  const log = testLog();
  const clock = new Clock(writer);
  await clock.sync();
  const accounts = new AccountService(new AccountDirectory(new Lanes(writer, 1), undefined));
  const tokens = new TokenService({ writer, clock, log, tokens: undefined });
  const apiKeys = new ApiKeyService(writer, clock, accounts, new KeyUse(writer, log));
  const admission = new Admission(clock, apiKeys, tokens);
  const feed = new AlertFeed({ writer, admission, log, pollMs: NEVER_MS });
  await feed.start(world.database.url);
  opened.push(() => feed.close());
  const principal = await admission.principalOf(BOOTSTRAP_KEY);
  if (!principal) throw new Error('The bootstrap key is unknown.');
  return { feed, principal, subscribeTo: (after) => feed.subscribe(principal, () => true, after) };
}

async function nextCursors(subscriber: AlertSubscriber, count: number): Promise<bigint[]> {
  const seen: bigint[] = [];
  while (seen.length < count) {
    const { value, done } = await subscriber.next();
    if (done) throw new Error('The stream ended.');
    seen.push(value.cursor);
  }
  return seen;
}

describe('none missed, none twice', () => {
  // G3, G16. Seen to fail: with `skipTo` beyond the head that was read, with a subscriber that goes live without
  // comparing its position with the head, and with the position left out of push.
  test('a subscriber that is killed again and again, on two servers, while alerts are raised', async () => {
    await start();
    const other = await startAnother(world.database.url);
    opened.push(() => other.close());
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '100', percents(150));
    const raising = (async () => {
      for (let spent = 0; spent < 150; spent += 1) {
        await ledger.spend(ada, '1');
        await ledger.announce();
      }
    })();
    const seen: string[] = [];
    for (let turn = 0; seen.length < 150; turn += 1) {
      const subscriber = watch(turn % 2 === 0 ? world.server.url : other.url, seen.at(-1) ?? START);
      await subscriber.take(Math.min(7, 150 - seen.length));
      await subscriber.kill();
      // It may have been sent more than was waited for: a client acts on all that it got.
      seen.push(...cursors(subscriber.events));
    }
    await raising;
    expect(seen).toEqual(upTo(150));
    await until(() => other.subscriberCount() === 0);
  });

  // Seen to fail: with the cursor taken from a sequence instead of the feed's row (the first is never heard).
  test('a commit that is overtaken', async () => {
    await start();
    const [ada, bob] = [await ledger.account('USER', 'ada'), await ledger.account('USER', 'bob')];
    for (const account of [ada, bob]) await ledger.limit(account, '1', [100]);
    const subscriber = watch(world.server.url);
    const slow = await ledger.pool.connect();
    await slow.query('BEGIN');
    await ledger.spend(ada, '1', slow);
    let isFastDone = false;
    const fast = ledger.spend(bob, '1').then(async () => {
      isFastDone = true;
      await ledger.announce();
    });
    await until(async () => isFastDone || (await isSomebodyWaiting()));
    // Where it could overtake, give the subscriber the time to be misled.
    if (isFastDone) await subscriber.take(1);
    await slow.query('COMMIT');
    slow.release();
    await fast;
    await ledger.announce();
    const events = await subscriber.take(2);
    expect(cursors(events)).toEqual(upTo(2));
    expect(events.map((event) => event.budgetAlerts.account?.externalId)).toEqual(['ada', 'bob']);
  });

  // G16. Seen to fail: with neither the poll nor the notification waking.
  test('a server process that is killed, and one that is still there', async () => {
    await start();
    const doomed = await spawnServer(world.database.url);
    opened.push(() => doomed.kill());
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '100', percents(30));
    const before = watch(doomed.url);
    await ledger.spend(ada, '10');
    await ledger.announce();
    await before.take(10);
    await doomed.kill();
    expect(await before.ended).toMatchObject({ kind: 'CLOSED' });
    await ledger.spend(ada, '10');
    await ledger.announce();
    const after = watch(world.server.url, cursors(before.events).at(-1));
    await after.take(10);
    await ledger.spend(ada, '10');
    await ledger.announce();
    expect(cursors([...before.events, ...(await after.take(20))])).toEqual(upTo(30));
  });

  // G14. Seen to fail: with `after >= limit * threshold / 100` for the crossing and the cursor in the key; each alone holds.
  test('a threshold that many spends cross at once, in two processes', async () => {
    await start();
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '40', [50, 80, 100, 200]);
    const subscriber = watch(world.server.url);
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        await ledger.spend(ada, '1');
        await ledger.announce();
      }),
    );
    // A correction takes it below the thresholds and a spend above them again: silent. The last alert ends the wait.
    await ledger.spend(ada, '-30');
    await ledger.spend(ada, '30');
    await ledger.spend(ada, '30');
    await ledger.announce();
    const alerts = (await subscriber.take(4)).map((event) => event.budgetAlerts);
    expect(alerts.map(({ threshold, spent }) => [threshold, spent])).toEqual([
      [50, '20'],
      [80, '32'],
      [100, '40'],
      [200, '80'],
    ]);
  });
});

describe('the signal', () => {
  // Seen to fail, each row: without `wake` in Recording or in BudgetService, and both without `send` in AlertFeed.wake.
  test('what another server does through its API wakes this process', async () => {
    await start();
    const writer = new Pool({ connectionString: world.database.url });
    opened.push(() => writer.end());
    const { subscribeTo } = await openFeed(writer);
    const subscriber = await subscribeTo();
    const first = nextCursors(subscriber, 1);
    const limit = (usd: string) => ({
      input: { userId: 'ada', period: 'MONTH' as const, limit: usd, thresholds: [50, 80] },
    });
    await world.ask(SetBudgetDocument, limit('10'));
    await spend(world, BOOTSTRAP_KEY, { userId: 'ada', amount: '5' });
    expect(await first).toEqual([1n]);
    const second = nextCursors(subscriber, 1);
    await world.ask(SetBudgetDocument, limit('6'));
    expect(await second).toEqual([2n]);
  });

  // Seen to fail: with `send` alone in AlertFeed.wake; a process does not listen to itself.
  test('what this process does wakes it without a detour', async () => {
    await start();
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '10', [10]);
    const writer = new Pool({ connectionString: world.database.url });
    opened.push(() => writer.end());
    const { feed, subscribeTo } = await openFeed(writer);
    const subscriber = await subscribeTo();
    const first = nextCursors(subscriber, 1);
    await ledger.spend(ada, '1');
    feed.wake(subscriber.principal.organizationId);
    expect(await first).toEqual([1n]);
  });
});

describe('the signal is lost', () => {
  // G17. Seen to fail: without onGap in AlertSignal.
  test('a LISTEN connection that was cut, with an alert raised before it was back', async () => {
    await start();
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '100', [1, 2]);
    const writer = new Pool({ connectionString: world.database.url });
    opened.push(() => writer.end());
    const { subscribeTo } = await openFeed(writer);
    const subscriber = await subscribeTo();
    const first = nextCursors(subscriber, 1);
    const url = new URL(world.database.url);
    const database = url.pathname.slice(1);
    url.pathname = '/postgres';
    const admin = new Client({ connectionString: url.href });
    opened.push(() => admin.end());
    await admin.connect();
    // Nobody can connect meanwhile, so the alert surely falls into the gap. The ledger's own connection is there.
    await admin.query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
    const { rowCount } = await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'tollgate alerts'`,
      [database],
    );
    expect(rowCount).toBe(2);
    await ledger.spend(ada, '1');
    await admin.query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`);
    expect(await first).toEqual([1n]);
    // It listens again.
    const second = nextCursors(subscriber, 1);
    await ledger.spend(ada, '1');
    await ledger.announce();
    expect(await second).toEqual([2n]);
  });

  // Seen to fail: without the poll.
  test.each([
    ['switched off', 'off', 0],
    ['lost', '', 1],
  ])('a notification that is %s is repaired by the poll', async (_says, url, listeners) => {
    await start({ NOTIFY_DATABASE_URL: url });
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '100', [1]);
    const subscriber = watch(world.server.url);
    await until(() => world.server.subscriberCount() === 1);
    const { rows } = await ledger.pool.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tollgate alerts'`,
    );
    expect(rows).toHaveLength(listeners);
    await ledger.spend(ada, '1');
    expect(cursors(await subscriber.take(1))).toEqual(upTo(1));
  });

  // Seen to fail: without the look at `#stale` in join.
  test('what is raised while a subscriber joins, after it asked where the feed stands', async () => {
    await start();
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '100', [1]);
    const principal = (await openFeed(ledger.pool)).principal;
    const { organizationId } = principal;
    const channel = new AlertChannel(organizationId, {
      alertsAfter: (id, cursor) => readAlertsAfter(ledger.pool, id, cursor, QUEUE_CAP),
      dropRefused: () => Promise.resolve(),
      onFault: (error) => {
        throw error;
      },
      onEmpty: () => undefined,
    });
    const subscriber = await channel.join(async () => {
      const committed = await readFeedHead(ledger.pool, organizationId);
      await ledger.spend(ada, '1');
      channel.wake();
      return { subscriber: new AlertSubscriber(principal, committed, () => true, channel), committed };
    });
    expect(await nextCursors(subscriber, 1)).toEqual([1n]);
  });
});

describe('many and slow', () => {
  // Seen to fail: with a read for each subscriber in AlertChannel.
  test('what is new is read once for all subscribers', async () => {
    await start();
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '100', [1]);
    const writer = new CountingPool({ connectionString: world.database.url });
    opened.push(() => writer.end());
    const { subscribeTo } = await openFeed(writer);
    const subscribers = await Promise.all(Array.from({ length: 50 }, () => subscribeTo()));
    const heard = subscribers.map((subscriber) => nextCursors(subscriber, 1));
    writer.counts.clear();
    await ledger.spend(ada, '1');
    await ledger.announce();
    expect(await Promise.all(heard)).toEqual(subscribers.map(() => [1n]));
    expect(writer.counts.get('read-alerts-after')).toBe(1);
  });

  // Seen to fail: without #breathe (SLOW_CONSUMER).
  test('a burst that is larger than a queue does not cut off who reads', async () => {
    await start();
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '100', percents(1000));
    const writer = new Pool({ connectionString: world.database.url });
    opened.push(() => writer.end());
    const { subscribeTo } = await openFeed(writer);
    const subscriber = await subscribeTo();
    const first = nextCursors(subscriber, 1);
    await ledger.spend(ada, '1000');
    await ledger.announce();
    const seen = await first;
    // A client that takes its time over each alert, but less than the feed has patience with it.
    while (seen.length < 1000) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(...(await nextCursors(subscriber, 1)));
    }
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, index) => BigInt(index + 1)));
  });

  // Seen to fail: without QUEUE_CAP in push.
  test('who does not read is ended with SLOW_CONSUMER, and resumes where it was', async () => {
    await start();
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '100', percents(1000));
    const writer = new Pool({ connectionString: world.database.url });
    opened.push(() => writer.end());
    const { subscribeTo } = await openFeed(writer);
    const [idle, busy] = [await subscribeTo(), await subscribeTo()];
    const first = nextCursors(idle, 1);
    const all = nextCursors(busy, 1000);
    await ledger.spend(ada, '1000');
    await ledger.announce();
    expect(await first).toEqual([1n]);
    expect(await all).toHaveLength(1000);
    await expect(idle.next()).rejects.toMatchObject({ code: 'SLOW_CONSUMER' });
    expect(await idle.next()).toEqual({ value: undefined, done: true });
    const resumed = await subscribeTo(1n);
    expect(await nextCursors(resumed, 999)).toEqual((await all).slice(1));
  });

  test('a client that stops reading its socket is told so, and nothing of it stays', async () => {
    await start({ ENABLE_DOCUMENT_LIMITS: 'false' });
    const ada = await ledger.account('USER', 'ada');
    await ledger.limit(ada, '100', percents(1000));
    // 60 KB an event, so that the buffers of both ends are full long before the alerts are sent.
    const many = Array.from({ length: 600 }, (_, n) => `m${n}: message`).join(' ');
    const document = parse(`subscription { alertFeed { cursor ${many} } }`);
    const subscriber = subscribe<{ alertFeed: { cursor: string } }, object>(world.server.url, document, {});
    opened.push(() => subscriber.kill());
    await until(() => world.server.subscriberCount() === 1);
    subscriber.pause();
    await ledger.spend(ada, '1000');
    await ledger.announce();
    await until(() => world.server.subscriberCount() === 0);
    subscriber.resume();
    expect(await subscriber.ended).toEqual({ kind: 'ERROR', codes: ['SLOW_CONSUMER'] });
    const seen = subscriber.events.map((event) => event.alertFeed.cursor);
    expect(seen).toEqual(upTo(seen.length));
    const resumed = watch(world.server.url, seen.at(-1) ?? START);
    expect([...seen, ...cursors(await resumed.take(1000 - seen.length))]).toEqual(upTo(1000));
  });
});

/** Whether a session of this database waits for a lock that another holds. */
async function isSomebodyWaiting(): Promise<boolean> {
  const { rows } = await ledger.pool.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows.length > 0;
}
