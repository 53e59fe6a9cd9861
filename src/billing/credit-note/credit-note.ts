import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { SealedText } from '../../encryption/sealed-column.js';
import { Field, ObjectType } from 'type-graphql';
import { PicoUsdColumn } from '../../money-column.js';
import { Node } from '../../node.js';
import { DateTimeScalar, DecimalScalar } from '../../scalars.js';

@Entity({ tableName: 'credit_note' })
@Index({ name: 'credit_note_invoice_idx', properties: ['organizationId', 'invoiceId'] })
@Unique({ name: 'credit_note_number_key', properties: ['organizationId', 'number'] })
@Unique({ name: 'credit_note_key', properties: ['organizationId', 'idempotencyKey'] })
@ObjectType({
  implements: Node,
  description:
    'Takes back a part of an invoice that has its number: first of what is still to be paid, the rest by a refund or as prepaid credit. Amounts are in the invoice’s currency.',
})
export class CreditNote {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'uuid' })
  invoiceId!: string;

  /** Shown as text. */
  @Property({ type: 'bigint', runtimeType: 'bigint' })
  number!: bigint;

  @Property({ type: 'text' })
  idempotencyKey!: string;

  @Property({ type: 'text' })
  contentHash!: string;

  @Field(() => DecimalScalar, { name: 'amount', description: 'All that it takes back, taxes included.' })
  @Property({ type: PicoUsdColumn })
  amountPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'tax',
    description:
      'The part of it that is tax: half-even to what can be paid in the currency, and with the credit notes before the part of all of them.',
  })
  @Property({ type: PicoUsdColumn })
  taxPico!: bigint;

  @Field(() => DecimalScalar, { name: 'reduced', description: 'What it took off what was still to be paid.' })
  @Property({ type: PicoUsdColumn })
  reducedPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'refunded',
    description: 'What goes back of what had been paid: by the processor see its refunds, the rest by hand.',
  })
  @Property({ type: PicoUsdColumn })
  refundedPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'credited',
    description: 'What became prepaid credit, refunds that failed included.',
  })
  @Property({ type: PicoUsdColumn })
  creditedPico!: bigint;

  @Field(() => String, { nullable: true, description: 'What the refund is found by; null where nothing was said.' })
  @Property({ type: SealedText, nullable: true })
  refundReference!: string | null;

  @Field(() => String, { description: 'What it is for.' })
  @Property({ type: 'text' })
  reason!: string;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;
}
