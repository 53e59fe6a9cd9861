/** One place where what is kept and what the records say are not the same. */
import { formatUsd } from '../money.js';

/** As the checks answer it: integers as digits, so that no reader rounds them; null where there is nothing. */
export interface Found {
  /** The budget or the day to look at again. */
  readonly subject: string;
  /** What is wrong, such as `spent`. */
  readonly what: string;
  /** Where it stands. */
  readonly place: string;
  readonly stored: string | null;
  readonly recomputed: string | null;
  /** Whether the two are pico-USD. */
  readonly isMoney: boolean;
  /** Whose word the second is; left out: the books' own records'. */
  readonly source?: string;
}

export interface Difference extends Found {
  readonly organization: string;
}

function said(value: string | null, isMoney: boolean): string {
  if (value === null) return 'nothing';
  return isMoney ? `${formatUsd(BigInt(value))} USD` : value;
}

/** What a person reads of it, on one line. */
export function differenceLine(difference: Difference): string {
  const { organization, what, place, stored, recomputed, isMoney, source } = difference;
  const other = source === undefined ? 'recomputed' : `at ${source}`;
  return `${organization}: ${what} of ${place}: stored ${said(stored, isMoney)}, ${other} ${said(recomputed, isMoney)}`;
}
