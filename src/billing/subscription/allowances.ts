/** What is free in a plan: its trial days and included credit. A card or bank account pays for them once. */
import { isDeepStrictEqual } from 'node:util';
import type { Operation } from '../../operation.js';
import type { Day } from '../amount/proration.js';
import { PaymentMethod } from '../payment-method/payment-method.js';
import { termsFromJson, termsToJson, type PlanTerms } from '../plan/plan-terms.js';
import {
  AllowancesDroppedFor,
  SubscriptionTerms,
  type PlanSubscription,
  type SubscriptionPhase,
} from './plan-subscription.js';
import { phaseOn, phasesOf } from './subscription-phase.js';

/** Which of them were said for a subscription alone, and stay. */
type Own = Pick<SubscriptionPhase, 'hasOwnTrial' | 'hasOwnCredit'>;

type Allowed = Pick<SubscriptionPhase, 'terms' | 'allowancesDroppedFor'>;

export function withoutAllowances(terms: PlanTerms, { hasOwnTrial, hasOwnCredit }: Own): PlanTerms {
  return {
    ...terms,
    trialDays: hasOwnTrial ? terms.trialDays : 0,
    includedCreditPico: hasOwnCredit ? terms.includedCreditPico : 0n,
  };
}

/** The terms that an account gets of those that were chosen for it. */
export async function allowedTerms(
  operation: Operation,
  accountId: string,
  { terms, ...own }: Own & { readonly terms: PlanTerms },
): Promise<Allowed> {
  return (await hasSharedMethod(operation, accountId)) ? dropped(terms, own) : { terms, allowancesDroppedFor: null };
}

function dropped(terms: PlanTerms, own: Own): Allowed {
  const left = withoutAllowances(terms, own);
  return isDeepStrictEqual(left, terms)
    ? { terms, allowancesDroppedFor: null }
    : { terms: left, allowancesDroppedFor: AllowancesDroppedFor.SHARED_PAYMENT_METHOD };
}

/** Whether it keeps or ever kept a card or bank account that another account had before. */
async function hasSharedMethod(operation: Operation, accountId: string): Promise<boolean> {
  const em = await operation.em();
  const where = { organizationId: operation.principal.organizationId, accountId, sharedWith: { $ne: null } };
  return (await em.findOne(PaymentMethod, where)) !== null;
}

/** Whether a subscription has anything of a plan that is free, on a day or later. */
export async function hasAllowances(operation: Operation, subscription: PlanSubscription, day: Day): Promise<boolean> {
  const phases = await phasesOf(operation, subscription);
  const on = phaseOn(phases, day);
  return phases.some(
    (phase) => phase.fromDay >= on.fromDay && !isDeepStrictEqual(withoutAllowances(phase.terms, phase), phase.terms),
  );
}

/** From a day on it has nothing of that. Who calls it holds the subscription. */
export async function dropAllowancesFrom(
  operation: Operation,
  subscription: PlanSubscription,
  day: Day,
): Promise<void> {
  const em = await operation.em();
  const { organizationId, id: subscriptionId } = subscription;
  const on = phaseOn(await phasesOf(operation, subscription), day);
  const rows = await em.find(SubscriptionTerms, { organizationId, subscriptionId, fromDay: { $gte: on.fromDay } });
  for (const row of rows) {
    const allowed = dropped(termsFromJson(row.terms), row);
    if (allowed.allowancesDroppedFor === null) continue;
    const said = { terms: termsToJson(allowed.terms), allowancesDroppedFor: allowed.allowancesDroppedFor };
    if (row.fromDay >= day) Object.assign(row, said);
    else {
      const { planId, anchorDay, hasOwnTrial, hasOwnCredit } = row;
      const as = { organizationId, subscriptionId, fromDay: day, planId, anchorDay, hasOwnTrial, hasOwnCredit };
      em.persist(em.create(SubscriptionTerms, { ...as, ...said, createdAt: operation.now }));
    }
  }
  await em.flush();
  operation.forget(phasesOf);
}
