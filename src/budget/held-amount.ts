/** What a reservation holds: the most that its call can cost by the prices that this process knows. */
import { costOf } from '../catalog/cost.js';
import { chargeOf, type Markup, type Payer } from '../catalog/markup.js';
import type { BookPricing, PriceSnapshot } from '../catalog/price-book.js';
import type { Quantities } from '../catalog/quantity.js';
import { UsageUnit } from '../catalog/usage-unit.js';

/** A call that may be made: who it is for was decided elsewhere. */
export interface CallToHold {
  readonly provider: string | undefined;
  readonly model: string | undefined;
  /** An amount in pico-USD, or the tokens. */
  readonly asked: bigint | { readonly promptTokens: bigint; readonly maxCompletionTokens: bigint };
}

export interface HeldAmount {
  /** As resolved; undefined where no model was, or could be, resolved. */
  readonly provider: string | undefined;
  readonly model: string | undefined;
  /** The price version that it was worked out by; undefined for an amount that was said. */
  readonly pricing: BookPricing | undefined;
  /** That was added to the price. */
  readonly markup: Markup;
  /** undefined where the model has no price. */
  readonly amountPicoUsd: bigint | undefined;
}

export function heldAmount(
  { provider, model, asked }: CallToHold,
  payer: Payer,
  prices: PriceSnapshot,
  at: Date,
): HeldAmount {
  const resolution = model === undefined ? undefined : prices.resolve(model, provider);
  const found = resolution?.kind === 'RESOLVED' ? resolution.model : undefined;
  const resolved = { provider: found?.provider, model: found?.name };
  if (typeof asked === 'bigint') return { ...resolved, pricing: undefined, markup: 0n, amountPicoUsd: asked };
  const pricing = found && prices.pricingAt(found, at);
  if (!pricing) return { ...resolved, pricing, markup: 0n, amountPicoUsd: undefined };
  const markup = prices.markupAt(payer, found, at);
  const amountPicoUsd = chargeOf(mostOf(pricing, asked.promptTokens, asked.maxCompletionTokens, at), markup);
  return { ...resolved, pricing, markup, amountPicoUsd };
}

/** The largest maxCompletionTokens, up to what was asked, whose most fits into an amount; undefined where none does. */
export function completionTokensWithin(
  { pricing, markup }: { readonly pricing: BookPricing; readonly markup: Markup },
  { promptTokens, maxCompletionTokens }: Exclude<CallToHold['asked'], bigint>,
  amountPicoUsd: bigint,
  at: Date,
): bigint | undefined {
  const fits = (tokens: bigint) => chargeOf(mostOf(pricing, promptTokens, tokens, at), markup) <= amountPicoUsd;
  if (!fits(0n)) return undefined;
  let [least, most] = [0n, maxCompletionTokens];
  while (least < most) {
    const middle = (least + most + 1n) / 2n;
    if (fits(middle)) least = middle;
    else most = middle - 1n;
  }
  return least;
}

function mostOf(pricing: BookPricing, promptTokens: bigint, completionTokens: bigint, at: Date): bigint {
  const quantities: Quantities = new Map([
    [UsageUnit.INPUT_TOKENS, promptTokens],
    [UsageUnit.OUTPUT_TOKENS, completionTokens],
  ]);
  const cost = costOf(pricing.card, quantities, at);
  if (cost.kind !== 'PRICED') throw new Error('Tokens without parts cannot be more than their whole.');
  return cost.picoUsd;
}
