import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { RefIndex, SealedRef, indexOfRef } from '../../encryption/sealed-column.js';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTimeScalar } from '../../scalars.js';

export enum WebhookEventStatus {
  RECEIVED = 'RECEIVED',
  PROCESSED = 'PROCESSED',
  IGNORED = 'IGNORED',
  PARKED = 'PARKED',
}

registerEnumType(WebhookEventStatus, {
  name: 'WebhookEventStatus',
  description: 'What has become of an event of a payment processor.',
  valuesConfig: {
    RECEIVED: { description: 'Kept, and to be worked off.' },
    PROCESSED: { description: 'What it is about was read again, and these books say the same.' },
    IGNORED: { description: 'Of a kind that changes nothing here.' },
    PARKED: {
      description: 'About something that these books do not have: for a person to look at. Nothing was changed.',
    },
  },
});

/** A pointer and no more: what it is about is read again. Under the processor's own id, so that it is kept once. */
@Entity({ tableName: 'webhook_event' })
@Index({ name: 'webhook_event_received_idx', properties: ['receivedAt', 'id'] })
@Index({ name: 'webhook_event_object_idx', properties: ['processor', 'objectRefIndex'] })
@ObjectType({ description: 'An event that a payment processor told of.' })
export class WebhookEvent {
  @Field(() => String, { description: 'Whose it is: `stripe`.' })
  @PrimaryKey({ type: 'text' })
  processor!: string;

  @Field(() => ID, { name: 'eventId', description: 'The processor’s own id of it, such as `evt_…`.' })
  @PrimaryKey({ type: 'text' })
  id!: string;

  @Field(() => String, { description: 'The processor’s word, such as `payment_intent.succeeded`.' })
  @Property({ type: 'text' })
  kind!: string;

  @Field(() => String, { nullable: true, description: 'What it is about, in the processor’s words; null: nothing.' })
  @Property({ type: SealedRef, nullable: true })
  objectRef!: string | null;

  /** By which it is found: conditions name what is looked for itself. */
  @Property({ type: RefIndex, nullable: true, generated: indexOfRef('object_ref') })
  objectRefIndex?: string | null;

  @Field(() => WebhookEventStatus, { description: 'What has become of it.' })
  @Property({ type: 'text' })
  status!: WebhookEventStatus;

  @Field(() => String, {
    nullable: true,
    description: 'Why it is parked, or was tried in vain; null where it was not.',
  })
  @Property({ type: 'text', nullable: true })
  note!: string | null;

  @Field(() => Int, { description: 'How often it was tried in vain.' })
  @Property({ type: 'int' })
  tries!: number;

  @Field(() => DateTimeScalar, { description: 'When it happened, by the processor.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it was first kept here.' })
  @Property({ type: 'timestamptz' })
  receivedAt!: Date;

  @Property({ type: 'timestamptz', nullable: true })
  lookAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was worked off; null while it is not.' })
  @Property({ type: 'timestamptz', nullable: true })
  endedAt!: Date | null;
}

/** Up to when events were asked for, so that those that never arrived are found. */
@Entity({ tableName: 'webhook_mark' })
export class WebhookMark {
  @PrimaryKey({ type: 'text' })
  processor!: string;

  @Property({ type: 'timestamptz' })
  seenTo!: Date;

  @Property({ type: 'timestamptz' })
  lookAt!: Date;

  /** How many requests were not signed as they must be. */
  @Property({ type: 'bigint', runtimeType: 'bigint', defaultRaw: '0' })
  forgedCount!: bigint;
}
