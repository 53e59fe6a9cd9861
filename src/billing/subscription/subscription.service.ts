import { isDeepStrictEqual } from 'node:util';
import { LockMode } from '@mikro-orm/core';
import { badInput, databaseFault, invoiceState, serviceUnavailable } from '../../errors.js';
import type { PriceBook } from '../../catalog/price-book.js';
import { writeMarkups } from '../../catalog/write-markups.sql.js';
import type { AccountDirectory } from '../../identity/account-directory.js';
import { spenderOf } from '../../identity/account.service.js';
import { lockGate } from '../../identity/gate.sql.js';
import { authorize } from '../../identity/permission.js';
import { encodeId, newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { readToday, todayOf } from './billing-period.sql.js';
import { awaitInvoicesAbove, readBilledTo } from '../invoice/billed-above.sql.js';
import { withOverrides } from '../plan/check-plan.js';
import { lastInvoice, lockedSubscription, scheduleNext } from '../invoice/invoicing.js';
import type { PlanOverridesInput } from '../plan/plan-input.js';
import { assertBilling } from '../plan/plan.service.js';
import { Plan } from '../plan/plan.js';
import { termsFromJson, termsToJson, type PlanTerms } from '../plan/plan-terms.js';
import { allowedTerms, dropAllowancesFrom, hasAllowances, withoutAllowances } from './allowances.js';
import { ChangeTiming, PlanSubscription, SubscriptionTerms, type SubscriptionPhase } from './plan-subscription.js';
import { addDays, type Day } from '../amount/proration.js';
import type { CancelSubscriptionInput, ChangeSubscriptionInput, SubscribeInput } from './subscription-input.js';
import { anchorOf, isOtherCycle, periodOn, phasesOf, phaseOn } from './subscription-phase.js';

const FIRST_DAY = '2020-01-01';
const MAX_AHEAD_DAYS = 366;

interface Chosen {
  readonly planId: string;
  readonly terms: PlanTerms;
  readonly hasOwnTrial: boolean;
  readonly hasOwnCredit: boolean;
}

/** What of it an account gets. */
type Granted = Chosen & Pick<SubscriptionPhase, 'allowancesDroppedFor'>;

export class SubscriptionService {
  constructor(
    private readonly accounts: AccountDirectory,
    private readonly prices: PriceBook,
    private readonly isOn: boolean,
  ) {}

  /** Puts an account on a plan. */
  async subscribe(operation: Operation, input: SubscribeInput): Promise<PlanSubscription> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const account = spenderOf(input, ['input']);
    const chosen = await this.#choose(operation, input.plan, input.overrides);
    const startDay = await this.#startDay(operation, input.firstDay);
    // The account is made by a transaction of its own, after the input was checked.
    await operation.commit();
    const { organizationId } = operation.principal;
    const [accountId] = await this.accounts.idsOf(organizationId, [account], operation.now);
    if (accountId === undefined) throw new Error('The account was not made.');
    await awaitInvoicesAbove(await operation.em(), organizationId, accountId);
    await operation.commit();
    const em = await operation.em();
    await lockGate(em, organizationId);
    const other = (await em.find(PlanSubscription, { organizationId, accountId })).find(
      ({ startDay: from, endDay: to }) => to === null || (to > startDay && to !== from),
    );
    if (other && (await isThat(operation, other, startDay, chosen))) return other;
    if (other) throw badInput(['input'], 'The account has a subscription in this time: change or cancel that one.');
    const billedTo = await atOnce(readBilledTo(em, organizationId, accountId));
    if (billedTo !== null && billedTo > startDay) {
      throw badInput(
        ['input', 'firstDay'],
        `Usage of the account is on invoices of its team or organization already: ${billedTo} is the first day left.`,
      );
    }
    const id = newId();
    const createdAt = operation.now;
    const subscription = em.create(PlanSubscription, {
      organizationId,
      id,
      accountId,
      startDay,
      endDay: null,
      nextInvoiceDay: startDay,
      createdAt,
    });
    await em.persist(subscription).flush();
    const granted = { ...chosen, ...(await allowedTerms(operation, accountId, chosen)) };
    await this.#write(operation, subscription, startDay, { ...granted, anchorDay: anchorOf(chosen.terms, startDay) });
    await this.#putInForce(operation, subscription);
    return subscription;
  }

  /** Puts a subscription on other terms, today or with its next period. */
  async change(operation: Operation, input: ChangeSubscriptionInput): Promise<PlanSubscription> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    if (input.plan == null && input.overrides == null) throw badInput(['input', 'plan'], 'Say what changes.');
    const { subscription, today } = await this.#locked(operation, input.subscriptionId);
    const phases = await phasesOf(operation, subscription);
    const day = await dayOf(operation, subscription, today, input.when);
    if (subscription.endDay !== null && day >= subscription.endDay) {
      throw badInput(['input', 'when'], `The subscription ends on ${addDays(subscription.endDay, -1)}, before that.`);
    }
    const billedTo = (await lastInvoice(operation, subscription))?.toDay;
    if (billedTo != null && billedTo > day) throw invoiceState('The period is invoiced already.');
    const before = day === subscription.startDay ? undefined : phaseOn(phases, addDays(day, -1));
    const code = input.plan ?? (await this.#codeOf(operation, phaseOn(phases, day).planId));
    const said = await this.#choose(operation, code, input.overrides);
    const chosen: Granted = { ...said, ...(await allowedTerms(operation, subscription.accountId, said)) };
    const isInvoiced = billedTo !== undefined;
    if ((before ?? isInvoiced) && phaseOn(phases, day).terms.currency !== chosen.terms.currency) {
      throw badInput(['input', 'plan'], 'A subscription stays in its currency: end it, and subscribe again.');
    }
    const isOther = !before || isOtherCycle(before.terms, chosen.terms);
    if (isOther && before && input.when === ChangeTiming.NOW) {
      throw badInput(['input', 'when'], 'Another interval or anchoring can begin only with a period: say PERIOD_END.');
    }
    await this.#removeFrom(operation, subscription, day);
    if (!before || !isSame(before, chosen)) {
      const anchorDay = isOther ? anchorOf(chosen.terms, day) : before.anchorDay;
      await this.#write(operation, subscription, day, { ...chosen, anchorDay });
    }
    await this.#putInForce(operation, subscription);
    return subscription;
  }

  /** Ends a subscription, today or with its period. */
  async cancel(operation: Operation, input: CancelSubscriptionInput): Promise<PlanSubscription> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const { subscription, today } = await this.#locked(operation, input.subscriptionId);
    const day = await dayOf(operation, subscription, today, input.when);
    const isBegun = today >= subscription.startDay;
    const endDay = input.when === ChangeTiming.NOW && isBegun ? addDays(day, 1) : day;
    if (subscription.endDay !== null && subscription.endDay <= endDay) return subscription;
    const em = await operation.em();
    const billedTo = (await lastInvoice(operation, subscription))?.toDay;
    if (billedTo != null && billedTo > endDay) throw invoiceState('The period is invoiced already.');
    subscription.endDay = endDay;
    await em.flush();
    await this.#putInForce(operation, subscription);
    return subscription;
  }

  /** What is free in its plan an account has no more, from today on: it keeps a payment method that another had before. */
  async dropAllowances(operation: Operation, accountId: string): Promise<void> {
    authorize(operation, 'billing.write');
    const { organizationId } = operation.principal;
    // Whoever subscribes it at this time may not have seen that: the gate comes free with its subscription.
    await lockGate(await operation.em(), organizationId);
    await operation.commit();
    const em = await operation.em();
    const today = await todayOf(operation);
    const going = { organizationId, accountId, $or: [{ endDay: null }, { endDay: { $gt: today } }] };
    for (const found of await em.find(PlanSubscription, going)) {
      if (!(await hasAllowances(operation, found, today))) continue;
      await operation.commit();
      const { subscription, today: from } = await this.#locked(operation, encodeId('subscription', found.id));
      const billedTo = (await lastInvoice(operation, subscription))?.toDay ?? from;
      const day = [from, subscription.startDay, billedTo].reduce((a, b) => (a > b ? a : b));
      await dropAllowancesFrom(operation, subscription, day);
      await this.#putInForce(operation, subscription);
    }
  }

  async #choose(operation: Operation, code: string, overrides: PlanOverridesInput | null | undefined): Promise<Chosen> {
    const em = await operation.em();
    const plan = await em.findOne(Plan, { organizationId: operation.principal.organizationId, code });
    if (!plan) throw badInput(['input', 'plan'], 'There is no plan with this code.');
    return {
      planId: plan.id,
      terms: withOverrides(termsFromJson(plan.terms), overrides, ['input', 'overrides']),
      hasOwnTrial: overrides?.trialDays != null,
      hasOwnCredit: overrides?.includedCredit != null,
    };
  }

  async #codeOf(operation: Operation, id: string): Promise<string> {
    const em = await operation.em();
    return (await em.findOneOrFail(Plan, { organizationId: operation.principal.organizationId, id })).code;
  }

  async #startDay(operation: Operation, said: Day | null | undefined): Promise<Day> {
    const today = await todayOf(operation);
    const day = said ?? today;
    if (day < FIRST_DAY || day > addDays(today, MAX_AHEAD_DAYS)) {
      throw badInput(['input', 'firstDay'], `Must be from ${FIRST_DAY} to a year from today.`);
    }
    return day;
  }

  /** One at a time changes the subscriptions of an organization. */
  async #locked(operation: Operation, id: string): Promise<{ subscription: PlanSubscription; today: Day }> {
    const { organizationId } = operation.principal;
    // Whoever makes an invoice of it holds it. At the gate every call of the organization would wait for that, too.
    await lockedSubscription(operation, id);
    await operation.commit();
    const em = await operation.em();
    await lockGate(em, organizationId);
    const subscription = await atOnce(lockedSubscription(operation, id, LockMode.PESSIMISTIC_WRITE_OR_FAIL));
    const today = await readToday(em, organizationId);
    if (subscription.endDay !== null && subscription.endDay <= today) {
      throw badInput(['input', 'subscriptionId'], 'The subscription has ended: subscribe the account again.');
    }
    return { subscription, today };
  }

  /** Calls from now on are charged by the markups of its terms. Commits, because what is announced must be there for all. */
  async #putInForce(operation: Operation, subscription: PlanSubscription): Promise<void> {
    await scheduleNext(operation, subscription);
    const { organizationId, accountId, id: sourceId, endDay } = subscription;
    const phases = await phasesOf(operation, subscription);
    const spans = phases.flatMap(({ fromDay, terms }, n) => {
      const next = phases[n + 1]?.fromDay;
      const toDay = next !== undefined && (endDay === null || next < endDay) ? next : endDay;
      const rates = terms.markups.map((markup) => ({ ...markup, percent: markup.percent.toString() }));
      return toDay !== null && toDay <= fromDay ? [] : [{ fromDay, toDay, rates }];
    });
    await writeMarkups(await operation.em(), { organizationId, accountId, sourceId }, spans);
    await operation.commit();
    await this.prices.pricesChanged(organizationId);
  }

  async #removeFrom(operation: Operation, { organizationId, id }: PlanSubscription, day: Day): Promise<void> {
    const em = await operation.em();
    const rows = await em.find(SubscriptionTerms, { organizationId, subscriptionId: id, fromDay: { $gte: day } });
    await em.remove(rows).flush();
    operation.forget(phasesOf);
  }

  async #write(
    operation: Operation,
    { organizationId, id: subscriptionId }: PlanSubscription,
    fromDay: Day,
    { terms, ...chosen }: Granted & { readonly anchorDay: Day },
  ): Promise<void> {
    const em = await operation.em();
    const row = { organizationId, subscriptionId, fromDay, ...chosen, terms: termsToJson(terms) };
    await em.persist(em.create(SubscriptionTerms, { ...row, createdAt: operation.now })).flush();
    operation.forget(phasesOf);
  }
}

/** For what waits for nobody. @throws ApiError SERVICE_UNAVAILABLE where somebody holds it */
async function atOnce<Found>(found: Promise<Found>): Promise<Found> {
  return found.catch((error: unknown) => {
    throw databaseFault(error) === 'LOCKED' ? serviceUnavailable('An invoice is being made at the moment.') : error;
  });
}

/** Where a change begins: today, or the first day of the next period; before the first day, that. */
async function dayOf(
  operation: Operation,
  subscription: PlanSubscription,
  today: Day,
  when: ChangeTiming,
): Promise<Day> {
  if (today < subscription.startDay) return subscription.startDay;
  if (when === ChangeTiming.NOW) return today;
  const period = await periodOn(operation, subscription, today);
  if (!period) throw new Error('A subscription that is on has no period.');
  return addDays(period.lastDay, 1);
}

/** What a shared payment method took from it since is no other subscription. */
async function isThat(
  operation: Operation,
  subscription: PlanSubscription,
  startDay: Day,
  { planId, terms, ...own }: Chosen,
): Promise<boolean> {
  if (subscription.startDay !== startDay || subscription.endDay !== null) return false;
  const left = withoutAllowances(terms, own);
  return (await phasesOf(operation, subscription)).every((phase) => {
    const is = phase.allowancesDroppedFor === null ? terms : left;
    return phase.planId === planId && isDeepStrictEqual(phase.terms, is);
  });
}

function isSame(before: SubscriptionPhase, chosen: Chosen): boolean {
  const isOther = (['planId', 'hasOwnTrial', 'hasOwnCredit'] as const).some((field) => before[field] !== chosen[field]);
  return !isOther && isDeepStrictEqual(before.terms, chosen.terms);
}
