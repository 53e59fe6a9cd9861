/** Cuts time into slices, newest first, that hold about so many records each. */

/** A local day with usage. */
export interface UsageDay {
  readonly startsAtMs: number;
  readonly recordCount: number;
}

/** From inclusive to exclusive, in ms since 1970; infinities where there is no bound. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  /** About how many records are in it, at most. */
  readonly recordCount: number;
}

/** About how many records the first slice holds: more than the largest page, and read within milliseconds. */
const FIRST_SLICE_RECORDS = 2_000;

/** How much larger each next slice is: what a rare filter is looked for in grows fast. */
const GROWTH = 16;

/**
 * Slices from `top` down to `bottom`. They tile that time, so nothing is left out however the records lie within their
 * days; the last one reaches down to `bottom`, also where no day with usage is left.
 * @param daysBefore days with usage that begin before an instant, the newest ones, newest first; none where none is left.
 */
export async function* planSlices(
  top: number,
  bottom: number,
  daysBefore: (before: number) => Promise<readonly UsageDay[]>,
): AsyncGenerator<Slice> {
  let days: readonly UsageDay[] = [];
  let place = 0;
  let to = top;
  let wanted = FIRST_SLICE_RECORDS;
  while (to > bottom) {
    let from = to;
    let left = wanted;
    while (left > 0 && from > bottom) {
      if (place === days.length) {
        days = await daysBefore(from);
        place = 0;
      }
      const day = days[place];
      if (!day) {
        from = bottom;
      } else if (day.recordCount <= left || from <= day.startsAtMs) {
        if (from > day.startsAtMs) left -= day.recordCount;
        from = Math.min(from, day.startsAtMs);
        place += 1;
      } else {
        from = cut(day, from, left);
        left = 0;
      }
    }
    from = Math.max(from, bottom);
    yield { from, to, recordCount: wanted };
    to = from;
    wanted *= GROWTH;
  }
}

const LONGEST_DAY_MS = 25 * 3_600_000;

/** The beginning of the last `wanted` records of a day before an instant, as if they were spread evenly. */
function cut(day: UsageDay, before: number, wanted: number): number {
  const end = Math.min(before, day.startsAtMs + LONGEST_DAY_MS);
  const lengthMs = ((end - day.startsAtMs) * wanted) / day.recordCount;
  return Math.floor(end - Math.max(lengthMs, 1));
}
