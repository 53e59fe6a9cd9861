/** Payment methods: how an account keeps them at the processor, pays by one of them, and what these books learn of them. */
import { Client } from 'pg';
import { newTenant } from '../support/billing-world.js';
import { CollectingWorld } from '../support/collecting-world.js';
import {
  CollectNowDocument,
  MethodsOfPaymentsDocument,
  PaymentMethodsDocument,
  RemovePaymentMethodDocument,
  SetDefaultPaymentMethodDocument,
  StartPaymentMethodSetupDocument,
  WebhookEventsDocument,
  type PaymentMethodSeenFragment,
} from '../support/generated/operations.js';
import { sdkFor } from '../support/stripe/sdk.js';
import { until } from '../support/until.js';
import { startWorld } from '../support/world.js';
import { withClient } from '../support/server-process.js';
import { testSealer } from '../support/test-sealer.js';

let collecting: CollectingWorld;
beforeAll(async () => {
  collecting = await CollectingWorld.start({ DUNNING_RETRIES: '1d', DUNNING_GRACE: '3d' });
});
beforeEach(() => collecting.newTenant());
afterEach(() => collecting.setTime(undefined));
afterAll(() => collecting.close());

const ask: CollectingWorld['world']['ask'] = (document, variables) =>
  collecting.world.ask(document, variables, collecting.tenant.key);
const codeOf: CollectingWorld['world']['codeOf'] = (document, variables) =>
  collecting.world.codeOf(document, variables, collecting.tenant.key);

const setup = async (userId = 'ada') =>
  (await ask(StartPaymentMethodSetupDocument, { input: { userId } })).startPaymentMethodSetup;
const choose = async (paymentMethodId: string, userId = 'ada') =>
  (await ask(SetDefaultPaymentMethodDocument, { input: { userId, paymentMethodId } })).setDefaultPaymentMethod;
const remove = async (paymentMethodId: string) =>
  (await ask(RemovePaymentMethodDocument, { input: { paymentMethodId } })).removePaymentMethod;
const methods = async (userId = 'ada') => (await ask(PaymentMethodsDocument, { userId })).paymentMethods;
const refsOf = (found: readonly PaymentMethodSeenFragment[]) =>
  found.map(({ processorRef, isDefault }) => `${processorRef}${isDefault ? ' default' : ''}`);

/** An invoice of 20 USD of ada, with its number. */
const issued = async () => collecting.tenant.issue(await collecting.tenant.subscribe({ baseFee: '20' }));
const customerOf = async (userId = 'ada') => {
  const { setupId } = await setup(userId);
  return String(collecting.stripe.state.setupIntents.get(setupId)?.customer);
};

async function query(text: string, ...values: unknown[]) {
  const client = new Client({ connectionString: collecting.world.database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Once all that Stripe told of is worked off: what became of it. */
async function told(): Promise<string[]> {
  const { world, stripe } = collecting;
  const ids = stripe.state.events.filter((event) => event.pending_webhooks > 0).map(({ id }) => id);
  await stripe.deliver(`${world.server.url}/webhooks/stripe`);
  let seen: string[] = [];
  await until(async () => {
    const { edges } = (await world.ask(WebhookEventsDocument, { first: 200 })).webhookEvents;
    const own = edges.filter(({ node }) => ids.includes(node.eventId));
    seen = own.map(({ node }) => `${node.kind} ${node.status}`);
    return own.every(({ node }) => node.status !== 'RECEIVED');
  });
  return seen.sort();
}

describe('a setup', () => {
  test('makes the account, and its customer once, which says whose it is', async () => {
    const first = await setup('new-user');
    const second = await setup('new-user');
    const { setupIntents, customers } = collecting.stripe.state;
    const intent = setupIntents.get(first.setupId);
    expect(first).toEqual({
      ...{ setupId: intent?.id, clientSecret: intent?.client_secret, publishableKey: 'pk_test_tollgate' },
    });
    expect(setupIntents.get(second.setupId)?.customer).toBe(intent?.customer);
    expect(intent).toMatchObject({ usage: 'off_session' });
    const [account] = await query(`SELECT id, organization_id FROM account WHERE external_id = 'new-user'`);
    expect(customers.get(String(intent?.customer))?.metadata).toEqual({
      ...{ tollgate_organization: account?.['organization_id'], tollgate_account: account?.['id'] },
    });
  });

  // Seen to fail: with a key of each call’s own, where there were five; with the transaction left open; with those that come
  // while the key is in use refused.
  test('five at once of an account end with one customer, and no transaction is open while Stripe is asked', async () => {
    // Search finds nothing of it yet.
    collecting.stripe.searchLagMs = Infinity;
    const held = collecting.stripe.hold({ method: 'POST', path: /^\/v1\/customers$/ });
    const before = collecting.stripe.state.customers.size;
    const setups = Array.from({ length: 5 }, () => setup());
    await held.arrived;
    const open = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`;
    await until(async () => (await query(open)).length === 0);
    held.release();
    const ids = (await Promise.all(setups)).map(({ setupId }) => setupId);
    collecting.stripe.searchLagMs = 0;
    const { setupIntents, customers } = collecting.stripe.state;
    expect(new Set(ids.map((id) => setupIntents.get(id)?.customer)).size).toBe(1);
    expect(customers.size).toBe(before + 1);
  });

  // Seen to fail: with the customer that these books know taken for good.
  test('of an account whose customer was deleted at Stripe makes another', async () => {
    const gone = await customerOf();
    collecting.stripe.state.customers.delete(gone);
    // Its key would still answer it, were it asked for in the same day.
    const sealer = await withClient(collecting.world.database.url, testSealer);
    await query(
      'UPDATE processor_customer SET ref = $1 WHERE ref_index = $2',
      sealer.sealRef('processor_customer.ref', 'cus_gone'),
      sealer.refIndex(gone),
    );
    const now = await customerOf();
    expect(await query('SELECT FROM processor_customer WHERE ref_index = $1', sealer.refIndex(now))).toHaveLength(1);
  });

  test('is refused with the setting that is missing, where no processor is on', async () => {
    const world = await startWorld();
    try {
      const { errors } = await world.send(StartPaymentMethodSetupDocument, { input: {} });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'FEATURE_DISABLED', setting: 'STRIPE_SECRET_KEY' });
      expect((await world.ask(PaymentMethodsDocument, {})).paymentMethods).toEqual([]);
    } finally {
      await world.close();
    }
  });

  test('is tried again by whoever asked, where Stripe gives no answer', async () => {
    collecting.stripe.down();
    expect(await codeOf(StartPaymentMethodSetupDocument, { input: { userId: 'ada' } })).toBe('SERVICE_UNAVAILABLE');
    collecting.stripe.up();
    expect((await setup()).setupId).toMatch(/^seti_/);
  });
});

describe('the default method', () => {
  test('is named by its setup, by what Stripe calls it, or by its id; of several it comes first', async () => {
    const [first, second] = [await setup(), await setup()];
    const visa = collecting.stripe.completeSetup(first.setupId);
    const amex = collecting.stripe.completeSetup(second.setupId, { brand: 'amex', last4: '8431', expYear: 2031 });
    const kept = await choose(first.setupId);
    expect(kept).toEqual({
      ...{ id: kept.id, processor: 'stripe', processorRef: visa.id, kind: 'card', brand: 'visa', last4: '4242' },
      ...{ expMonth: 12, expYear: 2034, isDefault: true, removedAt: null, sharedWith: null },
      account: { kind: 'USER', externalId: 'ada' },
    });
    expect(await choose(amex.id)).toMatchObject({ brand: 'amex', last4: '8431', expYear: 2031, isDefault: true });
    expect(refsOf(await methods())).toEqual([`${amex.id} default`, visa.id]);
    expect(await choose(kept.id)).toMatchObject({ id: kept.id, isDefault: true });
    expect(refsOf(await methods())).toEqual([`${visa.id} default`, amex.id]);
  });

  // Seen to fail: with the customer of the method not compared.
  test('is of the account alone: what is another’s, missing or not finished is not found', async () => {
    const ada = await collecting.payer('ada');
    const bob = await collecting.payer('bob');
    const open = await setup();
    const tenant = await newTenant(collecting.world);
    const input = { userId: 'ada', paymentMethodId: ada.methodId };
    expect(await collecting.world.codeOf(SetDefaultPaymentMethodDocument, { input }, tenant.key)).toBe('NOT_FOUND');
    const removal = { input: { paymentMethodId: ada.methodId } };
    expect(await collecting.world.codeOf(RemovePaymentMethodDocument, removal, tenant.key)).toBe('NOT_FOUND');
    const stranger = await sdkFor(collecting.stripe).customers.create();
    for (const paymentMethodId of [
      ...[bob.methodRef, bob.methodId, open.setupId, collecting.stripe.attachCard(stranger.id).id],
      ...['pm_missing', 'seti_missing', 'pm_../customers', 'nonsense', ''],
    ]) {
      const of = { input: { userId: 'ada', paymentMethodId } };
      expect([paymentMethodId, await codeOf(SetDefaultPaymentMethodDocument, of)]).toEqual([
        paymentMethodId,
        'NOT_FOUND',
      ]);
    }
    expect(refsOf(await methods('ada'))).toEqual([`${ada.methodRef} default`]);
    const nobody = { input: { userId: 'nobody', paymentMethodId: ada.methodId } };
    expect(await codeOf(SetDefaultPaymentMethodDocument, nobody)).toBe('NOT_FOUND');
  });

  // Seen to fail: without the lock on the customer, by the index that lets an account have one default.
  test('is one, however many are chosen at once', async () => {
    const setups = await Promise.all(Array.from({ length: 6 }, () => setup()));
    const refs = setups.map(({ setupId }, n) => collecting.stripe.completeSetup(setupId, { last4: `000${n}` }).id);
    const chosen = await Promise.all(refs.map((ref) => choose(ref)));
    expect(chosen).toHaveLength(6);
    const found = await methods();
    expect(found.map(({ processorRef }) => processorRef).sort()).toEqual(refs.sort());
    expect(found.filter(({ isDefault }) => isDefault)).toHaveLength(1);
  });

  // Seen to fail: without collectNow.
  test('collects what is open at once, also what is not tried again; the end of a grace stays until it is paid', async () => {
    const payer = await collecting.payer();
    collecting.stripe.bankSays(payer.methodRef, { declineCode: 'insufficient_funds' });
    collecting.stripe.bankSays(payer.methodRef, { declineCode: 'insufficient_funds' });
    const { id } = await issued();
    await collecting.seen(id, ({ failedAttempts }) => failedAttempts === 1);
    await collecting.setTime('2026-06-02T13:00:00Z');
    const failed = await collecting.seen(id, ({ failedAttempts }) => failedAttempts === 2);
    expect(failed).toMatchObject({ status: 'OPEN', collectAt: null, enforceAt: expect.any(String) });
    // The same again is no other.
    await choose(payer.methodId);
    expect(await collecting.invoice(id)).toMatchObject({ collectAt: null, payments: { length: 2 } });
    const { setupId } = await setup();
    collecting.stripe.completeSetup(setupId, { last4: '1111' });
    const kept = await choose(setupId);
    const paid = await collecting.seen(id, ({ status }) => status === 'PAID');
    expect(paid).toMatchObject({ enforceAt: null, amountRemaining: '0' });
    const { invoice } = await ask(MethodsOfPaymentsDocument, { id });
    const paidBy = invoice?.payments.map(({ method }) => method?.processorRef);
    expect(paidBy?.sort()).toEqual([payer.methodRef, payer.methodRef, kept.processorRef].sort());
  });

  test('lets what is under way go on', async () => {
    const payer = await collecting.payer();
    collecting.stripe.bankSays(payer.methodRef, 'processing');
    const { id } = await issued();
    await collecting.seen(id, ({ payments }) => payments[0]?.status === 'PROCESSING');
    const { setupId } = await setup();
    collecting.stripe.completeSetup(setupId, { last4: '1111' });
    await choose(setupId);
    expect(await collecting.invoice(id)).toMatchObject({ collectAt: null, payments: { length: 1 } });
  });
});

describe('a method that is removed', () => {
  // Seen to fail: with the row left as it was; with no answer where it was removed before.
  test('is gone at Stripe, is no default any more, and no error again; another does not take its place', async () => {
    const first = await collecting.payer();
    const { setupId } = await setup();
    const other = collecting.stripe.completeSetup(setupId, { last4: '1111' });
    await choose(other.id);
    await choose(first.methodId);
    const removed = await remove(first.methodId);
    expect(removed).toMatchObject({ isDefault: false, removedAt: expect.any(String) });
    expect(collecting.stripe.state.paymentMethods.get(first.methodRef)?.customer).toBeNull();
    expect(refsOf(await methods())).toEqual([other.id]);
    expect(await remove(first.methodId)).toEqual(removed);
    const again = { input: { userId: 'ada', paymentMethodId: first.methodId } };
    expect(await codeOf(SetDefaultPaymentMethodDocument, again)).toBe('NOT_FOUND');
  });

  test('whose removal Stripe’s answer was lost of is removed by the next', async () => {
    const { methodId, methodRef } = await collecting.payer();
    collecting.stripe.lose({ method: 'POST', path: /detach$/, times: 2 });
    const input = { paymentMethodId: methodId };
    const lost = await collecting.world.send(RemovePaymentMethodDocument, { input }, collecting.tenant.key);
    if (lost.errors) expect(lost.errors[0]?.extensions['code']).toBe('SERVICE_UNAVAILABLE');
    expect(await remove(methodId)).toMatchObject({ removedAt: expect.any(String) });
    expect(collecting.stripe.state.paymentMethods.get(methodRef)?.customer).toBeNull();
  });

  test('pays what is under way, and is still shown with it', async () => {
    const payer = await collecting.payer();
    collecting.stripe.bankSays(payer.methodRef, 'processing');
    const { id } = await issued();
    const { payments } = await collecting.seen(id, (invoice) => invoice.payments[0]?.status === 'PROCESSING');
    await remove(payer.methodId);
    expect(await collecting.invoice(id)).toMatchObject({ payments: [{ status: 'PROCESSING' }] });
    collecting.stripe.finish(String(payments[0]?.processorRef), 'succeeded');
    await told();
    await collecting.seen(id, ({ status }) => status === 'PAID');
    const { invoice } = await ask(MethodsOfPaymentsDocument, { id });
    expect(invoice?.payments[0]?.method).toEqual({ id: payer.methodId, processorRef: payer.methodRef });
    const next = { input: { invoiceId: id, by: 'PAYMENT_METHOD', paymentMethodId: payer.methodId } as never };
    expect((await ask(CollectNowDocument, next)).payInvoice.status).toBe('PAID');
  });
});

describe('what Stripe tells of', () => {
  // Seen to fail: with the first method not made the default.
  test('the first method of an account becomes its default and pays what is open; the next does not', async () => {
    const { id } = await issued();
    await collecting.seen(id, ({ collectAt }) => collectAt === null);
    const customer = await customerOf();
    const first = collecting.stripe.attachCard(customer);
    expect(await told()).toEqual(['payment_method.attached PROCESSED', 'setup_intent.succeeded PROCESSED']);
    await collecting.seen(id, ({ status }) => status === 'PAID');
    const second = collecting.stripe.attachCard(customer, { last4: '1111' });
    await told();
    expect(refsOf(await methods())).toEqual([`${first.id} default`, second.id]);
    await remove((await methods())[0]?.id ?? '');
    const third = collecting.stripe.attachCard(customer, { last4: '2222' });
    await told();
    expect(refsOf(await methods())).toEqual([`${third.id} default`, second.id]);
  });

  test('a card that the bank replaced is seen as it is now', async () => {
    const payer = await collecting.payer();
    collecting.stripe.replaceCard(payer.methodRef, { last4: '9999', expYear: 2040 });
    await told();
    expect(await methods()).toMatchObject([{ id: payer.methodId, last4: '9999', expYear: 2040, isDefault: true }]);
  });

  // Seen to fail: with a removed row that comes back by what was read before; with the row left as it was.
  test('a method that was detached there is removed, and never comes back by what was read before', async () => {
    const { methodRef, methodId } = await collecting.payer();
    await told();
    const read = { method: 'GET', path: new RegExp(`^/v1/payment_methods/${methodRef}$`) };
    const held = collecting.stripe.hold(read);
    collecting.stripe.replaceCard(methodRef, { last4: '9999' });
    const working = told();
    await held.arrived;
    const removed = await remove(methodId);
    held.release();
    await working;
    expect(await methods()).toEqual([]);
    // Not for a moment.
    expect(await remove(methodId)).toEqual(removed);
    const customer = await customerOf();
    const other = collecting.stripe.attachCard(customer, { last4: '1111' });
    await told();
    expect(refsOf(await methods())).toEqual([`${other.id} default`]);
    await sdkFor(collecting.stripe).paymentMethods.detach(other.id);
    await told();
    expect(await methods()).toEqual([]);
  });

  // Seen to fail: without the second look, where what was read first was written last.
  test('of two that read a card before and after it changed, the last to write does not win by that', async () => {
    const { methodRef } = await collecting.payer();
    await told();
    const held = collecting.stripe.hold({ method: 'GET', path: new RegExp(`^/v1/payment_methods/${methodRef}$`) });
    collecting.stripe.replaceCard(methodRef, { last4: '5555' });
    const working = told();
    await held.arrived;
    collecting.stripe.replaceCard(methodRef, { last4: '6666' });
    await choose(methodRef);
    expect(await methods()).toMatchObject([{ last4: '6666' }]);
    // What told of that is worked off before.
    for (const event of collecting.stripe.state.events) event.pending_webhooks = 0;
    held.release();
    await working;
    expect(await methods()).toMatchObject([{ last4: '6666' }]);
  });

  test('a customer’s methods are seen as they are now, those that are gone too', async () => {
    const payer = await collecting.payer();
    const kept = collecting.stripe.attachCard(payer.customerRef, { last4: '1111' });
    await sdkFor(collecting.stripe).paymentMethods.detach(payer.methodRef);
    for (const event of collecting.stripe.state.events) event.pending_webhooks = 0;
    await sdkFor(collecting.stripe).customers.update(payer.customerRef, { description: 'seen again' });
    expect(await told()).toEqual(['customer.updated PROCESSED']);
    expect(refsOf(await methods())).toEqual([`${kept.id} default`]);
  });

  // Seen to fail: with the owner looked for in these books alone.
  test('a customer that these books lost is known by what stands with it; one of others is left alone', async () => {
    const sealer = await withClient(collecting.world.database.url, testSealer);
    const customer = await customerOf();
    await query('DELETE FROM processor_customer WHERE ref_index = $1', sealer.refIndex(customer));
    const found = collecting.stripe.attachCard(customer);
    await told();
    expect(refsOf(await methods())).toEqual([`${found.id} default`]);
    const sdk = sdkFor(collecting.stripe);
    const stranger = await sdk.customers.create();
    const metadata = { tollgate_organization: 'none', tollgate_account: "' OR true" };
    const forged = await sdk.customers.create({ metadata });
    await told();
    collecting.stripe.attachCard(stranger.id);
    collecting.stripe.attachCard(forged.id);
    expect(new Set(await told())).toEqual(new Set(['payment_method.attached PARKED', 'setup_intent.succeeded PARKED']));
    const known = `SELECT FROM processor_customer WHERE ref_index = ANY ($1)`;
    expect(
      await query(
        known,
        [stranger.id, forged.id].map((id) => sealer.refIndex(id)),
      ),
    ).toEqual([]);
  });
});
