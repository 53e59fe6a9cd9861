/** The Stripe of the tests, seen through the official SDK: the same key, the same answer. */
import type Stripe from 'stripe';
import { awayForm, refusalOf, sdkFor } from '../support/stripe/sdk.js';
import { StripeFake } from '../support/stripe/stripe-fake.js';

const DAY_MS = 24 * 60 * 60 * 1000;
let nowMs: number;
let fake: StripeFake;
let stripe: Stripe;
beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 31);
  fake = await StripeFake.open({ clock: () => nowMs });
  stripe = sdkFor(fake);
});
afterEach(() => fake.close());

const underKey = { idempotencyKey: 'invoice-7-attempt-1' };
const asked = () => fake.requests.map(({ status, replayed }) => `${status}${replayed ? ' replayed' : ''}`);

// Seen to fail: when the answer is kept but not looked for.
test('a payment is made once, and the answer comes again as it was', async () => {
  const form = await awayForm(fake, stripe);
  const first = await stripe.paymentIntents.create(form, underKey);
  const { lastResponse: firstResponse } = first;
  await stripe.refunds.create({ payment_intent: first.id });
  const again = await stripe.paymentIntents.create(form, underKey);
  expect({ ...again }).toEqual({ ...first });
  expect(firstResponse.headers).not.toHaveProperty('idempotent-replayed');
  expect(again.lastResponse.headers).toMatchObject({
    'idempotent-replayed': 'true',
    'original-request': firstResponse.requestId,
  });
  expect(again.lastResponse.requestId).not.toBe(firstResponse.requestId);
  expect(fake.state.charges.size).toBe(1);
  expect(asked().slice(1)).toEqual(['200', '200', '200 replayed']);
  expect(fake.requests.at(-1)).toMatchObject({ method: 'POST', path: '/v1/payment_intents', ...underKey });
});

// Seen to fail: when what the bank said is not kept.
test('a decline comes again, whatever the bank would say now', async () => {
  const form = await awayForm(fake, stripe);
  fake.bankSays(form.payment_method, { declineCode: 'do_not_honor' });
  const first = await refusalOf(stripe.paymentIntents.create(form, underKey));
  const again = await refusalOf(stripe.paymentIntents.create(form, underKey));
  expect(again).toMatchObject({ statusCode: 402, decline_code: 'do_not_honor' });
  expect(again.payment_intent?.id).toBe(first.payment_intent?.id);
  expect(fake.state.paymentIntents.size).toBe(1);
});

// Seen to fail: when only the key is compared.
test('the same key with another body, or on another path, is refused', async () => {
  const form = await awayForm(fake, stripe);
  const { id } = await stripe.paymentIntents.create(form, underKey);
  for (const other of [
    () => stripe.paymentIntents.create({ ...form, amount: 1001 }, underKey),
    () => stripe.paymentIntents.cancel(id, undefined, underKey),
  ])
    expect(await refusalOf(other())).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
  expect(fake.state.charges.size).toBe(1);
});

// Seen to fail: when an answer on its way counts as given.
test('a key is in use until its request is answered', async () => {
  const form = await awayForm(fake, stripe);
  const held = fake.hold({ method: 'POST', path: /payment_intents$/ });
  const first = stripe.paymentIntents.create(form, underKey);
  await held.arrived;
  const second = await stripe.paymentIntents.create(form, underKey).catch((error: unknown) => error);
  held.release();
  expect((await first).status).toBe('succeeded');
  expect(second).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' });
  expect((await stripe.paymentIntents.create(form, underKey)).id).toBe((await first).id);
  expect(asked().slice(1)).toEqual(['200', '409', '200 replayed']);
});

describe('what failed before any work may be tried again under the same key', () => {
  // Seen to fail: when every answer is kept.
  test.each([
    ['a parameter that is unknown', { color: 'red' }],
    ['a parameter that is wrong', { amount: 1 }],
    ['a customer who is not there', { customer: 'cus_none' }],
  ])('%s', async (_, wrong) => {
    const form = await awayForm(fake, stripe);
    const failed = await refusalOf(stripe.paymentIntents.create({ ...form, ...wrong }, underKey));
    expect(failed.statusCode).toBe(400);
    expect(await stripe.paymentIntents.create(form, underKey)).toMatchObject({ status: 'succeeded' });
  });

  test.each([400, 429, 503] as const)('a %d before the work', async (status) => {
    const form = await awayForm(fake, stripe);
    fake.fail({ path: /payment_intents/, status });
    expect(await refusalOf(stripe.paymentIntents.create(form, underKey))).toMatchObject({ statusCode: status });
    expect(await stripe.paymentIntents.create(form, underKey)).toMatchObject({ status: 'succeeded' });
    expect(asked().slice(1)).toEqual([`${status}`, '200']);
  });

  test('an unknown API key', async () => {
    const form = await awayForm(fake, stripe);
    const stranger = sdkFor({ url: fake.url, apiKey: 'sk_test_stranger' });
    expect(await refusalOf(stranger.paymentIntents.create(form, underKey))).toMatchObject({
      type: 'StripeAuthenticationError',
      statusCode: 401,
    });
    expect(await stripe.paymentIntents.create(form, underKey)).toMatchObject({ status: 'succeeded' });
  });
});

// Seen to fail: when a 500 is not kept, and when it always comes before the work.
test.each([false, true])('a 500 is kept and comes again; the work was done: %p', async (afterWork) => {
  const form = await awayForm(fake, stripe);
  fake.fail({ path: /payment_intents/, status: 500, afterWork });
  for (let time = 1; time <= 2; time += 1)
    expect(await refusalOf(stripe.paymentIntents.create(form, underKey))).toMatchObject({
      type: 'StripeAPIError',
      statusCode: 500,
    });
  expect(asked().slice(1)).toEqual(['500', '500 replayed']);
  expect(fake.state.charges.size).toBe(afterWork ? 1 : 0);
});

test('a refusal for the state of an object is kept', async () => {
  const paid = await stripe.paymentIntents.create(await awayForm(fake, stripe));
  for (let time = 1; time <= 2; time += 1)
    expect(await refusalOf(stripe.paymentIntents.cancel(paid.id, undefined, underKey))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  expect(asked().slice(2)).toEqual(['400', '400 replayed']);
});

// Seen to fail: when a key is kept for two days.
test('a key is forgotten after a day: the payment is made once more', async () => {
  const form = await awayForm(fake, stripe);
  const first = await stripe.paymentIntents.create(form, underKey);
  nowMs += DAY_MS - 1;
  expect((await stripe.paymentIntents.create(form, underKey)).id).toBe(first.id);
  nowMs += 1;
  expect((await stripe.paymentIntents.create(form, underKey)).id).not.toBe(first.id);
  expect(fake.state.charges.size).toBe(2);
});

test('a key has at most 255 characters, and none is looked at where nothing is changed', async () => {
  const idempotencyKey = 'k'.repeat(256);
  expect(await refusalOf(stripe.customers.create({}, { idempotencyKey }))).toMatchObject({ statusCode: 400 });
  const { id } = await stripe.customers.create({}, underKey);
  expect(await stripe.customers.retrieve(id, {}, underKey)).toMatchObject({ id });
});
