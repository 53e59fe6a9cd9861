/**
 * A second set of books, written from the rules and not from the SQL: what is spent and held is never kept, it is summed
 * from the records and the open reservations whenever somebody asks. Plain data, so that a copy is a structuredClone.
 * Amounts are pico-USD, instants are milliseconds.
 */
export type Level = 'RUN' | 'USER' | 'TEAM' | 'ORGANIZATION';
export type Enforcement = 'HARD' | 'SOFT' | 'SHADOW';
export type Period = 'DAY' | 'MONTH' | 'LIFETIME';
export type State = 'HELD' | 'SETTLED' | 'RELEASED' | 'EXPIRED';

/** Who spends and in which run, frozen on what was written. */
export interface Path {
  readonly run: string | null;
  readonly user: string | null;
  readonly team: string | null;
}

/** One period of a budget, which decides what happens in it. */
export interface Row {
  readonly start: number;
  readonly end: number;
  limit: bigint;
  enforcement: Enforcement;
  thresholds: readonly number[];
  wouldDenyCount: number;
}

export interface Budget {
  readonly name: string;
  readonly level: Level;
  readonly account: string;
  readonly period: Period;
  /** Resolved, null for all. */
  readonly model: string | null;
  readonly begins: number;
  limit: bigint;
  enforcement: Enforcement;
  thresholds: readonly number[];
  ended: number;
  graceUntil: number | null;
  rows: Map<number, Row>;
}

export interface Reservation {
  readonly path: Path;
  readonly model: string | null;
  readonly at: number;
  amount: bigint;
  expires: number;
  state: State;
  /** Number of the record that settled it. */
  record: number | null;
}

export interface UsageRecord {
  readonly path: Path;
  readonly model: string | null;
  /** Null while it has no price. */
  readonly charge: bigint | null;
  /** Decides the periods. */
  readonly at: number;
  readonly reservation: number | null;
}

export interface StoredHold {
  readonly content: string;
  readonly reservation: number;
  readonly outcome: string;
  readonly reason: string;
  readonly wouldDeny: boolean;
}

export interface Books {
  now: number;
  readonly graceMs: number;
  readonly teamOf: Map<string, string | null>;
  readonly disabled: Set<string>;
  /** Runs that have an account, with whose they are. */
  readonly runs: Map<string, string | null>;
  readonly budgets: Budget[];
  readonly reservations: Reservation[];
  readonly records: UsageRecord[];
  readonly holdKeys: Map<string, StoredHold>;
  readonly usageKeys: Map<string, { readonly content: string; readonly record: number }>;
  /** By what makes each unique; the value is what its reader can tell. */
  readonly alerts: Map<string, string>;
}

/** A budget in the period that something falls in. */
export interface Counting {
  readonly budget: Budget;
  readonly row: Row;
}

type Counted = Pick<Reservation, 'path' | 'model' | 'at'>;

const RANKS: Readonly<Record<Level, number>> = { RUN: 0, USER: 1, TEAM: 2, ORGANIZATION: 3 };
const DAY_MS = 86_400_000;
/** In pico-USD. Whatever is asked for is in whole cents, so that many sums meet a limit exactly. */
export const CENT = 10_000_000_000n;

export function openBooks(now: number, graceMs: number, teamOf: ReadonlyMap<string, string | null>): Books {
  return {
    now,
    graceMs,
    teamOf: new Map(teamOf),
    disabled: new Set(),
    runs: new Map(),
    budgets: [],
    reservations: [],
    records: [],
    holdKeys: new Map(),
    usageKeys: new Map(),
    alerts: new Map(),
  };
}

/** In UTC, which is the zone of the tenants of this test. */
export function boundsOf(period: Period, at: number): { start: number; end: number } {
  if (period === 'LIFETIME') return { start: -Infinity, end: Infinity };
  if (period === 'DAY') {
    const start = Math.floor(at / DAY_MS) * DAY_MS;
    return { start, end: start + DAY_MS };
  }
  const day = new Date(at);
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
  return { start: Date.UTC(year, month, 1), end: Date.UTC(year, month + 1, 1) };
}

export function rowAt(budget: Budget, at: number): Row {
  const { start, end } = boundsOf(budget.period, at);
  const { limit, enforcement, thresholds } = budget;
  const row = budget.rows.get(start) ?? { start, end, limit, enforcement, thresholds, wouldDenyCount: 0 };
  budget.rows.set(start, row);
  return row;
}

function isOf({ level, account }: Budget, path: Path): boolean {
  switch (level) {
    case 'ORGANIZATION':
      return true;
    case 'TEAM':
      return path.team === account;
    case 'USER':
      return path.user === account;
    case 'RUN':
      return path.run === account;
  }
}

/** It counts what happens on its account and below, from the period of its making on, and nothing after it ended. */
export function counts(budget: Budget, { path, model, at }: Counted): boolean {
  const isListed = budget.model === null || budget.model === model;
  return isListed && isOf(budget, path) && budget.begins <= at && at < budget.ended;
}

/** Nearest first; those of one account in the order in which they were made. */
export function countingRows(books: Books, counted: Counted): Counting[] {
  return nearestFirst(books.budgets.filter((budget) => counts(budget, counted))).map((budget) => ({
    budget,
    row: rowAt(budget, counted.at),
  }));
}

export function nearestFirst(budgets: readonly Budget[]): Budget[] {
  return [...budgets].sort((a, b) => RANKS[a.level] - RANKS[b.level]);
}

export const isIn = ({ start, end }: Row, at: number) => start <= at && at < end;

export function spentOf({ records }: Books, { budget, row }: Counting): bigint {
  return records
    .filter((record) => isIn(row, record.at) && counts(budget, record))
    .reduce((sum, { charge }) => sum + (charge ?? 0n), 0n);
}

export function heldOf({ reservations }: Books, { budget, row }: Counting): bigint {
  return reservations
    .filter((reservation) => reservation.state === 'HELD' && isIn(row, reservation.at) && counts(budget, reservation))
    .reduce((sum, { amount }) => sum + amount, 0n);
}

export function remainingOf(books: Books, counting: Counting): bigint {
  return counting.row.limit - spentOf(books, counting) - heldOf(books, counting);
}

/** Past their end, and not ended by anybody: the server may have done it, or not yet. */
export function overdue({ reservations, now }: Books): Reservation[] {
  return reservations.filter(({ state, expires }) => state === 'HELD' && expires <= now);
}

export function expireAll(books: Books): void {
  for (const reservation of overdue(books)) reservation.state = 'EXPIRED';
}

export function isDisabled({ disabled, runs }: Books, { run, user, team }: Path): boolean {
  const names = ['ORGANIZATION:', `USER:${user}`, `TEAM:${team}`, run !== null && runs.has(run) ? `RUN:${run}` : ''];
  return names.some((name) => disabled.has(name));
}

/** Exact, as on the wire. */
export function usd(amount: bigint): string {
  const [sign, magnitude] = amount < 0n ? ['-', -amount] : ['', amount];
  const digits = magnitude.toString().padStart(13, '0');
  return `${sign}${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, '');
}
