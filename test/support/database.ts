/**
 * A database of its own for each test file: a copy of one template that was migrated and filled once. When it goes, its
 * books are verified: a test file that left a wrong sum fails, whatever it looked at.
 */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { readConfig } from '../../src/config.js';
import { startServer } from '../../src/server.js';
import { booksOf } from './books.js';
import { testLog } from './heard.js';

/** The first organization's ADMIN and OPERATOR key in every test database. */
export const BOOTSTRAP_KEY = 'test-bootstrap-key-00000000';

/** What all servers of tests encrypt by. */
export const TEST_KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`;

const TEMPLATE = 'tollgate_template';
const TEMPLATE_LOCK = 77;

export interface TestDatabase {
  readonly url: string;
  /**
   * Drops it; fails where a connection was left open, or the books are not right.
   * @param books `BROKEN` where a test wrote rows behind the server's back; it says which ones.
   */
  drop(books?: 'BROKEN'): Promise<void>;
}

function serverUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (url === undefined) throw new Error('The tests start their own PostgreSQL; run them with npm test.');
  return url;
}

function urlOf(database: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  return url.href;
}

async function withAdmin<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: urlOf('postgres') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Built under another name and renamed when it is whole. */
async function ensureTemplate(client: Client): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (rowCount) return;
    await client.query(`CREATE DATABASE ${TEMPLATE}_draft`);
    const config = readConfig({
      DATABASE_URL: urlOf(`${TEMPLATE}_draft`),
      PORT: '0',
      BOOTSTRAP_API_KEY: BOOTSTRAP_KEY,
      ENCRYPTION_KEYS: TEST_KEYS,
    });
    const server = await startServer(config, testLog());
    await server.close();
    await client.query(`ALTER DATABASE ${TEMPLATE}_draft RENAME TO ${TEMPLATE}`);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
}

export async function makeEmptyDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withAdmin((client) => client.query(`CREATE DATABASE ${name}`));
  return { url: urlOf(name), drop: () => drop(name) };
}

export async function cloneDatabase(): Promise<TestDatabase> {
  await withAdmin(ensureTemplate);
  return copyOf(TEMPLATE);
}

/** A backup of a database that nobody is connected to, restored. */
export const copyDatabase = ({ url }: TestDatabase): Promise<TestDatabase> => copyOf(new URL(url).pathname.slice(1));

async function copyOf(template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withAdmin((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  const url = urlOf(name);
  return {
    url,
    drop: async (books) => {
      const wrong = await (books === 'BROKEN' ? Promise.resolve([]) : lastBooksOf(url)).finally(() => drop(name));
      if (wrong.length > 0) throw new Error(`The books are not right:\n${wrong.slice(0, 20).join('\n')}`);
    },
  };
}

/**
 * Where a test moved the clock back and forth, periods that had ended are open again, without the alerts and limits that
 * ended ones never get. So the last look is from a time when all have ended but those that never do.
 */
async function lastBooksOf(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`DO $$ BEGIN
      IF (SELECT prosrc LIKE '%interval%' FROM pg_proc WHERE proname = 'tollgate_now') THEN
        CREATE OR REPLACE FUNCTION tollgate_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
          SET search_path = pg_catalog, pg_temp AS $now$SELECT timestamptz '2101-01-01T00:00:00Z'$now$;
      END IF; END $$`);
    return await booksOf(client);
  } finally {
    await client.end();
  }
}

async function drop(name: string): Promise<void> {
  await withAdmin((client) => client.query(`DROP DATABASE ${name}`));
}
