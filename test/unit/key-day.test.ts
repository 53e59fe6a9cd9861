/** Golden vectors of a frozen function: another answer for an old key would let the same call be charged twice. */
import { keyDayOf } from '../../src/key-day.js';

test.each([
  ['a uuid v7', '01a205d3-a786-70b7-a808-dc1c86782a4a', '2026-11-23'],
  ['a uuid v7 in capitals', '01A205D3-A786-70B7-A808-DC1C86782A4A', '2026-11-23'],
  ['the first instant that counts', '016f5e66-e800-7000-8000-000000000000', '2020-01-01'],
  ['one millisecond before it', '016f5e66-e7ff-7000-8000-000000000000', '1970-01-01'],
  ['the last instant that counts', '03bb2cc3-d7ff-7000-8000-000000000000', '2099-12-31'],
  ['one millisecond after it', '03bb2cc3-d800-7000-8000-000000000000', '1970-01-01'],
  ['a uuid v4', '9c5b94b1-35ad-49bb-b118-8e8fc24abf80', '1970-01-01'],
  ['a uuid v1', '5c146b14-3c52-11e1-a65f-00c04fd430c8', '1970-01-01'],
  ['a uuid v7 without its dashes', '01a205d3a78670b7a808dc1c86782a4a', '1970-01-01'],
  ['a ULID', '01KM00000000000000000000ZZ', '2026-03-18'],
  ['a ULID in small letters', '01km00000000000000000000zz', '2026-03-18'],
  ['a ULID with a letter that it cannot have', '01KM0000000000000000000UZZ', '1970-01-01'],
  ['a ULID beyond its range', '8ZZZZZZZZZZZZZZZZZZZZZZZZZ', '1970-01-01'],
  ['26 digits', '00000000000000000000000000', '1970-01-01'],
  ['something else', 'call-1', '1970-01-01'],
])('%s', (_, key, day) => {
  expect(keyDayOf(key)).toBe(day);
});
