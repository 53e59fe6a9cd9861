/** Payment methods: cards and bank accounts, attached to a customer or not. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StripeAccount } from './account.js';
import { declined, testCard, type CardChoice } from './bank.js';
import { EMPTY } from './empty-fields.js';
import { invalidParameter, paymentFailure, unexpectedState } from './errors.js';
import { expand, paging, text } from './form.js';
import { pageOf } from './lists.js';
import type { MethodType, PaymentMethod } from './objects.js';
import { route, type Route } from './routes.js';

const type = z.enum(['card', 'sepa_debit', 'us_bank_account']).optional();

export const paymentMethodRoutes: Route[] = [
  route(
    'GET',
    '/v1/payment_methods',
    z.strictObject({ ...paging, customer: text.optional(), type }),
    (account, form) =>
      form.customer === undefined
        ? pageOf([], '/v1/payment_methods', form)
        : methodsOf(account, account.find('customers', form.customer, 'customer').id, '/v1/payment_methods', form),
  ),
  route('GET', '/v1/customers/:id/payment_methods', z.strictObject({ ...paging, type }), (account, form, id) =>
    methodsOf(account, account.find('customers', id).id, `/v1/customers/${id}/payment_methods`, form),
  ),
  route('GET', '/v1/payment_methods/:id', z.strictObject(expand), (account, _, id) => methodOf(account, id)),
  route(
    'POST',
    '/v1/payment_methods/:id/attach',
    z.strictObject({ ...expand, customer: text }),
    (account, form, id) => {
      const customer = account.find('customers', form.customer, 'customer');
      const method = methodOf(account, id);
      attach(account, method, customer.id);
      return method;
    },
  ),
  route('POST', '/v1/payment_methods/:id/detach', z.strictObject(expand), (account, _, id) => {
    const method = account.find('paymentMethods', id);
    detach(account, method);
    return method;
  }),
];

/** The method of this id; of a test token, a new one. */
export function methodOf(account: StripeAccount, id: string, param?: string): PaymentMethod {
  const card = testCard(id);
  if (!card) return account.find('paymentMethods', id, param);
  const method = newMethod(account, card.card);
  account.bank.issue(method.id, card);
  return method;
}

export function newMethod(account: StripeAccount, choice: CardChoice = {}): PaymentMethod {
  const { type = 'card', brand = 'visa', last4 = '4242' } = choice;
  // The same number has the same fingerprint in one account, whoever gives it.
  const print = createHash('sha256').update([account.mark, type, brand, last4].join());
  const fingerprint = choice.fingerprint ?? print.digest('base64url').replace(/[-_]/g, 'x').slice(0, 16);
  const method: PaymentMethod = {
    id: account.newId('pm'),
    object: 'payment_method',
    ...EMPTY.method,
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    created: account.nowSeconds(),
    customer: null,
    livemode: false,
    metadata: {},
    ...detailsOf(choice, { brand, fingerprint, last4, type }),
    type,
  };
  account.state.paymentMethods.set(method.id, method);
  return method;
}

function detailsOf(
  { expMonth = 12, expYear = 2034 }: CardChoice,
  { brand, fingerprint, last4, type }: { brand: string; fingerprint: string; last4: string; type: MethodType },
): Pick<PaymentMethod, MethodType> {
  if (type === 'sepa_debit')
    return {
      sepa_debit: { bank_code: '37040044', branch_code: null, country: 'DE', fingerprint, generated_from: null, last4 },
    };
  if (type === 'us_bank_account')
    return {
      us_bank_account: {
        account_holder_type: 'company',
        account_type: 'checking',
        bank_name: 'STRIPE TEST BANK',
        financial_connections_account: null,
        fingerprint,
        last4,
        networks: null,
        routing_number: '110000000',
        status_details: null,
      },
    };
  return {
    card: {
      brand,
      checks: null,
      country: 'US',
      display_brand: brand,
      exp_month: expMonth,
      exp_year: expYear,
      fingerprint,
      funding: 'credit',
      generated_from: null,
      last4,
      networks: { available: [brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
  };
}

/** Throws what the bank says when it refuses, and when the method was used up or is another customer's. */
export function attach(account: StripeAccount, method: PaymentMethod, customerId: string): void {
  if (method.customer === customerId) return;
  if (method.customer !== null)
    throw invalidParameter(
      'The payment method you provided has already been attached to a customer.',
      'payment_method',
    );
  if (account.usedUp.has(method.id))
    throw unexpectedState(
      'This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.',
      'payment_method_unexpected_state',
    );
  const said = account.bank.toSetup(method.id);
  if (typeof said === 'object') throw paymentFailure(declined(said.declineCode, method));
  method.customer = customerId;
  account.tell('payment_method.attached', method);
}

function detach(account: StripeAccount, method: PaymentMethod): void {
  const customer = method.customer === null ? undefined : account.find('customers', method.customer);
  if (!customer)
    throw unexpectedState(
      'The payment method you provided is not attached to a customer so detachment is impossible.',
      'payment_method_unexpected_state',
    );
  const before = structuredClone(method);
  method.customer = null;
  account.usedUp.add(method.id);
  if (customer.invoice_settings.default_payment_method === method.id)
    account.change('customer.updated', customer, () => {
      customer.invoice_settings = { ...customer.invoice_settings, default_payment_method: null };
    });
  account.tell('payment_method.detached', method, before);
}

/** The bank gave the customer another card: Stripe hears of it from the network. */
export function replaceCard(account: StripeAccount, id: string, choice: Omit<CardChoice, 'brand' | 'type'>): void {
  const method = account.find('paymentMethods', id);
  const { card } = method;
  if (!card) throw new Error(`The payment method ${id} is no card.`);
  const { last4 = card.last4, expMonth = card.exp_month, expYear = card.exp_year } = choice;
  account.change('payment_method.automatically_updated', method, () => {
    const { fingerprint = card.fingerprint } = choice;
    method.card = { ...card, last4, exp_month: expMonth, exp_year: expYear, fingerprint };
  });
}

function methodsOf(
  account: StripeAccount,
  customerId: string,
  url: string,
  form: { type?: string | undefined; limit?: number | undefined },
) {
  const all = [...account.state.paymentMethods.values()];
  const wanted = all.filter((one) => one.customer === customerId && (form.type ?? one.type) === one.type);
  return pageOf(wanted, url, form);
}
