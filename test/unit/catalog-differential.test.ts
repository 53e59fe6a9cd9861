import { calcPrice, type ModelInfo, type Provider, waitForUpdate } from '@pydantic/genai-prices';
import { costOf } from '../../src/catalog/cost.js';
import { readPriceFeed } from '../../src/catalog/price-feed.js';
import { type Quantities, sharePlan } from '../../src/catalog/quantity.js';
import { type RateCard, ratesAt, versionAt } from '../../src/catalog/rate.js';
import { unitDefinition, UsageUnit } from '../../src/catalog/usage-unit.js';
import { PICO_USD_PER_USD } from '../../src/money.js';

/**
 * E13, E14. Every model of the catalogue with random usage, against the price library's own arithmetic, which shares no code and
 * no number type with ours. No model is excepted.
 * Seen to fail: a tier reached at its start instead of after it; parts subtracted from their root alone; a window that
 * ends inclusively; the later of two dated prices taken too early; Groq's least duration left out.
 */

const data = (await waitForUpdate()) as Provider[];
const feed = readPriceFeed(data);
const versionsOf = Map.groupBy(feed.prices, ({ provider, name }) => `${provider}/${name}`);

/** mulberry32: the same numbers in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const EXTRAS = [
  [UsageUnit.CACHE_READ_TOKENS],
  [UsageUnit.OUTPUT_REASONING_TOKENS],
  [UsageUnit.CACHE_WRITE_TOKENS, UsageUnit.CACHE_WRITE_5M_TOKENS, UsageUnit.CACHE_WRITE_1H_TOKENS],
  [UsageUnit.INPUT_AUDIO_TOKENS, UsageUnit.INPUT_IMAGE_TOKENS],
  [UsageUnit.WEB_SEARCHES, UsageUnit.INPUT_TOOL_TOKENS],
];

/** Usage in which every part fits and every overlap is said: the library refuses to guess one. */
function randomUsage(card: RateCard, at: Date, random: () => number, atMost: number): Map<UsageUnit, bigint> {
  const priced = ratesAt(card, at).rates.map((rate) => rate.unit);
  const extra = EXTRAS[Math.floor(random() * EXTRAS.length * 2)] ?? [];
  const { units, parts } = sharePlan([...priced, ...extra].filter((unit) => unit !== UsageUnit.REQUESTS));
  const quantities: bigint[] = [];
  const shares: bigint[] = [];
  for (const [index, unit] of units.entries()) {
    const scale = Number(unitDefinition(unit).stepsPerUnit);
    shares[index] = random() < 0.2 ? 0n : BigInt(Math.floor(Math.exp(random() * Math.log(atMost)) * scale));
    quantities[index] = (parts[index] ?? []).reduce((sum, part) => sum + (shares[part] ?? 0n), shares[index]);
  }
  return new Map(units.map((unit, index) => [unit, quantities[index] ?? 0n]));
}

function oracle(provider: Provider, model: ModelInfo, quantities: Quantities, timestamp: Date): number {
  const usage = Object.fromEntries(
    [...quantities].map(([unit, quantity]) => [
      unit.toLowerCase(),
      Number(quantity) / Number(unitDefinition(unit).stepsPerUnit),
    ]),
  );
  // Only this model, under its own name: finding models is another test.
  const alone = { ...provider, models: [{ ...model, match: { equals: model.id } }] };
  const result = calcPrice(usage, model.id, { provider: alone, timestamp });
  if (!result) throw new Error(`the library has no price for ${provider.id}/${model.id}`);
  return result.total_price;
}

function differences(provider: Provider, model: ModelInfo, cases: readonly (readonly [Quantities, Date])[]): string[] {
  const versions = versionsOf.get(`${provider.id}/${model.id}`) ?? [];
  return cases.flatMap(([quantities, at]) => {
    const version = versionAt(versions, at);
    const cost = version && costOf(version.card, quantities, at);
    const expected = oracle(provider, model, quantities, at);
    if (cost?.kind !== 'PRICED')
      return [`${provider.id}/${model.id} at ${at.toISOString()}: ${cost?.kind ?? 'no version'}`];
    const got = Number(cost.picoUsd) / Number(PICO_USD_PER_USD);
    // Half a pico-USD a line is what the two may differ by beside the relative error of the library's doubles.
    const close = Math.abs(got - expected) <= 1e-9 * expected + 0.5e-12 * cost.lines.length;
    return close ? [] : [`${provider.id}/${model.id} at ${at.toISOString()}: ${got} instead of ${expected}`];
  });
}

const START = Date.UTC(2024, 0, 1);
const SPAN_MS = Date.UTC(2027, 5, 1) - START;

test('every model, random usage, random instants', () => {
  const random = randomFrom(20_261_123);
  let compared = 0;
  const wrong = data.flatMap((provider) =>
    provider.models.flatMap((model) => {
      const versions = versionsOf.get(`${provider.id}/${model.id}`) ?? [];
      const cases = [10, 1e3, 1e5, 1e6, 1e9].map((atMost): [Quantities, Date] => {
        const at = new Date(START + Math.floor(random() * SPAN_MS));
        const card = versionAt(versions, at)?.card ?? { rates: [], windows: [] };
        return [randomUsage(card, at, random, atMost), at];
      });
      compared += cases.length;
      return differences(provider, model, cases);
    }),
  );
  expect(wrong).toEqual([]);
  expect(compared).toBe(1_694 * 5);
});

test('every context tier, at its start and one token after it', () => {
  const random = randomFrom(7);
  const at = new Date('2026-02-01T12:00:00Z');
  let tiers = 0;
  const wrong = data.flatMap((provider) =>
    provider.models.flatMap((model) => {
      const card = versionAt(versionsOf.get(`${provider.id}/${model.id}`) ?? [], at)?.card;
      const starts = new Set(card?.rates.flatMap((rate) => rate.tiers.map((tier) => tier.start)) ?? []);
      tiers += starts.size;
      const cases = [...starts].flatMap((start) =>
        [start - 1n, start, start + 1n].map((input): [Quantities, Date] => [
          new Map([
            [UsageUnit.INPUT_TOKENS, input],
            [UsageUnit.CACHE_READ_TOKENS, BigInt(Math.floor(random() * 1e5))],
            [UsageUnit.OUTPUT_TOKENS, BigInt(Math.floor(random() * 1e5))],
          ]),
          at,
        ]),
      );
      return differences(provider, model, cases);
    }),
  );
  expect(wrong).toEqual([]);
  expect(tiers).toBeGreaterThan(50);
});

test('every dated and time-of-day price, a millisecond before, at and after each edge', () => {
  const random = randomFrom(42);
  let edges = 0;
  const wrong = data.flatMap((provider) =>
    provider.models.flatMap((model) => {
      const versions = versionsOf.get(`${provider.id}/${model.id}`) ?? [];
      const days = versions.map(({ effectiveFrom }) => effectiveFrom?.getTime()).filter((ms) => ms !== undefined);
      const times = versions.flatMap(({ card }) => card.windows.flatMap((w) => [w.startMsOfDay, w.endMsOfDay]));
      const instants = [
        ...days,
        ...times.flatMap((ms) => [Date.UTC(2025, 5, 1) + ms, ...days.map((day) => day + ms), START + ms]),
      ];
      edges += instants.length;
      const cases = instants.flatMap((ms) =>
        [-1, 0, 1].map((offset): [Quantities, Date] => {
          const at = new Date(ms + offset);
          const card = versionAt(versions, at)?.card ?? { rates: [], windows: [] };
          return [randomUsage(card, at, random, 1e6), at];
        }),
      );
      return differences(provider, model, cases);
    }),
  );
  expect(wrong).toEqual([]);
  expect(edges).toBeGreaterThan(40);
});
