import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { PicoUsdColumn } from '../money-column.js';
import { Node } from '../node.js';
import { DateTimeScalar, DecimalScalar } from '../scalars.js';

export enum ReservationState {
  HELD = 'HELD',
  SETTLED = 'SETTLED',
  RELEASED = 'RELEASED',
  EXPIRED = 'EXPIRED',
}

registerEnumType(ReservationState, {
  name: 'ReservationState',
  description: 'What has become of a reservation. From HELD it goes to one of the others, and stays there.',
  valuesConfig: {
    HELD: { description: 'Its amount is held on every budget of its path.' },
    SETTLED: { description: 'Its call was recorded: the real charge is spent in place of what was held.' },
    RELEASED: { description: 'The caller gave it up; nothing is held.' },
    EXPIRED: { description: 'Its time ran out; nothing is held. What its call cost can still be recorded.' },
  },
});

/**
 * Money held for a call that has not ended. Path, held rows and price version are frozen on it. Written by the hot
 * functions alone, never deleted.
 */
@Entity({ tableName: 'reservation' })
@ObjectType({ implements: Node, description: 'Money held for one call on every budget above it, before it runs.' })
export class Reservation {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  /** A uuid v7 whose millisecond is `createdAt`. */
  @PrimaryKey({ type: 'uuid', fieldName: 'id' })
  reservationId!: string;

  @Property({ type: 'uuid' })
  accountId!: string;

  @Property({ type: 'uuid', nullable: true })
  userId!: string | null;

  @Property({ type: 'uuid', nullable: true })
  teamId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The caller’s id of the agent run or session; null without one.',
  })
  @Property({ type: 'text', nullable: true })
  runId!: string | null;

  @Property({ type: 'text', nullable: true })
  providerSent!: string | null;

  @Property({ type: 'text', nullable: true })
  modelSent!: string | null;

  @Field(() => String, { nullable: true, description: 'The provider as resolved; null where no model was resolved.' })
  @Property({ type: 'text', nullable: true })
  provider!: string | null;

  @Field(() => String, { nullable: true, description: 'The model as resolved; null where none was resolved.' })
  @Property({ type: 'text', nullable: true })
  model!: string | null;

  /** The price version that the amount was worked out by; null where the caller said the amount. */
  @Property({ type: 'uuid', nullable: true })
  pricingId!: string | null;

  @Field(() => DecimalScalar, { name: 'amount', description: 'USD held, or that was held, extensions included.' })
  @Property({ type: PicoUsdColumn, fieldName: 'amount_pico_usd' })
  amountPicoUsd!: bigint;

  @Field(() => ReservationState, { description: 'What has become of it.' })
  @Property({ type: 'text' })
  state!: ReservationState;

  /** With `periodStarts` the period rows that it is held on; a budget that is set later comes at the end. */
  @Property({ type: 'uuid[]' })
  budgetIds!: string[];

  @Property({ type: 'timestamptz[]' })
  periodStarts!: Date[];

  @Field(() => DateTimeScalar, { description: 'When it was made: decides the budget periods that its call counts on.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it expires unless it is settled or released before.' })
  @Property({ type: 'timestamptz' })
  expiresAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was settled, released or expired; null while HELD.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  endedAt!: Date | null;

  /** The key of the usage record that settled it. */
  @Property({ type: 'text', nullable: true })
  usageKey!: string | null;

  @Property({ type: 'date', nullable: true })
  usageKeyDay!: string | null;
}

/** The keys of reserve and extend, which are one key space. Only what took effect is here. */
@Entity({ tableName: 'reservation_key' })
export class ReservationKey {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'text' })
  idempotencyKey!: string;

  @PrimaryKey({ type: 'date' })
  keyDay!: string;

  @Property({ type: 'blob' })
  contentHash!: Buffer;

  @Property({ type: 'uuid' })
  reservationId!: string;

  /** What was decided then. */
  @Property({ type: 'text' })
  outcome!: string;

  @Property({ type: 'text' })
  reason!: string;

  @Property({ type: 'boolean' })
  wouldDeny!: boolean;
}
