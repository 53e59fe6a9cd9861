import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { PicoUsdColumn } from '../../money-column.js';
import { Node } from '../../node.js';
import { DateTimeScalar, DecimalScalar } from '../../scalars.js';

@Entity({ tableName: 'credit_grant' })
@Index({ name: 'credit_grant_account_idx', properties: ['organizationId', 'accountId', 'id'] })
@Unique({ name: 'credit_grant_key', properties: ['organizationId', 'idempotencyKey'] })
@ObjectType({
  implements: Node,
  description:
    'Prepaid credit of an account. It pays invoices of its currency when they get their number: the least priority first, then what expires first, then what was granted first. It refuses no call: to stop at nothing, set a budget.',
})
export class CreditGrant {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'uuid' })
  accountId!: string;

  /** null for what an invoice or a credit note left. */
  @Property({ type: 'text', nullable: true })
  idempotencyKey!: string | null;

  @Property({ type: 'text', nullable: true })
  contentHash!: string | null;

  /** What its last invoice came to below 0. */
  @Property({ type: 'uuid', nullable: true })
  invoiceId!: string | null;

  @Property({ type: 'uuid', nullable: true })
  creditNoteId!: string | null;

  /** Whose money came in when less was still to be paid. */
  @Property({ type: 'uuid', nullable: true })
  paymentId!: string | null;

  @Field(() => String, { description: 'ISO 4217 code.' })
  @Property({ type: 'text' })
  currency!: string;

  @Field(() => DecimalScalar, { name: 'amount', description: 'What was granted, in its currency.' })
  @Property({ type: PicoUsdColumn })
  amountPico!: bigint;

  @Field(() => Int, { description: '0 to 1000; the least is consumed first.' })
  @Property({ type: 'int' })
  priority!: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'From then on it pays nothing; null: never.' })
  @Property({ type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  @Field(() => DecimalScalar, {
    name: 'rolloverCap',
    nullable: true,
    description: 'That much of what is left at its expiry stays, at most; null: nothing does.',
  })
  @Property({ type: PicoUsdColumn, nullable: true })
  rolloverCapPico!: bigint | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Until when that stays; null where nothing does.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  rolloverExpiresAt!: Date | null;

  @Field(() => String, { description: 'What it was granted for.' })
  @Property({ type: 'text' })
  reason!: string;

  @Field(() => DateTimeScalar, { description: 'When it was granted.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When what was left of it was taken back; null where it was not.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  voidedAt!: Date | null;
}

/** What an invoice took of a grant. Counts as long as the invoice stands. */
@Entity({ tableName: 'credit_use' })
@Index({ name: 'credit_use_grant_idx', properties: ['organizationId', 'grantId'] })
@ObjectType({ description: 'What an invoice took of prepaid credit.' })
export class CreditUse {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  invoiceId!: string;

  @PrimaryKey({ type: 'uuid' })
  grantId!: string;

  @Field(() => DecimalScalar, { name: 'amount', description: 'In the currency of the invoice.' })
  @Property({ type: PicoUsdColumn })
  amountPico!: bigint;

  @Field(() => DateTimeScalar, { description: 'When the invoice got its number.' })
  @Property({ type: 'timestamptz' })
  usedAt!: Date;
}
