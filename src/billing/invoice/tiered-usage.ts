/** What the quantity of a period comes to by the tiers of a plan's row, and how that is told on a line. */
import { unitDefinition } from '../../catalog/usage-unit.js';
import { digitsOf, exact, exactOf, times, type Exact } from '../amount/exact.js';
import { tierTableOf, type TieredUnit } from '../plan/plan-terms.js';
import { amountOf, tierLines, type TierLine } from '../plan/tier.js';
import type { UnitUsage } from './billed-usage.sql.js';
import type { TieredDetail } from './invoice-line.js';

function sharesOf(row: TieredUnit, steps: bigint): TierLine[] {
  return tierLines(tierTableOf(row), exact(steps, unitDefinition(row.unit).stepsPerUnit));
}

export const tiersOf = (row: TieredUnit, steps: bigint): Exact => amountOf(sharesOf(row, steps));

export function tieredDetail(row: TieredUnit, before: bigint, whole: bigint): TieredDetail {
  return {
    mode: row.mode,
    shares: sharesOf(row, whole).map(({ tier, quantity, pricePico, per, flatFeePico }) => ({
      ...{ tier, quantity: digitsOf(quantity), pricePico: pricePico.toString(), per: per.toString() },
      flatFeePico: flatFeePico.toString(),
    })),
    quantityBefore: before.toString(),
    picoBefore: digitsOf(tiersOf(row, before)),
  };
}

/** Names a row of a plan. */
export function keyOf({ unit, provider, model }: TieredUnit): string {
  return JSON.stringify([unit, provider, model]);
}

/** What was used, in whole steps of its unit. */
export function stepsOf({ unit, quantity }: UnitUsage): bigint {
  const { numerator, denominator } = times(exactOf(quantity), exact(unitDefinition(unit).stepsPerUnit));
  if (denominator !== 1n) throw new Error(`A sum of ${unit} has parts of its steps.`);
  return numerator;
}
