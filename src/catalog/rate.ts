/** What one price version says: a rate for each unit, context tiers, and windows of the day with rates of their own. */
import { z } from 'zod';
import { divideHalfEven, MAX_PICO_USD, type PicoUsd } from '../money.js';
import { UsageUnit } from './usage-unit.js';

/** Another rate for requests with more input tokens than `start`. */
export interface RateTier {
  /** The tier is reached when the request's input tokens are more than this; the whole request is then charged at it. */
  readonly start: bigint;
  readonly picoUsd: PicoUsd;
}

/** What one unit costs. */
export interface Rate {
  readonly unit: UsageUnit;
  /** Pico-USD (10^-12 USD) for `per` of the unit, below the first tier. */
  readonly picoUsd: PicoUsd;
  /** How many of the unit (seconds for durations) `picoUsd` is for, such as 1,000,000. */
  readonly per: bigint;
  /** By rising `start`; empty where the context does not matter. */
  readonly tiers: readonly RateTier[];
  /** The least that a call with any of the unit is charged for, in the unit (seconds for durations); 0 for no least. */
  readonly least: bigint;
}

/** Rates for a window of every day, in UTC. They replace all others while it lasts. */
export interface RateWindow {
  /** Milliseconds after midnight UTC, inclusive. */
  readonly startMsOfDay: number;
  /** Milliseconds after midnight UTC, exclusive; smaller than the start where the window runs over midnight. */
  readonly endMsOfDay: number;
  readonly rates: readonly Rate[];
}

/** The rates of one price version. No rates at all means free. */
export interface RateCard {
  /** What holds outside of every window, one rate for a unit. */
  readonly rates: readonly Rate[];
  /** The first window that contains the time of day holds. */
  readonly windows: readonly RateWindow[];
}

const MS_PER_DAY = 86_400_000;

const wholeNumber = z
  .string()
  .regex(/^\d{1,38}$/)
  .transform(BigInt);

const rateJson = z
  .strictObject({
    unit: z.enum(UsageUnit),
    picoUsd: wholeNumber.refine((value) => value <= MAX_PICO_USD),
    per: wholeNumber.refine((value) => value > 0n),
    tiers: z
      .array(z.strictObject({ start: wholeNumber, picoUsd: wholeNumber }))
      .refine((tiers) => tiers.every((tier, index) => index === 0 || tier.start > (tiers[index - 1]?.start ?? 0n)))
      .default([]),
    least: wholeNumber.default(0n),
  })
  .readonly();

const ratesJson = z
  .array(rateJson)
  .refine((rates) => new Set(rates.map((rate) => rate.unit)).size === rates.length, 'one rate for a unit');

const msOfDay = z.int().min(0).lt(MS_PER_DAY);

const rateCardJson = z.strictObject({
  rates: ratesJson,
  windows: z.array(z.strictObject({ startMsOfDay: msOfDay, endMsOfDay: msOfDay, rates: ratesJson })).default([]),
});

/** The jsonb shape of a rate card: as in `RateCard`, with every bigint as a string of digits, empty lists left out. */
export type RateCardJson = z.input<typeof rateCardJson>;
type RateJson = z.input<typeof rateJson>;

/** Reads a stored rate card. Throws a ZodError on anything that `rateCardToJson` does not write. */
export function rateCardFromJson(json: unknown): RateCard {
  return rateCardJson.parse(json);
}

/** Writes a rate card for jsonb, always in the same way: rates by unit, so that equal cards are equal texts. */
export function rateCardToJson(card: RateCard): RateCardJson {
  return {
    rates: ratesToJson(card.rates),
    ...(card.windows.length > 0 && {
      windows: card.windows.map(({ startMsOfDay, endMsOfDay, rates }) => ({
        startMsOfDay,
        endMsOfDay,
        rates: ratesToJson(rates),
      })),
    }),
  };
}

function ratesToJson(rates: readonly Rate[]): RateJson[] {
  return [...rates]
    .sort((a, b) => (a.unit < b.unit ? -1 : 1))
    .map((rate) => ({
      unit: rate.unit,
      picoUsd: rate.picoUsd.toString(),
      per: rate.per.toString(),
      ...(rate.tiers.length > 0 && {
        tiers: rate.tiers.map((tier) => ({ start: tier.start.toString(), picoUsd: tier.picoUsd.toString() })),
      }),
      ...(rate.least > 0n && { least: rate.least.toString() }),
    }));
}

/** True where two cards charge alike, so that an import has no new version to write. */
export function sameRates(a: RateCard, b: RateCard): boolean {
  return JSON.stringify(rateCardToJson(a)) === JSON.stringify(rateCardToJson(b));
}

/** True where the card names no rate at any time of the day. */
export function isFree(card: RateCard): boolean {
  return card.rates.length === 0 && card.windows.every((window) => window.rates.length === 0);
}

/** The rates at an instant, and the window of the day that they belong to, if any. */
export function ratesAt(card: RateCard, at: Date): { rates: readonly Rate[]; window: RateWindow | null } {
  const ms = ((at.getTime() % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY;
  for (const window of card.windows) {
    const { startMsOfDay: start, endMsOfDay: end } = window;
    const inside = end < start ? ms >= start || ms < end : ms >= start && ms < end;
    if (inside) return { rates: window.rates, window };
  }
  return { rates: card.rates, window: null };
}

/** The tier that a request with this many input tokens reaches; null below the first one. */
export function tierAt(rate: Rate, inputTokens: bigint): RateTier | null {
  return rate.tiers.findLast((tier) => inputTokens > tier.start) ?? null;
}

/** The rate's price for one unit in pico-USD, half-even: `promptTokenPrice` and the like. Costs never use it. */
export function pricePerUnit(rate: Rate): PicoUsd {
  return divideHalfEven(rate.picoUsd, rate.per);
}

/**
 * The price version in force at an instant: the last that began at or before it. A version is in force from its
 * `effectiveFrom` (null: since ever) until the next one's.
 */
export function versionAt<V extends { readonly effectiveFrom: Date | null }>(
  versions: readonly V[],
  at: Date,
): V | undefined {
  const startOf = (version: V) => version.effectiveFrom?.getTime() ?? Number.NEGATIVE_INFINITY;
  let found: V | undefined;
  for (const version of versions) {
    if (startOf(version) <= at.getTime() && (!found || startOf(version) > startOf(found))) found = version;
  }
  return found;
}
