/**
 * Steps of several sessions, taken in every order in which they can be taken: what PostgreSQL's isolationtester does, for
 * those who have none. One step is started at a time; where it waits for another session, the steps of the others go on.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';

export interface Step {
  readonly name: string;
  /** Answers with what is to be told of it. */
  run(client: Client): Promise<unknown>;
}

export interface Session {
  /** Done before any session takes a step; a transaction that is begun here has to be ended by a step. */
  readonly before: readonly Step[];
  readonly steps: readonly Step[];
}

/** What became of a step. */
export interface Taken {
  readonly session: number;
  readonly step: string;
  readonly hasWaited: boolean;
  readonly answer: unknown;
  /** The SQLSTATE, where it failed. */
  readonly error: string | undefined;
}

/** The steps of one order, as they were started. */
export type Run = readonly Taken[];

export function sql(text: string, values: readonly unknown[] = []): Step {
  return { name: text, run: (client) => client.query(text, [...values]).then(({ rowCount }) => rowCount) };
}

const BEGIN = sql('BEGIN');
const COMMIT = sql('COMMIT');
export const ROLLBACK = sql('ROLLBACK');

/** Each step is a transaction of its own. */
export const alone = (...steps: Step[]): Session => ({ before: [], steps });
export const committed = (...steps: Step[]): Session => ({ before: [BEGIN], steps: [...steps, COMMIT] });
export const rolledBack = (...steps: Step[]): Session => ({ before: [BEGIN], steps: [...steps, ROLLBACK] });
/** Has done it already, and has only to end. */
export const holding = (...steps: Step[]): Session => ({ before: [BEGIN, ...steps], steps: [COMMIT] });

/** How long one waits before PostgreSQL looks whether it is for ever. */
const DEADLOCK_TIMEOUT_MS = 10;
/** A step that waits tells nobody, so it is asked for; most are done before. */
const LOOK_MS = 2;

/** A session as its steps are taken. */
class Player {
  readonly taken: { -readonly [Name in keyof Taken]: Taken[Name] }[] = [];
  running: Promise<void> | undefined;

  constructor(
    readonly number: number,
    readonly client: Client,
    readonly pid: number,
    readonly session: Session,
  ) {}

  get isFree(): boolean {
    return !this.running && this.taken.length < this.session.steps.length;
  }

  start(run: Taken[]): void {
    const step = this.session.steps[this.taken.length]!;
    const taken = { session: this.number, step: step.name, hasWaited: false, answer: undefined, error: undefined };
    this.taken.push(taken);
    run.push(taken);
    const over = (what: Partial<Taken>) => {
      Object.assign(taken, what);
      this.running = undefined;
    };
    this.running = step.run(this.client).then(
      (answer) => over({ answer }),
      (error: unknown) => over({ error: sqlStateOf(error) }),
    );
  }

  sawWait(): void {
    this.taken.at(-1)!.hasWaited = true;
  }

  /** Whatever it is doing. */
  async leave(): Promise<void> {
    await this.running;
    if (this.session.before.length > 0) await ROLLBACK.run(this.client);
  }
}

function sqlStateOf(error: unknown): string {
  const isFromDatabase = error instanceof Error && 'code' in error && typeof error.code === 'string';
  return isFromDatabase ? String(error.code) : `not from the database: ${String(error)}`;
}

export class Stage {
  readonly #pids: number[] = [];

  private constructor(
    readonly control: Client,
    private readonly clients: readonly Client[],
  ) {}

  static async open(databaseUrl: string, sessions: number): Promise<Stage> {
    const options = `-c deadlock_timeout=${DEADLOCK_TIMEOUT_MS} -c jit=off`;
    const make = () => new Client({ connectionString: databaseUrl, options });
    const stage = new Stage(
      make(),
      Array.from({ length: sessions }, () => make()),
    );
    await Promise.all([stage.control, ...stage.clients].map((client) => client.connect()));
    for (const client of stage.clients) {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      stage.#pids.push(rows[0]!.pid);
    }
    return stage;
  }

  async close(): Promise<void> {
    await Promise.all([this.control, ...this.clients].map((client) => client.end()));
  }

  /**
   * Every order in which the steps can be taken, each session's own order kept.
   * @param open is asked for the sessions before each of them, in a state that no other has touched.
   */
  async *everyOrder(open: () => Promise<readonly Session[]>): AsyncGenerator<Run> {
    const beginnings: number[][] = [[]];
    for (let beginning = beginnings.pop(); beginning; beginning = beginnings.pop()) {
      const { run, free } = await this.#play(await open(), beginning);
      const order = run.map(({ session }) => session);
      for (let n = beginning.length; n < order.length; n += 1) {
        for (const other of free[n]!) if (other !== order[n]) beginnings.push([...order.slice(0, n), other]);
      }
      yield run;
    }
  }

  /** Goes on after the beginning as it can; `free` are the sessions that could have taken each step. */
  async #play(sessions: readonly Session[], beginning: readonly number[]): Promise<{ run: Run; free: number[][] }> {
    const players = sessions.map((session, n) => new Player(n, this.clients[n]!, this.#pids[n]!, session));
    const run: Taken[] = [];
    const free: number[][] = [];
    try {
      for (const { client, session } of players) for (const step of session.before) await step.run(client);
      for (;;) {
        const able = players.filter(({ isFree }) => isFree).map(({ number }) => number);
        if (able.length === 0) break;
        const wanted = beginning[run.length] ?? able[0]!;
        // Which of its transactions a deadlock ends is chance.
        const isChance = run.some(({ error }) => error === '40P01');
        if (!able.includes(wanted) && !isChance) throw new Error('The same steps were not possible a second time.');
        free.push(able);
        players[able.includes(wanted) ? wanted : able[0]!]!.start(run);
        await this.#settle(players);
      }
      if (players.some(({ running }) => running !== undefined))
        throw new Error('A step waits for a transaction that no step ends.');
    } finally {
      await Promise.all(players.map((player) => player.leave()));
    }
    return { run, free };
  }

  /**
   * Until each step that runs is done or waits, itself or behind others, for a session that has none to do. One that waits
   * for steps that run is looked at again: they go on, or PostgreSQL finds a deadlock. Two looks must be the same, because
   * each one takes some time. pg_isolation_test_session_is_blocked() tells that a session waits, but not behind whom.
   */
  async #settle(players: readonly Player[]): Promise<void> {
    for (let before = ''; ;) {
      const running = players.flatMap((player) => player.running ?? []);
      if (running.length === 0) return;
      const isTimeToLook = (await Promise.race([...running, wait(LOOK_MS, 'LOOK')])) === 'LOOK';
      if (isTimeToLook) {
        const { rows } = await this.control.query<Wait>({
          name: 'blockers',
          text: 'SELECT pid, pg_blocking_pids(pid) AS blockers FROM unnest($1::int[]) AS pid',
          values: [players.flatMap((player) => (player.running ? [player.pid] : []))],
        });
        const waiting = players.filter((player) => player.running && waitsForIdle(player, players, rows));
        const isStill = players.every((player) => !player.running || waiting.includes(player));
        const seen = isStill ? JSON.stringify(rows) : '';
        if (isStill && seen === before) {
          for (const player of waiting) player.sawWait();
          return;
        }
        before = seen;
      }
    }
  }
}

interface Wait {
  readonly pid: number;
  readonly blockers: readonly number[];
}

function waitsForIdle({ pid: first }: Player, players: readonly Player[], waits: readonly Wait[]): boolean {
  const reached = new Set([first]);
  for (const pid of reached) {
    for (const blocker of waits.find((row) => row.pid === pid)?.blockers ?? []) reached.add(blocker);
  }
  return players.some(({ pid, running }) => !running && reached.has(pid));
}
