/** What Stripe did and nobody heard: each invoice is charged once all the same. */
import { CollectingWorld } from '../support/collecting-world.js';
import { CollectNowDocument } from '../support/generated/operations.js';
import { until } from '../support/until.js';

let collecting: CollectingWorld;
beforeAll(async () => {
  collecting = await CollectingWorld.start();
});
beforeEach(() => collecting.newTenant());
afterEach(() => collecting.setTime(undefined));
afterAll(() => collecting.close());

const CREATE = { method: 'POST', path: /^\/v1\/payment_intents$/ };

const issued = async () => collecting.tenant.issue(await collecting.tenant.subscribe({ baseFee: '20' }));
const paid = (id: string) => collecting.seenLater(id, ({ status }) => status === 'PAID');
const sent = (customerRef: string) =>
  collecting.stripe.requests.filter(
    ({ path, body }) => path === '/v1/payment_intents' && body['customer'] === customerRef && 'confirm' in body,
  );
const chargesOf = (customerRef: string) =>
  [...collecting.stripe.state.charges.values()].filter(
    ({ customer, status }) => customer === customerRef && status === 'succeeded',
  );

// Seen to fail: with a random key and without the look first, so that there were two charges.
test('a reply that is lost after the charge is looked for, and nothing is sent again', async () => {
  const { customerRef } = await collecting.payer();
  // The SDK itself asks again once, under the same key.
  collecting.stripe.lose({ ...CREATE, times: 2 });
  const { id } = await issued();
  await until(() =>
    collecting.stripe.requests.some(({ status, path }) => status === 'lost' && path === '/v1/payment_intents'),
  );
  expect((await paid(id)).payments).toMatchObject([{ status: 'SUCCEEDED', attempt: 1 }]);
  expect(chargesOf(customerRef)).toHaveLength(1);
  expect(new Set(sent(customerRef).map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
});

// Seen to fail: with an unknown outcome taken for a failure.
test('a failure of Stripe is no failure of the payment: what it charged all the same is found', async () => {
  const { customerRef } = await collecting.payer();
  collecting.stripe.fail({ ...CREATE, status: 500, afterWork: true });
  const { id } = await issued();
  await until(() => sent(customerRef).length > 0);
  expect(await paid(id)).toMatchObject({ failedAttempts: 0 });
  expect(chargesOf(customerRef)).toHaveLength(1);
});

// Seen to fail: with the same key sent for ever, whose kept failure came back each time.
test('a failure that Stripe keeps under the key, and that charged nothing, is followed by another attempt after an hour', async () => {
  const { customerRef } = await collecting.payer();
  collecting.stripe.fail({ ...CREATE, status: 500 });
  const { id } = await issued();
  await until(() => sent(customerRef).length > 0);
  const invoice = await paid(id);
  expect(invoice.payments).toMatchObject([
    { status: 'CANCELED', attempt: 1 },
    { status: 'SUCCEEDED', attempt: 2 },
  ]);
  expect(invoice.failedAttempts).toBe(0);
  expect(chargesOf(customerRef)).toHaveLength(1);
});

// Seen to fail: with 429 and a refused connection taken for a refusal.
test.each([
  ['it limits the rate', () => collecting.stripe.fail({ ...CREATE, status: 429 })],
  ['it is down', () => collecting.stripe.down()],
])('C21: while %s payments wait, and are made once it is back', async (_what, begin) => {
  const { customerRef } = await collecting.payer();
  begin();
  const { id } = await issued();
  await collecting.seen(id, ({ payments }) => payments[0]?.status === 'PENDING');
  collecting.stripe.up();
  expect((await paid(id)).payments).toMatchObject([{ status: 'SUCCEEDED', attempt: 1 }]);
  expect(chargesOf(customerRef)).toHaveLength(1);
});

// Seen to fail: with the key sent again before the look: Stripe had forgotten it, and charged a second time.
test('B9: after a day of silence, when Stripe may have forgotten the key, it is looked for and not sent', async () => {
  const { customerRef } = await collecting.payer();
  collecting.stripe.lose({ ...CREATE, times: 2 });
  const { id } = await issued();
  await until(() => sent(customerRef).length === 2);
  collecting.stripe.down();
  await collecting.setTime('2026-06-03T12:00:00Z');
  const before = sent(customerRef).length;
  collecting.stripe.up();
  expect((await paid(id)).payments).toMatchObject([{ status: 'SUCCEEDED', attempt: 1 }]);
  expect(sent(customerRef)).toHaveLength(before);
  expect(chargesOf(customerRef)).toHaveLength(1);
});

// Seen to fail: without the unique key of what is under way, and with a random key.
test('A17: two that pay an invoice in parallel make one payment', async () => {
  const { customerRef } = await collecting.payer();
  const { world, tenant } = collecting;
  collecting.stripe.bankSays([...collecting.stripe.state.paymentMethods.keys()].at(-1) ?? '', {
    declineCode: 'try_later',
  });
  const { id } = await issued();
  await collecting.seen(id, ({ failedAttempts }) => failedAttempts === 1);
  const held = collecting.stripe.hold(CREATE);
  const input = { invoiceId: id, by: 'PAYMENT_METHOD' } as never;
  const pay = () => world.ask(CollectNowDocument, { input }, tenant.key);
  const first = pay();
  await held.arrived;
  // It finds what the first has asked for, and is done before it.
  const second = await pay();
  expect(second.payInvoice.payments.at(-1)).toMatchObject({ status: 'SUCCEEDED', attempt: 2 });
  held.release();
  expect((await first).payInvoice).toMatchObject({ status: 'PAID', amountPaid: '20' });
  expect(chargesOf(customerRef)).toHaveLength(1);
});
