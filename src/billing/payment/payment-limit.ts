import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { PicoUsdColumn } from '../../money-column.js';
import { DecimalScalar } from '../../scalars.js';

@Entity({ tableName: 'payment_limit' })
@ObjectType({ description: 'What one payment of a currency may be.' })
export class PaymentLimit {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @Field(() => String, { description: 'ISO 4217 code.' })
  @PrimaryKey({ type: 'text' })
  currency!: string;

  @Field(() => DecimalScalar, {
    name: 'least',
    description: 'An invoice that is due for less leaves that to the next one, where another follows; 0: none does.',
  })
  @Property({ type: PicoUsdColumn })
  leastPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'most',
    nullable: true,
    description: 'What is due for more is paid in parts, none above this; null: in one.',
  })
  @Property({ type: PicoUsdColumn, nullable: true })
  mostPico!: bigint | null;
}
