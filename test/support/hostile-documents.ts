/** Documents and variables that somebody would send who wants to know, to hold up or to break something; all are made, none is picked. */
import type { Request } from './both-doors.js';

export interface Hostile {
  readonly name: string;
  /** A text where JSON.stringify would not come back from it. */
  readonly request: Request | string;
}

const times = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => write(i)).join(' ');
const nested = (depth: number, name: string) => `${`{ ${name} `.repeat(depth)}{ id }${' }'.repeat(depth)}`;
const filled = (depth: number, opening: string, closing: string) => `${opening.repeat(depth)}${closing.repeat(depth)}`;

const SIZES = [9, 11, 50, 200, 1_000, 10_000];
const COUNTS = [10, 51, 200, 1_000, 5_000, 20_000];

/** Strings that mean something to a database, a template, a shell, a parser or a log. */
const INJECTIONS = [
  "' OR 1=1 --",
  "'; DROP TABLE usage_record; --",
  '" OR ""="',
  '1; SELECT pg_sleep(30)',
  "' UNION SELECT hash FROM api_key --",
  '$1',
  '%s%n%x',
  '${7*7}{{7*7}}<%= 7*7 %>',
  '../../../../etc/passwd',
  '<script>alert(1)</script>',
  '\u0000',
  '\\',
  '\ud800',
  '\u202e\u2066',
  '\r\nset-cookie: a=b',
  '__proto__',
  'constructor',
  'x'.repeat(10_000),
  'null',
  '-1',
  '9'.repeat(400),
];

function shapes(): [string, string][] {
  return [
    ...SIZES.flatMap((size): [string, string][] => [
      [`fields ${size} deep`, nested(size, 'viewer')],
      [`introspection ${size} deep`, `{ __schema ${nested(size, 'types')} }`],
      [`a circle in the schema, ${size} rounds`, `{ __schema { types ${nested(size, 'fields { type')} }`],
      [`inline fragments ${size} deep`, nested(size, '... on Query')],
      [`a list ${size} deep`, `{ model(name: ${filled(size, '[', ']')}) { id } }`],
      [`an object ${size} deep`, `{ model(name: ${filled(size, '{a:', '}').replace('{a:}', '1')}) { id } }`],
      [`a type ${size} deep`, `query ($a: ${filled(size, '[', ']').replace('[]', '[Int]')}) { viewer { roles } }`],
      [`braces ${size} deep, not closed`, '{ viewer '.repeat(size)],
      [`a chain of ${size} fragments`, `{ ...f0 } ${times(size, (i) => `fragment f${i} on Query { ...f${i + 1} }`)}`],
      [
        `a doubling chain of ${size}`,
        `{ ...f0 } ${times(size, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)}`,
      ],
      [
        `a circle of ${size} fragments`,
        `{ ...f0 } ${times(size, (i) => `fragment f${i} on Query { ...f${(i + 1) % size} }`)}`,
      ],
    ]),
    ...COUNTS.flatMap((count): [string, string][] => [
      [`${count} fields`, `{ viewer { ${'roles '.repeat(count)} } }`],
      [`${count} root fields`, `{ ${'viewer { roles } '.repeat(count)} }`],
      [`${count} aliases of __typename`, `{ ${times(count, (i) => `a${i}: __typename`)} }`],
      [
        `${count} aliases of what is expensive`,
        `{ ${times(count, (i) => `a${i}: financialReport(month: "2026-01") { month }`)} }`,
      ],
      [
        `${count} aliases of an estimate`,
        `{ ${times(count, (i) => `a${i}: estimateCost(input: {model: "gpt-4o", prompt: "x"}) { tokens }`)} }`,
      ],
      [`${count} aliases of a mutation`, `mutation { ${times(count, (i) => `a${i}: deleteBudget(id: "x") { id }`)} }`],
      [`${count} unknown fields`, `{ ${times(count, (i) => `nothing${i}`)} }`],
      [`${count} unknown arguments`, `{ viewer(${times(count, (i) => `a${i}: 1`)}) { roles } }`],
      [`${count} directives`, `{ viewer { roles ${'@include(if: true) '.repeat(count)} } }`],
      [`${count} unknown directives`, `{ viewer { roles ${'@a '.repeat(count)} } }`],
      [`${count} operations`, times(count, (i) => `query q${i} { viewer { roles } }`)],
      [`${count} anonymous operations`, '{ viewer { roles } } '.repeat(count)],
      [`${count} variables`, `query (${times(count, (i) => `$v${i}: Int`)}) { viewer { roles } }`],
      [
        `${count} fields that overlap`,
        `{ ${times(count, (i) => `viewer { a: ${i % 2 ? 'roles' : 'permissions'} }`)} }`,
      ],
      [
        `${count} fragments nobody spreads`,
        `{ viewer { roles } } ${times(count, (i) => `fragment f${i} on Query { viewer { roles } }`)}`,
      ],
      [`${count} spaces`, `{${' '.repeat(count)}viewer { roles } }`],
      [`${count} commas`, `{${','.repeat(count)}viewer { roles } }`],
      [`${count} comments`, `${'#\n'.repeat(count)}{ viewer { roles } }`],
      [`a name of ${count}`, `{ ${'a'.repeat(count)} }`],
      [`a number of ${count} digits`, `{ models(first: ${'9'.repeat(count)}) { edges { cursor } } }`],
      [`a string of ${count}`, `{ model(name: "${'a'.repeat(count)}") { id } }`],
      [`a block string of ${count} lines`, `{ model(name: """${'\n'.repeat(count)}""") { id } }`],
    ]),
    ...[
      '',
      ' ',
      '{',
      '}',
      '{}',
      '{ }',
      '}{',
      '{ viewer }',
      'query',
      '{ __typename',
      '"',
      '"""',
      '{ a: }',
      '$',
      '...',
      '\u0000',
      '\ufeff{ viewer { roles } }',
      '{ viewer { roles } } }',
      'type Query { a: Int }',
      'extend type Query { a: Int }',
      'schema { query: Query }',
      'subscription { alertFeed { cursor } budgetAlerts { cursor } }',
      'subscription { __typename }',
      '{ ... on Mutation { refreshPricing { outcome } } }',
      'fragment __schema on Query { viewer { roles } } { ...__schema }',
      '{ viewer { ... @skip(if: $a) { roles } } }',
    ].map((text): [string, string] => [`the text ${JSON.stringify(text)}`, text]),
  ];
}

/** What a list is asked for, and where it is to go on. */
function pages(): Hostile[] {
  const query =
    'query ($first: Int, $after: String) { usageRecords(first: $first, after: $after) { edges { cursor } } }';
  const firsts = [-1, 0, 201, 1e9, 2 ** 31, 1e308, 1.5, '1', true, null, [1], {}];
  const afters = [
    ...INJECTIONS,
    '',
    'AAAA',
    Buffer.from('usage:x').toString('base64url'),
    'a'.repeat(1_000_000),
    1,
    {},
    [],
  ];
  return [
    ...firsts.map((first) => ({ name: `first ${JSON.stringify(first)}`, request: { query, variables: { first } } })),
    ...afters.map((after) => ({
      name: `after ${JSON.stringify(after).slice(0, 40)}`,
      request: { query, variables: { after } },
    })),
  ];
}

/** Every place that takes a text of a caller's, with each of the strings. */
function injections(): Hostile[] {
  const places: [string, string, (text: string) => object][] = [
    ['node', 'query ($v: ID!) { node(id: $v) { id } }', (v) => ({ v })],
    ['model', 'query ($v: String!) { model(name: $v) { id } }', (v) => ({ v })],
    ['budgetStatus', 'query ($v: String!) { budgetStatus(userId: $v) { asOf } }', (v) => ({ v })],
    ['usage', 'query ($v: String!) { usageRecords(filter: { userId: $v }) { edges { cursor } } }', (v) => ({ v })],
    ['report', 'query ($v: Month!) { financialReport(month: $v) { month } }', (v) => ({ v })],
    [
      'record',
      'mutation ($v: RecordUsageInput!) { recordUsage(input: $v) { replayed } }',
      (v) => ({ v: { idempotencyKey: v, userId: v, model: v, promptTokens: 1 } }),
    ],
    [
      'budget',
      'mutation ($v: SetBudgetInput!) { setBudget(input: $v) { id } }',
      (v) => ({ v: { userId: v, period: 'DAY', limit: v } }),
    ],
    [
      'organization',
      'mutation ($v: SetOrganizationInput!) { setOrganization(input: $v) { id } }',
      (v) => ({ v: { zone: v } }),
    ],
  ];
  return places.flatMap(([place, query, variables]) =>
    INJECTIONS.map((text) => ({
      name: `${place} of ${JSON.stringify(text).slice(0, 40)}`,
      request: { query, variables: variables(text) },
    })),
  );
}

/** Variables that are no values of their types, or of no end. */
function variables(): Hostile[] {
  const query = 'mutation ($v: RecordProviderUsageInput!) { recordProviderUsage(input: $v) { replayed } }';
  const deep = (depth: number): Hostile => {
    const response = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const v = `{"idempotencyKey":"d${depth}","userId":"ada","provider":"openai","response":${response}}`;
    return { name: `a response ${depth} deep`, request: `{"query":${JSON.stringify(query)},"variables":{"v":${v}}}` };
  };
  const wrong: [string, unknown][] = [
    [
      'a response of a million',
      { idempotencyKey: 'm', userId: 'ada', provider: 'openai', response: Array(1_000_000).fill(0) },
    ],
    [
      'a prototype',
      JSON.parse(
        '{"__proto__":{"isAdmin":true},"idempotencyKey":"p","userId":"ada","provider":"openai","response":{"__proto__":{"usage":1}}}',
      ),
    ],
    ['nothing', null],
    ['a text', 'x'],
    ['a list', []],
    ['a number', 1e308],
    ['unknown fields', { organizationId: 'x', spent: 1, role: 'ADMIN' }],
  ];
  const given = wrong.map(([name, v]) => ({ name: `variables: ${name}`, request: { query, variables: { v } } }));
  return [...[10, 1_000, 5_000, 20_000, 200_000].map(deep), ...given];
}

export function hostileRequests(): Hostile[] {
  const documents = shapes().map(([name, query]) => ({ name, request: { query } }));
  return [...documents, ...pages(), ...injections(), ...variables()];
}
