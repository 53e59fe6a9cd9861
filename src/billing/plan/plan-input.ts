import { Field, InputType, Int } from 'type-graphql';
import { UsageUnit } from '../../catalog/usage-unit-enum.js';
import { DecimalScalar, LocalDateScalar, QuantityScalar } from '../../scalars.js';
import { PeriodAnchoring, PlanInterval, TierMode } from './plan-terms.js';

@InputType({ description: 'A part added to the cost of what a model used.' })
export class PlanMarkupInput {
  @Field(() => String, { nullable: true, description: 'Only for this provider, 1 to 255 characters; left out: all.' })
  provider?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only for this model of the provider, 1 to 255 characters; left out: all. Not without a provider.',
  })
  model?: string | null;

  @Field(() => DecimalScalar, { description: 'Percent of the cost, -100 to 1000, with up to 4 decimal places.' })
  percent!: bigint;
}

@InputType({ description: 'A tier of a table.' })
export class PlanTierInput {
  @Field(() => QuantityScalar, {
    nullable: true,
    description:
      'The last unit that belongs to it, 1 or more and above the tier before. Left out in the last tier alone.',
  })
  upTo?: string | null;

  @Field(() => DecimalScalar, { description: 'In the plan’s currency, for `per` units, 0 to 1,000,000.' })
  price!: bigint;

  @Field(() => QuantityScalar, {
    defaultValue: '1',
    description: 'How many units the price is for, 1 or more; 1000000 for a price per million.',
  })
  per!: string;

  @Field(() => DecimalScalar, {
    defaultValue: 0n,
    description: 'In the plan’s currency, once in a period in which any unit lies in the tier, 0 to 1,000,000.',
  })
  flatFee!: bigint;
}

@InputType({ description: 'A unit that is billed by a table in place of what it cost.' })
export class TieredUnitInput {
  @Field(() => UsageUnit, { description: 'The unit whose quantity of a period is billed.' })
  unit!: UsageUnit;

  @Field(() => String, { nullable: true, description: 'Only for this provider, 1 to 255 characters; left out: all.' })
  provider?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only for this model of the provider, 1 to 255 characters; left out: all. Not without a provider.',
  })
  model?: string | null;

  @Field(() => TierMode, { description: 'How the quantity becomes an amount.' })
  mode!: TierMode;

  @Field(() => [PlanTierInput], {
    nullable: true,
    description: '1 to 20 tiers by rising quantity, the last without an end. Not for PACKAGE.',
  })
  tiers?: PlanTierInput[] | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description:
      'In the plan’s currency, for each package that is begun, 0 to 1,000,000. Only for PACKAGE, and needed there.',
  })
  packagePrice?: bigint | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'Units in a package, 1 or more. Only for PACKAGE, and needed there.',
  })
  packageSize?: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'Units of a period that cost nothing, default 0. Only for PACKAGE.',
  })
  freeUnits?: string | null;
}

@InputType({ description: 'A plan. Its code says which one it is: the same again changes all that is said here.' })
export class SetPlanInput {
  @Field(() => String, { description: 'Names the plan in the organization, 1 to 100 characters.' })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Display name, 1 to 200 characters, no card number; left out: the code.',
  })
  name?: string | null;

  @Field(() => String, {
    defaultValue: 'USD',
    description:
      'ISO 4217 code of the currency of its invoices, with at most three decimals. Of three the last is always 0, as card networks ask for.',
  })
  currency!: string;

  @Field(() => DecimalScalar, {
    nullable: true,
    description:
      'What one USD of usage is in the currency, above 0. Needed unless the currency is USD, and refused for USD.',
  })
  usdRate?: bigint | null;

  @Field(() => LocalDateScalar, {
    nullable: true,
    description: 'The day of that rate; left out: today. Not for USD.',
  })
  usdRateDay?: string | null;

  @Field(() => PlanInterval, { defaultValue: PlanInterval.MONTH, description: 'How long its periods are.' })
  interval!: PlanInterval;

  @Field(() => PeriodAnchoring, {
    defaultValue: PeriodAnchoring.CALENDAR,
    description: 'On which day its periods begin.',
  })
  anchoring!: PeriodAnchoring;

  @Field(() => DecimalScalar, {
    defaultValue: 0n,
    description: 'For each period, in advance, 0 to 1,000,000,000, in the currency.',
  })
  baseFee!: bigint;

  @Field(() => DecimalScalar, {
    defaultValue: 0n,
    description: 'Of usage, free in each period, 0 to 1,000,000,000, in the currency.',
  })
  includedCredit!: bigint;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'What fee and usage of a period come to at least, 0 to 1,000,000,000, in the currency.',
  })
  minimumSpend?: bigint | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description:
      'What fee and usage of a period come to at most, in the currency: the minimum or more, up to 1,000,000,000.',
  })
  maximumSpend?: bigint | null;

  @Field(() => Int, {
    defaultValue: 0,
    description: 'Days from the start of a subscription on which there is no base fee, 0 to 730.',
  })
  trialDays!: number;

  @Field(() => Int, {
    defaultValue: 0,
    description: 'Days from the day on which an invoice got its number until it is due, 0 to 365.',
  })
  paymentTermDays!: number;

  @Field(() => [PlanMarkupInput], {
    defaultValue: [],
    description: 'What is added to costs, up to 100; each provider and model once, the most specific one counts.',
  })
  markups!: PlanMarkupInput[];

  @Field(() => [TieredUnitInput], {
    defaultValue: [],
    description: 'Units that are billed by tables, up to 100; each unit, provider and model once. All others by cost.',
  })
  tieredUnits!: TieredUnitInput[];
}

@InputType({
  description: 'What is other for one subscription than its plan says. What is left out is as in the plan.',
})
export class PlanOverridesInput {
  @Field(() => DecimalScalar, { nullable: true, description: 'As in the plan.' })
  baseFee?: bigint | null;

  @Field(() => DecimalScalar, { nullable: true, description: 'As in the plan.' })
  includedCredit?: bigint | null;

  @Field(() => DecimalScalar, { nullable: true, description: 'As in the plan.' })
  minimumSpend?: bigint | null;

  @Field(() => DecimalScalar, { nullable: true, description: 'As in the plan.' })
  maximumSpend?: bigint | null;

  @Field(() => Int, { nullable: true, description: 'As in the plan.' })
  trialDays?: number | null;

  @Field(() => Int, { nullable: true, description: 'As in the plan.' })
  paymentTermDays?: number | null;

  @Field(() => [PlanMarkupInput], { nullable: true, description: 'In place of all of the plan’s.' })
  markups?: PlanMarkupInput[] | null;

  @Field(() => [TieredUnitInput], { nullable: true, description: 'In place of all of the plan’s.' })
  tieredUnits?: TieredUnitInput[] | null;
}
