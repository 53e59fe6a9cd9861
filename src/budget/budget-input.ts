import { Field, InputType, Int } from 'type-graphql';
import { DecimalScalar, QuantityScalar } from '../scalars.js';
import { Enforcement, PeriodKind } from './budget.js';

@InputType({
  description:
    'A model under any name that a call may use: aliases and dated snapshots stand for the model that they resolve to.',
})
export class BudgetModelInput {
  @Field(() => String, {
    description: 'The provider that is called, such as "openai", 1 to 255 characters without a slash.',
  })
  provider!: string;

  @Field(() => String, { description: 'The name of the model, such as "gpt-4o", 1 to 255 characters.' })
  name!: string;
}

@InputType({
  description:
    'A budget. Account, period and models say which one it is: the same again changes limit, enforcement, thresholds and name.',
})
export class SetBudgetInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The user whose budget it is, 1 to 255 characters; made where it is new. Without userId, teamId and runId: the organization. With runId: whose run a new run is; a known run stays where it is.',
  })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Alone: the team whose budget it is, made where it is new. With userId: the team that a new user joins; a known user stays where it is. Not beside runId without userId.',
  })
  teamId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The agent run or session whose budget it is, 1 to 255 characters; its account is made here where it is new. It counts every call that names the run, whoever spends.',
  })
  runId?: string | null;

  @Field(() => PeriodKind, { description: 'How long the limit is for.' })
  period!: PeriodKind;

  @Field(() => DecimalScalar, { description: 'USD, 0 or more; at 0 nothing passes.' })
  limit!: bigint;

  @Field(() => Enforcement, { defaultValue: Enforcement.HARD, description: 'What it does at its limit.' })
  enforcement!: Enforcement;

  @Field(() => [Int], {
    defaultValue: [50, 80, 100],
    description: 'Up to 20 whole percents of the limit, 1 to 1000, at which an alert is raised.',
  })
  thresholds!: number[];

  @Field(() => [BudgetModelInput], {
    nullable: true,
    description:
      'Counts only these models, 1 to 100, as they resolve now: the budget answers with the resolved names, and they are its identity. One that resolves to nothing is BAD_USER_INPUT. Left out: all models, and deductions.',
  })
  models?: BudgetModelInput[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Day on which a MONTH or YEAR starts, 1 to 31, default 1; a shorter month starts it on its last day. Fixed once the budget is made.',
  })
  anchorDay?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Month in which a YEAR starts, 1 to 12, default 1. Fixed once the budget is made.',
  })
  anchorMonth?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Display name, 1 to 200 characters, no card number. null removes it; left out, a budget keeps the one it has.',
  })
  name?: string | null;
}

@InputType({ description: 'A call that somebody thinks of making.' })
export class CheckBudgetInput {
  @Field(() => String, {
    nullable: true,
    description: 'The user who would spend. Without userId and teamId: the organization. Nothing is made.',
  })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Alone: the team that would spend. With userId: the team of a user that is not known yet.',
  })
  teamId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The agent run or session of the call, 1 to 255 characters: its budgets, where it has any, apply beside those of who spends.',
  })
  runId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The model that would be called, 1 to 255 characters; budgets for listed models count only what resolves to one of them.',
  })
  model?: string | null;

  @Field(() => String, { nullable: true, description: 'The provider that would be called, 1 to 255 characters.' })
  provider?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The text of the prompt, at most 1 MiB of UTF-8. It is counted, and neither stored nor logged.',
  })
  prompt?: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'All prompt tokens, cached ones included. Not beside prompt.',
  })
  promptTokens?: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'The most completion tokens that the call may make. Needed unless there is an amount.',
  })
  maxCompletionTokens?: string | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'USD that it would cost, 0 or more, in place of its tokens.',
  })
  amount?: bigint | null;
}
