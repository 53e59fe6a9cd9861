import { Arg, Ctx, Field, FieldResolver, ID, Int, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../context.js';
import { Costs } from '../../costs.js';
import { encodeId } from '../../node-id.js';
import { FIRST, PageInfo, type Page } from '../../page.js';
import { Requires } from '../../requires.js';
import { SetPlanInput } from './plan-input.js';
import { Plan } from './plan.js';
import type { PlanService } from './plan.service.js';
import { PlanTerms, termsFromJson } from './plan-terms.js';
import { QuotedUsageInput, TieredCharge } from './tiered-charge.js';

@ObjectType({ description: 'One row of a PlanConnection.' })
class PlanEdge {
  @Field(() => Plan, { description: 'The plan.' })
  node!: Plan;

  @Field(() => String, { description: 'Its cursor.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of plans, oldest first.' })
class PlanConnection {
  @Field(() => [PlanEdge], { description: 'The rows of this page.' })
  edges!: PlanEdge[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo!: PageInfo;
}

@Resolver(() => Plan)
export class PlanResolver {
  constructor(private readonly service: PlanService) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() plan: Plan): string {
    return encodeId('plan', plan.id);
  }

  @FieldResolver(() => PlanTerms, { description: 'What a subscription that begins now is on.' })
  terms(@Root() plan: Plan): PlanTerms {
    return termsFromJson(plan.terms);
  }

  @Requires('billing.write')
  @Mutation(() => Plan, {
    description:
      'Makes or changes a plan. Subscriptions that are on it stay on the terms that they have. Requires billing.write. Errors: BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED.',
  })
  setPlan(
    @Arg('input', () => SetPlanInput, { description: 'The plan.' }) input: SetPlanInput,
    @Ctx() context: Context,
  ): Promise<Plan> {
    return this.service.set(context.operation, input);
  }

  @Requires('billing.read')
  @Query(() => Plan, {
    nullable: true,
    description:
      'A plan by its code; null where there is none. Requires billing.read. Errors: FORBIDDEN, FEATURE_DISABLED.',
  })
  plan(
    @Arg('code', () => String, { description: 'Its code.' }) code: string,
    @Ctx() context: Context,
  ): Promise<Plan | null> {
    return this.service.find(context.operation, code);
  }

  @Requires('billing.read')
  @Query(() => PlanConnection, {
    description: 'All plans, oldest first. Requires billing.read. Errors: BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED.',
  })
  plans(
    @Arg('first', () => Int, { nullable: true, description: FIRST }) first: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the last row of the page before.' })
    after: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<Page<Plan>> {
    return this.service.list(context.operation, first, after);
  }

  @Requires('billing.read')
  @Costs(500)
  @Query(() => [TieredCharge], {
    description:
      'What the tiers of a plan would make of a period’s quantities, up to 100: what several say of one row is added up. Requires billing.read. Errors: BAD_USER_INPUT (also for a unit that the plan bills by its cost), NOT_FOUND, FORBIDDEN, FEATURE_DISABLED.',
  })
  planQuote(
    @Arg('code', () => String, { description: 'Its code.' }) code: string,
    @Arg('usage', () => [QuotedUsageInput], { description: 'The quantities.' }) usage: QuotedUsageInput[],
    @Ctx() context: Context,
  ): Promise<TieredCharge[]> {
    return this.service.quote(context.operation, code, usage);
  }
}
