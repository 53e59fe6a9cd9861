/** What callers were told, written down as the history of each budget, and as books of our own. */
import { parseUsd } from '../src/money.js';
import type {
  BudgetSeenFragment,
  HoldSeenFragment,
  LimitSeenMutation,
  ReleaseSeenMutation,
  SettleSeenMutation,
} from '../test/support/generated/operations.js';
import type { Asked } from './caller.js';
import type { BudgetState, Effect } from './ledger.js';
import type { Op } from './linearizable.js';

export const KINDS = ['reserve', 'extend', 'settle', 'release', 'expire', 'limit change'] as const;
export type Kind = (typeof KINDS)[number];

export interface Held {
  /** The names of the budgets that it is held on. */
  readonly budgets: readonly string[];
  /** What was granted, extensions included; pico-USD. */
  amount: bigint;
  readonly expiresAt: number;
  /** What a caller was told that it became. */
  end?: 'SETTLED' | 'RELEASED' | 'EXPIRED' | undefined;
  settledBy?: string;
  /** The first answer that it had ended. */
  endSeen: number;
}

export interface Charged {
  readonly budgets: readonly string[];
  readonly charge: bigint;
}

/** By how much two readings of one clock may be apart, and a time stamp of milliseconds off; ms. */
const SLACK_MS = 5;
/** A function that took longer than this was given up by its server; ms. */
const MOST_COMMIT_MS = 10_000;

const usd = (text: string | null | undefined): bigint => parseUsd(text ?? '') ?? -1n;

export class Journal {
  /** By the budget's name. */
  readonly histories = new Map<string, Op[]>();
  readonly reservations = new Map<string, Held>();
  readonly records = new Map<string, Charged>();
  readonly limits = new Map<string, bigint>();
  /** Answered operations. */
  readonly counts = new Map<Kind, number>();
  denied = 0;
  /** Answers that no caller should get. */
  readonly strange: string[] = [];
  /** The last that was told of each budget. */
  readonly latest = new Map<string, BudgetState>();
  #watches: { readonly total: number; readonly done: () => void }[] = [];

  get total(): number {
    return this.counts.values().reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when so many more operations were answered, or when nobody waits any longer. */
  more(count: number): Promise<void> {
    return new Promise((done) => this.#watches.push({ total: this.total + count, done }));
  }

  waitNoLonger(): void {
    for (const { done } of this.#watches.splice(0)) done();
  }

  made(name: string, limit: bigint): void {
    this.histories.set(name, []);
    this.limits.set(name, limit);
    this.latest.set(name, { limit, spent: 0n, held: 0n });
  }

  /** Answers with the reservation's id where it was granted. */
  reserved(asked: Asked<{ reserveBudget: HoldSeenFragment }>, ttlMs: number): string | undefined {
    const told = this.#dataOf('reserve', asked)?.reserveBudget;
    if (!told) return undefined;
    const { reservation } = told;
    if (!reservation) {
      this.#denied('reserve', asked, told);
      return undefined;
    }
    const { id } = reservation;
    const amount = usd(reservation.amount);
    const expiresAt = Date.parse(reservation.expiresAt);
    const budgets = told.budgets.map(nameOf);
    this.reservations.set(id, { budgets, amount, expiresAt, endSeen: Number.POSITIVE_INFINITY });
    const effect: Effect = { kind: 'GRANT', reservation: id, amount, extends: false };
    this.#happened(`reserve ${id}`, asked, told, () => effect, expiresAt - ttlMs);
    return id;
  }

  extended(asked: Asked<{ extendReservation: HoldSeenFragment }>, reservation: string, amount: bigint): void {
    if (this.#wasOver('extend', asked, reservation)) return;
    const told = this.#dataOf('extend', asked)?.extendReservation;
    if (!told) return;
    if (told.decision.outcome === 'DENIED') return this.#denied('extend', asked, told);
    const held = this.reservations.get(reservation);
    if (held) held.amount += amount;
    const effect: Effect = { kind: 'GRANT', reservation, amount, extends: true };
    this.#happened(`extend ${reservation}`, asked, told, () => effect);
  }

  settled(asked: Asked<SettleSeenMutation>, id: string, key: string): void {
    const told = this.#dataOf('settle', asked)?.recordUsage;
    if (!told?.usageRecord || !told.reservation) return;
    const charge = usd(told.usageRecord.charge);
    this.records.set(key, { budgets: told.budgets.map(nameOf), charge });
    const held = this.reservations.get(id);
    const { state, endedAt } = told.reservation;
    if (held && told.settled) [held.end, held.settledBy] = ['SETTLED', key];
    else if (held && state === 'EXPIRED') held.end ??= 'EXPIRED';
    if (held && !told.settled) held.endSeen = Math.min(held.endSeen, asked.to);
    const effect: Effect = { kind: told.settled ? 'SETTLE' : 'LATE', reservation: id, charge };
    const hint = told.settled && endedAt ? Date.parse(endedAt) : undefined;
    this.#happened(`${effect.kind.toLowerCase()} ${id}`, asked, told, () => effect, hint);
  }

  released(asked: Asked<ReleaseSeenMutation>, id: string): void {
    if (this.#wasOver('release', asked, id)) return;
    const told = this.#dataOf('release', asked)?.releaseReservation.reservation;
    const held = this.reservations.get(id);
    if (!told || !held) return;
    if (told.state !== 'RELEASED') return this.#sawEnd(held, id, asked);
    held.end = 'RELEASED';
    const from = Math.max(asked.from, Date.parse(told.endedAt ?? '') - SLACK_MS);
    this.#addTo(held.budgets, { name: `release ${id}`, from, to: asked.to, effect: { kind: 'FREE', reservation: id } });
  }

  limited(asked: Asked<LimitSeenMutation>): void {
    const told = this.#dataOf('limit change', asked)?.setBudget;
    if (!told) return;
    const limit = usd(told.limit);
    const name = nameOf(told);
    this.limits.set(name, limit);
    this.#addTo([name], { name: `limit ${name}`, from: asked.from, to: asked.to, effect: { kind: 'LIMIT', limit } });
  }

  looked(asked: Asked<{ budgetStatus: { budgets: readonly BudgetSeenFragment[] } }>): void {
    for (const budget of asked.data?.budgetStatus.budgets ?? []) this.#read('look', asked, budget);
  }

  /** Told by the database at the end, because nobody asked for it. */
  expired(id: string, endedAt: number): void {
    const held = this.reservations.get(id);
    if (!held) return;
    this.#count('expire');
    held.end ??= 'EXPIRED';
    const [from, to] = [endedAt - SLACK_MS, Math.min(endedAt + MOST_COMMIT_MS, held.endSeen)];
    this.#addTo(held.budgets, { name: `expire ${id}`, from, to, effect: { kind: 'FREE', reservation: id } });
  }

  #denied(what: string, asked: Asked<unknown>, { decision, budgets }: HoldSeenFragment): void {
    this.denied += 1;
    const amount = usd(decision.asked);
    for (const budget of budgets) {
      const isDecider = budget.name === decision.budget?.name;
      this.#read(`${what} denied`, asked, budget, isDecider ? { kind: 'DENY', amount } : { kind: 'READ' });
    }
  }

  /** An answer of what the sending did itself tells the budgets as it left them; another one what they were later. */
  #happened(
    name: string,
    asked: Asked<unknown>,
    { replayed, budgets }: { replayed: boolean; budgets: readonly BudgetSeenFragment[] },
    effectOf: (budget: string) => Effect,
    hint?: number,
  ): void {
    for (const budget of budgets) {
      const effect = effectOf(nameOf(budget));
      if (!replayed && asked.isSure) {
        this.#read(name, asked, budget, effect);
        continue;
      }
      const from = hint === undefined ? asked.from : Math.max(asked.from, hint - SLACK_MS);
      const op: Op = { name, from, to: asked.to, effect };
      this.#addTo([nameOf(budget)], op);
      this.#read(`${name} again`, asked, budget, { kind: 'READ' }, op);
    }
  }

  #read(name: string, asked: Asked<unknown>, seen: BudgetSeenFragment, effect: Effect = { kind: 'READ' }, after?: Op) {
    const told = { limit: usd(seen.limit), spent: usd(seen.spent), held: usd(seen.held) };
    this.latest.set(nameOf(seen), told);
    this.#addTo([nameOf(seen)], { name, from: asked.sent, to: asked.to, effect, told, ...(after && { after }) });
  }

  #wasOver(kind: Kind, asked: Asked<unknown>, id: string): boolean {
    const held = this.reservations.get(id);
    if (asked.code !== 'RESERVATION_NOT_HELD' || !held) return false;
    this.#count(kind);
    // Past its end it is refused also where nobody has freed it yet.
    if (kind === 'release' || asked.to < held.expiresAt - SLACK_MS) this.#sawEnd(held, id, asked);
    return true;
  }

  #sawEnd(held: Held, id: string, asked: Asked<unknown>): void {
    held.endSeen = Math.min(held.endSeen, asked.to);
    const effect: Effect = { kind: 'ENDED', reservation: id };
    this.#addTo(held.budgets, { name: `saw the end of ${id}`, from: asked.sent, to: asked.to, effect });
  }

  #dataOf<T>(kind: Kind, asked: Asked<T>): T | undefined {
    if (asked.data === undefined || asked.code !== undefined) {
      this.strange.push(`${kind}: ${asked.code ?? 'no data'}`);
      return undefined;
    }
    this.#count(kind);
    return asked.data;
  }

  #count(kind: Kind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    const { total } = this;
    for (const { done } of this.#watches.filter((watch) => watch.total <= total)) done();
    this.#watches = this.#watches.filter((watch) => watch.total > total);
  }

  #addTo(budgets: readonly string[], op: Op): void {
    for (const name of budgets) this.histories.get(name)?.push(op);
  }
}

function nameOf({ name }: { name: string | null }): string {
  return name ?? '';
}
