/** What the tiers of a plan make of quantities, row by row. */
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { collectQuantities } from '../../catalog/unit-quantity.js';
import { formatQuantity } from '../../catalog/quantity.js';
import { UsageUnit } from '../../catalog/usage-unit-enum.js';
import { unitDefinition } from '../../catalog/usage-unit.js';
import { badInput } from '../../errors.js';
import { DecimalScalar, QuantityScalar } from '../../scalars.js';
import { currencyOf } from '../amount/currency.js';
import { exact, roundTo } from '../amount/exact.js';
import { TieredUnit, tierTableOf, type PlanTerms } from './plan-terms.js';
import { amountOf, tierLines, type TierLine } from './tier.js';

type Path = readonly (string | number)[];

@InputType({ description: 'How much of a unit a period would have.' })
export class QuotedUsageInput {
  @Field(() => UsageUnit, { description: 'The unit.' })
  unit!: UsageUnit;

  @Field(() => QuantityScalar, { description: 'How much of it.' })
  quantity!: string;

  @Field(() => String, { nullable: true, description: 'Of which provider; left out: of none that the plan names.' })
  provider?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of which of its models; left out: of none that the plan names.',
  })
  model?: string | null;
}

@ObjectType({ description: 'What one tier makes of the quantity that lies in it.' })
export class TierShare {
  @Field(() => Int, { description: 'The tier, from 0; of a PACKAGE 0.' })
  tier!: number;

  @Field(() => QuantityScalar, { description: 'Units that lie in it; of a PACKAGE, packages that are begun.' })
  quantity!: string;

  @Field(() => DecimalScalar, { name: 'price', description: 'In the plan’s currency, for `per` of them.' })
  pricePico!: bigint;

  @Field(() => QuantityScalar, { description: 'How many the price is for.' })
  per!: bigint;

  @Field(() => DecimalScalar, { name: 'flatFee', description: 'In the plan’s currency, once.' })
  flatFeePico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'amount',
    description: 'quantity * price / per + flatFee, in the plan’s currency, half-even to 12 places.',
  })
  amountPico!: bigint;
}

@ObjectType({ description: 'What one row of a plan’s tiers makes of a period’s quantity.' })
export class TieredCharge {
  @Field(() => TieredUnit, { description: 'The row.' })
  row!: TieredUnit;

  @Field(() => QuantityScalar, { description: 'The quantity that it is for.' })
  quantity!: string;

  @Field(() => [TierShare], { description: 'Tier by tier; nothing used lies in none.' })
  shares!: TierShare[];

  @Field(() => DecimalScalar, {
    name: 'amount',
    description: 'The exact sum of the shares, half-even to what can be paid in the plan’s currency.',
  })
  amountPico!: bigint;
}

/** The most specific row that a unit of a model is billed by; undefined where it is billed by its cost. */
export function rowOf(
  terms: PlanTerms,
  unit: UsageUnit,
  provider: string | null | undefined,
  model: string | null | undefined,
): TieredUnit | undefined {
  const fits = (of: TieredUnit) =>
    of.unit === unit && (of.provider === null || of.provider === provider) && (of.model === null || of.model === model);
  const rank = (of: TieredUnit) => Number(of.provider !== null) + Number(of.model !== null);
  return terms.tieredUnits.filter(fits).sort((a, b) => rank(b) - rank(a))[0];
}

/** Rows that are more specific than the one of these, which has what they have not. */
export function rowsWithin(
  terms: PlanTerms,
  { unit, provider, model }: Pick<TieredUnit, 'unit' | 'provider' | 'model'>,
) {
  const isWithin = (of: TieredUnit) =>
    of.unit === unit &&
    of.provider !== null &&
    (provider === null || (of.provider === provider && model === null && of.model !== null));
  return terms.tieredUnits.filter(isWithin).map((of) => ({ provider: of.provider, model: of.model }));
}

/** @throws ApiError BAD_USER_INPUT where a quantity is wrong, or its unit is billed by its cost. */
export function quote(terms: PlanTerms, usage: readonly QuotedUsageInput[], path: Path): TieredCharge[] {
  const steps = new Map<TieredUnit, bigint>();
  for (const [index, { unit, quantity, provider, model }] of usage.entries()) {
    const said = collectQuantities([[unit, quantity, [...path, index, 'quantity']]], undefined);
    const row = rowOf(terms, unit, provider, model);
    if (!row) throw badInput([...path, index, 'unit'], `The plan bills ${unit} by its cost.`);
    steps.set(row, (steps.get(row) ?? 0n) + (said.get(unit) ?? 0n));
  }
  return terms.tieredUnits.flatMap((row) => {
    const quantity = steps.get(row);
    return quantity === undefined ? [] : [tieredCharge(terms, row, quantity)];
  });
}

/** @param steps of the unit: microseconds of durations, else the unit itself. */
function tieredCharge(terms: PlanTerms, row: TieredUnit, steps: bigint): TieredCharge {
  const currency = currencyOf(terms.currency);
  if (!currency) throw new Error(`Terms are in ${terms.currency}, which is no currency.`);
  const lines = tierLines(tierTableOf(row), exact(steps, unitDefinition(row.unit).stepsPerUnit));
  return {
    row,
    quantity: formatQuantity(row.unit, steps),
    shares: lines.map((line) => shareOf(line, row.unit)),
    amountPico: roundTo(currency.stepPico, amountOf(lines)),
  };
}

function shareOf({ quantity, amountPico, ...line }: TierLine, unit: UsageUnit): TierShare {
  const { stepsPerUnit } = unitDefinition(unit);
  const steps = (quantity.numerator * stepsPerUnit) / quantity.denominator;
  return { ...line, quantity: formatQuantity(unit, steps), amountPico: roundTo(1n, amountPico) };
}
