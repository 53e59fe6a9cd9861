/**
 * The two pools on PostgreSQL, each acting as a role of its own: `app` (MikroORM, people's rows) and `writer` (the hot path
 * and the jobs).
 */
import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { MikroORM, defineConfig, type EntityClass, type EventSubscriber } from '@mikro-orm/postgresql';
import { Socket } from 'node:net';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import type { Logger } from 'pino';
import { assertUsable } from './database-check.js';
import { migrateDatabase, type MigrationClass } from './database-migrating.js';
import { actingAs, type RoleLogin } from './database-role.js';
import { pingDatabase, withMigrationLock } from './database.sql.js';

const APP_POOL_SIZE = 10;

/** Beside those of the lanes: for organizations that go on by themselves, jobs of the server, and reads that follow a write. */
const OTHER_WRITERS = 8;
const CONNECT_TIMEOUT_MS = 5_000;

/** A database that does not answer within this time is not ready, in ms. */
const PING_TIMEOUT_MS = 2_000;

/** How long a statement of the app pool may run before the database ends it, in ms. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** Longer than the database's own limit, which ends a statement cleanly: for one that answers nothing at all. */
const SILENCE_LIMIT_MS = STATEMENT_TIMEOUT_MS + 1_000;

/**
 * How long a query may go without an answer, in ms, unless it says otherwise; then its connection is given up. For a
 * database that answers nothing at all, and so ends no statement either: otherwise callers would wait for as long. Longer
 * than two calls of a lane, one behind the other, may run.
 */
const ANSWER_TIMEOUT_MS = 12_000;

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
  /** Of whoever owns the tables; undefined: as `url`. */
  readonly migrationUrl?: string | undefined;
  /** How many connections the lanes hold when all are at work. */
  readonly laneConnections: number;
  readonly entities: readonly EntityClass<object>[];
  /** Told of what the unit of work writes. */
  readonly subscribers?: readonly EventSubscriber[];
  readonly migrations: readonly MigrationClass[];
  readonly testClock: boolean;
  readonly log: Logger;
}

/**
 * Connects, checks that the database keeps what it acknowledges and organizations apart, and brings the schema up to date:
 * of several servers that start at once one migrates and the others wait.
 * @throws StartError where the database cannot be reached or must not be used.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const migrationUrl = options.migrationUrl ?? options.url;
  const migrationSetting = migrationUrl === options.url ? 'DATABASE_URL' : 'MIGRATION_DATABASE_URL';
  const hotSetting = options.hotUrl === options.url ? 'DATABASE_URL' : 'HOT_DATABASE_URL';
  const urls = new Map([
    [options.url, 'DATABASE_URL'],
    [options.hotUrl, hotSetting],
    [migrationUrl, migrationSetting],
  ]);
  for (const [url, setting] of urls) await assertUsable(setting, url, options.testClock);
  await migrateDatabase(migrationSetting, migrationUrl, options.migrations);
  const appLogin = await actingAs('tollgate_app', 'DATABASE_URL', options.url);
  const writerLogin = await actingAs('tollgate_writer', hotSetting, options.hotUrl);
  const orm = await openOrm(options, appLogin);
  const writer = openPool(writerLogin, options.log, {
    max: options.laneConnections + OTHER_WRITERS,
    application_name: 'tollgate writer',
    query_timeout: ANSWER_TIMEOUT_MS,
  });
  // A pool of its own: the answer must not wait behind work when all connections are taken.
  const pings = openPool(writerLogin, options.log, {
    max: 1,
    application_name: 'tollgate health',
    query_timeout: PING_TIMEOUT_MS,
    connectionTimeoutMillis: PING_TIMEOUT_MS,
  });
  return {
    orm,
    writer,
    isReady: () => pingDatabase(pings),
    exclusively: (work) => withMigrationLock(migrationUrl, work),
    close: async () => {
      await Promise.all([orm.close(true), writer.end(), pings.end()]);
    },
  };
}

async function openOrm(options: DatabaseOptions, login: RoleLogin): Promise<MikroORM> {
  const orm = await MikroORM.init(ormOptions(options, login));
  try {
    cutSilent(await orm.em.getConnection().getNativeClient());
    return orm;
  } catch (error) {
    await orm.close(true);
    throw error;
  }
}

/** A query that the driver gives up would leave its connection as it is, and the rollback would wait for it as well. */
function cutSilent(pool: Pool): void {
  pool.on('acquire', ({ connection }: PoolClient) => {
    const stream: unknown = connection.stream;
    if (!(stream instanceof Socket) || stream.listenerCount('timeout') > 0) return;
    stream.setTimeout(SILENCE_LIMIT_MS, () => stream.destroy());
  });
}

/**
 * The query builder below MikroORM gives a connection back only after a BEGIN, COMMIT or ROLLBACK that worked, so each
 * connection that broke inside a transaction would take a place in the pool for good.
 */
function releaseBroken(pool: Pool): void {
  pool.on('connect', (client) => {
    client.once('end', () => {
      try {
        client.release(true);
        client.release = () => undefined;
      } catch {
        // It was given back before it broke.
      }
    });
  });
}

function openPool({ url }: RoleLogin, log: Logger, settings: PoolConfig): Pool {
  const pool = new Pool({
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...settings,
  });
  pool.on('error', ({ message }) => {
    // A connection that was asked to end may be told by a stopping database before it has.
    if (!pool.ending) log.warn({ message }, 'an idle database connection was lost');
  });
  // The pool listens to idle connections only; an error of one in use without a listener would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function ormOptions({ entities, subscribers }: DatabaseOptions, { url, options }: RoleLogin) {
  return defineConfig({
    clientUrl: url,
    entities: [...entities],
    subscribers: [...(subscribers ?? [])],
    metadataProvider: ReflectMetadataProvider,
    allowGlobalContext: false,
    forceUtcTimezone: true,
    // Whatever the environment switches on: it writes statements with what people sent in them.
    debug: false,
    logger: () => undefined,
    pool: { min: 0, max: APP_POOL_SIZE },
    driverOptions: {
      application_name: 'tollgate app',
      // Of the URL it takes no more than where it leads.
      ...(options === undefined ? {} : { options }),
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      onPoolCreated: releaseBroken,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    },
  });
}
