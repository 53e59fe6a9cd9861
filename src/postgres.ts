/**
 * The embedded PostgreSQL: a real server in DATA_DIR for those who set no DATABASE_URL.
 *
 * It is a process of its own: a Ctrl-C meant for Tollgate does not cut its connections before we have drained, and it
 * survives a killed Tollgate, whose successor adopts it. Who owns it is decided by a session lock inside it, which dies
 * with its holder whatever the way: a pid file would outlive a kill and could name a stranger.
 */
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from 'pino';
import { Cluster, CLUSTER_USER } from './postgres-cluster.js';
import { placePostgres } from './postgres-place.js';
import { createDatabaseUnlessExists, tryOwnServer } from './postgres.sql.js';
import { StartError } from './start-error.js';

export const DATABASE = 'tollgate';
const CONNECT_TIMEOUT_MS = 5_000;

/** A server that starts, recovers or shuts down is asked again after this time, and given up after so many times. */
const LOOK_WAIT_MS = 100;
const LOOKS_WHILE_BUSY = 3_000;
const LOOKS_WHILE_SILENT = 50;

/** After a crash: the wait before the next try, doubled up to the most. */
const RESTART_WAIT_MS = { least: 50, most: 2_000 };

/** PostgreSQL's `cannot_connect_now`: it starts, recovers or shuts down. */
const NOT_NOW = '57P03';

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
  const supervisor = new Supervisor(await Cluster.open(place), log);
  try {
    await supervisor.start();
  } catch (error) {
    await supervisor.close();
    throw error;
  }
  return supervisor;
}

class Supervisor implements EmbeddedPostgres {
  #owner: Client | undefined;
  /** Started by us and taken by nobody else, so it is ours to stop even where we could not take it. */
  #isStartedByUs = false;
  #closing = false;
  #restart: Promise<void> | undefined;
  /** Fixed once known: the pools have it in their URL. */
  #port: number | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly log: Logger,
  ) {}

  get url(): string {
    return this.#urlOf(DATABASE);
  }

  get dataDir(): string {
    return this.cluster.dataDir;
  }

  async start(): Promise<void> {
    const owner = await this.#own();
    this.#owner = owner;
    owner.once('end', () => this.#lost(owner));
    await createDatabaseUnlessExists(owner, DATABASE);
  }

  /** Stopped under the lock, so that nobody can adopt it meanwhile; a server that is not ours is left alone. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#restart;
    const owner = this.#owner;
    if (!owner && !this.#isStartedByUs) return;
    await this.cluster.stop().catch((error: unknown) => {
      this.log.warn({ err: error }, 'the embedded PostgreSQL was not running at the end');
    });
    await owner?.end().catch(() => undefined);
  }

  /** The connection that held the server broke: PostgreSQL crashed, or somebody ended our session. */
  #lost(owner: Client): void {
    if (this.#owner !== owner || this.#closing) return;
    this.#owner = undefined;
    this.log.warn('the embedded PostgreSQL went away; starting it again');
    this.#restart ??= this.#bringBack().finally(() => (this.#restart = undefined));
  }

  async #bringBack(): Promise<void> {
    for (let waitMs = RESTART_WAIT_MS.least; !this.#closing; waitMs = Math.min(waitMs * 2, RESTART_WAIT_MS.most)) {
      try {
        await this.start();
        if (this.#owner) return;
      } catch (error) {
        this.log.warn({ err: error }, 'the embedded PostgreSQL did not start yet');
      }
      await wait(waitMs);
    }
  }

  /** Takes over the server that runs in this folder, or starts one. */
  async #own(): Promise<Client> {
    let silent = 0;
    for (let looks = 0; looks < LOOKS_WHILE_BUSY && silent < LOOKS_WHILE_SILENT; looks += 1) {
      const found = await this.#look();
      if (found instanceof Client) return found;
      if (found === 'SILENT') {
        silent += 1;
        if (await this.#launch()) continue;
        // It may have been started by somebody else meanwhile, or be about to end.
        if (!(await this.cluster.mayRun())) break;
      }
      await wait(LOOK_WAIT_MS);
    }
    throw new StartError(
      `The embedded PostgreSQL in ${this.cluster.dataDir} does not start; the end of its postgres/server.log says why: ${await this.cluster.lastLogLine()}`,
    );
  }

  async #launch(): Promise<boolean> {
    this.#port ??= await this.cluster.pickPort();
    await this.cluster.forgetZombie();
    try {
      await this.cluster.start(this.#port);
      this.#isStartedByUs = true;
      return true;
    } catch {
      return false;
    }
  }

  /** Connects to a server that runs in this folder and takes it over, where it is nobody's. */
  async #look(): Promise<Client | 'SILENT' | 'BUSY'> {
    const port = await this.cluster.port();
    if (port === undefined) return 'SILENT';
    const client = new Client({
      connectionString: this.#urlOf('postgres', port),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'tollgate owner',
      keepAlive: true,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      this.#port = port;
      if (await tryOwnServer(client)) return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      return (error as { code?: string }).code === NOT_NOW ? 'BUSY' : 'SILENT';
    }
    await client.end().catch(() => undefined);
    this.#isStartedByUs = false;
    throw new StartError(
      `Another Tollgate server is using ${this.dataDir}; to run beside it, start this one with DATABASE_URL=${this.url} and the same encryption keys.`,
      { isForTerminal: true },
    );
  }

  #urlOf(database: string, port = this.#port): string {
    return `postgresql://${CLUSTER_USER}:${this.cluster.password}@127.0.0.1:${port}/${database}`;
  }
}
