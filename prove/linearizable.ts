/**
 * Whether what callers were told of one budget can have happened one after the other: each operation at a single instant
 * between its question and its answer (linearizability, Herlihy and Wing 1990). The search is that of Wing and Gong (1993)
 * with Lowe's memory of what failed (2017).
 *
 * Amounts are pico-USD, instants are milliseconds.
 */
import { explanations } from './explanations.js';
import { changesNothing, Ledger, type BudgetState, type Delta, type Effect } from './ledger.js';

export interface Op {
  /** For people. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly effect: Effect;
  /** What it was told that the budget is like after it. */
  readonly told?: BudgetState;
  /** The operation that this one looked at the budget after. */
  readonly after?: Op;
}

export type Verdict =
  | { readonly isLinearizable: true; readonly operations: number; readonly widest: number }
  | { readonly isLinearizable: false; readonly operations: number; readonly widest: number; readonly why: string };

export function checkHistory(history: readonly Op[], start: BudgetState): Verdict {
  const ops = [...history].sort((a, b) => a.from - b.from);
  const found = { operations: ops.length, widest: widestOf(ops) };
  const why = new Search(ops, start).run();
  return why === undefined ? { isLinearizable: true, ...found } : { isLinearizable: false, ...found, why };
}

/** The most operations that were open at one instant. */
function widestOf(ops: readonly Op[]): number {
  const ends = ops.map(({ to }) => to).sort((a, b) => a - b);
  let ended = 0;
  return ops.reduce((widest, { from }, begun) => {
    while ((ends[ended] ?? Number.POSITIVE_INFINITY) < from) ended += 1;
    return Math.max(widest, begun + 1 - ended);
  }, 0);
}

/** Operations that come next, one after the other. */
type Move = readonly number[];

/** A place with more than one way on. What it needs beside is worked out again where the search comes back to it. */
interface Branch {
  /** How many operations were placed when it was reached. */
  readonly depth: number;
  /** How many of its moves were tried. */
  tried: number;
}

/** A history that did not happen is refused after some thousands. */
const MOST_STEPS = 1_000_000;

class Search {
  readonly #placed: number[] = [];
  readonly #undo: (() => void)[] = [];
  /** The last answer of all that was placed before, at each depth. */
  readonly #answered: number[] = [Number.NEGATIVE_INFINITY];
  readonly #isDone: boolean[];
  /** All before it are placed. */
  #first = 0;
  readonly #failed = new Set<string>();
  readonly #branches: Branch[] = [];
  #steps = 0;
  #deepest = { depth: -1, words: '' };
  readonly #budget: Ledger;
  readonly #numbers: ReadonlyMap<Op, number>;

  constructor(
    private readonly ops: readonly Op[],
    start: BudgetState,
  ) {
    this.#isDone = ops.map(() => false);
    this.#budget = new Ledger(start);
    this.#numbers = new Map(ops.map((op, n) => [op, n]));
  }

  /** undefined where an order was found, else why there is none, in words. */
  run(): string | undefined {
    while (this.#placed.length < this.ops.length) {
      this.#steps += 1;
      if (this.#steps > MOST_STEPS) return `No order was found in ${MOST_STEPS} steps. ${this.#deepest.words}`;
      const open = this.#open();
      const look = open.find((n) => changesNothing(this.#op(n).effect) && this.#mayCome(n));
      // Where it can come now, it can come now in any order that there is.
      if (look !== undefined) {
        this.#place(look);
        continue;
      }
      this.#forgetSettledPast();
      if (this.#isPassed(open)) this.#remember(open);
      else if (this.#failed.size === 0 || !this.#failed.has(this.#key())) {
        this.#branches.push({ depth: this.#placed.length, tried: 0 });
      }
      if (!this.#advance()) return this.#deepest.words;
    }
    return undefined;
  }

  /** What is spent never gets less: who was told of less should have come before. */
  #isPassed(open: readonly number[]): boolean {
    return open.some((n) => this.#op(n).told && this.#missing(n).spent < 0n);
  }

  /** Takes the next move of the last branch that has one. */
  #advance(): boolean {
    for (let branch = this.#branches.at(-1); branch; branch = this.#branches.at(-1)) {
      this.#returnTo(branch.depth);
      const open = this.#open();
      let number = 0;
      for (const move of this.#moves(open)) {
        number += 1;
        if (number <= branch.tried) continue;
        branch.tried = number;
        if (this.#placeAll(move)) return true;
        this.#returnTo(branch.depth);
      }
      if (branch.tried === 0) this.#remember(open);
      this.#failed.add(this.#key());
      this.#branches.pop();
    }
    return false;
  }

  /** What may come next as far as the clock says: nothing that is left was answered before it was asked. */
  #open(): number[] {
    const open: number[] = [];
    let bound = Number.POSITIVE_INFINITY;
    for (let n = this.#first; n < this.ops.length; n += 1) {
      const { from, to } = this.#op(n);
      if (from > bound) break;
      if (this.#isDone[n]) continue;
      open.push(n);
      bound = Math.min(bound, to);
    }
    return open;
  }

  /**
   * What was told leads: where such an answer fits the budget as it is, it comes next. Else some of what nobody was told of comes
   * before the next one that was told. These are guesses, and most often right; after them each one that can come next is tried,
   * so that an order is found wherever there is one.
   */
  *#moves(open: readonly number[]): Generator<Move, undefined> {
    const able = open.filter((n) => !changesNothing(this.#op(n).effect) && this.#mayCome(n));
    const told = open.filter((n) => this.#op(n).told).sort((a, b) => this.#op(a).to - this.#op(b).to);
    for (const n of able) if (this.#op(n).told) yield [n];
    yield* this.#explained(open, told);
    const blind = able.filter((n) => !this.#op(n).told).sort((a, b) => this.#op(a).to - this.#op(b).to);
    for (const n of blind) if (this.#isLimitOf(n, told)) yield [n];
    for (const n of blind) yield [n];
    return undefined;
  }

  /** Sets of those that nobody was told of that lead from the budget as it is to what somebody was told. */
  *#explained(open: readonly number[], told: readonly number[]): Generator<Move, undefined> {
    const { limit } = this.#budget.state;
    const jumps = told.filter((n) => this.#op(n).told?.limit === limit).map((n) => this.#missing(n));
    const blind = open.filter((n) => !this.#op(n).told).map((n) => ({ n, effect: this.#op(n).effect }));
    if (jumps.length > 0) yield* explanations(this.#budget, blind, jumps);
    return undefined;
  }

  #isLimitOf(n: number, told: readonly number[]): boolean {
    const { effect } = this.#op(n);
    return effect.kind === 'LIMIT' && told.some((seen) => this.#op(seen).told?.limit === effect.limit);
  }

  /** What lies between the budget as it is and what an operation was told. */
  #missing(n: number): Delta {
    const { effect, told } = this.#op(n);
    const own = this.#budget.deltaOf(effect);
    const { spent, held } = this.#budget.state;
    return { spent: (told?.spent ?? 0n) - own.spent - spent, held: (told?.held ?? 0n) - own.held - held };
  }

  #op(n: number): Op {
    const op = this.ops[n];
    if (!op) throw new Error('There is no such operation.');
    return op;
  }

  #mayCome(n: number): boolean {
    const { effect, told, after } = this.#op(n);
    if (after && !this.#isDone[this.#numbers.get(after) ?? -1]) return false;
    if (!this.#budget.allows(effect)) return false;
    if (!told) return true;
    const { limit, spent, held } = this.#budget.state;
    const delta = this.#budget.deltaOf(effect);
    const then = { limit: delta.limit ?? limit, spent: spent + delta.spent, held: held + delta.held };
    return then.limit === told.limit && then.spent === told.spent && then.held === told.held;
  }

  /** In an order in which they can come, if there is one: what makes room first, then what needs it. */
  #placeAll(move: Move): boolean {
    for (let left = move; left.length > 0;) {
      const able = left.filter((n) => this.#mayCome(n)).sort((a, b) => this.#rank(a) - this.#rank(b))[0];
      if (able === undefined) return false;
      this.#place(able);
      left = left.filter((n) => n !== able);
    }
    return true;
  }

  #rank(n: number): number {
    const { effect } = this.#op(n);
    const { spent, held } = this.#budget.deltaOf(effect);
    if (spent + held <= 0n) return 0;
    return effect.kind === 'GRANT' ? 1 : 2;
  }

  #place(n: number): void {
    this.#undo.push(this.#budget.apply(this.#op(n).effect));
    this.#placed.push(n);
    this.#answered.push(Math.max(this.#answered.at(-1) ?? 0, this.#op(n).to));
    this.#isDone[n] = true;
    while (this.#isDone[this.#first]) this.#first += 1;
  }

  #returnTo(depth: number): void {
    while (this.#placed.length > depth) {
      const n = this.#placed.pop() ?? 0;
      this.#answered.pop();
      this.#undo.pop()?.();
      this.#isDone[n] = false;
      this.#first = Math.min(this.#first, n);
    }
  }

  /** Where all that was placed was answered before the rest was asked, no other order of it leads anywhere else. */
  #forgetSettledPast(): void {
    if (this.#branches.length === 0 || this.#placed.length !== this.#first) return;
    if ((this.#answered.at(-1) ?? 0) >= this.#op(this.#first).from) return;
    this.#branches.length = 0;
    this.#failed.clear();
  }

  /** The budget after a set of operations is the same in whatever order they came: the set names the place. */
  #key(): string {
    const beyond: number[] = [];
    for (let n = this.#first; beyond.length < this.#placed.length - this.#first; n += 1) {
      if (this.#isDone[n]) beyond.push(n);
    }
    return `${this.#first}:${beyond.join()}`;
  }

  /** How far it came, for who has to find out why it did not go on. */
  #remember(open: readonly number[]): void {
    const depth = this.#placed.length;
    if (depth <= this.#deepest.depth) return;
    const { limit, spent, held } = this.#budget.state;
    const words = open.slice(0, 8).map((n) => {
      const { name, effect, told } = this.#op(n);
      const says = told ? ` told limit ${told.limit} spent ${told.spent} held ${told.held}` : '';
      return `${name} (${effect.kind}${says})`;
    });
    this.#deepest = {
      depth,
      words:
        `After ${depth} of ${this.ops.length} operations, at limit ${limit} spent ${spent} held ${held}, none of ` +
        `${open.length} open ones can come next: ${words.join('; ')}`,
    };
  }
}
