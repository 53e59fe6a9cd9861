/** The keys of usage records, in ids and beside each other. */
import { keyDayOf } from '../key-day.js';

/** What stands behind a caller's key in that of a reversal beside its replacement: no caller can send it. */
const REVERSAL_MARK = '\u0001reversal';

export interface UsageKey {
  readonly idempotencyKey: string;
  readonly keyDay: string;
}

/** The reversal beside the replacement of this key has the same day. */
export function reversalKeyOf(replacementKey: string): string {
  return replacementKey + REVERSAL_MARK;
}

/** The key in the opaque id of a record; undefined where there can be no such record. */
export function usageKeyOf(key: string): UsageKey | undefined {
  const keyDay = key.slice(0, 10);
  const idempotencyKey = key.slice(11);
  const said = idempotencyKey.endsWith(REVERSAL_MARK) ? idempotencyKey.slice(0, -REVERSAL_MARK.length) : idempotencyKey;
  const isKey = key[10] === ':' && !idempotencyKey.includes('\0') && keyDayOf(said) === keyDay;
  return isKey ? { idempotencyKey, keyDay } : undefined;
}
