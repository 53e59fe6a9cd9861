/**
 * `npm run verify`: 0 where the books are right, 1 where they are not, 2 where they could not be read. It reads, and
 * nothing else. Where a payment processor is set they are compared with it: `npm run verify -- --days 365` goes back so far.
 */
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { ProcessorError } from '../billing/payment/processor.js';
import { StripeProcessor } from '../billing/stripe/stripe.js';
import { ConfigError, readConfig, type Config } from '../config.js';
import { unreachable } from '../database-check.js';
import { actingAs } from '../database-role.js';
import { openForReading } from '../encryption/opening.js';
import { findSealer, keepSealer } from '../encryption/sealer.js';
import { databaseFault } from '../errors.js';
import { openLog } from '../log.js';
import { findDatabaseDir } from '../postgres-place.js';
import { runningPostgresUrl } from '../postgres-running.js';
import { StartError } from '../start-error.js';
import { compareProcessor, type Compared } from './compare-processor.js';
import { differenceLine, type Difference } from './difference.js';
import { verifyBooks, type Verified } from './verify.js';

const CONNECT_TIMEOUT_MS = 5_000;

/** What PostgreSQL says of a table or column that is not there. */
const NOT_THERE = ['42P01', '42703'];

const NOTHING_RUNS =
  'No Tollgate runs here: start the server first (npm start), or set DATABASE_URL, or DATA_DIR where its data is elsewhere.';

/** Payments, refunds and disputes that are older are not compared with the processor, in days. */
const COMPARED_DAYS = 90;

function readDays(): number {
  try {
    const { days = String(COMPARED_DAYS) } = parseArgs({ options: { days: { type: 'string' } } }).values;
    if (/^[1-9]\d{0,3}$/.test(days)) return Number(days);
  } catch {
    // Told below.
  }
  throw new StartError('The only option is --days, from 1 to 9999: how far back payments are compared.');
}

async function connect(config: Config): Promise<Client> {
  const url = config.databaseUrl ?? (await runningPostgresUrl(config.dataDir));
  if (url === undefined) throw new StartError(NOTHING_RUNS);
  const isEmbedded = config.databaseUrl === undefined;
  await assertReachable(url, isEmbedded);
  const client = clientOn((await actingAs('tollgate_auditor', 'DATABASE_URL', url)).url);
  await client.connect();
  return client;
}

async function assertReachable(url: string, isEmbedded: boolean): Promise<void> {
  const client = clientOn(url);
  await client.connect().catch((error: unknown) => {
    throw isEmbedded ? new StartError(NOTHING_RUNS) : unreachable('DATABASE_URL', url, error);
  });
  await client.end();
}

function clientOn(connectionString: string): Client {
  const client = new Client({
    connectionString,
    application_name: 'tollgate verify',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // A lost connection fails the query that is under way.
  client.on('error', () => undefined);
  return client;
}

const counted = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

function summary(verified: Verified): string {
  return [
    `Checked ${counted(verified.records, 'usage record')} of ${counted(verified.organizations, 'organization')}`,
    `against the totals by day, ${counted(verified.periods, 'budget period')},`,
    `${counted(verified.held, 'held reservation')}, ${counted(verified.settled, 'settled reservation')}, ${counted(verified.digests, 'digest')}, ${counted(verified.auditEntries, 'audit entry', 'audit entries')} and ${counted(verified.alerts, 'alert')}:`,
    `${verified.differences === 0 ? 'no difference' : counted(verified.differences, 'difference')}.`,
  ].join(' ');
}

/** Why the books could not be read, in one sentence; a defect of ours is left as it is, with its stack. */
function problem(error: unknown): unknown {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof ProcessorError) {
    return new StartError(`Payments could not be compared: ${reason} Run this again when Stripe answers.`);
  }
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

function comparison({ counts, underWay, differences }: Compared, days: number): string {
  const whole = [
    `Compared ${counted(counts.payment, 'payment')}, ${counted(counts.refund, 'refund')} and`,
    `${counted(counts.dispute, 'dispute')} of the last ${counted(days, 'day')} with Stripe:`,
    differences === 0 ? 'no difference' : counted(differences, 'difference'),
  ].join(' ');
  return underWay === 0 ? whole : `${whole}, and ${underWay} that ${underWay === 1 ? 'is' : 'are'} under way`;
}

/** How many differences there are between what the processor has and the books. */
async function compare(client: Client, config: Config, days: number, tell: (one: Difference) => void): Promise<number> {
  if (config.stripe && !findSealer(client)) {
    throw new StartError('Payments cannot be compared without the keys: set ENCRYPTION_KEYS as for the server.');
  }
  if (!config.stripe) {
    process.stdout.write('Payments were not compared with Stripe: STRIPE_SECRET_KEY is not set.\n');
    return 0;
  }
  const compared = await compareProcessor(client, new StripeProcessor(config.stripe), days, tell);
  process.stdout.write(`${comparison(compared, days)}.\n`);
  return compared.differences;
}

/** Without keys the books are read all the same, and organizations go by their ids. */
async function openNames(client: Client, config: Config): Promise<void> {
  const given = config.dataDir === undefined ? undefined : resolve(config.dataDir);
  const dataDir = config.databaseUrl === undefined ? dirname(await findDatabaseDir(given)) : undefined;
  const ground = { settings: config.encryption, dataDir, log: openLog('silent') };
  const sealer = await openForReading(ground, client);
  if (sealer) keepSealer(client, sealer);
}

async function run(): Promise<number> {
  const days = readDays();
  const config = readConfig();
  const client = await connect(config);
  const tell = (difference: Difference) => void process.stdout.write(`${differenceLine(difference)}\n`);
  try {
    await openNames(client, config);
    const verified = await verifyBooks(client, tell);
    process.stdout.write(`${summary(verified)}\n`);
    const differences = await compare(client, config, days, tell);
    return verified.differences + differences === 0 ? 0 : 1;
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
