/** What a quantity costs by a table of tiers: exactly, tier by tier. */
import { ceilingOf, exact, isLess, leastOf, minus, plus, times, ZERO, type Exact } from '../amount/exact.js';

export interface Tier {
  /** The last unit that belongs to it; null in the last tier, which has no end. */
  readonly upTo: bigint | null;
  /** Pico of the plan's currency, for `per` units. */
  readonly pricePico: bigint;
  readonly per: bigint;
  /** Pico, once where any unit is in it. */
  readonly flatFeePico: bigint;
}

export type TierTable =
  /** Each unit at the price of the tier in which it lies. */
  | { readonly mode: 'GRADUATED'; readonly tiers: readonly Tier[] }
  /** All units at the price of the tier that the last of them reaches. */
  | { readonly mode: 'VOLUME'; readonly tiers: readonly Tier[] }
  /** A price for each `size` units that are begun, after those that are free. */
  | { readonly mode: 'PACKAGE'; readonly pricePico: bigint; readonly size: bigint; readonly freeUnits: bigint };

/** One tier's share of a line. */
export interface TierLine {
  /** From 0. */
  readonly tier: number;
  /** Units that lie in it; of a package table, packages. */
  readonly quantity: Exact;
  readonly pricePico: bigint;
  readonly per: bigint;
  readonly flatFeePico: bigint;
  readonly amountPico: Exact;
}

/** Nothing used costs nothing, flat fees included. */
export function tierLines(table: TierTable, quantity: Exact): TierLine[] {
  if (!isLess(ZERO, quantity)) return [];
  switch (table.mode) {
    case 'GRADUATED':
      return graduated(table.tiers, quantity);
    case 'VOLUME': {
      const tier = table.tiers.findIndex(({ upTo }) => upTo === null || !isLess(exact(upTo), quantity));
      const reached = table.tiers[tier];
      return reached ? [lineOf(tier, reached, quantity)] : [];
    }
    case 'PACKAGE': {
      const { pricePico, size, freeUnits } = table;
      const counted = minus(quantity, exact(freeUnits));
      if (!isLess(ZERO, counted)) return [];
      const packages = exact(ceilingOf(times(counted, exact(1n, size))));
      return [lineOf(0, { pricePico, per: 1n, flatFeePico: 0n }, packages)];
    }
  }
}

export function amountOf(lines: readonly TierLine[]): Exact {
  return lines.reduce((sum, { amountPico }) => plus(sum, amountPico), ZERO);
}

function graduated(tiers: readonly Tier[], quantity: Exact): TierLine[] {
  const lines: TierLine[] = [];
  let below = ZERO;
  for (const [n, tier] of tiers.entries()) {
    const end = tier.upTo === null ? quantity : leastOf(quantity, exact(tier.upTo));
    if (!isLess(below, end)) break;
    lines.push(lineOf(n, tier, minus(end, below)));
    below = end;
  }
  return lines;
}

function lineOf(tier: number, { pricePico, per, flatFeePico }: Omit<Tier, 'upTo'>, quantity: Exact): TierLine {
  const amountPico = plus(times(quantity, exact(pricePico, per)), exact(flatFeePico));
  return { tier, quantity, pricePico, per, flatFeePico, amountPico };
}
