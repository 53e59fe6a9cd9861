import { Field, Int, ObjectType } from 'type-graphql';
import { DecimalScalar, LocalDateScalar } from '../../scalars.js';
import type { Day } from '../amount/proration.js';
import { InvoiceLine } from './invoice-line.js';

@ObjectType({ description: 'The next invoice of a subscription as it would be with the usage so far.' })
export class UpcomingInvoice {
  @Field(() => Int, { description: 'Its place among those of the subscription.' })
  sequence!: number;

  @Field(() => LocalDateScalar, { description: 'From which day on it can be made.' })
  dueFromDay!: Day;

  @Field(() => String, { description: 'ISO 4217 code.' })
  currency!: string;

  @Field(() => LocalDateScalar, { nullable: true, description: 'Of the usage; null for the first invoice.' })
  periodFirstDay!: Day | null;

  @Field(() => LocalDateScalar, { nullable: true, description: 'Of the usage; null for the first invoice.' })
  periodLastDay!: Day | null;

  @Field(() => DecimalScalar, { name: 'subtotal', description: 'As of an invoice.' })
  subtotalPico!: bigint;

  @Field(() => DecimalScalar, { name: 'tax', description: 'As of an invoice.' })
  taxPico!: bigint;

  @Field(() => DecimalScalar, { name: 'total', description: 'As of an invoice.' })
  totalPico!: bigint;

  @Field(() => DecimalScalar, { name: 'carried', description: 'As of an invoice.' })
  carriedPico!: bigint;

  @Field(() => DecimalScalar, { name: 'remainder', description: 'As of an invoice.' })
  remainderPico!: bigint;

  @Field(() => [InvoiceLine], { description: 'Its lines.' })
  lines!: InvoiceLine[];

  @Field(() => DecimalScalar, {
    name: 'broughtForward',
    description: 'What the invoice before left to it, being less than the least payment.',
  })
  broughtForwardPico!: bigint;

  @Field(() => DecimalScalar, { name: 'creditsApplied', description: 'What prepaid credits would pay of it by now.' })
  creditsPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'amountDue',
    description: 'What would be left to be paid; less than the least payment is carried forward.',
  })
  duePico!: bigint;
}
