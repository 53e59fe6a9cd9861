/** Units and quantities of them, as they stand in the API. */
import { Field, InputType } from 'type-graphql';
import { badInput } from '../errors.js';
import { QuantityScalar } from '../scalars.js';
import { describeExcess, findExcess, parseQuantity, type Quantities, quantityRule } from './quantity.js';
import { UsageUnit } from './usage-unit-enum.js';

@InputType({ description: 'How much of one unit a call used.' })
export class QuantityInput {
  @Field(() => UsageUnit, { description: 'The unit.' })
  unit!: UsageUnit;

  @Field(() => QuantityScalar, { description: 'How much of it.' })
  quantity!: string;
}

/** A quantity as it was said, with the path of its field. */
export type SaidQuantity = readonly [unit: UsageUnit, text: string, path: readonly (string | number)[]];

/**
 * Reads quantities that were said one by one.
 * @param path where all of them stand: named where parts come to more than their whole; undefined where that is not to
 * be looked at, because more is to come.
 * @throws ApiError BAD_USER_INPUT
 */
export function collectQuantities(
  said: readonly SaidQuantity[],
  path: readonly (string | number)[] | undefined,
): Quantities {
  const quantities = new Map<UsageUnit, bigint>();
  for (const [unit, text, at] of said) {
    const quantity = parseQuantity(unit, text);
    if (quantity === undefined) throw badInput(at, `${unit} must be ${quantityRule(unit)}.`);
    if (quantities.has(unit)) throw badInput(at, `${unit} was given twice.`);
    quantities.set(unit, quantity);
  }
  const excess = path && findExcess(quantities);
  if (excess) throw badInput(path, describeExcess(excess));
  return quantities;
}
