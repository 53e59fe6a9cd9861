/** The built server as a process of its own, started the way `npm start` does it, and folders for it that go afterwards. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { TEST_KEYS } from './database.js';
import { heard } from './heard.js';

const run = promisify(execFile);
const MAIN = resolve('dist/src/main.js');
const PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 10;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
  /** The working folder; `.tollgate` is made there. */
  readonly folder: string;
  readonly environment?: Record<string, string>;
  /** A module that is loaded before the server. */
  readonly preload?: string;
  /** Another checkout's `dist/src/main.js`. */
  readonly main?: string;
  readonly uid?: number;
  /** Through `npm start`, already built; the working folder is then the checkout. */
  readonly isNpm?: boolean;
}

export class ServerProcess {
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  #output = '';
  #errors = '';
  readonly #watchers = new Set<() => void>();

  /** Started in a process group of its own, as a terminal does it. */
  constructor({ folder, environment = {}, preload, main = MAIN, uid, isNpm = false }: ProcessOptions) {
    const program = isNpm ? 'npm' : process.execPath;
    const args = isNpm
      ? ['start', '--ignore-scripts']
      : [...(preload === undefined ? [] : ['--import', preload]), main];
    this.#child = spawn(program, args, {
      cwd: isNpm ? process.cwd() : folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'warn', ...keysFor(environment), ...environment },
      ...(uid !== undefined && { uid, gid: uid }),
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#heard((this.#output += chunk.toString())));
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#heard((this.#errors += chunk.toString())));
    this.exit = new Promise((done, failed) => {
      this.#child.once('error', failed);
      this.#child.once('close', (code, signal) => {
        // Beside its log it greets, with the key that it made.
        heard(
          'log',
          this.#output
            .split('\n')
            .filter((line) => line.startsWith('{'))
            .join('\n'),
        );
        // The one message that is to be pasted with its password.
        heard('log', this.#errors.replace(/(?<=to run beside it, start this one with DATABASE_URL=)\S+/, ''));
        done({ code, signal });
        this.#heard('');
      });
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The server was not spawned.');
    return this.#child.pid;
  }

  /** What it wrote to stdout: the greeting, and its log. */
  get output(): string {
    return this.#output;
  }

  get errors(): string {
    return this.#errors;
  }

  get url(): string {
    const url = /open (http:\S+)\/ /.exec(this.#output)?.[1];
    if (url === undefined) throw new Error(`The server is not up: ${this.#output}${this.#errors}`);
    return url;
  }

  /** The curl of the greeting, as it would be pasted. */
  get pastedCommand(): string {
    return /^ {2}curl .*\n.*$/m.exec(this.#output)?.[0] ?? '';
  }

  get printedKey(): string | undefined {
    return /shown this once: (\S+)/.exec(this.#output)?.[1];
  }

  /** Resolves when it greeted; rejects with its words where it ended first. */
  async ready(): Promise<this> {
    await this.says(/-d '\{"query"/);
    return this;
  }

  says(pattern: RegExp): Promise<void> {
    return new Promise((done, failed) => {
      const look = () => {
        if (pattern.test(this.#output)) done();
        else if (this.#child.exitCode !== null || this.#child.signalCode !== null)
          failed(new Error(this.#errors || this.#output));
        else return;
        this.#watchers.delete(look);
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** To this process alone. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** To its whole process group, as Ctrl-C in a terminal does. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.signal(signal);
    return this.exit;
  }

  #heard(_words: string): void {
    for (const look of this.#watchers) look();
  }
}

/** An embedded database has its own. */
const keysFor = (environment: Record<string, string>) =>
  'DATABASE_URL' in environment && !('ENCRYPTION_KEYS_FILE' in environment) ? { ENCRYPTION_KEYS: TEST_KEYS } : {};

/** Starts processes in folders of its own, and at the end kills what is left of them and removes the folders. */
export class Ground {
  readonly #folders: string[] = [];
  readonly #processes: ServerProcess[] = [];
  #template: Promise<string> | undefined;

  async folder(): Promise<string> {
    const folder = await makeFolder();
    this.#folders.push(folder);
    return folder;
  }

  /** A folder where a server has run before: a copy, because making a database anew takes seconds. */
  async installed(): Promise<{ folder: string; key: string }> {
    this.#template ??= this.#makeTemplate();
    const folder = await this.folder();
    await run('cp', ['-a', join(await this.#template, '.tollgate'), folder]);
    return { folder, key: (await readFile(join(folder, '.tollgate/api-key'), 'utf8')).trim() };
  }

  async #makeTemplate(): Promise<string> {
    const folder = await makeFolder();
    const server = await new ServerProcess({ folder }).ready();
    await server.stop();
    return folder;
  }

  spawn(options: ProcessOptions): ServerProcess {
    const server = new ServerProcess(options);
    this.#processes.push(server);
    return server;
  }

  async start(options: ProcessOptions): Promise<ServerProcess> {
    return this.spawn(options).ready();
  }

  /** After the last test. */
  async leave(): Promise<void> {
    await this.clear();
    if (this.#template) await rm(await this.#template, { recursive: true, force: true });
  }

  /** After each test. */
  async clear(): Promise<void> {
    for (const server of this.#processes.splice(0)) {
      server.signal('SIGKILL');
      await server.exit;
    }
    for (const folder of this.#folders.splice(0)) {
      const pid = await postmasterPid(folder);
      if (pid !== undefined && isAlive(pid)) {
        process.kill(pid, 'SIGQUIT');
        await eventually(() => Promise.resolve(!isAlive(pid)));
      }
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-process-'));
  await chmod(folder, 0o755);
  return folder;
}

/** The id of the embedded PostgreSQL of a folder, as it is written down; it may have died since. */
export async function postmasterPid(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, '.tollgate/postgres/postmaster.pid'), 'utf8').catch(() => '');
  return Number(text.split('\n')[0]) || undefined;
}

/** A zombie is dead: in a container nobody may be there to reap an orphan. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !(existsSync('/proc') && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  } catch {
    return false;
  }
}

export async function embeddedUrl(folder: string): Promise<string> {
  const home = join(folder, '.tollgate/postgres');
  const password = await readFile(join(home, 'tollgate.password'), 'utf8');
  const port = await readFile(join(home, 'tollgate.port'), 'utf8');
  return `postgresql://tollgate:${password}@127.0.0.1:${port}/tollgate`;
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  // A lost connection is told by the query that was under way; without a listener it would also end the test.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Asks again until it is so. The only wait for a state of another process that tells nobody. */
export async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  const givenUp = AbortSignal.timeout(PATIENCE_MS);
  while (!(await isSo())) {
    givenUp.throwIfAborted();
    await pause(LOOK_AGAIN_MS);
  }
}

export async function healthOf(url: string): Promise<number> {
  const response = await fetch(`${url}/health/ready`).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status ?? 0;
}

/** What a command of the greeting answers when it is pasted into a shell in that folder. */
export async function pasted(command: string, folder: string): Promise<unknown> {
  const { stdout } = await run('sh', ['-c', command], { cwd: folder });
  return JSON.parse(stdout);
}
