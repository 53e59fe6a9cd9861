/**
 * What one document may hold, over HTTP and over a websocket: at each limit it is answered, one above it is refused with
 * the limit's name, its value and what the document has (G13, H1 to H4, H6 to H9).
 */
import { getIntrospectionQuery } from 'graphql';
import { DOCUMENT_LIMITS } from '../../src/door/document-size.js';
import { overHttp, overSocket, type Request } from '../support/both-doors.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const times = (count: number, write: (index: number) => string) => Array.from({ length: count }, (_, i) => write(i));

const nested = (depth: number, name: string) => `{ ${`${name} { `.repeat(depth - 1)}id${' }'.repeat(depth - 1)} }`;

/** No field of them has more than half. */
const aliases = (count: number, fields: readonly string[]) =>
  times(count, (i) => `a${i}: ${fields[i % fields.length]}`).join(' ');

/** A chain of which each one spreads the next so often. */
function fragments(count: number, spreads: number): string {
  const chain = times(count, (i) => {
    const inner = i + 1 < count ? `...f${i + 1} `.repeat(spreads) : '__typename';
    return `fragment f${i} on Query { ${inner} }`;
  });
  return `{ ...f0 } ${chain.join(' ')}`;
}

/** [limit, a document that has just so many] */
const DOCUMENTS: [keyof typeof DOCUMENT_LIMITS, (count: number) => string][] = [
  ['depth', (count) => nested(count, 'viewer')],
  ['introspectionDepth', (count) => `{ __schema ${nested(count - 1, 'types')} }`],
  ['valueDepth', (count) => `query q0($v: JSON = ${'['.repeat(count)}${']'.repeat(count)}) { __typename }`],
  ['fields', (count) => `{ viewer { ${'roles '.repeat(count - 1)} } }`],
  ['rootFields', (count) => `{ ${'viewer { roles } '.repeat(count)} }`],
  ['aliases', (count) => `{ viewer { ${aliases(count, ['roles', 'permissions', '__typename'])} } }`],
  ['aliasesOfOneField', (count) => `{ viewer { ${aliases(count, ['roles'])} } }`],
  ['directives', (count) => `{ viewer { ${'roles @include(if: true) '.repeat(count)} } }`],
  ['fragments', (count) => fragments(count, 1)],
  ['operations', (count) => times(count, (i) => `query q${i} { __typename }`).join(' ')],
  ['variables', (count) => `query q0(${times(count, (i) => `$v${i}: Int`).join(' ')}) { __typename }`],
];

/** Through both doors: the code and what else the error says. */
async function refusals(request: Request): Promise<unknown[]> {
  const { url } = world.server;
  const answers = [await overHttp(url, request), await overSocket(url, request)];
  return answers.map(({ errors }) => errors?.map(({ extensions }) => extensions));
}

const refused = (limit: string, most: number, found?: number) => {
  const extensions = {
    code: 'QUERY_TOO_COMPLEX',
    retryable: false,
    limit,
    most,
    ...(found !== undefined && { found }),
  };
  return [[extensions], [extensions]];
};

// Seen to fail: all of them with the numbers of DOCUMENT_LIMITS set to 100,000.
describe('a document has at most', () => {
  test.each(DOCUMENTS)('%s', async (limit, documentOf) => {
    const most = DOCUMENT_LIMITS[limit];
    const operationName = limit === 'operations' ? 'q0' : undefined;
    const just = { query: documentOf(most), ...(operationName !== undefined && { operationName }) };
    expect(JSON.stringify(await refusals(just))).not.toContain('QUERY_TOO_COMPLEX');
    expect(await refusals({ ...just, query: documentOf(most + 1) })).toEqual(refused(limit, most, most + 1));
  });

  test('and is told so with 400, in words', async () => {
    const { status, errors } = await overHttp(world.server.url, { query: nested(11, 'viewer') });
    expect([status, errors?.[0]?.message]).toEqual([
      400,
      'At most 10 levels of fields are allowed, and the request has 11: ask for less, or in parts. The limit is "depth".',
    ]);
  });
});

// Seen to fail with the same: the server did not come back from the chains.
describe('what grows without an end is refused before it is looked into', () => {
  test.each<[string, string, unknown[]]>([
    ['a fragment that spreads itself', '{ ...a } fragment a on Query { ...a }', refused('depth', 10)],
    [
      'two that spread each other',
      '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }',
      refused('depth', 10),
    ],
    ['a chain of 50 that doubles', fragments(50, 2), refused('fields', 1_000, 2 ** 49)],
    ['a chain of 200 that doubles', fragments(200, 2), refused('fields', 1_000, 2 ** 199)],
    ['a chain that nobody spreads', fragments(40, 2).replace('...f0', '__typename'), refused('fields', 1_000, 2 ** 39)],
    ['a thousand fields', nested(1_000, 'viewer'), refused('depth', 10, 1_000)],
    ['values', `{ viewer(a: ${'['.repeat(1_000)}${']'.repeat(1_000)}) }`, refused('valueDepth', 20, 1_000)],
  ])('%s', async (_name, query, expected) => {
    expect(await refusals({ query })).toEqual(expected);
  });

  test.each(['__schema', '__proto__', 'constructor', 'toString'])(
    'a fragment named %s is one like any other',
    async (name) => {
      const { data } = await overHttp(world.server.url, {
        query: `{ ...${name} } fragment ${name} on Query { viewer { roles } }`,
      });
      expect(data).toEqual({ viewer: { roles: ['ADMIN', 'OPERATOR'] } });
    },
  );
});

test('the query that tools read the schema with is answered, through both doors', async () => {
  const query = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true });
  const { data } = await overHttp(world.server.url, { query });
  expect(data).toHaveProperty('__schema.types');
  expect((await overSocket(world.server.url, { query })).data).toEqual(data);
});

test('the schema is not asked in circles', async () => {
  const circle =
    '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }';
  expect(JSON.stringify(await refusals({ query: circle }))).toContain('BAD_USER_INPUT');
});
