/** The two pools on PostgreSQL: `app` (MikroORM, people's rows) and `writer` (the hot path and the jobs). */
import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator, type Migration } from '@mikro-orm/migrations';
import { MikroORM, defineConfig, type EntityClass } from '@mikro-orm/postgresql';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import { pingDatabase, readClockShift, readDurability, withMigrationLock } from './database.sql.js';
import { StartError } from './start-error.js';

const APP_POOL_SIZE = 10;
const WRITER_POOL_SIZE = 12;

/** How long a statement of the app pool may run before the database ends it, in ms. */
const STATEMENT_TIMEOUT_MS = 30_000;

export interface Database {
  readonly orm: MikroORM;
  readonly writer: Pool;
  /** Whether the database answers now. */
  isReady(): Promise<boolean>;
  /** Runs something while no other server that starts runs it. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly hotUrl: string;
  readonly entities: readonly EntityClass<object>[];
  readonly migrations: readonly (new (...args: ConstructorParameters<typeof Migration>) => Migration)[];
  readonly testClock: boolean;
  readonly log: Logger;
}

/**
 * Connects, checks that the database keeps what it acknowledges, and brings the schema up to date: of several servers
 * that start at once one migrates and the others wait.
 * @throws StartError where the database cannot be reached or must not be used.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const writer = new Pool({
    connectionString: options.hotUrl,
    max: WRITER_POOL_SIZE,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  });
  writer.on('error', (error) => options.log.warn({ err: error }, 'an idle database connection was lost'));
  let orm: MikroORM | undefined;
  try {
    await assertUsable(writer, options.testClock);
    const opened = (orm = await MikroORM.init(ormOptions(options)));
    await withMigrationLock(options.url, () => new Migrator(opened.em).up());
    return databaseOf(opened, writer, options);
  } catch (error) {
    await orm?.close(true);
    await writer.end();
    throw error instanceof StartError ? error : unreachable(error);
  }
}

function databaseOf(orm: MikroORM, writer: Pool, options: DatabaseOptions): Database {
  return {
    orm,
    writer,
    isReady: () => pingDatabase(writer),
    exclusively: (work) => withMigrationLock(options.url, work),
    close: async () => {
      await orm.close(true);
      await writer.end();
    },
  };
}

function ormOptions(options: DatabaseOptions) {
  return defineConfig({
    clientUrl: options.url,
    entities: [...options.entities],
    metadataProvider: ReflectMetadataProvider,
    allowGlobalContext: false,
    forceUtcTimezone: true,
    pool: { min: 0, max: APP_POOL_SIZE },
    driverOptions: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    },
    migrations: {
      tableName: 'migration',
      snapshot: false,
      allOrNothing: true,
      silent: true,
      migrationsList: [...options.migrations],
    },
  });
}

async function assertUsable(pool: Pool, testClock: boolean): Promise<void> {
  const { version, off } = await readDurability(pool);
  if (version < 150_000)
    throw new StartError('Tollgate needs PostgreSQL 15 or newer; point DATABASE_URL at such a server.');
  if (off.length > 0) {
    throw new StartError(`This PostgreSQL may lose what it acknowledged: switch on ${off.join(', ')} and start again.`);
  }
  if (!testClock && Math.abs(await readClockShift(pool)) > 1) {
    throw new StartError(
      "The database's tollgate_now() is shifted for tests; restore it, or set TEST_CLOCK=true outside production.",
    );
  }
}

function unreachable(error: unknown): StartError {
  const reason = error instanceof Error ? error.message || (error as { code?: string }).code : String(error);
  return new StartError(`The database cannot be used (${reason}); check DATABASE_URL and that the server is running.`);
}
