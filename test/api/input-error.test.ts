/** What a caller is told of a wrong input: the field and the rule, never the value; and of a batch only for that item. */
import { BOOTSTRAP_KEY } from '../support/database.js';
import { RecordUsageBatchDocument } from '../support/generated/operations.js';
import { post, startWorld, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

async function refusal(query: string, variables: object = {}) {
  const { errors } = await post<unknown>(world.server.url, { query, variables }, BOOTSTRAP_KEY);
  expect(errors).toHaveLength(1);
  const { message, extensions } = errors![0]!;
  return { message, field: extensions['field'], code: extensions['code'] };
}

const ESTIMATE = 'query ($i: EstimateCostInput!) { estimateCost(input: $i) { promptTokens } }';
const secret = 'my secret; at "work" \\" prompt '.repeat(1_000);

// Seen to fail: with the message of GraphQL as it is, and with its variable's name in the field.
test.each<[string, string, object, string, unknown]>([
  [
    'an unknown field beside a long text',
    ESTIMATE,
    { i: { model: 'gpt-4o', prompt: secret, nothing: 1 } },
    'Variable "$i" got an invalid value; Field "nothing" is not defined by type "EstimateCostInput".',
    ['input'],
  ],
  [
    'a missing field beside a long text',
    ESTIMATE,
    { i: { prompt: secret } },
    'Variable "$i" got an invalid value; Field "model" of required type "String!" was not provided.',
    ['input'],
  ],
  [
    'an object in place of a text',
    ESTIMATE,
    { i: { model: 'gpt-4o', prompt: { text: secret } } },
    'Variable "$i" got an invalid value at "i.prompt"; String cannot represent a non string value.',
    ['input', 'prompt'],
  ],
  [
    'a text that is no value of an enum',
    ESTIMATE,
    { i: { model: 'gpt-4o', quantities: [{ unit: secret, quantity: 1 }] } },
    'Variable "$i" got an invalid value at "i.quantities[0].unit"; The value does not exist in the enum "UsageUnit".',
    ['input', 'quantities', 0, 'unit'],
  ],
  [
    'a text that is no number',
    'query ($first: Int) { models(first: $first) { totalCount } }',
    { first: secret },
    'Variable "$first" got an invalid value; Int cannot represent non-integer value.',
    ['first'],
  ],
  [
    'a long text in place of an object',
    ESTIMATE,
    { i: secret },
    'Variable "$i" got an invalid value; Expected type "EstimateCostInput" to be an object.',
    ['input'],
  ],
  [
    'a variable within a list of an object',
    'query ($q: Quantity!) { estimateCost(input: {model: "gpt-4o", quantities: [{unit: WEB_SEARCHES, quantity: $q}]}) { promptTokens } }',
    { q: secret },
    'Variable "$q" got an invalid value; A Quantity is a JSON number, or a string of at most 40 characters.',
    ['input', 'quantities', 0, 'quantity'],
  ],
  [
    'a variable of two places',
    'query ($n: Int) { models(first: $n) { totalCount } usageRecords(first: $n) { edges { cursor } } alerts(after: "x") { edges { cursor } } model(name: "x") { name } a: models(first: 1) { totalCount } }',
    { n: 'x' },
    'Variable "$n" got an invalid value; Int cannot represent non-integer value.',
    ['first'],
  ],
  [
    'a variable of two fields',
    'query ($t: String) { alerts(filter: {userId: $t}, after: $t) { edges { cursor } } }',
    { t: 5 },
    'Variable "$t" got an invalid value; String cannot represent a non string value.',
    ['t'],
  ],
  [
    'a value in the document',
    `{ estimateCost(input: {model: "gpt-4o", promptTokens: [${JSON.stringify(secret.slice(0, 500))}]}) { promptTokens } }`,
    {},
    'Expected value of type "Quantity", found ["my secret',
    undefined,
  ],
])('%s', async (_says, query, variables, message, field) => {
  const refused = await refusal(query, variables);
  expect(refused.code).toBe('BAD_USER_INPUT');
  expect(refused.field).toEqual(field);
  if (field) expect(refused.message).toBe(message);
  expect(refused.message).not.toContain('secret');
  expect(refused.message.length).toBeLessThanOrEqual(300);
});

test('what stays of a message has an end', async () => {
  const { message } = await refusal(ESTIMATE, { i: { model: 'gpt-4o', ['x'.repeat(5_000)]: 1 } });
  expect(message).toHaveLength(300);
});

// Seen to fail: with a Quantity that refuses these itself, which fails the whole request.
test.each([-1, 1.5, '1.5', '-1', 9007199254740992, 1e300, 'many', '', '0x10', ' 1'])(
  'of a batch, the item with %j tokens fails alone',
  async (promptTokens) => {
    const item = (key: string, tokens: string | number) => ({
      idempotencyKey: `${JSON.stringify(promptTokens)}-${key}`,
      userId: 'ada',
      model: 'gpt-4o',
      promptTokens: tokens,
    });
    const items = [item('a', 1), item('b', promptTokens), item('c', '2')];
    const { recordUsageBatch } = await world.ask(RecordUsageBatchDocument, { input: { items } });
    expect(recordUsageBatch.items.map(({ result, error }) => error?.field ?? result?.usageRecord?.cost)).toEqual([
      '0.0000025',
      ['input', 'items', '1', 'promptTokens'],
      '0.000005',
    ]);
  },
);

test.each([
  ['a price for half a unit', 'rates: [{unit: WEB_SEARCHES, price: "1", per: 1.5}]', 'rates', 'per'],
  ['a price for -1 units', 'rates: [{unit: WEB_SEARCHES, price: "1", per: -1}]', 'rates', 'per'],
  [
    'a tier from -1 on',
    'rates: [{unit: WEB_SEARCHES, price: "1", tiers: [{start: -1, price: "2"}]}]',
    'rates',
    'start',
  ],
])('%s is refused at its field', async (_says, rates, first, last) => {
  const query = `mutation { setPricing(input: {provider: "acme", model: "m", ${rates}}) { id } }`;
  const { code, field } = await refusal(query);
  expect(code).toBe('BAD_USER_INPUT');
  expect(field).toEqual(expect.arrayContaining(['input', first, last]));
});
