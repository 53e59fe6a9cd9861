import { Field, InputType } from 'type-graphql';
import type { PicoUsd } from '../money.js';
import { DateTimeScalar, DecimalScalar, QuantityScalar } from '../scalars.js';
import { UsageUnit } from './usage-unit-enum.js';

@InputType({ description: 'Another price for requests with a larger context.' })
export class RateTierInput {
  @Field(() => QuantityScalar, {
    description:
      'Reached by a request with more input tokens than this; all of it is then charged at the tier’s rates.',
  })
  start!: string;

  @Field(() => DecimalScalar, { description: 'USD for `per` of the unit, 0 to 1,000,000.' })
  price!: PicoUsd;
}

@InputType({ description: 'What one unit costs.' })
export class RateInput {
  @Field(() => UsageUnit, { description: 'The unit; each only once.' })
  unit!: UsageUnit;

  @Field(() => DecimalScalar, { description: 'USD for `per` of the unit, 0 to 1,000,000.' })
  price!: PicoUsd;

  @Field(() => QuantityScalar, {
    defaultValue: '1',
    description:
      'How many of the unit (whole seconds for durations) the price is for, 1 or more; 1000000 for a price per million.',
  })
  per!: string;

  @Field(() => [RateTierInput], { nullable: true, description: 'Up to 20 context tiers, by rising start.' })
  tiers?: RateTierInput[] | null;
}

@InputType({ description: 'Rates for a window of every day. They replace all others while it lasts.' })
export class RateWindowInput {
  @Field(() => String, { description: 'Time of day in UTC, inclusive, such as `16:30`.' })
  start!: string;

  @Field(() => String, { description: 'Time of day in UTC, exclusive; earlier than the start to run over midnight.' })
  end!: string;

  @Field(() => [RateInput], { description: 'At least one.' })
  rates!: RateInput[];
}

@InputType({
  description: 'A price version of a model, for this organization only. At least one price is needed; 0 is a price.',
})
export class SetPricingInput {
  @Field(() => String, { description: "The provider's id, 1 to 255 printable characters." })
  provider!: string;

  @Field(() => String, {
    description:
      'The name of the model, 1 to 255 printable characters. One that the catalogue has exactly is overridden; any other becomes a model of the organization’s own and goes before what the catalogue would take the name for.',
  })
  model!: string;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'USD per prompt token (INPUT_TOKENS), 12 places, such as "0.0000025".',
  })
  promptTokenPrice?: PicoUsd | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'USD per completion token (OUTPUT_TOKENS), 12 places.',
  })
  completionTokenPrice?: PicoUsd | null;

  @Field(() => [RateInput], { nullable: true, description: 'Prices of other units; not one that was named above.' })
  rates?: RateInput[] | null;

  @Field(() => [RateWindowInput], {
    nullable: true,
    description: 'Up to 24 windows of the day with rates of their own, which must not overlap.',
  })
  windows?: RateWindowInput[] | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'From when on, inclusive, not before 1970. Left out: since ever where the model has no price yet, else from now. The same instant again with other rates is refused, unless it is more than 5 minutes ahead.',
  })
  effectiveFrom?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Name for people, 1 to 255 characters, no card number; only for a model that the catalogue does not have.',
  })
  displayName?: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Up to 50 other names that mean this model where its provider is named too; only for a model that the catalogue does not have. Replaces those of before.',
  })
  aliases?: string[] | null;
}
