/** The Stripe of the tests, seen through the official SDK: customers, and how they save what they pay with. */
import type Stripe from 'stripe';
import { awayForm, refusalOf, sdkFor } from '../support/stripe/sdk.js';
import { StripeFake } from '../support/stripe/stripe-fake.js';

let fake: StripeFake;
let stripe: Stripe;
let customer: string;
beforeEach(async () => {
  fake = await StripeFake.open();
  stripe = sdkFor(fake);
  ({ id: customer } = await stripe.customers.create());
});
afterEach(() => fake.close());

const told = () => fake.state.events.map(({ type }) => type);
const present = { return_url: 'https://example.com/' };

describe('a customer', () => {
  // Seen to fail: when the event tells the new values as the former.
  test('is changed; the event tells what it was before', async () => {
    const { id } = await stripe.customers.create({ email: 'ada@example.com', name: 'Ada', address: { country: 'DE' } });
    const changed = await stripe.customers.update(id, { email: 'lovelace@example.com', phone: '' });
    expect(changed).toMatchObject({
      email: 'lovelace@example.com',
      name: 'Ada',
      phone: null,
      address: { country: 'DE' },
    });
    const [event] = (await stripe.events.list({ type: 'customer.updated' })).data;
    expect(event?.data).toEqual({ object: { ...changed }, previous_attributes: { email: 'ada@example.com' } });
    await stripe.customers.update(id, { email: 'lovelace@example.com' });
    expect(told()).toEqual(['customer.updated']);
  });

  // Seen to fail: when the method of any customer can be the default.
  test('has one of its own payment methods as the default', async () => {
    const mine = fake.attachCard(customer);
    const { id: other } = await stripe.customers.create();
    const theirs = fake.attachCard(other);
    const choose = (default_payment_method: string) =>
      stripe.customers.update(customer, { invoice_settings: { default_payment_method } });
    expect(await refusalOf(choose(theirs.id))).toMatchObject({ statusCode: 400, code: 'resource_missing' });
    expect(await choose(mine.id)).toMatchObject({ invoice_settings: { default_payment_method: mine.id } });
    expect(await choose('')).toMatchObject({ invoice_settings: { default_payment_method: null } });
  });

  test('is made with a method; when that is refused there is no customer', async () => {
    const { id } = await stripe.customers.create({ payment_method: 'pm_card_visa' });
    expect((await stripe.customers.listPaymentMethods(id)).data).toHaveLength(1);
    const asked = stripe.customers.create({ payment_method: 'pm_card_chargeDeclined' });
    expect(await refusalOf(asked)).toMatchObject({ statusCode: 402, code: 'card_declined' });
    expect(fake.state.customers.size).toBe(2);
  });
});

describe('a payment method', () => {
  // Seen to fail: when each method has a fingerprint of its own.
  test('is attached; each use of a test token is a method of its own, of the same card', async () => {
    const first = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const second = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const master = await stripe.paymentMethods.attach('pm_card_mastercard', { customer });
    expect(first).toMatchObject({ type: 'card', customer, card: { brand: 'visa', last4: '4242' } });
    expect(second.id).not.toBe(first.id);
    expect(second.card?.fingerprint).toBe(first.card?.fingerprint);
    expect(master.card?.fingerprint).not.toBe(first.card?.fingerprint);
    const ids = [master.id, second.id, first.id];
    expect((await stripe.customers.listPaymentMethods(customer)).data.map(({ id }) => id)).toEqual(ids);
    expect((await stripe.paymentMethods.list({ customer, type: 'card' })).data.map(({ id }) => id)).toEqual(ids);
    expect((await stripe.paymentMethods.list({ customer, type: 'sepa_debit' })).data).toEqual([]);
    expect((await stripe.paymentMethods.list()).data).toEqual([]);
    expect(await stripe.paymentMethods.retrieve(first.id)).toMatchObject({ id: first.id, customer });
  });

  // Seen to fail: when a method that was detached can be attached again.
  test('is detached for ever, and is no default any more', async () => {
    const { id } = fake.attachCard(customer);
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: id } });
    expect(await stripe.paymentMethods.detach(id)).toMatchObject({ id, customer: null });
    expect(await stripe.customers.retrieve(customer)).toMatchObject({
      invoice_settings: { default_payment_method: null },
    });
    expect(told().slice(-2)).toEqual(['customer.updated', 'payment_method.detached']);
    expect(fake.state.events.at(-1)?.data.previous_attributes).toEqual({ customer });
    const again = [
      () => stripe.paymentMethods.attach(id, { customer }),
      () => stripe.paymentMethods.detach(id),
      () =>
        stripe.paymentIntents.create({ amount: 1000, currency: 'usd', payment_method: id, confirm: true, ...present }),
    ];
    for (const asked of again) expect((await refusalOf(asked())).statusCode).toBe(400);
  });

  test('of one customer pays for no other, nor for nobody', async () => {
    const form = await awayForm(fake, stripe);
    for (const who of [{ customer }, { customer: undefined }])
      expect(await refusalOf(stripe.paymentIntents.create({ ...form, ...who }))).toMatchObject({
        statusCode: 400,
        param: 'payment_method',
      });
    expect(await refusalOf(stripe.paymentMethods.attach(form.payment_method, { customer }))).toMatchObject({
      statusCode: 400,
    });
  });

  // Seen to fail: when a method without a customer can be used twice.
  test('that was used without a customer cannot be used again', async () => {
    const { id: payment_method } = await stripe.paymentMethods.retrieve('pm_card_visa');
    const form = { amount: 1000, currency: 'usd', payment_method, confirm: true, ...present };
    expect(await stripe.paymentIntents.create(form)).toMatchObject({ status: 'succeeded' });
    expect(await refusalOf(stripe.paymentIntents.create(form))).toMatchObject({ param: 'payment_method' });
    expect(await refusalOf(stripe.paymentMethods.attach(payment_method, { customer }))).toMatchObject({
      code: 'payment_method_unexpected_state',
    });
  });

  test('is saved by the payment for which it was given', async () => {
    const form = { amount: 1000, currency: 'usd', customer, confirm: true, ...present };
    const saving = { ...form, payment_method: 'pm_card_visa', setup_future_usage: 'off_session' as const };
    const { payment_method } = await stripe.paymentIntents.create(saving);
    expect((await stripe.customers.listPaymentMethods(customer)).data).toMatchObject([{ id: payment_method }]);
    expect(told()).toEqual(['charge.succeeded', 'payment_method.attached', 'payment_intent.succeeded']);
  });

  // Seen to fail: when the event tells nothing of what was before.
  test('is replaced by the bank', async () => {
    const { id } = fake.attachCard(customer, { last4: '4242', expMonth: 1, expYear: 2030 });
    fake.replaceCard(id, { last4: '1881', expYear: 2034 });
    expect(await stripe.paymentMethods.retrieve(id)).toMatchObject({
      card: { brand: 'visa', last4: '1881', exp_month: 1, exp_year: 2034 },
    });
    const [event] = (await stripe.events.list({ type: 'payment_method.automatically_updated' })).data;
    expect(event?.data).toMatchObject({
      object: { id },
      previous_attributes: { card: { last4: '4242', exp_year: 2030 } },
    });
  });
});

describe('a setup intent', () => {
  // Seen to fail: when the method is not attached.
  test('is completed by the customer in the browser', async () => {
    const intent = await stripe.setupIntents.create({
      customer,
      usage: 'off_session',
      metadata: { organization: '1' },
    });
    expect(intent).toMatchObject({ status: 'requires_payment_method', customer, usage: 'off_session' });
    expect(intent.client_secret).toMatch(new RegExp(`^${intent.id}_secret_`));
    const { id } = fake.completeSetup(intent.id, { brand: 'mastercard', last4: '4444', fingerprint: 'print' });
    expect(await stripe.setupIntents.retrieve(intent.id, { expand: ['payment_method'] })).toMatchObject({
      status: 'succeeded',
      metadata: { organization: '1' },
      payment_method: { id, customer, card: { brand: 'mastercard', last4: '4444', fingerprint: 'print' } },
    });
    expect(told()).toEqual(['payment_method.attached', 'setup_intent.succeeded']);
    expect(() => fake.completeSetup(intent.id)).toThrow('succeeded');
  });

  test('is confirmed by the server', async () => {
    const intent = await stripe.setupIntents.create({ customer });
    expect(await refusalOf(stripe.setupIntents.confirm(intent.id, present))).toMatchObject({
      code: 'parameter_missing',
    });
    const saved = await stripe.setupIntents.confirm(intent.id, { ...present, payment_method: 'pm_card_visa' });
    expect(saved).toMatchObject({ status: 'succeeded', payment_method: expect.stringMatching(/^pm_/) });
    const again = stripe.setupIntents.confirm(intent.id, { ...present, payment_method: 'pm_card_visa' });
    expect(await refusalOf(again)).toMatchObject({ code: 'setup_intent_unexpected_state' });
  });

  // Seen to fail: when a card that is declined is attached.
  test('is refused with the intent in the error, when the bank declines the card', async () => {
    const form = { customer, payment_method: 'pm_card_chargeDeclined', confirm: true, ...present };
    const refused = await refusalOf(stripe.setupIntents.create(form));
    expect(refused).toMatchObject({
      statusCode: 402,
      code: 'card_declined',
      setup_intent: { status: 'requires_payment_method', last_setup_error: { code: 'card_declined' } },
    });
    expect((await stripe.customers.listPaymentMethods(customer)).data).toEqual([]);
    expect(told()).toEqual(['setup_intent.setup_failed']);
  });

  // Seen to fail: when a card that needs authentication is saved at once.
  test.each([true, false])('waits for the customer to authenticate, who does: %p', async (ok) => {
    const form = { customer, payment_method: 'pm_card_authenticationRequired', confirm: true, ...present };
    const { id, status } = await stripe.setupIntents.create(form);
    expect(status).toBe('requires_action');
    if (ok) fake.completeSetup(id);
    else fake.failSetup(id);
    expect(await stripe.setupIntents.retrieve(id)).toMatchObject(
      ok
        ? { status: 'succeeded', next_action: null }
        : { status: 'requires_payment_method', last_setup_error: { code: 'setup_intent_authentication_failure' } },
    );
  });

  test('is canceled, and listed', async () => {
    const { id } = await stripe.setupIntents.create({ customer });
    expect(await stripe.setupIntents.cancel(id)).toMatchObject({ status: 'canceled' });
    expect(await refusalOf(stripe.setupIntents.cancel(id))).toMatchObject({ code: 'setup_intent_unexpected_state' });
    expect(told()).toEqual(['setup_intent.canceled']);
    await stripe.setupIntents.create();
    expect((await stripe.setupIntents.list({ customer })).data).toMatchObject([{ id }]);
  });
});
