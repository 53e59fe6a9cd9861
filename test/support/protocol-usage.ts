/** How the model records what was spent and changes budgets, and which alerts that raises. */
import { deductionVerdict, isRefusing, reservationSaid, sliceOf, type Said } from './protocol-hold.js';
import {
  boundsOf,
  countingRows,
  counts,
  expireAll,
  heldOf,
  nearestFirst,
  rowAt,
  spentOf,
  usd,
  type Books,
  type Budget,
  type Counting,
  type Enforcement,
  type Level,
  type Path,
  type Period,
  type Reservation,
  type UsageRecord,
} from './protocol-model.js';

export interface UsageAsk {
  readonly key: string;
  readonly content: string;
  readonly path: Path;
  readonly model: string | null;
  readonly charge: bigint | null;
  /** Of a call without a reservation, where it says so. */
  readonly at: number | null;
  readonly reservation: number | null;
  /** Undefined for a call: true where it has to fit. */
  readonly onlyIfFits?: boolean;
}

export interface BudgetAsk {
  readonly level: Level;
  readonly account: string;
  readonly period: Period;
  readonly model: string | null;
  readonly limit: bigint;
  readonly enforcement: Enforcement;
  readonly thresholds: readonly number[];
}

/** At limit 0 the first charge reaches all. */
const reaches = (spent: bigint, limit: bigint, threshold: number) =>
  limit > 0n ? spent * 100n >= limit * BigInt(threshold) : spent > 0n;

function raise(books: Books, { budget, row }: Counting, thresholds: readonly number[]): void {
  if (row.end <= books.now) return;
  for (const threshold of thresholds) {
    const key = `${books.budgets.indexOf(budget)} ${row.start} ${threshold} ${row.limit}`;
    books.alerts.set(key, `BUDGET_THRESHOLD ${threshold} ${budget.name}`);
  }
}

function budgetsSaid(books: Books, record: UsageRecord): Said[] {
  return countingRows(books, record).map((counting) => ({
    name: counting.budget.name,
    spent: usd(spentOf(books, counting)),
    held: usd(heldOf(books, counting)),
  }));
}

/** What is told of a record, now or later. */
function recordSaid(books: Books, number: number, replayed: boolean): Said {
  const record = books.records[number] as UsageRecord;
  const reservation = record.reservation === null ? undefined : books.reservations[record.reservation];
  const settled = reservation ? reservation.record === number : null;
  return {
    number,
    charge: record.charge === null ? null : usd(record.charge),
    at: sliceOf(record.at),
    run: record.path.run,
    budgets: budgetsSaid(books, record),
    replayed,
    settled,
    overran: reservation ? !settled || (record.charge ?? 0n) > reservation.amount : false,
    reservation: record.reservation === null ? null : reservationSaid(books, record.reservation),
  };
}

function book(books: Books, ask: UsageAsk): number {
  const reservation = ask.reservation === null ? undefined : (books.reservations[ask.reservation] as Reservation);
  const { model, charge } = ask;
  const path = reservation?.path ?? ask.path;
  const at = reservation?.at ?? ask.at ?? books.now;
  const record: UsageRecord = { path, model, charge, at, reservation: ask.reservation };
  const rows = countingRows(books, record);
  const before = rows.map((counting) => spentOf(books, counting));
  const number = books.records.push(record) - 1;
  books.usageKeys.set(ask.key, { content: ask.content, record: number });
  for (const [n, counting] of rows.entries()) {
    const { limit, thresholds } = counting.row;
    const [old, spent] = [before[n] ?? 0n, spentOf(books, counting)];
    raise(
      books,
      counting,
      thresholds.filter((each) => reaches(spent, limit, each) && !reaches(old, limit, each)),
    );
  }
  if (reservation) {
    const settles = reservation.state === 'HELD';
    if (settles) Object.assign(reservation, { state: 'SETTLED', record: number });
    if (!settles || (charge ?? 0n) > reservation.amount) {
      books.alerts.set(`overrun ${ask.reservation}`, `RESERVATION_OVERRUN ${ask.reservation}`);
    }
  }
  return number;
}

/** A call, with or without a reservation. */
export function record(books: Books, ask: UsageAsk): Said {
  const stored = books.usageKeys.get(ask.key);
  if (stored && stored.content !== ask.content) return { error: 'IDEMPOTENCY_CONFLICT' };
  return recordSaid(books, stored?.record ?? book(books, ask), stored !== undefined);
}

function deductedSaid(said: Said, decision: Said | null): Said {
  const { number, charge, at, run, budgets, replayed } = said;
  return { number, charge, at, run, budgets, replayed, decision };
}

export function deduct(books: Books, ask: UsageAsk): Said {
  const stored = books.usageKeys.get(ask.key);
  if (stored && stored.content !== ask.content) return { error: 'IDEMPOTENCY_CONFLICT' };
  if (stored) return deductedSaid(recordSaid(books, stored.record, true), null);
  const { path, charge } = ask;
  const counted: UsageRecord = { path, model: null, charge, at: ask.at ?? books.now, reservation: null };
  const rows = countingRows(books, counted);
  const decision = deductionVerdict(books, rows, charge ?? 0n, ask.onlyIfFits === true);
  if (!decision) {
    expireAll(books);
    return deduct(books, ask);
  }
  if (decision['outcome'] === 'DENIED') {
    const nothing = { number: null, charge: null, at: null, run: null, replayed: false };
    return deductedSaid({ ...nothing, budgets: budgetsSaid(books, counted) }, decision);
  }
  return deductedSaid(recordSaid(books, book(books, ask), false), decision);
}

const isSame = (budget: Budget, ask: BudgetAsk) =>
  budget.ended === Infinity &&
  budget.level === ask.level &&
  budget.account === ask.account &&
  budget.period === ask.period &&
  budget.model === ask.model;

/** Names are told apart also after a budget ended and another one took its place. */
export function nameOf(books: Books, ask: BudgetAsk): string {
  const known = books.budgets.find((budget) => isSame(budget, ask));
  const { level, account, period, model } = ask;
  return known?.name ?? `${books.budgets.length}: ${level} ${account} ${period} ${model ?? 'all'}`;
}

export function setBudget(books: Books, ask: BudgetAsk): Said {
  const { level, account, limit, enforcement, thresholds } = ask;
  if (level === 'RUN' && !books.runs.has(account)) books.runs.set(account, RUN_OWNERS.get(account) ?? null);
  const budget = books.budgets.find((each) => isSame(each, ask));
  if (budget) change(books, budget, ask);
  else make(books, ask);
  return { name: nameOf(books, ask), limit: usd(limit), enforcement, thresholds };
}

/** Whose a run is, as its first budget says. */
export const RUN_OWNERS: ReadonlyMap<string, string | null> = new Map([
  ['r1', 'ada'],
  ['r2', null],
]);

/** A new one has spent and holds what its periods have already. Those that have not ended may be two. */
function make(books: Books, ask: BudgetAsk): void {
  const begins = boundsOf(ask.period, books.now).start;
  const fresh = { ended: Infinity, graceUntil: null, rows: new Map() };
  const budget: Budget = { ...ask, name: nameOf(books, ask), begins, ...fresh };
  books.budgets.push(budget);
  rowAt(budget, books.now);
  for (const { at } of books.records.filter((each) => counts(budget, each))) rowAt(budget, at);
  for (const row of budget.rows.values()) {
    const spent = spentOf(books, { budget, row });
    raise(
      books,
      { budget, row },
      row.thresholds.filter((each) => reaches(spent, row.limit, each)),
    );
  }
}

/** Rewrites all periods that have not ended, and raises what is reached by that and was not before. */
function change(books: Books, budget: Budget, { limit, enforcement, thresholds }: BudgetAsk): void {
  const old = { limit: budget.limit, thresholds: budget.thresholds };
  Object.assign(budget, { limit, enforcement, thresholds });
  for (const row of budget.rows.values()) {
    if (row.end <= books.now) continue;
    Object.assign(row, { limit, enforcement, thresholds });
    const spent = spentOf(books, { budget, row });
    const wasReached = (each: number) => old.thresholds.includes(each) && reaches(spent, old.limit, each);
    raise(
      books,
      { budget, row },
      thresholds.filter((each) => reaches(spent, limit, each) && !wasReached(each)),
    );
  }
}

/** It counts nothing from now on. Again changes nothing. */
export function deleteBudget(books: Books, number: number): Said {
  const budget = books.budgets[number] as Budget;
  budget.ended = Math.min(budget.ended, books.now);
  return { isEnded: true };
}

/** Every budget that applies to an account now, as budgetStatus shows it. */
export function statusSaid(books: Books, path: Path): Said[] {
  const live = books.budgets.filter((budget) =>
    counts({ ...budget, model: null }, { path, model: null, at: books.now }),
  );
  return nearestFirst(live).map((budget) => {
    const counting = { budget, row: rowAt(budget, books.now) };
    const { limit, enforcement, thresholds, wouldDenyCount } = counting.row;
    const [spent, held] = [spentOf(books, counting), heldOf(books, counting)];
    return {
      name: budget.name,
      limit: usd(limit),
      spent: usd(spent),
      held: usd(held),
      remaining: usd(limit - spent - held),
      percent: limit > 0n ? Number((spent * 10_000n) / limit) / 100 : spent > 0n ? 100 : 0,
      enforcement,
      thresholds,
      wouldDenyCount,
      grace: budget.graceUntil === null ? null : sliceOf(budget.graceUntil),
      denies: enforcement === 'HARD' && isRefusing(books, counting, books.graceMs) && spent + held >= limit,
    };
  });
}
