/**
 * Reads the price feed: the data of `@pydantic/genai-prices` as the package exports it, or the same as JSON from a URL.
 * What cannot be used is reported with its reason and nothing is dropped in silence; the rest is used.
 */
import { z } from 'zod';
import { type CleanedPrice, type FeedVersion, issueText, readPrices, UnusablePrice } from './feed-price.js';
import type { MatchableModel, MatchableProvider } from './match-model.js';
import { type MatchRule, matchRuleSchema } from './match-rule.js';
import { isFree, type RateCard } from './rate.js';
import { unitOfUsageKey, UsageUnit } from './usage-unit.js';
import { type UsageExtractor, usageExtractorSchema } from './usage-extractor.js';

export interface FeedProvider extends MatchableProvider {
  readonly displayName: string;
  /** How to read this provider's responses, in the order in which they are tried. */
  readonly extractors: readonly UsageExtractor[];
}

export interface FeedModel extends MatchableModel {
  readonly displayName: string;
  readonly description: string | null;
  readonly match: MatchRule;
  /** The most tokens that fit into one request; null where the feed does not say. */
  readonly contextWindow: number | null;
  readonly deprecated: boolean;
}

export interface FeedPrice extends FeedVersion {
  readonly provider: string;
  readonly name: string;
}

/** A model of the feed, named for the report. */
export interface ModelName {
  readonly provider: string;
  readonly name: string;
}

/** Something in the feed that was not used. */
export interface UnusableItem {
  readonly provider: string;
  /** Null where the whole provider, or one of its extractors, is meant. */
  readonly name: string | null;
  readonly reason: string;
}

export interface FeedReport {
  /** Each price that was rounded to 12 decimals. */
  readonly cleaned: readonly (CleanedPrice & ModelName)[];
  /** Models whose prices are present but empty. */
  readonly free: readonly ModelName[];
  /** Those of them that do not have `free` in the name: worth a look. */
  readonly freeWithoutSayingSo: readonly ModelName[];
  readonly unusable: readonly UnusableItem[];
}

export interface PriceFeed {
  readonly providers: readonly FeedProvider[];
  readonly models: readonly FeedModel[];
  readonly prices: readonly FeedPrice[];
  readonly report: FeedReport;
}

/** The feed as a whole is not one: the last good prices stay. */
export class UnusableFeed extends Error {
  override readonly name = 'UnusableFeed';
}

const text = z.string().trim().min(1).max(255);
const provider = z.object({
  id: text,
  name: text,
  provider_match: matchRuleSchema.nullish(),
  model_match: matchRuleSchema.nullish(),
  fallback_model_providers: z.array(text).max(100).nullish(),
  extractors: z.array(z.unknown()).max(100).nullish(),
  models: z.array(z.unknown()).max(100_000),
});
const model = z.object({
  id: text,
  name: text.nullish(),
  description: z.string().max(10_000).nullish(),
  match: matchRuleSchema,
  context_window: z.int().positive().nullish(),
  deprecated: z.boolean().nullish(),
  prices: z.unknown(),
});
const steps = z.union([z.string(), z.array(z.union([z.string(), z.looseObject({ type: z.literal('array-match') })]))]);
const extractor = z.object({
  api_flavor: z.string(),
  root: steps,
  model_path: steps,
  mappings: z.array(z.object({ path: steps, dest: z.string(), required: z.boolean() })),
});

/** What is collected on the way. */
interface Draft {
  readonly providers: FeedProvider[];
  readonly models: FeedModel[];
  readonly prices: FeedPrice[];
  readonly cleaned: (CleanedPrice & ModelName)[];
  readonly free: ModelName[];
  readonly unusable: UnusableItem[];
}

/**
 * Reads a whole feed.
 * @throws UnusableFeed where it is not a list of providers or has no price that can be used.
 */
export function readPriceFeed(data: unknown): PriceFeed {
  if (!Array.isArray(data)) throw new UnusableFeed('The price feed is not a list of providers.');
  const draft: Draft = { providers: [], models: [], prices: [], cleaned: [], free: [], unusable: [] };
  for (const [index, item] of data.entries()) readProvider(item, index, draft);
  if (draft.prices.length === 0) throw new UnusableFeed('The price feed has no price that can be used.');
  const { providers, models, prices, cleaned, free, unusable } = draft;
  const freeWithoutSayingSo = free.filter(({ name }) => !/free/i.test(name));
  return { providers, models, prices, report: { cleaned, free, freeWithoutSayingSo, unusable } };
}

function readProvider(item: unknown, index: number, draft: Draft): void {
  const parsed = provider.safeParse(item);
  if (!parsed.success) {
    draft.unusable.push({ provider: nameOf(item, index), name: null, reason: issueText(parsed.error) });
    return;
  }
  const { data } = parsed;
  if (draft.providers.some((known) => known.provider === data.id)) {
    draft.unusable.push({ provider: data.id, name: null, reason: 'a second provider of this id' });
    return;
  }
  draft.providers.push({
    provider: data.id,
    displayName: data.name,
    providerMatch: data.provider_match ?? null,
    modelMatch: data.model_match ?? null,
    fallbackProviders: data.fallback_model_providers ?? [],
    extractors: (data.extractors ?? []).flatMap((shape) => readExtractor(data.id, shape, draft)),
  });
  const names = new Set<string>();
  for (const [place, shape] of data.models.entries()) readModel(data.id, shape, place, names, draft);
}

function readModel(providerId: string, item: unknown, index: number, names: Set<string>, draft: Draft): void {
  const refuse = (name: string, reason: string) => draft.unusable.push({ provider: providerId, name, reason });
  const parsed = model.safeParse(item);
  if (!parsed.success) {
    refuse(nameOf(item, index), issueText(parsed.error));
    return;
  }
  const { data } = parsed;
  const named = { provider: providerId, name: data.id };
  if (names.has(data.id.toLowerCase())) {
    refuse(data.id, 'a second model of this id');
    return;
  }
  names.add(data.id.toLowerCase());
  draft.models.push({
    ...named,
    displayName: data.name ?? data.id,
    description: data.description ?? null,
    match: data.match,
    contextWindow: data.context_window ?? null,
    deprecated: data.deprecated ?? false,
  });
  try {
    const { versions, cleaned, unknownKeys } = readPrices(data.prices);
    for (const { effectiveFrom, card } of versions) {
      draft.prices.push({ ...named, effectiveFrom, card: withLeast(named, card) });
    }
    if (versions.some(({ card }) => isFree(card))) draft.free.push(named);
    for (const price of cleaned) draft.cleaned.push({ ...named, ...price });
    for (const key of unknownKeys) refuse(data.id, `no unit for the price key ${key}; its other prices are used`);
  } catch (error) {
    if (!(error instanceof UnusablePrice)) throw error;
    refuse(data.id, `no price: ${error.message}`);
  }
}

/** Groq charges a transcription for ten seconds at least: the feed has it in the text of its comments only. */
const LEAST_SECONDS: readonly (ModelName & { readonly least: bigint })[] = [
  { provider: 'groq', name: 'whisper-large-v3', least: 10n },
  { provider: 'groq', name: 'whisper-large-v3-turbo', least: 10n },
];

function withLeast({ provider, name }: ModelName, card: RateCard): RateCard {
  const rule = LEAST_SECONDS.find((known) => known.provider === provider && known.name === name);
  if (!rule) return card;
  const rates = card.rates.map((rate) =>
    rate.unit === UsageUnit.AUDIO_SECONDS ? { ...rate, least: rule.least } : rate,
  );
  return { ...card, rates };
}

function readExtractor(providerId: string, item: unknown, draft: Draft): UsageExtractor[] {
  const refuse = (reason: string) => draft.unusable.push({ provider: providerId, name: null, reason });
  const parsed = extractor.safeParse(item);
  if (!parsed.success) {
    refuse(`an extractor: ${issueText(parsed.error)}`);
    return [];
  }
  const { api_flavor: apiFlavor, root, model_path: modelPath, mappings } = parsed.data;
  const known = mappings.flatMap(({ path, dest, required }) => {
    const unit = unitOfUsageKey(dest);
    if (!unit) refuse(`extractor ${apiFlavor}: no unit for ${dest}; its other counts are read`);
    return unit ? [{ path: asPath(path), unit, required }] : [];
  });
  const checked = usageExtractorSchema.safeParse({
    apiFlavor,
    root: asPath(root),
    modelPath: asPath(modelPath),
    mappings: known,
  });
  if (checked.success) return [checked.data];
  refuse(`extractor ${apiFlavor}: ${issueText(checked.error)}`);
  return [];
}

/** A path in our shape; whether it is a good one is for `usageExtractorSchema` to say. */
function asPath(path: z.infer<typeof steps>): unknown[] {
  const list = typeof path === 'string' ? [path] : path;
  return list.map((step) => {
    if (typeof step === 'string') return step;
    const { type: _listStep, ...rest } = step;
    return rest;
  });
}

function nameOf(item: unknown, index: number): string {
  const id = typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined;
  return typeof id === 'string' ? id.slice(0, 255) : `number ${index + 1}`;
}
