/** Disputes: a customer asks the bank for the money back. */
import { z } from 'zod';
import type { StripeAccount } from './account.js';
import { expand, paging, range, text } from './form.js';
import { pageOf, within } from './lists.js';
import type { Dispute } from './objects.js';
import { route, type Route } from './routes.js';

const listForm = z.strictObject({
  ...paging,
  charge: text.optional(),
  created: range.optional(),
  payment_intent: text.optional(),
});

export const disputeRoutes: Route[] = [
  route('GET', '/v1/disputes', listForm, (account, form) =>
    pageOf(
      [...account.state.disputes.values()].filter(
        ({ charge, created, payment_intent }) =>
          within(created, form.created) &&
          (form.charge ?? charge) === charge &&
          (form.payment_intent ?? payment_intent) === payment_intent,
      ),
      '/v1/disputes',
      form,
    ),
  ),
  route('GET', '/v1/disputes/:id', z.strictObject(expand), (account, _, id) => account.find('disputes', id)),
];

/** The money is taken back at once, and given again only when the dispute is won. */
export function openDispute(account: StripeAccount, paymentIntentId: string, amount?: number): Dispute {
  const intent = account.find('paymentIntents', paymentIntentId);
  if (intent.status !== 'succeeded' || intent.latest_charge === null)
    throw new Error(`The payment ${intent.id} is ${intent.status}: there is nothing to dispute.`);
  const charge = account.find('charges', intent.latest_charge);
  charge.disputed = true;
  const dispute: Dispute = {
    id: account.newId('du'),
    object: 'dispute',
    amount: amount ?? charge.amount - charge.amount_refunded,
    balance_transactions: [],
    charge: charge.id,
    created: account.nowSeconds(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: intent.id,
    reason: 'fraudulent',
    status: 'needs_response',
  };
  account.state.disputes.set(dispute.id, dispute);
  account.tell('charge.dispute.created', dispute);
  account.tell('charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

export function closeDispute(account: StripeAccount, id: string, status: 'won' | 'lost'): void {
  const dispute = account.find('disputes', id);
  if (dispute.status === 'won' || dispute.status === 'lost') throw new Error(`The dispute ${id} is closed already.`);
  dispute.status = status;
  dispute.is_charge_refundable = status === 'won';
  account.tell('charge.dispute.closed', dispute);
  if (status === 'won') account.tell('charge.dispute.funds_reinstated', dispute);
}
