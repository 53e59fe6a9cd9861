/** The Stripe of the tests, seen through the official SDK: events, and their delivery to an endpoint. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type Stripe from 'stripe';
import { awayForm, refusalOf, sdkFor } from '../support/stripe/sdk.js';
import { StripeFake } from '../support/stripe/stripe-fake.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const SECRETS = ['whsec_new', 'whsec_old'];
let nowMs: number;
let fake: StripeFake;
let stripe: Stripe;
beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 31);
  fake = await StripeFake.open({ clock: () => nowMs, secrets: SECRETS });
  stripe = sdkFor(fake);
});
afterEach(() => fake.close());

describe('the list of events', () => {
  // Seen to fail: with `types` not looked at.
  test('newest first, of some types, since some time, page by page', async () => {
    const form = await awayForm(fake, stripe);
    nowMs += 60_000;
    const paid = await stripe.paymentIntents.create(form, { idempotencyKey: 'invoice-7' });
    const since = Math.floor(nowMs / 1000);
    const typesOf = async (form: Stripe.EventListParams) =>
      (await stripe.events.list(form).autoPagingToArray({ limit: 100 })).map(({ type }) => type);
    expect(await typesOf({ limit: 1 })).toEqual([
      'payment_intent.succeeded',
      'charge.succeeded',
      'setup_intent.succeeded',
      'payment_method.attached',
    ]);
    expect(await typesOf({ created: { gte: since } })).toEqual(['payment_intent.succeeded', 'charge.succeeded']);
    expect(await typesOf({ types: ['charge.succeeded', 'setup_intent.succeeded'] })).toEqual([
      'charge.succeeded',
      'setup_intent.succeeded',
    ]);
    expect(await typesOf({ type: 'charge.*' })).toEqual(['charge.succeeded']);
    const { data } = await stripe.events.list({ limit: 4 });
    const oldest = data[3]!;
    const after = await stripe.events.list({ ending_before: oldest.id, limit: 1 });
    expect(after).toMatchObject({ data: [{ id: data[2]!.id }], has_more: true });
    expect(await stripe.events.retrieve(data[0]!.id)).toMatchObject({
      object: 'event',
      livemode: false,
      created: since,
      request: { id: paid.lastResponse.requestId, idempotency_key: 'invoice-7' },
      data: { object: { id: paid.id, status: 'succeeded' } },
    });
  });

  // Seen to fail: when the object of an event changes with the object.
  test('tells of an object as it was then', async () => {
    const open = await stripe.paymentIntents.create(await awayForm(fake, stripe, { type: 'us_bank_account' }));
    fake.finish(open.id, 'succeeded');
    const { data } = await stripe.events.list({ type: 'payment_intent.*' });
    const states = data.map((event) => event.data.object as Stripe.PaymentIntent).map(({ status }) => status);
    expect(states).toEqual(['succeeded', 'processing']);
  });

  // Seen to fail: when events are kept for ever.
  test('goes back 30 days', async () => {
    await awayForm(fake, stripe);
    const { id } = fake.state.events[0]!;
    nowMs += 30 * DAY_MS - 1000;
    expect((await stripe.events.list()).data).toHaveLength(2);
    nowMs += 1000;
    expect((await stripe.events.list()).data).toEqual([]);
    expect(await refusalOf(stripe.events.retrieve(id))).toMatchObject({ statusCode: 404, code: 'resource_missing' });
  });

  test('not by `type` and `types`, nor by more than 20', async () => {
    const types = Array.from({ length: 21 }, () => 'charge.succeeded' as const);
    for (const form of [{ types }, { type: 'charge.*', types: types.slice(1) }])
      expect(await refusalOf(stripe.events.list(form))).toMatchObject({ statusCode: 400, param: 'types' });
  });
});

describe('a signed event', () => {
  // Seen to fail: when the body is signed without the time.
  test.each(SECRETS)('is taken by the SDK with %s, while one secret is being replaced', async (secret) => {
    await awayForm(fake, stripe);
    const event = fake.state.events[1]!;
    const { body, headers } = fake.signed(event, { timestampMs: Date.UTC(2030, 0, 1) });
    const read = stripe.webhooks.constructEvent(
      body,
      headers['stripe-signature'],
      secret,
      300,
      undefined,
      Date.UTC(2030, 0, 1),
    );
    expect(read).toEqual(event);
    expect(headers['content-type']).toBe('application/json');
  });

  test('is not taken with another secret, when it was changed, or late', async () => {
    await awayForm(fake, stripe);
    const event = fake.state.events[1]!;
    const read = (secret: string, body: Buffer, header: string) => () =>
      stripe.webhooks.constructEvent(body, header, secret, 300, undefined, nowMs);
    const good = fake.signed(event);
    const strange = fake.signed(event, { secret: 'whsec_strange' });
    const late = fake.signed(event, { timestampMs: nowMs - 301_000 });
    const changed = Buffer.from(good.body.toString().replace('succeeded', 'succeede!'));
    expect(read('whsec_new', good.body, good.headers['stripe-signature'])).not.toThrow();
    expect(read('whsec_strange', strange.body, strange.headers['stripe-signature'])).not.toThrow();
    for (const wrong of [
      read('whsec_other', good.body, good.headers['stripe-signature']),
      read('whsec_new', changed, good.headers['stripe-signature']),
      read('whsec_new', strange.body, strange.headers['stripe-signature']),
      read('whsec_new', late.body, late.headers['stripe-signature']),
    ])
      expect(wrong).toThrow(/signature|tolerance/i);
  });
});

describe('deliver', () => {
  let endpoint: Server;
  let url: string;
  let answers: number[];
  const got: { type: string; headers: IncomingHttpHeaders }[] = [];
  beforeEach(async () => {
    got.length = 0;
    answers = [];
    endpoint = createServer((request, response) => {
      void buffer(request).then((body) => {
        const header = request.headers['stripe-signature'] ?? '';
        const { type } = stripe.webhooks.constructEvent(body, header, 'whsec_old', 300, undefined, nowMs);
        got.push({ type, headers: request.headers });
        response.writeHead(answers.shift() ?? 200).end('{}');
      });
    });
    endpoint.listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    endpoint.close();
    endpoint.closeAllConnections();
    await once(endpoint, 'close');
  });

  // Seen to fail: when events that were taken are sent again.
  test('sends what was not taken yet, in order', async () => {
    await awayForm(fake, stripe);
    answers = [503];
    expect(await fake.deliver(url)).toEqual([503, 200]);
    expect((await stripe.events.list({ delivery_success: false })).data).toMatchObject([
      { type: 'payment_method.attached' },
    ]);
    expect(await fake.deliver(url)).toEqual([200]);
    expect(await fake.deliver(url)).toEqual([]);
    expect(got.map(({ type }) => type)).toEqual([
      'payment_method.attached',
      'setup_intent.succeeded',
      'payment_method.attached',
    ]);
    expect(got[0]?.headers).toMatchObject({ 'content-type': 'application/json' });
  });
});
