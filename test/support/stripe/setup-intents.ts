/** Setup intents: a customer saves a payment method for later. */
import { z } from 'zod';
import type { StripeAccount } from './account.js';
import { declined, type CardChoice } from './bank.js';
import { EMPTY } from './empty-fields.js';
import { docUrl, invalidParameter, paymentFailure, unexpectedState } from './errors.js';
import { anything, expand, flag, mergeMetadata, metadata, paging, range, text } from './form.js';
import { pageOf, within } from './lists.js';
import type { PaymentMethod, SetupIntent } from './objects.js';
import { checkReturn, chooseMethods, methodFields, nextAction } from './intent-methods.js';
import { attach, methodOf, newMethod } from './payment-methods.js';
import { route, type Route } from './routes.js';

const confirmFields = {
  ...expand,
  mandate_data: anything.optional(),
  payment_method: text.optional(),
  payment_method_options: anything.optional(),
  return_url: text.optional(),
  use_stripe_sdk: flag.optional(),
};
const confirmForm = z.strictObject(confirmFields);
const createForm = z.strictObject({
  ...confirmFields,
  ...methodFields,
  confirm: flag.optional(),
  customer: text.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  usage: z.enum(['off_session', 'on_session']).optional(),
});
type Create = z.infer<typeof createForm>;
const listForm = z.strictObject({ ...paging, created: range.optional(), customer: text.optional() });
const cancelForm = z.strictObject({
  ...expand,
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'requested_by_customer']).optional(),
});

export const setupIntentRoutes: Route[] = [
  route('POST', '/v1/setup_intents', createForm, (account, form) => {
    const intent = createSetup(account, form);
    if (form.confirm) confirmSetup(account, intent, form.return_url);
    return intent;
  }),
  route('GET', '/v1/setup_intents', listForm, (account, form) =>
    pageOf(
      [...account.state.setupIntents.values()].filter(
        ({ customer, created }) => (form.customer ?? customer) === customer && within(created, form.created),
      ),
      '/v1/setup_intents',
      form,
    ),
  ),
  route(
    'GET',
    '/v1/setup_intents/:id',
    z.strictObject({ ...expand, client_secret: text.optional() }),
    (account, _, id) => account.find('setupIntents', id),
  ),
  route('POST', '/v1/setup_intents/:id/confirm', confirmForm, (account, form, id) => {
    const intent = account.find('setupIntents', id);
    const method =
      form.payment_method === undefined ? undefined : methodOf(account, form.payment_method, 'payment_method');
    checkOpen(intent, 'confirm');
    checkReturn(intent, form);
    if (method) intent.payment_method = method.id;
    confirmSetup(account, intent, form.return_url);
    return intent;
  }),
  route('POST', '/v1/setup_intents/:id/cancel', cancelForm, (account, form, id) => {
    const intent = account.find('setupIntents', id);
    checkOpen(intent, 'cancel');
    intent.status = 'canceled';
    intent.cancellation_reason = form.cancellation_reason ?? null;
    intent.next_action = null;
    account.tell('setup_intent.canceled', intent);
    return intent;
  }),
];

export function createSetup(account: StripeAccount, form: Partial<Create>): SetupIntent {
  const methods = chooseMethods(form);
  const customer = form.customer === undefined ? null : account.find('customers', form.customer, 'customer').id;
  const method = form.payment_method === undefined ? null : methodOf(account, form.payment_method, 'payment_method');
  if (method && method.customer !== null && method.customer !== customer)
    throw invalidParameter('The payment method does not belong to the customer you supplied.', 'payment_method');
  if (form.confirm && !method) throw missingMethod();
  const id = account.newId('seti');
  const intent: SetupIntent = {
    id,
    object: 'setup_intent',
    ...EMPTY.setup,
    ...methods,
    cancellation_reason: null,
    client_secret: `${id}_secret_${account.mark}`,
    created: account.nowSeconds(),
    customer,
    description: form.description ?? null,
    last_setup_error: null,
    livemode: false,
    metadata: mergeMetadata({}, form.metadata),
    next_action: null,
    payment_method: method?.id ?? null,
    status: method ? 'requires_confirmation' : 'requires_payment_method',
    usage: form.usage ?? 'off_session',
  };
  account.state.setupIntents.set(id, intent);
  return intent;
}

function confirmSetup(account: StripeAccount, intent: SetupIntent, returnUrl: string | undefined): void {
  if (intent.payment_method === null) throw missingMethod();
  const method = account.find('paymentMethods', intent.payment_method, 'payment_method');
  const said = account.bank.toSetup(method.id);
  if (said === 'requires_action') {
    intent.status = 'requires_action';
    intent.next_action = nextAction(intent.id, returnUrl);
    account.tell('setup_intent.requires_action', intent);
  } else if (typeof said === 'object') {
    const error = declined(said.declineCode, method);
    failSetup(account, intent, error);
    throw paymentFailure(error, { setup_intent: structuredClone(intent) });
  } else succeed(account, intent, method);
}

function failSetup(
  account: StripeAccount,
  intent: SetupIntent,
  error: NonNullable<SetupIntent['last_setup_error']>,
): void {
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.next_action = null;
  intent.last_setup_error = error;
  account.tell('setup_intent.setup_failed', intent);
}

/** The customer did in the browser what was left to do: gave a card, or authenticated. */
export function completeSetup(account: StripeAccount, id: string, choice?: CardChoice): PaymentMethod {
  const intent = account.find('setupIntents', id);
  checkOpen(intent, 'confirm');
  const given = choice === undefined ? intent.payment_method : null;
  const method = given === null ? newMethod(account, choice) : account.find('paymentMethods', given);
  account.bank.authenticated(method.id);
  succeed(account, intent, method);
  return method;
}

/** The customer did not authenticate. */
export function failSetupAuthentication(account: StripeAccount, id: string): void {
  const code = 'setup_intent_authentication_failure';
  const message = 'The latest attempt to set up the payment method has failed because authentication failed.';
  failSetup(account, account.find('setupIntents', id), {
    code,
    doc_url: docUrl(code),
    message,
    type: 'invalid_request_error',
  });
}

function succeed(account: StripeAccount, intent: SetupIntent, method: PaymentMethod): void {
  if (intent.customer !== null) attach(account, method, intent.customer);
  intent.status = 'succeeded';
  intent.payment_method = method.id;
  intent.next_action = null;
  intent.last_setup_error = null;
  account.tell('setup_intent.succeeded', intent);
}

function checkOpen(intent: SetupIntent, what: 'cancel' | 'confirm'): void {
  if (intent.status === 'succeeded' || intent.status === 'canceled')
    throw unexpectedState(
      `You cannot ${what} this SetupIntent because it has a status of ${intent.status}.`,
      'setup_intent_unexpected_state',
      { setup_intent: structuredClone(intent) },
    );
}

function missingMethod() {
  return invalidParameter(
    "You cannot confirm this SetupIntent because it's missing a payment method.",
    'payment_method',
    'parameter_missing',
  );
}
