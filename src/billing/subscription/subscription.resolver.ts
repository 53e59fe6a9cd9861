import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { Context } from '../../context.js';
import { Account } from '../../identity/account.js';
import type { AccountService } from '../../identity/account.service.js';
import { encodeId } from '../../node-id.js';
import { FIRST, PageInfo, type Page } from '../../page.js';
import { Requires } from '../../requires.js';
import { LocalDateScalar } from '../../scalars.js';
import { BillingPeriod } from './billing-period.js';
import { Plan } from '../plan/plan.js';
import type { PlanService } from '../plan/plan.service.js';
import { PlanSubscription, SubscriptionPhase, SubscriptionStatus } from './plan-subscription.js';
import { addDays, type Day } from '../amount/proration.js';
import { CancelSubscriptionInput, ChangeSubscriptionInput, SubscribeInput } from './subscription-input.js';
import type { SubscriptionReadingService } from './subscription-reading.service.js';
import type { SubscriptionService } from './subscription.service.js';

@ObjectType({ description: 'One row of a PlanSubscriptionConnection.' })
class PlanSubscriptionEdge {
  @Field(() => PlanSubscription, { description: 'The subscription.' })
  node!: PlanSubscription;

  @Field(() => String, { description: 'Its cursor.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of subscriptions, oldest first.' })
class PlanSubscriptionConnection {
  @Field(() => [PlanSubscriptionEdge], { description: 'The rows of this page.' })
  edges!: PlanSubscriptionEdge[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo!: PageInfo;
}

@ArgsType()
class PeriodsArgs {
  @Field(() => Int, { defaultValue: 12, description: 'How many periods, 1 to 60.' })
  first!: number;

  @Field(() => LocalDateScalar, {
    nullable: true,
    description: 'From the period that contains this day; left out: from the first one.',
  })
  from?: Day | null;
}

@Resolver(() => PlanSubscription)
export class SubscriptionResolver {
  constructor(
    private readonly service: SubscriptionService,
    private readonly reading: SubscriptionReadingService,
    private readonly accounts: AccountService,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() subscription: PlanSubscription): string {
    return encodeId('subscription', subscription.id);
  }

  @Requires('account.read')
  @FieldResolver(() => Account, { description: 'Who pays.' })
  account(@Root() subscription: PlanSubscription, @Ctx() context: Context): Promise<Account> {
    return this.accounts.byId(context.operation, subscription.accountId);
  }

  @FieldResolver(() => LocalDateScalar, {
    nullable: true,
    description: 'Its last local day, before its first one where it never began; null while nobody ended it.',
  })
  lastDay(@Root() { endDay }: PlanSubscription): Day | null {
    return endDay === null ? null : addDays(endDay, -1);
  }

  @FieldResolver(() => SubscriptionStatus, { description: 'Where today lies in its time.' })
  status(@Root() subscription: PlanSubscription, @Ctx() context: Context): Promise<SubscriptionStatus> {
    return this.reading.status(context.operation, subscription);
  }

  @FieldResolver(() => [SubscriptionPhase], {
    description: 'What it was on, is on and, where a change is to come, will be on, by rising day.',
  })
  phases(@Root() subscription: PlanSubscription, @Ctx() context: Context): Promise<readonly SubscriptionPhase[]> {
    return this.reading.phases(context.operation, subscription);
  }

  @FieldResolver(() => BillingPeriod, {
    nullable: true,
    description: 'The billing period that today lies in; null before its first day and after its last.',
  })
  currentPeriod(@Root() subscription: PlanSubscription, @Ctx() context: Context): Promise<BillingPeriod | null> {
    return this.reading.currentPeriod(context.operation, subscription);
  }

  @FieldResolver(() => [BillingPeriod], {
    description: 'Its billing periods, those to come as its terms and its end are now. Errors: BAD_USER_INPUT.',
  })
  periods(
    @Root() subscription: PlanSubscription,
    @Args(() => PeriodsArgs) { first, from }: PeriodsArgs,
    @Ctx() context: Context,
  ): Promise<BillingPeriod[]> {
    return this.reading.periods(context.operation, subscription, first, from);
  }

  @Requires('billing.write')
  @Mutation(() => PlanSubscription, {
    description:
      'Puts an account on a plan, with the terms that the plan has now; without its trial and included credit where it shares a payment method (see allowancesDroppedFor). An account has one subscription at a time. Requires billing.write. Errors: BAD_USER_INPUT, FORBIDDEN, SERVICE_UNAVAILABLE (an invoice is being made), FEATURE_DISABLED.',
  })
  subscribe(
    @Arg('input', () => SubscribeInput, { description: 'Who goes on which plan.' }) input: SubscribeInput,
    @Ctx() context: Context,
  ): Promise<PlanSubscription> {
    return this.service.subscribe(context.operation, input);
  }

  @Requires('billing.write')
  @Mutation(() => PlanSubscription, {
    description:
      'Puts a subscription on other terms, from today with both fees by their days, or from its next period on. Requires billing.write. Errors: BAD_USER_INPUT, NOT_FOUND, FORBIDDEN, SERVICE_UNAVAILABLE (an invoice is being made), FEATURE_DISABLED.',
  })
  changeSubscription(
    @Arg('input', () => ChangeSubscriptionInput, { description: 'What changes, and when.' })
    input: ChangeSubscriptionInput,
    @Ctx() context: Context,
  ): Promise<PlanSubscription> {
    return this.service.change(context.operation, input);
  }

  @Requires('billing.write')
  @Mutation(() => PlanSubscription, {
    description:
      'Ends a subscription, with today or with its period; one that has not begun never does. Requires billing.write. Errors: BAD_USER_INPUT, NOT_FOUND, FORBIDDEN, SERVICE_UNAVAILABLE (an invoice is being made), FEATURE_DISABLED.',
  })
  cancelSubscription(
    @Arg('input', () => CancelSubscriptionInput, { description: 'Which one, and when.' })
    input: CancelSubscriptionInput,
    @Ctx() context: Context,
  ): Promise<PlanSubscription> {
    return this.service.cancel(context.operation, input);
  }

  @Requires('billing.read')
  @Query(() => PlanSubscription, {
    nullable: true,
    description:
      'The subscription that an account has, else the one that it will have, else the last one that it had; null without any. Without userId and teamId: the organization’s. Requires billing.read. Errors: BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED.',
  })
  planSubscription(
    @Arg('userId', () => String, { nullable: true, description: 'A user.' }) userId: string | null | undefined,
    @Arg('teamId', () => String, { nullable: true, description: 'A team.' }) teamId: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<PlanSubscription | null> {
    return this.reading.find(context.operation, { userId, teamId });
  }

  @Requires('billing.read')
  @Query(() => PlanSubscriptionConnection, {
    description:
      'All subscriptions, oldest first. Requires billing.read. Errors: BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED.',
  })
  planSubscriptions(
    @Arg('first', () => Int, { nullable: true, description: FIRST }) first: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the last row of the page before.' })
    after: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<Page<PlanSubscription>> {
    return this.reading.list(context.operation, first, after);
  }
}

@Resolver(() => SubscriptionPhase)
export class SubscriptionPhaseResolver {
  constructor(private readonly plans: PlanService) {}

  @Requires('billing.read')
  @FieldResolver(() => Plan, { description: 'The plan.' })
  plan(@Root() phase: SubscriptionPhase, @Ctx() context: Context): Promise<Plan> {
    return this.plans.byId(context.operation, phase.planId);
  }
}
