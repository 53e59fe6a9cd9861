import { Field, ObjectType } from 'type-graphql';
import type { PicoUsd } from '../../money.js';
import { DecimalScalar, QuantityScalar } from '../../scalars.js';
import { marginPercentPico } from '../../usage/margin.js';

@ObjectType({ description: 'Usage of a month in USD: exact, with what could not be priced beside it.' })
export class FinancialUsage {
  @Field(() => QuantityScalar, { description: 'How many records; a reversal takes one back.' })
  recordCount!: bigint;

  @Field(() => QuantityScalar, { description: 'How many of them have no price yet: cost and charge are without them.' })
  unpricedCount!: bigint;

  @Field(() => QuantityScalar, {
    description: 'How many of them used something that their price has no rate for: it is in the sums with 0.',
  })
  unratedCount!: bigint;

  @Field(() => DecimalScalar, { name: 'cost', description: 'USD, exact: what the providers charge.' })
  costPicoUsd!: PicoUsd;

  @Field(() => DecimalScalar, { name: 'charge', description: 'USD, exact: the cost with markups.' })
  chargePicoUsd!: PicoUsd;

  @Field(() => DecimalScalar, { description: 'USD, exact: the gross margin, charge less cost.' })
  get margin(): PicoUsd {
    return this.chargePicoUsd - this.costPicoUsd;
  }

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'The gross margin in percent of the charge, half-even to 4 decimals; null where the charge is 0.',
  })
  get marginPercent(): bigint | null {
    return marginPercentPico(this.costPicoUsd, this.chargePicoUsd);
  }
}

@ObjectType({ description: 'Usage of a model in a month.' })
export class FinancialModelUsage extends FinancialUsage {
  @Field(() => String, {
    nullable: true,
    description: 'The provider as resolved, or as sent while unpriced. Null for deductions, and where none was sent.',
  })
  provider!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The model as resolved, or as sent while unpriced. Null for deductions.',
  })
  model!: string | null;
}
