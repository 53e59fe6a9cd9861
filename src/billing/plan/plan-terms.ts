/** What a plan charges, as the API shows it and as code computes with it. Amounts are pico of the plan's currency. */
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { UsageUnit } from '../../catalog/usage-unit-enum.js';
import { DecimalScalar, LocalDateScalar, QuantityScalar } from '../../scalars.js';
import type { TierTable } from './tier.js';

export enum PlanInterval {
  WEEK = 'WEEK',
  MONTH = 'MONTH',
  QUARTER = 'QUARTER',
  YEAR = 'YEAR',
}

registerEnumType(PlanInterval, {
  name: 'PlanInterval',
  description: 'How long a billing period is. Periods start at local midnight of the organization’s zone.',
  valuesConfig: {
    WEEK: { description: 'Seven local days.' },
    MONTH: { description: 'A month.' },
    QUARTER: { description: 'Three months.' },
    YEAR: { description: 'A year.' },
  },
});

export enum PeriodAnchoring {
  CALENDAR = 'CALENDAR',
  ANNIVERSARY = 'ANNIVERSARY',
}

registerEnumType(PeriodAnchoring, {
  name: 'PeriodAnchoring',
  description: 'On which day billing periods begin.',
  valuesConfig: {
    CALENDAR: {
      description:
        'Monday, the first of a month, of January, April, July and October, or of January; a first or last period that is not whole is billed by its days.',
    },
    ANNIVERSARY: {
      description:
        'The day on which the subscription began, counted from that day each time: from the 31st a shorter month begins on its last day, the next one on the 31st again.',
    },
  },
});

export enum TierMode {
  GRADUATED = 'GRADUATED',
  VOLUME = 'VOLUME',
  PACKAGE = 'PACKAGE',
}

registerEnumType(TierMode, {
  name: 'TierMode',
  description: 'How a period’s quantity of a unit becomes an amount. Nothing used costs nothing, flat fees included.',
  valuesConfig: {
    GRADUATED: { description: 'Each unit at the price of the tier in which it lies.' },
    VOLUME: { description: 'All units at the price of the tier that the last of them reaches.' },
    PACKAGE: { description: 'A price for each package of units that is begun.' },
  },
});

@ObjectType({ description: 'A part added to the cost of what a model used.' })
export class PlanMarkup {
  @Field(() => String, { nullable: true, description: 'Only for this provider; null for all.' })
  provider!: string | null;

  @Field(() => String, { nullable: true, description: 'Only for this model of the provider; null for all.' })
  model!: string | null;

  @Field(() => DecimalScalar, { description: 'Percent of the cost, such as "12.5".' })
  percent!: bigint;
}

@ObjectType({ description: 'A tier of a table.' })
export class PlanTier {
  @Field(() => QuantityScalar, { nullable: true, description: 'The last unit that belongs to it; null: no end.' })
  upTo!: bigint | null;

  @Field(() => DecimalScalar, { name: 'price', description: 'In the plan’s currency, for `per` units.' })
  pricePico!: bigint;

  @Field(() => QuantityScalar, { description: 'How many units the price is for.' })
  per!: bigint;

  @Field(() => DecimalScalar, {
    name: 'flatFee',
    description: 'In the plan’s currency, once in a period in which any unit lies in the tier.',
  })
  flatFeePico!: bigint;
}

@ObjectType({ description: 'A unit that is billed by a table in place of what it cost.' })
export class TieredUnit {
  @Field(() => UsageUnit, { description: 'The unit whose quantity of a period is billed.' })
  unit!: UsageUnit;

  @Field(() => String, { nullable: true, description: 'Only for this provider; null for all.' })
  provider!: string | null;

  @Field(() => String, { nullable: true, description: 'Only for this model of the provider; null for all.' })
  model!: string | null;

  @Field(() => TierMode, { description: 'How the quantity becomes an amount.' })
  mode!: TierMode;

  @Field(() => [PlanTier], { description: 'By rising quantity; empty for PACKAGE.' })
  tiers!: PlanTier[];

  @Field(() => DecimalScalar, {
    name: 'packagePrice',
    nullable: true,
    description: 'In the plan’s currency, for each package that is begun; null unless PACKAGE.',
  })
  packagePricePico!: bigint | null;

  @Field(() => QuantityScalar, { nullable: true, description: 'Units in a package; null unless PACKAGE.' })
  packageSize!: bigint | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'Units of a period that cost nothing; null unless PACKAGE.',
  })
  freeUnits!: bigint | null;
}

@ObjectType({ description: 'What a plan charges. All amounts but costs and markups are in its currency.' })
export class PlanTerms {
  @Field(() => String, { description: 'ISO 4217 code of the currency of its invoices, such as "USD".' })
  currency!: string;

  @Field(() => DecimalScalar, {
    name: 'usdRate',
    nullable: true,
    description: 'What one USD of usage is in the currency; null for USD.',
  })
  usdRatePico!: bigint | null;

  @Field(() => LocalDateScalar, { nullable: true, description: 'The day of that rate; null for USD.' })
  usdRateDay!: string | null;

  @Field(() => PlanInterval, { description: 'How long its periods are.' })
  interval!: PlanInterval;

  @Field(() => PeriodAnchoring, { description: 'On which day its periods begin.' })
  anchoring!: PeriodAnchoring;

  @Field(() => DecimalScalar, { name: 'baseFee', description: 'For each period, in advance.' })
  baseFeePico!: bigint;

  @Field(() => DecimalScalar, { name: 'includedCredit', description: 'Of usage, free in each period.' })
  includedCreditPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'minimumSpend',
    nullable: true,
    description: 'What fee and usage of a period come to at least; null: nothing.',
  })
  minimumSpendPico!: bigint | null;

  @Field(() => DecimalScalar, {
    name: 'maximumSpend',
    nullable: true,
    description: 'What fee and usage of a period come to at most; null: no end.',
  })
  maximumSpendPico!: bigint | null;

  @Field(() => Int, { description: 'Days from the start of a subscription on which there is no base fee.' })
  trialDays!: number;

  @Field(() => Int, { description: 'Days from the day on which an invoice got its number until it is due.' })
  paymentTermDays!: number;

  @Field(() => [PlanMarkup], { description: 'What is added to costs; the most specific one counts.' })
  markups!: PlanMarkup[];

  @Field(() => [TieredUnit], { description: 'Units that are billed by tables; all others by what they cost.' })
  tieredUnits!: TieredUnit[];
}

export function tierTableOf(unit: TieredUnit): TierTable {
  const { mode, tiers, packagePricePico, packageSize, freeUnits } = unit;
  if (mode !== TierMode.PACKAGE) return { mode, tiers };
  return { mode, pricePico: packagePricePico ?? 0n, size: packageSize ?? 1n, freeUnits: freeUnits ?? 0n };
}

/** How `PlanTerms` stand in the database: amounts and quantities as digits. */
export type PlanTermsJson = Stored<PlanTerms>;

type Stored<T> = T extends bigint
  ? string
  : T extends readonly (infer Item)[]
    ? Stored<Item>[]
    : T extends object
      ? { [Key in keyof T]: Stored<T[Key]> }
      : T;

export function termsToJson(terms: PlanTerms): PlanTermsJson {
  const text = JSON.stringify(terms, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return JSON.parse(text) as PlanTermsJson;
}

const amount = (digits: string | null): bigint | null => (digits === null ? null : BigInt(digits));

export function termsFromJson(json: PlanTermsJson): PlanTerms {
  return {
    ...json,
    usdRatePico: amount(json.usdRatePico),
    baseFeePico: BigInt(json.baseFeePico),
    includedCreditPico: BigInt(json.includedCreditPico),
    minimumSpendPico: amount(json.minimumSpendPico),
    maximumSpendPico: amount(json.maximumSpendPico),
    markups: json.markups.map((markup) => ({ ...markup, percent: BigInt(markup.percent) })),
    tieredUnits: json.tieredUnits.map((unit) => ({
      ...unit,
      tiers: unit.tiers.map((tier) => ({
        upTo: amount(tier.upTo),
        pricePico: BigInt(tier.pricePico),
        per: BigInt(tier.per),
        flatFeePico: BigInt(tier.flatFeePico),
      })),
      packagePricePico: amount(unit.packagePricePico),
      packageSize: amount(unit.packageSize),
      freeUnits: amount(unit.freeUnits),
    })),
  };
}
