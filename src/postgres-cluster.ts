/** The data folder of the embedded PostgreSQL and the programs run on it: make it, start it, stop it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { reasonOf, unusable, type PostgresPlace } from './postgres-place.js';
import { StartError } from './start-error.js';

export const CLUSTER_USER = 'tollgate';

/** A large WAL and rare checkpoints, because full-page images after each checkpoint are what slows steady writing. */
const SERVER_SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_wal_size=4GB',
  'checkpoint_timeout=15min',
  'max_connections=200',
  // Statements and details hold what people sent.
  'log_statement=none',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
  'log_parameter_max_length_on_error=0',
];

const READY_LOOK_MS = 20;
const STOP_WAIT_S = 60;
const LOG_BYTES = 10 * 1024 * 1024;

/** Below what systems hand out for outgoing connections, or such a connection could sit on our port while we restart. */
const PORTS = { least: 20_000, most: 32_000 };
const PORT_TRIES = 50;

export class Cluster {
  private constructor(
    private readonly place: PostgresPlace,
    readonly password: string,
  ) {}

  /** Opens the data folder; makes it where there is none. */
  static async open(place: PostgresPlace): Promise<Cluster> {
    await initialise(place);
    try {
      return new Cluster(place, await readFile(join(place.databaseDir, 'tollgate.password'), 'utf8'));
    } catch (error) {
      throw unusable(place.databaseDir, reasonOf(error), 'it was not made by Tollgate: set DATA_DIR to another folder');
    }
  }

  get dataDir(): string {
    return this.place.dataDir;
  }

  /** The port that the running server, or one that was killed, has written down. */
  async port(): Promise<number | undefined> {
    const port = Number((await this.#pidFile())[3]);
    return Number.isInteger(port) && port > 0 ? port : undefined;
  }

  /** Whether a process runs under the id that the server has written down. It may be another by now. */
  async mayRun(): Promise<boolean> {
    const pid = Number((await this.#pidFile())[0]);
    if (!Number.isInteger(pid) || pid <= 0) return false;
    try {
      return process.kill(pid, 0) && !(await isZombie(pid));
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  }

  /**
   * Removes what a server left that is dead but was reaped by nobody; PostgreSQL would take it for alive. Its last
   * sessions, should there be any, still stop a new one by the shared memory.
   */
  async forgetZombie(): Promise<void> {
    const pid = Number((await this.#pidFile())[0]);
    if (pid > 0 && (await isZombie(pid))) await rm(join(this.place.databaseDir, 'postmaster.pid'), { force: true });
  }

  /** The port of the last time where it is free, so that a DATABASE_URL written down stays right. */
  async pickPort(): Promise<number> {
    const file = join(this.place.databaseDir, 'tollgate.port');
    const last = Number(await readFile(file, 'utf8').catch(() => '0'));
    if (last > 0 && (await isFree(last))) return last;
    for (let tries = 0; tries < PORT_TRIES; tries += 1) {
      const port = randomInt(PORTS.least, PORTS.most);
      if (!(await isFree(port))) continue;
      await writeFile(file, String(port));
      return port;
    }
    throw new StartError('No free port was found for the embedded PostgreSQL; set DATABASE_URL to one that runs.');
  }

  /** @throws Error where it did not start, or another one runs already. */
  async start(port: number): Promise<void> {
    const log = join(this.place.databaseDir, 'server.log');
    const size = await stat(log).then(
      (found) => found.size,
      () => 0,
    );
    if (size > LOG_BYTES) await rename(log, `${log}.1`);
    const file = await open(log, 'a', 0o600);
    try {
      const options = { ...this.place.owner, cwd: '/', detached: true, windowsHide: true };
      const args = [
        '-D',
        this.place.databaseDir,
        '-p',
        String(port),
        ...SERVER_SETTINGS.flatMap((line) => ['-c', line]),
      ];
      // Our own child, not pg_ctl's: where nobody reaps orphans, as in many containers, a crashed one would stay as a
      // zombie, and PostgreSQL takes that for a living server.
      const child = spawn(this.place.programs.postgres, args, { ...options, stdio: ['ignore', file.fd, file.fd] });
      child.unref();
      await this.#untilReady(child);
    } finally {
      await file.close();
    }
  }

  /** PostgreSQL tells no other way than by its pid file. Recovery after a crash may take minutes. */
  async #untilReady(child: ChildProcess): Promise<void> {
    let failure: unknown;
    child.once('error', (error) => (failure = error));
    child.once('exit', () => (failure = new Error('It ended at once.')));
    for (let isReady = false; !isReady; await wait(READY_LOOK_MS)) {
      if (failure !== undefined) throw failure as Error;
      const lines = await this.#pidFile();
      isReady = Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready';
    }
  }

  /** Ends its sessions, writes everything down and stops. */
  async stop(): Promise<void> {
    const args = ['stop', '-w', '-t', String(STOP_WAIT_S), '-m', 'fast', '-D', this.place.databaseDir];
    await runApart(this.place.programs.pg_ctl, args, this.place.owner);
  }

  async lastLogLine(): Promise<string> {
    const log = await readFile(join(this.place.databaseDir, 'server.log'), 'utf8').catch(() => '');
    const lines = log.trim().split('\n');
    return lines.findLast((line) => /\b(FATAL|PANIC)\b/.test(line)) ?? lines.at(-1) ?? '';
  }

  async #pidFile(): Promise<string[]> {
    return (await readFile(join(this.place.databaseDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  }
}

/** Makes the cluster in a folder of its own and moves it into place whole: a start cut short leaves nothing half made. */
async function initialise(place: PostgresPlace): Promise<void> {
  const version = await readFile(join(place.databaseDir, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version?.trim() === place.majorVersion) return;
  if (version !== undefined) {
    throw unusable(
      place.databaseDir,
      `it belongs to PostgreSQL ${version.trim()}, and this Tollgate brings ${place.majorVersion}`,
      'dump it with the old version and set DATA_DIR to a new folder',
    );
  }
  const draft = `${place.databaseDir}.new-${randomBytes(6).toString('hex')}`;
  const passwordFile = `${draft}.password`;
  try {
    const password = randomBytes(18).toString('hex');
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (place.owner) {
      await chown(draft, place.owner.uid, place.owner.gid);
      await chown(passwordFile, place.owner.uid, place.owner.gid);
    }
    const auth = ['-U', CLUSTER_USER, '-A', 'scram-sha-256', '--pwfile', passwordFile];
    await runApart(
      place.programs.initdb,
      ['-D', draft, ...auth, '-E', 'UTF8', '--locale-provider=libc', '--no-locale'],
      place.owner,
    );
    await writeFile(join(draft, 'tollgate.password'), password, { mode: 0o600 });
    await moveUnlessMade(draft, place.databaseDir);
  } catch (error) {
    throw unusable(place.databaseDir, reasonOf(error), 'set DATA_DIR to a folder that can be written');
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}

/** Another server that starts in the same folder may have been faster. */
async function moveUnlessMade(draft: string, databaseDir: string): Promise<void> {
  try {
    await rename(draft, databaseDir);
  } catch (error) {
    if (!(await stat(join(databaseDir, 'PG_VERSION')).catch(() => undefined))) throw error;
  }
}

/**
 * Runs a program in a session of its own: a Ctrl-C in the terminal goes to every process of ours, and PostgreSQL must not
 * be half made, or gone before we have drained. Until the program has its session a Ctrl-C still meets it, and ends it
 * before it did anything: it is run once more.
 */
async function runApart(program: string, args: readonly string[], owner: PostgresPlace['owner']): Promise<void> {
  if ((await exitOf(program, args, owner)) === 'KILLED' && (await exitOf(program, args, owner)) === 'KILLED')
    throw new Error(`${program} was ended by a signal.`);
}

/** @throws Error with what the program said last, where it failed. */
function exitOf(program: string, args: readonly string[], owner: PostgresPlace['owner']): Promise<'DONE' | 'KILLED'> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      ...owner,
      cwd: '/',
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.once('error', fail);
    child.once('close', (code, signal) => {
      if (signal !== null) return done('KILLED');
      const lines = Buffer.concat(said).toString().trim().split('\n');
      const why = lines.findLast((line) => /error|fatal|could not/i.test(line)) ?? lines.at(-1);
      if (code === 0) done('DONE');
      else fail(new Error(why));
    });
  });
}

/** Linux alone tells; elsewhere orphans are reaped. */
async function isZombie(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return /\) Z /.test(state);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once('error', () => answer(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => answer(true)));
  });
}
