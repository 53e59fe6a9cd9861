/** H11, H12, H24: HTTP as it is spoken well and badly, and the other routes. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { explorer } from '../../src/door/explorer.js';
import { openSmallDoor, type SmallDoor } from '../support/small-door.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const HARMFUL_KEY = `key</SCRIPT><script>alert(1)</script><!--"&\u2028`;
const FOUR_MIB = 4 * 1024 * 1024;

let door: SmallDoor;
let ready: () => boolean | Promise<boolean> = () => true;
beforeAll(async () => {
  const routes = [explorer({ explorerKey: ({ headers }) => (headers['x-trusted'] ? HARMFUL_KEY : undefined) })];
  door = await openSmallDoor({ isReady: () => ready(), routes });
});
afterAll(async () => {
  await door.close();
  expect(door.stage.faults).toEqual([]);
});

interface Answer {
  status: number;
  body: { data?: unknown; errors?: { message: string; extensions: { code: string } }[] };
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer & { headers: Headers }> {
  const response = await fetch(`${door.url}${path}`, init);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}

function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = JSON_TYPE,
): ReturnType<typeof ask> {
  return ask('/graphql', { method: 'POST', headers, body });
}

const query = (text: string, variables?: object): string => JSON.stringify({ query: text, variables });

/** A body of exactly this many bytes. */
function bodyOf(bytes: number): string {
  const empty = query('query($of:String!){length(of:$of)}', { of: '' });
  return empty.replace('"of":""', `"of":"${'x'.repeat(bytes - empty.length)}"`);
}

describe('GraphQL over HTTP', () => {
  const refused = (status: number, code: string, message: RegExp): object => ({
    status,
    body: { errors: [{ message: expect.stringMatching(message), extensions: { code } }] },
  });
  const get = '/graphql?query=%7Bhello%7D';
  const preflight = { 'apollo-require-preflight': '1' };
  const manyFields = `{${'hello '.repeat(20_000)}}`;

  // Seen to fail, each with its guard taken out: the size, the charset, the encoding, the UTF-8 check, the parse
  // guard, maxTokens, csrfPrevention, the refusal of subscriptions.
  test.each<[string, () => Promise<Answer>, object]>([
    ['a query', () => post(query('{hello(name:"you")}')), { status: 200, body: { data: { hello: 'hello you' } } }],
    ['UTF-8', () => post(query('{hello(name:"🏃")}')), { status: 200, body: { data: { hello: 'hello 🏃' } } }],
    ['a charset', () => post(query('{who}'), { 'content-type': 'application/json; charset="UTF-8"' }), { status: 200 }],
    [
      'the context',
      () => post(query('{who}'), { ...JSON_TYPE, authorization: 'me' }),
      { body: { data: { who: 'me' } } },
    ],
    ['4 MiB exactly', () => post(bodyOf(FOUR_MIB)), { status: 200 }],
    ['4 MiB and a byte', () => post(bodyOf(FOUR_MIB + 1)), refused(413, 'BAD_REQUEST', /at most 4194304 bytes/)],
    ['40 MiB', () => post(bodyOf(10 * FOUR_MIB)), refused(413, 'BAD_REQUEST', /at most 4194304 bytes/)],
    [
      'broken JSON',
      () => post('{"query": "{secret'),
      refused(400, 'BAD_REQUEST', /^Invalid JSON: the request body could/),
    ],
    ['a byte order mark', () => post(`\uFEFF${query('{hello}')}`), refused(400, 'BAD_REQUEST', /Invalid JSON/)],
    ['no body', () => post(''), refused(400, 'BAD_REQUEST', /POST body missing/)],
    ['a JSON string', () => post('"{hello}"'), refused(400, 'BAD_REQUEST', /POST body missing/)],
    ['an array', () => post(`[${query('{hello}')}]`), refused(400, 'BAD_REQUEST', /batching disabled/)],
    ['not UTF-8', () => post(Uint8Array.of(0x22, 0xff, 0x22)), refused(400, 'BAD_REQUEST', /not valid UTF-8/)],
    [
      'another charset',
      () => post('{}', { 'content-type': 'application/json; charset=utf-16' }),
      refused(415, 'BAD_REQUEST', /UTF-8/),
    ],
    ['gzip', () => post('{}', { ...JSON_TYPE, 'content-encoding': 'gzip' }), refused(415, 'BAD_REQUEST', /compressed/)],
    ['text', () => post(query('{hello}'), { 'content-type': 'text/plain' }), refused(400, 'BAD_REQUEST', /Cross-Site/)],
    [
      'a form',
      () => post('query={hello}', { 'content-type': 'application/x-www-form-urlencoded' }),
      refused(400, 'BAD_REQUEST', /Cross-Site/),
    ],
    [
      'an unreadable type',
      () => post(query('{hello}'), { 'content-type': 'json' }),
      refused(400, 'BAD_REQUEST', /invalid Content-Type/),
    ],
    ['GET', () => ask(get, { headers: preflight }), { status: 200, body: { data: { hello: 'hello undefined' } } }],
    ['GET from a foreign page', () => ask(get), refused(400, 'BAD_REQUEST', /Cross-Site/)],
    [
      'GET of a mutation',
      () => ask('/graphql?query=mutation%7Btouch%7D', { headers: preflight }),
      refused(405, 'BAD_REQUEST', /GET requests only support query/),
    ],
    [
      'PUT',
      () => ask('/graphql', { method: 'PUT', headers: preflight, body: '{}' }),
      refused(405, 'BAD_REQUEST', /only GET\/POST/),
    ],
    [
      'a subscription',
      () => post(query('subscription{tick(count:1)}')),
      refused(405, 'BAD_REQUEST', /graphql-transport-ws/),
    ],
    [
      'a bad caller',
      () => post(query('{who}'), { ...JSON_TYPE, authorization: 'Bearer wrong' }),
      refused(401, 'UNAUTHENTICATED', /Who are you/),
    ],
    ['20,000 fields', () => post(query(manyFields)), refused(400, 'GRAPHQL_PARSE_FAILED', /more that 5000 tokens/)],
    [
      '20,000 fields, asking for JSON',
      () => post(query(manyFields), { ...JSON_TYPE, accept: 'application/json' }),
      { status: 400 },
    ],
    ['a wrong field', () => post(query('{nothing}')), refused(400, 'GRAPHQL_VALIDATION_FAILED', /Cannot query field/)],
    [
      'a wrong field, asking for JSON',
      () => post(query('{nothing}'), { ...JSON_TYPE, accept: 'application/json' }),
      { status: 200 },
    ],
    [
      'a defect',
      () => post(query('{fail}')),
      {
        status: 200,
        body: { data: null, errors: [{ message: 'Something went wrong.', extensions: { code: 'INTERNAL' } }] },
      },
    ],
  ])('%s', async (_name, run, expected) => {
    expect(await run()).toMatchObject(expected);
  });

  test('a body of unannounced length is refused once it is too large', async () => {
    const chunks = Array.from({ length: 6 }, () => new Uint8Array(FOUR_MIB / 4));
    const body = ReadableStream.from(chunks);
    const answer = await ask('/graphql', { method: 'POST', headers: JSON_TYPE, body, duplex: 'half' });
    expect(answer).toMatchObject(refused(413, 'BAD_REQUEST', /at most 4194304 bytes/));
  });

  test('a prototype cannot be changed by a body', async () => {
    await post('{"query":"{hello}","__proto__":{"polluted":1},"variables":{"__proto__":{"polluted":1}}}');
    expect('polluted' in {}).toBe(false);
  });

  test('one connection serves many requests', async () => {
    const sockets = new Set<Socket>();
    const onConnection = (socket: Socket): void => void sockets.add(socket);
    door.http.server.on('connection', onConnection);
    const client = await rawClient(door.url);
    for (const n of [1, 2]) {
      client.write(postText(query(`{hello(name:"${n}")}`)));
      await client.until(`hello ${n}`);
    }
    client.socket.destroy();
    door.http.server.off('connection', onConnection);
    expect(sockets.size).toBe(1);
  });

  // Seen to fail: without the look at Content-Length the server asks for the body, and without `checkContinue` Node does.
  test('a body that is too large is refused before it is sent', async () => {
    const seen: string[] = [];
    const asking = httpRequest(`${door.url}/graphql`, {
      method: 'POST',
      headers: { ...JSON_TYPE, expect: '100-continue', 'content-length': FOUR_MIB + 1 },
    });
    asking.on('continue', () => seen.push('continue'));
    asking.flushHeaders();
    const [response] = (await once(asking, 'response')) as [{ statusCode: number }];
    seen.push(String(response.statusCode));
    asking.on('error', () => undefined).destroy();
    expect(seen).toEqual(['413']);
  });

  test('a body that is announced and fits is asked for', async () => {
    const body = query('{hello}');
    const asking = httpRequest(`${door.url}/graphql`, {
      method: 'POST',
      headers: { ...JSON_TYPE, expect: '100-continue', 'content-length': body.length },
    });
    asking.on('continue', () => asking.end(body));
    asking.flushHeaders();
    const [response] = (await once(asking, 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(200);
  });

  test('a client that leaves in the middle of its body harms nothing', async () => {
    const client = await rawClient(door.url);
    client.write(postText(query('{hello}'), 1_000));
    const [{ socket }] = (await once(door.http.server, 'request')) as [IncomingMessage];
    const gone = new Promise((resolve) => socket.once('close', resolve));
    client.socket.destroy();
    await gone;
    expect((await post(query('{hello}'))).status).toBe(200);
  });
});

describe('the other routes', () => {
  test.each<[string, () => boolean | Promise<boolean>, string, number, object]>([
    ['alive', () => true, '/health/live', 200, { status: 'ok' }],
    ['alive, though not ready', () => false, '/health/live', 200, { status: 'ok' }],
    ['ready', () => true, '/health/ready?from=probe', 200, { status: 'ok' }],
    ['not ready', () => false, '/health/ready', 503, { status: 'unavailable' }],
    ['unable to say', () => Promise.reject(new Error('database')), '/health/ready', 503, { status: 'unavailable' }],
    ['unknown path', () => true, '/graphql/', 404, { errors: [{ extensions: { code: 'NOT_FOUND' } }] }],
    ['unknown health', () => true, '/health', 404, {}],
    ['unknown asset', () => true, '/explorer/none.js', 404, {}],
    ['climbing asset', () => true, '/explorer/%2e%2e/package.json', 404, {}],
    ['inherited name', () => true, '/explorer/constructor', 404, {}],
  ])('%s', async (_name, isReady, path, status, body) => {
    ready = isReady;
    const answer = await ask(path);
    expect(answer).toMatchObject({ status, body });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  test('health is only asked', async () => {
    expect(await ask('/health/live', { method: 'POST' })).toMatchObject({ status: 405 });
  });
});

describe('the explorer', () => {
  const page = async (headers: Record<string, string>): Promise<string> => {
    const response = await fetch(`${door.url}/`, { headers });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-security-policy')).toContain(`default-src 'self'`);
    expect(response.headers.get('x-frame-options')).toBe('DENY');
    return response.text();
  };

  // Seen to fail: with the package's own escaping, which leaves </SCRIPT> alone.
  test('holds any key as data, and nothing of it as markup', async () => {
    const html = await page({ 'x-trusted': '1' });
    const json = /const RURU_CONFIG = (.*);<\/script>/.exec(html)?.[1] ?? '';
    expect(json).not.toContain('<');
    expect(json).not.toContain('\u2028');
    const config = JSON.parse(json) as { defaultHeaders: string; endpoint: string; subscriptionEndpoint: string };
    expect(JSON.parse(config.defaultHeaders)).toEqual({ Authorization: `Bearer ${HARMFUL_KEY}` });
    expect(config).toMatchObject({ endpoint: '/graphql', subscriptionEndpoint: '/graphql' });
  });

  test.each([
    ['nobody trusted', {}],
    ['a proxy in front', { 'x-trusted': '1', 'x-forwarded-for': '203.0.113.9' }],
    ['a proxy in front, in the standard way', { 'x-trusted': '1', forwarded: 'for=203.0.113.9' }],
  ])('has no key: %s', async (_name, headers) => {
    expect(await page(headers)).not.toContain('Authorization');
  });

  test('loads every file from our own origin, and each is there', async () => {
    const html = await page({});
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"|from "([^"]+)"/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    );
    const files = links.filter((link) => !link.startsWith('data:'));
    expect(files).toEqual(expect.arrayContaining(['/explorer/ruru.js', '/explorer/ruru.css']));
    for (const file of new Set(files)) {
      expect(file).toMatch(/^\/explorer\//);
      const response = await fetch(`${door.url}${file}`);
      const etag = response.headers.get('etag') ?? '';
      expect([response.status, (await response.text()).length > 100]).toEqual([200, true]);
      expect((await fetch(`${door.url}${file}`, { headers: { 'if-none-match': etag } })).status).toBe(304);
    }
  });
});

describe('closing', () => {
  // Seen to fail: without Apollo's drain plugin the idle connection holds the server open.
  test('finishes what is in flight, closes what is idle, and takes nothing new', async () => {
    const closing = await openSmallDoor();
    const idle = await rawClient(closing.url);
    idle.write(postText(query('{hello}')));
    await idle.until('hello');
    const inFlight = fetch(`${closing.url}/graphql`, { method: 'POST', headers: JSON_TYPE, body: query('{wait}') });
    await closing.stage.arrived;
    const closed = closing.close();
    await idle.ended;
    await expect(fetch(`${closing.url}/health/live`)).rejects.toThrow();
    closing.stage.release();
    expect(await (await inFlight).json()).toEqual({ data: { wait: 'passed' } });
    await closed;
  });

  test('a port in use is reported as such', async () => {
    const port = Number(new URL(door.url).port);
    await expect(openSmallDoor({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

interface RawClient {
  readonly socket: Socket;
  readonly ended: Promise<unknown>;
  write(text: string): void;
  until(text: string): Promise<void>;
}

async function rawClient(url: string): Promise<RawClient> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  let read = '';
  socket.on('data', (data) => (read += data.toString()));
  const until = async (text: string): Promise<void> => {
    while (!read.includes(text)) await once(socket, 'data');
  };
  return { socket, ended: once(socket, 'close'), write: (text) => void socket.write(text), until };
}

function postText(body: string, length = body.length): string {
  return `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
}
