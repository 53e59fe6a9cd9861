import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { PicoUsdColumn } from '../money-column.js';
import type { PicoUsd } from '../money.js';
import { UsageUnit } from '../catalog/usage-unit-enum.js';
import { Node } from '../node.js';
import { DateTimeScalar, DecimalScalar, QuantityScalar } from '../scalars.js';
import { UnpricedReason } from './unpriced-reason.js';

export enum UsageKind {
  CALL = 'CALL',
  DEDUCTION = 'DEDUCTION',
  REVERSAL = 'REVERSAL',
}

registerEnumType(UsageKind, {
  name: 'UsageKind',
  description: 'What a usage record stands for.',
  valuesConfig: {
    CALL: { description: 'A finished call of a model.' },
    DEDUCTION: { description: 'An amount that is not tokens.' },
    REVERSAL: { description: 'The exact negation of a record that was corrected.' },
  },
});

registerEnumType(UnpricedReason, {
  name: 'UnpricedReason',
  description:
    'Why a record has no price yet. It is priced later, once, when a price for it is known, unless it is VOIDED before.',
  valuesConfig: {
    UNKNOWN_MODEL: { description: 'No model of that name is known.' },
    AMBIGUOUS_MODEL: { description: 'Several providers have a model of that name and none was given.' },
    NO_PRICE: { description: 'The model had no price when the call ran.' },
    INCONSISTENT_USAGE: { description: 'The provider’s body counts parts that are more than their whole.' },
    PRICING_DISABLED: { description: 'ENABLE_PRICING was false; only applyReprice prices it.' },
    VOIDED: { description: 'It was corrected before it had a price: its cost and charge are 0 and stay so.' },
  },
});

@ObjectType('Tag', { description: 'One tag of a record.' })
export class TagOf {
  @Field(() => String, { description: 'Its key.' })
  key!: string;

  @Field(() => String, { description: 'Its value.' })
  value!: string;
}

@ObjectType({ description: 'How much of one unit.' })
export class UnitQuantity {
  @Field(() => UsageUnit, { description: 'The unit.' })
  unit!: UsageUnit;

  @Field(() => QuantityScalar, { description: 'How much of it; seconds for durations.' })
  quantity!: string;
}

/** Written by record_usage alone; only the pricing columns ever change, once, from null. */
@Entity({ tableName: 'usage_record' })
@ObjectType({
  implements: Node,
  description:
    'One finished call or deduction: what was used, at which rates, and its exact cost. It never changes, but for a price that comes later.',
})
export class UsageRecord {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @Field(() => String, { description: 'The caller’s key of the call.' })
  @PrimaryKey({ type: 'text' })
  idempotencyKey!: string;

  @PrimaryKey({ type: 'date' })
  keyDay!: string;

  @Field(() => UsageKind, { description: 'What it stands for.' })
  @Property({ type: 'text' })
  kind!: UsageKind;

  @Property({ type: 'blob' })
  contentHash!: Buffer;

  @Property({ type: 'uuid' })
  batchId!: string;

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

  @Property({ type: 'uuid', nullable: true })
  reservationId!: string | null;

  @Field(() => String, { nullable: true, description: 'The provider as the caller sent it; null where none was sent.' })
  @Property({ type: 'text', nullable: true })
  providerSent!: string | null;

  @Field(() => String, { nullable: true, description: 'The model as the caller sent it; null for a deduction.' })
  @Property({ type: 'text', nullable: true })
  modelSent!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The provider as resolved; null while unpriced and for a deduction.',
  })
  @Property({ type: 'text', nullable: true })
  provider!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The model as resolved; null while unpriced and for a deduction.',
  })
  @Property({ type: 'text', nullable: true })
  model!: string | null;

  @Property({ type: 'jsonb' })
  quantities!: Readonly<Record<string, string>>;

  @Property({ type: 'jsonb', nullable: true })
  providerUsage!: unknown;

  @Property({ type: 'jsonb', nullable: true })
  tags!: Readonly<Record<string, string>> | null;

  @Field(() => String, { nullable: true, description: 'What a deduction was for; null without a reason.' })
  @Property({ type: 'text', nullable: true })
  reason!: string | null;

  @Property({ type: 'uuid', nullable: true })
  pricingId!: string | null;

  @Property({ type: 'jsonb', nullable: true })
  lines!: readonly unknown[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'true where something was used that the price has no rate for: its line has a null rate. Null while unpriced.',
  })
  @Property({ type: 'boolean', nullable: true })
  hasUnratedUnits!: boolean | null;

  @Field(() => UnpricedReason, {
    nullable: true,
    description: 'Why there is, or was, no price at first; null where it was priced at once.',
  })
  @Property({ type: 'text', nullable: true })
  unpricedReason!: UnpricedReason | null;

  @Property({ type: 'numeric', nullable: true })
  markup!: string | null;

  @Field(() => DecimalScalar, {
    name: 'cost',
    nullable: true,
    description: 'USD, exact: what the provider charges. Null while unpriced.',
  })
  @Property({ type: PicoUsdColumn, fieldName: 'cost_pico_usd', nullable: true })
  costPicoUsd!: PicoUsd | null;

  @Field(() => DecimalScalar, {
    name: 'charge',
    nullable: true,
    description: 'USD, exact: what budgets count; the cost with markups. Null while unpriced.',
  })
  @Property({ type: PicoUsdColumn, fieldName: 'charge_pico_usd', nullable: true })
  chargePicoUsd!: PicoUsd | null;

  @Field(() => DateTimeScalar, { description: 'When the call ran: decides price and reports.' })
  @Property({ type: 'timestamptz' })
  occurredAt!: Date;

  @Field(() => DateTimeScalar, { description: 'The instant that decides the budget periods it counts on.' })
  @Property({ type: 'timestamptz' })
  budgetAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it was written.' })
  @Property({ type: 'timestamptz' })
  recordedAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it got its price; null while unpriced.' })
  @Property({ type: 'timestamptz', nullable: true })
  pricedAt!: Date | null;

  @Property({ type: 'timestamptz', nullable: true })
  billableAt!: Date | null;

  /** The call that gave it its price later; null where it came with one, or has none. */
  @Property({ type: 'uuid', nullable: true })
  pricingBatchId!: string | null;
}
