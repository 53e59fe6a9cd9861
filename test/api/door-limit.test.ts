/** What a browser, a proxy and a flood of connections meet at the doors (G5, G10, H5, H9 to H11, H24, H25, H27). */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { counted } from '../../src/door/client-address.js';
import { readConfig } from '../../src/config.js';
import { TOO_MANY_CONNECTIONS } from '../../src/door/socket-limits.js';
import { overHttp, overSocket } from '../support/both-doors.js';
import { BOOTSTRAP_KEY } from '../support/database.js';
import { connectRaw, type RawSocket } from '../support/raw-socket.js';
import { startWorld, type World } from '../support/world.js';

const APP = 'https://app.example.com';

let world: World;
/** The same with everything closed that can be. */
let closed: World;
beforeAll(async () => {
  world = await startWorld({
    CORS_ORIGINS: `${APP}, https://b.example.com:8443`,
    PUBLIC_URL: 'https://tollgate.example.com',
    MAX_SOCKETS: '6',
    MAX_SOCKETS_PER_ADDRESS: '4',
    MAX_SOCKETS_PER_KEY: '2',
    MAX_OPERATIONS_PER_SOCKET: '3',
    TRUSTED_PROXIES: '127.0.0.1',
  });
  closed = await startWorld({ NODE_ENV: 'production', TEST_CLOCK: 'false', MAX_CONNECTIONS_PER_ADDRESS: '5' });
});
afterAll(async () => {
  await world.close();
  await closed.close();
});

const BODY = JSON.stringify({ query: '{ viewer { roles } }' });
const JSON_TYPE = { 'content-type': 'application/json', authorization: `Bearer ${BOOTSTRAP_KEY}` };

async function ask(at: World, init: RequestInit & { path?: string }) {
  const response = await fetch(`${at.server.url}${init.path ?? '/graphql'}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('headers', () => {
  // Seen to fail with setSecurityHeaders taken out, and with HSTS for every server.
  test('every answer is data of nobody else', async () => {
    for (const path of ['/graphql', '/health/live', '/nothing']) {
      const { headers } = await ask(world, { path });
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'$/),
        'strict-transport-security': 'max-age=31536000',
      });
    }
  });

  test('a server that is reached by http asks for no https', async () => {
    expect((await ask(closed, {})).headers.get('strict-transport-security')).toBeNull();
  });

  test('the explorer has a policy that lets it work, on its page and in its workers', async () => {
    expect((await ask(world, { path: '/' })).headers.get('content-security-policy')).toContain(
      "script-src 'self' 'nonce-",
    );
  });
});

describe('pages of other sites', () => {
  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  });

  // Seen to fail with `origin: true` and with `origin: '*'`.
  test('those that are named may call, and no credentials go along', async () => {
    const { status, headers } = await ask(world, preflight(APP));
    expect([
      status,
      headers.get('access-control-allow-origin'),
      headers.get('access-control-allow-credentials'),
    ]).toEqual([204, APP, null]);
    expect(headers.get('vary')).toContain('Origin');
    const answer = await ask(world, { method: 'POST', headers: { ...JSON_TYPE, origin: APP }, body: BODY });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, APP]);
  });

  test.each([
    'https://evil.example.com',
    'null',
    'http://app.example.com',
    'https://app.example.com.evil.com',
    `${APP}:444`,
  ])('%s may not', async (origin) => {
    expect((await ask(world, preflight(origin))).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('without a list nobody may', async () => {
    const { status, headers } = await ask(closed, preflight(APP));
    expect([status >= 400, headers.get('access-control-allow-origin')]).toEqual([true, null]);
  });

  test.each(['*', 'null', 'app.example.com', 'https://a.example.com/', 'https://a.example.com,*'])(
    '%s is no origin',
    (text) => {
      expect(() => readConfig({ CORS_ORIGINS: text })).toThrow(/CORS_ORIGINS must be origins/);
    },
  );

  test.each<[string, number, RequestInit & { path?: string }]>([
    [
      'a form',
      400,
      { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query={__typename}' },
    ],
    ['plain text', 400, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: BODY }],
    ['a file', 400, { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: BODY }],
    ['a link', 400, { path: '/graphql?query={__typename}' }],
    [
      'a GET of an odd type',
      415,
      { path: '/graphql?query={__typename}', headers: { 'content-type': 'application/graphql' } },
    ],
    [
      'a GET that claims to be text',
      400,
      { path: '/graphql?query={__typename}', headers: { 'content-type': 'text/plain' } },
    ],
    [
      'a mutation by GET',
      405,
      { path: '/graphql?query=mutation{refreshPricing{outcome}}', headers: { 'apollo-require-preflight': '1' } },
    ],
    ['a list of requests', 400, { method: 'POST', headers: JSON_TYPE, body: `[${BODY},${BODY}]` }],
    [
      'a persisted query',
      200,
      {
        method: 'POST',
        headers: JSON_TYPE,
        body: JSON.stringify({
          query: '{ __typename }',
          extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } },
        }),
      },
    ],
  ])('%s is refused, and answered with %d', async (_name, status, init) => {
    const answer = await ask(world, init);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      status,
      { errors: [expect.objectContaining({ extensions: expect.objectContaining({ retryable: false }) })] },
    ]);
  });
});

describe('what is shown of the schema', () => {
  const typo = { query: '{ viewr { roles } }' };
  const inVariables = {
    query: 'query ($i: EstimateCostInput!) { estimateCost(input: $i) { tokenizer } }',
    variables: { i: { modell: 'x' } },
  };
  const introspection = { query: '{ __schema { queryType { name } } }' };

  // Seen to fail: with showsSchema true for all, each of the rest.
  test('is all of it by default', async () => {
    const { url } = world.server;
    expect((await overHttp(url, typo)).errors?.[0]?.message).toContain('Did you mean');
    expect((await overHttp(url, introspection)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
    expect((await ask(world, { path: '/' })).status).toBe(200);
  });

  test.each([
    ['HTTP', overHttp],
    ['WebSocket', overSocket],
  ] as const)('is nothing in production, over %s', async (_name, send) => {
    const { url } = closed.server;
    for (const request of [typo, inVariables, introspection]) {
      const { errors = [], data } = await send(url, request);
      expect([errors.length > 0, errors[0]?.extensions['code'], data ?? null]).toEqual([true, 'BAD_USER_INPUT', null]);
      expect(JSON.stringify(errors)).not.toContain('Did you mean');
    }
  });

  test('and no explorer', async () => {
    expect((await ask(closed, { path: '/' })).status).toBe(404);
  });

  test.each([
    [{}, [true, true]],
    [{ NODE_ENV: 'production' }, [false, false]],
    [{ NODE_ENV: 'production', ENABLE_INTROSPECTION: 'true' }, [true, false]],
    [{ ENABLE_INTROSPECTION: 'false', ENABLE_EXPLORER: 'false' }, [false, false]],
  ])('%j', (environment, expected) => {
    const { showsSchema, showsExplorer } = readConfig(environment).limits;
    expect([showsSchema, showsExplorer]).toEqual(expected);
  });
});

describe('sockets', () => {
  const init = { type: 'connection_init', payload: { Authorization: `Bearer ${BOOTSTRAP_KEY}` } };
  const open: RawSocket[] = [];
  afterEach(async () => {
    for (const { socket } of open) socket.terminate();
    await Promise.all(open.splice(0).map(({ closed }) => closed));
  });
  /** From an address of its own, as the proxy says. */
  async function from(address: string, headers: Record<string, string> = {}): Promise<RawSocket> {
    const client = await connectRaw(world.server.url, { headers: { 'x-forwarded-for': address, ...headers } });
    open.push(client);
    return client;
  }
  async function introduced(address: string): Promise<RawSocket> {
    const client = await from(address);
    client.send(init);
    expect(await client.next()).toEqual({ type: 'connection_ack' });
    return client;
  }
  const tooMany = { code: TOO_MANY_CONNECTIONS, reason: 'too many connections' };

  // Seen to fail: each with its comparison in SocketLimits taken out.
  test('there are only so many of one key, wherever it comes from', async () => {
    await introduced('203.0.113.1');
    await introduced('203.0.113.2');
    const third = await from('203.0.113.3');
    third.send(init);
    expect(await third.closed).toEqual(tooMany);
  });

  test('of one address, whoever it is', async () => {
    for (let place = 0; place < 4; place += 1) await from('203.0.113.7');
    expect(await (await from('203.0.113.7')).closed).toEqual(tooMany);
    await introduced('203.0.113.8');
  });

  test('and in all', async () => {
    for (let place = 0; place < 6; place += 1) await from(`203.0.113.${place}`);
    expect(await (await from('203.0.113.9')).closed).toEqual(tooMany);
  });

  test('a place that is left is free again', async () => {
    const first = await introduced('203.0.113.1');
    await introduced('203.0.113.2');
    first.socket.close();
    await first.closed;
    await introduced('203.0.113.3');
  });

  test('one has only so many operations at a time, and keeps them', async () => {
    const client = await introduced('203.0.113.1');
    for (const id of ['1', '2', '3', '4']) {
      client.send({ type: 'subscribe', id, payload: { query: 'subscription { alertFeed { cursor } }' } });
    }
    expect(await client.next()).toMatchObject({
      type: 'error',
      id: '4',
      payload: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 1, retryable: true } }],
    });
    client.send({ type: 'complete', id: '1' });
    client.send({ type: 'subscribe', id: '5', payload: { query: '{ viewer { roles } }' } });
    expect(await client.next()).toMatchObject({ type: 'next', id: '5' });
  });

  // With isWelcome taken for true it fails only by never ending.
  test.each(['https://evil.example.com', 'null', 'http://127.0.0.1:1', 'file://', 'https://app.example.com.evil.com'])(
    'a page of %s may not connect',
    async (origin) => {
      const socket = new WebSocket(`${world.server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        headers: { origin },
      });
      socket.on('error', () => undefined);
      const [, response] = await once(socket, 'unexpected-response');
      expect(response).toMatchObject({ statusCode: 403 });
      socket.terminate();
    },
  );

  test('our own pages and those that are named may', async () => {
    await from('203.0.113.1', { origin: world.server.url });
    await from('203.0.113.1', { origin: APP });
  });
});

describe('connections', () => {
  // Seen to fail with the comparison in limitConnections taken out: the sixth was answered.
  test('of one address above the limit are closed, and the others served', async () => {
    const { hostname, port } = new URL(closed.server.url);
    const sockets: Socket[] = [];
    const served = await Promise.all(
      Array.from({ length: 12 }, () => {
        const socket = connect(Number(port), hostname);
        sockets.push(socket);
        socket.on('error', () => undefined);
        socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n');
        return new Promise<boolean>((tell) => {
          socket.once('data', (data: Buffer) => tell(data.toString().startsWith('HTTP/1.1 200')));
          socket.once('close', () => tell(false));
        });
      }),
    );
    // Connections of the tests before are of the same address.
    const count = served.filter((isServed) => isServed).length;
    expect([count > 0, count <= 5]).toEqual([true, true]);
    const gone = sockets.filter((socket) => !socket.closed).map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.destroy();
    await Promise.all(gone);
    expect((await ask(closed, { method: 'POST', headers: JSON_TYPE, body: BODY })).status).toBe(200);
  });

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:FFFF::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s counts as %s', (address, expected) => {
    expect(counted(address)).toBe(expected);
  });

  test('headers of 20 KB are refused', async () => {
    const request = httpRequest(`${world.server.url}/health/live`, { headers: { 'x-large': 'x'.repeat(20_000) } });
    request.end();
    const [response] = await once(request, 'response');
    expect(response).toMatchObject({ statusCode: 431 });
    request.destroy();
  });
});
