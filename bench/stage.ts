/** What the benchmark runs on: a PostgreSQL of its own in a folder that goes afterwards, and servers as child processes. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { pino } from 'pino';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '../src/postgres.js';
import { cpuMs, treeCpuMs } from './process-figures.js';
import type { Slot, SlotResult } from './slot.js';

const QUIET_LOOKS = 3;
const QUIET_WAIT_MS = 100;
const QUIET_TRIES = 600;

export interface MeasuredResult extends SlotResult {
  readonly nodeUs: number | undefined;
  readonly postgresUs: number | undefined;
}

/** A child process that answers each message with one. */
export class Child {
  private constructor(readonly process: ChildProcess) {}

  /** @param script its path from this folder. Its environment is only what is given. */
  static start(script: string, environment: Record<string, string> = {}): Child {
    const file = join(import.meta.dirname, script);
    const child = fork(file, [], { env: environment, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    return new Child(child);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** Resolves with the first group of the pattern once it is found in what the process prints. */
  async printed(pattern: RegExp): Promise<string> {
    let text = '';
    for await (const chunk of this.process.stdout ?? []) {
      text += String(chunk);
      const found = pattern.exec(text)?.[1];
      if (found === undefined) continue;
      this.process.stdout?.resume();
      return found;
    }
    throw new Error(`A process of the benchmark ended: ${text}`);
  }

  async ask<Answer>(message: object): Promise<Answer> {
    this.process.send(message);
    const [reply] = (await once(this.process, 'message')) as [{ result?: Answer; error?: string }];
    if (reply.result === undefined) throw new Error(reply.error ?? 'A process of the benchmark gave no answer.');
    return reply.result;
  }

  /** A message that is not answered. */
  tell(message: string): void {
    this.process.send(message);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
  }
}

export class Stage {
  readonly #children: Child[] = [];

  private constructor(
    readonly folder: string,
    private readonly postgres: EmbeddedPostgres,
    private readonly admin: Client,
    readonly load: Child,
  ) {}

  static async open(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'tollgate-bench-'));
    await chmod(folder, 0o755);
    const postgres = await openEmbeddedPostgres(folder, pino({ level: 'warn' }));
    const admin = new Client({ connectionString: postgres.url });
    await admin.connect();
    return new Stage(folder, postgres, admin, Child.start('load.js'));
  }

  urlOf(database: string): string {
    const url = new URL(this.postgres.url);
    url.pathname = `/${database}`;
    return url.href;
  }

  async createDatabase(name: string, template = 'template0'): Promise<void> {
    await this.admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  }

  async with<T>(database: string, work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: this.urlOf(database) });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  start(script: string, environment: Record<string, string>): Child {
    const child = Child.start(script, environment);
    this.#children.push(child);
    return child;
  }

  /** Runs a slot of load on a quiet database. @param load another generator than the usual one. */
  async run(slot: Slot, load = this.load): Promise<SlotResult> {
    await this.quiet();
    return load.ask<SlotResult>(slot);
  }

  /** The same, with the CPU time that the server's process and PostgreSQL took for each record, in us. */
  async runMeasured(slot: Slot, server: Child): Promise<MeasuredResult> {
    await this.quiet();
    const postmaster = await this.postmasterPid();
    const before = [cpuMs(server.pid), treeCpuMs(postmaster)];
    const result = await this.load.ask<SlotResult>(slot);
    await this.quiet();
    const after = [cpuMs(server.pid), treeCpuMs(postmaster)];
    const [nodeUs, postgresUs] = before.map((ms, index) =>
      ms === undefined ? undefined : (((after[index] ?? 0) - ms) * 1000) / result.records,
    );
    return { ...result, nodeUs, postgresUs };
  }

  /** Waits until no session works any more, so that nobody pays for who came before. */
  async quiet(): Promise<void> {
    for (let tries = 0, looks = 0; looks < QUIET_LOOKS; tries += 1) {
      if (tries === QUIET_TRIES) throw new Error('The database did not become quiet.');
      const { rows } = await this.admin.query<{ busy: boolean }>(
        `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (
           backend_type IN ('client backend', 'parallel worker') AND state <> 'idle'
           OR backend_type = 'autovacuum worker')) AS busy`,
      );
      looks = rows[0]?.busy === true ? 0 : looks + 1;
      await wait(QUIET_WAIT_MS);
    }
  }

  /** The process id of the server's first process. */
  async postmasterPid(): Promise<number> {
    const { rows } = await this.admin.query<{ pid: number }>(
      `SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int AS pid`,
    );
    return rows[0]?.pid ?? 0;
  }

  async setting(name: string): Promise<string> {
    const { rows } = await this.admin.query<Record<string, string>>(`SHOW ${name}`);
    return Object.values(rows[0] ?? {})[0] ?? '';
  }

  async close(): Promise<void> {
    await Promise.all([this.load, ...this.#children].map((child) => child.stop()));
    await this.admin.end();
    await this.postgres.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
