/** The keys of usage records, in ids and beside each other. */
import { keyDayOf } from '../key-day.js';

/** Stands behind a caller's key in the keys that are made of it: no caller can send it. */
export const KEY_MARK = '\u0001';

const REVERSAL = `${KEY_MARK}reversal`;
const REPRICE = `${KEY_MARK}reprice${KEY_MARK}`;

export interface UsageKey {
  readonly idempotencyKey: string;
  readonly keyDay: string;
}

/** The reversal beside the replacement of this key has the same day. */
export function reversalKeyOf(replacementKey: string): string {
  return replacementKey + REVERSAL;
}

/**
 * What replaces a record in a reprice: of the caller's key that the record goes back to, so that it does not grow from one
 * reprice to the next. Of the records that go back to one key at most one stands, so it is of that one.
 */
export function repricedKeyOf(key: string, repriceKey: string): UsageKey {
  const said = saidOf(key);
  return { idempotencyKey: said + repriceMarkOf(repriceKey), keyDay: keyDayOf(said) };
}

/** How the keys of what replaces records in a reprice end, and no others. */
export function repriceMarkOf(repriceKey: string): string {
  return REPRICE + repriceKey;
}

/** The key in the opaque id of a record; undefined where there can be no such record. */
export function usageKeyOf(key: string): UsageKey | undefined {
  const keyDay = key.slice(0, 10);
  const idempotencyKey = key.slice(11);
  const isKey = key[10] === ':' && !idempotencyKey.includes('\0') && keyDayOf(saidOf(idempotencyKey)) === keyDay;
  return isKey ? { idempotencyKey, keyDay } : undefined;
}

/** What a caller said of a key: the day of all keys that are made of it is its day. */
function saidOf(key: string): string {
  const end = key.indexOf(KEY_MARK);
  return end < 0 ? key : key.slice(0, end);
}
