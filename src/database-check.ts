/** Whether a PostgreSQL can be reached and keeps what it acknowledges; every way in which it does not has its sentence. */
import { Client } from 'pg';
import { readClockShift, readDurability } from './database.sql.js';
import { databaseFault } from './errors.js';
import { StartError } from './start-error.js';

const CONNECT_TIMEOUT_MS = 5_000;
const LEAST_VERSION = 150_000;

/** How far tollgate_now() may be off the database's own clock, in seconds: the two are read one after the other. */
const CLOCK_TOLERANCE_S = 1;

/**
 * @param setting the name of the setting that the URL came from.
 * @throws StartError where the database cannot be reached or must not be used. No message has the URL's password.
 */
export async function assertUsable(setting: string, url: string, testClock: boolean): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await assertDurable(setting, client);
    if (!testClock && Math.abs(await readClockShift(client)) > CLOCK_TOLERANCE_S) {
      throw new StartError(
        "The database's tollgate_now() is shifted for tests; restore it, or set TEST_CLOCK=true outside production.",
      );
    }
  } catch (error) {
    throw error instanceof StartError ? error : unreachable(setting, url, error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function assertDurable(setting: string, client: Client): Promise<void> {
  const { version, off, isReadOnly } = await readDurability(client);
  if (!(version >= LEAST_VERSION)) {
    throw new StartError(
      `Tollgate needs PostgreSQL 15 or newer and ${setting} leads to version ${Math.floor(version / 10_000)}; point it at a newer server.`,
    );
  }
  if (off.length > 0) {
    throw new StartError(
      `The PostgreSQL of ${setting} may lose what it acknowledged; switch on ${off.join(' and ')} for its server, database and user, and start again.`,
    );
  }
  if (isReadOnly) {
    throw new StartError(`The PostgreSQL of ${setting} is read-only, as a standby is; point it at the primary.`);
  }
}

export function unreachable(setting: string, url: string, error: unknown): StartError {
  const { code } = error as { code?: string };
  const reason = (error instanceof Error && error.message) || (code ?? String(error));
  const where = URL.parse(url)?.host || 'the local socket';
  if (code?.startsWith('28')) {
    return new StartError(`${where} refused the user or the password of ${setting} (${reason}); correct it.`);
  }
  if (code === '3D000') {
    return new StartError(`${where} has no such database (${reason}); create it, or correct ${setting}.`);
  }
  return new StartError(
    `No PostgreSQL can be used on ${where} (${reason}); start it, or correct ${setting}, or unset it to use the embedded one.`,
  );
}

/** What a failed migration means; a defect of ours is left as it is, with its stack. */
export function migrationProblem(setting: string, error: unknown): unknown {
  if (error instanceof StartError) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  if ((cause as { code?: string }).code === '42501') {
    return new StartError(
      `The user of ${setting} may not make Tollgate's tables (${reason}); grant it CREATE on the database and on its schema public, or set MIGRATION_DATABASE_URL to the user that owns them.`,
    );
  }
  if (databaseFault(cause) === 'CONNECTION') {
    return new StartError(`The database went away during the start (${reason}); start again when it is back.`);
  }
  return error;
}
