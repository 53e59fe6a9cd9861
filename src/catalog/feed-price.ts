/** Reads the prices of one model of the feed: decimals into exact rates, constraints into dated versions. */
import { z } from 'zod';
import { divideHalfEven, formatUsd, MAX_PICO_USD, type PicoUsd } from '../money.js';
import type { Rate, RateCard, RateTier, RateWindow } from './rate.js';
import { unitDefinition, unitOfPriceKey, UsageUnit } from './usage-unit.js';

/** The price of a model from an instant on; null: since ever. */
export interface FeedVersion {
  readonly effectiveFrom: Date | null;
  readonly card: RateCard;
}

/** A price that had more than 12 decimals, the dirt of binary fractions, and was rounded half-even to 12. */
export interface CleanedPrice {
  readonly unit: UsageUnit;
  /** As the feed has it, USD, such as `0.18000000000000002`. */
  readonly from: string;
  /** As it is used, USD, such as `0.18`. */
  readonly to: string;
}

export interface ReadPrices {
  readonly versions: readonly FeedVersion[];
  readonly cleaned: readonly CleanedPrice[];
  /** Price keys that no unit of ours has; the rest of the model is used. */
  readonly unknownKeys: readonly string[];
}

/** Why a model's prices cannot be used. */
export class UnusablePrice extends Error {
  override readonly name = 'UnusablePrice';
}

const price = z.number().nonnegative();
const tieredPrice = z.strictObject({
  base: price,
  tiers: z.array(z.strictObject({ start: z.int().nonnegative(), price })).max(20),
});
const priceValues = z.record(z.string(), z.union([price, tieredPrice]).nullish());
// The package names the type of a constraint, the feed leaves it to be seen.
const constraint = z.union([
  z.strictObject({ type: z.literal('start_date').optional(), start_date: z.string() }),
  z.strictObject({ type: z.literal('time_of_date').optional(), start_time: z.string(), end_time: z.string() }),
]);
const conditional = z.strictObject({ constraint: constraint.nullish(), prices: priceValues });
const conditionals = z.array(conditional).min(1).max(200);
const always = priceValues.transform((values): z.infer<typeof conditionals> => [{ prices: values }]);

type PriceValues = z.infer<typeof priceValues>;

/** What applies when: the feed's list is read from its end, and the first entry that fits the instant holds. */
interface Entry {
  readonly when: { readonly from: Date } | { readonly startMsOfDay: number; readonly endMsOfDay: number } | null;
  readonly rates: readonly Rate[];
}

/**
 * Reads the feed's `prices` of one model.
 * @throws UnusablePrice where any of it cannot be read: half a price would charge wrongly without anybody knowing.
 */
export function readPrices(prices: unknown): ReadPrices {
  const parsed = (Array.isArray(prices) ? conditionals : always).safeParse(prices);
  if (!parsed.success) throw new UnusablePrice(issueText(parsed.error));
  const cleaned: CleanedPrice[] = [];
  const unknownKeys = new Set<string>();
  const entries = parsed.data.map((entry): Entry => ({
    when: entry.constraint ? readConstraint(entry.constraint) : null,
    rates: readRates(entry.prices, cleaned, unknownKeys),
  }));
  return { versions: versionsOf(entries), cleaned, unknownKeys: [...unknownKeys] };
}

/** What zod found first, with its place. */
export function issueText(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? [issue.path.join('.'), issue.message].filter(Boolean).join(': ') : 'cannot be read';
}

function readRates(values: PriceValues, cleaned: CleanedPrice[], unknownKeys: Set<string>): Rate[] {
  const rates: Rate[] = [];
  const priced = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  for (const [key, value] of priced) {
    const unit = unitOfPriceKey(key);
    if (!unit) {
      unknownKeys.add(key);
      continue;
    }
    const { base, tiers } = typeof value === 'number' ? { base: value, tiers: [] } : (value ?? { base: 0, tiers: [] });
    rates.push({
      unit,
      picoUsd: exactPrice(unit, base, cleaned),
      per: unitDefinition(unit).per,
      tiers: readTiers(unit, tiers, cleaned),
      least: 0n,
    });
  }
  // Nothing but keys that we do not know is not the same as nothing: it must never become "free".
  if (rates.length === 0 && priced.length > 0)
    throw new UnusablePrice(`no known price key: ${[...unknownKeys].join(', ')}`);
  return rates;
}

function readTiers(
  unit: UsageUnit,
  tiers: readonly { start: number; price: number }[],
  cleaned: CleanedPrice[],
): RateTier[] {
  const sorted = [...tiers].sort((a, b) => a.start - b.start);
  if (sorted.some((tier, index) => tier.start === sorted[index - 1]?.start)) {
    throw new UnusablePrice(`${unitDefinition(unit).priceKey}: two tiers with the same start`);
  }
  return sorted.map((tier) => ({ start: BigInt(tier.start), picoUsd: exactPrice(unit, tier.price, cleaned) }));
}

const DECIMAL_PLACES = 12;
const SHORTEST = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;

/** A price by its text: the shortest decimal that means this double is what somebody once wrote down. */
function exactPrice(unit: UsageUnit, usd: number, cleaned: CleanedPrice[]): PicoUsd {
  const text = String(usd);
  const [, whole = '0', fraction = '', exponent = '0'] = SHORTEST.exec(text) ?? [];
  const digits = BigInt(whole + fraction);
  const places = fraction.length - Number(exponent);
  if (places > 400) throw new UnusablePrice(`${unitDefinition(unit).priceKey}: ${text} is too small`);
  const picoUsd =
    places <= DECIMAL_PLACES
      ? digits * 10n ** BigInt(DECIMAL_PLACES - places)
      : divideHalfEven(digits, 10n ** BigInt(places - DECIMAL_PLACES));
  if (picoUsd > MAX_PICO_USD) throw new UnusablePrice(`${unitDefinition(unit).priceKey}: ${text} is too large`);
  if (places > DECIMAL_PLACES) cleaned.push({ unit, from: text, to: formatUsd(picoUsd) });
  return picoUsd;
}

function readConstraint(when: z.infer<typeof constraint>): NonNullable<Entry['when']> {
  if ('start_date' in when) return { from: readDate(when.start_date) };
  return { startMsOfDay: readTimeOfDay(when.start_time), endMsOfDay: readTimeOfDay(when.end_time) };
}

function readDate(text: string): Date {
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : Number.NaN);
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text)) {
    throw new UnusablePrice(`start_date: ${JSON.stringify(text.slice(0, 40))} is not a date`);
  }
  return date;
}

const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const MS_PER_DAY = 86_400_000;

function readTimeOfDay(text: string): number {
  const match = TIME_OF_DAY.exec(text);
  if (!match)
    throw new UnusablePrice(`time of day: ${JSON.stringify(text.slice(0, 40))} is not a time to the millisecond`);
  const [, hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = match;
  const local = (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000 + Number(fraction.padEnd(3, '0'));
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000 * (sign === '-' ? -1 : 1);
  return (local - offset + MS_PER_DAY) % MS_PER_DAY;
}

/** One version for each start date, and one from the beginning: within it, only the time of day is left to decide. */
function versionsOf(entries: readonly Entry[]): FeedVersion[] {
  const starts = entries.flatMap(({ when }) => (when && 'from' in when ? [when.from.getTime()] : []));
  const instants = [null, ...[...new Set(starts)].sort((a, b) => a - b)];
  return instants.map((instant) => ({
    effectiveFrom: instant === null ? null : new Date(instant),
    card: cardFrom(entries, instant ?? Number.NEGATIVE_INFINITY),
  }));
}

function cardFrom(entries: readonly Entry[], instant: number): RateCard {
  const windows: RateWindow[] = [];
  for (const { when, rates } of entries.toReversed()) {
    if (when === null || ('from' in when && instant >= when.from.getTime())) return { rates, windows };
    if ('startMsOfDay' in when) windows.push({ ...when, rates });
  }
  return { rates: entries[0]?.rates ?? [], windows };
}
