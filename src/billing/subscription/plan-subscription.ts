import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../../node.js';
import { DateTimeScalar, LocalDateScalar } from '../../scalars.js';
import { PlanTerms, type PlanTermsJson } from '../plan/plan-terms.js';
import type { Day } from '../amount/proration.js';

export enum SubscriptionStatus {
  PENDING = 'PENDING',
  ACTIVE = 'ACTIVE',
  ENDED = 'ENDED',
}

registerEnumType(SubscriptionStatus, {
  name: 'SubscriptionStatus',
  description: 'Where today lies in the time of a subscription.',
  valuesConfig: {
    PENDING: { description: 'Before its first day.' },
    ACTIVE: { description: 'From its first day to its last.' },
    ENDED: { description: 'After its last day.' },
  },
});

export enum ChangeTiming {
  NOW = 'NOW',
  PERIOD_END = 'PERIOD_END',
}

registerEnumType(ChangeTiming, {
  name: 'ChangeTiming',
  description: 'When a change of a subscription takes effect.',
  valuesConfig: {
    NOW: { description: 'Today. The period is billed by its days: those before, and those from today on.' },
    PERIOD_END: { description: 'With the next billing period.' },
  },
});

export enum AllowancesDroppedFor {
  SHARED_PAYMENT_METHOD = 'SHARED_PAYMENT_METHOD',
}

registerEnumType(AllowancesDroppedFor, {
  name: 'AllowancesDroppedFor',
  description: 'Why an account does not have what is free in its plan: trial days and included credit.',
  valuesConfig: {
    SHARED_PAYMENT_METHOD: {
      description:
        'It keeps a card or bank account that another account kept before. What is said for its subscription alone (overrides) it has all the same.',
    },
  },
});

@Entity({ tableName: 'subscription' })
@Index({ name: 'subscription_account_idx', properties: ['organizationId', 'accountId', 'startDay'] })
@ObjectType({
  implements: Node,
  description: 'An account on a plan. An account has one at a time.',
})
export class PlanSubscription {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'uuid' })
  accountId!: string;

  @Field(() => LocalDateScalar, { name: 'firstDay', description: 'Its first local day.' })
  @Property({ type: 'date' })
  startDay!: Day;

  /** The first day that it is over; null while nobody ended it. */
  @Property({ type: 'date', nullable: true })
  endDay!: Day | null;

  @Field(() => LocalDateScalar, {
    nullable: true,
    description:
      'The local day on which its next invoice is made, unless somebody makes it before. Once all of its periods are invoiced: the day on which it is looked for what came late, of which an invoice is made. null where it ended before it began.',
  })
  @Property({ type: 'date', nullable: true })
  nextInvoiceDay!: Day | null;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;
}

/** From a day on, until others do: which terms a subscription is on. Frozen, whatever becomes of the plan. */
@Entity({ tableName: 'subscription_terms' })
export class SubscriptionTerms {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  subscriptionId!: string;

  @PrimaryKey({ type: 'date' })
  fromDay!: Day;

  @Property({ type: 'uuid' })
  planId!: string;

  /** Periods are counted from it. */
  @Property({ type: 'date' })
  anchorDay!: Day;

  @Property({ type: 'jsonb' })
  terms!: PlanTermsJson;

  /** Whether its trial days were said for this subscription, whatever the plan has. */
  @Property({ type: 'boolean', default: false })
  hasOwnTrial!: boolean;

  /** The same of its included credit. */
  @Property({ type: 'boolean', default: false })
  hasOwnCredit!: boolean;

  @Property({ type: 'text', nullable: true })
  allowancesDroppedFor!: AllowancesDroppedFor | null;

  @Property({ type: 'timestamptz' })
  createdAt!: Date;
}

@ObjectType({ description: 'What a subscription is on from a day on, until the next.' })
export class SubscriptionPhase {
  @Field(() => LocalDateScalar, { description: 'The first day.' })
  fromDay!: Day;

  /** Shown as `plan`. */
  planId!: string;

  anchorDay!: Day;

  hasOwnTrial!: boolean;

  hasOwnCredit!: boolean;

  @Field(() => AllowancesDroppedFor, {
    nullable: true,
    description:
      'Why its terms lack trial days or included credit that its plan had when it was chosen; null where they do not.',
  })
  allowancesDroppedFor!: AllowancesDroppedFor | null;

  @Field(() => PlanTerms, {
    description: 'The terms of its plan as they were when it was chosen, with what is other for this subscription.',
  })
  terms!: PlanTerms;
}
