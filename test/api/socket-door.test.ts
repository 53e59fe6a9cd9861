/** G1, G2, G6, G11, G12, G18: peers that are late, silent, slow or wrong, and a door that closes. */
import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import { SLOW_CONSUMER } from '../../src/door/connection.js';
import { MAX_MESSAGE_BYTES } from '../../src/door/socket.js';
import { connectRaw, type RawSocket } from '../support/raw-socket.js';
import { openSmallDoor, type SmallDoor } from '../support/small-door.js';

let door: SmallDoor;
const clients = new Set<RawSocket>();
beforeEach(async () => {
  door = await openSmallDoor({ initWaitMs: 100, slowConsumerGraceMs: 100 });
});
afterEach(async () => {
  for (const client of clients) client.socket.terminate();
  clients.clear();
  await door.close();
  expect(door.stage.openTicks).toBe(0);
});

const init = { type: 'connection_init', payload: { name: 'ann' } };
const ack = { type: 'connection_ack' };
const subscribe = (query: string, id = '1', variables?: object): object => ({
  type: 'subscribe',
  id,
  payload: { query, variables },
});

describe('who may come in, and how one is sent away', () => {
  // Seen to fail, each with its guard taken out: onConnect's refusal (4403), the catch of a failed look-up (1013),
  // initWaitMs (4408), maxPayload (1009), the refusal of binary messages (4400).
  test.each<[string, unknown[], { code: number; reason: string }]>([
    ['no name', [{ type: 'connection_init' }], { code: 4403, reason: 'Forbidden' }],
    ['an empty init', [{ type: 'connection_init', payload: {} }], { code: 4403, reason: 'Forbidden' }],
    ['a failing look-up', [{ ...init, payload: { name: 'unlucky' } }], { code: 1013, reason: 'Try again later' }],
    ['silence', [], { code: 4408, reason: 'Connection initialisation timeout' }],
    ['a subscription first', [subscribe('{who}')], { code: 4401, reason: 'Unauthorized' }],
    ['two inits', [init, init], { code: 4429, reason: 'Too many initialisation requests' }],
    ['garbage', ['{'], { code: 4400, reason: 'Invalid message received' }],
    ['an unknown message', [{ type: 'hello' }], { code: 4400, reason: 'Invalid message received' }],
    ['a binary message', [Buffer.from(JSON.stringify(init))], { code: 4400, reason: 'Invalid message received' }],
    ['a large message', ['x'.repeat(MAX_MESSAGE_BYTES + 1)], { code: 1009, reason: '' }],
  ])('%s', async (_name, messages, expected) => {
    const client = await connect();
    for (const message of messages) client.send(message);
    expect(await client.closed).toEqual(expected);
  });

  test('the same id twice', async () => {
    const client = await introduced();
    client.send(subscribe('subscription{tick(count:-1)}'));
    await client.next();
    client.send(subscribe('{who}'));
    expect(await client.closed).toEqual({ code: 4409, reason: 'Subscriber for 1 already exists' });
    await door.stage.tickEnded;
  });

  test('a message of just 64 KiB is read', async () => {
    const client = await introduced();
    const message = JSON.stringify(subscribe('query($of:String!){length(of:$of)}', '1', { of: '' }));
    client.send(message.replace('"of":""', `"of":"${'x'.repeat(MAX_MESSAGE_BYTES - message.length)}"`));
    expect(await client.next()).toMatchObject({ type: 'next', payload: { data: { length: expect.any(String) } } });
  });

  test('the older protocol', async () => {
    const client = await connect({}, 'graphql-ws').catch((error: unknown) => error);
    expect(client).toMatchObject({ message: 'Server sent no subprotocol' });
  });

  test('another path', async () => {
    const attempt = connect({}, 'graphql-transport-ws', '/elsewhere');
    await expect(attempt).rejects.toThrow('Unexpected server response: 404');
  });

  // Seen to fail: with perMessageDeflate true.
  test('no compression, so that a small message cannot become a large one', async () => {
    const client = await connect({ perMessageDeflate: true });
    expect(client.socket.extensions).toBe('');
  });

  test('what was not our fault is not reported as one', async () => {
    const client = await connect();
    client.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
    await client.closed;
    expect(door.stage.faults).toEqual([]);
  });
});

// G8. Seen to fail (time-out): without the look of Admitted, and with it at those alone who have an operation.
test.each([
  ['idle', undefined],
  ['subscribed', subscribe('subscription{tick(count:-1)}')],
])('who is refused since is sent away, and nobody else: %s', async (_says, operation) => {
  const [bad, good] = [await introduced('eve'), await introduced('ann')];
  if (operation) {
    bad.send(operation);
    await bad.next();
  }
  door.stage.refused.add('eve');
  expect(await bad.closed).toEqual({ code: 4403, reason: 'Forbidden' });
  if (operation) await door.stage.tickEnded;
  expect(good.socket.readyState).toBe(WebSocket.OPEN);
});

// Seen to fail: with the rejection let out of Admitted (the process ends).
test('where nobody can say who is refused, all stay and it is asked again', async () => {
  const client = await introduced('unlucky later');
  door.stage.refused.add('nobody can say');
  while (door.stage.faults.length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(client.socket.readyState).toBe(WebSocket.OPEN);
  door.stage.refused.clear();
  door.stage.refused.add('unlucky later');
  expect(await client.closed).toEqual({ code: 4403, reason: 'Forbidden' });
});

describe('operations', () => {
  const error = (message: string, code: string): object => ({ message, extensions: { code } });
  const failed = (message: string, code: string): object[] => [
    { type: 'error', id: '1', payload: [error(message, code)] },
  ];
  const complete = { type: 'complete', id: '1' };
  const next = (payload: object): object => ({ type: 'next', id: '1', payload });
  const wrongVariable = 'Variable "$of" of non-null type "String!" must not be null.';

  // Seen to fail: with onError or onNext left out (codes are missing, the secret is told); without maxTokens.
  test.each<[string, object, object[]]>([
    ['a query', subscribe('{who}'), [next({ data: { who: 'ann' } }), complete]],
    ['a mutation', subscribe('mutation{touch}'), [next({ data: { touch: 'touched by ann' } }), complete]],
    [
      'a subscription',
      subscribe('subscription{tick(count:2)}'),
      [next({ data: { tick: '0' } }), next({ data: { tick: '1' } }), complete],
    ],
    [
      'a wrong field',
      subscribe('{nothing}'),
      failed('Cannot query field "nothing" on type "Query".', 'GRAPHQL_VALIDATION_FAILED'),
    ],
    ['no document', subscribe('{'), failed('Syntax Error: Expected Name, found <EOF>.', 'GRAPHQL_PARSE_FAILED')],
    [
      '9,000 fields',
      subscribe(`{${'who '.repeat(9_000)}}`),
      failed('Syntax Error: Document contains more that 5000 tokens. Parsing aborted.', 'GRAPHQL_PARSE_FAILED'),
    ],
    [
      'a null variable',
      subscribe('query($of:String!){length(of:$of)}', '1', { of: null }),
      [next({ errors: [error(wrongVariable, 'BAD_USER_INPUT')] }), complete],
    ],
    [
      'a defect',
      subscribe('{fail}'),
      [next({ data: null, errors: [error('Something went wrong.', 'INTERNAL')] }), complete],
    ],
    [
      'a stream that breaks',
      subscribe('subscription{broken}'),
      [next({ data: { broken: 'once' } }), ...failed('Something went wrong.', 'INTERNAL')],
    ],
  ])('%s', async (_name, message, answers) => {
    const client = await introduced();
    client.send(message);
    const got: unknown[] = [];
    while (got.length < answers.length) got.push(await client.next());
    expect(got).toEqual(answers);
  });

  test('a context that is refused answers the operation and leaves the socket open', async () => {
    const client = await introduced('revoked');
    client.send(subscribe('{who}'));
    expect(await client.next()).toEqual(failed('The key was revoked.', 'UNAUTHENTICATED')[0]);
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });

  // Seen to fail: without onOperation, or without the end in onNext.
  test.each([
    ['{who}', 2],
    ['mutation{touch}', 2],
    ['subscription{tick(count:3)}', 4],
  ])('what %s holds open is ended before each answer leaves', async (query, ends) => {
    const seen: string[] = [];
    const counting = await openSmallDoor({ endContext: ({ who }) => void seen.push(who) });
    const client = await introduced('ann', {}, counting);
    client.send(subscribe(query));
    for (let answers = 1; ((await client.next()) as { type: string }).type === 'next'; answers += 1) {
      expect(seen.length).toBeGreaterThan(answers);
    }
    expect(seen).toEqual(Array(ends).fill('ann'));
    await counting.close();
  });

  test.each([['{who}'], ['subscription{tick(count:-1)}']])('an end that fails is the answer to %s', async (query) => {
    const failing = await openSmallDoor({ endContext: () => Promise.reject(new Error('secret detail of a table')) });
    const client = await introduced('ann', {}, failing);
    client.send(subscribe(query));
    expect(await client.next()).toEqual(next({ errors: [error('Something went wrong.', 'INTERNAL')] }));
    expect(await client.next()).toEqual(complete);
    await failing.close();
    expect(failing.stage.openTicks).toBe(0);
  });

  test('completing ends the generator', async () => {
    const client = await introduced();
    client.send(subscribe('subscription{tick(count:-1)}'));
    await client.next();
    client.send({ type: 'complete', id: '1' });
    await door.stage.tickEnded;
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
  });

  test('leaving ends the generator', async () => {
    const client = await introduced();
    client.send(subscribe('subscription{tick(count:-1)}'));
    await client.next();
    client.socket.terminate();
    await door.stage.tickEnded;
  });
});

describe('peers that do not keep up', () => {
  // Seen to fail (time-out): without the ping interval.
  test('a half-open peer is dropped and its generator ended', async () => {
    const impatient = await openSmallDoor({ keepAliveMs: 50 });
    const client = await introduced('ann', { autoPong: false }, impatient);
    client.send(subscribe('subscription{tick(count:-1)}'));
    expect(await client.closed).toEqual({ code: 1006, reason: '' });
    await impatient.stage.tickEnded;
    await impatient.close();
  });

  test('a peer that answers pings stays', async () => {
    const impatient = await openSmallDoor({ keepAliveMs: 50 });
    const client = await introduced('ann', {}, impatient);
    for (let pings = 0; pings < 5; pings += 1) await once(client.socket, 'ping');
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
    await impatient.close();
  });

  // Seen to fail (time-out, memory growing): without the limit in `#send`.
  test('a slow consumer is closed, and told why when it reads on', async () => {
    const client = await introduced();
    client.send(subscribe('subscription{tick(count:-1,bytes:100000)}'));
    await client.next();
    client.socket.pause();
    await door.stage.tickEnded;
    client.socket.resume();
    expect(await client.closed).toEqual({ code: SLOW_CONSUMER, reason: 'slow consumer' });
  });

  // Seen to fail: with the socket closed as soon as the limit is passed.
  test('one who pauses and reads on gets everything, in order', async () => {
    const patient = await openSmallDoor({ slowConsumerGraceMs: 60_000 });
    const client = await introduced('ann', {}, patient);
    client.send(subscribe('subscription{tick(count:200,bytes:100000)}'));
    client.socket.pause();
    for (let turn = 0; turn < 500; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    client.socket.resume();
    for (let n = 0; n < 200; n += 1) {
      expect(await client.next()).toMatchObject({ payload: { data: { tick: expect.stringMatching(`^${n}x+$`) } } });
    }
    expect(await client.next()).toEqual({ type: 'complete', id: '1' });
    await patient.close();
  });
});

describe('closing', () => {
  test('every client is told, and every generator ended', async () => {
    const [first, second] = [await introduced(), await introduced()];
    first.send(subscribe('subscription{tick(count:-1)}'));
    await first.next();
    await door.socket.close();
    const expected = { code: 1001, reason: 'going away' };
    expect([await first.closed, await second.closed]).toEqual([expected, expected]);
    expect([door.stage.openTicks, door.socket.connectionCount()]).toEqual([0, 0]);
    await expect(connect()).rejects.toThrow('Unexpected server response: 503');
  });

  test('a client that does not read cannot hold it up', async () => {
    const client = await introduced();
    client.socket.pause();
    await door.socket.close();
    expect(door.socket.connectionCount()).toBe(0);
  });
});

async function introduced(name = 'ann', options: ClientOptions = {}, to = door): Promise<RawSocket> {
  const client = await connect(options, undefined, undefined, to);
  client.send({ ...init, payload: { name } });
  expect(await client.next()).toEqual(ack);
  return client;
}

async function connect(options: ClientOptions = {}, protocol?: string, path?: string, to = door): Promise<RawSocket> {
  const client = await connectRaw(to.url, options, protocol, path);
  clients.add(client);
  return client;
}
