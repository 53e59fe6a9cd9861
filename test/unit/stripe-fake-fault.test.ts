/** The Stripe of the tests, seen through the official SDK: answers that get lost, come late, or not at all. */
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

const asked = () => fake.requests.map(({ status, replayed }) => `${status}${replayed ? ' replayed' : ''}`);

// Seen to fail: when the connection is cut before the work.
test('a lost answer leaves the work done; the SDK asks once more by itself, under the same key', async () => {
  const form = await awayForm(fake, stripe);
  fake.lose({ method: 'POST', path: /payment_intents$/ });
  expect((await stripe.paymentIntents.create(form)).status).toBe('succeeded');
  expect(asked().slice(1)).toEqual(['lost', '200 replayed']);
  expect(fake.state.charges.size).toBe(1);
});

// Seen to fail: when a fault is for one request, however often it is told.
test('an answer that is lost twice is unknown to the caller, who asks again under the key', async () => {
  const form = await awayForm(fake, stripe);
  const underKey = { idempotencyKey: 'one' };
  fake.lose({ path: /payment_intents$/, times: 2 });
  expect(await refusalOf(stripe.paymentIntents.create(form, underKey))).toMatchObject({
    type: 'StripeConnectionError',
  });
  const [paid] = fake.state.paymentIntents.values();
  expect(paid?.status).toBe('succeeded');
  expect(await stripe.paymentIntents.create(form, underKey)).toMatchObject({ id: paid?.id });
  expect(asked().slice(1)).toEqual(['lost', 'lost replayed', '200 replayed']);
});

// Seen to fail: when the method, or the path, is not compared.
test('a fault waits for a request that matches', async () => {
  const { id } = await stripe.customers.create();
  fake.fail({ method: 'POST', path: /^\/v1\/customers\/cus/, status: 503 });
  await stripe.customers.retrieve(id);
  await stripe.customers.create();
  expect(await refusalOf(stripe.customers.update(id, { name: 'Ada' }))).toMatchObject({ statusCode: 503 });
  expect(fake.state.customers.get(id)?.name).toBeNull();
  expect(await stripe.customers.update(id, { name: 'Ada' })).toMatchObject({ name: 'Ada' });
});

test.each([
  [429, undefined, { type: 'StripeRateLimitError', code: 'rate_limit' }],
  [500, undefined, { type: 'StripeAPIError' }],
  [400, 'account_closed', { type: 'StripeInvalidRequestError', code: 'account_closed' }],
] as const)('a %d', async (status, code, error) => {
  fake.fail({ status, ...(code && { code }) });
  expect(await refusalOf(stripe.customers.create())).toMatchObject({ statusCode: status, ...error });
  expect(fake.state.customers.size).toBe(0);
});

// Seen to fail: when the work waits with the answer.
test('a held answer comes when it is released; the work is done before', async () => {
  const form = await awayForm(fake, stripe);
  const held = fake.hold({ path: /payment_intents/ });
  let answered = false;
  const paying = stripe.paymentIntents.create(form).then((paid) => {
    answered = true;
    return paid;
  });
  await held.arrived;
  expect([...fake.state.paymentIntents.values()]).toMatchObject([{ status: 'succeeded' }]);
  await stripe.customers.create();
  expect(answered).toBe(false);
  held.release();
  expect((await paying).status).toBe('succeeded');
});

test('a caller who did not wait for a held answer finds it under its key', async () => {
  const held = fake.hold();
  const leaving = new AbortController();
  const asked = fetch(`${fake.url}/v1/customers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${fake.apiKey}`, 'idempotency-key': 'one' },
    body: new URLSearchParams({ email: 'ada@example.com' }),
    signal: leaving.signal,
  }).catch((error: unknown) => error);
  await held.arrived;
  leaving.abort();
  expect(await asked).toMatchObject({ name: 'AbortError' });
  held.release();
  const found = await stripe.customers.create({ email: 'ada@example.com' }, { idempotencyKey: 'one' });
  expect([...fake.state.customers.keys()]).toEqual([found.id]);
});

// Seen to fail: when connections that are open stay.
test('while it is down nobody is answered, not even on a connection that is open', async () => {
  await stripe.customers.create();
  fake.down();
  expect(await refusalOf(stripe.customers.create())).toMatchObject({ type: 'StripeConnectionError' });
  expect(fake.requests).toHaveLength(1);
  fake.up();
  await stripe.customers.create();
  expect(fake.state.customers.size).toBe(2);
});

test('it closes while an answer is held', async () => {
  const held = fake.hold();
  const asking = refusalOf(stripe.customers.create());
  await held.arrived;
  await fake.close();
  expect(await asking).toMatchObject({ type: 'StripeConnectionError' });
  fake = await StripeFake.open();
});
