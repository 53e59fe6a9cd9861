/** What is left of charges after their costs. */
import { divideHalfEven, type PicoUsd } from '../money.js';

/** A percent has 4 decimals, in pico as every Decimal. */
const PERCENT_STEP = 100_000_000n;
const STEPS_OF_ALL = 1_000_000n;

/**
 * The margin in percent of the charge, half-even to 4 decimals; null where the charge is 0. Of a charge below 0, which
 * is what corrections alone come to, it is the same as of what they took back.
 */
export function marginPercentPico(cost: PicoUsd, charge: PicoUsd): bigint | null {
  if (charge === 0n) return null;
  const [margin, magnitude] = charge < 0n ? [cost - charge, -charge] : [charge - cost, charge];
  return divideHalfEven(margin * STEPS_OF_ALL, magnitude) * PERCENT_STEP;
}
