/** What is under way of an invoice when something else becomes of the invoice, or of what is under way. */
import { CollectingWorld } from '../support/collecting-world.js';
import {
  ChangeSubscriptionDocument,
  CreateCreditNoteDocument,
  CreditBalanceOfDocument,
  PayInvoiceDocument,
  VoidInvoiceDocument,
} from '../support/generated/operations.js';
import { until } from '../support/until.js';

let collecting: CollectingWorld;
beforeAll(async () => {
  collecting = await CollectingWorld.start();
});
beforeEach(() => collecting.newTenant());
afterEach(() => collecting.setTime(undefined));
afterAll(() => collecting.close());

const CREATE = { method: 'POST', path: /^\/v1\/payment_intents$/ };

const ask: CollectingWorld['world']['ask'] = (document, variables) =>
  collecting.world.ask(document, variables, collecting.tenant.key);
const intents = (customerRef: string) =>
  [...collecting.stripe.state.paymentIntents.values()].filter(({ customer }) => customer === customerRef);
const amountsOf = (customerRef: string) =>
  intents(customerRef)
    .filter(({ status }) => status === 'succeeded')
    .map(({ amount }) => amount);
const credit = async () => (await ask(CreditBalanceOfDocument, { userId: 'ada' })).creditBalance?.remaining;
const note = (invoiceId: string, amount: string) =>
  ask(CreateCreditNoteDocument, { input: { idempotencyKey: 'note', invoiceId, amount, reason: 'less' } as never });

/** An invoice of 20 USD whose payment waits for 3-D Secure. */
async function waiting() {
  const payer = await collecting.payer();
  collecting.stripe.bankSays(payer.methodRef, 'requires_action');
  const subscriptionId = await collecting.tenant.subscribe({ baseFee: '20' });
  const { id } = await collecting.tenant.issue(subscriptionId);
  await collecting.seen(id, ({ payments }) => payments[0]?.status === 'REQUIRES_ACTION');
  return { ...payer, subscriptionId, id, intentId: intents(payer.customerRef)[0]?.id ?? '' };
}

// Seen to fail: with payments of the invoice alone known, so that the one of the void invoice was found for ever.
test('what was paid of an invoice that was taken back meanwhile is credit, and the one in its place is collected', async () => {
  const { id, intentId, subscriptionId, customerRef } = await waiting();
  collecting.stripe.down();
  await ask(VoidInvoiceDocument, { input: { invoiceId: id } });
  collecting.stripe.authenticate(intentId);
  collecting.stripe.up();
  await collecting.seenLater(id, ({ payments }) => payments[0]?.status === 'SUCCEEDED');
  expect(await credit()).toBe('20');
  const plan = await collecting.tenant.plan({ baseFee: '50' });
  await ask(ChangeSubscriptionDocument, { input: { subscriptionId, plan, when: 'NOW' } as never });
  const anew = await collecting.tenant.issue(subscriptionId);
  expect(anew).toMatchObject({ sequence: 0, creditsApplied: '20', amountDue: '30' });
  const paid = await collecting.seenLater(anew.id, ({ status }) => status === 'PAID');
  expect(paid.payments).toMatchObject([{ status: 'SUCCEEDED', amount: '30' }]);
  expect(amountsOf(customerRef)).toEqual([2000, 3000]);
});

// Seen to fail: with a payment that failed in the browser booked as over, and left open at Stripe beside the next.
test('3-D Secure that fails can be tried again in the browser, until the next attempt closes it', async () => {
  const { id, intentId, customerRef } = await waiting();
  collecting.stripe.authenticate(intentId, false);
  const tried = await collecting.seenLater(
    id,
    ({ payments }) => payments[0]?.declineCode === 'payment_intent_authentication_failure',
  );
  expect(tried).toMatchObject({ failedAttempts: 1, payments: [{ status: 'REQUIRES_ACTION' }] });
  await collecting.setTime('2026-06-02T13:00:00Z');
  const paid = await collecting.seenLater(id, ({ status }) => status === 'PAID');
  expect(paid.payments).toMatchObject([{ status: 'FAILED' }, { status: 'SUCCEEDED' }]);
  expect(intents(customerRef).map(({ status }) => status)).toEqual(['canceled', 'succeeded']);
});

// Seen to fail: with what was ordered sent although less is due.
test('what waits for Stripe is not charged in full where a credit note has come between', async () => {
  const { customerRef } = await collecting.payer();
  collecting.stripe.down();
  const { id } = await collecting.tenant.issue(await collecting.tenant.subscribe({ baseFee: '20' }));
  await collecting.seen(id, ({ payments }) => payments[0]?.status === 'PENDING');
  await note(id, '5');
  collecting.stripe.up();
  const paid = await collecting.seenLater(id, ({ status }) => status === 'PAID');
  expect(paid).toMatchObject({ amountPaid: '15', failedAttempts: 0 });
  expect(amountsOf(customerRef)).toEqual([1500]);
});

// Seen to fail: with what waits for whoever pays left as it was.
test('a payment that waits for whoever pays is closed where a credit note leaves less to be paid', async () => {
  const { id, customerRef } = await waiting();
  await note(id, '5');
  await until(() => intents(customerRef)[0]?.status === 'canceled');
  await collecting.setTime('2026-06-02T13:00:00Z');
  expect(await collecting.seenLater(id, ({ status }) => status === 'PAID')).toMatchObject({ amountPaid: '15' });
});

// Seen to fail: with each refusal taken for a decline of the payer's.
test.each([
  ['amount_too_small', null],
  ['account_invalid', '2026-06-02'],
])('%s is nothing that whoever pays can change: told of, and no failed attempt', async (code, nextDay) => {
  await collecting.payer();
  collecting.stripe.fail({ ...CREATE, status: 400, code });
  const { id } = await collecting.tenant.issue(await collecting.tenant.subscribe({ baseFee: '20' }));
  const refused = await collecting.seen(id, ({ payments }) => payments[0]?.status === 'FAILED');
  expect(refused).toMatchObject({ status: 'OPEN', failedAttempts: 0, payments: [{ declineCode: code }] });
  expect(refused.collectAt?.slice(0, 10) ?? null).toBe(nextDay);
});

// Seen to fail: with the invoice left due, so that Stripe was asked with each look.
test('while Stripe is down, what waits is not taken back again and again', async () => {
  const { id } = await waiting();
  collecting.stripe.down();
  await collecting.setTime('2026-06-02T13:00:00Z');
  const later = await collecting.seen(id, ({ collectAt }) => (collectAt ?? '') > '2026-06-02T13:05:00Z');
  expect(later).toMatchObject({ payments: [{ status: 'REQUIRES_ACTION' }] });
  collecting.stripe.up();
  await collecting.seenLater(id, ({ status }) => status === 'PAID');
});

// Seen to fail: with a credit note for it on top, and with the credit left.
test('money that had become credit takes the credit with it when it is sent back at Stripe', async () => {
  const { id, intentId } = await waiting();
  collecting.stripe.down();
  await ask(PayInvoiceDocument, { input: { invoiceId: id } });
  collecting.stripe.authenticate(intentId);
  collecting.stripe.up();
  await collecting.seenLater(id, ({ payments }) => payments[0]?.status === 'SUCCEEDED');
  expect(await credit()).toBe('20');
  collecting.stripe.refundFromDashboard(intentId);
  await collecting.stripe.deliver(`${collecting.world.server.url}/webhooks/stripe`);
  await until(async () => (await credit()) === '0');
  expect(await collecting.invoice(id)).toMatchObject({ status: 'PAID', amountPaid: '20', amountRefunded: '0' });
});
