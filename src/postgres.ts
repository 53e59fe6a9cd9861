/**
 * The embedded PostgreSQL: a real server in DATA_DIR for those who set no DATABASE_URL.
 *
 * It is started through pg_ctl, so it is a process of its own: a Ctrl-C meant for Tollgate does not cut its
 * connections before we have drained, and it survives a killed Tollgate, whose successor adopts it. Who owns it is
 * decided by a session lock inside it, which dies with its holder whatever the way: a pid file would outlive a kill
 * and could name a stranger.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { Logger } from 'pino';
import { placePostgres, type PostgresPlace } from './postgres-place.js';
import { createDatabaseUnlessExists, tryOwnServer } from './postgres.sql.js';
import { StartError } from './start-error.js';

const run = promisify(execFile);
const DATABASE = 'tollgate';
const USER = 'tollgate';
const RESTART_WAIT_MS = 200;

export interface EmbeddedPostgres {
  readonly url: string;
  readonly dataDir: string;
  close(): Promise<void>;
}

/**
 * Starts, or adopts, the PostgreSQL of a data folder and keeps it running until `close`.
 * @throws StartError with one sentence where the folder is unusable or a living server owns it.
 */
export async function openEmbeddedPostgres(dataDir: string | undefined, log: Logger): Promise<EmbeddedPostgres> {
  const place = await placePostgres(dataDir === undefined ? undefined : resolve(dataDir));
  await initialise(place);
  const supervisor = new Supervisor(place, await readFile(join(place.databaseDir, 'tollgate.password'), 'utf8'), log);
  await supervisor.start();
  return supervisor;
}

class Supervisor implements EmbeddedPostgres {
  #owner: Client | undefined;
  #closing = false;
  #restart: Promise<void> | undefined;
  #port = 0;

  constructor(
    private readonly place: PostgresPlace,
    private readonly password: string,
    private readonly log: Logger,
  ) {}

  get url(): string {
    return this.#urlOf(DATABASE);
  }

  get dataDir(): string {
    return this.place.dataDir;
  }

  async start(): Promise<void> {
    this.#owner = (await this.#own()) ?? (await this.#startAndOwn());
    this.#owner.on('error', () => undefined);
    this.#owner.on('end', () => this.#lost());
    await createDatabaseUnlessExists(this.#owner, DATABASE);
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#restart;
    await this.#owner?.end().catch(() => undefined);
    await this.#control(['stop', '-w', '-m', 'fast']).catch((error: unknown) => {
      this.log.warn({ err: error }, 'the embedded PostgreSQL was not running at the end');
    });
  }

  /** The connection that held the server broke: PostgreSQL restarts its backends by itself, or we start it again. */
  #lost(): void {
    if (this.#closing || this.#restart) return;
    this.log.warn('the embedded PostgreSQL went away; starting it again');
    this.#restart = this.#bringBack().finally(() => {
      this.#restart = undefined;
    });
  }

  async #bringBack(): Promise<void> {
    while (!this.#closing) {
      try {
        await this.start();
        return;
      } catch (error) {
        this.log.warn({ err: error }, 'the embedded PostgreSQL did not start yet');
        await wait(RESTART_WAIT_MS);
      }
    }
  }

  /** Connects to a server that runs in this folder and takes it over; undefined where none runs. */
  async #own(): Promise<Client | undefined> {
    const port = await this.#runningPort();
    if (port === undefined) return undefined;
    this.#port = port;
    const client = new Client({ connectionString: this.#urlOf('postgres'), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch {
      return undefined;
    }
    if (await tryOwnServer(client)) return client;
    await client.end();
    throw new StartError(
      `Another Tollgate server is using ${this.place.dataDir}; to run beside it, start this one with DATABASE_URL=${this.url}`,
    );
  }

  async #startAndOwn(): Promise<Client> {
    this.#port = await this.#pickPort();
    try {
      await this.#control([
        'start',
        '-w',
        '-t',
        '60',
        '-l',
        join(this.place.databaseDir, 'server.log'),
        '-o',
        this.#serverOptions(),
      ]);
    } catch (error) {
      const other = await this.#own();
      if (other) return other;
      throw new StartError(
        `The embedded PostgreSQL did not start in ${this.place.databaseDir}; its server.log says why: ${await this.#lastLogLine(error)}`,
      );
    }
    const client = await this.#own();
    if (!client)
      throw new StartError(`The embedded PostgreSQL in ${this.place.databaseDir} started but does not answer.`);
    return client;
  }

  /** A large WAL and rare checkpoints, because full-page images after each checkpoint are what slows steady writing. */
  #serverOptions(): string {
    return [
      `-p ${this.#port}`,
      '-c listen_addresses=127.0.0.1',
      "-c unix_socket_directories=''",
      '-c max_wal_size=4GB',
      '-c checkpoint_timeout=15min',
      '-c max_connections=200',
    ].join(' ');
  }

  async #control(args: string[]): Promise<void> {
    await run(this.place.binaries.pg_ctl, ['-D', this.place.databaseDir, ...args], { ...this.place.owner, cwd: '/' });
  }

  async #runningPort(): Promise<number | undefined> {
    const pidFile = await readFile(join(this.place.databaseDir, 'postmaster.pid'), 'utf8').catch(() => '');
    const port = Number(pidFile.split('\n')[3]);
    return Number.isInteger(port) && port > 0 ? port : undefined;
  }

  /** The port of the last time where it is free, so that a DATABASE_URL written down stays right. */
  async #pickPort(): Promise<number> {
    const file = join(this.place.databaseDir, 'tollgate.port');
    const last = Number(await readFile(file, 'utf8').catch(() => '0'));
    const port = (await freePort(last)) ?? (await freePort(0));
    if (port === undefined) throw new StartError('No free port was found for the embedded PostgreSQL.');
    await writeFile(file, String(port));
    return port;
  }

  async #lastLogLine(error: unknown): Promise<string> {
    const lines = (await readFile(join(this.place.databaseDir, 'server.log'), 'utf8').catch(() => ''))
      .trim()
      .split('\n');
    return lines.at(-1) || String(error);
  }

  #urlOf(database: string): string {
    return `postgresql://${USER}:${this.password}@127.0.0.1:${this.#port}/${database}`;
  }
}

/** Makes the cluster in a folder of its own and moves it into place whole: a start cut short leaves nothing half made. */
async function initialise(place: PostgresPlace): Promise<void> {
  const version = await readFile(join(place.databaseDir, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined) {
    if (version.trim() === place.majorVersion) return;
    throw new StartError(
      `${place.databaseDir} belongs to PostgreSQL ${version.trim()}, this version of Tollgate brings ${place.majorVersion}; dump it with the old version and set DATA_DIR to a new folder.`,
    );
  }
  const draft = `${place.databaseDir}.new-${randomBytes(6).toString('hex')}`;
  const password = randomBytes(18).toString('hex');
  const passwordFile = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (place.owner) {
      await chown(draft, place.owner.uid, place.owner.gid);
      await chown(passwordFile, place.owner.uid, place.owner.gid);
    }
    await chmod(place.binaries.initdb, 0o755).catch(() => undefined);
    await run(
      place.binaries.initdb,
      ['-D', draft, '-U', USER, '-A', 'scram-sha-256', '-E', 'UTF8', '--no-locale', '--pwfile', passwordFile],
      { ...place.owner, cwd: '/' },
    );
    await writeFile(join(draft, 'tollgate.password'), password, { mode: 0o600 });
    await rename(draft, place.databaseDir).catch(async (error: unknown) => {
      const finished = await readFile(join(place.databaseDir, 'PG_VERSION')).then(
        () => true,
        () => false,
      );
      if (!finished) throw error;
    });
  } catch (error) {
    throw new StartError(`The embedded PostgreSQL could not be set up in ${place.databaseDir}: ${firstLine(error)}`);
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}

function firstLine(error: unknown): string {
  const text = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : String(error);
  return text.trim().split('\n').at(-1) ?? text;
}

function freePort(wanted: number): Promise<number | undefined> {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once('error', () => answer(undefined));
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => answer(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
