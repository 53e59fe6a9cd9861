/** The built command: what it prints, and with which code it ends. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Client } from 'pg';
import { TEST_KEYS } from '../support/database.js';
import { furnishBooks } from '../support/busy-books.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let client: Client;
beforeAll(async () => {
  world = await startWorld({ DEFAULT_MONTHLY_BUDGET: '1000' });
  client = new Client({ connectionString: world.database.url });
  await client.connect();
  await furnishBooks(world, client);
});
afterAll(async () => {
  await client.end();
  await world.close();
});

const run = (environment: Record<string, string>, cwd?: string) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((done) => {
    const env = { PATH: process.env['PATH'], ...environment };
    execFile(process.execPath, [resolve('dist/src/verify/main.js')], { env, cwd }, (error, stdout, stderr) =>
      done({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
const onWorld = () => run({ DATABASE_URL: world.database.url, ENCRYPTION_KEYS: TEST_KEYS });

/** pico-USD, to what ada has spent of her 2 USD. */
async function addToSpent(amount: number): Promise<void> {
  await client.query('UPDATE budget_period SET spent_pico_usd = spent_pico_usd + $1 WHERE limit_pico_usd = 2e12', [
    amount,
  ]);
}

test('J10: it ends with 0 where the books are right, with 1 and a line where they are not', async () => {
  expect(await onWorld()).toEqual({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(
      /^Checked 13 usage records of 2 organizations .* 1 held .* 1 settled .*: no difference\.\nPayments were not compared with Stripe: STRIPE_SECRET_KEY is not set\.\n$/,
    ),
  });
  await addToSpent(1);
  const wrong = await onWorld();
  await addToSpent(-1);
  expect(wrong).toMatchObject({ code: 1, stderr: '' });
  expect(wrong.stdout.split('\n')).toEqual([
    expect.stringMatching(
      /^"Tenant" \([0-9a-f-]{36}\): spent of budget [0-9a-f-]{36} \(USER "ada", LIFETIME\): stored 1\.013500000001 USD, recomputed 1\.0135 USD$/,
    ),
    expect.stringMatching(/: 1 difference\.$/),
    'Payments were not compared with Stripe: STRIPE_SECRET_KEY is not set.',
    '',
  ]);
});

test('it ends with 2 and a sentence where it cannot read, and makes nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-verify-'));
  try {
    expect(await run({}, folder)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^No Tollgate runs here: /),
    });
    expect(await readdir(folder)).toEqual([]);
    const away = await run({ DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none' });
    expect(away).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^No PostgreSQL can be used on /),
    });
    expect(away.stderr).not.toContain('secret');
    expect(await run({ DATABASE_URL: 'mysql://' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('DATABASE_URL'),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

// The tests' own PostgreSQL is an embedded one; no server ever started on its default database.
test('it finds the embedded PostgreSQL of a data folder', async () => {
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
  expect(await run({ DATA_DIR: dirname(rows[0]!.data_directory) })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^The database does not have this version's tables /),
  });
});
