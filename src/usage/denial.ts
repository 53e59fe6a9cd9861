/** What the recording function says, in SQLSTATE TG001, where a HARD budget has no room. */
import type { PeriodRow } from '../budget/budget-status.js';
import { DENIED } from '../errors.js';

/** The rows that decided, as they were; undefined for any other error. */
export function deniedBy(error: unknown): PeriodRow[] | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== DENIED || !('detail' in error))
    return undefined;
  return JSON.parse(String(error.detail)) as PeriodRow[];
}
