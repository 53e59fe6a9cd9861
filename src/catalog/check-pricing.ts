/** Reads the input of setPricing: every check that needs no database, in the order of the fields. */
import { badInput } from '../errors.js';
import { PICO_USD_PER_USD, type PicoUsd } from '../money.js';
import { requireFreeText, requireText } from '../text.js';
import type { MatchRule } from './match-rule.js';
import { type Rate, type RateCard, type RateTier, type RateWindow } from './rate.js';
import { MAX_QUANTITY } from './quantity.js';
import type { RateInput, RateTierInput, RateWindowInput, SetPricingInput } from './set-pricing-input.js';
import { parseTimeOfDay } from './time-of-day.js';
import { UsageUnit } from './usage-unit.js';

type Path = readonly (string | number)[];

/** A price above this is a slip of the comma, and its products must fit into a column. */
const MAX_PRICE: PicoUsd = 1_000_000n * PICO_USD_PER_USD;
const MAX_TIERS = 20;
const MAX_WINDOWS = 24;
const MAX_ALIASES = 50;
const MAX_NAME = 255;

export interface CheckedPricing {
  readonly provider: string;
  readonly name: string;
  readonly card: RateCard;
  readonly effectiveFrom: Date | undefined;
  readonly displayName: string | undefined;
  /** undefined where the input says nothing of other names. */
  readonly match: MatchRule | null | undefined;
}

/** @throws ApiError BAD_USER_INPUT */
export function checkPricing(input: SetPricingInput): CheckedPricing {
  const provider = requireText(input.provider, ['input', 'provider'], MAX_NAME).trim();
  const name = requireText(input.model, ['input', 'model'], MAX_NAME).trim();
  const rates = checkTokenPrices(input);
  rates.push(...checkRates(input.rates ?? [], ['input', 'rates']));
  const twice = rates.findIndex(({ unit }, index) => rates.findIndex((rate) => rate.unit === unit) < index);
  if (twice !== -1) throw badInput(['input', 'rates'], `${rates[twice]?.unit} has a price already.`);
  const windows = checkWindows(input.windows ?? []);
  if (rates.length === 0 && windows.length === 0) {
    throw badInput(['input', 'promptTokenPrice'], 'At least one price is needed; "0" is one.');
  }
  if (input.effectiveFrom && input.effectiveFrom.getTime() < 0) {
    throw badInput(['input', 'effectiveFrom'], 'Must not be before 1970-01-01T00:00:00Z.');
  }
  return {
    provider,
    name,
    card: { rates, windows },
    effectiveFrom: input.effectiveFrom ?? undefined,
    displayName:
      input.displayName == null
        ? undefined
        : requireFreeText(input.displayName, ['input', 'displayName'], MAX_NAME).trim(),
    match: input.aliases == null ? undefined : checkAliases(name, input.aliases),
  };
}

function checkTokenPrices(input: SetPricingInput): Rate[] {
  const said: [UsageUnit, PicoUsd | null | undefined, string][] = [
    [UsageUnit.INPUT_TOKENS, input.promptTokenPrice, 'promptTokenPrice'],
    [UsageUnit.OUTPUT_TOKENS, input.completionTokenPrice, 'completionTokenPrice'],
  ];
  return said.flatMap(([unit, price, field]) =>
    price == null ? [] : [{ unit, picoUsd: checkPrice(price, ['input', field]), per: 1n, tiers: [], least: 0n }],
  );
}

function checkRates(rates: readonly RateInput[], path: Path): Rate[] {
  return rates.map(({ unit, price, per, tiers }, index) => ({
    unit,
    picoUsd: checkPrice(price, [...path, index, 'price']),
    per: checkWhole(per, 1n, [...path, index, 'per']),
    tiers: checkTiers(tiers ?? [], [...path, index, 'tiers']),
    least: 0n,
  }));
}

function checkTiers(tiers: readonly RateTierInput[], path: Path): RateTier[] {
  if (tiers.length > MAX_TIERS) throw badInput(path, `A rate has at most ${MAX_TIERS} tiers.`);
  const checked = tiers.map(({ start, price }, index) => ({
    start: checkWhole(start, 0n, [...path, index, 'start']),
    picoUsd: checkPrice(price, [...path, index, 'price']),
  }));
  for (const [index, tier] of checked.entries()) {
    const before = checked[index - 1];
    if (before && before.start >= tier.start) {
      throw badInput([...path, index, 'start'], 'Must be more than the start of the tier before.');
    }
  }
  return checked;
}

function checkWindows(windows: readonly RateWindowInput[]): RateWindow[] {
  const path = ['input', 'windows'];
  if (windows.length > MAX_WINDOWS) throw badInput(path, `A price has at most ${MAX_WINDOWS} windows.`);
  const checked = windows.map(({ start, end, rates }, index): RateWindow => {
    const startMsOfDay = checkTimeOfDay(start, [...path, index, 'start']);
    const endMsOfDay = checkTimeOfDay(end, [...path, index, 'end']);
    if (startMsOfDay === endMsOfDay) throw badInput([...path, index, 'end'], 'Must differ from the start.');
    const at = [...path, index, 'rates'];
    if (rates.length === 0) throw badInput(at, 'At least one rate is needed.');
    if (new Set(rates.map(({ unit }) => unit)).size < rates.length)
      throw badInput(at, 'A unit may be given only once.');
    return { startMsOfDay, endMsOfDay, rates: checkRates(rates, at) };
  });
  for (const [index, window] of checked.entries()) {
    const other = checked.slice(0, index).findIndex((before) => overlap(before, window));
    if (other === -1) continue;
    const said = windows[other];
    throw badInput([...path, index, 'start'], `Overlaps the window from ${said?.start} to ${said?.end}.`);
  }
  return checked;
}

/** One that runs over midnight is two spans of a day. */
function overlap(a: RateWindow, b: RateWindow): boolean {
  const spans = ({ startMsOfDay: start, endMsOfDay: end }: RateWindow): [number, number][] =>
    start < end
      ? [[start, end]]
      : [
          [start, Number.POSITIVE_INFINITY],
          [0, end],
        ];
  return spans(a).some(([startA, endA]) => spans(b).some(([startB, endB]) => startA < endB && startB < endA));
}

function checkPrice(price: PicoUsd, path: Path): PicoUsd {
  if (price < 0n || price > MAX_PRICE) throw badInput(path, 'A price must be from 0 to 1,000,000 USD.');
  return price;
}

/** A whole number of a unit, as text. */
export function checkWhole(text: string, least: bigint, path: Path): bigint {
  const value = /^\d+$/.test(text) ? BigInt(text) : -1n;
  if (value < least || value > MAX_QUANTITY) throw badInput(path, `Must be a whole number from ${least} on.`);
  return value;
}

function checkTimeOfDay(text: string, path: Path): number {
  const msOfDay = parseTimeOfDay(text);
  if (msOfDay === undefined) throw badInput(path, 'Must be a time of day in UTC such as "16:30".');
  return msOfDay;
}

function checkAliases(name: string, aliases: readonly string[]): MatchRule | null {
  const path = ['input', 'aliases'];
  if (aliases.length > MAX_ALIASES) throw badInput(path, `A model has at most ${MAX_ALIASES} other names.`);
  const names = aliases.map((alias, index) => requireText(alias, [...path, index], MAX_NAME).trim());
  return names.length === 0 ? null : { or: [name, ...names].map((equals) => ({ equals })) };
}
