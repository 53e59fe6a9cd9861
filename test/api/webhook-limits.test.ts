/** The door for a processor's events when too much comes, or when it cannot be kept. */
import { once } from 'node:events';
import { request } from 'node:http';
import { Client } from 'pg';
import { readConfig } from '../../src/config.js';
import { startServer } from '../../src/server.js';
import { TEST_KEYS } from '../support/database.js';
import { openFaultProxy } from '../support/fault-proxy.js';
import { testLog } from '../support/heard.js';
import { startAnother } from '../support/servers.js';
import { RetryWebhookEventDocument, WebhookEventsDocument } from '../support/generated/operations.js';
import { startWorld } from '../support/world.js';
import { until } from '../support/until.js';
import { DOOR_SETTINGS, OTHER_SECRET, SECRET, TAKEN, WebhookDoor } from '../support/webhook-door.js';
import { anEvent, letterOf, WebhookSender, type Letter, type Reply } from '../support/stripe/webhook-sender.js';

const MIB = 1024 * 1024;

let door: WebhookDoor;
beforeAll(async () => {
  door = await WebhookDoor.open();
});
afterEach(() => door.clear());
afterAll(() => door.close());

describe('F11: the size', () => {
  const ofBytes = (bytes: number) => {
    const event = anEvent({ filler: '' });
    const empty = letterOf(event, []).body.length;
    return { event, letter: letterOf({ ...event, filler: 'x'.repeat(bytes - empty) }, [SECRET]) };
  };

  // Seen to fail: with the limit of all other bodies.
  test('1 MiB is taken, a byte more is not', async () => {
    const [most, more] = [ofBytes(MIB), ofBytes(MIB + 1)];
    expect(most.letter.body).toHaveLength(MIB);
    expect(await door.sender.post(most.letter)).toEqual(TAKEN);
    expect((await door.sender.post(more.letter)).status).toBe(413);
    expect(await door.found(more.event.id)).toBeUndefined();
  });

  /** Begins a request and answers with its reply before it is whole; it never is. */
  async function begun(headers: Record<string, string>, write: (chunk: () => boolean) => void): Promise<number> {
    const sent = request(`${door.world.server.url}/webhooks/stripe`, { method: 'POST', headers });
    sent.on('error', () => undefined);
    write(() => sent.write(Buffer.alloc(64 * 1024, 'x')));
    const [response] = (await once(sent, 'response')) as [{ statusCode: number }];
    sent.destroy();
    return response.statusCode;
  }

  // Seen to fail, by never ending: without the look at content-length.
  test('100 MB are refused by what they say of themselves, before they are read', async () => {
    expect(await begun({ 'content-length': '100000000' }, (chunk) => chunk())).toBe(413);
  });

  test('a body that does not say its size is cut at 1 MiB', async () => {
    const chunked = await begun({ 'transfer-encoding': 'chunked' }, (chunk) => {
      for (let sent = 0; sent <= MIB; sent += 64 * 1024) chunk();
    });
    expect(chunked).toBe(413);
  });
});

describe('F14: without the database nothing is acknowledged', () => {
  // Seen to fail: with 200 in place of 503.
  test('one that is down, and then up again', async () => {
    const { hostname, port } = new URL(door.world.database.url);
    let isDown = false;
    const down = { direction: 'TO_SERVER', afterBytes: 0 } as const;
    const proxy = door.keep(
      await openFaultProxy({ host: hostname, port: Number(port) }, () => (isDown ? down : undefined)),
    );
    const url = new URL(door.world.database.url);
    url.port = String(proxy.port);
    const server = door.keep(await startAnother(url.href, { ...DOOR_SETTINGS, NOTIFY_DATABASE_URL: 'off' }));
    const cut = door.keep(new WebhookSender(server.url));
    const event = anEvent();
    const letter = letterOf(event, [SECRET]);
    isDown = true;
    proxy.cutAll();
    const reply = await cut.post(letter);
    expect(reply).toMatchObject({ status: 503, body: expect.stringMatching(/"received":false/) });
    expect(await door.found(event.id)).toBeUndefined();
    isDown = false;
    await until(async () => (await cut.post(letter)).status === 200);
    expect(await door.found(event.id)).toBeDefined();
  });

  // Seen to fail: with the answer before the insert. It waits for the limit of 4 s.
  test('one that is too slow: no answer before the commit, and none at all of success', async () => {
    const client = new Client({ connectionString: door.world.database.url });
    door.keep({ close: () => client.end() });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE webhook_event IN ACCESS EXCLUSIVE MODE');
    const event = anEvent();
    const letter = letterOf(event, [SECRET]);
    expect((await door.sender.post(letter)).status).toBe(503);
    await client.query('ROLLBACK');
    expect(await door.sender.post(letter)).toEqual(TAKEN);
    expect((await door.listed()).filter(({ eventId }) => eventId === event.id)).toHaveLength(1);
  });
});

describe('F19: a flood of forged requests', () => {
  const forged = () => letterOf(anEvent(), [OTHER_SECRET]);

  /** A server whose log is read. */
  async function listening() {
    const lines: string[] = [];
    const log = testLog('warn', lines);
    const config = readConfig({
      DATABASE_URL: door.world.database.url,
      PORT: '0',
      TEST_CLOCK: 'true',
      ENCRYPTION_KEYS: TEST_KEYS,
      ...DOOR_SETTINGS,
    });
    const server = door.keep(await startServer(config, log));
    return {
      server,
      said: () => lines.filter((line) => line.includes('not signed')),
      flooded: door.keep(new WebhookSender(server.url)),
    };
  }

  // Seen to fail: with the limit taken out; with one limit for all addresses; with a line for each; with nothing written at close.
  test('is answered with 429 where it comes from, and hurts nothing that is signed; each is counted, few are told of', async () => {
    const { server, said, flooded } = await listening();
    const before = await door.forgedCount();
    const from = { from: '127.0.2.1' };
    const replies: Reply[] = [];
    for (let n = 0; n < 70; n += 1) replies.push(await flooded.post(forged(), from));
    expect(replies.map(({ status }) => status)).toEqual([...Array(60).fill(400), ...Array(10).fill(429)]);
    expect(await flooded.post(letterOf(anEvent(), [SECRET]), from)).toEqual(TAKEN);
    expect((await flooded.post(forged(), { from: '127.0.2.2' })).status).toBe(400);
    expect(said()).toHaveLength(1);
    await server.close();
    expect(await door.forgedCount()).toBe(before + 71);
  });

  // Seen to fail: with the address of the proxy taken for that of the sender.
  test('through a proxy is told apart by whom it speaks for', async () => {
    const { flooded } = await listening();
    const through = ({ body, headers }: Letter, address: string) =>
      flooded.post({ body, headers: { ...headers, 'x-forwarded-for': `203.0.113.1, ${address}` } });
    const statuses = [];
    for (let n = 0; n < 61; n += 1) statuses.push((await through(forged(), '203.0.113.7')).status);
    expect(statuses.slice(-2)).toEqual([400, 429]);
    expect((await through(forged(), '203.0.113.8')).status).toBe(400);
  });
});

describe('the door itself', () => {
  test.each(['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('%s is not possible', async (method) => {
    expect((await door.sender.post(letterOf(anEvent(), [SECRET]), { method })).status).toBe(405);
  });

  test.each([
    ['the name of another processor', '/webhooks/paypal', {}],
    ['a path below', '/webhooks/stripe/x', {}],
    ['a server without Stripe', '/webhooks/stripe', { STRIPE_SECRET_KEY: '', STRIPE_WEBHOOK_SECRET: '' }],
    ['a server without secrets', '/webhooks/stripe', { STRIPE_WEBHOOK_SECRET: '' }],
    ['a server that bills nothing', '/webhooks/stripe', { ENABLE_BILLING: 'false' }],
  ])('%s is nothing', async (_, path, environment) => {
    const server = door.keep(await startAnother(door.world.database.url, { ...DOOR_SETTINGS, ...environment }));
    const other = door.keep(new WebhookSender(server.url));
    expect((await other.post(letterOf(anEvent(), [SECRET]), { path })).status).toBe(404);
  });

  test('without a processor nothing can be worked off again', async () => {
    const world = door.keep(await startWorld());
    expect(await world.codeOf(RetryWebhookEventDocument, { input: { eventId: 'evt_any' } })).toBe('FEATURE_DISABLED');
    expect((await world.ask(WebhookEventsDocument, {})).webhookEvents).toMatchObject({ edges: [], forgedCount: '0' });
  });
});
