/** What a draft costs by the prices that this process knows. Decided in code, checked against the versions at the gate. */
import { costLineToJson, type CostLineJson } from '../catalog/cost-line.js';
import { costOf } from '../catalog/cost.js';
import { chargeOf, type Markup, type Payer } from '../catalog/markup.js';
import type { BookPricing, ModelKey, PriceSnapshot } from '../catalog/price-book.js';
import type { PicoUsd } from '../money.js';
import { UnpricedReason } from './unpriced-reason.js';
import type { CallDraft, UsageDraft } from './usage-draft.js';

export interface PricedUsage {
  readonly kind: 'PRICED';
  /** As resolved; undefined for a deduction. */
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly pricingId: string | undefined;
  /** As they are stored. */
  readonly lines: readonly CostLineJson[];
  readonly hasUnratedUnits: boolean;
  readonly markup: Markup;
  readonly costPicoUsd: PicoUsd;
  readonly chargePicoUsd: PicoUsd;
}

export interface UnpricedUsage {
  readonly kind: 'UNPRICED';
  readonly reason: UnpricedReason;
}

export function priceOf(
  draft: UsageDraft,
  payer: Payer,
  prices: PriceSnapshot,
  isPricingOn: boolean,
): PricedUsage | UnpricedUsage {
  if (draft.kind === 'CALL')
    return isPricingOn
      ? priceOfCall(draft, payer, prices)
      : { kind: 'UNPRICED', reason: UnpricedReason.PRICING_DISABLED };
  const amount = draft.amountPicoUsd;
  const nothing = { provider: undefined, model: undefined, pricingId: undefined, lines: [], hasUnratedUnits: false };
  return { kind: 'PRICED', ...nothing, markup: 0n, costPicoUsd: amount, chargePicoUsd: amount };
}

export function priceOfCall(
  call: Pick<CallDraft, 'model' | 'provider' | 'problem' | 'quantities' | 'occurredAt'>,
  payer: Payer,
  prices: PriceSnapshot,
): PricedUsage | UnpricedUsage {
  if (call.problem) return { kind: 'UNPRICED', reason: call.problem };
  const resolution = prices.resolve(call.model, call.provider);
  if (resolution.kind === 'UNRESOLVED') return { kind: 'UNPRICED', reason: UnpricedReason[resolution.reason] };
  const pricing = prices.pricingAt(resolution.model, call.occurredAt);
  if (!pricing) return { kind: 'UNPRICED', reason: UnpricedReason.NO_PRICE };
  const markup = prices.markupAt(payer, resolution.model, call.occurredAt);
  const priced = pricedBy(pricing, resolution.model, call, markup);
  return priced ?? { kind: 'UNPRICED', reason: UnpricedReason.INCONSISTENT_USAGE };
}

/** What a call of a model costs at one version of its price; undefined where its usage contradicts itself. */
export function pricedBy(
  pricing: BookPricing,
  model: ModelKey,
  { quantities, occurredAt }: Pick<CallDraft, 'quantities' | 'occurredAt'>,
  markup: Markup,
): PricedUsage | undefined {
  const cost = costOf(pricing.card, quantities, occurredAt);
  if (cost.kind !== 'PRICED') return undefined;
  return {
    kind: 'PRICED',
    provider: model.provider,
    model: model.name,
    pricingId: pricing.id,
    lines: cost.lines.map(costLineToJson),
    hasUnratedUnits: cost.hasUnratedUnits,
    markup,
    costPicoUsd: cost.picoUsd,
    chargePicoUsd: chargeOf(cost.picoUsd, markup),
  };
}
