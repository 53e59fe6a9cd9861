/** The composition root's second half: opens database, services, schema, HTTP and WebSocket, and closes them. */
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { INVOICE_PATH } from './billing/document/page-address.js';
import { Clock } from './clock.js';
import type { Config } from './config.js';
import { Context, ContextFactory, guardRootField } from './context.js';
import { openDatabase, type Database, type DatabaseOptions } from './database.js';
import { actingAs } from './database-role.js';
import { openDoors } from './door/doors.js';
import { KeyUpkeep } from './encryption/key-upkeep.js';
import { assertKeysAreSet, openEncryption, type EncryptionGround } from './encryption/opening.js';
import { Resealing } from './encryption/resealing.js';
import { explorer, mayShowKey } from './door/explorer.js';
import type { Route } from './door/http.js';
import { keyFileIn, readKeyFile, writeKeyFile } from './key-file.js';
import { laneConnections } from './lanes.js';
import { MIGRATIONS } from './migrations.js';
import { noticesOf } from './notices.js';
import { openEmbeddedPostgres } from './postgres.js';
import type { Principal } from './principal.js';
import { Rates } from './door/rates.js';
import { RunningLimit } from './running-limit.js';
import { makeSchema } from './schema.js';
import { ENTITIES, SUBSCRIBERS, makeResolvers, makeServices, type Services } from './services.js';
import { StartError } from './start-error.js';

const CLOCK_FIRST_SYNCS = 5;
const CLOCK_SYNC_MS = 10_000;

export interface RunningServer {
  /** Such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Where other servers can join this one's database. */
  readonly databaseUrl: string;
  /** The bootstrap key, when this start made it. */
  readonly newKey: string | undefined;
  /** A file with the bootstrap key, where the database is embedded. */
  readonly keyFile: string | undefined;
  /** What it does not do, by its settings: a sentence each. */
  readonly notices: readonly string[];
  /** Subscriptions that are open. */
  subscriberCount(): number;
  /** Asks the database for its time again. */
  syncClock(): Promise<void>;
  close(): Promise<void>;
}

/** What the door learns after it was opened. */
interface DoorState {
  /** The first key is made: requests can succeed. */
  isOpen: boolean;
  explorerKey: string | undefined;
}

/** What is opened is closed in the opposite order, also where the start fails halfway. */
class Closers {
  readonly #stack: (() => Promise<void>)[] = [];

  add(close: () => Promise<void>): void {
    this.#stack.push(close);
  }

  /** Closes all, also where one of them fails: a database of our own must not be left running. */
  async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#stack.pop(); close; close = this.#stack.pop()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be closed.');
  }
}

/** @throws StartError with one sentence that says what to do. */
export async function startServer(config: Config, log: Logger): Promise<RunningServer> {
  const closers = new Closers();
  try {
    return await start(config, log, closers);
  } catch (error) {
    await closers.closeAll().catch((failure: unknown) => log.error({ err: failure }, 'the start was not undone whole'));
    throw error;
  }
}

async function start(config: Config, log: Logger, closers: Closers): Promise<RunningServer> {
  const { url: databaseUrl, dataDir } = await databaseOf(config, log, closers);
  assertKeysAreSet(config.encryption, dataDir);
  const database = await openDatabase(databaseOptions(config, databaseUrl, log));
  closers.add(() => database.close());
  const keyUpkeep = await openKeys(database, { settings: config.encryption, dataDir, log });
  const clock = await openClock(database, log, closers);

  const services = makeServices(config, database, clock, log);
  closers.add(() => services.feed.close());
  closers.add(() => services.meter.close());
  await services.feed.start(await notifyUrlOf(config, databaseUrl)).catch((error: unknown) => {
    throw notifyProblem(error);
  });
  closers.add(() => services.lanes.close());
  closers.add(() => services.printer.close());
  closers.add(() => services.webhooks.closeDoor());

  const schema = await makeSchema(makeResolvers(services), guardRootField);
  const contexts = new ContextFactory(database.orm, clock, services.admission, new RunningLimit(config.limits, clock));
  const door: DoorState = { isOpen: false, explorerKey: undefined };
  const http = await openDoors<Principal, Context>({
    config,
    log,
    schema,
    contexts,
    rates: new Rates(config.limits, database.writer, clock),
    endContext: (context) => context.end(),
    isReady: async () => door.isOpen && (await database.isReady()),
    routes: [...(config.limits.showsExplorer ? [explorerOf(door)] : []), services.webhooks.door],
    pages: [{ path: INVOICE_PATH, route: services.invoiceDoor }],
  });
  services.invoiceAddresses.listensAt(http.url);
  closers.add(() => http.close());
  // After everything that may fail, because a key that was made by a start that failed is never shown again.
  const keyFile = dataDir === undefined ? undefined : keyFileIn(dataDir);
  const keep = async (value: string) => {
    if (keyFile !== undefined) await writeKeyFile(keyFile, value);
  };
  const newKey = await database.exclusively(async () => {
    await services.imports.importAtStart();
    return services.bootstrap.run(config.bootstrapApiKey, keep);
  });
  door.explorerKey = keyFile === undefined ? undefined : await readKeyFile(keyFile);
  door.isOpen = true;
  await startJobs({ ...services, keyUpkeep }, closers);
  return {
    url: http.url,
    databaseUrl,
    newKey,
    keyFile: door.explorerKey === undefined ? undefined : keyFile,
    notices: noticesOf({ ...config, features: services.features }),
    subscriberCount: () => services.feed.subscriberCount + services.meter.subscriberCount,
    syncClock: () => clock.sync(),
    close: () => closers.closeAll(),
  };
}

function databaseOptions(config: Config, url: string, log: Logger): DatabaseOptions {
  return {
    url,
    hotUrl: config.hotDatabaseUrl ?? url,
    migrationUrl: config.migrationDatabaseUrl,
    laneConnections: laneConnections(config.lanes),
    entities: ENTITIES,
    subscribers: SUBSCRIBERS,
    migrations: MIGRATIONS,
    testClock: config.testClock,
    log,
  };
}

/** What goes on by itself from now on. */
async function startJobs(services: Services & { readonly keyUpkeep: KeyUpkeep }, closers: Closers): Promise<void> {
  const { keyUse, priceRefresh, expirySweeper, billingCycle, collectingJob, webhooks, latePricing } = services;
  const money = [billingCycle, collectingJob, webhooks, latePricing];
  for (const job of [services.keyUpkeep, services.erasedAccounts, keyUse, priceRefresh, expirySweeper, ...money]) {
    await job?.start();
    closers.add(async () => job?.close());
  }
}

async function openKeys(database: Database, ground: EncryptionGround): Promise<KeyUpkeep> {
  const { orm, writer } = database;
  const sealer = await database.exclusively(() => openEncryption(ground, orm, writer));
  return new KeyUpkeep(writer, sealer, new Resealing(orm, writer, sealer), ground.log);
}

async function databaseOf(
  config: Config,
  log: Logger,
  closers: Closers,
): Promise<{ url: string; dataDir: string | undefined }> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, dataDir: undefined };
  const embedded = await openEmbeddedPostgres(config.dataDir, log);
  closers.add(() => embedded.close());
  return embedded;
}

async function openClock(database: Database, log: Logger, closers: Closers): Promise<Clock> {
  const clock = new Clock(database.writer);
  // The one with the shortest way is kept; the first alone may be tens of ms off on a busy machine.
  for (let time = 0; time < CLOCK_FIRST_SYNCS; time += 1) await clock.sync();
  const timer = setInterval(() => {
    clock.sync().catch((error: unknown) => log.warn({ err: error }, 'the database did not tell its time'));
  }, CLOCK_SYNC_MS);
  closers.add(() => {
    clearInterval(timer);
    return Promise.resolve();
  });
  return clock;
}

function explorerOf(state: Readonly<DoorState>): Route {
  const mayShow = (request: IncomingMessage) =>
    mayShowKey({
      embedded: state.explorerKey !== undefined,
      remoteAddress: request.socket.remoteAddress,
      host: request.headers.host,
    });
  return explorer({ explorerKey: (request) => (mayShow(request) ? state.explorerKey : undefined) });
}

/** It needs no right at all, so it has the fewest that there are. */
async function notifyUrlOf(config: Config, databaseUrl: string): Promise<string | undefined> {
  if (!config.isNotifyOn) return undefined;
  const url = config.notifyDatabaseUrl ?? databaseUrl;
  const setting = url === databaseUrl ? 'DATABASE_URL' : 'NOTIFY_DATABASE_URL';
  return (await actingAs('tollgate_app', setting, url)).url;
}

function notifyProblem(error: unknown): StartError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StartError(`The connection for alerts cannot be made (${reason}); check NOTIFY_DATABASE_URL.`);
}
