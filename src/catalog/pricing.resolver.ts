import { Arg, Ctx, Field, FieldResolver, ID, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { divideHalfEven, type PicoUsd } from '../money.js';
import { CATALOGUE, encodeId } from '../node-id.js';
import { Requires } from '../requires.js';
import { DateTimeScalar, DecimalScalar, QuantityScalar } from '../scalars.js';
import { DayWindow } from './cost-line-type.js';
import type { BookPricing } from './price-book.js';
import { Pricing, PricingSource } from './pricing.js';
import type { PricingService } from './pricing.service.js';
import { isFree, type Rate, type RateTier, type RateWindow } from './rate.js';
import { SetPricingInput } from './set-pricing-input.js';
import { UsageUnit } from './usage-unit-enum.js';

@ObjectType('RateTier', { description: 'Another price for requests with a larger context.' })
class RateTierType {
  @Field(() => QuantityScalar, {
    description:
      'Reached by a request with more input tokens than this; all of it is then charged at the tier’s rates.',
  })
  readonly start: string;

  @Field(() => DecimalScalar, { description: 'USD for `per` of the unit.' })
  readonly price: PicoUsd;

  constructor(tier: RateTier) {
    this.start = tier.start.toString();
    this.price = tier.picoUsd;
  }
}

@ObjectType('Rate', { description: 'What one unit costs.' })
class RateType {
  @Field(() => UsageUnit, { description: 'The unit.' })
  readonly unit: UsageUnit;

  @Field(() => DecimalScalar, { description: 'USD for `per` of the unit, below the first tier.' })
  readonly price: PicoUsd;

  @Field(() => QuantityScalar, { description: 'How many of the unit the price is for; seconds for durations.' })
  readonly per: string;

  @Field(() => [RateTierType], {
    description: 'Context tiers by rising start; empty where the context does not matter.',
  })
  readonly tiers: RateTierType[];

  @Field(() => QuantityScalar, {
    description: 'The least of the unit that a call with any of it is charged for; 0 for no least.',
  })
  readonly least: string;

  constructor(rate: Rate) {
    this.unit = rate.unit;
    this.price = rate.picoUsd;
    this.per = rate.per.toString();
    this.tiers = rate.tiers.map((tier) => new RateTierType(tier));
    this.least = rate.least.toString();
  }
}

@ObjectType('RateWindow', {
  description: 'Rates for a window of every day in UTC. They replace all others while it lasts.',
})
class RateWindowType extends DayWindow {
  @Field(() => [RateType], { description: 'The rates in this window.' })
  readonly rates: RateType[];

  constructor(window: RateWindow) {
    super(window);
    this.rates = window.rates.map((rate) => new RateType(rate));
  }
}

@Resolver(() => Pricing)
export class PricingResolver {
  constructor(private readonly pricings: PricingService) {}

  @FieldResolver(() => ID, { description: 'Opaque id of this version.' })
  id(@Root() pricing: BookPricing): string {
    return encodeId('pricing', pricing.id);
  }

  @FieldResolver(() => PricingSource, { description: 'Who says so.' })
  source(@Root() pricing: BookPricing): PricingSource {
    return pricing.organizationId === CATALOGUE ? PricingSource.CATALOGUE : PricingSource.ORGANIZATION;
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'Until when, exclusive: where the next version of the same source begins. Null while none is known.',
  })
  effectiveTo(@Root() pricing: BookPricing): Date | null {
    return pricing.effectiveTo;
  }

  @FieldResolver(() => DecimalScalar, {
    nullable: true,
    description:
      'USD per prompt token (INPUT_TOKENS) below all context tiers and outside of all windows, to 12 places; null where prompt tokens have no rate.',
  })
  promptTokenPrice(@Root() pricing: BookPricing): PicoUsd | null {
    return pricePerOne(pricing, UsageUnit.INPUT_TOKENS);
  }

  @FieldResolver(() => DecimalScalar, {
    nullable: true,
    description: 'The same per completion token (OUTPUT_TOKENS).',
  })
  completionTokenPrice(@Root() pricing: BookPricing): PicoUsd | null {
    return pricePerOne(pricing, UsageUnit.OUTPUT_TOKENS);
  }

  @FieldResolver(() => Boolean, { description: 'Whether the model is listed without any rate, which means free.' })
  isFree(@Root() pricing: BookPricing): boolean {
    return isFree(pricing.card);
  }

  @FieldResolver(() => [RateType], { description: 'Every rate outside of all windows; empty for a free model.' })
  rates(@Root() pricing: BookPricing): RateType[] {
    return pricing.card.rates.map((rate) => new RateType(rate));
  }

  @FieldResolver(() => [RateWindowType], { description: 'Windows of the day with rates of their own; mostly none.' })
  windows(@Root() pricing: BookPricing): RateWindowType[] {
    return pricing.card.windows.map((window) => new RateWindowType(window));
  }

  @Requires('pricing.write')
  @Mutation(() => Pricing, {
    description:
      'Sets a price of a model for this organization only, from an instant on: of a model of its own, or over the catalogue’s. History is never changed: records keep the price that they have. Requires pricing.write. Errors: BAD_USER_INPUT (also where another price is in effect from the same instant on), FORBIDDEN.',
  })
  setPricing(
    @Arg('input', () => SetPricingInput, { description: 'The price version.' }) input: SetPricingInput,
    @Ctx() context: Context,
  ): Promise<BookPricing> {
    return this.pricings.set(context.operation, input);
  }
}

/** A free model costs 0; a rate for fewer than one pico-USD per token is rounded here, and exact in `rates`. */
function pricePerOne({ card }: BookPricing, unit: UsageUnit): PicoUsd | null {
  const rate = card.rates.find((one) => one.unit === unit);
  if (rate) return divideHalfEven(rate.picoUsd, rate.per);
  return isFree(card) ? 0n : null;
}
