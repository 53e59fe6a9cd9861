/** Which of the operations that nobody was told of lead from a budget as it is to what somebody was told of it. */
import type { Delta, Effect, Ledger } from './ledger.js';

interface Blind {
  readonly n: number;
  readonly effect: Effect;
}

/** Operations in an order in which they can come, and what they do together. */
interface Sum extends Delta {
  readonly move: readonly number[];
}

/** Of one reservation. */
type Ways = readonly Sum[];

/** How many sums of a half are looked at: few at first, because most often few operations are open. */
const MOST_SUMS = [1 << 11, 1 << 15];

const EMPTY: Sum = { spent: 0n, held: 0n, move: [] };

/**
 * The operations of one reservation come in a certain order, and what its end frees depends on what came before: so each
 * reservation has some ways to go on, and one is taken of each. Of each half of the reservations all sums, and which two make a
 * jump.
 *
 * @param jumps what is missing to what was told, in the order in which it is tried
 */
export function* explanations(
  budget: Ledger,
  blind: readonly Blind[],
  jumps: readonly Delta[],
): Generator<readonly number[], undefined> {
  const ways = [...Map.groupBy(blind.filter(isOfReservation), ({ effect }) => effect.reservation).values()]
    .map((operations) => waysOn(budget, operations))
    .filter(({ length }) => length > 1);
  let looked = 0;
  for (const most of MOST_SUMS) {
    const halves = halvesOf(ways, most);
    if (halves.count === looked) break;
    looked = halves.count;
    const [one, other] = [sumsOf(halves.one), sumsOf(halves.other)];
    const byJump = Map.groupBy(one, ({ spent, held }) => `${spent} ${held}`);
    for (const jump of jumps) {
      for (const { spent, held, move } of other) {
        const fitting = byJump.get(`${jump.spent - spent} ${jump.held - held}`) ?? [];
        for (const half of fitting) if (half.move.length + move.length > 0) yield [...half.move, ...move];
      }
    }
  }
  return undefined;
}

type OfReservation = Blind & { readonly effect: { readonly reservation: string } };

function isOfReservation(operation: Blind): operation is OfReservation {
  return 'reservation' in operation.effect;
}

/** Each set of them that can come next, the empty one first. */
function waysOn(budget: Ledger, operations: readonly Blind[]): Ways {
  const ways = new Map<string, Sum>();
  const goOn = (sum: Sum): void => {
    const key = sum.move.toSorted((a, b) => a - b).join();
    if (ways.has(key)) return;
    ways.set(key, sum);
    for (const { n, effect } of operations) {
      if (sum.move.includes(n) || !budget.isInTurn(effect)) continue;
      const { spent, held } = budget.deltaOf(effect);
      const undo = budget.apply(effect);
      goOn({ spent: sum.spent + spent, held: sum.held + held, move: [...sum.move, n] });
      undo();
    }
  };
  goOn(EMPTY);
  return [...ways.values()];
}

interface Halves {
  readonly one: readonly Ways[];
  readonly other: readonly Ways[];
  /** Of the reservations in them. */
  readonly count: number;
}

/** As many reservations as give no more than so many sums in either half. */
function halvesOf(ways: readonly Ways[], most: number): Halves {
  const [one, other] = [
    { sums: 1, ways: [] as Ways[] },
    { sums: 1, ways: [] as Ways[] },
  ];
  let count = 0;
  for (const way of ways) {
    const half = one.sums <= other.sums ? one : other;
    if (half.sums * way.length > most) break;
    half.sums *= way.length;
    half.ways.push(way);
    count += 1;
  }
  return { one: one.ways, other: other.ways, count };
}

function sumsOf(ways: readonly Ways[]): readonly Sum[] {
  return ways.reduce<readonly Sum[]>(
    (sums, way) =>
      sums.flatMap((sum) =>
        way.map(({ spent, held, move }) => ({
          spent: sum.spent + spent,
          held: sum.held + held,
          move: [...sum.move, ...move],
        })),
      ),
    [EMPTY],
  );
}
