/** Bytes for the HTTP door: requests that are broken, half, huge, packed, or something else than they say. */
import { gzipSync } from 'node:zlib';

export interface HostileBody {
  readonly name: string;
  /** What is written to the connection. */
  readonly bytes: Buffer;
  /** Cut after it was written, without an answer being waited for. */
  readonly isCut?: boolean;
}

const QUERY = '{"query":"{ __typename }"}';

function post(
  name: string,
  headers: Record<string, string>,
  body: string | Buffer = QUERY,
  isCut = false,
): HostileBody {
  const bytes = Buffer.from(body);
  const lines = { host: 'x', 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers };
  const head = Object.entries(lines).map(([key, value]) => `${key}: ${value}\r\n`);
  return { name, bytes: Buffer.concat([Buffer.from(`POST /graphql HTTP/1.1\r\n${head.join('')}\r\n`), bytes]), isCut };
}

const raw = (name: string, text: string, isCut = false): HostileBody => ({
  name,
  bytes: Buffer.from(text, 'latin1'),
  isCut,
});

export function hostileBodies(): HostileBody[] {
  const charsets = ['utf-16', 'latin1', 'utf-7', 'x', '""', '%00', 'utf-8, utf-16', 'a'.repeat(5_000)];
  const encodings = ['gzip', 'br', 'deflate', 'zstd', 'gzip, gzip', 'x', 'identity, gzip'];
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=a',
    'application/graphql',
    'json',
    '/',
    '*/*',
    ';',
    'application/json; charset',
    'application/xml',
  ];
  const bodies = [
    '',
    ' ',
    '{',
    '[]',
    '[[]]',
    'null',
    '1',
    '"x"',
    '{"query":1}',
    '{"query":null}',
    '{"query":{}}',
    '{"query":[]}',
    '{"query":"{ __typename }","variables":[]}',
    '{"query":"{ __typename }","variables":"x"}',
    '{"query":"{ __typename }","operationName":1}',
    '{"query":"{ __typename }","extensions":1}',
    '{"query":"{ __typename }","extensions":{"persistedQuery":1}}',
    '{"__proto__":{"query":"{ __typename }"}}',
    '[{"query":"{ __typename }"},{"query":"{ __typename }"}]',
    `\ufeff${QUERY}`,
    `${QUERY}${QUERY}`,
    '{"query":"\\ud800"}',
    '{"query":"\\u0000"}',
    '['.repeat(100_000),
    '{"a":'.repeat(100_000),
    `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
    `{"query":"{ __typename }","variables":{"a":${'9'.repeat(100_000)}}}`,
  ];
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20));
  return [
    ...charsets.map((charset) =>
      post(`charset ${charset.slice(0, 20)}`, { 'content-type': `application/json; charset=${charset}` }),
    ),
    ...encodings.map((encoding) => post(`encoding ${encoding}`, { 'content-encoding': encoding })),
    ...types.map((type) => post(`type ${type}`, { 'content-type': type })),
    ...bodies.map((body) => post(`body ${body.slice(0, 40)}`, {}, body)),
    post('a gzip bomb', { 'content-encoding': 'gzip' }, bomb),
    post('a gzip bomb that says nothing of it', {}, bomb),
    post('bytes that are no UTF-8', {}, Buffer.from([0x22, 0xff, 0xfe, 0xc0, 0x22])),
    post('a length of 40 MiB', { 'content-length': '41943040' }, QUERY, true),
    post('less than it says', { 'content-length': '1000' }, QUERY, true),
    post('two lengths', { 'content-length': '26', 'Content-Length': '5' }),
    post('a length and chunks', { 'transfer-encoding': 'chunked' }, `1a\r\n${QUERY}\r\n0\r\n\r\n`),
    post('a length below nothing', { 'content-length': '-1' }),
    post('a length that is no number', { 'content-length': '0x10' }),
    post('an unknown transfer', { 'transfer-encoding': 'x', 'content-length': '' }),
    post('a key of 100 KB', { authorization: `Bearer ${'a'.repeat(100_000)}` }),
    post('a key of 8 KB', { authorization: `Bearer ${'a'.repeat(8_000)}` }),
    post('a key of two lines', { authorization: 'Bearer a\r\n b' }),
    post('an expectation', { expect: '200-ok' }),
    ...[1, 10, 100, 1_000].map((count) =>
      raw(`${count} headers`, `GET /graphql HTTP/1.1\r\nhost: x\r\n${'x-a: b\r\n'.repeat(count)}\r\n`),
    ),
    raw('headers of 1 MB', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(1_000_000)}\r\n\r\n`),
    raw('an address of 100 KB', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`),
    raw('no host', 'GET / HTTP/1.1\r\n\r\n'),
    raw('an old version', 'GET / HTTP/0.9\r\n\r\n'),
    raw('no HTTP', 'hello\r\n\r\n'),
    raw('TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
    raw('half a line', 'POST /gra', true),
    raw('a climbing path', 'GET /explorer/../../../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n'),
    raw('an absolute address', 'GET http://evil/graphql HTTP/1.1\r\nhost: x\r\n\r\n'),
    raw('CONNECT', 'CONNECT evil:443 HTTP/1.1\r\nhost: evil\r\n\r\n'),
    raw('TRACE', 'TRACE /graphql HTTP/1.1\r\nhost: x\r\n\r\n'),
    raw(
      'an upgrade to something else',
      'GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
    ),
    raw(
      'an upgrade without a key',
      'GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    ),
    raw(
      'a query that is not encoded',
      'GET /graphql?query={%%%zz} HTTP/1.1\r\nhost: x\r\napollo-require-preflight: 1\r\n\r\n',
    ),
    raw('an invoice of nobody', 'GET /invoices/%00 HTTP/1.1\r\nhost: x\r\n\r\n'),
  ];
}
