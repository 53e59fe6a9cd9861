/**
 * What somebody who sends hostile documents, bodies and messages as fast as they are answered can do to a client that only
 * wants its calls recorded: with the limits, and with all limits off that can be switched off.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { v7 as newKey } from 'uuid';
import { Series, table, type Judgement } from '../../bench/figures.js';
import { hostileBodies, type HostileBody } from '../../test/support/hostile-bodies.js';
import { hostileRequests, type Hostile } from '../../test/support/hostile-documents.js';
import { hostileSockets, type HostileSocket } from '../../test/support/hostile-sockets.js';
import { connectRaw } from '../../test/support/raw-socket.js';
import type { Ground } from '../crew.js';
import { ask, WatchedServer } from './watched-server.js';

const AT_ONCE = 16;
/** Nobody waits longer for one of them. */
const PATIENCE_MS = 10_000;
/** A server that is held up for longer is as good as gone. */
const LONGEST_MS = 120_000;

const OFF = {
  ENABLE_DOCUMENT_LIMITS: 'false',
  RATE_LIMIT_KEY: '0',
  RATE_LIMIT_ORGANIZATION: '0',
  RATE_LIMIT_ADDRESS: '0',
  RATE_LIMIT_FAILED_KEYS: '0',
  MAX_CONNECTIONS: '0',
  MAX_CONNECTIONS_PER_ADDRESS: '0',
  MAX_SOCKETS_PER_ADDRESS: '0',
  MAX_SOCKETS_PER_KEY: '0',
};

interface Seen {
  readonly name: string;
  readonly served: number;
  readonly refused: number;
  readonly honestMs: Series;
  readonly attacks: number;
  /** Of the attacks, with 5xx. */
  readonly failed: number;
  readonly delayP99Ms: number;
  readonly delayMostMs: number;
  readonly grownMb: number;
}

type Attack = (url: string, key: string) => Promise<number>;

const document =
  ({ request }: Hostile): Attack =>
  async (url, key) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: typeof request === 'string' ? request : JSON.stringify(request),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.arrayBuffer();
    return response.status;
  };

const body =
  ({ bytes }: HostileBody): Attack =>
  async (url) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    const said = once(socket, 'data').then(
      ([data]) => String(data),
      () => '',
    );
    socket.once('connect', () => socket.write(bytes));
    const answer = await Promise.race([said, once(socket, 'close').then(() => ''), wait(PATIENCE_MS, '')]);
    socket.destroy();
    return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
  };

const message =
  ({ send }: HostileSocket): Attack =>
  async (url, key) => {
    const client = await connectRaw(url);
    send(client, { type: 'connection_init', payload: { Authorization: `Bearer ${key}` } });
    client.send({ type: 'ping' });
    await Promise.race([client.next().catch(() => undefined), client.closed, wait(PATIENCE_MS)]);
    client.socket.terminate();
    return 0;
  };

const ATTACKS: readonly Attack[] = [
  ...hostileRequests().map(document),
  ...hostileBodies().map(body),
  ...hostileSockets().map(message),
];

async function attackerOf(url: string): Promise<string> {
  const { createOrganization } = await ask<{ createOrganization: { apiKeyValue: string } }>(
    url,
    'mutation { createOrganization(input: { name: "Attacker" }) { apiKeyValue } }',
  );
  return createOrganization.apiKeyValue;
}

/** Until it is over, again and again from the first to the last. */
async function attack(url: string, key: string, isOver: () => boolean): Promise<{ attacks: number; failed: number }> {
  let [next, attacks, failed] = [0, 0, 0];
  const work = async () => {
    while (!isOver()) {
      const one = ATTACKS[next++ % ATTACKS.length];
      const status = (await one?.(url, key).catch(() => 0)) ?? 0;
      attacks += 1;
      if (status >= 500) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { attacks, failed };
}

/** One call after the other, each timed. */
async function workHonestly(url: string, isOver: () => boolean): Promise<{ ms: Series; refused: number }> {
  const ms = new Series();
  let refused = 0;
  while (!isOver()) {
    const input = { idempotencyKey: newKey(), userId: 'ada', model: 'gpt-4o', promptTokens: 1000 };
    const begin = performance.now();
    const isServed = await Promise.race([
      ask(url, 'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { replayed } }', { input }).then(
        () => true,
        () => false,
      ),
      wait(LONGEST_MS, false, { ref: false }),
    ]);
    ms.add(performance.now() - begin);
    if (!isServed) refused += 1;
  }
  return { ms, refused };
}

async function measure(name: string, server: WatchedServer, seconds: number, key?: string): Promise<Seen> {
  const before = await server.look();
  const endMs = performance.now() + seconds * 1000;
  const isOver = () => performance.now() > endMs;
  const nothing = Promise.resolve({ attacks: 0, failed: 0 });
  const [found, honest] = await Promise.all([
    key === undefined ? nothing : attack(server.url, key, isOver),
    workHonestly(server.url, isOver),
  ]);
  const after = await server.look();
  return {
    name,
    ...found,
    served: honest.ms.count - honest.refused,
    refused: honest.refused,
    honestMs: honest.ms,
    delayP99Ms: after.p99Ms,
    delayMostMs: after.mostMs,
    grownMb: after.rssMb - before.rssMb,
  };
}

export async function proveAttack(ground: Ground, seconds: number): Promise<Judgement[]> {
  const seen: Seen[] = [];
  for (const [database, name, settings] of [
    ['guarded', 'limits on', {}],
    ['open', 'limits off', OFF],
  ] as const) {
    const server = await WatchedServer.start(ground, database, { RATE_LIMIT_FAILED_KEYS: '0', ...settings });
    const key = await attackerOf(server.url);
    await measure('', server, seconds / 4);
    seen.push(await measure(`${name}, quiet`, server, seconds / 4));
    seen.push(await measure(`${name}, attacked`, server, seconds, key));
    await server.stop();
  }
  const ms = (value: number) => value.toFixed(value < 10 ? 1 : 0);
  console.log(
    table([
      [
        `${ATTACKS.length} hostile requests, ${AT_ONCE} at a time for ${seconds} s`,
        'sent',
        '5xx',
        'calls served',
        'not',
        'p50 ms',
        'p99 ms',
        'loop late p99 ms',
        'most',
        'grown MB',
      ],
      ...seen.map((s) => [
        s.name,
        String(s.attacks),
        String(s.failed),
        String(s.served),
        String(s.refused),
        ms(s.honestMs.at(0.5)),
        ms(s.honestMs.at(0.99)),
        ms(s.delayP99Ms),
        ms(s.delayMostMs),
        ms(s.grownMb),
      ]),
    ]),
  );
  const [, guarded] = seen;
  return [
    { says: 'with the limits each call of the honest client is served', holds: guarded?.refused === 0 },
    { says: 'with the limits nothing is answered with 5xx', holds: guarded?.failed === 0 },
  ];
}
