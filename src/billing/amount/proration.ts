/** What a fee comes to for a part of its period. Whole local days count: the day on which something begins is one of them. */
import { exact, type Exact } from './exact.js';

/** A local day as `2026-01-31`. */
export type Day = string;

const DAY_MS = 86_400_000;

export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** From one day to another, the first included and the last not. */
export function daysBetween(from: Day, to: Day): bigint {
  return BigInt((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/**
 * The part of a fee for `[from, to)` of the period `[startDay, endDay)`: as many of its days as the period has.
 * A period with a day that the zone skipped has one day more on the calendar than on the clock; the calendar counts.
 */
export function prorated(
  fee: bigint,
  period: { readonly startDay: Day; readonly endDay: Day },
  part: { readonly from: Day; readonly to: Day },
): Exact {
  const from = part.from > period.startDay ? part.from : period.startDay;
  const to = part.to < period.endDay ? part.to : period.endDay;
  if (from >= to) return exact(0n);
  return exact(fee * daysBetween(from, to), daysBetween(period.startDay, period.endDay));
}
