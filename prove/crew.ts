/** Four servers on one PostgreSQL, each a process that can be killed at any time and comes back. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { pino } from 'pino';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '../src/postgres.js';
import { eventually, isAlive, ServerProcess, withClient } from '../test/support/server-process.js';
import { instant } from './instant.js';

export const OPERATOR_KEY = 'proof-key-000000000000000000000000000000';

/** The place of PostgreSQL among the victims, after the servers. */
export const POSTGRES = -1;

/** A PostgreSQL of its own in a folder that goes afterwards. */
export class Ground {
  private constructor(
    readonly folder: string,
    private readonly postgres: EmbeddedPostgres,
  ) {}

  static async open(): Promise<Ground> {
    const folder = await mkdtemp(join(tmpdir(), 'tollgate-proof-'));
    await chmod(folder, 0o755);
    return new Ground(folder, await openEmbeddedPostgres(folder, pino({ level: 'silent' })));
  }

  async createDatabase(name: string): Promise<string> {
    await withClient(this.postgres.url, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0`));
    const url = new URL(this.postgres.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** It is started again by who owns it. */
  async killPostgres(): Promise<void> {
    const text = await readFile(join(this.postgres.dataDir, 'postgres/postmaster.pid'), 'utf8');
    const pid = Number(text.split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    await eventually(() => Promise.resolve(!isAlive(pid)));
  }

  /** Resolves when it answers again. */
  async isBack(): Promise<void> {
    await eventually(() => withClient(this.postgres.url, (client) => client.query('SELECT')).then(isTrue, isFalse));
  }

  async close(): Promise<void> {
    await this.postgres.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** PostgreSQL may be killed again while a server waits for it. */
const START_TRIES = 20;

const isTrue = () => true;
const isFalse = () => false;

export class Crew {
  readonly #servers: (ServerProcess | undefined)[] = [];
  readonly kills = new Map<number, number>();
  /** When PostgreSQL was killed: what was under way then may have been done by an answer that was never read. */
  readonly #crashes: { from: number; to: number }[] = [];
  #answered = new Set<number>();
  #sinceKill = 0;
  #whenAll: (() => void) | undefined;

  private constructor(
    private readonly ground: Ground,
    readonly databaseUrl: string,
    private readonly settings: Record<string, string>,
  ) {}

  static async start(ground: Ground, database: string, size: number, settings = {}): Promise<Crew> {
    const crew = new Crew(ground, await ground.createDatabase(database), settings);
    // The first one makes the tables.
    for (let n = 0; n < size; n += 1) await crew.#start(n);
    return crew;
  }

  get size(): number {
    return this.#servers.length;
  }

  /** undefined while it is down. */
  urlOf(n: number): string | undefined {
    return this.#servers[n]?.url;
  }

  async with<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return withClient(this.databaseUrl, work);
  }

  /** Ends a server, or PostgreSQL, without a chance to clean up, and has it started again. */
  async kill(victim: number): Promise<void> {
    this.kills.set(victim, (this.kills.get(victim) ?? 0) + 1);
    if (victim === POSTGRES) {
      const from = instant();
      await this.ground.killPostgres();
      this.#crashes.push({ from, to: instant() });
    } else {
      const server = this.#servers[victim];
      this.#servers[victim] = undefined;
      await server?.stop('SIGKILL');
      void this.#start(victim);
    }
    this.#answered = new Set();
    this.#sinceKill = instant();
  }

  /** To be told of each answer: of which server, and when it was asked. */
  answered(n: number, sent: number): void {
    if (sent < this.#sinceKill) return;
    this.#answered.add(n);
    if (this.#answered.size === this.size) this.#whenAll?.();
  }

  /** Resolves when every server has answered, and PostgreSQL with them, what was asked after the last kill. */
  async allAnswered(): Promise<void> {
    if (this.#answered.size < this.size) await new Promise<void>((done) => (this.#whenAll = done));
    this.#whenAll = undefined;
  }

  /** Whether PostgreSQL died in this time. */
  sawCrash(from: number, to: number): boolean {
    return this.#crashes.some((crash) => crash.from <= to && crash.to >= from);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map(async (server) => server?.stop()));
  }

  async #start(n: number): Promise<void> {
    const environment = {
      DATABASE_URL: this.databaseUrl,
      BOOTSTRAP_API_KEY: OPERATOR_KEY,
      LOG_LEVEL: 'error',
      NODE_ENV: 'production',
      ...this.settings,
    };
    const isStarted = () => {
      const server = new ServerProcess({ folder: this.ground.folder, environment });
      return server.ready().then(() => {
        this.#servers[n] = server;
        return true;
      }, isFalse);
    };
    // While PostgreSQL is away a server does not start.
    for (let tries = 0; !(await isStarted()); tries += 1) {
      if (tries === START_TRIES) throw new Error('A server does not start.');
      await this.ground.isBack();
    }
  }
}
