/**
 * The day that an idempotency key carries in itself. It is part of the primary key of usage, so that days can become
 * partitions one day while a key stays unique. This function is frozen: another answer for an old key would let the
 * same call be charged twice.
 */

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const EARLIEST_MS = Date.UTC(2020, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
const DAY_MS = 86_400_000;
const NO_DAY = '1970-01-01';

/**
 * The UTC day of a uuid v7 or a ULID whose time lies from 2020 to 2100 (exclusive), as `YYYY-MM-DD`; for every other
 * key 1970-01-01.
 */
export function keyDayOf(key: string): string {
  const ms = UUID_V7.test(key)
    ? Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16)
    : ULID.test(key)
      ? ulidMs(key)
      : 0;
  return ms >= EARLIEST_MS && ms < LATEST_MS ? dayOf(Math.floor(ms / DAY_MS)) : NO_DAY;
}

/** Keys come in the order of time: the day before is nearly always the day asked for. */
let latest = { number: 0, text: NO_DAY };

function dayOf(number: number): string {
  if (latest.number !== number) latest = { number, text: new Date(number * DAY_MS).toISOString().slice(0, 10) };
  return latest.text;
}

function ulidMs(key: string): number {
  return [...key.slice(0, 10).toUpperCase()].reduce((ms, letter) => ms * 32 + CROCKFORD.indexOf(letter), 0);
}
