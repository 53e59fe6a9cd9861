/** Customers. */
import { z } from 'zod';
import type { StripeAccount } from './account.js';
import { EMPTY } from './empty-fields.js';
import { invalidParameter } from './errors.js';
import { anything, expand, mergeMetadata, metadata, paging, range, text, unsettable } from './form.js';
import { pageOf, within } from './lists.js';
import type { Customer } from './objects.js';
import { attach, methodOf } from './payment-methods.js';
import { route, type Route } from './routes.js';
import { search, searchForm } from './search.js';

const fields = {
  ...expand,
  address: z
    .union([z.literal(''), z.strictObject({ ...addressFields(), country: unsettable.optional() })])
    .transform((address) => (address === '' ? null : filled(address)))
    .optional(),
  description: unsettable.optional(),
  email: unsettable.optional(),
  invoice_settings: z.strictObject({ default_payment_method: unsettable.optional() }).optional(),
  metadata: metadata.optional(),
  name: unsettable.optional(),
  phone: unsettable.optional(),
  preferred_locales: z.array(text).optional(),
  shipping: anything.optional(),
  tax_exempt: z.enum(['none', 'exempt', 'reverse']).optional(),
};
const updateForm = z.strictObject(fields);
const createForm = z.strictObject({ ...fields, payment_method: text.optional() });
type Update = z.infer<typeof updateForm>;

export const customerRoutes: Route[] = [
  route('POST', '/v1/customers', createForm, (account, form) => createCustomer(account, form)),
  route(
    'GET',
    '/v1/customers',
    z.strictObject({ ...paging, created: range.optional(), email: text.optional() }),
    (account, form) =>
      pageOf(
        [...account.state.customers.values()].filter(
          ({ email, created }) => (form.email === undefined || form.email === email) && within(created, form.created),
        ),
        '/v1/customers',
        form,
      ),
  ),
  route('GET', '/v1/customers/search', searchForm, (account, form) =>
    search(account, account.state.customers.values(), '/v1/customers/search', form),
  ),
  route('GET', '/v1/customers/:id', z.strictObject(expand), (account, _, id) => account.find('customers', id)),
  route('POST', '/v1/customers/:id', updateForm, (account, form, id) => {
    const customer = account.find('customers', id);
    account.change('customer.updated', customer, () => fill(account, customer, form));
    return customer;
  }),
];

function createCustomer(account: StripeAccount, form: z.infer<typeof createForm>): Customer {
  const method =
    form.payment_method === undefined ? undefined : methodOf(account, form.payment_method, 'payment_method');
  const customer: Customer = {
    id: account.newId('cus'),
    object: 'customer',
    ...EMPTY.customer,
    address: null,
    balance: 0,
    created: account.nowSeconds(),
    delinquent: false,
    description: null,
    email: null,
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    phone: null,
    preferred_locales: [],
    tax_exempt: 'none',
  };
  // It is known first, so that its default can be a method that is attached to it.
  account.state.customers.set(customer.id, customer);
  try {
    if (method) attach(account, method, customer.id);
    fill(account, customer, form);
  } catch (error) {
    account.state.customers.delete(customer.id);
    throw error;
  }
  return customer;
}

function fill(account: StripeAccount, customer: Customer, form: Update): void {
  const chosen = form.invoice_settings?.default_payment_method;
  if (
    typeof chosen === 'string' &&
    account.find('paymentMethods', chosen, 'invoice_settings[default_payment_method]').customer !== customer.id
  )
    throw invalidParameter(
      `The customer does not have a payment method with the ID ${chosen}. The payment method must be attached to the customer.`,
      'invoice_settings[default_payment_method]',
      'resource_missing',
    );
  const kept = mergeMetadata(customer.metadata, form.metadata);
  const { address, description, email, name, phone, preferred_locales, tax_exempt } = form;
  const given = { address, description, email, name, phone, preferred_locales, tax_exempt };
  Object.assign(customer, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
  customer.metadata = kept;
  if (chosen !== undefined)
    customer.invoice_settings = { ...customer.invoice_settings, default_payment_method: chosen };
}

function addressFields() {
  const line = unsettable.optional();
  return { city: line, line1: line, line2: line, postal_code: line, state: line };
}

function filled(address: Record<string, string | null | undefined>): Record<string, string | null> {
  const names = ['city', 'country', 'line1', 'line2', 'postal_code', 'state'];
  return Object.fromEntries(names.map((name) => [name, address[name] ?? null]));
}
