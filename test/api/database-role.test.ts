/**
 * As whom a server acts in PostgreSQL, on one of its own, because roles belong to all databases of one: with no setting at
 * all, with a login for each, and every way in which PostgreSQL would keep nobody apart, which is no start.
 */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import type { ClientBase } from 'pg';
import { readConfig } from '../../src/config.js';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '../../src/postgres.js';
import { startServer, type RunningServer } from '../../src/server.js';
import { TEST_KEYS } from '../support/database.js';
import { testLog } from '../support/heard.js';
import { Ground, withClient } from '../support/server-process.js';
import { post } from '../support/world.js';

const KEY = 'key-of-the-first-organization';
const ROLES = ['tollgate_app', 'tollgate_auditor', 'tollgate_writer'];

const ground = new Ground();
let postgres: EmbeddedPostgres;
beforeAll(async () => {
  postgres = await openEmbeddedPostgres(await ground.folder(), testLog());
});
afterAll(async () => {
  await postgres.close();
  await ground.leave();
});

const urlOf = (database: string, login?: string) => {
  const url = new URL(postgres.url);
  url.pathname = `/${database}`;
  if (login !== undefined) [url.username, url.password] = [login, 'canary'];
  return url.href;
};

const asAdmin = <T>(work: (client: ClientBase) => Promise<T>, database = 'postgres') =>
  withClient(urlOf(database), work);

async function makeDatabase(name: string, owner: string): Promise<void> {
  await asAdmin((client) => client.query(`CREATE DATABASE ${name} OWNER ${owner}`));
}

const makeLogin = (name: string, more = '') =>
  asAdmin((client) => client.query(`CREATE ROLE ${name} LOGIN PASSWORD 'canary' ${more}`));

function start(settings: Record<string, string>): Promise<RunningServer> {
  const config = readConfig({
    PORT: '0',
    BOOTSTRAP_API_KEY: KEY,
    TEST_CLOCK: 'true',
    ENCRYPTION_KEYS: TEST_KEYS,
    ...settings,
  });
  return startServer(config, testLog());
}

/** Why it does not start; with no password in it. */
async function refusal(settings: Record<string, string>): Promise<string> {
  const error: unknown = await start(settings).then(
    (server) => server.close(),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('It started.');
  expect(error.name).toBe('StartError');
  expect(error.message).not.toContain('canary');
  return error.message;
}

/** Who is connected for what, and as whom it acts. */
async function sessions(database: string): Promise<object[]> {
  const { rows } = await asAdmin((client) =>
    client.query<object>(
      `SELECT DISTINCT application_name AS for, usename AS login FROM pg_stat_activity
      WHERE datname = $1 AND application_name LIKE 'tollgate %' ORDER BY 1`,
      [database],
    ),
  );
  return rows;
}

async function records(server: RunningServer): Promise<void> {
  const query = `mutation { recordUsage(input: {idempotencyKey: "one", userId: "ada", model: "gpt-4o", promptTokens: 1000}) { usageRecord { cost } } }`;
  expect(await post(server.url, { query }, KEY)).toMatchObject({
    data: { recordUsage: { usageRecord: { cost: '0.0025' } } },
  });
  const read = await post(server.url, { query: '{ usageRecords(first: 5) { edges { node { cost } } } }' }, KEY);
  expect(read).toMatchObject({ data: { usageRecords: { edges: [{ node: { cost: '0.0025' } }] } } });
}

/** What an administrator is told to run. */
const remedyIn = (sentence: string) => /start again: (.*;)$/.exec(sentence)?.[1] ?? '';

// In this order: there are no roles before the second.
describe('whoever owns the tables', () => {
  beforeAll(async () => {
    await makeLogin('maker', 'CREATEROLE');
    await makeLogin('other_maker', 'CREATEROLE');
    await makeLogin('plain');
    await makeDatabase('first', 'maker');
    await makeDatabase('second', 'maker');
    await makeDatabase('third', 'other_maker');
    await makeDatabase('fourth', 'plain');
  });

  // Seen to fail: without assertRolesCanBeMade, where it said that CREATE on the database is missing.
  test('and may make no roles is told what to run, and makes nothing', async () => {
    const sentence = await refusal({ DATABASE_URL: urlOf('fourth', 'plain') });
    expect(sentence).toMatch(
      /^The user of DATABASE_URL may not make the roles by which PostgreSQL keeps organizations apart; /,
    );
    expect(remedyIn(sentence)).toBe(
      `CREATE ROLE tollgate_app NOLOGIN; CREATE ROLE tollgate_writer NOLOGIN; CREATE ROLE tollgate_auditor NOLOGIN; GRANT tollgate_app, tollgate_writer, tollgate_auditor TO "plain";`,
    );
    await asAdmin((client) => client.query(`BEGIN; ${remedyIn(sentence)} ROLLBACK`));
    const tables = await asAdmin(
      (client) => client.query(`SELECT FROM pg_tables WHERE schemaname = 'public'`),
      'fourth',
    );
    expect(tables.rowCount).toBe(0);
  });

  // Seen to fail: without the EXCEPTION of CREATE ROLE in MAKE_ROLES.
  test('of two databases of one PostgreSQL may migrate both at once', async () => {
    const servers = await Promise.all(['first', 'second'].map((name) => start({ DATABASE_URL: urlOf(name, 'maker') })));
    for (const server of servers) await records(server);
    for (const server of servers) await server.close();
    const { rows } = await asAdmin((client) =>
      client.query<{ rolname: string }>(`SELECT rolname FROM pg_roles WHERE rolname LIKE 'tollgate\\_%' ORDER BY 1`),
    );
    expect(rows.map(({ rolname }) => rolname)).toEqual(ROLES);
  });

  // From PostgreSQL 16 on, one who may make roles may not take on those that another has made. Seen to fail: without the
  // sentence of its own, with the error of PostgreSQL and its stack.
  test.each([
    ['and made none of the roles', 'third', 'other_maker'],
    ['and may make none', 'fourth', 'plain'],
  ])('%s is told what to run, and starts after it', async (_what, database, login) => {
    for (const role of ['tollgate_app', 'tollgate_writer']) {
      const sentence = await refusal({ DATABASE_URL: urlOf(database, login) });
      expect(sentence).toMatch(
        new RegExp(`^The user of DATABASE_URL may not act as ${role} \\(permission denied .*\\); `),
      );
      expect(remedyIn(sentence)).toBe(`GRANT ${role} TO "${login}";`);
      await asAdmin((client) => client.query(remedyIn(sentence)));
    }
    const server = await start({ DATABASE_URL: urlOf(database, login) });
    await records(server);
    await server.close();
  });

  // Seen to fail: with pools on DATABASE_URL as it is, where both were answered.
  test('also as a superuser, acts as the roles: what is taken from them is not done', async () => {
    const server = await start({ DATABASE_URL: urlOf('first') });
    const codeOf = async (query: string) => (await post(server.url, { query }, KEY)).errors?.[0]?.extensions['code'];
    const read = '{ usageRecords(first: 5) { edges { node { cost } } } }';
    await asAdmin((client) => client.query('REVOKE SELECT ON usage_record FROM tollgate_app'), 'first');
    expect(await codeOf(read)).toBe('INTERNAL');
    await asAdmin((client) => client.query('GRANT SELECT ON usage_record TO tollgate_app'), 'first');
    expect(await codeOf(read)).toBeUndefined();
    await server.close();
  });

  const NO_WALL: [string, string, string, RegExp][] = [
    [
      'a superuser',
      'ALTER ROLE tollgate_app SUPERUSER',
      'ALTER ROLE tollgate_app NOSUPERUSER',
      /tollgate_app is a superuser;/,
    ],
    [
      'a writer that is',
      'ALTER ROLE tollgate_writer SUPERUSER',
      'ALTER ROLE tollgate_writer NOSUPERUSER',
      /tollgate_writer is a superuser;/,
    ],
    [
      'BYPASSRLS',
      'ALTER ROLE tollgate_app BYPASSRLS',
      'ALTER ROLE tollgate_app NOBYPASSRLS',
      /tollgate_app has BYPASSRLS;/,
    ],
    [
      'two roles at once',
      'GRANT tollgate_writer TO tollgate_app',
      'REVOKE tollgate_writer FROM tollgate_app',
      /tollgate_app also has the rights of tollgate_writer;/,
    ],
    [
      'an owner',
      'CREATE ROLE holder; ALTER TABLE alert OWNER TO holder; GRANT holder TO tollgate_app',
      'ALTER TABLE alert OWNER TO maker; DROP ROLE holder',
      /tollgate_app sees every row of alert, as their owner/,
    ],
    [
      'no row-level security',
      'ALTER TABLE alert DISABLE ROW LEVEL SECURITY',
      'ALTER TABLE alert ENABLE ROW LEVEL SECURITY',
      /tollgate_app sees every row of alert, /,
    ],
  ];
  // Seen to fail: without what isOnly asks of it, where the server started; a superuser and BYPASSRLS are seen by either half.
  test.each(NO_WALL)('with %s in its role does not start', async (_what, spoil, mend, sentence) => {
    await asAdmin((client) => client.query(spoil), 'first');
    try {
      const said = await refusal({ DATABASE_URL: urlOf('first', 'maker') });
      expect(said).toMatch(
        /^PostgreSQL would not keep organizations apart for DATABASE_URL: .*; take that away, and start again\.$/,
      );
      expect(said).toMatch(sentence);
    } finally {
      await asAdmin((client) => client.query(mend), 'first');
    }
  });
});

describe('logins that have one role each', () => {
  const logins = {
    MIGRATION_DATABASE_URL: () => urlOf('logins', 'maker'),
    DATABASE_URL: () => urlOf('logins', 'people'),
    HOT_DATABASE_URL: () => urlOf('logins', 'lanes'),
  };
  const settings = (...names: (keyof typeof logins)[]) =>
    Object.fromEntries(names.map((name) => [name, logins[name]()]));

  beforeAll(async () => {
    for (const [login, role] of [
      ['people', 'tollgate_app'],
      ['lanes', 'tollgate_writer'],
      ['books', 'tollgate_auditor'],
    ] as const) {
      await makeLogin(login);
      await asAdmin((client) => client.query(`GRANT ${role} TO ${login}`));
    }
    await makeDatabase('logins', 'maker');
  });

  test('cannot make the tables, and are told whose login to set', async () => {
    expect(await refusal(settings('DATABASE_URL', 'HOT_DATABASE_URL'))).toMatch(
      /^The user of DATABASE_URL may not make Tollgate's tables \(permission denied .*\); .* or set MIGRATION_DATABASE_URL to the user that owns them\.$/,
    );
  });

  test('do all the work beside the owner, and without it once the tables are there', async () => {
    const whole = settings('MIGRATION_DATABASE_URL', 'DATABASE_URL', 'HOT_DATABASE_URL');
    for (const names of [whole, settings('DATABASE_URL', 'HOT_DATABASE_URL')]) {
      const server = await start(names);
      await records(server);
      expect(await sessions('logins')).toEqual([
        { for: 'tollgate alerts', login: 'people' },
        { for: 'tollgate app', login: 'people' },
        { for: 'tollgate writer', login: 'lanes' },
      ]);
      await server.close();
    }
  });

  test('are not exchanged for each other', async () => {
    expect(await refusal(settings('DATABASE_URL'))).toMatch(
      /^The user of DATABASE_URL may not act as tollgate_writer /,
    );
    const hot = { DATABASE_URL: logins.HOT_DATABASE_URL(), MIGRATION_DATABASE_URL: logins.MIGRATION_DATABASE_URL() };
    expect(await refusal(hot)).toMatch(/^The user of DATABASE_URL may not act as tollgate_app /);
    const notify = { ...settings('DATABASE_URL', 'HOT_DATABASE_URL'), NOTIFY_DATABASE_URL: urlOf('logins', 'books') };
    expect(await refusal(notify)).toMatch(/^The user of NOTIFY_DATABASE_URL may not act as tollgate_app /);
  });

  test('have no more when they put their role off', async () => {
    await withClient(logins.DATABASE_URL(), async (client) => {
      for (const text of ['SET ROLE NONE', 'RESET ROLE', 'RESET SESSION AUTHORIZATION']) {
        await client.query(text);
        expect((await client.query('SELECT FROM account')).rowCount).toBe(0);
      }
      await expect(client.query('SET ROLE tollgate_writer')).rejects.toMatchObject({ code: '42501' });
    });
  });

  // Seen to fail: connected as whoever DATABASE_URL names, where the app's login was told of 0 records and no difference.
  test('npm run verify reads the books as the auditor, and as nobody else', async () => {
    const verify = (login?: string) =>
      new Promise<{ code: unknown; said: string }>((done) => {
        const env = { PATH: process.env['PATH'], DATABASE_URL: urlOf('logins', login) };
        execFile(process.execPath, [resolve('dist/src/verify/main.js')], { env }, (error, stdout, stderr) =>
          done({ code: error?.code ?? 0, said: stdout + stderr }),
        );
      });
    const right = { code: 0, said: expect.stringMatching(/^Checked 1 usage record of 1 organization /) };
    expect(await verify('books')).toEqual(right);
    expect(await verify()).toEqual(right);
    const refused = /^The user of DATABASE_URL may not act as tollgate_auditor /;
    expect(await verify('people')).toEqual({ code: 2, said: expect.stringMatching(refused) });
  });
});
