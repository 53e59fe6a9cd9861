/**
 * `npm run verify`: 0 where the books are right, 1 where they are not, 2 where they could not be read. It reads, and
 * nothing else.
 */
import { Client } from 'pg';
import { ConfigError, readConfig } from '../config.js';
import { unreachable } from '../database-check.js';
import { databaseFault } from '../errors.js';
import { runningPostgresUrl } from '../postgres-running.js';
import { StartError } from '../start-error.js';
import { differenceLine } from './difference.js';
import { verifyBooks, type Verified } from './verify.js';

const CONNECT_TIMEOUT_MS = 5_000;

/** What PostgreSQL says of a table or column that is not there. */
const NOT_THERE = ['42P01', '42703'];

const NOTHING_RUNS =
  'No Tollgate runs here: start the server first (npm start), or set DATABASE_URL, or DATA_DIR where its data is elsewhere.';

async function connect(): Promise<Client> {
  const config = readConfig();
  const url = config.databaseUrl ?? (await runningPostgresUrl(config.dataDir));
  if (url === undefined) throw new StartError(NOTHING_RUNS);
  const client = new Client({
    connectionString: url,
    application_name: 'tollgate verify',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // A lost connection fails the query that is under way.
  client.on('error', () => undefined);
  await client.connect().catch((error: unknown) => {
    if (config.databaseUrl === undefined) throw new StartError(NOTHING_RUNS);
    throw unreachable('DATABASE_URL', url, error);
  });
  return client;
}

function summary(verified: Verified): string {
  const counted = (count: number, one: string, many = `${one}s`) =>
    `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
  return [
    `Checked ${counted(verified.records, 'usage record')} of ${counted(verified.organizations, 'organization')}`,
    `against the totals by day, ${counted(verified.periods, 'budget period')},`,
    `${counted(verified.held, 'held reservation')}, ${counted(verified.settled, 'settled reservation')} and ${counted(verified.alerts, 'alert')}:`,
    `${verified.differences === 0 ? 'no difference' : counted(verified.differences, 'difference')}.`,
  ].join(' ');
}

/** Why the books could not be read, in one sentence; a defect of ours is left as it is, with its stack. */
function problem(error: unknown): unknown {
  const reason = error instanceof Error ? error.message : String(error);
  if (NOT_THERE.includes((error as { code?: string }).code ?? '')) {
    return new StartError(
      `The database does not have this version's tables (${reason}); start this version's server on it once.`,
    );
  }
  const fault = databaseFault(error);
  if (fault === 'CONNECTION' || fault === 'CANCELED') {
    return new StartError(`The database did not answer in time (${reason}); run this again when it has less to do.`);
  }
  return error;
}

async function run(): Promise<number> {
  const client = await connect();
  try {
    const verified = await verifyBooks(client, (difference) => process.stdout.write(`${differenceLine(difference)}\n`));
    process.stdout.write(`${summary(verified)}\n`);
    return verified.differences === 0 ? 0 : 1;
  } finally {
    await client.end().catch(() => undefined);
  }
}

try {
  process.exitCode = await run();
} catch (caught) {
  const error = problem(caught);
  const isExpected = error instanceof ConfigError || error instanceof StartError;
  process.stderr.write(`${isExpected ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 2;
}
