/** Events of Stripe: which are believed, and what they point at. */
import { createHmac } from 'node:crypto';
import { ForgedEvent } from '../../src/billing/payment/processor.js';
import type { StripeProcessor } from '../../src/billing/stripe/stripe.js';
import { listed, processorFor } from '../support/stripe/processor.js';
import { StripeFake } from '../support/stripe/stripe-fake.js';

/** Long ago, by the clock of the SDK. */
const NOW = new Date('2026-03-01T12:00:00.500Z');
const T = Math.floor(NOW.getTime() / 1000);
const EVENT = {
  id: 'evt_1',
  object: 'event',
  type: 'payment_intent.succeeded',
  created: T - 60,
  livemode: false,
  data: { object: { id: 'pi_1', object: 'payment_intent' } },
};

let fake: StripeFake;
let stripe: StripeProcessor;
beforeAll(async () => {
  fake = await StripeFake.open({ secrets: ['whsec_old', 'whsec_new'] });
  stripe = processorFor(fake);
});
afterAll(() => fake.close());

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const v1 = (body: Buffer, t: number | string = T, secret = 'whsec_old') =>
  `v1=${createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex')}`;
const header = (body: Buffer, t: number | string = T, secret?: string) => `t=${t},${v1(body, t, secret)}`;
const read = (value: unknown, change: (body: Buffer) => string | undefined = header) => {
  const body = Buffer.isBuffer(value) ? value : bytes(value);
  return stripe.readEvent(body, change(body), NOW);
};

test('an event that Stripe signed is what it points at', () => {
  const pointer = {
    id: 'evt_1',
    kind: 'payment_intent.succeeded',
    objectRef: 'pi_1',
    createdAt: new Date((T - 60) * 1000),
    isLive: false,
    accountRef: undefined,
  };
  expect(read(EVENT)).toEqual(pointer);
  expect(read({ ...EVENT, livemode: true, account: 'acct_1', of_tomorrow: [1] })).toEqual({
    ...pointer,
    isLive: true,
    accountRef: 'acct_1',
  });
  expect(read({ ...EVENT, data: { object: { object: 'balance' } } })).toEqual({ ...pointer, objectRef: undefined });
  expect(read({ ...EVENT, data: { object: { id: 'pi_1', name: 'Ünïcødé 🙂' } } })).toEqual(pointer);
});

// Seen to fail: with the first secret alone, and with the SDK's own clock (it refuses all of them).
test.each<[string, (body: Buffer) => string]>([
  ['of the first secret', (body) => header(body, T, 'whsec_old')],
  ['of the second secret', (body) => header(body, T, 'whsec_new')],
  ['of both', (body) => `${header(body, T, 'whsec_new')},${v1(body)}`],
  ['with one of a secret that is gone', (body) => `t=${T},${v1(body, T, 'whsec_gone')},${v1(body)}`],
  ['with one of a scheme that is not known', (body) => `t=${T},v0=${'0'.repeat(64)},${v1(body)},v9=x`],
  ['300 s old', (body) => header(body, T - 300)],
  ['300 s ahead', (body) => header(body, T + 300)],
  ['with spaces', (body) => `t=${T}, ${v1(body)}`],
])('a signature %s is accepted', (_name, sign) => {
  expect(read(EVENT, sign)).toMatchObject({ id: 'evt_1' });
});

// Seen to fail: the future without our own check; the second `t`, the odd `t`, nine signatures and the long header without
// theirs; 301 s with a window of 301.
test.each<[string, (body: Buffer) => string | undefined]>([
  ['none', () => undefined],
  ['an empty one', () => ''],
  ['of another secret', (body) => header(body, T, 'whsec_other')],
  ['of an empty secret', (body) => header(body, T, '')],
  ['of another body', () => header(bytes({ ...EVENT, id: 'evt_2' }))],
  ['of another time', (body) => `t=${T - 1},${v1(body)}`],
  ['301 s old', (body) => header(body, T - 301)],
  ['301 s ahead', (body) => header(body, T + 301)],
  ['without a time', (body) => v1(body)],
  ['with two times', (body) => `t=${T - 9999},${header(body)}`],
  ['with the time twice', (body) => `t=${T},${header(body)}`],
  ['with a time that is no number', (body) => `t=${T}x,${v1(body)}`],
  ['with a time in ms', (body) => header(body, NOW.getTime())],
  ['without a signature', () => `t=${T}`],
  ['with an empty signature', () => `t=${T},v1=`],
  ['in capitals', (body) => `t=${T},${v1(body).toUpperCase()}`],
  ['of the scheme v0 alone', (body) => header(body).replace('v1=', 'v0=')],
  ['with a part of it', (body) => header(body).slice(0, -1)],
  ['with nine of them', (body) => `t=${T},${Array(9).fill(v1(body)).join(',')}`],
  ['that is longer than 2 KiB', (body) => `${header(body)},v0=${'0'.repeat(2048)}`],
])('a signature %s is refused', (_name, sign) => {
  expect(() => read(EVENT, sign)).toThrow(ForgedEvent);
});

// Seen to fail: another object, the ids, the time and the mode, each without its part of the schema.
test.each<[string, unknown]>([
  ['nothing', ''],
  ['no JSON', '{"id":'],
  ['null', 'null'],
  ['a list', [EVENT]],
  ['another object', { ...EVENT, object: 'charge' }],
  ['a thin event', { ...EVENT, object: 'v2.core.event' }],
  ['without an id', { ...EVENT, id: undefined }],
  ['with an id that no text of the database can hold', { ...EVENT, id: 'evt_\u0000' }],
  ['with an id that is too long', { ...EVENT, id: 'e'.repeat(256) }],
  ['without a type', { ...EVENT, type: '' }],
  ['without a time', { ...EVENT, created: 'yesterday' }],
  ['with a time beyond all time', { ...EVENT, created: 1e15 }],
  ['without a mode', { ...EVENT, livemode: undefined }],
  ['without an object', { ...EVENT, data: {} }],
  ['with another mark before it', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes(EVENT)])],
])('what is signed and is %s, is no event', (_name, value) => {
  expect(() => read(value)).toThrow(ForgedEvent);
});

// Seen to fail: with the SDK's own decoding, and with a mark of byte order dropped.
test('no byte of the body may differ, whatever it decodes to', () => {
  const body = bytes(EVENT);
  const sign = () => header(body);
  expect(() => read(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]), sign)).toThrow(ForgedEvent);
  const odd = bytes({ ...EVENT, name: '\ufffd' });
  const at = odd.indexOf('\ufffd');
  const broken = Buffer.concat([odd.subarray(0, at), Buffer.from([0xff]), odd.subarray(at + 3)]);
  expect(() => read(broken, () => header(odd))).toThrow(ForgedEvent);
});

test('without a secret, nothing is believed', () => {
  const none = processorFor(fake, { webhookSecrets: [] });
  expect(() => none.readEvent(bytes(EVENT), header(bytes(EVENT)), NOW)).toThrow(ForgedEvent);
});

test('no fault holds the body, the signature or a secret', () => {
  const body = bytes({ ...EVENT, name: 'canary' });
  try {
    stripe.readEvent(body, header(body, T, 'whsec_other'), NOW);
  } catch (error) {
    expect(error).toBeInstanceOf(ForgedEvent);
    expect(Object.keys(error as object)).toEqual(['name']);
    expect(String(error)).not.toMatch(/canary|v1=|whsec/);
  }
  expect.assertions(3);
});

// Seen to fail: with the event's own id for that of its object.
test('what was missed is listed, newest first, as what was delivered', async () => {
  const customerRef = await stripe.openCustomer({ organizationId: 'a', accountId: 'b' });
  for (let n = 0; n < 60; n += 1) fake.attachCard(customerRef);
  const { events } = fake.state;
  expect(events).toHaveLength(120);
  const found = await listed(stripe.eventsSince(new Date(events[0]!.created * 1000)));
  const delivered = events.map((event) => {
    const { body, headers } = fake.signed(event, { timestampMs: NOW.getTime() });
    return stripe.readEvent(body, headers['stripe-signature'], NOW);
  });
  expect(found).toEqual(delivered.reverse());
  expect(found[0]).toMatchObject({ kind: 'setup_intent.succeeded', objectRef: expect.stringMatching(/^seti_/) });
});

// Seen to fail: without charge.refund.updated, and with all that begins with charge.refund or customer.
test.each([
  ['payment_intent.succeeded', 'PAYMENT'],
  ['payment_intent.payment_failed', 'PAYMENT'],
  ['refund.created', 'REFUND'],
  ['refund.failed', 'REFUND'],
  ['charge.refund.updated', 'REFUND'],
  ['charge.refunded', 'CHARGE'],
  ['charge.dispute.created', 'DISPUTE'],
  ['charge.dispute.funds_withdrawn', 'DISPUTE'],
  ['payment_method.detached', 'METHOD'],
  ['payment_method.automatically_updated', 'METHOD'],
  ['setup_intent.succeeded', 'SETUP'],
  ['customer.updated', 'CUSTOMER'],
  ['customer.deleted', 'CUSTOMER'],
  ['customer.created', undefined],
  ['customer.subscription.updated', undefined],
  ['setup_intent.setup_failed', undefined],
  ['charge.succeeded', undefined],
  ['charge.refundedx', undefined],
  ['invoice.paid', undefined],
  ['balance.available', undefined],
  ['', undefined],
])('%s is about %s', (kind, subject) => {
  expect(stripe.subjectOf(kind)).toBe(subject);
});
