/** What follows when an invoice cannot be collected: attempts, alerts, the grace, what is done then, and what undoes it. */
import { Client } from 'pg';
import { decodeUuid } from '../../src/node-id.js';
import { Caller } from '../support/caller.js';
import { CollectingWorld } from '../support/collecting-world.js';
import {
  accountOf,
  alertFeed,
  alerts,
  DAY_MS,
  declines,
  ENABLED,
  endGrace,
  enforced,
  failAll,
  goTo,
  issued,
  reserve,
  UNPAID,
} from '../support/dunning.js';
import {
  CollectNowDocument,
  PayInvoiceDocument,
  PaymentBudgetAlertsDocument,
  RemovePaymentMethodDocument,
  SetDefaultPaymentMethodDocument,
  SetDunningActionDocument,
  StartPaymentMethodSetupDocument,
  ViewerDocument,
} from '../support/generated/operations.js';
import { subscribe } from '../support/subscriber.js';
import { until } from '../support/until.js';

let collecting: CollectingWorld;
beforeAll(async () => {
  collecting = await CollectingWorld.start({ DUNNING_RETRIES: '1d', DUNNING_ACTION: 'DISABLE_ACCOUNT' });
});
beforeEach(() => collecting.newTenant());
afterEach(() => collecting.setTime(undefined));
afterAll(() => collecting.close());

const ask: CollectingWorld['world']['ask'] = (document, variables) =>
  collecting.world.ask(document, variables, collecting.tenant.key);
const payByHand = (invoiceId: string) => ask(PayInvoiceDocument, { input: { invoiceId } });
const payByCard = (invoiceId: string) =>
  ask(CollectNowDocument, { input: { invoiceId, by: 'PAYMENT_METHOD' } as never });

describe('an invoice whose card fails whatever is tried', () => {
  const codes = ['insufficient_funds', 'expired_card', 'generic_decline', 'processing_error', 'lost_card'];
  let slow: CollectingWorld;
  beforeAll(async () => {
    slow = await CollectingWorld.start();
  });
  beforeEach(() => slow.newTenant());
  afterAll(() => slow.close());

  // Seen to fail: with the wait of the attempt before, and with one attempt more.
  test('is tried by the schedule, each failed attempt is an alert with its code, and the grace begins with the last', async () => {
    const feed = alertFeed(slow);
    const ofBudgets = subscribe(slow.world.server.url, PaymentBudgetAlertsDocument, {}, slow.tenant.key);
    const payer = await slow.payer();
    declines(slow, payer, ...codes);
    const id = await issued(slow);
    const invoice = await failAll(slow, id);
    const ends = invoice.payments.map(({ endedAt }) => Date.parse(endedAt ?? ''));
    const waits = ends.slice(1).map((end, n) => Math.round((end - (ends[n] ?? 0)) / DAY_MS));
    expect(waits).toEqual([1, 3, 5, 7]);
    expect(Math.round((Date.parse(invoice.enforceAt ?? '') - (ends.at(-1) ?? 0)) / DAY_MS)).toBe(3);
    expect(invoice).toMatchObject({ status: 'OPEN', failedAttempts: 5, collectAt: null, enforcedAt: null });
    const heard = (await feed.take(5)).map(({ alertFeed: alert }) => alert);
    expect(heard).toEqual(
      invoice.payments.map((payment, n) => ({
        ...{ kind: 'PAYMENT_FAILED', account: { externalId: 'ada', ...ENABLED }, cursor: expect.any(String) },
        ...{ invoiceId: id, paymentId: payment.id, reason: codes[n] },
        message: `A payment of the user "ada" did not go through: ${String(codes[n])}.`,
      })),
    );
    expect(await alerts(slow, { kind: 'PAYMENT_FAILED', userId: 'ada' })).toEqual([...heard].reverse());
    // The installation does nothing, unless it is told to.
    await endGrace(slow, id);
    expect(await accountOf(slow, id)).toEqual(ENABLED);
    expect(feed.events).toHaveLength(5);
    expect(ofBudgets.events).toEqual([]);
    await Promise.all([feed.stop(), ofBudgets.stop()]);
  });

  // Seen to fail: with the action of the installation alone.
  test('disables the account after the grace where the account says so', async () => {
    const input = { userId: 'ada', legalName: 'Ada Ltd', dunningAction: 'DISABLE_ACCOUNT' } as never;
    const set = () => slow.world.ask(SetDunningActionDocument, { input }, slow.tenant.key);
    expect((await set()).setBillingProfile).toEqual({ legalName: 'Ada Ltd', dunningAction: 'DISABLE_ACCOUNT' });
    declines(slow, await slow.payer(), ...codes);
    const id = await issued(slow);
    await failAll(slow, id);
    expect(await accountOf(slow, id)).toEqual(ENABLED);
    await endGrace(slow, id);
    expect(await accountOf(slow, id)).toEqual(UNPAID);
  });
});

describe('after the grace', () => {
  test('the account is denied, what happens is recorded, and its budgets and those of others are as they were', async () => {
    const caller = new Caller(collecting.world.server.url, collecting.tenant.key);
    await caller.setBudget({ userId: 'ada' });
    const before = await caller.budgets();
    const { id } = await enforced(collecting);
    expect(await accountOf(collecting, id)).toEqual(UNPAID);
    expect(await reserve(collecting)).toBe('DENIED ACCOUNT_DISABLED');
    expect(await reserve(collecting, 'bob')).toBe('ALLOWED FITS');
    expect((await caller.budgets())[0]).toMatchObject({ limit: before[0]?.limit, spent: '0', held: '0' });
    await caller.record({ userId: 'ada', promptTokens: 400_000 });
    expect(await caller.rows()).toEqual([{ spent: '1', held: '0' }]);
    // Seen to fail: with the account of an alert read without why it was disabled.
    expect((await alerts(collecting))[0]?.account).toMatchObject(UNPAID);
  });

  test('nothing is done where the account says NONE, and what it says can be taken back', async () => {
    const say = async (dunningAction: string | null) =>
      (await ask(SetDunningActionDocument, { input: { userId: 'ada', dunningAction } as never })).setBillingProfile;
    expect(await say('NONE')).toMatchObject({ dunningAction: 'NONE' });
    const { id } = await enforced(collecting);
    expect(await accountOf(collecting, id)).toEqual(ENABLED);
    expect(await reserve(collecting)).toBe('ALLOWED FITS');
    expect(await say(null)).toMatchObject({ dunningAction: null });
  });

  test('everybody is denied where the organization itself is to pay', async () => {
    const { startPaymentMethodSetup: setup } = await ask(StartPaymentMethodSetupDocument, { input: {} });
    const { id: methodRef } = collecting.stripe.completeSetup(setup.setupId);
    await ask(SetDefaultPaymentMethodDocument, { input: { paymentMethodId: methodRef } });
    for (let n = 0; n < 2; n += 1) collecting.stripe.bankSays(methodRef, { declineCode: 'generic_decline' });
    const subscriptionId = await collecting.tenant.subscribe({ baseFee: '20' }, { userId: undefined });
    const { id } = await collecting.tenant.issue(subscriptionId);
    await failAll(collecting, id);
    await endGrace(collecting, id);
    expect(await reserve(collecting, 'bob')).toBe('DENIED ACCOUNT_DISABLED');
    await payByHand(id);
    expect(await reserve(collecting, 'bob')).toBe('ALLOWED FITS');
  });

  // Seen to fail: with what is under way not looked at.
  test('nothing is done while a payment is under way, until it has ended', async () => {
    const payer = await collecting.payer('ada', { type: 'us_bank_account' });
    declines(collecting, payer, 'generic_decline', 'generic_decline');
    const id = await issued(collecting);
    const { enforceAt } = await failAll(collecting, id);
    collecting.stripe.bankSays(payer.methodRef, 'processing');
    await payByCard(id);
    await goTo(collecting, enforceAt);
    const put = await collecting.seen(id, (one) => one.enforcedAt !== null || one.enforceAt !== enforceAt);
    expect(put).toMatchObject({ enforcedAt: null, payments: [{}, {}, { status: 'PROCESSING', scheduled: false }] });
    expect(await accountOf(collecting, id)).toEqual(ENABLED);
    collecting.stripe.finish(put.payments[2]?.processorRef ?? '', { declineCode: 'debit_not_authorized' });
    await goTo(collecting, enforceAt, DAY_MS);
    await collecting.seen(id, ({ payments }) => payments[2]?.status === 'FAILED');
    await goTo(collecting, enforceAt, 2 * DAY_MS);
    await collecting.seen(id, ({ enforcedAt }) => enforcedAt !== null);
    expect(await accountOf(collecting, id)).toEqual(UNPAID);
  });

  // Seen to fail: with the collecting of an invoice that is dunned ended by the removal of its method.
  test('it is the same for an account that takes its method away meanwhile', async () => {
    const payer = await collecting.payer();
    declines(collecting, payer, 'insufficient_funds');
    const id = await issued(collecting);
    const { collectAt } = await collecting.seen(id, ({ failedAttempts }) => failedAttempts === 1);
    await ask(RemovePaymentMethodDocument, { input: { paymentMethodId: payer.methodId } });
    await goTo(collecting, collectAt);
    await collecting.seen(id, (one) => one.collectAt === null);
    await endGrace(collecting, id);
    expect(await accountOf(collecting, id)).toEqual(UNPAID);
  });
});

describe('a payment that waits for whoever pays', () => {
  // Seen to fail: with what waits not counted as failed.
  test('counts as a failed attempt; confirmed after the grace it is paid, and the account enabled', async () => {
    const payer = await collecting.payer();
    declines(collecting, payer, 'insufficient_funds');
    collecting.stripe.bankSays(payer.methodRef, 'requires_action');
    const id = await issued(collecting);
    await failAll(collecting, id);
    const { payments } = await endGrace(collecting, id);
    expect(payments).toMatchObject([{ status: 'FAILED' }, { status: 'REQUIRES_ACTION' }]);
    expect((await alerts(collecting)).map(({ reason }) => reason)).toEqual([
      'authentication_required',
      'insufficient_funds',
    ]);
    expect(await accountOf(collecting, id)).toEqual(UNPAID);
    collecting.stripe.authenticate(payments[1]?.processorRef ?? '');
    await collecting.setTime('2026-06-07T12:00:00Z');
    await collecting.seen(id, ({ status }) => status === 'PAID');
    expect(await accountOf(collecting, id)).toEqual(ENABLED);
  });

  test('is followed by the next attempt, which takes its place', async () => {
    const payer = await collecting.payer();
    collecting.stripe.bankSays(payer.methodRef, 'requires_action');
    const id = await issued(collecting);
    const { collectAt } = await collecting.seen(id, ({ failedAttempts }) => failedAttempts === 1);
    await goTo(collecting, collectAt);
    const paid = await collecting.seen(id, ({ status }) => status === 'PAID');
    expect(paid).toMatchObject({ failedAttempts: 0, enforceAt: null, payments: [{}, { status: 'SUCCEEDED' }] });
    expect(await alerts(collecting)).toHaveLength(1);
    expect(await accountOf(collecting, id)).toEqual(ENABLED);
  });

  // Seen to fail: with an alert key that is not the payment's alone: two alerts, and two failed attempts.
  test('and fails after all is told of once, and counts once', async () => {
    const payer = await collecting.payer('ada', { type: 'us_bank_account' });
    collecting.stripe.bankSays(payer.methodRef, 'requires_action');
    const id = await issued(collecting);
    const { payments } = await collecting.seen(id, ({ failedAttempts }) => failedAttempts === 1);
    const intent = payments[0]?.processorRef ?? '';
    collecting.stripe.authenticate(intent);
    await collecting.setTime('2026-06-01T13:00:00Z');
    await collecting.seen(id, (one) => one.payments[0]?.status === 'PROCESSING');
    collecting.stripe.finish(intent, { declineCode: 'debit_not_authorized' });
    await collecting.setTime('2026-06-02T10:00:00Z');
    const failed = await collecting.seen(id, (one) => one.payments[0]?.status === 'FAILED');
    expect(failed).toMatchObject({ failedAttempts: 1 });
    expect((await alerts(collecting)).map(({ reason }) => reason)).toEqual(['authentication_required']);
  });
});

describe('a payment by hand that fails', () => {
  test('is told of, and moves no schedule', async () => {
    const payer = await collecting.payer();
    declines(collecting, payer, 'insufficient_funds', 'lost_card');
    const id = await issued(collecting);
    const before = await collecting.seen(id, ({ failedAttempts }) => failedAttempts === 1);
    const input = { invoiceId: id, by: 'PAYMENT_METHOD' } as never;
    expect(await collecting.world.codeOf(CollectNowDocument, { input }, collecting.tenant.key)).toBe('PAYMENT_FAILED');
    const { collectAt, failedAttempts, payments } = await collecting.invoice(id);
    expect({ collectAt, failedAttempts }).toEqual({ collectAt: before.collectAt, failedAttempts: 1 });
    expect((await alerts(collecting)).map(({ paymentId, reason }) => [paymentId, reason])).toEqual([
      [payments[1]?.id, 'lost_card'],
      [payments[0]?.id, 'insufficient_funds'],
    ]);
  });

  // Seen to fail: without the wake after the commit.
  test('is announced to every server', async () => {
    const client = new Client({ connectionString: collecting.world.database.url });
    await client.connect();
    const heard: (string | undefined)[] = [];
    client.on('notification', ({ payload }) => void heard.push(payload));
    await client.query('LISTEN alerts');
    declines(collecting, await collecting.payer(), 'insufficient_funds');
    await issued(collecting);
    const { organization } = (await ask(ViewerDocument, {})).viewer;
    await until(() => heard.includes(decodeUuid('organization', organization.id)));
    await client.end();
  });
});

// Seen to fail: with the grace of before left to run.
test('a part that came in begins the schedule anew', async () => {
  const payer = await collecting.payer();
  declines(collecting, payer, 'insufficient_funds', 'insufficient_funds');
  const subscriptionId = await collecting.tenant.subscribe({ baseFee: '1500000' });
  const { id } = await collecting.tenant.issue(subscriptionId);
  await failAll(collecting, id);
  collecting.stripe.bankSays(payer.methodRef, 'succeeded');
  declines(collecting, payer, 'insufficient_funds');
  await payByCard(id);
  const invoice = await collecting.seen(id, ({ failedAttempts }) => failedAttempts === 1);
  expect(invoice).toMatchObject({ amountPaid: '999999.99', enforceAt: null, collectAt: expect.any(String) as unknown });
});
