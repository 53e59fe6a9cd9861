/** The run that has to hold: nothing overspent, nothing lost, nothing doubled, and every history in order. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepHistory } from '../test/support/grant-history.js';
import { whole } from '../bench/figures.js';
import { Crew, POSTGRES, type Ground } from './crew.js';
import { KINDS, type Journal } from './journal.js';
import { judge, type Judgement } from './judge.js';
import { readHistory, writeHistory } from './history-file.js';
import type { BudgetState } from './ledger.js';
import { checkHistory } from './linearizable.js';
import { Load } from './load.js';
import { plant } from './planted.js';
import { seededRandom } from '../test/support/fault-proxy.js';

export interface Size {
  readonly operations: number;
  /** Of each server and of PostgreSQL. */
  readonly kills: number;
  readonly callers: number;
  readonly organizations: number;
  readonly seed: number;
}

export interface Proof {
  readonly isProved: boolean;
  readonly journal: Journal;
  /** The limit that each budget was made with. */
  readonly start: ReadonlyMap<string, bigint>;
}

const SERVERS = 4;
const SHOWN = 5;
/** A run takes a quarter of an hour: after so many kills it says how far it is. */
const KILLS_TOLD = 10;
/** Kinds of histories that cannot have happened. */
const PLANTED = 5;

export async function runProof(ground: Ground, size: Size): Promise<Proof> {
  const crew = await Crew.start(ground, 'proof', SERVERS);
  await crew.with(keepHistory);
  const load = await Load.open(crew, size.organizations, size.seed);
  const { journal } = load;
  const start = new Map(journal.limits);
  const began = performance.now();
  const running = load.run(size.callers);
  await Promise.all([killInTurn(crew, journal, size), journal.more(size.operations)]);
  load.stop();
  await running;
  const seconds = (performance.now() - began) / 1000;
  const judged = await crew.with((client) => judge(client, journal, start));
  await crew.stop();
  return { isProved: await report({ crew, load, judged, seconds, start }), journal, start };
}

/** The next one each time all have answered since the last. */
async function killInTurn(crew: Crew, journal: Journal, { kills, seed }: Size): Promise<void> {
  const random = seededRandom(seed);
  const victims = [POSTGRES, ...Array.from({ length: crew.size }, (_, n) => n)];
  await journal.more(500);
  for (;;) {
    const left = victims.filter((victim) => (crew.kills.get(victim) ?? 0) < kills);
    const victim = left[Math.floor(random() * left.length)];
    if (victim === undefined) return;
    await crew.kill(victim);
    await crew.allAnswered();
    const killed = crew.kills.values().reduce((sum, count) => sum + count, 0);
    if (killed % KILLS_TOLD === 0) console.log(`${killed} kills, ${whole(journal.total)} operations`);
    await journal.more(Math.floor(random() * 50));
  }
}

interface Found {
  readonly crew: Crew;
  readonly load: Load;
  readonly judged: Judgement;
  readonly seconds: number;
  readonly start: Proof['start'];
}

async function report({ crew, load, judged, seconds, start }: Found): Promise<boolean> {
  const { journal, caller } = load;
  const verdicts = [...judged.verdicts.values()];
  const bad = [...judged.verdicts].filter(([, verdict]) => !verdict.isLinearizable);
  const of = (victim: number) => crew.kills.get(victim) ?? 0;
  const servers = Array.from({ length: crew.size }, (_, n) => of(n));
  const rows: [string, string | number][] = [
    ['operations answered', whole(journal.total)],
    ...KINDS.map((kind): [string, string] => [`of them ${kind}`, whole(journal.counts.get(kind))]),
    ['reserves and extensions denied', whole(journal.denied)],
    ['seconds', whole(seconds)],
    ['sent again after a lost or a retryable answer', whole(caller.retries)],
    ['kill -9 of each of the 4 servers', servers.join(', ')],
    ['kill -9 of PostgreSQL', of(POSTGRES)],
    ['overspends', judged.overspends],
    ['acknowledged operations lost', judged.lost.length],
    ['operations doubled', judged.doubled.length],
    ['differences that `npm run verify` finds', judged.books.length],
    ['answers that nobody should get', journal.strange.length],
    ['budgets whose history was checked', verdicts.length],
    ['operations in these histories', whole(verdicts.reduce((sum, { operations }) => sum + operations, 0))],
    ['largest number of operations at one time on one budget', Math.max(...verdicts.map(({ widest }) => widest))],
    ['histories that are not linearizable', bad.length],
  ];
  console.log(
    ['| what | seen |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n'),
  );
  const complaints = [...judged.lost, ...judged.doubled, ...judged.books, ...journal.strange];
  for (const complaint of complaints.slice(0, SHOWN)) console.log(`FAILS  ${complaint}`);
  for (const [name, verdict] of bad.slice(0, SHOWN)) {
    console.log(`FAILS  ${name}: ${verdict.isLinearizable ? '' : verdict.why}`);
    console.log(`       npm run prove -- --check ${await keepRefused(name, journal, start)}`);
  }
  return complaints.length + bad.length + judged.overspends === 0;
}

const madeWith = (limit: bigint | undefined): BudgetState => ({ limit: limit ?? 0n, spent: 0n, held: 0n });

/** Answers with the file. */
async function keepRefused(budget: string, { histories }: Journal, start: Proof['start']): Promise<string> {
  const file = join(tmpdir(), `tollgate-refused-${process.pid}-${budget.replaceAll('/', '-')}.json`);
  await writeHistory(file, { budget, start: madeWith(start.get(budget)), history: histories.get(budget) ?? [] });
  return file;
}

/** Checks a history that was kept because it was refused. */
export async function checkAgain(file: string): Promise<boolean> {
  const { budget, start, history } = await readHistory(file);
  const verdict = checkHistory(history, start);
  console.log(
    `${budget}, ${whole(history.length)} operations: ${verdict.isLinearizable ? 'linearizable' : verdict.why}`,
  );
  return verdict.isLinearizable;
}

/** One of each kind, in the shortest history that has what it takes. */
export function rejectPlanted(journal: Journal, start: ReadonlyMap<string, bigint>): boolean {
  const histories = [...journal.histories].sort(([, a], [, b]) => a.length - b.length);
  const caught = new Map<string, boolean>();
  for (const [budget, history] of histories) {
    const made = madeWith(start.get(budget));
    for (const { name, history: bad } of plant(history, made)) {
      if (!bad || caught.has(name)) continue;
      caught.set(name, !checkHistory(bad, made).isLinearizable);
      console.log(`${caught.get(name) ? 'caught' : 'MISSED'}  ${name}, planted into the history of ${budget}`);
    }
  }
  return caught.size === PLANTED && [...caught.values()].every((is) => is);
}
