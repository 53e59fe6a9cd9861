import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { PicoUsdColumn } from '../money-column.js';
import type { PicoUsd } from '../money.js';
import { Node } from '../node.js';
import { DateTimeScalar, DecimalScalar } from '../scalars.js';
import { RepriceRow, rowFromJson, type RepriceRowJson } from './reprice-row.js';

/** A reprice under way or done. What it has done so far is what its rows say of the records up to its place. */
@Entity({ tableName: 'reprice' })
@ObjectType({
  implements: Node,
  description: 'A reprice: the calls of a model and a period, by the prices that were in force when it began.',
})
export class Reprice {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @Field(() => String, { description: 'The caller’s key of it.' })
  @PrimaryKey({ type: 'text' })
  idempotencyKey!: string;

  @Property({ type: 'blob' })
  contentHash!: Buffer;

  @Field(() => String, { description: 'The provider of the model.' })
  @Property({ type: 'text' })
  provider!: string;

  @Field(() => String, { description: 'The model.' })
  @Property({ type: 'text' })
  model!: string;

  @Field(() => DateTimeScalar, { name: 'from', description: 'Calls that ran at this instant or later.' })
  @Property({ type: 'timestamptz' })
  fromAt!: Date;

  @Field(() => DateTimeScalar, { name: 'to', description: 'Calls that ran before this instant.' })
  @Property({ type: 'timestamptz' })
  toAt!: Date;

  @Field(() => String, { description: 'Why, in the words of whoever asked for it.' })
  @Property({ type: 'text' })
  reason!: string;

  @Field(() => DecimalScalar, {
    name: 'expectedChargeDifference',
    nullable: true,
    description:
      'USD: the expectedChargeDifference that it was begun with; null without one. The same call says it again.',
  })
  @Property({ type: PicoUsdColumn, nullable: true })
  expectedChargePicoUsd!: PicoUsd | null;

  /** The versions of the price when it began: of an instant the first that is in force. */
  @Property({ type: 'uuid[]' })
  pricingIds!: string[];

  /** The id of the actor. */
  @Property({ type: 'uuid' })
  startedBy!: string;

  @Field(() => DateTimeScalar, { description: 'When it began.' })
  @Property({ type: 'timestamptz' })
  startedAt!: Date;

  /** Who moves the place counts one: of several at once one does, and the others go on from there. */
  @Property({ type: 'int' })
  pageCount!: number;

  /** The last record that it was through with; null, with the two below, at the beginning. */
  @Property({ type: 'uuid', nullable: true })
  placeAccountId!: string | null;

  /** Read by SQL as text, with all its digits. */
  @Property({ type: 'timestamptz', nullable: true })
  placeOccurredAt!: string | null;

  @Property({ type: 'text', nullable: true })
  placeKey!: string | null;

  @Property({ type: 'jsonb' })
  months!: readonly RepriceRowJson[];

  @Field(() => DateTimeScalar, { nullable: true, description: 'When all was done; null while something is left.' })
  @Property({ type: 'timestamptz', nullable: true })
  completedAt!: Date | null;
}

/** What is done so far, in the order of the months. */
export function rowsOf({ months }: Reprice): RepriceRow[] {
  return months.map(rowFromJson);
}

@ObjectType({ description: 'What a reprice would do now. Nothing is changed.' })
export class RepricePreview {
  @Field(() => String, { description: 'The provider of the model.' })
  provider!: string;

  @Field(() => String, { description: 'The model.' })
  model!: string;

  @Field(() => [RepriceRow], { description: 'One row for each local month with such calls, in their order.' })
  rows!: RepriceRow[];

  @Field(() => RepriceRow, { description: 'The sums of all rows.' })
  totals!: RepriceRow;
}
