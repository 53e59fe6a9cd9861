/** Before all tests: one embedded PostgreSQL, through the product's own code, in a folder that goes afterwards. */
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openEmbeddedPostgres } from '../../dist/src/postgres.js';

export default async function start() {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-test-'));
  await chmod(folder, 0o755);
  const postgres = await openEmbeddedPostgres(folder, pino({ level: 'warn' }));
  const heard = await mkdtemp(join(tmpdir(), 'tollgate-heard-'));
  process.env.TEST_DATABASE_URL = postgres.url;
  process.env.TEST_HEARD_DIR = heard;
  globalThis.testPostgres = { folder, postgres, heard };
}
