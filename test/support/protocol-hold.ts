/** How the model decides: reservations, their extensions, and deductions that have to fit. */
import {
  counts,
  countingRows,
  expireAll,
  isDisabled,
  isIn,
  overdue,
  remainingOf,
  usd,
  type Books,
  type Counting,
  type Enforcement,
  type Path,
  type Reservation,
  type StoredHold,
} from './protocol-model.js';

/** What a call asks for, as it is read. */
export interface HoldAsk {
  readonly key: string;
  /** Canonical, the key aside. */
  readonly content: string;
  readonly path: Path;
  /** Resolved; null where there is none. */
  readonly model: string | null;
  /** Null where it has no price. */
  readonly amount: bigint | null;
  /** Where it was asked for by its tokens: what its prompt costs, what a completion token costs, and how many of those. */
  readonly tokens?: { readonly prompt: bigint; readonly each: bigint; readonly most: bigint };
  readonly ttlMs: number;
}

export interface ExtendAsk {
  readonly key: string;
  readonly content: string;
  readonly reservation: number;
  readonly amount: bigint;
  readonly ttlMs: number | null;
}

export interface Verdict {
  readonly outcome: 'ALLOWED' | 'ALLOWED_BY_GRACE' | 'DENIED';
  readonly reason: string;
  readonly wouldDeny: boolean;
  readonly decider: Counting | undefined;
  readonly over: readonly Counting[];
}

/** An answer as the caller sees it, in plain JSON. */
export type Said = Readonly<Record<string, unknown>>;

const FREE = { outcome: 'ALLOWED', reason: 'FITS', wouldDeny: false, decider: undefined, over: [] } as const;
/** What moves between two commands is less than half of it: instants are compared by which one they are in. */
const SLICE_MS = 300_000;
export const sliceOf = (at: number) => Math.floor(at / SLICE_MS);

/** One that ended refuses nothing any more. */
function effectOf({ budget, row }: Counting): Enforcement {
  return row.enforcement === 'HARD' && budget.ended !== Infinity ? 'SHADOW' : row.enforcement;
}

const isInGrace = ({ now }: Books, { budget }: Counting) => budget.graceUntil !== null && budget.graceUntil > now;

/** One that never had a grace may have it now. */
export const isRefusing = (books: Books, row: Counting, graceMs: number) =>
  row.budget.graceUntil === null ? graceMs === 0 : !isInGrace(books, row);

/** @param graceMs what a first refusal starts; 0 for who starts none. */
function verdictOf(books: Books, rows: readonly Counting[], amount: bigint, graceMs: number): Verdict {
  const remaining = new Map(rows.map((row) => [row, remainingOf(books, row)]));
  const left = (row: Counting) => remaining.get(row) ?? 0n;
  const over = rows.filter((row) => amount > 0n && amount > left(row));
  const hard = over.filter((row) => effectOf(row) === 'HARD');
  const shadow = over.find((row) => effectOf(row) === 'SHADOW');
  const refusing = hard.find((row) => isRefusing(books, row, graceMs));
  const tightest = rows.reduce<Counting | undefined>(
    (best, row) => (best && left(best) <= left(row) ? best : row),
    undefined,
  );
  return {
    outcome: refusing ? 'DENIED' : hard.length > 0 ? 'ALLOWED_BY_GRACE' : 'ALLOWED',
    reason: over.length > 0 ? 'OVER_LIMIT' : 'FITS',
    wouldDeny: hard.length > 0 || shadow !== undefined,
    decider: refusing ?? hard[0] ?? shadow ?? over[0] ?? tightest,
    over,
  };
}

/** Rule 8. True where something has no room on a period on which one past its end still sits: then nothing is decided yet. */
function mustWait(books: Books, { over }: Verdict): boolean {
  const late = overdue(books);
  return over.some(({ budget, row }) => late.some((each) => counts(budget, each) && isIn(row, each.at)));
}

function noteGrant(books: Books, { over }: Verdict): void {
  for (const counting of over) {
    if (effectOf(counting) === 'SHADOW') counting.row.wouldDenyCount += 1;
    if (effectOf(counting) === 'HARD') counting.budget.graceUntil ??= books.now + books.graceMs;
  }
}

export function reservationSaid(books: Books, number: number): Said {
  const { state, amount, expires, record, path, model } = books.reservations[number] as Reservation;
  return { number, state, amount: usd(amount), expires: sliceOf(expires), record, run: path.run, model };
}

function decisionSaid(books: Books, verdict: Verdict, asked: bigint | null): Said {
  const { outcome, reason, wouldDeny, decider } = verdict;
  return {
    outcome,
    reason,
    wouldDeny,
    asked: asked === null ? null : usd(asked),
    remaining: decider ? usd(remainingOf(books, decider)) : null,
    budget: decider?.budget.name ?? null,
  };
}

function tokensWithin(books: Books, { tokens }: HoldAsk, rows: readonly Counting[]): string | null {
  if (!tokens) return null;
  const refusing = rows.filter((row) => effectOf(row) === 'HARD' && isRefusing(books, row, books.graceMs));
  const [room] = refusing.map((row) => remainingOf(books, row)).sort((a, b) => (a < b ? -1 : 1));
  if (room === undefined || room < tokens.prompt) return null;
  const most = (room - tokens.prompt) / tokens.each;
  return String(most < tokens.most ? most : tokens.most);
}

/** An answer, or undefined where it waits. */
function holdOne(books: Books, ask: HoldAsk): Said | undefined {
  const { key, content, path, model, amount } = ask;
  const stored = books.holdKeys.get(key);
  if (stored) return replaySaid(books, stored, content);
  const refused = (reason: string): Said => ({
    ...decisionSaid(books, { ...FREE, outcome: 'DENIED', reason, wouldDeny: true }, amount),
    tokens: null,
    replayed: false,
    reservation: null,
  });
  if (isDisabled(books, path)) return refused('ACCOUNT_DISABLED');
  if (amount === null) return refused('MODEL_NOT_PRICED');
  const at = books.now;
  const rows = countingRows(books, { path, model, at });
  const verdict = verdictOf(books, rows, amount, books.graceMs);
  if (mustWait(books, verdict)) return undefined;
  const said = decisionSaid(books, verdict, amount);
  if (verdict.outcome === 'DENIED') {
    return { ...said, tokens: tokensWithin(books, ask, rows), replayed: false, reservation: null };
  }
  noteGrant(books, verdict);
  const { outcome, reason, wouldDeny } = verdict;
  const reservation =
    books.reservations.push({ path, model, at, amount, expires: at + ask.ttlMs, state: 'HELD', record: null }) - 1;
  books.holdKeys.set(key, { content, reservation, outcome, reason, wouldDeny });
  return { ...said, tokens: null, replayed: false, reservation: reservationSaid(books, reservation) };
}

function replaySaid(books: Books, stored: StoredHold, content: string): Said {
  if (stored.content !== content) return { error: 'IDEMPOTENCY_CONFLICT' };
  const { outcome, reason, wouldDeny, reservation } = stored;
  return {
    outcome,
    reason,
    wouldDeny,
    asked: null,
    remaining: null,
    budget: null,
    tokens: null,
    replayed: true,
    reservation: reservationSaid(books, reservation),
  };
}

/**
 * Each by itself and in their order; those that wait are decided when the rest is, without those past their end. The same
 * key again in one batch tells what became of the first, or is asked by itself where that left the key free.
 */
export function reserve(books: Books, asks: readonly HoldAsk[]): Said[] {
  const before = books.reservations.length;
  const answers = new Map<HoldAsk, Said>();
  const firsts = new Map<string, HoldAsk>();
  for (const ask of asks) if (!firsts.has(ask.key)) firsts.set(ask.key, ask);
  holdAll(books, [...firsts.values()], answers);
  const repeats = asks.filter((ask) => firsts.get(ask.key) !== ask);
  const isSameDenial = (ask: HoldAsk) => {
    const first = firsts.get(ask.key) as HoldAsk;
    return first.content === ask.content && answers.get(first)?.['outcome'] === 'DENIED';
  };
  for (const ask of repeats.filter(isSameDenial)) answers.set(ask, answers.get(firsts.get(ask.key) as HoldAsk) ?? {});
  let alone = repeats.filter((ask) => !answers.has(ask));
  while (alone.length > 0) {
    const keys = new Set<string>();
    const next = alone.filter(({ key }) => keys.size < keys.add(key).size);
    holdAll(books, next, answers);
    alone = alone.filter((ask) => !next.includes(ask));
  }
  renumber(books, asks, answers, before);
  return asks.map((ask) => answers.get(ask) ?? {});
}

function holdAll(books: Books, asks: readonly HoldAsk[], answers: Map<HoldAsk, Said>): void {
  const waiting = asks.filter((ask) => {
    const said = holdOne(books, ask);
    if (said) answers.set(ask, said);
    return !said;
  });
  if (waiting.length === 0) return;
  expireAll(books);
  holdAll(books, waiting, answers);
}

/** Those that waited were made last; numbers go by the order of the answers, which is the one that callers see. */
function renumber(books: Books, asks: readonly HoldAsk[], answers: Map<HoldAsk, Said>, before: number): void {
  const made = books.reservations.splice(before);
  const numbers = new Map<number, number>();
  for (const ask of asks) {
    const { reservation } = (answers.get(ask) ?? {}) as { reservation?: { number: number } | null };
    if (!reservation || reservation.number < before) continue;
    const old = reservation.number - before;
    if (!numbers.has(old)) numbers.set(old, books.reservations.push(made[old] as Reservation) - 1);
    const number = numbers.get(old) as number;
    const stored = books.holdKeys.get(ask.key);
    if (stored) books.holdKeys.set(ask.key, { ...stored, reservation: number });
    answers.set(ask, { ...answers.get(ask), reservation: { ...reservation, number } });
  }
}

export function extend(books: Books, ask: ExtendAsk): Said {
  const stored = books.holdKeys.get(ask.key);
  if (stored) return replaySaid(books, stored, ask.content);
  const reservation = books.reservations[ask.reservation] as Reservation;
  const { path, state } = reservation;
  if (state !== 'HELD' || reservation.expires <= books.now) return { error: 'RESERVATION_NOT_HELD' };
  const denied = { tokens: null, replayed: false, reservation: null };
  if (isDisabled(books, path)) {
    const verdict = { ...FREE, outcome: 'DENIED', reason: 'ACCOUNT_DISABLED', wouldDeny: true } as const;
    return { ...decisionSaid(books, verdict, ask.amount), ...denied };
  }
  const rows = countingRows(books, reservation);
  const verdict = verdictOf(books, rows, ask.amount, books.graceMs);
  if (mustWait(books, verdict)) {
    expireAll(books);
    return extend(books, ask);
  }
  const said = decisionSaid(books, verdict, ask.amount);
  if (verdict.outcome === 'DENIED') return { ...said, ...denied };
  noteGrant(books, verdict);
  reservation.amount += ask.amount;
  if (ask.ttlMs !== null) reservation.expires = Math.max(reservation.expires, books.now + ask.ttlMs);
  const { outcome, reason, wouldDeny } = verdict;
  books.holdKeys.set(ask.key, { content: ask.content, reservation: ask.reservation, outcome, reason, wouldDeny });
  return { ...said, tokens: null, replayed: false, reservation: reservationSaid(books, ask.reservation) };
}

/** Once more, or after it expired, changes nothing. */
export function release(books: Books, number: number): Said {
  const reservation = books.reservations[number] as Reservation;
  if (reservation.state === 'SETTLED') return { error: 'RESERVATION_NOT_HELD' };
  if (reservation.state === 'HELD') reservation.state = 'RELEASED';
  return { reservation: reservationSaid(books, number) };
}

/** What a reservation would be told, which holds nothing. */
export function check(books: Books, ask: Pick<HoldAsk, 'path' | 'model' | 'amount'>): Said {
  const { path, model, amount } = ask;
  if (isDisabled(books, path)) {
    return decisionSaid(books, { ...FREE, outcome: 'DENIED', reason: 'ACCOUNT_DISABLED', wouldDeny: true }, amount);
  }
  const rows = countingRows(books, { path, model, at: books.now });
  return decisionSaid(books, verdictOf(books, rows, amount ?? 0n, books.graceMs), amount);
}

/** Whether a deduction fits. Only a reservation starts a grace. */
export function deductionVerdict(
  books: Books,
  rows: readonly Counting[],
  amount: bigint,
  mayDeny: boolean,
): Said | undefined {
  const verdict = verdictOf(books, rows, amount, 0);
  if (mayDeny && verdict.outcome === 'DENIED' && overdue(books).length > 0) return undefined;
  return decisionSaid(books, mayDeny ? verdict : { ...verdict, outcome: 'ALLOWED' }, amount);
}
