/** The Stripe of the tests, seen through the official SDK: payments, and what the bank says to them. */
import type Stripe from 'stripe';
import { awayForm, refusalOf, sdkFor } from '../support/stripe/sdk.js';
import { StripeFake } from '../support/stripe/stripe-fake.js';

let fake: StripeFake;
let stripe: Stripe;
beforeEach(async () => {
  fake = await StripeFake.open();
  stripe = sdkFor(fake);
});
afterEach(() => fake.close());

/** The types of the events since the card was saved. */
const told = () => fake.state.events.slice(2).map(({ type }) => type);
const inDollars = { amount: 1000, currency: 'usd' };
const present = { confirm: true, return_url: 'https://example.com/' };

// Seen to fail: when no event tells of the charge.
test('a saved card is charged while the customer is away', async () => {
  const form = await awayForm(fake, stripe);
  const paid = await stripe.paymentIntents.create({ ...form, expand: ['latest_charge'] });
  expect(paid).toMatchObject({ status: 'succeeded', amount_received: 1000, currency: 'usd', customer: form.customer });
  expect(paid.latest_charge).toMatchObject({ object: 'charge', paid: true, amount: 1000, payment_intent: paid.id });
  expect(told()).toEqual(['charge.succeeded', 'payment_intent.succeeded']);
});

describe('a payment that the bank declines', () => {
  // Seen to fail: when the intent in the error is the one from before, and when the error is a 400.
  test('is an error with the intent in it, which is open for another method', async () => {
    const form = await awayForm(fake, stripe);
    fake.bankSays(form.payment_method, { declineCode: 'insufficient_funds' });
    const refused = await refusalOf(stripe.paymentIntents.create({ ...form, metadata: { invoice: '7' } }));
    expect(refused).toMatchObject({
      type: 'StripeCardError',
      statusCode: 402,
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      advice_code: 'try_again_later',
      payment_intent: { status: 'requires_payment_method', payment_method: null, metadata: { invoice: '7' } },
    });
    const intent = await stripe.paymentIntents.retrieve(refused.payment_intent?.id ?? '', {
      expand: ['latest_charge'],
    });
    expect(intent.last_payment_error).toMatchObject({
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      payment_method: { id: form.payment_method },
    });
    expect(intent.latest_charge).toMatchObject({ status: 'failed', paid: false, failure_code: 'card_declined' });
    expect(told()).toEqual(['charge.failed', 'payment_intent.payment_failed']);
    const { id: other } = fake.attachCard(form.customer, { brand: 'mastercard', last4: '4444' });
    const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: other, off_session: true });
    expect(paid).toMatchObject({ status: 'succeeded', payment_method: other, last_payment_error: null });
  });

  // Seen to fail: when what the bank says stays.
  test('is declined once for each time that the test said so', async () => {
    const form = await awayForm(fake, stripe);
    fake.bankSays(form.payment_method, { declineCode: 'lost_card' });
    fake.bankSays(form.payment_method, { declineCode: 'expired_card' });
    expect(await refusalOf(stripe.paymentIntents.create(form))).toMatchObject({
      code: 'card_declined',
      decline_code: 'lost_card',
      advice_code: 'do_not_try_again',
    });
    expect(await refusalOf(stripe.paymentIntents.create(form))).toMatchObject({ code: 'expired_card' });
    expect(await stripe.paymentIntents.create(form)).toMatchObject({ status: 'succeeded' });
  });

  test('is declined every time with the test card that can be saved but not charged', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    const form = { ...inDollars, customer, payment_method: id, off_session: true, confirm: true };
    for (let time = 1; time <= 2; time += 1)
      expect(await refusalOf(stripe.paymentIntents.create(form))).toMatchObject({ code: 'card_declined' });
  });

  test.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
  ])('%s', async (payment_method, code, decline_code) => {
    const asked = stripe.paymentIntents.create({ ...inDollars, ...present, payment_method });
    expect(await refusalOf(asked)).toMatchObject({ code, decline_code });
  });
});

describe('a payment that needs authentication', () => {
  // Seen to fail: when the customer who is away gets `requires_action`.
  test('is refused while the customer is away, and paid when the customer did it later', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.paymentMethods.attach('pm_card_authenticationRequired', { customer });
    const form = { ...inDollars, customer, payment_method: id, off_session: true, confirm: true };
    const refused = await refusalOf(stripe.paymentIntents.create(form));
    expect(refused).toMatchObject({
      statusCode: 402,
      code: 'authentication_required',
      payment_intent: { status: 'requires_payment_method', last_payment_error: { code: 'authentication_required' } },
    });
    const intentId = refused.payment_intent?.id ?? '';
    fake.authenticate(intentId);
    expect(await stripe.paymentIntents.retrieve(intentId)).toMatchObject({
      status: 'succeeded',
      amount_received: 1000,
    });
  });

  // Seen to fail: when a failed authentication leaves the intent as it was.
  test.each([true, false])('waits for the customer who is there, who does it: %p', async (ok) => {
    const payment_method = 'pm_card_threeDSecure2Required';
    const waiting = await stripe.paymentIntents.create({ ...inDollars, ...present, payment_method });
    expect(waiting).toMatchObject({
      status: 'requires_action',
      latest_charge: null,
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: present.return_url } },
    });
    fake.authenticate(waiting.id, ok);
    expect(await stripe.paymentIntents.retrieve(waiting.id)).toMatchObject(
      ok
        ? { status: 'succeeded', next_action: null }
        : {
            status: 'requires_payment_method',
            payment_method: null,
            last_payment_error: { code: 'payment_intent_authentication_failure' },
          },
    );
    expect(fake.state.events.map(({ type }) => type)).toEqual([
      'payment_intent.requires_action',
      ...(ok ? ['charge.succeeded', 'payment_intent.succeeded'] : ['payment_intent.payment_failed']),
    ]);
  });

  // Seen to fail: when the card has to authenticate each time.
  test('is paid without it where the customer did it when the card was saved', async () => {
    const { id: customer } = await stripe.customers.create();
    const setup = await stripe.setupIntents.create({
      ...present,
      customer,
      payment_method: 'pm_card_authenticationRequiredOnSetup',
    });
    expect(setup.status).toBe('requires_action');
    const { id } = fake.completeSetup(setup.id);
    const form = { ...inDollars, customer, payment_method: id, off_session: true, confirm: true };
    expect(await stripe.paymentIntents.create(form)).toMatchObject({ status: 'succeeded' });
  });

  test('is an error where the caller asked for one', async () => {
    const form = await awayForm(fake, stripe);
    fake.bankSays(form.payment_method, 'requires_action');
    const asked = { ...form, ...present, off_session: false, error_on_requires_action: true };
    expect(await refusalOf(stripe.paymentIntents.create(asked))).toMatchObject({ code: 'authentication_required' });
  });
});

describe('a payment by bank debit', () => {
  // Seen to fail: when a debit succeeds at once.
  test.each([
    ['sepa_debit', 'eur'],
    ['us_bank_account', 'usd'],
  ] as const)('%s is processing for days, then succeeds', async (type, currency) => {
    const form = await awayForm(fake, stripe, { type });
    const intent = await stripe.paymentIntents.create({ ...form, currency, expand: ['latest_charge'] });
    expect(intent).toMatchObject({ status: 'processing', amount_received: 0, latest_charge: { status: 'pending' } });
    fake.finish(intent.id, 'succeeded');
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'succeeded',
      amount_received: 1000,
    });
    expect(told()).toEqual(['payment_intent.processing', 'charge.succeeded', 'payment_intent.succeeded']);
  });

  // Seen to fail: when each method takes each currency.
  test('is for its own currency', async () => {
    const form = await awayForm(fake, stripe, { type: 'sepa_debit' });
    expect(await refusalOf(stripe.paymentIntents.create(form))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_incompatible_payment_method',
      param: 'payment_method',
    });
  });

  test('fails days later', async () => {
    const form = await awayForm(fake, stripe, { type: 'us_bank_account' });
    const intent = await stripe.paymentIntents.create(form);
    fake.finish(intent.id, { declineCode: 'insufficient_funds' });
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
      latest_charge: intent.latest_charge,
      last_payment_error: { code: 'insufficient_funds', type: 'invalid_request_error' },
    });
    expect(told()).toEqual(['payment_intent.processing', 'charge.failed', 'payment_intent.payment_failed']);
    expect(() => fake.finish(intent.id, 'succeeded')).toThrow('not processing');
  });
});

describe('amounts', () => {
  // Seen to fail: with a limit that is one off.
  test.each([
    ['usd', 49, 'amount_too_small'],
    ['usd', 50, undefined],
    ['jpy', 49, 'amount_too_small'],
    ['gbp', 30, undefined],
    ['huf', 17_499, 'amount_too_small'],
    ['usd', 99_999_999, undefined],
    ['usd', 100_000_000, 'amount_too_large'],
    ['kwd', 1001, 'parameter_invalid_integer'],
    ['isk', 150, 'parameter_invalid_integer'],
    ['isk', 200, undefined],
    ['usd', 0, 'parameter_invalid_integer'],
    ['usd', 10.5, 'parameter_invalid_integer'],
  ])('%s %d: %s', async (currency, amount, code) => {
    const asked = stripe.paymentIntents.create({ amount, currency });
    if (code === undefined) expect(await asked).toMatchObject({ status: 'requires_payment_method', amount, currency });
    else expect(await refusalOf(asked)).toMatchObject({ statusCode: 400, code, param: 'amount' });
    expect(fake.state.paymentIntents.size).toBe(code === undefined ? 1 : 0);
  });

  test('an unknown currency', async () => {
    expect(await refusalOf(stripe.paymentIntents.create({ amount: 100, currency: 'xyz' }))).toMatchObject({
      statusCode: 400,
      param: 'currency',
    });
  });
});

describe('the states of a payment', () => {
  test('it is made first and confirmed later', async () => {
    const { off_session, confirm: _, ...form } = await awayForm(fake, stripe);
    const intent = await stripe.paymentIntents.create(form);
    expect(intent).toMatchObject({ status: 'requires_confirmation', latest_charge: null });
    const paid = await stripe.paymentIntents.confirm(intent.id, { off_session });
    expect(paid.status).toBe('succeeded');
    expect(await refusalOf(stripe.paymentIntents.confirm(intent.id, { off_session }))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
      payment_intent: { status: 'succeeded' },
    });
  });

  // Seen to fail: when a payment that is processing can be canceled.
  test('it is canceled until money may move', async () => {
    const open = await stripe.paymentIntents.create(inDollars);
    const canceled = await stripe.paymentIntents.cancel(open.id, { cancellation_reason: 'abandoned' });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
    const paid = await stripe.paymentIntents.create(await awayForm(fake, stripe));
    const debit = await stripe.paymentIntents.create(await awayForm(fake, stripe, { type: 'us_bank_account' }));
    for (const { id } of [open, paid, debit])
      expect(await refusalOf(stripe.paymentIntents.cancel(id))).toMatchObject({
        code: 'payment_intent_unexpected_state',
      });
    expect(fake.state.events.filter(({ type }) => type === 'payment_intent.canceled')).toHaveLength(1);
  });
});
