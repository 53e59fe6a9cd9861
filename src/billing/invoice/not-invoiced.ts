/** The charges of an account that are on no invoice with a number yet. */
import type { Account } from '../../identity/account.js';
import type { Operation } from '../../operation.js';
import { exact, exactOf, plus, roundTo, times, ZERO } from '../amount/exact.js';
import { todayOf } from '../subscription/billing-period.sql.js';
import { PlanSubscription } from '../subscription/plan-subscription.js';
import { phaseOn, phasesOf } from '../subscription/subscription-phase.js';
import { readCharged } from './billed-usage.sql.js';
import { Invoice, InvoiceStatus } from './invoice.js';

const ONE_PICO = 1_000_000_000_000n;
/** Nothing has happened after it. */
const FOREVER = new Date('9999-12-31T00:00:00Z');

export interface NotInvoiced {
  readonly currency: string;
  /** By the rate of the plan, half-even to 12 places. */
  readonly amountPico: bigint;
}

/** @param said the currency that is meant; undefined: that of the latest subscription. */
export async function notInvoiced(
  operation: Operation,
  account: Account,
  said: string | undefined,
): Promise<NotInvoiced | undefined> {
  const em = await operation.em();
  const { organizationId, id: accountId, kind } = account;
  const subscriptions = await em.find(
    PlanSubscription,
    { organizationId, accountId },
    { orderBy: { startDay: 'desc', id: 'desc' } },
  );
  let currency = said;
  let amount = ZERO;
  for (const subscription of subscriptions) {
    const { terms } = phaseOn(await phasesOf(operation, subscription), await todayOf(operation));
    currency ??= terms.currency;
    if (terms.currency !== currency) continue;
    const subscriptionId = subscription.id;
    const final = { status: { $nin: [InvoiceStatus.VOID, InvoiceStatus.DRAFT] }, toAt: { $ne: null } };
    const where = { organizationId, subscriptionId, ...final };
    const before = await em.findOne(Invoice, where, { orderBy: { sequence: 'desc' } });
    const window = {
      ...{ organizationId, subscriptionId, payer: { id: accountId, kind }, sequence: (before?.sequence ?? 0) + 1 },
      ...{ toAt: FOREVER, cutAt: operation.now },
      before: before?.toAt ? { toAt: before.toAt, cutAt: before.cutAt } : undefined,
    };
    const charged = await readCharged(em, window);
    const usd = charged.reduce((sum, { charge }) => plus(sum, exactOf(charge)), ZERO);
    amount = plus(amount, terms.usdRatePico === null ? usd : times(usd, exact(terms.usdRatePico, ONE_PICO)));
  }
  return currency === undefined ? undefined : { currency, amountPico: roundTo(1n, amount) };
}
