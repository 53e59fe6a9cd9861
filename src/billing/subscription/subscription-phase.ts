/** Which terms a subscription is on when, and the periods that follow from it. */
import DataLoader from 'dataloader';
import type { Operation } from '../../operation.js';
import { billingPeriod, type BillingPeriod } from './billing-period.js';
import { CALENDAR_ANCHOR, periodsOf, type PeriodBounds } from './billing-period.sql.js';
import { SubscriptionTerms, type PlanSubscription, type SubscriptionPhase } from './plan-subscription.js';
import { PeriodAnchoring, termsFromJson, type PlanTerms } from '../plan/plan-terms.js';
import type { Day } from '../amount/proration.js';

/** By rising day, at least one; batched over all subscriptions of an operation. */
export async function phasesOf(operation: Operation, { id }: PlanSubscription): Promise<readonly SubscriptionPhase[]> {
  return operation.loader(phasesOf, phaseLoader).load(id);
}

function phaseLoader(operation: Operation): DataLoader<string, readonly SubscriptionPhase[]> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const where = { organizationId, subscriptionId: { $in: [...ids] } };
    const rows = await em.find(SubscriptionTerms, where, { orderBy: { fromDay: 'asc' } });
    const byId = Map.groupBy(rows, ({ subscriptionId }) => subscriptionId);
    return ids.map((id) =>
      (byId.get(id) ?? []).map(({ fromDay, planId, anchorDay, terms, ...allowances }) => ({
        ...{ fromDay, planId, anchorDay, terms: termsFromJson(terms) },
        hasOwnTrial: allowances.hasOwnTrial,
        hasOwnCredit: allowances.hasOwnCredit,
        allowancesDroppedFor: allowances.allowancesDroppedFor,
      })),
    );
  });
}

/** The one that a day lies in; before the first, the first. */
export function phaseOn(phases: readonly SubscriptionPhase[], day: Day): SubscriptionPhase {
  const phase = phases.findLast(({ fromDay }) => fromDay <= day) ?? phases[0];
  if (!phase) throw new Error('A subscription is on no terms.');
  return phase;
}

/** Whether periods begin anew with the terms that follow. */
export function isOtherCycle(before: PlanTerms, after: PlanTerms): boolean {
  return (['interval', 'anchoring'] as const).some((name) => before[name] !== after[name]);
}

/** From which day periods are counted that begin with this one. */
export function anchorOf({ anchoring, interval }: PlanTerms, day: Day): Day {
  return anchoring === PeriodAnchoring.ANNIVERSARY ? day : CALENDAR_ANCHOR[interval];
}

/** Phases whose periods follow one anchor, `[fromDay, toDay)`. */
interface Cycle {
  readonly fromDay: Day;
  readonly toDay: Day | null;
  readonly phases: readonly SubscriptionPhase[];
}

function cyclesOf(phases: readonly SubscriptionPhase[], endDay: Day | null): Cycle[] {
  const starts = phases.filter((phase, n) => {
    const before = phases[n - 1];
    return !before || isOtherCycle(before.terms, phase.terms);
  });
  return starts.map(({ fromDay }, n) => {
    const next = starts[n + 1]?.fromDay;
    const toDay = next !== undefined && (endDay === null || next < endDay) ? next : endDay;
    const own = phases.filter((phase) => phase.fromDay >= fromDay && (next === undefined || phase.fromDay < next));
    return { fromDay, toDay, phases: own };
  });
}

/** So many periods from the one that contains a day, or from the first one after it. */
export async function periodsFrom(
  operation: Operation,
  subscription: PlanSubscription,
  day: Day,
  count: number,
): Promise<BillingPeriod[]> {
  const { startDay, endDay } = subscription;
  const periods: BillingPeriod[] = [];
  for (const cycle of cyclesOf(await phasesOf(operation, subscription), endDay)) {
    const [phase] = cycle.phases;
    const left = count - periods.length;
    if (!phase || left === 0 || (cycle.toDay !== null && cycle.toDay <= day)) continue;
    const bounds = await periodsOf(operation, {
      interval: phase.terms.interval,
      anchorDay: phase.anchorDay,
      fromDay: day > cycle.fromDay ? day : cycle.fromDay,
      count: left,
      billedFrom: cycle.fromDay,
      billedTo: cycle.toDay,
    });
    periods.push(...bounds.map((found: PeriodBounds) => billingPeriod(found, cycle.phases, startDay)));
  }
  return periods;
}

/** The period that contains a day. */
export async function periodOn(
  operation: Operation,
  subscription: PlanSubscription,
  day: Day,
): Promise<BillingPeriod | undefined> {
  const [period] = await periodsFrom(operation, subscription, day, 1);
  return period && period.firstDay <= day ? period : undefined;
}
