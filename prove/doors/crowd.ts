/**
 * Many people who watch their own budget, each by a websocket of its own: what they cost the server, and how long an
 * alert takes to all whom it is for.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { v7 as newKey } from 'uuid';
import { Series, spread, table, whole, type Judgement } from '../../bench/figures.js';
import type { Ground } from '../crew.js';
import { Listener } from './listener.js';
import { alertsOf, firstCursor, furnishWatchers, userOf, USERS, WATCHED } from './watchers.js';
import { ask, WatchedServer } from './watched-server.js';

/** That connect at a time. */
const AT_ONCE = 50;
const MOST_MB = 600;
const MOST_P99_MS = 1_000;
const PATIENCE_MS = 60_000;

async function connectAll(url: string, keys: readonly string[], size: number): Promise<Listener[]> {
  const after = await firstCursor(url);
  const listeners: Listener[] = [];
  let next = 0;
  const work = async () => {
    while (next < size) {
      const n = next++;
      listeners.push(await Listener.open(url, keys[n % USERS] ?? '', alertsOf(userOf(n), undefined, after)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return listeners;
}

/** Everybody's budget passes its threshold at once: ms since the call was sent, until each listener has its alert. */
async function alertAll(url: string, listeners: readonly Listener[]): Promise<Series> {
  const ms = new Series();
  const begin = performance.now();
  const all = listeners.map(
    (listener) =>
      new Promise<void>((resolve) => {
        listener.heard = () => {
          ms.add(performance.now() - begin);
          resolve();
        };
      }),
  );
  // At 2.50 USD for a million 0.60 USD each.
  const item = (n: number) => ({ idempotencyKey: newKey(), userId: userOf(n), model: 'gpt-4o', promptTokens: 240_000 });
  const input = { items: Array.from({ length: USERS }, (_, n) => item(n)) };
  await ask(
    url,
    'mutation ($input: RecordUsageBatchInput!) { recordUsageBatch(input: $input) { items { error { code } } } }',
    { input },
  );
  await Promise.race([Promise.all(all), wait(PATIENCE_MS, undefined, { ref: false })]);
  return ms;
}

/** @param isTimed whether it is judged how long an alert takes: on a machine that others use it is only shown */
export async function proveCrowd(ground: Ground, size: number, isTimed: boolean): Promise<Judgement[]> {
  const server = await WatchedServer.start(ground, 'crowd', WATCHED);
  const keys = await furnishWatchers(server.url);
  const alone = await server.look();
  const listeners = await connectAll(server.url, keys, size);
  await server.quiet();
  const connected = await server.look();
  const ms = await alertAll(server.url, listeners);
  const ended = listeners.flatMap(({ end }) => end ?? []);
  if (ended.length > 0) console.log(`${ended.length} heard nothing more, the first: ${ended[0]}`);
  const after = await server.look();
  for (const listener of listeners) listener.leave();
  await server.stop();
  const mostMb = Math.max(connected.rssMb, after.rssMb);
  console.log(
    table([
      [`${whole(size)} sockets, each with a subscription of its own`, ''],
      ['memory without them, MB', whole(alone.rssMb)],
      ['with them, MB', whole(connected.rssMb)],
      ['after an alert for each, MB', whole(after.rssMb)],
      ['for each of them, KB', whole(((mostMb - alone.rssMb) * 1024) / size)],
      [`an alert from the call to the listener, ms, ${whole(ms.count)} alerts`, spread(ms)],
      ['p99', whole(ms.at(0.99))],
    ]),
  );
  return [
    { says: `each of ${whole(size)} listeners got its alert, ${whole(ms.count)} of them`, holds: ms.count === size },
    { says: `at most ${MOST_MB} MB`, holds: mostMb <= MOST_MB },
    ...(isTimed ? [{ says: `p99 at most ${MOST_P99_MS} ms`, holds: ms.at(0.99) <= MOST_P99_MS }] : []),
  ];
}
