/** Whether an amount fits on all budgets of a path: data, never an error. */
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { DecimalScalar, QuantityScalar } from '../scalars.js';
import {
  BudgetPeriodStatus,
  effectOf,
  mayPassByGrace,
  statusOf,
  type EnforcementSettings,
  type PeriodRow,
} from './budget-status.js';
import { Enforcement } from './budget.js';

export enum DecisionOutcome {
  ALLOWED = 'ALLOWED',
  ALLOWED_BY_GRACE = 'ALLOWED_BY_GRACE',
  DENIED = 'DENIED',
}

registerEnumType(DecisionOutcome, {
  name: 'DecisionOutcome',
  description: 'Whether a call may go ahead.',
  valuesConfig: {
    ALLOWED: { description: 'It may.' },
    ALLOWED_BY_GRACE: { description: 'It may, because the budget that has no room for it is still in its grace.' },
    DENIED: { description: 'It may not.' },
  },
});

export enum DecisionReason {
  FITS = 'FITS',
  OVER_LIMIT = 'OVER_LIMIT',
  MODEL_NOT_PRICED = 'MODEL_NOT_PRICED',
  ENFORCEMENT_OFF = 'ENFORCEMENT_OFF',
  ACCOUNT_DISABLED = 'ACCOUNT_DISABLED',
}

registerEnumType(DecisionReason, {
  name: 'DecisionReason',
  description: 'Why a decision came out as it did.',
  valuesConfig: {
    FITS: { description: 'There is room on every budget, or there is no budget.' },
    OVER_LIMIT: { description: 'A budget has no room for it. Only a HARD one refuses.' },
    MODEL_NOT_PRICED: { description: 'The model has no price, so nothing says what to hold: name an amount.' },
    ENFORCEMENT_OFF: { description: 'ENABLE_BUDGET_ENFORCEMENT is false: no budget refuses anything.' },
    ACCOUNT_DISABLED: { description: 'The account, the run, its team or the organization is disabled.' },
  },
});

@ObjectType({ description: 'Whether a call may go ahead, and which budget decided.' })
export class Decision {
  @Field(() => DecisionOutcome, { description: 'Whether it may go ahead.' })
  outcome!: DecisionOutcome;

  @Field(() => DecisionReason, { description: 'Why.' })
  reason!: DecisionReason;

  @Field(() => Boolean, {
    description:
      'Whether it is refused, or would be if every HARD and SHADOW budget refused, whatever its grace and ENABLE_BUDGET_ENFORCEMENT.',
  })
  wouldDeny!: boolean;

  @Field(() => BudgetPeriodStatus, {
    nullable: true,
    description:
      'The budget that decided: the nearest without room that refuses, else the nearest SHADOW or other one without room; else the one with the least remaining; null where no budget applies, the account is disabled or the model has no price.',
  })
  budget!: BudgetPeriodStatus | null;

  @Field(() => DecimalScalar, {
    name: 'remaining',
    nullable: true,
    description: 'What remains of that budget in USD before this call; null without one.',
  })
  remainingPicoUsd!: bigint | null;

  @Field(() => DecimalScalar, {
    name: 'asked',
    nullable: true,
    description: 'What was asked for, in USD: the amount, or the most that the call can cost; null without a price.',
  })
  askedPicoUsd!: bigint | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description:
      'Of a reservation that was denied: the largest maxCompletionTokens with which the same call would have been allowed; null where not even its prompt would, where it was not denied for its size, and where an amount was asked for.',
  })
  maxCompletionTokens!: string | null;
}

export interface DecisionCase {
  /** Those that count the call, own ones first. */
  readonly rows: readonly PeriodRow[];
  /** undefined where the model has no price. */
  readonly amountPicoUsd: bigint | undefined;
  readonly isDisabled: boolean;
  readonly enforcement: EnforcementSettings;
  readonly now: Date;
  /** Default true. False for what is booked in any case: a refusal is then ALLOWED with its reason, and `wouldDeny`. */
  readonly mayDeny?: boolean;
}

/** Precedence: a disabled account; a model without a price; a HARD budget over its limit; one in grace; SHADOW; SOFT; else it fits. */
export function decide(decided: DecisionCase): Decision {
  const { rows, amountPicoUsd, isDisabled, enforcement, now, mayDeny = true } = decided;
  const denied = mayDeny ? DecisionOutcome.DENIED : DecisionOutcome.ALLOWED;
  const byGrace = mayDeny ? DecisionOutcome.ALLOWED_BY_GRACE : DecisionOutcome.ALLOWED;
  const answer = (outcome: DecisionOutcome, reason: DecisionReason, wouldDeny: boolean, row?: PeriodRow) =>
    Object.assign(new Decision(), {
      outcome,
      reason,
      wouldDeny,
      budget: row ? statusOf(row, { enforcement, now, isHidden: false }) : null,
      remainingPicoUsd: row ? remainingOf(row) : null,
      askedPicoUsd: amountPicoUsd ?? null,
      maxCompletionTokens: null,
    });
  if (isDisabled) return answer(denied, DecisionReason.ACCOUNT_DISABLED, true);

  if (amountPicoUsd === undefined) {
    return enforcement.isOn
      ? answer(denied, DecisionReason.MODEL_NOT_PRICED, true)
      : answer(DecisionOutcome.ALLOWED, DecisionReason.ENFORCEMENT_OFF, true);
  }
  // Nothing more to spend is no reason to refuse what costs nothing.
  const over = rows.filter((row) => amountPicoUsd > 0n && amountPicoUsd > remainingOf(row));
  const of = (effect: Enforcement) => over.filter((row) => effectOf(row, enforcement) === effect);
  const hard = of(Enforcement.HARD);
  const refusing = hard.find((row) => !mayPassByGrace(row, enforcement, now));
  const first = refusing ?? hard[0] ?? of(Enforcement.SHADOW)[0] ?? over[0] ?? tightest(rows);
  const wouldDeny = hard.length > 0 || of(Enforcement.SHADOW).length > 0;
  if (!enforcement.isOn) return answer(DecisionOutcome.ALLOWED, DecisionReason.ENFORCEMENT_OFF, wouldDeny, first);
  if (refusing) return answer(denied, DecisionReason.OVER_LIMIT, wouldDeny, first);
  if (hard.length > 0) return answer(byGrace, DecisionReason.OVER_LIMIT, wouldDeny, first);
  return answer(
    DecisionOutcome.ALLOWED,
    over.length > 0 ? DecisionReason.OVER_LIMIT : DecisionReason.FITS,
    wouldDeny,
    first,
  );
}

function tightest(rows: readonly PeriodRow[]): PeriodRow | undefined {
  return rows.reduce<PeriodRow | undefined>(
    (least, row) => (least && remainingOf(least) <= remainingOf(row) ? least : row),
    undefined,
  );
}

function remainingOf(row: PeriodRow): bigint {
  return BigInt(row.limit) - BigInt(row.spent) - BigInt(row.held);
}
