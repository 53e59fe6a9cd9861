/**
 * The audit trail. Every mutation of the schema is run, and each row of an audited table that it changed has to have its
 * entry: who, by what, before and after. So a new mutation, or a new way to write, that the trail does not see fails here.
 */
import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { Client } from 'pg';
import { auditHash } from '../../migrations/sql/audit.sql.js';
import { AUDITED, NOT_AUDITED } from '../../src/audited.js';
import { openDatabase } from '../../src/database.js';
import { Organization } from '../../src/identity/organization.js';
import { MIGRATIONS } from '../../src/migrations.js';
import { Operation } from '../../src/operation.js';
import { Role, systemPrincipal } from '../../src/principal.js';
import { ENTITIES, SUBSCRIBERS } from '../../src/services.js';
import { TENANT_TABLES } from '../../src/tables.js';
import { keepSealer } from '../../src/encryption/sealer.js';
import { testSealer } from '../support/test-sealer.js';
import { startAcceptingWorld, type AcceptingWorld } from '../support/accepted-inputs.js';
import { booksOf } from '../support/books.js';
import { BOOTSTRAP_KEY } from '../support/database.js';
import {
  AuditEntriesDocument,
  CreateApiKeyDocument,
  CreateOrganizationDocument,
  DeleteBudgetDocument,
  RecordUsageDocument,
  SetAccountDocument,
  SetBudgetDocument,
} from '../support/generated/operations.js';
import { testLog } from '../support/heard.js';
import { post, startWorld, type World } from '../support/world.js';

type Row = Readonly<Record<string, unknown>>;

/** The type of the input of each mutation that has one. */
const INPUTS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(buildSchema(readFileSync('schema.graphql', 'utf8')).getMutationType()?.getFields() ?? {})
    .filter(({ args }) => args[0]?.name === 'input')
    .map(({ name, args }) => [name, String(args[0]?.type)]),
);

/** Rows by their key, as JSON. */
type Table = ReadonlyMap<string, Row>;

/** The key of a row is that of its entry: all columns of the primary key but the organization. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  organization: [],
  account_markup: ['account_id', 'source_id'],
  subscription_terms: ['subscription_id', 'from_day'],
  credit_use: ['invoice_id', 'grant_id'],
  billing_profile: ['account_id'],
  payment_limit: ['currency'],
  processor_customer: ['account_id', 'processor'],
  token_revocation: ['actor_id'],
};

const keyOf = (table: string, row: Row) =>
  `${String(row['organization_id'])} ${(KEYS[table] ?? ['id']).map((name) => String(row[name])).join(':')}`;

const camel = (name: string) => name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());

test('every table of an organization is audited, or it is said why not', () => {
  const named = [...Object.keys(AUDITED), ...Object.keys(NOT_AUDITED)].sort();
  // Prices stand in tables of the catalogue.
  expect(named).toEqual([...TENANT_TABLES, 'model', 'price_import', 'pricing'].sort());
});

describe('every mutation', () => {
  let accepting: AcceptingWorld;
  let client: Client;
  const tables = Object.keys(AUDITED).filter((table) => table !== 'price_import');

  beforeAll(async () => {
    accepting = await startAcceptingWorld();
    client = new Client({ connectionString: accepting.world.database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await accepting.close();
  });

  async function read(): Promise<Map<string, Table>> {
    const found = new Map<string, Table>();
    for (const table of tables) {
      const { rows } = await client.query<{ row: Row }>(`SELECT to_jsonb(t) AS row FROM ${table} t`);
      found.set(table, new Map(rows.map(({ row }) => [keyOf(table, row), row])));
    }
    return found;
  }

  /** Of a row that is not the same any more: the columns that the trail has to tell of, by their names there. */
  function changedNames(table: string, before: Row | undefined, after: Row | undefined): string[] {
    const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
    return [...names].filter((name) => {
      // A new row's own key and instant are those of its entry.
      if (['organization_id', 'id', 'created_at'].includes(name) || AUDITED[table]?.omitted?.includes(camel(name)))
        return false;
      return JSON.stringify(before?.[name] ?? null) !== JSON.stringify(after?.[name] ?? null);
    });
  }

  /** `table key: column, column` of all that differs. */
  function differences(before: Map<string, Table>, after: Map<string, Table>): string[] {
    return tables.flatMap((table) => {
      const [was, is] = [before.get(table)!, after.get(table)!];
      return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
        const names = changedNames(table, was.get(key), is.get(key));
        // An account that a call names for the first time is usage.
        if (table === 'account' && !was.has(key)) return [];
        return names.length === 0 ? [] : [`${table} ${key}: ${names.map(camel).sort().join(', ')}`];
      });
    });
  }

  // Seen to fail: with the subscriber left out, for all but setBudget; without the note of what insertRows writes; without
  // that of the account's switch; without that of markups; with the entry of set_budget left out.
  test.each(Object.keys(INPUTS))('%s leaves an entry for each row that it changed', async (name) => {
    const before = await read();
    const query = `mutation ($input: ${INPUTS[name]}) { ${name}(input: $input) { __typename } }`;
    const { rows: ago } = await client.query<{ at: string }>('SELECT tollgate_now()::text AS at');
    const sent = await fetch(`${accepting.world.server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${BOOTSTRAP_KEY}`,
        'x-request-id': `request-${name}`,
      },
      body: JSON.stringify({ query, variables: { input: accepting.accepted[name] } }),
    });
    expect(await sent.json()).toMatchObject({ data: { [name]: { __typename: expect.any(String) as string } } });
    expect(sent.headers.get('x-request-id')).toBe(`request-${name}`);
    const changed = differences(before, await read());
    const { rows: entries } = await client.query<{
      subject: string;
      key: string;
      before: Row | null;
      after: Row | null;
      cause: string;
    }>(
      `SELECT subject, organization_id || ' ' || subject_key AS key, before, after, cause FROM audit_entry
       WHERE request_id = $1 OR (at >= $2::timestamptz - interval '1 second' AND request_id IS NULL AND cause = 'DEFAULT_MONTHLY_BUDGET')`,
      [`request-${name}`, ago[0]!.at],
    );
    for (const entry of entries) expect(['DEFAULT_MONTHLY_BUDGET', name]).toContain(entry.cause);
    const told = new Map<string, Set<string>>();
    for (const { subject, key, before: was, after: is } of entries) {
      const names = told.get(`${subject} ${key}`) ?? new Set();
      for (const one of Object.keys(is ?? was ?? {})) names.add(one);
      told.set(`${subject} ${key}`, names);
    }
    const untold = changed.filter((line) => {
      const [row, names = ''] = line.split(': ');
      const known = told.get(row!) ?? new Set();
      // Of a new row, what is null need not be told; markups are told as spans.
      return row!.startsWith('account_markup ') ? known.size === 0 : names.split(', ').some((one) => !known.has(one));
    });
    expect(untold).toEqual([]);
  });
});

const SET = { period: 'MONTH', limit: '10' } as const;

describe('the trail', () => {
  let world: World;
  let client: Client;
  beforeAll(async () => {
    world = await startWorld({ DEFAULT_MONTHLY_BUDGET: '5' });
    client = new Client({ connectionString: world.database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await world.close();
  });

  async function tenant(): Promise<string> {
    const { createOrganization } = await world.ask(CreateOrganizationDocument, { input: { name: 'Tenant' } });
    return createOrganization.apiKeyValue;
  }

  async function entries(key: string, variables: Parameters<typeof world.ask>[1] = {}) {
    const { auditEntries } = await world.ask(AuditEntriesDocument, variables as never, key);
    return auditEntries.edges.map(({ node }) => node);
  }

  test('says who did what to what, before and after, newest first', async () => {
    const key = await tenant();
    const { setBudget } = await world.ask(SetBudgetDocument, { input: SET }, key);
    await world.ask(SetBudgetDocument, { input: { ...SET, limit: '20', thresholds: [90] } }, key);
    await world.ask(SetBudgetDocument, { input: { ...SET, limit: '20', thresholds: [90] } }, key);
    await world.ask(DeleteBudgetDocument, { id: setBudget.id }, key);
    const found = await entries(key, { filter: { subject: 'BUDGET' } });
    expect(found).toMatchObject([
      {
        action: 'CHANGED',
        cause: 'deleteBudget',
        before: { endedAt: null },
        after: { endedAt: expect.any(String) as string },
      },
      {
        action: 'CHANGED',
        cause: 'setBudget',
        before: { limitPicoUsd: '10000000000000', thresholds: [50, 80, 100] },
        after: { limitPicoUsd: '20000000000000', thresholds: [90] },
      },
      {
        action: 'CREATED',
        cause: 'setBudget',
        before: null,
        after: { limitPicoUsd: '10000000000000', enforcement: 'HARD' },
      },
    ]);
    const actors = new Set(found.map(({ actor, subjectId }) => JSON.stringify([actor.kind, subjectId])));
    expect([...actors]).toEqual([JSON.stringify(['API_KEY', setBudget.id])]);
    expect(found.map(({ requestId }) => requestId)).toEqual(
      found.map(() => expect.stringMatching(/^[0-9a-f-]{36}$/) as string),
    );
    const numbers = (await entries(key)).map(({ number }) => Number(number));
    expect(numbers).toEqual(numbers.map((_, index) => numbers.length - index));
  });

  test('tells of a budget that the server made by itself, and nothing of what failed', async () => {
    const key = await tenant();
    const before = await entries(key);
    const call = { idempotencyKey: 'call', userId: 'new user', model: 'gpt-4o', promptTokens: 1 };
    await world.ask(RecordUsageDocument, { input: call }, key);
    expect(await world.codeOf(SetBudgetDocument, { input: { ...SET, limit: '-1' } }, key)).toBe('BAD_USER_INPUT');
    const after = await entries(key);
    expect(after.slice(0, after.length - before.length)).toMatchObject([
      {
        cause: 'DEFAULT_MONTHLY_BUDGET',
        actor: { kind: 'SYSTEM', apiKeyId: null },
        subject: 'BUDGET',
        action: 'CREATED',
        requestId: null,
      },
    ]);
  });

  test('is found by subject, by key, by time, and by its id, a page at a time', async () => {
    const key = await tenant();
    const made = await world.ask(CreateApiKeyDocument, { input: { name: 'second', roles: ['FINANCE'] } }, key);
    const second = made.createApiKey;
    await world.ask(SetBudgetDocument, { input: SET }, second.value);
    await world.ask(
      SetAccountDocument,
      { input: { kind: 'USER', externalId: 'ada', name: 'Ada L.', disabled: true } },
      key,
    );
    const bySubject = await entries(key, { filter: { subjectId: second.apiKey.id } });
    expect(bySubject).toMatchObject([{ action: 'CREATED', after: { name: '(hidden)', roles: ['FINANCE'] } }]);
    const byKey = await entries(key, { filter: { apiKeyId: second.apiKey.id } });
    expect(byKey.map(({ cause }) => cause)).toEqual(['setBudget']);
    const from = byKey[0]!.at;
    const all = await entries(key);
    const late = await entries(key, { filter: { from } });
    const early = await entries(key, { filter: { to: from } });
    expect([...late, ...early]).toEqual(all);
    const pages = [];
    for (let after: string | null = null; ;) {
      const { auditEntries }: Awaited<ReturnType<typeof page>> = await page(key, after);
      pages.push(...auditEntries.edges.map(({ node }) => node));
      after = auditEntries.pageInfo.endCursor;
      if (!auditEntries.pageInfo.hasNextPage) break;
    }
    expect(pages).toEqual(all);
    const query = `{ node(id: ${JSON.stringify(all[0]!.id)}) { ... on AuditEntry { number } } }`;
    expect(await post(world.server.url, { query }, key)).toEqual({ data: { node: { number: all[0]!.number } } });
    // What is of people is not in the trail, which is kept for good.
    expect(JSON.stringify(all)).not.toContain('Ada L.');
    expect(all.filter(({ subject }) => subject === 'ACCOUNT')[0]?.after).toMatchObject({
      disabledAt: expect.any(String) as string,
    });
  });

  const page = (key: string, after: string | null) => world.ask(AuditEntriesDocument, { first: 2, after }, key);

  test('of the catalogue is read by all who may read the trail, and that of another organization by nobody', async () => {
    const [key, other] = [await tenant(), await tenant()];
    const catalogue = await entries(key, { filter: { catalogue: true } });
    expect(catalogue).toMatchObject([{ cause: 'PRICE_IMPORT', actor: { kind: 'SYSTEM' }, subject: 'PRICE_IMPORT' }]);
    await world.ask(SetBudgetDocument, { input: SET }, other);
    expect((await entries(key)).filter(({ cause }) => cause === 'setBudget')).toEqual([]);
    const { createApiKey } = await world.ask(CreateApiKeyDocument, { input: { name: 's', roles: ['SERVICE'] } }, key);
    expect(await world.codeOf(AuditEntriesDocument, {}, createApiKey.value)).toBe('FORBIDDEN');
    for (const filter of [{ subjectId: 'nothing' }, { apiKeyId: 'nothing' }]) {
      expect(await world.codeOf(AuditEntriesDocument, { filter }, key)).toBe('BAD_USER_INPUT');
    }
    expect(await world.codeOf(AuditEntriesDocument, { after: catalogue[0]!.id }, key)).toBe('BAD_USER_INPUT');
  });

  // Seen to fail: without the flush before the trail is written, the first; with the organization that was entered kept for
  // the next transaction, the second, which the database refused.
  test('tells of what the commit itself writes, and in the trail of the organization that it is about', async () => {
    const key = await tenant();
    const { rows } = await client.query<{ id: string }>(
      'SELECT organization_id AS id FROM organization ORDER BY created_at DESC LIMIT 1',
    );
    const { url } = world.database;
    const database = await openDatabase({
      ...{ url, hotUrl: url, laneConnections: 1, entities: ENTITIES, subscribers: SUBSCRIBERS },
      ...{ migrations: MIGRATIONS, testClock: true, log: testLog() },
    });
    keepSealer(database.orm.em.getPlatform(), await testSealer(client));
    try {
      const operation = new Operation(systemPrincipal(rows[0]!.id, Role.ADMIN), new Date(0), database.orm, {
        cause: 'TEST',
      });
      await operation.enter('33333333-3333-4333-8333-333333333333');
      await operation.rollback();
      const organization = await (await operation.em()).findOneOrFail(Organization, { organizationId: rows[0]!.id });
      organization.name = 'Renamed';
      await operation.commit();
    } finally {
      await database.close();
    }
    expect((await entries(key))[0]).toMatchObject({
      cause: 'TEST',
      subject: 'ORGANIZATION',
      after: { name: '(hidden)' },
    });
  });

  // Seen to fail: with a column left out of the hash, its own case; with the hash made without the one before it.
  test('I9: whatever is changed, removed or put in by SQL is told by verify', async () => {
    const key = await tenant();
    for (const limit of ['1', '2', '3', '4']) await world.ask(SetBudgetDocument, { input: { ...SET, limit } }, key);
    const { rows: columns } = await client.query<{ name: string; type: string }>(
      `SELECT column_name AS name, data_type AS type FROM information_schema.columns
       WHERE table_name = 'audit_entry' AND column_name <> 'organization_id'`,
    );
    const other = ({ name, type }: { name: string; type: string }) =>
      ({
        bigint: `${name} + 100`,
        uuid: `'11111111-1111-4111-8111-111111111111'`,
        text: name === 'action' ? `'DELETED'` : `coalesce(${name}, '') || 'x'`,
        jsonb: `'{"limitPicoUsd": "1"}'`,
        bytea: `set_byte(${name}, 0, get_byte(${name}, 0) # 1)`,
        'timestamp with time zone': `${name} + interval '1 microsecond'`,
      })[type];
    const { rows } = await client.query<{ id: string }>(
      'SELECT organization_id AS id FROM organization ORDER BY created_at DESC LIMIT 1',
    );
    const third = `organization_id = '${rows[0]!.id}' AND seq = 3`;
    const plants = columns.map((column) => [
      column.name,
      `UPDATE audit_entry SET ${column.name} = ${other(column)} WHERE ${third}`,
    ]);
    plants.push(['a row removed', `DELETE FROM audit_entry WHERE ${third}`]);
    plants.push([
      'the last row removed',
      `DELETE FROM audit_entry WHERE organization_id = '${rows[0]!.id}' AND seq = (SELECT last_seq FROM audit_head WHERE organization_id = '${rows[0]!.id}')`,
    ]);
    plants.push([
      'a row put in',
      `INSERT INTO audit_entry SELECT (jsonb_populate_record(e, '{"seq": 99}')).* FROM audit_entry e WHERE ${third}`,
    ]);
    plants.push([
      'a row made anew with its hash',
      `UPDATE audit_entry SET cause = 'anew' WHERE ${third};
       UPDATE audit_entry e SET hash = ${auditHash('p.hash', 'e')} FROM audit_entry p
       WHERE e.organization_id = p.organization_id AND p.seq = 2 AND e.organization_id = '${rows[0]!.id}' AND e.seq = 3`,
    ]);
    expect(await booksOf(client)).toEqual([]);
    for (const [what, plant] of plants) {
      await client.query('CREATE TABLE saved_entry AS TABLE audit_entry');
      await client.query(plant!);
      expect({ what, isTold: (await booksOf(client)).length > 0 }).toEqual({ what, isTold: true });
      await client.query('TRUNCATE audit_entry; INSERT INTO audit_entry TABLE saved_entry; DROP TABLE saved_entry');
    }
    expect(await booksOf(client)).toEqual([]);
  });
});
