/** A database of its own for each test file: a copy of one template that was migrated and filled once. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { pino } from 'pino';
import { readConfig } from '../../src/config.js';
import { startServer } from '../../src/server.js';

/** The first organization's ADMIN and OPERATOR key in every test database. */
export const BOOTSTRAP_KEY = 'test-bootstrap-key-00000000';

const TEMPLATE = 'tollgate_template';
const TEMPLATE_LOCK = 77;

export interface TestDatabase {
  readonly url: string;
  /** Drops it; fails where a connection was left open. */
  drop(): Promise<void>;
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
    });
    const server = await startServer(config, pino({ level: 'silent' }));
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
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withAdmin(async (client) => {
    await ensureTemplate(client);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  });
  return { url: urlOf(name), drop: () => drop(name) };
}

async function drop(name: string): Promise<void> {
  await withAdmin((client) => client.query(`DROP DATABASE ${name}`));
}
