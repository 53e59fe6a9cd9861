/** What a replacement says: every check that needs no database, in the order of the fields, and what it costs. */
import type { PriceSnapshot } from '../catalog/price-book.js';
import { badInput } from '../errors.js';
import { formatUsd, parseUsd } from '../money.js';
import { requireText } from '../text.js';
import { checkAmount, checkQuantities, checkTags, MAX_MODEL } from './check-usage.js';
import type { UsageReplacementInput } from './correction-input.js';
import { pricedBy, priceOfCall, type PricedUsage, type UnpricedUsage } from './priced-usage.js';
import { quantitiesToJson, type CallDraft } from './usage-draft.js';
import { UnpricedReason } from './unpriced-reason.js';
import { UsageKind, type UsageRecord } from './usage-record.js';

type Path = readonly (string | number)[];

export interface ReplacementDraft {
  /** What was said, for the content hash. */
  readonly content: Readonly<Record<string, unknown>>;
  /** The columns of usage_record that replace those of the record. */
  readonly columns: (prices: PriceSnapshot, isPricingOn: boolean) => Readonly<Record<string, unknown>>;
}

export function checkReplacement(input: UsageReplacementInput, old: UsageRecord, path: Path): ReplacementDraft {
  return old.kind === UsageKind.DEDUCTION ? checkDeduction(input, old, path) : checkCall(input, old, path);
}

const OF_CALLS = [
  'model',
  'provider',
  'promptTokens',
  'completionTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'quantities',
] as const;

function checkDeduction(input: UsageReplacementInput, old: UsageRecord, path: Path): ReplacementDraft {
  const wrong = OF_CALLS.find((name) => input[name] != null);
  if (wrong) throw badInput([...path, wrong], 'The record is a deduction: say its amount.');
  if (input.amount == null) throw badInput([...path, 'amount'], 'The record is a deduction: say its amount.');
  const amount = checkAmount(input.amount, [...path, 'amount']);
  const tags = tagsOf(input, old, path);
  return {
    content: { amount: formatUsd(amount), tags: input.tags == null ? undefined : tags },
    columns: () => ({ tags, cost_pico_usd: amount.toString(), charge_pico_usd: amount.toString() }),
  };
}

function checkCall(input: UsageReplacementInput, old: UsageRecord, path: Path): ReplacementDraft {
  if (input.amount != null) throw badInput([...path, 'amount'], 'The record is a call: say what was used.');
  const model = input.model == null ? (old.modelSent ?? '') : requireText(input.model, [...path, 'model'], MAX_MODEL);
  const sent = input.provider == null ? undefined : requireText(input.provider, [...path, 'provider'], MAX_MODEL);
  const provider = sent ?? (model === old.modelSent ? (old.providerSent ?? undefined) : undefined);
  const quantities = checkQuantities(input, path);
  const quantitiesJson = quantitiesToJson(quantities);
  const tags = tagsOf(input, old, path);
  const call = { model, provider, problem: undefined, quantities, occurredAt: old.occurredAt };
  return {
    content: {
      model: input.model ?? undefined,
      provider: sent,
      quantities: quantitiesJson,
      tags: input.tags == null ? undefined : tags,
    },
    columns: (prices, isPricingOn) => ({
      provider_sent: provider ?? null,
      model_sent: model,
      quantities: quantitiesJson,
      provider_usage: null,
      tags,
      ...pricingColumns(priceOf(call, old, prices, isPricingOn)),
    }),
  };
}

/** As said, else as recorded. */
function tagsOf({ tags }: UsageReplacementInput, old: UsageRecord, path: Path) {
  return tags == null ? old.tags : (checkTags(tags, [...path, 'tags']) ?? null);
}

/** The same model keeps the price version and the markup of the record, also where another is in force by now for that instant. */
function priceOf(
  call: Pick<CallDraft, 'model' | 'provider' | 'problem' | 'quantities' | 'occurredAt'>,
  old: UsageRecord,
  prices: PriceSnapshot,
  isPricingOn: boolean,
): PricedUsage | UnpricedUsage {
  const { provider, model, pricingId } = old;
  const isSame = pricingId !== null && call.model === old.modelSent && (call.provider ?? null) === old.providerSent;
  const resolution = isSame || !isPricingOn ? undefined : prices.resolve(call.model, call.provider);
  const isStillSame =
    resolution?.kind === 'RESOLVED' && resolution.model.provider === provider && resolution.model.name === model;
  const pricing = pricingId !== null && (isSame || isStillSame) ? prices.pricingById(pricingId) : undefined;
  if (!pricing || provider === null || model === null) {
    return isPricingOn ? priceOfCall(call, old, prices) : { kind: 'UNPRICED', reason: UnpricedReason.PRICING_DISABLED };
  }
  const priced = pricedBy(pricing, { provider, name: model }, call, parseUsd(old.markup ?? '0') ?? 0n);
  return priced ?? { kind: 'UNPRICED', reason: UnpricedReason.INCONSISTENT_USAGE };
}

/** As the columns of usage_record. */
export function pricingColumns(price: PricedUsage | UnpricedUsage): Record<string, unknown> {
  const priced = price.kind === 'PRICED' ? price : undefined;
  return {
    provider: priced?.provider ?? null,
    model: priced?.model ?? null,
    pricing_id: priced?.pricingId ?? null,
    lines: priced?.lines ?? null,
    has_unrated_units: priced?.hasUnratedUnits ?? null,
    unpriced_reason: price.kind === 'UNPRICED' ? price.reason : null,
    markup: priced ? formatUsd(priced.markup) : null,
    cost_pico_usd: priced?.costPicoUsd.toString() ?? null,
    charge_pico_usd: priced?.chargePicoUsd.toString() ?? null,
  };
}
