import { openSmallDoor, type SmallDoor } from '../support/small-door.js';

// A document that came before is run without Apollo, which still makes every answer that is no plain success. No client
// may notice: each request is sent until it is known and then once more, and the last answer is to be the first.
// Seen to fail: with the media type of a success fixed, with errors written like a success, with what failed given to
// Apollo to run again, with the context not ended, or not waited for, and with `extensions` or the operation's name
// passed over.

let door: SmallDoor;
beforeEach(async () => {
  door = await openSmallDoor();
});
afterEach(async () => {
  await door.close();
  expect(door.stage.faults).toEqual([]);
});

interface Sent {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: object | null;
  readonly extensions?: object;
}

/** Enough for the executor to have compiled the document, and for the media type to be known. */
const SIGHTS = 4;

async function send(sent: Sent, headers: Record<string, string> = {}) {
  const response = await fetch(`${door.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'me', ...headers },
    body: JSON.stringify(sent),
  });
  const { status } = response;
  const own = ['date', 'x-request-id'];
  const said = Object.fromEntries([...response.headers].filter(([name]) => !own.includes(name)));
  return { status, headers: said, body: await response.text() };
}

const HELLO = 'query Hello($name: String) { hello(name: $name) }';
const TWO = 'query One { hello(name: "one") } query Two { hello(name: "two") }';
const ONLY_JSON = { accept: 'application/json' };
const NEWER = { accept: 'application/graphql-response+json' };
const EITHER = { accept: 'application/graphql-response+json, application/json;q=0.9' };

describe('an answer is the same when its document is known', () => {
  test.each<[string, Sent, Record<string, string>, { status: number; body: RegExp; byApollo: boolean }]>([
    ['a query', { query: '{hello}' }, {}, { status: 200, body: /hello undefined/, byApollo: false }],
    ['for JSON', { query: '{hello}' }, ONLY_JSON, { status: 200, body: /hello undefined/, byApollo: false }],
    ['for the newer type', { query: '{hello}' }, NEWER, { status: 200, body: /hello undefined/, byApollo: false }],
    ['for either type', { query: '{hello}' }, EITHER, { status: 200, body: /hello undefined/, byApollo: false }],
    ['for neither', { query: '{hello}' }, { accept: 'text/html' }, { status: 406, body: /accept/, byApollo: true }],
    [
      'variables',
      { query: HELLO, variables: { name: '🏃' } },
      {},
      { status: 200, body: /^\{"data":\{"hello":"hello 🏃"\}\}\n$/, byApollo: false },
    ],
    [
      'nulls',
      { query: HELLO, variables: null, operationName: null },
      {},
      { status: 200, body: /hello undefined/, byApollo: false },
    ],
    ['a name', { query: TWO, operationName: 'Two' }, {}, { status: 200, body: /hello two/, byApollo: false }],
    ['no name of two', { query: TWO }, {}, { status: 400, body: /Must provide operation name/, byApollo: true }],
    [
      'a wrong name',
      { query: '{hello}', operationName: 'No' },
      {},
      { status: 400, body: /named \\"No/, byApollo: true },
    ],
    [
      'an extension',
      { query: '{hello}', extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
      {},
      { status: 200, body: /PERSISTED_QUERY_NOT_SUPPORTED|BAD_REQUEST/, byApollo: true },
    ],
    [
      'wrong variables',
      { query: HELLO, variables: { name: 1 } },
      {},
      { status: 400, body: /name\\" got invalid value 1/, byApollo: true },
    ],
    [
      'wrong variables, for JSON',
      { query: HELLO, variables: { name: 1 } },
      ONLY_JSON,
      { status: 200, body: /name\\" got invalid value 1/, byApollo: true },
    ],
    ['a defect', { query: '{fail}' }, {}, { status: 200, body: /"data":null/, byApollo: true }],
    ['a part', { query: '{maybe hello}' }, {}, { status: 200, body: /Maybe not.*"hello undefined"/, byApollo: true }],
    [
      'a bad caller',
      { query: '{who}' },
      { authorization: 'Bearer wrong' },
      { status: 401, body: /Who are you/, byApollo: true },
    ],
    ['a bad end', { query: '{failAtEnd}' }, {}, { status: 500, body: /"code":"INTERNAL"/, byApollo: true }],
  ])('%s', async (_name, sent, headers, { status, body, byApollo }) => {
    const first = await send(sent, headers);
    expect(first).toMatchObject({ status, body: expect.stringMatching(body) });
    // Other requests teach the door the media types and, with nothing wrong, the document.
    for (const accept of [{}, ONLY_JSON, NEWER, EITHER]) await send({ query: '{hello length(of: "x")}' }, accept);
    for (let n = 0; n < SIGHTS; n += 1) {
      await send({ query: sent.query, operationName: sent.query === TWO ? 'One' : null });
      await send(sent, headers);
    }
    const { apolloRequests } = door.stage;
    expect(await send(sent, headers)).toEqual(first);
    expect(door.stage.apolloRequests - apolloRequests > 0).toBe(byApollo && status !== 401);
  });
});

test('what failed is not run again for its answer', async () => {
  const touch = { query: 'mutation ($fails: Boolean) { touch(fails: $fails) }', variables: { fails: false } };
  for (let n = 0; n < SIGHTS; n += 1) await send(touch);
  const failing = await send({ ...touch, variables: { fails: true } });
  expect(failing.body).toContain('"code":"INTERNAL"');
  expect(door.stage.touches).toBe(SIGHTS + 1);
  expect(door.stage.ends).toBe(SIGHTS + 1);
});

test('one context cannot see the other', async () => {
  for (let n = 0; n < SIGHTS; n += 1) await send({ query: '{who}' });
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((authorization) => send({ query: '{who}' }, { authorization })),
  );
  expect(answers.map(({ body }) => body)).toEqual(['a', 'b', 'c'].map((who) => `{"data":{"who":"${who}"}}\n`));
});
