/**
 * H20: whatever breaks inside, a caller is told INTERNAL and the request id under which the log has the cause; never SQL, a
 * table's name, a stack or the path of a file.
 * Seen to fail: with the cause in the message; a subscription that runs, with its errors sent as they are.
 */
import { createClient } from 'graphql-ws';
import { print } from 'graphql';
import { Client } from 'pg';
import { WebSocket } from 'ws';
import { readConfig } from '../../src/config.js';
import { startServer, type RunningServer } from '../../src/server.js';
import { BOOTSTRAP_KEY, TEST_KEYS, cloneDatabase, type TestDatabase } from '../support/database.js';
import {
  AlertFeedDocument,
  RecordUsageBatchDocument,
  WatchBudgetStatusDocument,
} from '../support/generated/operations.js';
import { testLog } from '../support/heard.js';
import { post } from '../support/world.js';

let database: TestDatabase;
let server: RunningServer;
let client: Client;
const logged: string[] = [];
beforeAll(async () => {
  database = await cloneDatabase();
  const log = testLog('error', logged);
  const settings = {
    DATABASE_URL: database.url,
    PORT: '0',
    BOOTSTRAP_API_KEY: BOOTSTRAP_KEY,
    ENCRYPTION_KEYS: TEST_KEYS,
  };
  server = await startServer(readConfig(settings), log);
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await server.close();
  await database.drop();
});

/** The mark that is on everything hidden, and what PostgreSQL, Node and the ORM say. */
const INSIDE =
  /inside|select|insert|update |relation|function|column|constraint|plpgsql|pg_|public\.|stack|node_modules|\/src\/|\.[jt]s\b|postgres|Error:|42\w01|XX000/i;
const REQUEST_ID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}';

interface Told {
  readonly message: string;
  readonly [name: string]: unknown;
}

/** Asserts what a caller was told, and that the log has the cause under the request's id. */
function expectHidden(told: Told, cause: RegExp): void {
  const message = new RegExp(`^Something went wrong on our side. Quote the request id (${REQUEST_ID}).$`).exec(
    told.message,
  );
  expect(message).not.toBeNull();
  expect(JSON.stringify(told)).not.toMatch(INSIDE);
  const lines = logged.filter((line) => line.includes(message?.[1] ?? 'no id'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(cause);
}

interface SentError {
  readonly message: string;
  readonly extensions?: Record<string, unknown>;
}

function expectInternal(error: SentError | undefined, cause: RegExp): void {
  const { message = '', extensions: { requestId = 'checked', ...extensions } = {} } = error ?? {};
  expect(extensions).toEqual({ code: 'INTERNAL', retryable: true });
  if (requestId !== 'checked') expect(message).toContain(requestId);
  expectHidden({ message, ...extensions }, cause);
}

/** The function in all its signatures. */
function moveRecordUsage(schema: string): string {
  return `DO $move$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT oid FROM pg_proc WHERE proname = 'record_usage' LOOP
      EXECUTE format('ALTER FUNCTION %s SET SCHEMA ${schema}', f);
    END LOOP;
  END $move$`;
}

async function broken(damage: string, repair: string, work: () => Promise<void>): Promise<void> {
  await client.query(damage);
  try {
    await work();
  } finally {
    await client.query(repair);
  }
}

const renamed = (table: string): [string, string] => [
  `ALTER TABLE ${table} RENAME TO inside_${table}`,
  `ALTER TABLE inside_${table} RENAME TO ${table}`,
];
const dropped: [string, string] = [
  // Moved away rather than dropped, so that it can come back; to whoever calls it, it is gone.
  `CREATE SCHEMA inside; ${moveRecordUsage('inside')}`,
  `${moveRecordUsage('public')}; DROP SCHEMA inside`,
];
const raising = (table: string): [string, string] => [
  `CREATE FUNCTION inside_raise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     RAISE EXCEPTION 'inside: %', NEW USING DETAIL = 'inside detail', HINT = 'inside hint', ERRCODE = 'XX000';
   END $$;
   CREATE TRIGGER inside_raise BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION inside_raise()`,
  `DROP TRIGGER inside_raise ON ${table}; DROP FUNCTION inside_raise`,
];

const DAYS = 'from: "2026-01-01", to: "2026-01-02", groupBy: [DAY]';
const CALL = 'userId: "ada", model: "gpt-4o", promptTokens: 1';

test.each<[string, [string, string], string, RegExp]>([
  ['a query', renamed('api_key'), '{ apiKeys { id } }', /inside_api_key|api_key/],
  ['a query of sums', renamed('usage_rollup'), `{ usageSummary(input: {${DAYS}}) { rows { cost } } }`, /usage_rollup/],
  ['a list', renamed('usage_record'), '{ usageRecords { edges { node { id } } } }', /usage_record/],
  ['a state', renamed('budget'), '{ budgetStatus { budgets { limit } } }', /budget/],
  [
    'a mutation of people’s rows',
    renamed('account'),
    'mutation { setAccount(input: {kind: USER, externalId: "x"}) { id } }',
    /account/,
  ],
  [
    'one that the database refuses',
    raising('budget'),
    'mutation { setBudget(input: {period: MONTH, limit: "1"}) { id } }',
    /inside hint/,
  ],
  [
    'a mutation of the lane',
    raising('usage_record'),
    `mutation { recordUsage(input: {idempotencyKey: "a", ${CALL}}) { replayed } }`,
    /inside hint/,
  ],
  [
    'one whose function is gone',
    dropped,
    `mutation { recordUsage(input: {idempotencyKey: "b", ${CALL}}) { replayed } }`,
    /record_usage/,
  ],
  [
    'a deduction',
    dropped,
    'mutation { deductFromBudget(input: {idempotencyKey: "c", amount: "1"}) { replayed } }',
    /record_usage/,
  ],
])('%s', async (_what, [damage, repair], query, cause) => {
  await broken(damage, repair, async () => {
    // The third time the document is compiled, and errors take another way.
    for (let sight = 0; sight < 4; sight += 1) {
      const { errors, ...rest } = await post(server.url, { query }, BOOTSTRAP_KEY);
      expect(JSON.stringify(rest)).not.toMatch(INSIDE);
      expect(errors).toHaveLength(1);
      expectInternal(errors?.[0], cause);
    }
  });
  expect((await post(server.url, { query }, BOOTSTRAP_KEY)).errors).toBeUndefined();
});

test.each([
  ['that the database refuses', raising('usage_record')],
  ['whose function is gone', dropped],
])('an item of a batch %s; a bad one beside it is told its own mistake', async (_what, [damage, repair]) => {
  const item = { userId: 'ada', model: 'gpt-4o', promptTokens: 1 };
  const items = [
    { ...item, idempotencyKey: 'item' },
    { ...item, idempotencyKey: '' },
  ];
  const query = print(RecordUsageBatchDocument);
  await broken(damage, repair, async () => {
    const answer = await post<{ recordUsageBatch: { items: { result: null; error: Told }[] } }>(
      server.url,
      { query, variables: { input: { items } } },
      BOOTSTRAP_KEY,
    );
    const [first, second] = answer.data?.recordUsageBatch.items ?? [];
    expect(first).toMatchObject({ result: null, error: { code: 'INTERNAL', field: null, retryable: true } });
    expectHidden(first!.error, /inside|record_usage/);
    expect(second).toMatchObject({ result: null, error: { code: 'BAD_USER_INPUT' } });
  });
});

/** What ends a subscription, with all that is said. */
async function endOf(query: string): Promise<SentError[]> {
  const socket = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${BOOTSTRAP_KEY}` },
    retryAttempts: 0,
  });
  try {
    return await new Promise((resolve) => {
      socket.subscribe(
        { query },
        {
          next: ({ errors }) => resolve([...(errors ?? [])]),
          error: (error) => resolve(error as SentError[]),
          complete: () => resolve([]),
        },
      );
    });
  } finally {
    await socket.dispose();
  }
}

test.each<[string, [string, string], string, RegExp]>([
  ['the feed', renamed('alert_feed'), print(AlertFeedDocument), /alert_feed/],
  ['the meter', renamed('budget'), print(WatchBudgetStatusDocument), /budget/],
])('the start of a subscription: %s', async (_what, [damage, repair], query, cause) => {
  await broken(damage, repair, async () => {
    const [error, ...more] = await endOf(query);
    expect(more).toEqual([]);
    expectInternal(error, cause);
  });
});

test('a subscription that runs: the alerts that it missed', async () => {
  for (const model of ['one that nobody knows', 'another']) {
    const query = `mutation { recordUsage(input: {idempotencyKey: "${model}", userId: "ada", model: "${model}", promptTokens: 1}) { replayed } }`;
    expect((await post(server.url, { query }, BOOTSTRAP_KEY)).errors).toBeUndefined();
  }
  const { data } = await post<{ alerts: { edges: { cursor: string }[] } }>(
    server.url,
    { query: '{ alerts { edges { cursor } } }' },
    BOOTSTRAP_KEY,
  );
  const first = data?.alerts.edges.at(-1)?.cursor;
  await broken(...renamed('alert'), async () => {
    const [error] = await endOf(`subscription { alertFeed(after: "${first}") { id } }`);
    expectInternal(error, /relation .*alert/);
  });
});
