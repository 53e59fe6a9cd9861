/** Texts as they stand on an invoice: what callers chose made harmless, digits in groups, days in words. */
import { formatUsd, type PicoUsd } from '../../money.js';
import type { UsageUnit } from '../../catalog/usage-unit-enum.js';
import { formatAmount, type Currency, type Pico } from '../amount/currency.js';
import type { Day } from '../amount/proration.js';

/** Controls, and marks that would turn the direction of all that follows. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
/** Some letter of it is written from right to left. */
export const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const [ISOLATE, END_OF_ISOLATE] = ['\u2068', '\u2069'];

/** A name that somebody chose. One that runs from right to left is kept from reordering what stands beside it. */
export function nameText(name: string): string {
  const text = name.toWellFormed().normalize('NFC').replace(UNSEEN, ' ').trim();
  return RIGHT_TO_LEFT.test(text) ? `${ISOLATE}${text}${END_OF_ISOLATE}` : text;
}

/** `1234567.5` as `1,234,567.5`. */
export function grouped(digits: string): string {
  return digits.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));
}

/** In the currency's own decimals, without its code. */
export function amountText(currency: Currency, amount: Pico): string {
  return grouped(formatAmount(currency, amount));
}

/** Such as `USD 1,234.50`. */
export function moneyText(currency: Currency, amount: Pico): string {
  return `${currency.code} ${amountText(currency, amount)}`;
}

/** All its digits, such as `0.00144 USD`. */
export function usdText(amount: PicoUsd): string {
  return `${grouped(formatUsd(amount))} USD`;
}

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** `2026-06-01` as `1 June 2026`. */
export function dayText(day: Day): string {
  const [year, month, date] = partsOf(day);
  return `${date} ${month} ${year}`;
}

/** Both days included; what they have in common stands once. */
export function periodText(firstDay: Day, lastDay: Day): string {
  if (firstDay >= lastDay) return dayText(firstDay);
  const [first, last] = [partsOf(firstDay), partsOf(lastDay)];
  if (first[0] !== last[0]) return `${dayText(firstDay)} – ${dayText(lastDay)}`;
  if (first[1] !== last[1]) return `${first[2]} ${first[1]} – ${dayText(lastDay)}`;
  return `${first[2]}–${dayText(lastDay)}`;
}

function partsOf(day: Day): [year: string, month: string, date: number] {
  const [year = '', month = '', date = ''] = day.split('-');
  return [year, MONTHS[Number(month) - 1] ?? '', Number(date)];
}

/** The local day of an instant. */
export function dayIn(zone: string, instant: Date): Day {
  // Its own way of writing a day is ours.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(instant);
}

const TIMES_KEPT: Readonly<Record<string, string>> = { '1H': '1 hour', '5M': '5 minutes' };

/** `CACHE_WRITE_1H_TOKENS` as `Cache write tokens (1 hour)`. */
export function unitText(unit: UsageUnit): string {
  const words = unit.split('_');
  const kept = words.flatMap((word) => TIMES_KEPT[word] ?? []);
  const text = words
    .filter((word) => TIMES_KEPT[word] === undefined)
    .join(' ')
    .toLowerCase();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${kept.map((time) => ` (${time})`).join('')}`;
}

/** Said once where units stand beneath lines. */
export const UNITS_EXPLAINED = 'What stands beneath a line says what its calls cost. It is not added to the amount.';
