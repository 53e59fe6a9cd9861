/** What a budget's current period looks like to who is asking. */
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar, DecimalScalar } from '../scalars.js';
import { burnRate, exhaustsAt } from './burn-rate.js';
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
  /** When the budget ended: it counts what came before, and refuses nothing; null while it has not. */
  readonly endedAt: string | null;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly limit: string;
  readonly spent: string;
  readonly held: string;
  readonly enforcement: string;
  readonly thresholds: readonly number[];
  /** Until when it lets pass what it would refuse; null where it never did. */
  readonly graceUntil: string | null;
  readonly wouldDenyCount: number;
  /** When the account was made that it is a limit on. */
  readonly accountCreatedAt: string;
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

  @Field(() => Int, {
    nullable: true,
    description: `How many reservations of this period were granted that it would have refused: as SHADOW, or as HARD while that was not enforced; ${HIDDEN}`,
  })
  wouldDenyCount!: number | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: `Until when it lets pass what it would refuse (BUDGET_GRACE_PERIOD), once in its life; null where it has had none, and ${HIDDEN}`,
  })
  graceUntil!: Date | null;

  @Field(() => DecimalScalar, {
    name: 'burnRate',
    nullable: true,
    description: `USD an hour: what is spent, by the time since the period started, of a LIFETIME since the account was made; less than an hour counts as one; ${HIDDEN}`,
  })
  burnRatePicoUsd!: bigint | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: `When nothing will remain, if spending goes on at burnRate: asOf where nothing remains now, null where something will remain when it resets, and ${HIDDEN}`,
  })
  exhaustsAt!: Date | null;

  @Field(() => Boolean, {
    description:
      'Whether it refuses every call that costs something now: it is HARD, its enforcement is on, no grace lets them pass, and nothing remains.',
  })
  denies!: boolean;
}

@ObjectType({ description: 'Every budget that applies to an account.' })
export class BudgetStatus {
  accountId!: string | null;

  @Field(() => [BudgetPeriodStatus], {
    description:
      "The nearest first: a run's, the user's, the team's, the organization's, each in the period that contains asOf.",
  })
  budgets!: BudgetPeriodStatus[];

  @Field(() => DateTimeScalar, { description: "The instant of this answer by the database's clock." })
  asOf!: Date;
}

/** When HARD budgets refuse. */
export interface EnforcementSettings {
  readonly isOn: boolean;
  /** Budgets of accounts that were made before act as SHADOW; undefined: those of all accounts refuse. */
  readonly since: Date | undefined;
  /** How long a budget, once in its life, lets pass what it would refuse, in ms; 0 = not at all. */
  readonly graceMs: number;
}

/** What a row does at its limit, whatever was written: HARD acts as SHADOW where it is not enforced, or ended. */
export function effectOf(row: PeriodRow, { isOn, since }: EnforcementSettings): Enforcement {
  const enforcement = Enforcement[row.enforcement as keyof typeof Enforcement];
  const isEnforced = isOn && row.endedAt === null && (since === undefined || new Date(row.accountCreatedAt) >= since);
  return enforcement === Enforcement.HARD && !isEnforced ? Enforcement.SHADOW : enforcement;
}

/** In its grace, or at its first refusal of a reservation, which starts it. */
export function mayPassByGrace({ graceUntil }: PeriodRow, { graceMs }: EnforcementSettings, now: Date): boolean {
  return graceUntil === null ? graceMs > 0 : new Date(graceUntil) > now;
}

export interface StatusView {
  readonly enforcement: EnforcementSettings;
  readonly now: Date;
  /** True for a MEMBER key that inherits the budget: most of it is hidden. */
  readonly isHidden: boolean;
}

export function statusOf(row: PeriodRow, { enforcement: settings, now, isHidden }: StatusView): BudgetPeriodStatus {
  const [limit, spent, held] = [BigInt(row.limit), BigInt(row.spent), BigInt(row.held)];
  const enforcement = Enforcement[row.enforcement as keyof typeof Enforcement];
  const open = {
    name: row.name,
    period: PeriodKind[row.period as keyof typeof PeriodKind],
    percent: percentOf(spent, limit),
    resetsAt: instantOf(row.endsAt),
    denies:
      effectOf(row, settings) === Enforcement.HARD && !mayPassByGrace(row, settings, now) && spent + held >= limit,
  };
  if (isHidden) return Object.assign(new BudgetPeriodStatus(), NOTHING, open);
  const startsAt = instantOf(row.startsAt);
  const remainingPicoUsd = limit - spent - held;
  const since = startsAt ?? new Date(row.accountCreatedAt);
  const burning = { since, resetsAt: open.resetsAt, spentPicoUsd: spent, remainingPicoUsd };
  return Object.assign(new BudgetPeriodStatus(), open, {
    budgetId: row.budgetId,
    accountId: row.accountId,
    models: row.models?.map(modelOf) ?? null,
    limitPicoUsd: limit,
    spentPicoUsd: spent,
    heldPicoUsd: held,
    remainingPicoUsd,
    burnRatePicoUsd: burnRate(burning, now),
    exhaustsAt: exhaustsAt(burning, now),
    startsAt,
    enforcement,
    thresholds: [...row.thresholds],
    wouldDenyCount: row.wouldDenyCount,
    graceUntil: row.graceUntil === null ? null : new Date(row.graceUntil),
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
  wouldDenyCount: null,
  graceUntil: null,
  burnRatePicoUsd: null,
  exhaustsAt: null,
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
