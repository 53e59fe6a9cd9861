import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { RefIndex, SealedRef, indexOfRef } from '../../encryption/sealed-column.js';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { PicoUsdColumn } from '../../money-column.js';
import { DateTimeScalar, DecimalScalar } from '../../scalars.js';

export enum RefundStatus {
  PENDING = 'PENDING',
  SUCCEEDED = 'SUCCEEDED',
  FAILED = 'FAILED',
}

registerEnumType(RefundStatus, {
  name: 'RefundStatus',
  description: 'What has become of a refund.',
  valuesConfig: {
    PENDING: { description: 'To be asked of the processor, or under way there.' },
    SUCCEEDED: { description: 'The money went back.' },
    FAILED: { description: 'The money could not go back: it became prepaid credit of the account.' },
  },
});

@Entity({ tableName: 'refund' })
@Unique({ name: 'refund_key', properties: ['organizationId', 'processorKeyIndex'] })
@Unique({ name: 'refund_processor_key', properties: ['organizationId', 'processorRefIndex'] })
@Index({ name: 'refund_payment_idx', properties: ['organizationId', 'paymentId'] })
@Index({ name: 'refund_note_idx', properties: ['organizationId', 'creditNoteId'] })
@Index({ name: 'refund_ended_idx', properties: ['organizationId', 'endedAt'] })
@ObjectType({
  description:
    'Money of a payment that goes back by the processor, for a credit note. One that somebody made at the processor has a credit note of its own, for as much as the invoice still allows.',
})
export class Refund {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'uuid' })
  paymentId!: string;

  /** null where nothing of the invoice was left to be noted: it was all taken back before, and this on top. */
  @Property({ type: 'uuid', nullable: true })
  creditNoteId!: string | null;

  @Field(() => DecimalScalar, { name: 'amount', description: 'In the invoice’s currency.' })
  @Property({ type: PicoUsdColumn })
  amountPico!: bigint;

  /** What of it is in what its credit note refunds, or was until it failed. */
  @Property({ type: PicoUsdColumn })
  notedPico!: bigint;

  @Field(() => RefundStatus, { description: 'What has become of it.' })
  @Property({ type: 'text' })
  status!: RefundStatus;

  /** Under which it is asked of the processor, and asked again. Stored before it is asked. */
  @Property({ type: SealedRef })
  processorKey!: string;

  /** By which it is found: conditions name what is looked for itself. */
  @Property({ type: RefIndex, nullable: true, generated: indexOfRef('processor_key') })
  processorKeyIndex?: string | null;

  @Field(() => String, { nullable: true, description: 'What the processor calls it; null while that is not known.' })
  @Property({ type: SealedRef, nullable: true })
  processorRef!: string | null;

  /** By which it is found: conditions name what is looked for itself. */
  @Property({ type: RefIndex, nullable: true, generated: indexOfRef('processor_ref') })
  processorRefIndex?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why it failed, in the processor’s words; null where it did not.',
  })
  @Property({ type: 'text', nullable: true })
  failureReason!: string | null;

  @Property({ type: 'timestamptz', nullable: true })
  lookAt!: Date | null;

  @Field(() => DateTimeScalar, { description: 'When it was begun, or first seen here.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  /** When the processor was first asked for it. */
  @Property({ type: 'timestamptz', nullable: true })
  sentAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When its end was known; null while it is under way.' })
  @Property({ type: 'timestamptz', nullable: true })
  endedAt!: Date | null;
}

export enum DisputeStatus {
  OPEN = 'OPEN',
  WON = 'WON',
  LOST = 'LOST',
}

registerEnumType(DisputeStatus, {
  name: 'DisputeStatus',
  description: 'What has become of a dispute.',
  valuesConfig: {
    OPEN: { description: 'To be answered, or being looked at: the bank holds the money, or only asks.' },
    WON: { description: 'The money is back.' },
    LOST: { description: 'The money is gone.' },
  },
});

@Entity({ tableName: 'dispute' })
@Unique({ name: 'dispute_processor_key', properties: ['organizationId', 'processorRefIndex'] })
@Index({ name: 'dispute_payment_idx', properties: ['organizationId', 'paymentId'] })
@Index({ name: 'dispute_ended_idx', properties: ['organizationId', 'endedAt'] })
@ObjectType({
  description:
    'The bank of whoever paid asks the money of a payment back. It changes neither the invoice nor any budget: what becomes of the debt is for a person to say.',
})
export class Dispute {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'uuid' })
  paymentId!: string;

  @Field(() => String, { description: 'What the processor calls it.' })
  @Property({ type: SealedRef })
  processorRef!: string;

  /** By which it is found: conditions name what is looked for itself. */
  @Property({ type: RefIndex, nullable: true, generated: indexOfRef('processor_ref') })
  processorRefIndex?: string | null;

  @Field(() => DecimalScalar, { name: 'amount', description: 'What is asked back, in the invoice’s currency.' })
  @Property({ type: PicoUsdColumn })
  amountPico!: bigint;

  @Field(() => DisputeStatus, { description: 'What has become of it.' })
  @Property({ type: 'text' })
  status!: DisputeStatus;

  @Field(() => String, { description: 'Why, in the processor’s words, such as `fraudulent`.' })
  @Property({ type: 'text' })
  reason!: string;

  @Field(() => DateTimeScalar, { description: 'When it began.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When its end was known; null while it is open.' })
  @Property({ type: 'timestamptz', nullable: true })
  endedAt!: Date | null;
}
