/** The Stripe of the tests, seen through the official SDK: what may be asked, and how lists are read. */
import Stripe from 'stripe';
import { awayForm, refusalOf, sdkFor } from '../support/stripe/sdk.js';
import { StripeFake } from '../support/stripe/stripe-fake.js';

let nowMs: number;
let fake: StripeFake;
let stripe: Stripe;
beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 31);
  fake = await StripeFake.open({ clock: () => nowMs });
  stripe = sdkFor(fake);
});
afterEach(() => fake.close());

/** What a caller without types might send. */
const untyped = (form: Record<string, unknown>): Stripe.CustomerCreateParams => form;

describe('parameters', () => {
  // Seen to fail: with a schema that is not strict.
  test.each([
    [{ color: 'red' }, 'parameter_unknown', 'color'],
    [{ invoice_settings: { color: 'red' } }, 'parameter_unknown', 'invoice_settings[color]'],
    [{ email: 'a@example.com', preferred_locales: [''] }, 'parameter_invalid_empty', 'preferred_locales[0]'],
    [
      { invoice_settings: { default_payment_method: 'pm_none' } },
      'resource_missing',
      'invoice_settings[default_payment_method]',
    ],
    [{ tax_exempt: 'always' }, undefined, 'tax_exempt'],
  ])('%j', async (form, code, param) => {
    const refused = await refusalOf(stripe.customers.create(untyped(form)));
    expect(refused).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, param });
    expect(refused.code).toBe(code);
    expect(fake.state.customers.size).toBe(0);
  });

  test('one that is missing', async () => {
    const { id } = await stripe.paymentMethods.retrieve('pm_card_visa');
    const asked = stripe.rawRequest('POST', `/v1/payment_methods/${id}/attach`, {});
    expect(await refusalOf(asked)).toMatchObject({ code: 'parameter_missing', param: 'customer' });
  });

  // Seen to fail: when the list of the caller is taken as it is.
  test('the methods are those of the dashboard, or of a list those that can be used', async () => {
    const form = { amount: 1000, currency: 'usd' };
    expect(await stripe.paymentIntents.create(form)).toMatchObject({
      automatic_payment_methods: { enabled: true },
      payment_method_types: ['card', 'us_bank_account'],
    });
    const allowed = { ...form, allowed_payment_method_types: ['card' as const, 'sepa_debit' as const] };
    expect(await stripe.paymentIntents.create(allowed)).toMatchObject({
      automatic_payment_methods: null,
      payment_method_types: ['card'],
    });
    const excluded = { ...form, excluded_payment_method_types: ['us_bank_account' as const] };
    expect((await stripe.paymentIntents.create(excluded)).payment_method_types).toEqual(['card']);
    expect(
      await refusalOf(stripe.paymentIntents.create({ ...allowed, automatic_payment_methods: { enabled: true } })),
    ).toMatchObject({ statusCode: 400, code: 'parameters_exclusive' });
  });

  // Seen to fail: when the parameter is unknown.
  test('the methods cannot be set as they were in older versions of the API', async () => {
    const payment = { amount: 1000, currency: 'usd' };
    for (const [path, form] of [
      ['payment_intents', payment],
      ['setup_intents', {}],
    ] as const) {
      const asked = stripe.rawRequest('POST', `/v1/${path}`, { ...form, payment_method_types: ['card'] });
      expect(await refusalOf(asked)).toMatchObject({ code: 'payment_method_types_no_longer_supported' });
    }
  });

  test('a customer who is there, and may be sent away, must know where to come back', async () => {
    const { off_session: _, ...form } = await awayForm(fake, stripe);
    expect(await refusalOf(stripe.paymentIntents.create(form))).toMatchObject({ statusCode: 400, param: 'return_url' });
    const automatic_payment_methods = { enabled: true, allow_redirects: 'never' as const };
    expect(await stripe.paymentIntents.create({ ...form, automatic_payment_methods })).toMatchObject({
      status: 'succeeded',
    });
  });
});

describe('metadata', () => {
  // Seen to fail: with each limit one higher.
  test.each([
    ['51 keys', Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`key${n}`, 'x']))],
    ['a key of 41 characters', { ['k'.repeat(41)]: 'x' }],
    ['a value of 501 characters', { key: 'x'.repeat(501) }],
  ])('%s', async (_, metadata) => {
    expect(await refusalOf(stripe.customers.create({ metadata }))).toMatchObject({ statusCode: 400 });
  });

  test('as much as is allowed, under names that an object has too', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 49 }, (_, n) => [`${n}`.padStart(40, 'k'), 'x'.repeat(500)]),
    );
    const { id } = await stripe.customers.create({ metadata: { ...metadata, toString: 'x' } });
    expect(await stripe.customers.retrieve(id)).toMatchObject({ metadata: { ...metadata, toString: 'x' } });
  });

  // Seen to fail: when new metadata replaces the old.
  test('given keys are set, empty ones deleted, the others stay', async () => {
    const { id } = await stripe.customers.create({ metadata: { a: '1', b: '2', c: '3' } });
    const changed = await stripe.customers.update(id, { metadata: { a: '4', b: '' } });
    expect(changed.metadata).toEqual({ a: '4', c: '3' });
    expect((await stripe.customers.update(id, { metadata: '' })).metadata).toEqual({});
  });
});

describe('what is not there', () => {
  test.each([
    ['customer', () => stripe.customers.retrieve('cus_none'), 'id'],
    ['payment intent', () => stripe.paymentIntents.retrieve('pi_none'), 'intent'],
    ['setup intent', () => stripe.setupIntents.retrieve('seti_none'), 'intent'],
    ['payment method', () => stripe.paymentMethods.retrieve('pm_none'), 'id'],
    ['charge', () => stripe.charges.retrieve('ch_none'), 'id'],
    ['refund', () => stripe.refunds.retrieve('re_none'), 'id'],
    ['dispute', () => stripe.disputes.retrieve('du_none'), 'id'],
    ['event', () => stripe.events.retrieve('evt_none'), 'id'],
  ])('%s', async (_, asked, param) => {
    expect(await refusalOf(asked())).toMatchObject({ statusCode: 404, code: 'resource_missing', param });
  });

  test('a path', async () => {
    expect(await refusalOf(stripe.subscriptions.list())).toMatchObject({ statusCode: 404, code: undefined });
  });
});

describe('lists', () => {
  // Seen to fail: oldest first, and with `has_more` always false.
  test('newest first, in pages, forwards and backwards', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 12; n += 1) ids.unshift((await stripe.customers.create()).id);
    const first = await stripe.customers.list();
    expect(first).toMatchObject({ object: 'list', url: '/v1/customers', has_more: true });
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 10));
    const next = await stripe.customers.list({ starting_after: ids[9]!, limit: 2 });
    expect(next.data.map(({ id }) => id)).toEqual(ids.slice(10));
    expect(next.has_more).toBe(false);
    const back = await stripe.customers.list({ ending_before: ids[10]!, limit: 3 });
    expect(back.data.map(({ id }) => id)).toEqual(ids.slice(7, 10));
    expect(back.has_more).toBe(true);
    const all = await stripe.customers.list({ limit: 5 }).autoPagingToArray({ limit: 100 });
    expect(all.map(({ id }) => id)).toEqual(ids);
  });

  test.each([0, 101])('not of %d', async (limit) => {
    expect(await refusalOf(stripe.customers.list({ limit }))).toMatchObject({ statusCode: 400, param: 'limit' });
  });

  test('not from what is not there, nor in both directions', async () => {
    const { id } = await stripe.customers.create();
    const lost = stripe.customers.list({ starting_after: 'cus_none' });
    expect(await refusalOf(lost)).toMatchObject({ code: 'resource_missing', param: 'starting_after' });
    expect(await refusalOf(stripe.customers.list({ starting_after: id, ending_before: id }))).toMatchObject({
      statusCode: 400,
    });
  });

  // Seen to fail: when `gte` is read as `gt`.
  test('of one customer, made in a span of time', async () => {
    const form = await awayForm(fake, stripe);
    const created = Math.floor(nowMs / 1000);
    const early = await stripe.paymentIntents.create(form);
    nowMs += 10_000;
    const late = await stripe.paymentIntents.create(form);
    await stripe.paymentIntents.create(await awayForm(fake, stripe));
    const found = async (of: Stripe.PaymentIntentListParams) =>
      (await stripe.paymentIntents.list({ customer: form.customer, ...of })).data.map(({ id }) => id);
    expect(await found({})).toEqual([late.id, early.id]);
    expect(await found({ created: { gte: created } })).toEqual([late.id, early.id]);
    expect(await found({ created: { gt: created } })).toEqual([late.id]);
    expect(await found({ created: { lt: created + 10 } })).toEqual([early.id]);
    expect(await found({ created: { lte: created + 10 } })).toEqual([late.id, early.id]);
    expect(await found({ created })).toEqual([early.id]);
    expect((await stripe.charges.list({ payment_intent: late.id })).data).toMatchObject([{ id: late.latest_charge }]);
  });

  test('of customers with one e-mail address', async () => {
    const { id } = await stripe.customers.create({ email: 'ada@example.com' });
    await stripe.customers.create({ email: 'bob@example.com' });
    expect((await stripe.customers.list({ email: 'ada@example.com' })).data).toMatchObject([{ id }]);
  });
});

describe('expand', () => {
  // Seen to fail: when a list is not gone into.
  test('objects in place of ids, in one object and in lists', async () => {
    const form = await awayForm(fake, stripe);
    const { id } = await stripe.paymentIntents.create(form);
    const expand = ['latest_charge.payment_intent', 'payment_method'];
    expect(await stripe.paymentIntents.retrieve(id, { expand })).toMatchObject({
      customer: form.customer,
      latest_charge: { object: 'charge', payment_intent: { id, latest_charge: expect.stringMatching(/^ch_/) } },
      payment_method: { id: form.payment_method, card: { last4: '4242' } },
    });
    const { data } = await stripe.paymentIntents.list({ expand: ['data.latest_charge', 'data.customer'] });
    expect(data).toMatchObject([{ latest_charge: { paid: true }, customer: { id: form.customer } }]);
    expect(fake.state.paymentIntents.get(id)).toMatchObject({ latest_charge: expect.any(String) });
  });

  // Seen to fail: when the paths are not looked at.
  test('what is empty stays empty; what cannot be expanded is refused before any work', async () => {
    const form = { amount: 1000, currency: 'usd' };
    expect(await stripe.paymentIntents.create({ ...form, expand: ['latest_charge'] })).toMatchObject({
      latest_charge: null,
    });
    for (const path of ['amount', 'a.b.c.d.latest_charge'])
      expect(await refusalOf(stripe.paymentIntents.create({ ...form, expand: [path] }))).toMatchObject({
        statusCode: 400,
        param: 'expand',
      });
    expect(fake.state.paymentIntents.size).toBe(1);
  });
});

describe('search', () => {
  // Seen to fail: when the lag is not looked at.
  test('finds by metadata, but only some time after', async () => {
    const form = await awayForm(fake, stripe);
    const query = `metadata['invoice']:'7' AND customer:"${form.customer}"`;
    fake.searchLagMs = 60_000;
    const { id } = await stripe.paymentIntents.create({ ...form, metadata: { invoice: '7' } });
    await stripe.paymentIntents.create({ ...form, metadata: { invoice: '8' } });
    const found = async () => (await stripe.paymentIntents.search({ query })).data.map((one) => one.id);
    nowMs += 59_999;
    expect(await found()).toEqual([]);
    nowMs += 1;
    expect(await found()).toEqual([id]);
    fake.searchLagMs = Number.POSITIVE_INFINITY;
    expect(await found()).toEqual([]);
  });

  test('customers, in pages', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await stripe.customers.create({ name, metadata: { organization: "o'1" } });
    const all = stripe.customers.search({ query: String.raw`metadata["organization"]:"o'1" AND -name:'b'`, limit: 2 });
    expect((await all).next_page).not.toBeNull();
    expect((await all.autoPagingToArray({ limit: 10 })).map(({ name }) => name)).toEqual(['d', 'c', 'a']);
    const { data } = await stripe.customers.search({ query: "name:'a' OR name:'b'" });
    expect(data.map(({ name }) => name)).toEqual(['b', 'a']);
  });

  test.each(['name', "color:'red'", "name:'a' AND name:'b' OR name:'c'"])('not by %s', async (query) => {
    await stripe.customers.create();
    expect(await refusalOf(stripe.customers.search({ query }))).toMatchObject({ statusCode: 400, param: 'query' });
  });
});

describe('who asks', () => {
  test('the account of the key', async () => {
    expect(await stripe.accounts.retrieveCurrent()).toMatchObject({ id: fake.accountId, object: 'account' });
    expect(fake.accountId).toMatch(/^acct_/);
    expect(fake.apiKey).toMatch(/^sk_test_/);
  });

  // Seen to fail: when any key is let in.
  test('not with another key', async () => {
    const stranger = sdkFor({ url: fake.url, apiKey: 'sk_test_stranger' });
    expect(await refusalOf(stranger.accounts.retrieveCurrent())).toMatchObject({
      statusCode: 401,
      type: 'StripeAuthenticationError',
    });
  });

  test('with the version of the SDK, or with another that has the form of one', async () => {
    const { lastResponse } = await stripe.customers.create();
    expect(lastResponse).toMatchObject({ apiVersion: Stripe.API_VERSION, requestId: expect.stringMatching(/^req_/) });
    const old = await stripe.customers.create({}, { apiVersion: '2020-08-27' });
    expect(old.lastResponse.apiVersion).toBe('2020-08-27');
    expect(await refusalOf(stripe.customers.create({}, { apiVersion: 'newest' }))).toMatchObject({ statusCode: 400 });
  });
});
