import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { RefIndex, SealedJson, SealedRef, SealedText, indexOfRef } from '../../encryption/sealed-column.js';
import { Field, Int, ObjectType } from 'type-graphql';
import { PicoUsdColumn } from '../../money-column.js';
import { Node } from '../../node.js';
import { DateTimeScalar, DecimalScalar } from '../../scalars.js';
import { PaymentStatus } from './payment-status.js';
import type { PaymentOrder } from './processor.js';

@Entity({ tableName: 'payment' })
@Index({ name: 'payment_invoice_idx', properties: ['organizationId', 'invoiceId'] })
@Index({ name: 'payment_ended_idx', properties: ['organizationId', 'endedAt'] })
@Unique({ name: 'payment_key', properties: ['organizationId', 'idempotencyKey'] })
@Unique({ name: 'payment_attempt_key', properties: ['organizationId', 'invoiceId', 'attempt'] })
@Unique({ name: 'payment_processor_key', properties: ['organizationId', 'processorRefIndex'] })
@ObjectType({
  implements: Node,
  description:
    'One attempt to collect an invoice, or money that came in by hand. Amounts are in the invoice’s currency.',
})
export class Payment {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'uuid' })
  invoiceId!: string;

  @Field(() => String, {
    description:
      'How it came: `manual` for a transfer that somebody has seen, else the name of the processor, `stripe`.',
  })
  @Property({ type: 'text' })
  processor!: string;

  @Field(() => PaymentStatus, { description: 'What has become of it. Only what SUCCEEDED is paid.' })
  @Property({ type: 'text', default: PaymentStatus.SUCCEEDED })
  status!: PaymentStatus;

  @Field(() => DecimalScalar, { name: 'amount', description: 'What it is to bring, or brought.' })
  @Property({ type: PicoUsdColumn })
  amountPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'credited',
    description:
      'What of it came in when less was still to be paid, and became prepaid credit of the account; 0 where all of it paid the invoice.',
  })
  @Property({ type: PicoUsdColumn, defaultRaw: '0' })
  creditedPico!: bigint;

  @Field(() => Int, {
    nullable: true,
    description: 'Its place among the attempts to collect the invoice, from 1; null where it came by hand.',
  })
  @Property({ type: 'int', nullable: true })
  attempt!: number | null;

  @Field(() => Boolean, {
    name: 'scheduled',
    description: 'Whether it was begun without a person. Only these count as failed attempts of the invoice.',
  })
  @Property({ type: 'boolean', default: false })
  isScheduled!: boolean;

  /** Shown as `method`. null where it came by hand, and where these books do not have it any more. */
  @Property({ type: 'uuid', nullable: true })
  methodId!: string | null;

  /** Under which it is asked of the processor, and asked again. Stored before it is asked. */
  @Property({ type: 'text', nullable: true })
  processorKey!: string | null;

  /** What it is asked of the processor, to the letter. */
  @Property({ type: SealedJson, nullable: true })
  processorOrder!: PaymentOrder | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the processor calls it; null while that is not known, and where it came by hand.',
  })
  @Property({ type: SealedRef, nullable: true })
  processorRef!: string | null;

  /** By which it is found: conditions name what is looked for itself. */
  @Property({ type: RefIndex, nullable: true, generated: indexOfRef('processor_ref') })
  processorRefIndex?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Why it failed, or why an action is required, in the words of the processor, such as `insufficient_funds` or `authentication_required`; null where it did not.',
  })
  @Property({ type: 'text', nullable: true })
  declineCode!: string | null;

  /** Said by whoever paid, or asked for the attempt. */
  @Property({ type: 'text', nullable: true })
  idempotencyKey!: string | null;

  @Property({ type: 'text', nullable: true })
  contentHash!: string | null;

  @Field(() => String, { nullable: true, description: 'What it can be found by; null where nothing was said.' })
  @Property({ type: SealedText, nullable: true })
  reference!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was told of, or begun.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  /** When the processor was first asked for it. */
  @Property({ type: 'timestamptz', nullable: true })
  sentAt!: Date | null;

  /** When it is looked after next; null where nothing is to be done. */
  @Property({ type: 'timestamptz', nullable: true })
  lookAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was known to have succeeded, failed or been given up; null while it is under way.',
  })
  @Property({ type: 'timestamptz', nullable: true, defaultRaw: 'tollgate_now()' })
  endedAt!: Date | null;
}

/** A payment that came by hand, as it is written. */
export const BY_HAND = {
  ...{ status: PaymentStatus.SUCCEEDED, creditedPico: 0n, attempt: null, isScheduled: false, methodId: null },
  ...{ processorKey: null, processorOrder: null, processorRef: null, declineCode: null, sentAt: null, lookAt: null },
};
