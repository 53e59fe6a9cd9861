/** H19: what a caller may not set is in no input, and a request that tries is refused whole; generated from the schema. */
import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { Client } from 'pg';
import { CATALOGUE_TABLES, TENANT_TABLES } from '../../src/tables.js';
import { startAcceptingWorld, type AcceptingWorld } from '../support/accepted-inputs.js';
import { BOOTSTRAP_KEY } from '../support/database.js';
import { post, type World } from '../support/world.js';

let accepting: AcceptingWorld;
let world: World;
let client: Client;
beforeAll(async () => {
  accepting = await startAcceptingWorld();
  world = accepting.world;
  client = new Client({ connectionString: world.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await accepting.close();
});

/** What somebody would try: another tenant, a fact that is computed, a right. */
const FOREIGN = [
  ...['orgId', 'organizationId', 'organization_id', 'accountId', 'id'],
  ...['spent', 'held', 'cost', 'charge', 'replayed', 'graceUntil', 'recordedAt', 'createdAt'],
  ...['role', 'isAdmin', 'permissions', '__proto__', 'constructor'],
];

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
const withInput = mutations.filter(({ args }) => args.some(({ type }) => isInputObjectType(getNamedType(type))));

/** The input types that can be reached from one, itself among them. */
function reached(type: GraphQLInputObjectType, known = new Set<string>()): Set<string> {
  if (known.has(type.name)) return known;
  known.add(type.name);
  for (const field of Object.values(type.getFields())) {
    const inner = getNamedType(field.type);
    if (isInputObjectType(inner)) reached(inner, known);
  }
  return known;
}

interface Place {
  readonly type: string;
  /** The same input with a field more at this place. */
  with(name: string): unknown;
}

/** Every object within an input, the input itself among them. */
function places(value: unknown, given: GraphQLInputType, rebuild: (changed: unknown) => unknown): Place[] {
  const type = getNullableType(given);
  if (isListType(type)) {
    const list = value as unknown[];
    return list.flatMap((item, index) => places(item, type.ofType, (changed) => rebuild(list.with(index, changed))));
  }
  if (!isInputObjectType(type)) return [];
  const object = value as Record<string, unknown>;
  const fields = Object.values(type.getFields()).filter(({ name }) => object[name] !== undefined);
  return [
    { type: type.name, with: (name) => rebuild(withField(object, name)) },
    ...fields.flatMap((field) =>
      places(object[field.name], field.type, (changed) => rebuild({ ...object, [field.name]: changed })),
    ),
  ];
}

/** As JSON can say it: `__proto__` too becomes a field of its own. */
function withField(object: object, name: string): unknown {
  return JSON.parse(JSON.stringify(object).replace(/\}$/, `,${JSON.stringify(name)}:"1"}`));
}

/** When keys were used, and how much was asked for, is written beside what is asked. */
async function everything(): Promise<string[]> {
  const prints: string[] = [];
  for (const table of [...TENANT_TABLES, ...CATALOGUE_TABLES, 'webhook_event', 'webhook_mark']) {
    const { rows } = await client.query<{ print: string }>(
      `SELECT md5(string_agg(row, '|' ORDER BY row)) AS print
       FROM (SELECT (to_jsonb(t) - 'last_used_at')::text AS row FROM ${table} t) AS rows`,
    );
    prints.push(`${table} ${rows[0]?.print}`);
  }
  return prints;
}

test('every mutation that takes an object is tried, with every object that it can hold', () => {
  expect(Object.keys(accepting.accepted)).toEqual(withInput.map(({ name }) => name));
  for (const { name, args } of withInput) {
    const { type } = args[0]!;
    const named = getNamedType(type) as GraphQLInputObjectType;
    const tried = new Set(places(accepting.accepted[name], type, (changed) => changed).map((place) => place.type));
    expect([name, ...tried]).toEqual([name, ...reached(named)]);
  }
});

// Seen to fail: with a field `role` in an input of the schema.
test.each(withInput)('$name refuses a field that it does not have, at any depth', async ({ name, args }) => {
  const { type } = args[0]!;
  const query = `mutation ($input: ${String(type)}) { ${name}(input: $input) { __typename } }`;
  const send = (input: unknown) => post(world.server.url, { query, variables: { input } }, BOOTSTRAP_KEY);
  const before = await everything();
  for (const place of places(accepting.accepted[name], type, (changed) => changed)) {
    for (const field of FOREIGN) {
      const { errors } = await send(place.with(field));
      expect([place.type, field, errors?.map(({ extensions }) => extensions['code'])]).toEqual([
        place.type,
        field,
        ['BAD_USER_INPUT'],
      ]);
      expect(errors?.[0]?.message).toContain(`"${field}" is not defined by type "${place.type}"`);
    }
  }
  expect(await everything()).toEqual(before);
  // By now the document is compiled: an accepted input passes, and the same field is still refused.
  expect((await send(accepting.accepted[name])).errors).toBeUndefined();
  const after = await everything();
  expect(after).not.toEqual(before);
  expect((await send(withField(accepting.accepted[name]!, 'isAdmin'))).errors?.[0]?.extensions['code']).toBe(
    'BAD_USER_INPUT',
  );
  expect(await everything()).toEqual(after);
});

test.each(mutations)('$name refuses an argument that it does not have', async ({ name, args }) => {
  const before = await everything();
  const input = accepting.accepted[name] && args[0] ? `($input: ${String(args[0].type)})` : '';
  const given = args.map((arg) => `${arg.name}: ${input ? '$input' : '"1"'}`);
  for (const foreign of ['organizationId: "1"', 'role: OPERATOR']) {
    const query = `mutation ${input} { ${name}(${[...given, foreign].join(', ')}) { __typename } }`;
    const { errors } = await post(
      world.server.url,
      { query, variables: { input: accepting.accepted[name] } },
      BOOTSTRAP_KEY,
    );
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['BAD_USER_INPUT']);
    expect(errors?.[0]?.message).toContain(`Unknown argument "${foreign.split(':')[0]}"`);
  }
  expect(await everything()).toEqual(before);
});
