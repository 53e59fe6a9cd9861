/** Payment intents. */
import { z } from 'zod';
import type { StripeAccount } from './account.js';
import { checkAmount } from './amounts.js';
import { EMPTY } from './empty-fields.js';
import { invalidParameter, unexpectedState } from './errors.js';
import { anything, expand, flag, mergeMetadata, metadata, paging, positive, range, text, unsettable } from './form.js';
import { checkReturn, chooseMethods, methodFields } from './intent-methods.js';
import { pageOf, within } from './lists.js';
import type { PaymentIntent, PaymentMethod } from './objects.js';
import { methodOf } from './payment-methods.js';
import { pay } from './payments.js';
import { route, type Route } from './routes.js';
import { search, searchForm } from './search.js';

const confirmFields = {
  ...expand,
  error_on_requires_action: flag.optional(),
  mandate: text.optional(),
  mandate_data: anything.optional(),
  off_session: flag.optional(),
  payment_method: text.optional(),
  payment_method_options: anything.optional(),
  receipt_email: unsettable.optional(),
  return_url: text.optional(),
  setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
  shipping: anything.optional(),
  use_stripe_sdk: flag.optional(),
};
const confirmForm = z.strictObject(confirmFields);
const createForm = z.strictObject({
  ...confirmFields,
  ...methodFields,
  amount: positive,
  capture_method: z.enum(['automatic', 'automatic_async']).optional(),
  confirm: flag.optional(),
  confirmation_method: z.enum(['automatic', 'manual']).optional(),
  currency: text,
  customer: text.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
});
type Create = z.infer<typeof createForm>;
const listForm = z.strictObject({ ...paging, created: range.optional(), customer: text.optional() });
const cancelForm = z.strictObject({
  ...expand,
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});

export const paymentIntentRoutes: Route[] = [
  route('POST', '/v1/payment_intents', createForm, (account, form) => {
    const { intent, method } = createPayment(account, form);
    if (form.confirm && method) pay(account, intent, method, form);
    return intent;
  }),
  route('GET', '/v1/payment_intents', listForm, (account, form) => {
    if (form.customer !== undefined) account.find('customers', form.customer, 'customer');
    const wanted = [...account.state.paymentIntents.values()].filter(
      ({ customer, created }) => (form.customer ?? customer) === customer && within(created, form.created),
    );
    return pageOf(wanted, '/v1/payment_intents', form);
  }),
  route('GET', '/v1/payment_intents/search', searchForm, (account, form) =>
    search(account, account.state.paymentIntents.values(), '/v1/payment_intents/search', form),
  ),
  route(
    'GET',
    '/v1/payment_intents/:id',
    z.strictObject({ ...expand, client_secret: text.optional() }),
    (account, _, id) => account.find('paymentIntents', id),
  ),
  route('POST', '/v1/payment_intents/:id/confirm', confirmForm, (account, form, id) => {
    const intent = account.find('paymentIntents', id);
    const chosen = form.payment_method ?? intent.payment_method;
    checkConfirmable(intent, chosen);
    checkReturn(intent, form);
    const method = usable(account, intent, methodOf(account, chosen ?? '', 'payment_method'));
    if (form.setup_future_usage) intent.setup_future_usage = form.setup_future_usage;
    if (form.receipt_email !== undefined) intent.receipt_email = form.receipt_email;
    pay(account, intent, method, form);
    return intent;
  }),
  route('POST', '/v1/payment_intents/:id/cancel', cancelForm, (account, form, id) => {
    const intent = account.find('paymentIntents', id);
    cancelPayment(account, intent, form.cancellation_reason ?? null);
    return intent;
  }),
];

function createPayment(
  account: StripeAccount,
  form: Create,
): { intent: PaymentIntent; method: PaymentMethod | undefined } {
  const currency = checkAmount(form.amount, form.currency);
  if (form.off_session && !form.confirm)
    throw invalidParameter('The parameter `off_session` can only be passed when `confirm=true`.', 'off_session');
  const methods = chooseMethods({ ...form, currency });
  const customer = form.customer === undefined ? null : account.find('customers', form.customer, 'customer').id;
  if (form.confirm && form.payment_method === undefined)
    throw invalidParameter(
      "You cannot confirm this PaymentIntent because it's missing a payment method.",
      'payment_method',
      'parameter_missing',
    );
  const kept = mergeMetadata({}, form.metadata);
  const method =
    form.payment_method === undefined ? undefined : methodOf(account, form.payment_method, 'payment_method');
  if (method) usable(account, { customer, ...methods }, method);
  const id = account.newId('pi');
  const intent: PaymentIntent = {
    id,
    object: 'payment_intent',
    ...EMPTY.intent,
    amount: form.amount,
    amount_capturable: 0,
    amount_received: 0,
    ...methods,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: form.capture_method ?? 'automatic_async',
    client_secret: `${id}_secret_${account.mark}`,
    confirmation_method: form.confirmation_method ?? 'automatic',
    created: account.nowSeconds(),
    currency,
    customer,
    description: form.description ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: kept,
    next_action: null,
    payment_method: method?.id ?? null,
    receipt_email: form.receipt_email ?? null,
    setup_future_usage: form.setup_future_usage ?? null,
    statement_descriptor: form.statement_descriptor ?? null,
    statement_descriptor_suffix: form.statement_descriptor_suffix ?? null,
    status: method ? 'requires_confirmation' : 'requires_payment_method',
  };
  account.state.paymentIntents.set(id, intent);
  return { intent, method };
}

/** The method, when this customer may pay so. */
function usable(
  account: StripeAccount,
  intent: Pick<PaymentIntent, 'customer' | 'payment_method_types'>,
  method: PaymentMethod,
): PaymentMethod {
  if (method.customer !== null && method.customer !== intent.customer)
    throw invalidParameter(
      intent.customer === null
        ? 'The payment method you provided is attached to a customer. Please provide the customer as well.'
        : 'The payment method does not belong to the customer you supplied.',
      'payment_method',
    );
  if (method.customer === null && account.usedUp.has(method.id))
    throw invalidParameter(
      'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, or was detached from a Customer. It may not be used again.',
      'payment_method',
    );
  if (!intent.payment_method_types.includes(method.type))
    throw invalidParameter(
      `The PaymentMethod provided (${method.type}) is not allowed for this PaymentIntent.`,
      'payment_method',
      'payment_intent_incompatible_payment_method',
    );
  return method;
}

function checkConfirmable(intent: PaymentIntent, chosen: string | null): void {
  const found = { payment_intent: structuredClone(intent) };
  if (intent.status === 'succeeded' || intent.status === 'canceled' || intent.status === 'processing')
    throw unexpectedState(
      intent.status === 'succeeded'
        ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
        : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
      'payment_intent_unexpected_state',
      found,
    );
  if (chosen === null)
    throw unexpectedState(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method.",
      'payment_intent_unexpected_state',
      found,
    );
}

/** What is processing, or over, cannot be canceled. */
function cancelPayment(account: StripeAccount, intent: PaymentIntent, reason: string | null): void {
  if (intent.status === 'succeeded' || intent.status === 'canceled' || intent.status === 'processing')
    throw unexpectedState(
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action.`,
      'payment_intent_unexpected_state',
      { payment_intent: structuredClone(intent) },
    );
  intent.status = 'canceled';
  intent.canceled_at = account.nowSeconds();
  intent.cancellation_reason = reason;
  intent.next_action = null;
  account.tell('payment_intent.canceled', intent);
}
