/** Budget periods worked out by hand from the calendar and the zones' published changes. */
import { Temporal } from '@js-temporal/polyfill';

/** [what, kind, zone, anchor day, anchor month, instants that fall in it, start, end] */
export type Golden = [string, string, string, number | null, number | null, string[], string, string];

const month = (start: string, end: string, anchor: number, instant: string): Golden => [
  `anchor ${String(anchor)}: ${start}`,
  'MONTH',
  'UTC',
  anchor,
  null,
  [`${start}T00:00:00Z`, `${instant}T12:00:00Z`],
  `${start}T00:00:00Z`,
  `${end}T00:00:00Z`,
];
/** Each date is a boundary; the period's instants are its start and the noon before its end. */
const months = (anchor: number, dates: string[]): Golden[] =>
  dates.slice(1).map((end, at) => {
    const start = dates[at] ?? end;
    return month(start, end, anchor, Temporal.PlainDate.from(end).subtract({ days: 1 }).toString());
  });

export const GOLDEN: Golden[] = [
  // D1, D2: from the anchor each time, never chained; 2028 and 2096 have a 29 February, 2100 has not.
  ...months(
    31,
    '2026-01-31 2026-02-28 2026-03-31 2026-04-30 2026-05-31 2026-06-30 2026-07-31 2026-08-31 2026-09-30 2026-10-31 2026-11-30 2026-12-31 2027-01-31 2027-02-28 2027-03-31'.split(
      ' ',
    ),
  ),
  ...months(29, ['2027-01-29', '2027-02-28', '2027-03-29', '2027-04-29']),
  ...months(30, ['2028-01-30', '2028-02-29', '2028-03-30']),
  ...months(29, ['2100-01-29', '2100-02-28', '2100-03-29']),
  ...months(31, ['2096-01-31', '2096-02-29', '2096-03-31']),
  ...months(1, ['2099-12-01', '2100-01-01', '2100-02-01', '2100-03-01']),
  // D3: a year from 29 February.
  ...(
    [
      ['2028-02-29', '2029-02-28'],
      ['2029-02-28', '2030-02-28'],
      ['2031-02-28', '2032-02-29'],
      ['2099-02-28', '2100-02-28'],
      ['2100-02-28', '2101-02-28'],
    ] as const
  ).map(([start, end]): Golden => {
    const [startsAt, endsAt] = [`${start}T00:00:00Z`, `${end}T00:00:00Z`];
    return [`year of ${start}`, 'YEAR', 'UTC', 29, 2, [startsAt], startsAt, endsAt];
  }),
  [
    'a year without anchor',
    'YEAR',
    'Asia/Tokyo',
    null,
    null,
    ['2026-07-01T00:00:00Z'],
    '2025-12-31T15:00:00Z',
    '2026-12-31T15:00:00Z',
  ],
  [
    'a week from Monday',
    'WEEK',
    'UTC',
    null,
    null,
    ['2026-11-23T00:00:00Z', '2026-11-29T23:59:59.999999Z'],
    '2026-11-23T00:00:00Z',
    '2026-11-30T00:00:00Z',
  ],
  ...(
    [
      // D4: no midnight: the first instant after the gap.
      ['Santiago, no midnight', 'America/Santiago', '2025-09-07T04:00:00Z', '2025-09-08T03:00:00Z'],
      ['Beirut, no midnight', 'Asia/Beirut', '2024-03-30T22:00:00Z', '2024-03-31T21:00:00Z'],
      ['Cairo, no midnight', 'Africa/Cairo', '2024-04-25T22:00:00Z', '2024-04-26T21:00:00Z'],
      ['Toronto, the gap begins at 23:30', 'America/Toronto', '1919-03-31T04:30:00Z', '1919-04-01T04:00:00Z'],
      // D5, D6: one reset for a day of 23 or 25 hours; of two midnights the first.
      ['New York, 23 hours', 'America/New_York', '2024-03-10T05:00:00Z', '2024-03-11T04:00:00Z'],
      ['New York, 25 hours', 'America/New_York', '2024-11-03T04:00:00Z', '2024-11-04T05:00:00Z'],
      ['Santiago, 25 hours', 'America/Santiago', '2024-04-06T03:00:00Z', '2024-04-07T04:00:00Z'],
      ['Havana, two midnights', 'America/Havana', '2024-11-03T04:00:00Z', '2024-11-04T05:00:00Z'],
      ["St. John's, before two midnights", 'America/St_Johns', '2010-11-06T02:30:00Z', '2010-11-07T02:30:00Z'],
      ["St. John's, two midnights", 'America/St_Johns', '2010-11-07T02:30:00Z', '2010-11-08T03:30:00Z'],
      ['Lord Howe, half an hour', 'Australia/Lord_Howe', '2024-04-06T13:00:00Z', '2024-04-07T13:30:00Z'],
      // D8: +13:45; 30 December 2011 was skipped; a fourth of July came twice.
      ['Chatham', 'Pacific/Chatham', '2024-01-01T10:15:00Z', '2024-01-02T10:15:00Z'],
      ['Kiritimati', 'Pacific/Kiritimati', '2024-01-01T10:00:00Z', '2024-01-02T10:00:00Z'],
      ['Samoa, the 29th', 'Pacific/Apia', '2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z'],
      ['Samoa, the 31st', 'Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31T10:00:00Z'],
      ['Samoa, the same day twice', 'Pacific/Apia', '1892-07-03T11:26:56Z', '1892-07-05T11:26:56Z'],
      // D9: a leap second is the second after it, and its day has 24 hours.
      ['the day of a leap second', 'UTC', '2016-12-31T00:00:00Z', '2017-01-01T00:00:00Z'],
    ] as const
  ).map(([what, zone, start, end]): Golden => {
    const last = Temporal.Instant.from(end).subtract({ microseconds: 1 }).toString();
    return [what, 'DAY', zone, null, null, [start, last], start, end];
  }),
  [
    "St. John's, an hour that the clock shows twice, the second time as the day before",
    'DAY',
    'America/St_Johns',
    null,
    null,
    ['2010-11-07T02:30:59Z', '2010-11-07T02:31:00Z', '2010-11-07T03:29:59Z'],
    '2010-11-07T02:30:00Z',
    '2010-11-08T03:30:00Z',
  ],
  ['a leap second', 'DAY', 'UTC', null, null, ['2016-12-31T23:59:60Z'], '2017-01-01T00:00:00Z', '2017-01-02T00:00:00Z'],
  [
    'a month that starts on the skipped day',
    'MONTH',
    'Pacific/Apia',
    30,
    null,
    ['2011-12-30T10:00:00Z'],
    '2011-12-30T10:00:00Z',
    '2012-01-29T10:00:00Z',
  ],
];
