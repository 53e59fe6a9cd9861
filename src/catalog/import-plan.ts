/** What an import has to write: a feed against what is stored, worked out without touching either. */
import { newId } from '../node-id.js';
import { type FeedModel, type FeedReport, type ModelName, type PriceFeed, UnusableFeed } from './price-feed.js';
import { type PlannedVersion, planVersions, type StoredVersion } from './plan-versions.js';
import type { ModelJson, PriceRows, PricingJson } from './read-prices.sql.js';

/** A price version that an import wrote. */
export interface ChangedPrice extends ModelName {
  /** RFC 3339, UTC. */
  readonly effectiveFrom: string;
}

/** What an import did, kept with it. */
export interface ImportReport extends Pick<FeedReport, 'cleaned' | 'free' | 'freeWithoutSayingSo' | 'unusable'> {
  readonly providerCount: number;
  readonly modelCount: number;
  readonly added: readonly ModelName[];
  readonly changed: readonly ChangedPrice[];
  readonly withdrawn: readonly ChangedPrice[];
  readonly retired: readonly ModelName[];
  readonly restored: readonly ModelName[];
}

export interface NewPricing extends ModelName, PlannedVersion {
  readonly id: string;
}

export interface PlannedModel extends FeedModel {
  /** Used where the model is new. */
  readonly id: string;
}

export interface ImportPlan {
  /** In the feed's order. */
  readonly models: readonly PlannedModel[];
  readonly newPricings: readonly NewPricing[];
  /** Versions that were still to come and are not any more, by id. */
  readonly withdrawnIds: readonly string[];
  readonly retiredModelIds: readonly string[];
  readonly retiredProviders: readonly string[];
  readonly report: ImportReport;
}

/** @throws UnusableFeed where the feed has lost more than half of the models that had a price in it. */
export function planImport(feed: PriceFeed, stored: PriceRows, now: Date): ImportPlan {
  const storedModels = new Map(stored.models.map((model) => [keyOf(model), model]));
  // A feed that changes the case of a name means the same model.
  const nameOf = (named: ModelName) => storedModels.get(keyOf(named))?.name ?? named.name;
  const lost = lostModels(feed, stored.models);
  assertNotEmptied(feed, stored, storedModels);

  const pricings = Map.groupBy(stored.pricings, (row) => keyOf({ provider: row.provider, name: row.model }));
  const newPricings: NewPricing[] = [];
  const withdrawn: PricingJson[] = [];
  for (const [key, versions] of Map.groupBy(feed.prices, keyOf)) {
    const rows = pricings.get(key) ?? [];
    const plan = planVersions(rows.map(versionOf), versions, now);
    const [first] = versions;
    if (!first) continue;
    for (const version of plan.added)
      newPricings.push({ id: newId(), provider: first.provider, name: nameOf(first), ...version });
    const gone = new Set(plan.withdrawnIds);
    withdrawn.push(...rows.filter((row) => gone.has(row.id)));
  }
  const { cleaned, free, freeWithoutSayingSo, unusable } = feed.report;
  return {
    models: feed.models.map((model) => ({ ...model, id: newId(), name: nameOf(model) })),
    newPricings,
    withdrawnIds: withdrawn.map((row) => row.id),
    retiredModelIds: lost.map((model) => model.id),
    retiredProviders: lostProviders(feed, stored),
    report: {
      providerCount: feed.providers.length,
      modelCount: feed.models.length,
      added: feed.models.filter((model) => !storedModels.has(keyOf(model))).map(nameOnly),
      changed: newPricings.filter((pricing) => storedModels.has(keyOf(pricing))).map(changeOf),
      withdrawn: withdrawn.map((row) =>
        changeOf({ provider: row.provider, name: row.model, effectiveFrom: new Date(row.effectiveFrom) }),
      ),
      retired: lost.map(nameOnly),
      restored: feed.models.filter((model) => storedModels.get(keyOf(model))?.retiredAt != null).map(nameOnly),
      cleaned,
      free,
      freeWithoutSayingSo,
      unusable,
    },
  };
}

/** Models that the feed does not have any more; one that it has and that cannot be read is not lost. */
function lostModels(feed: PriceFeed, models: readonly ModelJson[]): ModelJson[] {
  const known = new Set([...feed.models.map(keyOf), ...unusableKeys(feed)]);
  const unreadable = new Set(unreadableProviders(feed));
  return models.filter(
    (model) => model.retiredAt === null && !known.has(keyOf(model)) && !unreadable.has(model.provider),
  );
}

function lostProviders(feed: PriceFeed, stored: PriceRows): string[] {
  const known = new Set([...feed.providers.map(({ provider }) => provider), ...unreadableProviders(feed)]);
  return stored.providers
    .filter(({ provider, retiredAt }) => retiredAt === null && !known.has(provider))
    .map(({ provider }) => provider);
}

function unusableKeys(feed: PriceFeed): string[] {
  return feed.report.unusable.flatMap(({ provider, name }) => (name === null ? [] : [keyOf({ provider, name })]));
}

/** A provider of which something is unusable and that is not among the readable ones is unreadable as a whole. */
function unreadableProviders(feed: PriceFeed): string[] {
  const readable = new Set(feed.providers.map(({ provider }) => provider));
  return feed.report.unusable.map(({ provider }) => provider).filter((provider) => !readable.has(provider));
}

/** A feed that is cut short is well-formed too: what is left of it must not retire everything else. */
function assertNotEmptied(feed: PriceFeed, stored: PriceRows, storedModels: ReadonlyMap<string, ModelJson>): void {
  const priced = new Set(feed.prices.map(keyOf));
  const before = new Set(
    stored.pricings
      .map((row) => keyOf({ provider: row.provider, name: row.model }))
      .filter((key) => storedModels.get(key)?.retiredAt === null),
  );
  const kept = [...before].filter((key) => priced.has(key)).length;
  if (kept * 2 < before.size) {
    throw new UnusableFeed(
      `The price feed has a price for only ${kept} of the ${before.size} models that had one: it seems to be cut short.`,
    );
  }
}

function versionOf(row: PricingJson): StoredVersion {
  return { id: row.id, effectiveFrom: new Date(row.effectiveFrom), card: row.card };
}

function keyOf({ provider, name }: ModelName): string {
  return `${provider}\n${name}`.toLowerCase();
}

function nameOnly({ provider, name }: ModelName): ModelName {
  return { provider, name };
}

function changeOf({ provider, name, effectiveFrom }: ModelName & { effectiveFrom: Date }): ChangedPrice {
  return { provider, name, effectiveFrom: effectiveFrom.toISOString() };
}
