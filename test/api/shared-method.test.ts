/** H29: what is free in a plan is had once by each card or bank account, however many accounts keep it. */
import { Client } from 'pg';
import { newName } from '../support/billing-world.js';
import { CollectingWorld } from '../support/collecting-world.js';
import {
  AllowancesDocument,
  ChangeSubscriptionDocument,
  InvoiceOfDocument,
  PaymentMethodsDocument,
  RemovePaymentMethodDocument,
  SetDefaultPaymentMethodDocument,
  SharedMethodAlertsDocument,
  StartPaymentMethodSetupDocument,
  SubscribeDocument,
} from '../support/generated/operations.js';
import { until } from '../support/until.js';

let collecting: CollectingWorld;
beforeAll(async () => {
  collecting = await CollectingWorld.start();
});
beforeEach(() => collecting.newTenant());
afterEach(() => collecting.setTime(undefined));
afterAll(() => collecting.close());

const ask: CollectingWorld['world']['ask'] = (document, variables) =>
  collecting.world.ask(document, variables, collecting.tenant.key);

/** 30 USD a month, 20 days and 10 USD of usage of it free. */
const FREE = { baseFee: '30', trialDays: 20, includedCredit: '10' };
const DROPPED = 'SHARED_PAYMENT_METHOD';

type Name = { readonly userId?: string; readonly teamId?: string };

/** The card of these last digits, kept by a browser and chosen. */
async function keep(name: Name, last4 = '4242') {
  const { startPaymentMethodSetup: setup } = await ask(StartPaymentMethodSetupDocument, { input: name });
  const { id } = collecting.stripe.completeSetup(setup.setupId, { last4 });
  const input = { ...(name.userId === undefined ? name : { userId: name.userId }), paymentMethodId: id };
  return (await ask(SetDefaultPaymentMethodDocument, { input })).setDefaultPaymentMethod;
}

/** By phase: its first day, why, trial days and included credit. */
async function phases(name: Name) {
  const { planSubscription } = await ask(AllowancesDocument, name);
  return planSubscription?.phases.map(({ fromDay, allowancesDroppedFor, terms }) => [
    ...[fromDay, allowancesDroppedFor, terms.trialDays, terms.includedCredit],
  ]);
}

const subscribe = (input: Record<string, unknown>) => ask(SubscribeDocument, { input: input as never });
const change = (subscriptionId: string, input: Record<string, unknown>) =>
  ask(ChangeSubscriptionDocument, { input: { subscriptionId, ...input } as never });
const alerts = async () => (await ask(SharedMethodAlertsDocument, {})).alerts.edges.map(({ node }) => node);
const [ada, bob, eve] = [{ userId: 'ada' }, { userId: 'bob' }, { userId: 'eve' }];

describe('the later account of a card', () => {
  // Seen to fail: with the fingerprint not looked at; with the days before taken, too.
  test('has no trial and no included credit of its plan from that day on, and the first keeps its own', async () => {
    const plan = await collecting.tenant.plan(FREE);
    await subscribe({ ...bob, plan });
    await keep(bob);
    const { id } = (await subscribe({ ...ada, plan })).subscribe;
    await collecting.tenant.record({ promptTokens: 4_000_000 });
    await collecting.tenant.issue(id);
    await collecting.setTime('2026-06-11T12:00:00Z');
    const method = await keep(ada);
    expect(method.sharedWith).toEqual({ kind: 'USER', externalId: 'bob' });
    expect(await phases(ada)).toEqual([
      ['2026-06-01', null, 20, '10'],
      ['2026-06-11', DROPPED, 0, '0'],
    ]);
    expect(await phases(bob)).toEqual([['2026-06-01', null, 20, '10']]);
    const { planSubscription } = await ask(AllowancesDocument, ada);
    expect(planSubscription?.periods[0]?.baseFeeShares).toEqual([{ firstDay: '2026-06-11', days: 20 }]);
    await collecting.setTime('2026-07-01T12:00:00Z');
    const invoice = await collecting.tenant.issue(id);
    const { invoice: seen } = await ask(InvoiceOfDocument, { id: invoice.id });
    const lines = seen?.lines.map(({ kind, amount }) => `${kind} ${amount}`);
    // Ten days of thirty have included credit, and the twenty others a fee, of which ten were billed in advance.
    expect(lines).toEqual(['BASE_FEE_CHANGE 10', 'USAGE 10', 'INCLUDED_CREDIT -3.33', 'BASE_FEE 30']);
  });

  // Seen to fail: with the alert of each method, where there were two.
  test('is told of to people, once for each account and card', async () => {
    await keep(bob);
    const first = await keep(ada);
    await ask(RemovePaymentMethodDocument, { input: { paymentMethodId: first.id } });
    expect((await keep(ada)).sharedWith).toEqual({ kind: 'USER', externalId: 'bob' });
    await keep(bob);
    expect(await alerts()).toMatchObject([{ kind: 'SHARED_PAYMENT_METHOD', account: { externalId: 'ada' } }]);
    await keep(bob, '1111');
    await keep(ada, '1111');
    expect(await alerts()).toHaveLength(2);
  });

  // Seen to fail: with removed methods not looked at.
  test('is later, also where the first has removed it', async () => {
    const { id } = await keep(bob);
    await ask(RemovePaymentMethodDocument, { input: { paymentMethodId: id } });
    await subscribe({ ...ada, plan: await collecting.tenant.plan(FREE) });
    await keep(ada);
    expect(await phases(ada)).toEqual([['2026-06-01', DROPPED, 0, '0']]);
    expect((await keep(bob)).sharedWith).toBeNull();
  });

  test('is not one of another organization', async () => {
    await keep(bob);
    await collecting.newTenant();
    await subscribe({ ...ada, plan: await collecting.tenant.plan(FREE) });
    expect((await keep(ada)).sharedWith).toBeNull();
    expect(await phases(ada)).toEqual([['2026-06-01', null, 20, '10']]);
    expect(await alerts()).toEqual([]);
  });

  // Seen to fail: with the terms that the plan has, where it subscribed or changed afterwards.
  test('subscribes and changes without them, unless they are given to it explicitly', async () => {
    const plan = await collecting.tenant.plan(FREE);
    await keep(bob);
    await keep(ada);
    const { id } = (await subscribe({ ...ada, plan })).subscribe;
    expect(await phases(ada)).toEqual([['2026-06-01', DROPPED, 0, '0']]);
    expect((await subscribe({ ...ada, plan })).subscribe.id).toBe(id);
    await change(id, { plan: await collecting.tenant.plan({ ...FREE, trialDays: 30 }), when: 'NOW' });
    expect(await phases(ada)).toEqual([['2026-06-01', DROPPED, 0, '0']]);
    await change(id, { overrides: { includedCredit: '10' }, when: 'NOW' });
    expect(await phases(ada)).toEqual([['2026-06-01', DROPPED, 0, '10']]);
    await change(id, { overrides: { includedCredit: '10', trialDays: 5 }, when: 'NOW' });
    expect(await phases(ada)).toEqual([['2026-06-01', null, 5, '10']]);
    await keep(ada);
    expect(await phases(ada)).toEqual([['2026-06-01', null, 5, '10']]);
    const other = await collecting.tenant.plan({ baseFee: '1' });
    await keep(eve);
    await subscribe({ ...eve, plan: other });
    expect(await phases(eve)).toEqual([['2026-06-01', null, 0, '0']]);
  });

  // Seen to fail: with what was said for the subscription taken; with changes to come left as they were.
  test('keeps what was said for its subscription, loses what is still to come, and subscribed before as it is', async () => {
    const plan = await collecting.tenant.plan(FREE);
    await keep(bob);
    const said = { ...ada, plan, overrides: { includedCredit: '7' } };
    const { id } = (await subscribe(said)).subscribe;
    await collecting.setTime('2026-06-05T12:00:00Z');
    await change(id, { plan, when: 'PERIOD_END' });
    await subscribe({ ...eve, plan, firstDay: '2026-08-15' });
    await keep(ada);
    await keep(eve);
    expect(await phases(ada)).toEqual([
      ['2026-06-01', null, 20, '7'],
      ['2026-06-05', DROPPED, 0, '7'],
      ['2026-07-01', DROPPED, 0, '0'],
    ]);
    expect(await phases(eve)).toEqual([['2026-08-15', DROPPED, 0, '0']]);
    const again = await subscribe({ ...eve, plan, firstDay: '2026-08-15' });
    expect(again.subscribe.phases).toHaveLength(1);
  });

  test('is known by the card that its bank gives it, and by what Stripe tells alone', async () => {
    const own = await keep(bob);
    await subscribe({ ...ada, plan: await collecting.tenant.plan(FREE) });
    const kept = await keep(ada, '1111');
    expect(kept.sharedWith).toBeNull();
    const { fingerprint } = collecting.stripe.state.paymentMethods.get(own.processorRef)?.card ?? {};
    collecting.stripe.replaceCard(kept.processorRef, { fingerprint: String(fingerprint) });
    await collecting.stripe.deliver(`${collecting.world.server.url}/webhooks/stripe`);
    await until(async () => (await phases(ada))?.[0]?.[1] === DROPPED);
    const { paymentMethods } = await ask(PaymentMethodsDocument, ada);
    expect(paymentMethods).toMatchObject([{ id: kept.id, sharedWith: { externalId: 'bob' } }]);
  });
});

describe('one company’s card', () => {
  const red = { teamId: 'red' };
  const of = (userId: string, teamId = 'red') => ({ userId, teamId });

  // Seen to fail: with members of the team like any others.
  test('is a team’s and its members’, whoever keeps it first; of others it is not', async () => {
    expect((await keep(of('rob'))).sharedWith).toBeNull();
    expect((await keep(red)).sharedWith).toBeNull();
    expect((await keep(of('ria'))).sharedWith).toBeNull();
    expect((await keep(of('bea', 'blue'))).sharedWith).toEqual({ kind: 'USER', externalId: 'rob' });
    expect((await keep(ada)).sharedWith).not.toBeNull();
    expect((await alerts()).map(({ account }) => account?.externalId).sort()).toEqual(['ada', 'bea']);
  });

  test('is the organization’s and everybody’s in it', async () => {
    await keep(ada);
    expect((await keep({})).sharedWith).toBeNull();
    expect((await keep(bob)).sharedWith).toBeNull();
    expect((await keep(red)).sharedWith).toBeNull();
    expect(await alerts()).toEqual([]);
  });

  test('is not one of two members, where the team does not pay by it', async () => {
    await keep(of('rob'));
    expect((await keep(of('ria'))).sharedWith).toEqual({ kind: 'USER', externalId: 'rob' });
  });
});

describe('at once', () => {
  // Seen to fail: without the row of the fingerprint, where several were the first.
  test('of many accounts that keep a card one is the first', async () => {
    const names = Array.from({ length: 8 }, () => ({ userId: newName('user') }));
    const kept = await Promise.all(names.map((name) => keep(name)));
    expect(kept.filter(({ sharedWith }) => sharedWith === null)).toHaveLength(1);
  });

  // Seen to fail: with the gate not waited for, where the subscription that was being made was not found.
  test('who subscribes while it keeps the card loses them', async () => {
    const code = await collecting.tenant.plan(FREE);
    await keep(bob);
    await keep(ada, '1111');
    const client = new Client({ connectionString: collecting.world.database.url });
    await client.connect();
    try {
      // It has looked at what the account keeps, and waits to write what it is on.
      await client.query('BEGIN');
      await client.query('SELECT FROM plan WHERE code = $1 FOR UPDATE', [code]);
      const subscribing = subscribe({ ...ada, plan: code });
      await until(async () => (await waiting(client)) === 1);
      let isKept = false;
      const keeping = keep(ada).finally(() => (isKept = true));
      await until(async () => isKept || (await waiting(client)) === 2);
      await client.query('ROLLBACK');
      await Promise.all([subscribing, keeping]);
    } finally {
      await client.end();
    }
    expect(await phases(ada)).toEqual([['2026-06-01', DROPPED, 0, '0']]);
  });
});

/** How many wait for a lock. */
async function waiting(client: Client): Promise<number> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount ?? 0;
}
