/**
 * I1, I12, H30: secrets in whatever may hold a text, while everything that can break is broken: none of them comes back in
 * an error or gets into the log. At the end of the run all logs are searched once more (test/support/stop-postgres.js).
 * Seen to fail: see test/unit/canary-search.test.ts.
 */
import { Client } from 'pg';
import { BOOTSTRAP_KEY } from '../support/database.js';
import { CANARIES } from '../support/canaries.js';
import { heard, testLog } from '../support/heard.js';
import { connectRaw } from '../support/raw-socket.js';
import { startWorld, type World } from '../support/world.js';

const lines: string[] = [];
let world: World;
let client: Client;
beforeAll(async () => {
  world = await startWorld({}, testLog('trace', lines));
  client = new Client({ connectionString: world.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await world.close();
});

/** Whoever writes a row is told of it by an error with all that PostgreSQL can say. */
const TABLES = ['usage_record', 'budget', 'account', 'api_key', 'subscription', 'plan'];
async function broken(work: () => Promise<void>): Promise<void> {
  await client.query(`CREATE FUNCTION raise_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'cannot' USING DETAIL = NEW::text, ERRCODE = 'XX000'; END $$`);
  for (const table of TABLES) {
    await client.query(
      `CREATE TRIGGER raise_row BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION raise_row()`,
    );
  }
  try {
    await work();
  } finally {
    for (const table of TABLES) await client.query(`DROP TRIGGER raise_row ON ${table}`);
    await client.query('DROP FUNCTION raise_row');
  }
}

/** As values, which are escaped in the document. */
const requestsWith = (text: string): readonly string[] => {
  const said = JSON.stringify(text);
  return [
    `mutation { recordUsage(input: {idempotencyKey: ${said}, userId: ${said}, model: "gpt-4o", promptTokens: 1}) { replayed } }`,
    `mutation { recordUsageBatch(input: {items: [{idempotencyKey: ${said}, userId: "ada", model: ${said}, promptTokens: 1}]}) { items { error { code message } } } }`,
    `mutation { setBudget(input: {userId: ${said}, period: MONTH, limit: "1"}) { id } }`,
    `mutation { setAccount(input: {kind: USER, externalId: "u", name: ${said}}) { id } }`,
    `mutation { createApiKey(input: {name: ${said}, roles: [SERVICE]}) { value } }`,
    `mutation { setBudget(input: {userId: "u", period: ${said}, limit: ${said}}) { id } }`,
    `{ node(id: ${said}) { id } }`,
    `{ usageRecords(after: ${said}) { edges { cursor } } }`,
    `{ estimateCost(input: {model: ${said}, text: ${said}}) { cost } }`,
    `{ viewer { roles } # ${text}`,
    `{ viewer { roles } } ${text}`,
  ];
};

async function answersTo(query: string, canary: string): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${BOOTSTRAP_KEY}` };
  const ask = async (more: Record<string, string>, body: string): Promise<string> => {
    const url = `${world.server.url}/graphql?x=${encodeURIComponent(canary)}`;
    const response = await fetch(url, { method: 'POST', headers: { ...headers, ...more }, body });
    return `${JSON.stringify([...response.headers])}\n${await response.text()}`;
  };
  return [
    await ask({}, JSON.stringify({ query })),
    await ask(
      /^[\w.:-]+$/.test(canary) ? { 'x-request-id': canary } : {},
      JSON.stringify({ query, operationName: canary }),
    ),
    await ask({ authorization: `Bearer ${canary}` }, JSON.stringify({ query: '{ viewer { roles } }' })),
    await ask({ 'user-agent': canary, referer: canary }, `{"query": ${canary}`),
  ].join('\n');
}

async function overSocket(query: string, canary: string): Promise<string> {
  const socket = await connectRaw(world.server.url);
  socket.send({ type: 'connection_init', payload: { Authorization: `Bearer ${BOOTSTRAP_KEY}` } });
  await socket.next();
  socket.send({ type: 'subscribe', id: '1', payload: { query, variables: { canary } } });
  const answer = JSON.stringify(await socket.next());
  socket.socket.terminate();
  const wrong = await connectRaw(world.server.url);
  wrong.send({ type: 'connection_init', payload: { Authorization: `Bearer ${canary}` } });
  const { reason } = await wrong.closed;
  return `${answer}\n${reason}`;
}

test.each(Object.entries(CANARIES))('%s', async (_kind, canary) => {
  const told: string[] = [];
  const run = async () => {
    for (const query of requestsWith(canary))
      told.push(await answersTo(query, canary), await overSocket(query, canary));
  };
  await run();
  await broken(run);
  expect(told.join('\n')).toContain('Quote the request id');
  // What was done is answered, with the names that were given.
  const errors = told.flatMap((text) => text.split('\n')).filter((line) => /"errors":\[|"type":"error"/.test(line));
  heard('error', errors.join('\n'));
  expect(errors.filter((line) => line.includes(canary))).toEqual([]);
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => line.includes(canary))).toEqual([]);
});
