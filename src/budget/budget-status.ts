/** What a budget's current period looks like to who is asking. */
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar, DecimalScalar } from '../scalars.js';
import { BudgetModel, Enforcement, PeriodKind, modelOf } from './budget.js';

/** A budget with one of its periods, as the database writes it. Amounts are digits of pico-USD, instants are texts. */
export interface PeriodRow {
  /** Null for the default budget of a user that is not made yet. */
  readonly budgetId: string | null;
  readonly accountId: string | null;
  /** 0 for a RUN to 3 for the ORGANIZATION. */
  readonly rank: number;
  readonly name: string | null;
  readonly period: string;
  readonly models: readonly string[] | null;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly limit: string;
  readonly spent: string;
  readonly held: string;
  readonly enforcement: string;
  readonly thresholds: readonly number[];
}

const HIDDEN = 'null where a MEMBER key looks at a budget that it inherits.';

@ObjectType({ description: 'A budget in one of its periods.' })
export class BudgetPeriodStatus {
  budgetId!: string | null;
  accountId!: string | null;

  @Field(() => String, { nullable: true, description: 'Display name; null where none was given.' })
  name!: string | null;

  @Field(() => PeriodKind, { description: 'How long the limit is for.' })
  period!: PeriodKind;

  @Field(() => [BudgetModel], {
    nullable: true,
    description: `The models that it counts; null for all, and ${HIDDEN}`,
  })
  models!: BudgetModel[] | null;

  @Field(() => DecimalScalar, {
    name: 'limit',
    nullable: true,
    description: `USD that may be spent in this period; ${HIDDEN}`,
  })
  limitPicoUsd!: bigint | null;

  @Field(() => DecimalScalar, {
    name: 'spent',
    nullable: true,
    description: `USD charged in this period; ${HIDDEN}`,
  })
  spentPicoUsd!: bigint | null;

  @Field(() => DecimalScalar, {
    name: 'held',
    nullable: true,
    description: `USD held for calls that have not ended; ${HIDDEN}`,
  })
  heldPicoUsd!: bigint | null;

  @Field(() => DecimalScalar, {
    name: 'remaining',
    nullable: true,
    description: `limit - spent - held in USD, below 0 where the limit is exceeded; ${HIDDEN}`,
  })
  remainingPicoUsd!: bigint | null;

  @Field(() => Float, {
    description:
      'spent in percent of limit, rounded down to two places, so that 100 is not shown before it is reached. At limit 0: 0 while nothing is spent, then 100.',
  })
  percent!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: `Start of this period, inclusive; null for LIFETIME, and ${HIDDEN}`,
  })
  startsAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the next period starts with nothing spent; null for LIFETIME.',
  })
  resetsAt!: Date | null;

  @Field(() => Enforcement, { nullable: true, description: `What it does at its limit; ${HIDDEN}` })
  enforcement!: Enforcement | null;

  @Field(() => [Int], {
    nullable: true,
    description: `Whole percents of the limit at which an alert is raised; ${HIDDEN}`,
  })
  thresholds!: number[] | null;

  @Field(() => Boolean, {
    description:
      'Whether it refuses every call that costs something now: it is HARD, enforcement is on, and nothing remains.',
  })
  denies!: boolean;
}

@ObjectType({ description: 'Every budget that applies to an account.' })
export class BudgetStatus {
  accountId!: string | null;

  @Field(() => [BudgetPeriodStatus], {
    description: "Own budgets first, then the team's, then the organization's, each in the period that contains asOf.",
  })
  budgets!: BudgetPeriodStatus[];

  @Field(() => DateTimeScalar, { description: "The instant of this answer by the database's clock." })
  asOf!: Date;
}

export interface StatusView {
  readonly isEnforcementOn: boolean;
  /** True for a MEMBER key that inherits the budget: most of it is hidden. */
  readonly isHidden: boolean;
}

export function statusOf(row: PeriodRow, { isEnforcementOn, isHidden }: StatusView): BudgetPeriodStatus {
  const [limit, spent, held] = [BigInt(row.limit), BigInt(row.spent), BigInt(row.held)];
  const enforcement = Enforcement[row.enforcement as keyof typeof Enforcement];
  const open = {
    name: row.name,
    period: PeriodKind[row.period as keyof typeof PeriodKind],
    percent: percentOf(spent, limit),
    resetsAt: instantOf(row.endsAt),
    denies: isEnforcementOn && enforcement === Enforcement.HARD && spent + held >= limit,
  };
  if (isHidden) return Object.assign(new BudgetPeriodStatus(), NOTHING, open);
  return Object.assign(new BudgetPeriodStatus(), open, {
    budgetId: row.budgetId,
    accountId: row.accountId,
    models: row.models?.map(modelOf) ?? null,
    limitPicoUsd: limit,
    spentPicoUsd: spent,
    heldPicoUsd: held,
    remainingPicoUsd: limit - spent - held,
    startsAt: instantOf(row.startsAt),
    enforcement,
    thresholds: [...row.thresholds],
  });
}

const NOTHING = {
  budgetId: null,
  accountId: null,
  models: null,
  limitPicoUsd: null,
  spentPicoUsd: null,
  heldPicoUsd: null,
  remainingPicoUsd: null,
  startsAt: null,
  enforcement: null,
  thresholds: null,
};

/** PostgreSQL writes the ends of a LIFETIME as infinities. */
function instantOf(text: string): Date | null {
  return text.endsWith('infinity') ? null : new Date(text);
}

function percentOf(spent: bigint, limit: bigint): number {
  if (limit === 0n) return spent > 0n ? 100 : 0;
  const hundredths = (spent * 10_000n) / limit;
  return Number(hundredths) / 100;
}
