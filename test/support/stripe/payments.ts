/** What comes of a payment at the bank: a charge, the new state of its intent, and the events that tell of both. */
import type { StripeAccount } from './account.js';
import { declined, type Outcome } from './bank.js';
import { EMPTY } from './empty-fields.js';
import { docUrl, paymentFailure } from './errors.js';
import { nextAction } from './intent-methods.js';
import type { Advice, Charge, PaymentError, PaymentIntent, PaymentMethod } from './objects.js';
import { attach } from './payment-methods.js';

interface Confirmation {
  readonly off_session?: boolean | undefined;
  readonly error_on_requires_action?: boolean | undefined;
  readonly return_url?: string | undefined;
}

/** Asks the bank. Throws what it answers when it refuses, with the intent as it is then. */
export function pay(account: StripeAccount, intent: PaymentIntent, method: PaymentMethod, how: Confirmation): void {
  const said = account.bank.toPayment(method);
  const mayAct = !how.off_session && !how.error_on_requires_action;
  if (said === 'requires_action' && mayAct) {
    intent.payment_method = method.id;
    intent.status = 'requires_action';
    intent.next_action = nextAction(intent.id, how.return_url);
    account.tell('payment_intent.requires_action', intent);
    return;
  }
  const outcome = said === 'requires_action' ? { declineCode: 'authentication_required' } : said;
  const error = settle(account, intent, method, outcome);
  if (error) throw paymentFailure(error, { payment_intent: structuredClone(intent) });
}

/** Makes a charge of what the bank said, and answers with the error of one that failed. */
function settle(
  account: StripeAccount,
  intent: PaymentIntent,
  method: PaymentMethod,
  outcome: Exclude<Outcome, 'requires_action'>,
): PaymentError | undefined {
  const charge = newCharge(account, intent, method);
  intent.latest_charge = charge.id;
  intent.payment_method = method.id;
  intent.next_action = null;
  intent.last_payment_error = null;
  if (method.customer === null && intent.setup_future_usage === null) account.usedUp.add(method.id);
  if (outcome !== 'processing') return end(account, intent, charge, method, outcome);
  intent.status = 'processing';
  account.tell('payment_intent.processing', intent);
  return undefined;
}

/** A payment that was processing has ended, days later. */
export function finish(account: StripeAccount, id: string, outcome: 'succeeded' | { declineCode: string }): void {
  const intent = account.find('paymentIntents', id);
  if (intent.status !== 'processing' || intent.latest_charge === null || intent.payment_method === null)
    throw new Error(`The payment ${id} is ${intent.status}, not processing.`);
  const method = account.find('paymentMethods', intent.payment_method);
  end(account, intent, account.find('charges', intent.latest_charge), method, outcome);
}

/** The customer authenticated, or failed to: a payment that waits for it, or that was refused for want of it. */
export function authenticate(account: StripeAccount, id: string, ok: boolean): void {
  const intent = account.find('paymentIntents', id);
  const methodId = intent.payment_method ?? intent.last_payment_error?.payment_method?.id;
  const refused = intent.last_payment_error?.code === 'authentication_required';
  if (
    methodId === undefined ||
    (intent.status !== 'requires_action' && !(intent.status === 'requires_payment_method' && refused))
  )
    throw new Error(`The payment ${id} is ${intent.status}, and needs no authentication.`);
  const method = account.find('paymentMethods', methodId);
  if (ok) {
    const said = account.bank.afterAuthentication(method);
    settle(account, intent, method, said === 'requires_action' ? 'succeeded' : said);
    return;
  }
  const code = 'payment_intent_authentication_failure';
  const message =
    'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.';
  const payment_method = structuredClone(method);
  fail(account, intent, { code, doc_url: docUrl(code), message, payment_method, type: 'invalid_request_error' });
}

function end(
  account: StripeAccount,
  intent: PaymentIntent,
  charge: Charge,
  method: PaymentMethod,
  outcome: 'succeeded' | { readonly declineCode: string },
): PaymentError | undefined {
  if (outcome !== 'succeeded') {
    const error = declined(outcome.declineCode, method, charge.id);
    charge.status = 'failed';
    charge.failure_code = error.code;
    charge.failure_message = error.message;
    charge.outcome = {
      ...outcomeOf(error.advice_code ?? null),
      network_status: 'declined_by_network',
      reason: outcome.declineCode,
      seller_message: 'The bank did not return any further details with this decline.',
      type: 'issuer_declined',
    };
    account.tell('charge.failed', charge);
    fail(account, intent, error);
    return error;
  }
  charge.status = 'succeeded';
  charge.paid = true;
  charge.captured = true;
  charge.amount_captured = charge.amount;
  charge.balance_transaction = account.newId('txn');
  charge.outcome = {
    ...outcomeOf(null),
    network_status: 'approved_by_network',
    reason: null,
    seller_message: 'Payment complete.',
    type: 'authorized',
  };
  account.tell('charge.succeeded', charge);
  intent.status = 'succeeded';
  intent.amount_received = intent.amount;
  if (intent.setup_future_usage !== null && intent.customer !== null) attach(account, method, intent.customer);
  account.tell('payment_intent.succeeded', intent);
  return undefined;
}

function outcomeOf(advice_code: Advice | null) {
  return { advice_code, network_advice_code: null, network_decline_code: null, risk_level: 'normal' } as const;
}

function fail(account: StripeAccount, intent: PaymentIntent, error: PaymentError): void {
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.next_action = null;
  intent.last_payment_error = structuredClone(error);
  account.tell('payment_intent.payment_failed', intent);
}

function newCharge(account: StripeAccount, intent: PaymentIntent, method: PaymentMethod): Charge {
  const id = account.newId('ch');
  const { type, card, sepa_debit, us_bank_account } = structuredClone(method);
  const charge: Charge = {
    id,
    object: 'charge',
    ...EMPTY.charge,
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    balance_transaction: null,
    billing_details: structuredClone(method.billing_details),
    calculated_statement_descriptor: intent.statement_descriptor_suffix,
    captured: false,
    created: account.nowSeconds(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    outcome: null,
    paid: false,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: {
      type,
      ...(card && { card: { ...card, ...EMPTY.chargedCard } }),
      ...(sepa_debit && { sepa_debit: { ...sepa_debit, ...EMPTY.chargedSepa } }),
      ...(us_bank_account && { us_bank_account: { ...us_bank_account, ...EMPTY.chargedUsBank } }),
    },
    receipt_email: intent.receipt_email,
    receipt_url: `https://pay.stripe.com/receipts/${id}`,
    refunded: false,
    status: 'pending',
  };
  account.state.charges.set(id, charge);
  return charge;
}
