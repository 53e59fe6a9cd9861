import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import type { Context } from '../context.js';
import { Costs } from '../costs.js';
import { Account } from '../identity/account.js';
import type { AccountService } from '../identity/account.service.js';
import { encodeId } from '../node-id.js';
import { Requires } from '../requires.js';
import { resolverOf, type SubscribeData } from '../schema.js';
import { BudgetPeriodStatus, BudgetStatus } from './budget-status.js';
import { Budget, BudgetModel, modelOf } from './budget.js';
import { CheckBudgetInput, SetBudgetInput } from './budget-input.js';
import type { BudgetService } from './budget.service.js';
import { Decision } from './decision.js';

@ArgsType()
class BudgetStatusArgs {
  @Field(() => String, { nullable: true, description: "The caller's id of a user." })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Alone: the caller's id of a team. With userId: the team of a user that is not known yet.",
  })
  teamId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The caller's id of an agent run or session. Not beside userId or teamId.",
  })
  runId?: string | null;
}

@Resolver(() => Budget)
export class BudgetResolver {
  constructor(
    private readonly budgets: BudgetService,
    private readonly accounts: AccountService,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() budget: Budget): string {
    return encodeId('budget', budget.id);
  }

  @FieldResolver(() => [BudgetModel], {
    nullable: true,
    description: 'The models that it counts, by their resolved names, sorted; null for all.',
  })
  models(@Root() budget: Budget): BudgetModel[] | null {
    return budget.models?.map(modelOf) ?? null;
  }

  @Requires('account.read')
  @FieldResolver(() => Account, { description: 'Whose budget it is.' })
  account(@Root() budget: Budget, @Ctx() context: Context): Promise<Account> {
    return this.accounts.byId(context.operation, budget.accountId);
  }

  @Requires('budget.write')
  @Mutation(() => Budget, {
    description:
      'Makes or changes a budget. A new one counts what its current period has spent already, and what is held in it for calls that have not ended. Lowering the limit raises at once the alerts of the thresholds that are crossed by it; raising it arms them anew. Requires budget.write. Errors: BAD_USER_INPUT (also for another anchor than the one it was made with), FORBIDDEN.',
  })
  setBudget(
    @Arg('input', () => SetBudgetInput, { description: 'The budget.' }) input: SetBudgetInput,
    @Ctx() context: Context,
  ): Promise<Budget> {
    return this.budgets.set(context.operation, input);
  }

  @Requires('budget.write')
  @Mutation(() => Budget, {
    description:
      'Ends a budget: it counts and refuses nothing from now on. Again is no error. Requires budget.write. Errors: NOT_FOUND, FORBIDDEN.',
  })
  deleteBudget(
    @Arg('id', () => ID, { description: 'Opaque id of the budget.' }) id: string,
    @Ctx() context: Context,
  ): Promise<Budget> {
    return this.budgets.delete(context.operation, id);
  }

  @Requires('budget.read')
  @Costs(100)
  @Query(() => BudgetStatus, {
    description:
      "Every budget that applies to an account, own and inherited, in its current period. Without userId, teamId and runId: the organization's; for a MEMBER its own account's. An account that was never used is answered as if it had been made, a run as if without a user. Requires budget.read. Errors: BAD_USER_INPUT, NOT_FOUND (for a MEMBER: an account that is not its own or below), FORBIDDEN.",
  })
  budgetStatus(
    @Args(() => BudgetStatusArgs) { userId, teamId, runId }: BudgetStatusArgs,
    @Ctx() context: Context,
  ): Promise<BudgetStatus> {
    return this.budgets.status(context.operation, { userId, teamId, runId });
  }

  @Requires('budget.read')
  @Subscription(() => BudgetStatus, {
    name: 'budgetStatus',
    description:
      'The live meter: what the query budgetStatus answers, for a MEMBER without userId, teamId and runId of its own account, at once and again at each change, twice a second at most; a client that does not keep up misses states in between. Requires budget.read. Errors: BAD_USER_INPUT, NOT_FOUND, FORBIDDEN; the stream ends with UNAUTHENTICATED within 5 seconds after the key was revoked.',
    subscribe: ({ args, context, info }: SubscribeData<BudgetStatusArgs, Context>) =>
      resolverOf(info.schema, BudgetResolver).openStatus(args, context),
  })
  watchStatus(@Args(() => BudgetStatusArgs) _args: BudgetStatusArgs, @Root() status: BudgetStatus): BudgetStatus {
    return status;
  }

  openStatus({ userId, teamId, runId }: BudgetStatusArgs, context: Context): Promise<AsyncGenerator<BudgetStatus>> {
    return this.budgets.watch(context.operation, { userId, teamId, runId });
  }

  @Requires('budget.check')
  @Costs(1_000)
  @Query(() => Decision, {
    description:
      'Whether a call would be allowed now, by an amount or by what its tokens cost at most. Advisory: nothing is held, so the next call may be told otherwise. For a disabled account it is DENIED, while what is recorded or deducted (recordUsage, deductFromBudget) counts on it all the same. Requires budget.check. Errors: BAD_USER_INPUT, FORBIDDEN.',
  })
  checkBudget(
    @Arg('input', () => CheckBudgetInput, { description: 'The call that somebody thinks of making.' })
    input: CheckBudgetInput,
    @Ctx() context: Context,
  ): Promise<Decision> {
    return this.budgets.check(context.operation, input);
  }
}

@Resolver(() => BudgetPeriodStatus)
export class BudgetPeriodStatusResolver {
  constructor(private readonly accounts: AccountService) {}

  @FieldResolver(() => ID, {
    nullable: true,
    description:
      'Opaque id of the budget; null for the default budget of a user that is not made yet, and where a MEMBER key looks at a budget that it inherits.',
  })
  budgetId(@Root() status: BudgetPeriodStatus): string | null {
    return status.budgetId === null ? null : encodeId('budget', status.budgetId);
  }

  @Requires('account.read')
  @FieldResolver(() => Account, { nullable: true, description: 'Whose budget it is; null where budgetId is.' })
  async account(@Root() status: BudgetPeriodStatus, @Ctx() context: Context): Promise<Account | null> {
    return status.accountId === null ? null : this.accounts.byId(context.operation, status.accountId);
  }
}

@Resolver(() => BudgetStatus)
export class BudgetStatusResolver {
  constructor(private readonly accounts: AccountService) {}

  @Requires('account.read')
  @FieldResolver(() => Account, { nullable: true, description: 'The account; null while it was never used.' })
  async account(@Root() status: BudgetStatus, @Ctx() context: Context): Promise<Account | null> {
    return status.accountId === null ? null : this.accounts.byId(context.operation, status.accountId);
  }
}
