/** The periods of a subscription, and what base fee each is billed. */
import { Field, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar, DecimalScalar, LocalDateScalar } from '../../scalars.js';
import type { PeriodBounds } from './billing-period.sql.js';
import { currencyOf } from '../amount/currency.js';
import { roundTo, type Exact } from '../amount/exact.js';
import type { PlanTerms } from '../plan/plan-terms.js';
import { addDays, daysBetween, prorated, type Day } from '../amount/proration.js';

@ObjectType({ description: 'The base fee of some days of a period, which are all on the same terms.' })
export class BaseFeeShare {
  @Field(() => LocalDateScalar, { description: 'The first day.' })
  firstDay!: Day;

  @Field(() => LocalDateScalar, { description: 'The last day.' })
  lastDay!: Day;

  @Field(() => Int, { description: 'How many days these are.' })
  days!: number;

  @Field(() => DecimalScalar, { name: 'baseFee', description: 'For a whole period, in the plan’s currency.' })
  baseFeePico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'amount',
    description:
      'For these days: their part of all days of the period, half-even to what can be paid in the plan’s currency.',
  })
  amountPico!: bigint;

  /** Before it was rounded. */
  exactPico!: Exact;
}

@ObjectType({ description: 'A part of the time of a subscription that is billed as one.' })
export class BillingPeriod {
  @Field(() => LocalDateScalar, { description: 'The first local day that is billed.' })
  firstDay!: Day;

  @Field(() => LocalDateScalar, { description: 'The last local day that is billed.' })
  lastDay!: Day;

  @Field(() => DateTimeScalar, { description: 'Inclusive: where the first day begins.' })
  startsAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Exclusive: where the last day ends.' })
  endsAt!: Date;

  @Field(() => Int, { description: 'How many days the period has where all of it is billed.' })
  daysOfPeriod!: number;

  @Field(() => [BaseFeeShare], { description: 'The base fee by terms; trial days have none.' })
  baseFeeShares!: BaseFeeShare[];

  @Field(() => DecimalScalar, { name: 'baseFee', description: 'The sum of the shares, in the plan’s currency.' })
  baseFeePico!: bigint;
}

/** Terms that hold from a day on until others do. */
export interface Phase {
  readonly fromDay: Day;
  readonly terms: PlanTerms;
}

/**
 * @param phases by rising day
 * @param startDay of the subscription: trial days are counted from it
 */
export function billingPeriod(bounds: PeriodBounds, phases: readonly Phase[], startDay: Day): BillingPeriod {
  const baseFeeShares = phases.flatMap(({ fromDay, terms }, n) => {
    const nextDay = phases[n + 1]?.fromDay ?? bounds.billedTo;
    const from = [fromDay, bounds.billedFrom, addDays(startDay, terms.trialDays)].reduce(later);
    const to = nextDay < bounds.billedTo ? nextDay : bounds.billedTo;
    return from < to ? [shareOf(bounds, terms, from, to)] : [];
  });
  return {
    firstDay: bounds.billedFrom,
    lastDay: addDays(bounds.billedTo, -1),
    startsAt: bounds.startsAt,
    endsAt: bounds.endsAt,
    daysOfPeriod: Number(daysBetween(bounds.startDay, bounds.endDay)),
    baseFeeShares,
    baseFeePico: baseFeeShares.reduce((sum, { amountPico }) => sum + amountPico, 0n),
  };
}

function shareOf(bounds: PeriodBounds, { baseFeePico, currency: code }: PlanTerms, from: Day, to: Day): BaseFeeShare {
  const currency = currencyOf(code);
  if (!currency) throw new Error(`Terms are in ${code}, which is no currency.`);
  const exactPico = prorated(baseFeePico, bounds, { from, to });
  return {
    firstDay: from,
    lastDay: addDays(to, -1),
    days: Number(daysBetween(from, to)),
    baseFeePico,
    amountPico: roundTo(currency.stepPico, exactPico),
    exactPico,
  };
}

const later = (a: Day, b: Day): Day => (a > b ? a : b);
