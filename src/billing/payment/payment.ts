import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { PicoUsdColumn } from '../../money-column.js';
import { DateTimeScalar, DecimalScalar } from '../../scalars.js';

@Entity({ tableName: 'payment' })
@Index({ name: 'payment_invoice_idx', properties: ['organizationId', 'invoiceId'] })
@Index({ name: 'payment_created_idx', properties: ['organizationId', 'createdAt'] })
@Unique({ name: 'payment_key', properties: ['organizationId', 'idempotencyKey'] })
@ObjectType({ description: 'Money that came in for an invoice.' })
export class Payment {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'uuid' })
  invoiceId!: string;

  @Field(() => String, { description: 'How it came: `manual` for a transfer that somebody has seen.' })
  @Property({ type: 'text' })
  processor!: string;

  @Field(() => DecimalScalar, { name: 'amount', description: 'In the invoice’s currency.' })
  @Property({ type: PicoUsdColumn })
  amountPico!: bigint;

  /** null where all that was due was paid at once. */
  @Property({ type: 'text', nullable: true })
  idempotencyKey!: string | null;

  @Property({ type: 'text', nullable: true })
  contentHash!: string | null;

  @Field(() => String, { nullable: true, description: 'What it can be found by; null where nothing was said.' })
  @Property({ type: 'text', nullable: true })
  reference!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was told of.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;
}
