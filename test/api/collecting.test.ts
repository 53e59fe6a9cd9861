/** Invoices that a processor collects: what becomes of one attempt, and of the next. */
import { CollectingWorld } from '../support/collecting-world.js';
import {
  CollectNowDocument,
  PaymentActionDocument,
  PayInvoiceDocument,
  ReserveChargedDocument,
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

const ask: CollectingWorld['world']['ask'] = (document, variables) =>
  collecting.world.ask(document, variables, collecting.tenant.key);
const errorOf: CollectingWorld['world']['send'] = (document, variables) =>
  collecting.world.send(document, variables, collecting.tenant.key);
const payNow = async (invoiceId: string, input: object = {}) =>
  (await ask(CollectNowDocument, { input: { invoiceId, by: 'PAYMENT_METHOD', ...input } as never })).payInvoice;

/** An invoice of 20 USD of ada, with its number. */
const issued = async (baseFee = '20') => collecting.tenant.issue(await collecting.tenant.subscribe({ baseFee }));
const intents = (customerRef: string) =>
  [...collecting.stripe.state.paymentIntents.values()].filter(({ customer }) => customer === customerRef);

describe('an invoice that gets its number', () => {
  // Seen to fail: without `collectAt` at the number.
  test('is collected from the default method of its account, with its place beside the payment', async () => {
    const payer = await collecting.payer();
    const { id } = await issued();
    const invoice = await collecting.seen(id, ({ status }) => status === 'PAID');
    expect(invoice).toMatchObject({ amountPaid: '20', amountRemaining: '0', failedAttempts: 0, collectAt: null });
    const [intent] = intents(payer.customerRef);
    expect(invoice.payments).toEqual([
      expect.objectContaining({
        ...{ processor: 'stripe', status: 'SUCCEEDED', amount: '20', credited: '0', attempt: 1, scheduled: true },
        ...{ declineCode: null, processorRef: intent?.id },
      }),
    ]);
    expect(intent).toMatchObject({ amount: 2000, currency: 'usd', payment_method: payer.methodRef });
    expect(intent?.metadata).toMatchObject({ tollgate_attempt: '1', tollgate_sequence: '0' });
    expect(collecting.charges()).toContainEqual({ amount: 2000, paymentIntent: intent?.id });
  });

  test('waits to be paid by hand where its account has no method', async () => {
    const { id } = await issued();
    const invoice = await collecting.seen(id, ({ collectAt }) => collectAt === null);
    expect(invoice).toMatchObject({ status: 'OPEN', payments: [], failedAttempts: 0 });
    await ask(PayInvoiceDocument, { input: { invoiceId: id } });
    expect((await collecting.invoice(id)).payments).toMatchObject([{ processor: 'manual', status: 'SUCCEEDED' }]);
  });
});

describe('a payment that is declined', () => {
  // Seen to fail: without closing it at Stripe.
  test('fails with its code, is closed at Stripe, and is followed by another by the schedule', async () => {
    const payer = await collecting.payer();
    collecting.stripe.bankSays(payer.methodRef, { declineCode: 'insufficient_funds' });
    const { id } = await issued();
    const invoice = await collecting.seen(id, ({ failedAttempts }) => failedAttempts === 1);
    expect(invoice).toMatchObject({ status: 'OPEN', amountPaid: '0' });
    expect(invoice.payments).toMatchObject([{ status: 'FAILED', declineCode: 'insufficient_funds', attempt: 1 }]);
    expect(intents(payer.customerRef).map(({ status }) => status)).toEqual(['canceled']);
    const wait = Date.parse(invoice.collectAt ?? '') - Date.parse(invoice.payments[0]?.endedAt ?? '');
    expect(wait).toBe(86_400_000);
    await collecting.setTime('2026-06-02T12:10:00Z');
    const paid = await collecting.seen(id, ({ status }) => status === 'PAID');
    expect(paid.payments).toMatchObject([{ status: 'FAILED' }, { status: 'SUCCEEDED', attempt: 2 }]);
    expect(paid).toMatchObject({ failedAttempts: 0, collectAt: null });
  });

  // Seen to fail: with a key that is not looked for, so that another attempt was made, and with the schedule moved by an attempt by hand.
  test('by hand is an error with its code; its key again is the same error, and the schedule stays', async () => {
    const payer = await collecting.payer();
    collecting.stripe.bankSays(payer.methodRef, { declineCode: 'insufficient_funds' });
    const { id } = await issued();
    const before = await collecting.seen(id, ({ failedAttempts }) => failedAttempts === 1);
    collecting.stripe.bankSays(payer.methodRef, { declineCode: 'lost_card' });
    const input = { invoiceId: id, by: 'PAYMENT_METHOD', idempotencyKey: 'again' } as never;
    for (const time of [1, 2]) {
      const { errors } = await errorOf(CollectNowDocument, { input });
      expect([time, errors?.[0]?.extensions]).toMatchObject([
        time,
        { code: 'PAYMENT_FAILED', declineCode: 'lost_card' },
      ]);
    }
    const after = await collecting.invoice(id);
    expect(intents(payer.customerRef)).toHaveLength(2);
    expect(after).toMatchObject({ failedAttempts: 1, collectAt: before.collectAt });
    expect(after.payments[1]).toMatchObject({ status: 'FAILED', attempt: 2, scheduled: false });
    expect(await payNow(id, { paymentMethodId: payer.methodId })).toMatchObject({ status: 'PAID' });
  });
});

describe('a payment that whoever pays has to confirm', () => {
  // Seen to fail: with authentication_required taken for a decline.
  test('waits for 3-D Secure, hands it on, and is paid once it is done', async () => {
    const payer = await collecting.payer();
    collecting.stripe.bankSays(payer.methodRef, 'requires_action');
    const { id } = await issued();
    const waiting = await collecting.seen(id, ({ payments }) => payments[0]?.status === 'REQUIRES_ACTION');
    expect(waiting).toMatchObject({ status: 'OPEN', failedAttempts: 1 });
    expect(waiting.payments[0]).toMatchObject({ declineCode: 'authentication_required' });
    const paymentId = waiting.payments[0]?.id ?? '';
    const { node } = await ask(PaymentActionDocument, { id: paymentId });
    const [intent] = intents(payer.customerRef);
    expect(node).toMatchObject({
      action: {
        clientSecret: intent?.client_secret,
        publishableKey: 'pk_test_tollgate',
        processorMethodRef: payer.methodRef,
      },
    });
    collecting.stripe.authenticate(intent?.id ?? '');
    await collecting.setTime('2026-06-01T12:30:00Z');
    const paid = await collecting.seen(id, ({ status }) => status === 'PAID');
    expect(paid.payments).toMatchObject([{ status: 'SUCCEEDED', declineCode: null }]);
    expect((await ask(PaymentActionDocument, { id: paymentId })).node).toMatchObject({ action: null });
  });

  // Seen to fail: with the next attempt beside it, which the unique key of what is under way refused for ever.
  test('is closed when the next attempt comes, which takes its place', async () => {
    const payer = await collecting.payer();
    collecting.stripe.bankSays(payer.methodRef, 'requires_action');
    const { id } = await issued();
    await collecting.seen(id, ({ payments }) => payments[0]?.status === 'REQUIRES_ACTION');
    await collecting.setTime('2026-06-02T12:10:00Z');
    const paid = await collecting.seen(id, ({ status }) => status === 'PAID');
    expect(paid.payments).toMatchObject([{ status: 'FAILED' }, { status: 'SUCCEEDED', attempt: 2 }]);
    expect(intents(payer.customerRef).map(({ status }) => status)).toEqual(['canceled', 'succeeded']);
  });

  // Seen to fail: with what waits left open at Stripe after a transfer.
  test('is closed when the invoice is paid by hand meanwhile', async () => {
    const payer = await collecting.payer();
    collecting.stripe.bankSays(payer.methodRef, 'requires_action');
    const { id } = await issued();
    await collecting.seen(id, ({ payments }) => payments[0]?.status === 'REQUIRES_ACTION');
    await ask(PayInvoiceDocument, { input: { invoiceId: id } });
    await until(() => intents(payer.customerRef)[0]?.status === 'canceled');
    const paid = await collecting.seen(id, ({ payments }) => payments.every(({ endedAt }) => endedAt !== null));
    expect(paid).toMatchObject({ status: 'PAID', amountPaid: '20' });
  });
});

describe('a payment that takes days', () => {
  // Seen to fail: with PROCESSING taken for paid, and without looking again.
  test('is under way, so nothing else is paid beside it, until it succeeds', async () => {
    const payer = await collecting.payer('ada', { type: 'us_bank_account' });
    collecting.stripe.bankSays(payer.methodRef, 'processing');
    const { id } = await issued();
    await collecting.seen(id, ({ payments }) => payments[0]?.status === 'PROCESSING');
    const refused = await Promise.all([
      errorOf(PayInvoiceDocument, { input: { invoiceId: id } }),
      errorOf(VoidInvoiceDocument, { input: { invoiceId: id } }),
    ]);
    expect(refused.map(({ errors }) => errors?.[0]?.extensions['code'])).toEqual(['INVOICE_STATE', 'INVOICE_STATE']);
    expect((await payNow(id)).payments).toMatchObject([{ status: 'PROCESSING' }]);
    collecting.stripe.finish(intents(payer.customerRef)[0]?.id ?? '', 'succeeded');
    await collecting.setTime('2026-06-04T12:00:00Z');
    expect(await collecting.seen(id, ({ status }) => status === 'PAID')).toMatchObject({ amountPaid: '20' });
  });

  test('or fails: then the schedule goes on', async () => {
    const payer = await collecting.payer('ada', { type: 'us_bank_account' });
    collecting.stripe.bankSays(payer.methodRef, 'processing');
    const { id } = await issued();
    await collecting.seen(id, ({ payments }) => payments[0]?.status === 'PROCESSING');
    collecting.stripe.finish(intents(payer.customerRef)[0]?.id ?? '', { declineCode: 'debit_not_authorized' });
    await collecting.setTime('2026-06-04T12:00:00Z');
    const failed = await collecting.seen(id, ({ failedAttempts }) => failedAttempts === 1);
    expect(failed.payments[0]).toMatchObject({ status: 'FAILED', declineCode: 'debit_not_authorized' });
  });
});

// By construction: no room to the left of billing knows a processor, and no transaction is open while one is asked.
test('C21: while Stripe does not answer, budgets are as always and payments wait', async () => {
  await collecting.payer();
  // Also those of invoices that another test left, whose next attempt may be due.
  const held = collecting.stripe.hold({ method: 'POST', path: /^\/v1\/payment_intents$/, times: Infinity });
  const { id } = await issued();
  await collecting.seen(id, ({ payments }) => payments[0]?.status === 'PENDING');
  const reserve = {
    idempotencyKey: 'while-down',
    userId: 'ada',
    model: 'gpt-4o',
    promptTokens: 10,
    maxCompletionTokens: 10,
  };
  const { reserveBudget } = await ask(ReserveChargedDocument, { input: reserve as never });
  expect(reserveBudget.decision).toMatchObject({ outcome: 'ALLOWED' });
  expect(await collecting.invoice(id)).toMatchObject({ status: 'OPEN', payments: [{ status: 'PENDING' }] });
  held.release();
  await collecting.seen(id, ({ status }) => status === 'PAID');
});
