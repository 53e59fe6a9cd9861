import { validate } from 'uuid';
import { badInput } from '../../errors.js';
import { Account } from '../../identity/account.js';
import { spenderOf, type AccountName } from '../../identity/account.service.js';
import { authorize } from '../../identity/permission.js';
import { encodeId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { keyAfter, pageOf, pageSize, type Page } from '../../page.js';
import type { BillingPeriod } from './billing-period.js';
import { todayOf } from './billing-period.sql.js';
import { assertBilling } from '../plan/plan.service.js';
import { PlanSubscription, SubscriptionStatus, type SubscriptionPhase } from './plan-subscription.js';
import type { Day } from '../amount/proration.js';
import { periodOn, periodsFrom, phasesOf } from './subscription-phase.js';

const MAX_PERIODS = 60;
/** Of the days from which periods are shown. */
const LAST_DAY = '2199-12-31';

export class SubscriptionReadingService {
  constructor(private readonly isOn: boolean) {}

  /** The one that an account has today, else the one that begins next, else the last one; null without any. */
  async find(operation: Operation, name: AccountName): Promise<PlanSubscription | null> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const { kind, externalId } = spenderOf(name, []);
    const { organizationId } = operation.principal;
    const em = await operation.em();
    const account = await em.findOne(Account, { organizationId, kind, externalId });
    if (!account) return null;
    const today = await todayOf(operation);
    const all = await em.find(
      PlanSubscription,
      { organizationId, accountId: account.id },
      { orderBy: { startDay: 'asc' } },
    );
    // One that was ended before it began never was.
    const real = all.filter(({ startDay, endDay }) => startDay !== endDay);
    return real.find(({ endDay }) => endDay === null || endDay > today) ?? real.at(-1) ?? all.at(-1) ?? null;
  }

  /** In the order of their making. */
  async list(operation: Operation, first?: number | null, after?: string | null): Promise<Page<PlanSubscription>> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const size = pageSize(first);
    const from = keyAfter('subscription', after);
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const where = { organizationId, ...(from !== undefined && { id: { $gt: from } }) };
    const found = await em.find(PlanSubscription, where, { orderBy: { id: 'asc' }, limit: size + 1 });
    return pageOf(found, size, after, ({ id }) => encodeId('subscription', id));
  }

  async status(operation: Operation, { startDay, endDay }: PlanSubscription): Promise<SubscriptionStatus> {
    authorize(operation, 'billing.read');
    const today = await todayOf(operation);
    if (endDay !== null && (endDay <= today || endDay === startDay)) return SubscriptionStatus.ENDED;
    return today < startDay ? SubscriptionStatus.PENDING : SubscriptionStatus.ACTIVE;
  }

  /** What it was on, is on and will be on, by rising day. */
  async phases(operation: Operation, subscription: PlanSubscription): Promise<readonly SubscriptionPhase[]> {
    authorize(operation, 'billing.read');
    return phasesOf(operation, subscription);
  }

  /** The period that today lies in; null before the first and after the last. */
  async currentPeriod(operation: Operation, subscription: PlanSubscription): Promise<BillingPeriod | null> {
    authorize(operation, 'billing.read');
    return (await periodOn(operation, subscription, await todayOf(operation))) ?? null;
  }

  /** So many periods from the one that contains a day, which is the first one where nothing is said. */
  async periods(
    operation: Operation,
    subscription: PlanSubscription,
    first: number,
    from: Day | null | undefined,
  ): Promise<BillingPeriod[]> {
    authorize(operation, 'billing.read');
    if (first < 1 || first > MAX_PERIODS) throw badInput(['first'], `Must be from 1 to ${MAX_PERIODS}.`);
    if (from != null && from > LAST_DAY) throw badInput(['from'], `Must not be after ${LAST_DAY}.`);
    return periodsFrom(operation, subscription, from ?? subscription.startDay, first);
  }

  /** By the key in an opaque id. */
  async findNode(operation: Operation, key: string): Promise<PlanSubscription | null> {
    authorize(operation, 'billing.read');
    if (!this.isOn || !validate(key)) return null;
    const em = await operation.em();
    return em.findOne(PlanSubscription, { organizationId: operation.principal.organizationId, id: key });
  }
}
