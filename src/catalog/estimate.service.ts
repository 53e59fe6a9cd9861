import { badInput, modelNotPriced } from '../errors.js';
import { Account } from '../identity/account.js';
import { accountOf } from '../identity/account.service.js';
import { authorize, isAllowed } from '../identity/permission.js';
import { divideHalfEven } from '../money.js';
import type { Operation } from '../operation.js';
import type { CatalogService, FoundModel } from './catalog.service.js';
import { checkEstimate, type CheckedEstimate } from './check-estimate.js';
import { type Cost, costOf } from './cost.js';
import { countMessageTokens, countTextTokens, type TokenCount } from './count-tokens.js';
import type { EstimateCostInput } from './estimate-input.js';
import { sumCompletionTokens } from './mean-completion.sql.js';
import type { BookModel, BookPricing } from './price-book.js';
import { describeExcess, type Quantities } from './quantity.js';
import { UsageUnit } from './usage-unit.js';

/** Where the completion tokens of a likely cost come from. */
export enum LikelyBasis {
  KNOWN = 'KNOWN',
  EXPECTED = 'EXPECTED',
  ACCOUNT_MEAN = 'ACCOUNT_MEAN',
}

interface Likely {
  readonly completionTokens: bigint;
  readonly basis: LikelyBasis;
}

export interface Estimate {
  readonly model: FoundModel;
  readonly pricing: BookPricing;
  readonly at: Date;
  readonly prompt: TokenCount;
  readonly likely: (Likely & { readonly cost: Cost }) | null;
  readonly upperBound: { readonly completionTokens: bigint; readonly cost: Cost } | null;
  /** Of the prompt alone, where nothing is known of the completion. */
  readonly promptCost: Cost;
}

export class EstimateService {
  constructor(private readonly catalog: CatalogService) {}

  /** Works out what a call will cost, all of it by one price version. Makes and stores nothing. */
  async estimate(operation: Operation, input: EstimateCostInput): Promise<Estimate> {
    authorize(operation, 'catalog.read');
    const checked = checkEstimate(input);
    const at = input.at ?? operation.now;
    const { model, pricing } = await this.#priceOf(operation, checked, at);
    const prompt = await countPrompt(checked, model);
    const quantities = new Map(checked.quantities);
    if (prompt.tokens > 0n || checked.prompt.kind !== 'QUANTITIES') {
      quantities.set(UsageUnit.INPUT_TOKENS, prompt.tokens);
    }
    const costWith = (completionTokens: bigint) => exactCost(pricing, quantities, completionTokens, at);
    const likely = await this.#likelyOf(operation, checked, input, model);
    const most = checked.maxCompletionTokens;
    return {
      model,
      pricing,
      at,
      prompt,
      likely: likely && { ...likely, cost: costWith(likely.completionTokens) },
      upperBound: most === undefined ? null : { completionTokens: most, cost: costWith(most) },
      promptCost: costWith(0n),
    };
  }

  async #priceOf(
    operation: Operation,
    { model: name, provider }: CheckedEstimate,
    at: Date,
  ): Promise<{ model: FoundModel; pricing: BookPricing }> {
    const prices = await this.catalog.prices(operation);
    const resolution = prices.resolve(name, provider);
    if (resolution.kind === 'UNRESOLVED') {
      const message =
        resolution.reason === 'AMBIGUOUS_MODEL'
          ? `Several providers have a model of this name (${resolution.candidates.join(', ')}): name one.`
          : 'No model of this name is known; setPricing makes one of your own.';
      throw modelNotPriced(name, resolution.reason, message);
    }
    const { model, rule } = resolution;
    const pricing = prices.pricingAt(model, at);
    if (!pricing) throw modelNotPriced(name, 'NO_PRICE', 'The model has no price at that instant.');
    return { model: { ...model, resolvedBy: rule }, pricing };
  }

  async #likelyOf(
    operation: Operation,
    { completion, maxCompletionTokens }: CheckedEstimate,
    input: EstimateCostInput,
    model: BookModel,
  ): Promise<Likely | null> {
    if (completion) {
      const basis = completion.isKnown ? LikelyBasis.KNOWN : LikelyBasis.EXPECTED;
      return { completionTokens: completion.tokens, basis };
    }
    const mean = await this.#meanOf(operation, input, model);
    if (mean === undefined) return null;
    const completionTokens =
      maxCompletionTokens !== undefined && maxCompletionTokens < mean ? maxCompletionTokens : mean;
    return { completionTokens, basis: LikelyBasis.ACCOUNT_MEAN };
  }

  /** Only of an account that the caller may see, and only where it may read usage; for others there are no records. */
  async #meanOf(operation: Operation, input: EstimateCostInput, model: BookModel): Promise<bigint | undefined> {
    const { userId, teamId } = input;
    if (userId != null && teamId != null) throw badInput(['input', 'teamId'], 'Name at most one of userId and teamId.');
    const { kind, externalId } = accountOf({ userId, teamId });
    if (!isAllowed(operation.principal, 'usage.read')) return undefined;
    const { organizationId, accountId } = operation.principal;
    const em = await operation.em();
    const account = await em.findOne(Account, { organizationId, kind, externalId });
    const isVisible = accountId === undefined || account?.id === accountId || account?.teamId === accountId;
    if (!account || !isVisible) return undefined;
    const { sum, count } = await sumCompletionTokens(em, organizationId, account.id, model);
    return count === 0n ? undefined : divideHalfEven(sum, count);
  }
}

async function countPrompt({ prompt, quantities }: CheckedEstimate, model: BookModel): Promise<TokenCount> {
  switch (prompt.kind) {
    case 'TEXT':
      return countTextTokens(model.name, prompt.text);
    case 'MESSAGES':
      return countMessageTokens(model.name, prompt.messages);
    case 'QUANTITIES':
      return { tokens: quantities.get(UsageUnit.INPUT_TOKENS) ?? 0n, tokenizer: 'none', isExact: true };
  }
}

function exactCost(pricing: BookPricing, prompt: Quantities, completionTokens: bigint, at: Date): Cost {
  const quantities = new Map(prompt);
  if (completionTokens > 0n) quantities.set(UsageUnit.OUTPUT_TOKENS, completionTokens);
  const cost = costOf(pricing.card, quantities, at);
  if (cost.kind === 'PRICED') return cost;
  throw badInput(['input'], describeExcess(cost.excess));
}
