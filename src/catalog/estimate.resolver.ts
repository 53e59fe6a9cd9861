import { Arg, Ctx, Field, FieldResolver, ObjectType, Query, registerEnumType, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { Costs } from '../costs.js';
import type { PicoUsd } from '../money.js';
import { Requires } from '../requires.js';
import { DateTimeScalar, DecimalScalar, QuantityScalar } from '../scalars.js';
import type { FoundModel } from './catalog.service.js';
import { CostLineType } from './cost-line-type.js';
import { EstimateCostInput } from './estimate-input.js';
import { type Estimate, type EstimateService, LikelyBasis } from './estimate.service.js';
import { Model } from './model.js';
import type { BookPricing } from './price-book.js';
import { Pricing } from './pricing.js';

registerEnumType(LikelyBasis, {
  name: 'LikelyBasis',
  description: 'Where the completion tokens of a likely cost come from.',
  valuesConfig: {
    KNOWN: { description: 'completionTokens of the input.' },
    EXPECTED: { description: 'expectedCompletionTokens of the input.' },
    ACCOUNT_MEAN: {
      description:
        'The mean of the account’s last 100 records of the model, but not more than maxCompletionTokens; those among its last 10,000 records are looked at.',
    },
  },
});

@ObjectType({ description: 'What a call will cost, by one price version.' })
class CostEstimate {
  @Field(() => Model, { description: 'The model, with the rule that the name led to it by.' })
  model!: FoundModel;

  @Field(() => Pricing, { description: 'The price version that all of this was worked out with.' })
  pricing!: BookPricing;

  @Field(() => DateTimeScalar, { description: 'The instant whose price was used.' })
  at!: Date;
}

@Resolver(() => CostEstimate)
export class EstimateResolver {
  constructor(private readonly estimates: EstimateService) {}

  @FieldResolver(() => QuantityScalar, { description: 'Prompt tokens, as counted or as given.' })
  promptTokens(@Root() { prompt }: Estimate): string {
    return prompt.tokens.toString();
  }

  @FieldResolver(() => String, {
    description:
      'How the prompt was counted. `o200k_base`, `cl100k_base`, `p50k_base`, `r50k_base`: by the model’s own encoding; messages with the framing that OpenAI documents. `approximation`: one token for 4 characters of Latin script, digits and punctuation and one for 2 bytes of UTF-8 of other scripts, rounded up; it may be off by a third and more. `none`: it was given in numbers.',
  })
  tokenizer(@Root() { prompt }: Estimate): string {
    return prompt.tokenizer;
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether the provider will count the same prompt tokens: false for an approximation, and where text without breaks was cut to count it.',
  })
  isExact(@Root() { prompt }: Estimate): boolean {
    return prompt.isExact;
  }

  @FieldResolver(() => DecimalScalar, { description: 'USD: the prompt, and everything else but completion tokens.' })
  promptCost(@Root() { promptCost }: Estimate): PicoUsd {
    return promptCost.picoUsd;
  }

  @FieldResolver(() => DecimalScalar, {
    nullable: true,
    description: 'USD: the prompt with the likely completion; null where nothing is known of the completion.',
  })
  likelyCost(@Root() { likely }: Estimate): PicoUsd | null {
    return likely?.cost.picoUsd ?? null;
  }

  @FieldResolver(() => QuantityScalar, { nullable: true, description: 'The completion tokens of the likely cost.' })
  likelyCompletionTokens(@Root() { likely }: Estimate): string | null {
    return likely?.completionTokens.toString() ?? null;
  }

  @FieldResolver(() => LikelyBasis, {
    nullable: true,
    description: 'Where those come from; null without a likely cost.',
  })
  likelyBasis(@Root() { likely }: Estimate): LikelyBasis | null {
    return likely?.basis ?? null;
  }

  @FieldResolver(() => DecimalScalar, {
    nullable: true,
    description:
      'USD: the prompt with maxCompletionTokens, at the context tier that the prompt reaches; null without maxCompletionTokens.',
  })
  upperBoundCost(@Root() { upperBound }: Estimate): PicoUsd | null {
    return upperBound?.cost.picoUsd ?? null;
  }

  @FieldResolver(() => [CostLineType], {
    description: 'The lines of the likely cost; of the upper bound where there is no likely one; else of the prompt.',
  })
  lines(@Root() { likely, upperBound, promptCost }: Estimate): CostLineType[] {
    return (likely?.cost ?? upperBound?.cost ?? promptCost).lines.map((line) => new CostLineType(line));
  }

  @FieldResolver(() => [CostLineType], { description: 'The lines of the upper bound; empty without one.' })
  upperBoundLines(@Root() { upperBound }: Estimate): CostLineType[] {
    return (upperBound?.cost.lines ?? []).map((line) => new CostLineType(line));
  }

  @FieldResolver(() => Boolean, {
    description: 'Whether something was named that the price has no rate for: its line has a null rate and amount 0.',
  })
  hasUnratedUnits(@Root() { likely, upperBound, promptCost }: Estimate): boolean {
    return [likely?.cost, upperBound?.cost, promptCost].some((cost) => cost?.hasUnratedUnits === true);
  }

  @Requires('catalog.read')
  @Costs(5_000)
  @Query(() => CostEstimate, {
    description:
      'What a call will cost, before it is made. Stores nothing. Requires catalog.read. Errors: BAD_USER_INPUT, MODEL_NOT_PRICED (`reason`: UNKNOWN_MODEL, AMBIGUOUS_MODEL or NO_PRICE).',
  })
  estimateCost(
    @Arg('input', () => EstimateCostInput, { description: 'The call that is about to be made.' })
    input: EstimateCostInput,
    @Ctx() context: Context,
  ): Promise<Estimate> {
    return this.estimates.estimate(context.operation, input);
  }
}
