import { Field, ID, InputType } from 'type-graphql';
import { LocalDateScalar } from '../../scalars.js';
import { PlanOverridesInput } from '../plan/plan-input.js';
import { ChangeTiming } from './plan-subscription.js';

@InputType({ description: 'An account that goes on a plan. The same again is no error.' })
export class SubscribeInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The user that pays, 1 to 255 characters; made where it is new. Without userId and teamId: the organization.',
  })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Alone: the team that pays, made where it is new. With userId: the team that a new user joins.',
  })
  teamId?: string | null;

  @Field(() => String, { description: 'Code of the plan.' })
  plan!: string;

  @Field(() => LocalDateScalar, {
    nullable: true,
    description: 'The first day, from 2020-01-01 to a year from today; left out: today.',
  })
  firstDay?: string | null;

  @Field(() => PlanOverridesInput, { nullable: true, description: 'What is other than the plan says.' })
  overrides?: PlanOverridesInput | null;
}

@InputType({
  description: 'A change of what a subscription is on. It takes the place of changes that were still to come.',
})
export class ChangeSubscriptionInput {
  @Field(() => ID, { description: 'Opaque id of the subscription.' })
  subscriptionId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Code of the plan, whose terms are taken as they are now; left out: the plan that it is on.',
  })
  plan?: string | null;

  @Field(() => PlanOverridesInput, {
    nullable: true,
    description: 'What is other than the plan says; nothing that was other before is kept.',
  })
  overrides?: PlanOverridesInput | null;

  @Field(() => ChangeTiming, {
    defaultValue: ChangeTiming.PERIOD_END,
    description:
      'When. Another interval or anchoring can begin only with a period, or on the first day of the subscription; another currency only on that day.',
  })
  when!: ChangeTiming;
}

@InputType({ description: 'The end of a subscription. Again is no error until it is over; an end is never put off.' })
export class CancelSubscriptionInput {
  @Field(() => ID, { description: 'Opaque id of the subscription.' })
  subscriptionId!: string;

  @Field(() => ChangeTiming, {
    defaultValue: ChangeTiming.PERIOD_END,
    description: 'NOW: today is its last day. PERIOD_END: the last day of the period.',
  })
  when!: ChangeTiming;
}
