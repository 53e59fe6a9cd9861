/**
 * One run of the protocol against the model. Whether an overdue reservation has been expired is the server's affair until it
 * matters, so the model is not one set of books but all those that the answers so far allow: with it and without it.
 */
import { inspect } from 'node:util';
import { setClock } from './clock.js';
import type { Command, Sequence } from './protocol-commands.js';
import { ProtocolDoor } from './protocol-door.js';
import type { Said } from './protocol-hold.js';
import { expireAll, openBooks, overdue, type Books } from './protocol-model.js';
import { everyStatus, requestOf, type History, type Request } from './protocol-requests.js';
import { until } from './until.js';
import type { World } from './world.js';
import type { RunningServer } from '../../src/server.js';

/** An hour before a midnight that ends a day and a month, 75 s after a step: no end of a TTL or period is near a step. */
const FIRST_STEP = Date.parse('2031-03-31T22:56:15Z');
const STEP_MS = 300_000;
const DAY_MS = 86_400_000;
/** A sweep comes every second, and a machine may be slow. */
const SWEEP_LIMIT_MS = 10_000;
const TEAMS = new Map([
  ['ada', 'red'],
  ['bob', 'blue'],
  ['cy', null],
]);

/** Keys sorted, so that two texts are equal where two answers are. */
const textOf = (said: Said) =>
  JSON.stringify(said, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

export class ProtocolRun {
  #stepAt = FIRST_STEP;
  #commands = 0;
  #possible: Books[];
  readonly #door: ProtocolDoor;
  readonly #history: History;
  /** For who looks at a failure. */
  readonly #told: string[] = [];

  private constructor(
    private readonly world: World,
    private readonly servers: readonly RunningServer[],
    url: string,
    key: string,
    graceMs: number,
  ) {
    this.#door = new ProtocolDoor(url, key);
    this.#possible = [openBooks(FIRST_STEP, graceMs, TEAMS)];
    const stepAt = () => this.#stepAt;
    this.#history = {
      door: this.#door,
      keyed: [],
      holds: [],
      keys: 0,
      get stepAt() {
        return stepAt();
      },
    };
  }

  /** @param newKey makes a tenant, by the time of the first step. */
  static async open(
    world: World,
    servers: readonly RunningServer[],
    { url, graceMs, newKey }: { url: string; graceMs: number; newKey: () => Promise<string> },
  ): Promise<ProtocolRun> {
    await moveClock(world, servers, FIRST_STEP);
    const run = new ProtocolRun(world, servers, url, await newKey(), graceMs);
    for (const [externalId, teamId] of TEAMS) await run.#door.setAccount({ kind: 'USER', externalId, teamId });
    return run;
  }

  async play({ opening, commands }: Sequence): Promise<void> {
    for (const command of [...opening, ...commands]) await this.#do(command);
    await this.#sweptAll();
    await this.#ask(everyStatus, 'the end');
    const alerts = { send: (door: ProtocolDoor) => door.alerts(), apply: alertsSaid };
    await this.#ask(alerts, 'the alerts');
  }

  async #do(command: Command): Promise<void> {
    if (command.type === 'advance') {
      // A sweep may come before this and leave what ends by it.
      for (const books of this.#possible) books.now = this.#stepAt + this.#commands;
      this.#possible = distinct(this.#possible.flatMap((each) => histories(each)));
      const midnight = Math.floor(this.#stepAt / DAY_MS) * DAY_MS + DAY_MS;
      const past = FIRST_STEP % STEP_MS;
      this.#stepAt = command.to === 'MIDNIGHT' ? midnight + past : this.#stepAt + command.to * STEP_MS;
      this.#told.push(`the clock is at ${new Date(this.#stepAt).toISOString()}`);
      return moveClock(this.world, this.servers, this.#stepAt);
    }
    const [books] = this.#possible;
    if (!books) return;
    const request = requestOf(command, books, this.#history);
    if (!request) return;
    const name = JSON.stringify(command);
    if (await this.#hear(request, name)) return;
    // One operation that reads many rows may meet the sweep between two of them: then it is asked again behind it.
    if (command.type === 'status' && this.#possible.some((each) => overdue(each).length > 0)) {
      await this.#sweptAll();
      return this.#ask(request, name);
    }
    throw this.#differs();
  }

  async #ask(request: Request, name: string): Promise<void> {
    if (await this.#hear(request, name)) return;
    throw this.#differs();
  }

  #differs(): Error {
    return new Error(`The model differs after\n${this.#told.join('\n')}`);
  }

  /** Whether the answer is one that the model allows. */
  async #hear(request: Request, name: string): Promise<boolean> {
    this.#commands += 1;
    const actual = textOf(await request.send(this.#door));
    const expected = new Set<string>();
    const next: Books[] = [];
    for (const books of this.#possible) books.now = this.#stepAt + this.#commands;
    for (const books of this.#possible.flatMap((each) => histories(each, request.locks))) {
      const said = textOf(request.apply(books));
      if (said === actual) next.push(books);
      else expected.add(said);
    }
    if (next.length === 0) {
      this.#told.push(`${name}\n  is answered ${actual}\n  and not ${[...expected].join('\n  nor ')}`);
      return false;
    }
    this.#told.push(`${name}\n  is answered ${actual}`);
    this.#possible = distinct(next);
    return true;
  }

  /** Waits for the server's sweep: what is past its end is expired within about a second. */
  async #sweptAll(): Promise<void> {
    const late = new Set(
      this.#possible.flatMap((books) => {
        books.now = this.#stepAt + this.#commands;
        return overdue(books).map((reservation) => books.reservations.indexOf(reservation));
      }),
    );
    let isTooLate = false;
    const timer = setTimeout(() => (isTooLate = true), SWEEP_LIMIT_MS);
    try {
      for (const number of late) {
        await until(async () => {
          const { reservation } = (await this.#door.look(number)) as { reservation: { state: string } | null };
          return reservation?.state !== 'HELD' || isTooLate;
        });
      }
    } finally {
      clearTimeout(timer);
    }
    if (isTooLate) throw new Error(`Nothing expires what is over, after\n${this.#told.join('\n')}`);
    for (const books of this.#possible) expireAll(books);
    this.#possible = distinct(this.#possible);
  }
}

/**
 * What the server may have done of itself before it hears the next command, or beside it: a sweep leaves what somebody
 * else has in hand.
 */
function histories(books: Books, locked?: number): Books[] {
  if (overdue(books).length === 0) return [structuredClone(books)];
  const swept = structuredClone(books);
  expireAll(swept);
  const inHand = locked === undefined ? undefined : books.reservations[locked];
  if (locked === undefined || !inHand || !overdue(books).includes(inHand)) return [structuredClone(books), swept];
  const all = structuredClone(swept);
  swept.reservations[locked] = { ...inHand };
  return [structuredClone(books), swept, all];
}

function distinct(possible: readonly Books[]): Books[] {
  const byText = possible.map((books) => [inspect(books, { depth: null, maxArrayLength: null }), books] as const);
  return [...new Map(byText).values()];
}

const alertsSaid = ({ alerts }: Books): Said => ({ isWhole: true, alerts: [...alerts.values()].sort() });

/** A second after the step, so that what is said to happen at the step is before all that happens after it. */
async function moveClock(world: World, servers: readonly RunningServer[], stepAt: number): Promise<void> {
  await setClock(world, new Date(stepAt + 1_000).toISOString());
  for (const server of servers) await server.syncClock();
}
