/** Charges, and refunds of them. */
import { z } from 'zod';
import type { StripeAccount } from './account.js';
import { EMPTY } from './empty-fields.js';
import { invalidParameter, unexpectedState } from './errors.js';
import { expand, mergeMetadata, metadata, paging, positive, range, text } from './form.js';
import { pageOf, within } from './lists.js';
import type { Charge, Refund } from './objects.js';
import { route, type Route } from './routes.js';

const listForm = z.strictObject({
  ...paging,
  charge: text.optional(),
  created: range.optional(),
  payment_intent: text.optional(),
});
const chargesForm = z.strictObject({
  ...paging,
  created: range.optional(),
  customer: text.optional(),
  payment_intent: text.optional(),
});
const createForm = z.strictObject({
  ...expand,
  amount: positive.optional(),
  charge: text.optional(),
  metadata: metadata.optional(),
  payment_intent: text.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});
type Create = z.infer<typeof createForm>;

export const refundRoutes: Route[] = [
  route('GET', '/v1/charges', chargesForm, (account, form) =>
    pageOf(
      [...account.state.charges.values()].filter(
        ({ created, customer, payment_intent }) =>
          within(created, form.created) &&
          (form.customer ?? customer) === customer &&
          (form.payment_intent ?? payment_intent) === payment_intent,
      ),
      '/v1/charges',
      form,
    ),
  ),
  route('GET', '/v1/charges/:id', z.strictObject(expand), (account, _, id) => account.find('charges', id)),
  route('POST', '/v1/refunds', createForm, (account, form) => createRefund(account, form)),
  route('GET', '/v1/refunds', listForm, (account, form) =>
    pageOf(
      [...account.state.refunds.values()].filter(
        ({ charge, created, payment_intent }) =>
          within(created, form.created) &&
          (form.charge ?? charge) === charge &&
          (form.payment_intent ?? payment_intent) === payment_intent,
      ),
      '/v1/refunds',
      form,
    ),
  ),
  route('GET', '/v1/refunds/:id', z.strictObject(expand), (account, _, id) => account.find('refunds', id)),
];

export function createRefund(account: StripeAccount, form: Create): Refund {
  const charge = chargeOf(account, form);
  const kept = mergeMetadata({}, form.metadata);
  const left = charge.amount_captured - charge.amount_refunded;
  const amount = form.amount ?? left;
  checkRefund(account, charge, amount, left);
  const pending = account.refundsArePending || charge.payment_method_details.type !== 'card';
  const refund: Refund = {
    id: account.newId('re'),
    object: 'refund',
    ...EMPTY.refund,
    amount,
    balance_transaction: account.newId('txn'),
    charge: charge.id,
    created: account.nowSeconds(),
    currency: charge.currency,
    customer: charge.customer,
    metadata: kept,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: form.reason ?? null,
    status: pending ? 'pending' : 'succeeded',
  };
  account.state.refunds.set(refund.id, refund);
  account.tell('refund.created', refund);
  account.change('charge.refunded', charge, () => count(charge, amount));
  return refund;
}

function chargeOf(account: StripeAccount, form: Create): Charge {
  if ((form.charge === undefined) === (form.payment_intent === undefined))
    throw invalidParameter(
      'One of these parameters must be provided: charge, payment_intent.',
      'charge',
      'parameter_missing',
    );
  if (form.charge !== undefined) return account.find('charges', form.charge, 'charge');
  const intent = account.find('paymentIntents', form.payment_intent ?? '', 'payment_intent');
  if (intent.status !== 'succeeded' || intent.latest_charge === null)
    throw unexpectedState(
      `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
      'payment_intent_unexpected_state',
    );
  return account.find('charges', intent.latest_charge);
}

function checkRefund(account: StripeAccount, charge: Charge, amount: number, left: number): void {
  if (charge.status !== 'succeeded')
    throw unexpectedState(`Charge ${charge.id} has not succeeded; cannot refund it.`, 'charge_not_refundable');
  const lost = account.state.disputes.values().some(({ charge: of, status }) => of === charge.id && status !== 'won');
  if (lost)
    throw unexpectedState(`Charge ${charge.id} has been charged back; cannot issue a refund.`, 'charge_disputed');
  if (left === 0) throw unexpectedState(`Charge ${charge.id} has already been refunded.`, 'charge_already_refunded');
  if (amount > left)
    throw unexpectedState(
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left}).`,
      'amount_too_large',
      { param: 'amount' },
    );
}

/** The bank took the refund, or sent the money back. */
export function finishRefund(account: StripeAccount, id: string, status: 'succeeded' | 'failed'): void {
  const refund = account.find('refunds', id);
  if (refund.status === 'failed') throw new Error(`The refund ${id} has failed already.`);
  account.change('refund.updated', refund, () => {
    refund.status = status;
    if (status === 'failed') refund.failure_reason = 'expired_or_canceled_card';
  });
  if (status === 'succeeded') return;
  account.tell('refund.failed', refund);
  count(account.find('charges', refund.charge), -refund.amount);
}

function count(charge: Charge, amount: number): void {
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
}
