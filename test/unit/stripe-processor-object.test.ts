/** Customers, methods, refunds, disputes and lists with Stripe. */
import type { CollectingProcessor, ProcessorError } from '../../src/billing/payment/processor.js';
import { listed, processorFor } from '../support/stripe/processor.js';
import { StripeFake } from '../support/stripe/stripe-fake.js';

const OWNER = {
  organizationId: '01890000-0000-7000-8000-000000000001',
  accountId: '01890000-0000-7000-8000-000000000002',
};
const NOTE = { organizationId: OWNER.organizationId, noteKey: 'refund of "may"', noteHash: 'a'.repeat(64) };
const PLACE = { ...OWNER, invoiceId: OWNER.accountId, attempt: 1, subscriptionId: OWNER.accountId, sequence: 1 };

let fake: StripeFake;
let stripe: CollectingProcessor;
let customerRef: string;
beforeEach(async () => {
  fake = await StripeFake.open();
  stripe = processorFor(fake);
  customerRef = await stripe.openCustomer(OWNER);
});
afterEach(() => fake.close());

const pay = async (minorUnits = '1000', key = 'pay') => {
  const methodRef = fake.attachCard(customerRef).id;
  return (await stripe.pay({ customerRef, methodRef, minorUnits, currency: 'USD', place: PLACE }, key)).ref;
};
/** Copies of the only one, each a second older than the one before, so that there are more than one page of them. */
function copy<T extends { id: string; created: number }>(all: Map<string, T>, times: number): void {
  const [one] = all.values();
  all.clear();
  for (let n = times; n > 0; n -= 1)
    all.set(`${one!.id}_${n}`, { ...one!, id: `${one!.id}_${n}`, created: one!.created - n });
}
const seconds = (one: { created: number } | undefined) => new Date((one?.created ?? 0) * 1000);

// Seen to fail: without the metadata, with the organization alone, and with the name of the account told.
test('an account has one customer, of whom Stripe is told nothing else', async () => {
  await expect(stripe.openCustomer(OWNER)).resolves.toBe(customerRef);
  const other = await stripe.openCustomer({ ...OWNER, accountId: NOTE.organizationId });
  expect(other).not.toBe(customerRef);
  const bodies = fake.requests.filter(({ method }) => method === 'POST').map(({ body }) => body);
  expect(bodies[0]).toEqual({
    metadata: { tollgate_organization: OWNER.organizationId, tollgate_account: OWNER.accountId },
  });
  expect(fake.state.customers.size).toBe(2);
});

// Seen to fail: without the key, two customers.
test('a customer that search does not find yet is found by its key', async () => {
  fake.searchLagMs = Infinity;
  await expect(Promise.all([stripe.openCustomer(OWNER), stripe.openCustomer(OWNER)])).resolves.toEqual([
    customerRef,
    customerRef,
  ]);
  const { idempotencyKey } =
    fake.requests.at(-1)!.method === 'POST'
      ? fake.requests.at(-1)!
      : fake.requests.find(({ method }) => method === 'POST')!;
  expect(idempotencyKey).toBe(`tollgate:customer:${OWNER.organizationId}:${OWNER.accountId}`);
});

// Seen to fail: with what search found, and with what the key answered, taken without a look.
test.each([0, Infinity])('a deleted customer is none, also where search still finds it (lag %d)', async (lag) => {
  fake.searchLagMs = lag;
  Object.assign(fake.state.customers.get(customerRef)!, { deleted: true });
  const next = await stripe.openCustomer(OWNER);
  expect(next).not.toBe(customerRef);
  await expect(stripe.openCustomer(OWNER)).resolves.toBe(next);
  expect(fake.state.customers.size).toBe(2);
});

// Seen to fail: with any text taken for an id.
test('whose a customer is stands in its metadata, or it is nobody’s', async () => {
  await expect(stripe.ownerOf(customerRef)).resolves.toEqual(OWNER);
  await expect(stripe.ownerOf('cus_none')).resolves.toBeUndefined();
  const customer = fake.state.customers.get(customerRef)!;
  for (const tollgate_account of ['', 'acme', undefined]) {
    Object.assign(customer, { metadata: { ...customer.metadata, tollgate_account } });
    await expect(stripe.ownerOf(customerRef)).resolves.toBeUndefined();
  }
});

// Seen to fail: without it, accounts in India had no customers.
test('where Stripe has no search, the key alone finds the customer; where it is down, nobody is made', async () => {
  fake.fail({ path: /search$/, status: 400 });
  await expect(stripe.openCustomer(OWNER)).resolves.toBe(customerRef);
  fake.fail({ path: /search$/, status: 503 });
  await expect(stripe.openCustomer(OWNER)).rejects.toMatchObject({ fault: 'UNAVAILABLE' });
});

// Seen to fail: with the text as it came, which is no query.
test('an organization’s quotes do not change what is searched for', async () => {
  const odd = { organizationId: "a' OR metadata['tollgate_account']:'b\\", accountId: 'b' };
  const made = await stripe.openCustomer(odd);
  await expect(stripe.openCustomer(odd)).resolves.toBe(made);
  // Found by search, not by its key.
  expect(fake.requests.slice(-2).map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v1/customers/search',
    `GET /v1/customers/${made}`,
  ]);
  expect(fake.state.customers.size).toBe(2);
});

// Seen to fail: with the method of a setup that waits for its authentication.
test('a setup comes to a method once it succeeded', async () => {
  const setup = await stripe.startSetup(customerRef);
  expect(setup.clientSecret).toBe(fake.state.setupIntents.get(setup.ref)?.client_secret);
  expect(fake.requests.at(-1)?.body).toMatchObject({ usage: 'off_session', customer: customerRef });
  await expect(stripe.methodOfSetup(setup.ref)).resolves.toBeUndefined();
  const { id } = fake.completeSetup(setup.ref, { brand: 'mastercard', last4: '4444', expMonth: 3, expYear: 2031 });
  const method = await stripe.methodOfSetup(setup.ref);
  expect(method).toEqual({
    ref: id,
    customerRef,
    kind: 'card',
    brand: 'mastercard',
    last4: '4444',
    expMonth: 3,
    expYear: 2031,
    fingerprint: fake.state.paymentMethods.get(id)?.card?.fingerprint,
  });
  Object.assign(fake.state.setupIntents.get(setup.ref)!, { status: 'requires_action' });
  await expect(stripe.methodOfSetup(setup.ref)).resolves.toBeUndefined();
  await expect(stripe.methodOfSetup('seti_none')).resolves.toBeUndefined();
});

// Seen to fail: with cards alone listed, and with last4 and fingerprint of cards alone.
test.each(['us_bank_account', 'sepa_debit', 'bacs_debit', 'au_becs_debit'])(
  'a %s is told by its last digits and fingerprint',
  async (kind) => {
    const { id } = fake.attachCard(customerRef);
    const bank = { card: undefined, type: kind, [kind]: { last4: '3000', fingerprint: 'print' } };
    Object.assign(fake.state.paymentMethods.get(id)!, bank);
    const method = { ref: id, customerRef, kind, last4: '3000', fingerprint: 'print' };
    const none = { brand: undefined, expMonth: undefined, expYear: undefined };
    await expect(stripe.readMethod(id)).resolves.toEqual({ ...method, ...none });
    await expect(listed(stripe.methodsOf(customerRef))).resolves.toEqual([{ ...method, ...none }]);
  },
);

// Seen to fail: with the fault of one that is gone handed on, and with every fault swallowed.
test('a method is removed once, and it is no error that it is gone', async () => {
  const { id } = fake.attachCard(customerRef);
  await stripe.removeMethod(id);
  await expect(stripe.readMethod(id)).resolves.toMatchObject({ ref: id, customerRef: undefined });
  await expect(stripe.removeMethod(id)).resolves.toBeUndefined();
  await expect(stripe.removeMethod('pm_none')).resolves.toBeUndefined();
  await expect(stripe.readMethod('pm_none')).resolves.toBeUndefined();
  const kept = fake.attachCard(customerRef).id;
  fake.fail({ path: /detach$/, status: 400 });
  await expect(stripe.removeMethod(kept)).rejects.toMatchObject({ fault: 'REFUSED' });
  fake.fail({ path: /detach$/, status: 503 });
  await expect(stripe.removeMethod(kept)).rejects.toMatchObject({ fault: 'UNAVAILABLE' });
  await expect(listed(stripe.methodsOf(customerRef))).resolves.toMatchObject([{ ref: kept }]);
});

// Seen to fail: without the key, two refunds; without reading again, PENDING after it failed.
test('a refund is asked for once under its key, and says of which note it is', async () => {
  const paymentRef = await pay();
  fake.refundsArePending = true;
  const order = { paymentRef, minorUnits: '400', place: NOTE };
  const pending = await stripe.refund(order, 'note');
  expect(pending).toEqual({
    ref: [...fake.state.refunds.keys()][0],
    paymentRef,
    status: 'PENDING',
    amountPico: 4_000_000_000_000n,
    currency: 'USD',
    place: NOTE,
    failureReason: undefined,
    createdAt: seconds([...fake.state.refunds.values()][0]),
  });
  await expect(listed(stripe.refundsOf(paymentRef))).resolves.toEqual([pending]);
  fake.finishRefund(pending.ref, 'failed');
  const failed = { ref: pending.ref, status: 'FAILED', failureReason: 'expired_or_canceled_card' };
  await expect(stripe.refund(order, 'note')).resolves.toMatchObject(failed);
  await expect(stripe.readRefund(pending.ref)).resolves.toMatchObject(failed);
  await expect(stripe.readRefund('re_none')).resolves.toBeUndefined();
  expect(fake.state.refunds.size).toBe(1);
  await expect(stripe.refund({ ...order, minorUnits: '401' }, 'note')).rejects.toMatchObject({ fault: 'KEY_TAKEN' });
});

test.each([
  ['more than was paid', '1001', 'amount_too_large'],
  ['what is disputed', '1', 'charge_disputed'],
])('of %s nothing is refunded', async (name, minorUnits, reason) => {
  const paymentRef = await pay();
  if (name === 'what is disputed') fake.dispute(paymentRef);
  const refused: Partial<ProcessorError> = { fault: 'REFUSED', reason };
  await expect(stripe.refund({ paymentRef, minorUnits, place: NOTE }, 'note')).rejects.toMatchObject(refused);
});

// Seen to fail: without failed, and without canceled.
test.each<[string | null, string]>([
  ['pending', 'PENDING'],
  ['requires_action', 'PENDING'],
  [null, 'PENDING'],
  ['succeeded', 'SUCCEEDED'],
  ['failed', 'FAILED'],
  ['canceled', 'FAILED'],
])('a refund that is %s is %s', async (status, expected) => {
  const paymentRef = await pay();
  const { id } = fake.refundFromDashboard(paymentRef);
  Object.assign(fake.state.refunds.get(id)!, { status });
  await expect(stripe.readRefund(id)).resolves.toMatchObject({ status: expected, place: undefined, paymentRef });
});

// Seen to fail: without lost, without prevented, and without warning_closed.
test.each([
  ['warning_needs_response', 'OPEN'],
  ['warning_under_review', 'OPEN'],
  ['needs_response', 'OPEN'],
  ['under_review', 'OPEN'],
  ['appeal_under_review', 'OPEN'],
  ['warning_closed', 'WON'],
  ['prevented', 'WON'],
  ['won', 'WON'],
  ['lost', 'LOST'],
])('a dispute that is %s is %s', async (status, expected) => {
  const paymentRef = await pay();
  const { id, created } = fake.dispute(paymentRef);
  Object.assign(fake.state.disputes.get(id)!, { status });
  const dispute = {
    ref: id,
    paymentRef,
    status: expected,
    amountPico: 10_000_000_000_000n,
    currency: 'USD',
    reason: 'fraudulent',
    createdAt: seconds({ created }),
  };
  await expect(stripe.readDispute(id)).resolves.toEqual(dispute);
  await expect(listed(stripe.disputesOf(paymentRef))).resolves.toEqual([dispute]);
  await expect(stripe.readDispute('du_none')).resolves.toBeUndefined();
});

test('the payment of a charge is found', async () => {
  const paymentRef = await pay();
  const [chargeRef = ''] = fake.state.charges.keys();
  await expect(stripe.paymentOfCharge(chargeRef)).resolves.toBe(paymentRef);
  Object.assign(fake.state.charges.get(chargeRef)!, { payment_intent: null });
  await expect(stripe.paymentOfCharge(chargeRef)).resolves.toBeUndefined();
  await expect(stripe.paymentOfCharge('ch_none')).resolves.toBeUndefined();
});

// Seen to fail: with the first page alone, with pages of ten, and with `gt` for `gte`.
test('lists go over all pages, newest first, from an instant on', async () => {
  const paymentRef = await pay();
  fake.refundFromDashboard(paymentRef, 1);
  fake.dispute(paymentRef);
  const { paymentIntents, refunds, disputes } = fake.state;
  for (const all of [paymentIntents, refunds, disputes]) copy<{ id: string; created: number }>(all, 205);
  const since = (all: Map<string, { created: number }>, back: number) => seconds([...all.values()].at(-back));
  const before = fake.requests.length;
  const lists = [
    [stripe.allPayments(since(paymentIntents, 150)), paymentIntents],
    [stripe.allRefunds(since(refunds, 150)), refunds],
    [stripe.allDisputes(since(disputes, 150)), disputes],
  ] as const;
  for (const [list, all] of lists) {
    const found: readonly { ref: string }[] = await listed<{ ref: string }>(list);
    expect(found.map(({ ref }) => ref)).toEqual([...all.keys()].slice(-150).reverse());
  }
  expect(fake.requests.length - before).toBe(6);
  expect(fake.requests.at(-1)?.body).toMatchObject({ limit: '100' });
  await expect(listed(stripe.paymentsOf(customerRef))).resolves.toHaveLength(205);
});

// Seen to fail: with the first page asked for at once, and with the SDK's own error of a later one.
test('a list that nobody reads is not asked for, and one that breaks off says so', async () => {
  await pay();
  copy(fake.state.paymentIntents, 150);
  const before = fake.requests.length;
  stripe.paymentsOf(customerRef);
  expect(fake.requests.length).toBe(before);
  fake.fail({ path: /payment_intents$/, status: 503 });
  await expect(listed(stripe.paymentsOf(customerRef))).rejects.toMatchObject({ fault: 'UNAVAILABLE' });
  let seen = 0;
  const reading = async () => {
    for await (const one of stripe.paymentsOf(customerRef)) {
      seen += one.ref ? 1 : 0;
      if (seen === 1) fake.down();
    }
  };
  await expect(reading()).rejects.toMatchObject({ fault: 'UNAVAILABLE', reason: 'connection_error' });
  expect(seen).toBe(100);
  fake.up();
});
