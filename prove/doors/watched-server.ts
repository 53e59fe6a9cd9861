/** A server as a process of its own that says what it costs, on a database of its own. */
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ServerProcess } from '../../test/support/server-process.js';
import { OPERATOR_KEY, type Ground } from '../crew.js';

const QUIET_LOOKS = 3;
const QUIET_LOOK_MS = 500;
/** A machine that others use may never be quiet. */
const QUIET_TRIES = 120;
/** As late as an event loop is that does next to nothing. */
const QUIET_MS = 100;

const PROBE = resolve('dist/prove/doors/probe.js');

/** Since it was looked at last. */
export interface Look {
  /** How late the event loop was. */
  readonly p99Ms: number;
  readonly mostMs: number;
  /** At this moment. */
  readonly rssMb: number;
  /** Of that what is in use, or was not thrown away yet. */
  readonly heldMb: number;
  /** At this moment: sockets of clients and of the database. */
  readonly connections: number;
}

export class WatchedServer {
  #looks = 0;

  private constructor(
    private readonly process: ServerProcess,
    readonly databaseUrl: string,
  ) {}

  static async start(ground: Ground, database: string, settings: Record<string, string> = {}): Promise<WatchedServer> {
    const databaseUrl = await ground.createDatabase(database);
    const environment = {
      DATABASE_URL: databaseUrl,
      BOOTSTRAP_API_KEY: OPERATOR_KEY,
      LOG_LEVEL: 'fatal',
      NODE_ENV: 'production',
      ...settings,
    };
    const server = new ServerProcess({ folder: ground.folder, environment, preload: PROBE });
    return new WatchedServer(await server.ready(), databaseUrl);
  }

  get url(): string {
    return this.process.url;
  }

  /** Waits for as long as its event loop is held up. */
  look(): Promise<Look> {
    return this.#look('SIGUSR2');
  }

  /** The same without garbage. */
  lookClean(): Promise<Look> {
    return this.#look('SIGWINCH');
  }

  /** Waits until its event loop has had little to do for a second and more: nobody is told when a subscription has begun. */
  async quiet(): Promise<void> {
    for (let looks = 0, tries = 0; looks < QUIET_LOOKS && tries < QUIET_TRIES; tries += 1) {
      await wait(QUIET_LOOK_MS);
      const { mostMs } = await this.look();
      looks = mostMs < QUIET_MS ? looks + 1 : 0;
    }
  }

  async stop(): Promise<void> {
    await this.process.stop('SIGKILL');
  }

  async #look(signal: NodeJS.Signals): Promise<Look> {
    this.#looks += 1;
    const answer = new RegExp(`^probe (\\{"times":${this.#looks},.*\\})$`, 'm');
    this.process.signal(signal);
    await this.process.says(answer);
    return JSON.parse(answer.exec(this.process.output)?.[1] ?? '') as Look;
  }
}

interface Answered<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** As the first organization's administrator. @throws Error where anything was refused. */
export async function ask<T>(url: string, query: string, variables: object = {}, key = OPERATOR_KEY): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as Answered<T>;
  if (!data || errors) throw new Error(`Not answered: ${JSON.stringify(errors)}`);
  return data;
}
