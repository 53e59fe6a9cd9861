/** Some who stop to read, while thousands of alerts are for them: what they cost, and when the server has had enough of it. */
import { setTimeout as wait } from 'node:timers/promises';
import { v7 as newKey } from 'uuid';
import { table, whole, type Judgement } from '../../bench/figures.js';
import type { Ground } from '../crew.js';
import { Listener } from './listener.js';
import { ask, WatchedServer } from './watched-server.js';
import { alertsOf, furnishWatchers, userOf, WATCHED } from './watchers.js';

const PAUSED = 40;
const MOST_MB = 1;
const MOST_GONE_MS = 30_000;
/** Reservations that are overrun in one go: an alert for each. */
const FLOOD = 1_000;
const FLOODS = 4;
const ALERTS = FLOOD * FLOODS;
const LOOK_MS = 300;
const PATIENCE_MS = 60_000;

/** Somebody asks for much of each alert. */
const MUCH = Array.from({ length: 40 }, (_, n) => `message${n}: message`).join(' ');

/** Reservations of 0 that are recorded with what they cost. */
async function flood(url: string, userId: string): Promise<void> {
  const items = Array.from({ length: FLOOD }, () => ({
    idempotencyKey: newKey(),
    userId,
    model: 'gpt-4o',
    amount: '0',
  }));
  const { reserveBudgetBatch } = await ask<{
    reserveBudgetBatch: { items: { result: { reservation: { id: string } } }[] };
  }>(
    url,
    'mutation ($input: ReserveBudgetBatchInput!) { reserveBudgetBatch(input: $input) { items { result { reservation { id } } } } }',
    { input: { items } },
  );
  const calls = reserveBudgetBatch.items.map(({ result }) => ({
    idempotencyKey: newKey(),
    model: 'gpt-4o',
    promptTokens: 1,
    reservationId: result.reservation.id,
  }));
  await ask(
    url,
    'mutation ($input: RecordUsageBatchInput!) { recordUsageBatch(input: $input) { items { result { overran } } } }',
    { input: { items: calls } },
  );
}

interface Flooded {
  /** The most that was held, without garbage. */
  readonly mostMb: number;
  /** When none of those who stopped was there any more; Infinity where they stayed. */
  readonly goneMs: number;
  /** Alerts that the one got who reads and asks for little. */
  readonly heard: number;
}

/** @param stop whether those who ask for much stop to read before there is anything. */
async function flooded(server: WatchedServer, key: string, userId: string, stop: boolean): Promise<Flooded> {
  const { url } = server;
  const reader = await Listener.open(url, key, alertsOf(userId, 'cursor'));
  let heard = 0;
  const isAllHeard = new Promise<void>((resolve) => {
    reader.heard = () => {
      heard += 1;
      if (heard === ALERTS) resolve();
    };
  });
  const others: Listener[] = [];
  for (let n = 0; n < PAUSED; n += 1) others.push(await Listener.open(url, key, alertsOf(userId, MUCH)));
  const { connections } = await server.look();
  if (stop) for (const listener of others) listener.pause();
  const begin = performance.now();
  let isDone = false;
  const flooding = (async () => {
    for (let time = 0; time < FLOODS; time += 1) await flood(url, userId);
    await Promise.race([isAllHeard, wait(PATIENCE_MS, undefined, { ref: false })]);
    isDone = true;
  })();
  let [mostMb, goneMs] = [0, Infinity];
  while (performance.now() - begin < PATIENCE_MS && !(isDone && (!stop || goneMs < Infinity))) {
    const look = await server.lookClean();
    mostMb = Math.max(mostMb, look.heldMb);
    if (goneMs === Infinity && look.connections <= connections - PAUSED) goneMs = performance.now() - begin;
    await wait(LOOK_MS);
  }
  await flooding;
  for (const listener of [reader, ...others]) listener.leave();
  return { mostMb, goneMs, heard };
}

export async function provePaused(ground: Ground): Promise<Judgement[]> {
  const server = await WatchedServer.start(ground, 'paused', WATCHED);
  const [first = '', second = ''] = await furnishWatchers(server.url);
  // What the same alerts cost while all read is nobody's who stops.
  const reading = await flooded(server, first, userOf(0), false);
  const paused = await flooded(server, second, userOf(1), true);
  await server.stop();
  const eachMb = (paused.mostMb - reading.mostMb) / PAUSED;
  console.log(
    table([
      [`${PAUSED} ask for much of ${whole(ALERTS)} alerts, and one for little`, 'all read', 'the many stop to read'],
      ['memory that is held, at most, MB', whole(reading.mostMb), whole(paused.mostMb)],
      ['more for each, MB', '', eachMb.toFixed(2)],
      ['those who stop are gone after, s', '', (paused.goneMs / 1000).toFixed(1)],
      ['alerts that the one got', whole(reading.heard), whole(paused.heard)],
    ]),
  );
  return [
    { says: `one who stops to read costs at most ${MOST_MB} MiB`, holds: eachMb <= MOST_MB },
    { says: `and is gone within ${MOST_GONE_MS / 1000} s`, holds: paused.goneMs <= MOST_GONE_MS },
    { says: 'one who reads gets every alert', holds: reading.heard === ALERTS && paused.heard === ALERTS },
  ];
}
