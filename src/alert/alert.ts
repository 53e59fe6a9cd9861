import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Account } from '../identity/account.js';
import { PicoUsdColumn } from '../money-column.js';
import { Node } from '../node.js';
import { DateTimeScalar, DecimalScalar } from '../scalars.js';

export enum AlertKind {
  BUDGET_THRESHOLD = 'BUDGET_THRESHOLD',
  RESERVATION_OVERRUN = 'RESERVATION_OVERRUN',
  UNPRICED_USAGE = 'UNPRICED_USAGE',
  PAYMENT_FAILED = 'PAYMENT_FAILED',
  SHARED_PAYMENT_METHOD = 'SHARED_PAYMENT_METHOD',
}

registerEnumType(AlertKind, {
  name: 'AlertKind',
  description: 'Why an alert was raised. More kinds may be added: treat one that you do not know as information.',
  valuesConfig: {
    BUDGET_THRESHOLD: {
      description:
        'What is spent reached a threshold of a budget. Once per budget, period, threshold and limit: spending that falls below through a correction and rises again is silent, a changed limit arms all thresholds anew.',
    },
    RESERVATION_OVERRUN: { description: 'A call cost more than was held for it. Once per reservation.' },
    UNPRICED_USAGE: {
      description: 'Usage of a model without a known price was recorded. Once per model and local day.',
    },
    PAYMENT_FAILED: {
      description:
        'An attempt to collect an invoice brought no money, or waits for whoever pays. Once per payment, whichever comes first.',
    },
    SHARED_PAYMENT_METHOD: {
      description:
        'An account keeps a card or bank account that another account kept before, and so has no trial and no included credit of its plan. Once per account and card or bank account.',
    },
  },
});

const BUDGET_ONLY = 'null where the alert is about no budget.';

/** Written in the transaction of what caused it, by the hot functions and by billing; never by the unit of work. */
@Entity({ tableName: 'alert' })
@Unique({ name: 'alert_key_key', properties: ['organizationId', 'alertKey'] })
@Index({ name: 'alert_account_idx', properties: ['organizationId', 'accountId', 'cursor'] })
@ObjectType({
  implements: Node,
  description: 'Something that a person should know about. Written with what caused it, never changed.',
})
export class Alert {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  /** Its place in the organization's feed: the order of cursors is the order of commits. */
  @PrimaryKey({ type: 'bigint', runtimeType: 'bigint' })
  cursor!: bigint;

  @Field(() => AlertKind, { description: 'Why it was raised.' })
  @Property({ type: 'text' })
  kind!: AlertKind;

  /** What it may be raised once for. */
  @Property({ type: 'text' })
  alertKey!: string;

  @Property({ type: 'uuid', nullable: true })
  accountId!: string | null;

  @Property({ type: 'uuid', nullable: true })
  budgetId!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: `Start of the budget's period, inclusive; null for a LIFETIME budget, and ${BUDGET_ONLY}`,
  })
  @Property({ type: 'timestamptz', nullable: true })
  periodStartsAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: `End of the budget's period, exclusive; null for a LIFETIME budget, and ${BUDGET_ONLY}`,
  })
  @Property({ type: 'timestamptz', nullable: true })
  periodEndsAt!: Date | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The threshold that was reached, in percent of the limit; null for other kinds than BUDGET_THRESHOLD.',
  })
  @Property({ type: 'int', nullable: true })
  threshold!: number | null;

  @Field(() => DecimalScalar, {
    name: 'limit',
    nullable: true,
    description: `The budget's limit in USD when it was raised; ${BUDGET_ONLY}`,
  })
  @Property({ type: PicoUsdColumn, nullable: true })
  limitPicoUsd!: bigint | null;

  @Field(() => DecimalScalar, {
    name: 'spent',
    nullable: true,
    description: `What was spent of it in USD when it was raised; ${BUDGET_ONLY}`,
  })
  @Property({ type: PicoUsdColumn, nullable: true })
  spentPicoUsd!: bigint | null;

  @Property({ type: 'uuid', nullable: true })
  reservationId!: string | null;

  @Field(() => DecimalScalar, {
    name: 'held',
    nullable: true,
    description: 'USD that was held for the call; null for other kinds than RESERVATION_OVERRUN.',
  })
  @Property({ type: PicoUsdColumn, nullable: true })
  heldPicoUsd!: bigint | null;

  @Field(() => DecimalScalar, {
    name: 'charge',
    nullable: true,
    description: 'USD that the call was charged; null for other kinds than RESERVATION_OVERRUN.',
  })
  @Property({ type: PicoUsdColumn, nullable: true })
  chargePicoUsd!: bigint | null;

  @Field(() => String, {
    nullable: true,
    description: 'The provider as it was sent; null where none was, and for other kinds than UNPRICED_USAGE.',
  })
  @Property({ type: 'text', nullable: true })
  provider!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The model as it was sent; null for other kinds than UNPRICED_USAGE.',
  })
  @Property({ type: 'text', nullable: true })
  model!: string | null;

  @Property({ type: 'uuid', nullable: true })
  invoiceId!: string | null;

  @Property({ type: 'uuid', nullable: true })
  paymentId!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Of a PAYMENT_FAILED: why, in the words of the processor, such as `insufficient_funds` or `authentication_required`. Null where nothing was said, and for other kinds.',
  })
  @Property({ type: 'text', nullable: true })
  reason!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was raised.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  /** Read with the row: thousands of subscribers of one alert would otherwise look it up once each. */
  @Field(() => Account, {
    nullable: true,
    description: 'Whose spending or paying it is about; null where it is about no account in particular.',
  })
  account!: Account | null;

  /** Where the account is a run of a user: the caller's id of that user. */
  userExternalId!: string | null;

  /** The team that the account, or the user of the run, belongs to now. */
  teamId!: string | null;
  teamExternalId!: string | null;

  /** Of the budget, as it is now; null without one. */
  budgetName!: string | null;
  budgetPeriod!: string | null;
}
