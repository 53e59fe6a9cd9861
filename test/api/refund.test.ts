/** Money that goes back by the processor that collected it, and money that the processor takes back. */
import { CollectingWorld } from '../support/collecting-world.js';
import { newName } from '../support/billing-world.js';
import {
  BudgetStatusDocument,
  CreateCreditNoteDocument,
  CreditBalanceOfDocument,
  PayInvoiceDocument,
  RefundedInvoiceDocument,
  RefundInvoiceDocument,
  RefundReportDocument,
  SetBudgetDocument,
  WebhookEventsDocument,
  type RefundedInvoiceQuery,
} from '../support/generated/operations.js';
import { until } from '../support/until.js';

let collecting: CollectingWorld;
beforeAll(async () => {
  collecting = await CollectingWorld.start();
});
beforeEach(() => collecting.newTenant());
afterEach(() => collecting.setTime(undefined));
afterAll(() => collecting.close());

type Seen = NonNullable<RefundedInvoiceQuery['invoice']>;

const ask: CollectingWorld['world']['ask'] = (document, variables) =>
  collecting.world.ask(document, variables, collecting.tenant.key);
const send: CollectingWorld['world']['send'] = (document, variables) =>
  collecting.world.send(document, variables, collecting.tenant.key);

/** An invoice that Stripe collected, and the payment there. */
async function collected(baseFee = '20') {
  await collecting.payer();
  const { id } = await collecting.tenant.issue(await collecting.tenant.subscribe({ baseFee }));
  const { payments } = await collecting.seen(id, ({ status }) => status === 'PAID');
  const paymentRef = payments[0]?.processorRef;
  if (!paymentRef) throw new Error('It was not collected.');
  return { id, paymentRef };
}

const refunding = (invoiceId: string, amount: string, idempotencyKey = newName('note')) => ({
  input: { idempotencyKey, invoiceId, amount, reason: 'wrong', refund: true },
});
const refund = async (...said: Parameters<typeof refunding>) =>
  (await ask(RefundInvoiceDocument, refunding(...said))).createCreditNote;

async function seen(id: string): Promise<Seen> {
  const { invoice } = await ask(RefundedInvoiceDocument, { id });
  if (!invoice) throw new Error('There is no such invoice.');
  return invoice;
}
async function once(id: string, isSo: (invoice: Seen) => boolean): Promise<Seen> {
  let invoice = await seen(id);
  await until(async () => isSo((invoice = await seen(id))));
  return invoice;
}
const refundsOf = ({ payments }: Seen) => payments.flatMap(({ refunds }) => refunds);
/** What Stripe gave back of a payment, in cents. */
const backAt = (paymentRef: string) =>
  [...collecting.stripe.state.refunds.values()]
    .filter(({ payment_intent: of }) => of === paymentRef)
    .map(({ amount, status }) => `${amount} ${status}`);
/** Stripe tells of what happened there. */
async function told(): Promise<void> {
  const statuses = await collecting.stripe.deliver(`${collecting.world.server.url}/webhooks/stripe`);
  expect(statuses.every((status) => status === 200)).toBe(true);
}
/** By new events of all that there is to tell of it, once they were worked off. */
async function toldAgain(ref: string): Promise<void> {
  const { events } = collecting.stripe.state;
  const again = events.filter(({ data }) => data.object.id === ref);
  const copies = again.map((event) => ({ ...event, id: `${event.id}_${newName('again')}`, pending_webhooks: 1 }));
  events.push(...copies);
  await told();
  await until(async () => {
    const variables = { status: 'RECEIVED', first: 100 } as const;
    const { webhookEvents } = await collecting.world.ask(WebhookEventsDocument, variables);
    const waiting = webhookEvents.edges.map(({ node }) => node.eventId);
    return copies.every(({ id }) => !waiting.includes(id));
  });
}
const disputesOf = ({ payments }: Seen) => payments.flatMap(({ disputes }) => disputes);
const report = async () =>
  (await ask(RefundReportDocument, { month: '2026-06' })).financialReport.currencies.find(
    ({ currency }) => currency === 'USD',
  );
const credit = async () => (await ask(CreditBalanceOfDocument, { userId: 'ada', withinDays: 0 })).creditBalance;

describe('a credit note that refunds', () => {
  test('gives back by Stripe what Stripe collected, before it answers', async () => {
    const { id, paymentRef } = await collected();
    const note = await refund(id, '5', 'note');
    expect(note).toMatchObject({ amount: '5', refunded: '5', credited: '0', reduced: '0' });
    expect(note.refunds).toMatchObject([{ amount: '5', status: 'SUCCEEDED', failureReason: null }]);
    expect(note.refunds[0]?.endedAt).not.toBeNull();
    expect(await seen(id)).toMatchObject({ status: 'PAID', amountPaid: '20', amountRefunded: '5' });
    expect(backAt(paymentRef)).toEqual(['500 succeeded']);
    const [made] = [...collecting.stripe.state.refunds.values()].filter(({ payment_intent: of }) => of === paymentRef);
    expect(made?.metadata).toMatchObject({ tollgate_note_key: 'note' });
  });

  // A18. Seen to fail: with the invoice not held.
  test('asked for many times at once gives back once, and never more than was paid', async () => {
    const { id, paymentRef } = await collected();
    const same = refunding(id, '6');
    const answers = await Promise.all([1, 2, 3, 4].map(() => ask(RefundInvoiceDocument, same)));
    expect(new Set(answers.map(({ createCreditNote }) => createCreditNote.id)).size).toBe(1);
    await once(id, (invoice) => refundsOf(invoice).every(({ status }) => status === 'SUCCEEDED'));
    expect(backAt(paymentRef)).toEqual(['600 succeeded']);
    const many = [1, 2, 3, 4].map(() => send(RefundInvoiceDocument, refunding(id, '5')));
    const codes = (await Promise.all(many)).map(({ errors }) => errors?.[0]?.extensions['code'] ?? 'NONE');
    expect(codes.sort()).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT', 'NONE', 'NONE']);
    expect(await seen(id)).toMatchObject({ amountRefunded: '16', amountCredited: '16' });
    expect(backAt(paymentRef)).toEqual(['600 succeeded', '500 succeeded', '500 succeeded']);
  });

  // Seen to fail: with the oldest payment first.
  test('takes the newest payments first', async () => {
    await collecting.payer();
    const { id } = await collecting.tenant.issue(await collecting.tenant.subscribe({ baseFee: '1000010' }));
    const { payments } = await collecting.seen(id, ({ status }) => status === 'PAID');
    const [older, newer] = payments.map(({ processorRef }) => processorRef ?? '');
    expect((await refund(id, '12')).refunds.map(({ amount }) => amount).sort()).toEqual(['1.99', '10.01']);
    expect([backAt(older ?? ''), backAt(newer ?? '')]).toEqual([['199 succeeded'], ['1001 succeeded']]);
  });

  // Seen to fail: with what went back before not taken off a payment.
  test('takes no more of a payment than it brought; what was paid by hand goes back by hand', async () => {
    const { id } = await collecting.tenant.issue(await collecting.tenant.subscribe({ baseFee: '30' }));
    await ask(PayInvoiceDocument, { input: { invoiceId: id, amount: '10', idempotencyKey: newName('part') } });
    await collecting.payer();
    await ask(PayInvoiceDocument, { input: { invoiceId: id, by: 'PAYMENT_METHOD' } as never });
    const { payments } = await collecting.seen(id, ({ status }) => status === 'PAID');
    const paymentRef = payments.find(({ processor }) => processor === 'stripe')?.processorRef ?? '';
    expect((await refund(id, '12')).refunds).toMatchObject([{ amount: '12' }]);
    const second = await refund(id, '13');
    expect(second).toMatchObject({ refunded: '13', refunds: [{ amount: '8', status: 'SUCCEEDED' }] });
    expect(await refund(id, '5')).toMatchObject({ refunded: '5', refunds: [] });
    expect(backAt(paymentRef)).toEqual(['1200 succeeded', '800 succeeded']);
  });

  // B8. Seen to fail: with what Stripe has not looked at before it is asked again.
  test.each(['lost', 'answered with a 500 after the work', 'refused for too many requests'])(
    'whose answer is %s is not sent twice',
    async (how) => {
      const { id, paymentRef } = await collected();
      const match = { method: 'POST', path: /refunds$/ } as const;
      if (how === 'lost') collecting.stripe.lose({ ...match, times: 2 });
      else if (how.startsWith('answered')) collecting.stripe.fail({ ...match, status: 500, afterWork: true });
      else collecting.stripe.fail({ ...match, status: 429 });
      const note = await refund(id, '5');
      expect(note).toMatchObject({ refunded: '5', refunds: [{ status: 'PENDING', processorRef: null }] });
      await collecting.setTime('2026-06-01T12:05:00Z');
      const invoice = await once(id, (one) => refundsOf(one).every(({ status }) => status === 'SUCCEEDED'));
      expect(refundsOf(invoice)).toMatchObject([{ amount: '5', status: 'SUCCEEDED' }]);
      expect(backAt(paymentRef)).toEqual(['500 succeeded']);
    },
  );
});

describe('a refund that does not go through', () => {
  // Seen to fail: with no credit left for it.
  test('that Stripe refuses is prepaid credit, and the invoice says that nothing went back', async () => {
    const { id, paymentRef } = await collected();
    collecting.stripe.refundFromDashboard(paymentRef);
    const note = await refund(id, '5');
    expect(note).toMatchObject({ amount: '5', refunded: '0', credited: '5' });
    expect(note.refunds).toMatchObject([
      { amount: '5', status: 'FAILED', processorRef: null, failureReason: 'charge_already_refunded' },
    ]);
    expect(await seen(id)).toMatchObject({ amountRefunded: '0', amountCredited: '5' });
    expect(await credit()).toMatchObject({ remaining: '5' });
  });

  // Seen to fail: with no credit left for it, and with a refund that has succeeded taken for good.
  test('that the bank sends back days later is prepaid credit, once', async () => {
    const { id } = await collected();
    const [made] = (await refund(id, '7')).refunds;
    expect(made?.status).toBe('SUCCEEDED');
    expect(await report()).toMatchObject({ refunds: { count: 1, amount: '7' }, creditNotes: { refunded: '7' } });
    await collecting.setTime('2026-06-04T12:00:00Z');
    collecting.stripe.finishRefund(made?.processorRef ?? '', 'failed');
    await told();
    const invoice = await once(id, ({ amountRefunded }) => amountRefunded === '0');
    expect(invoice).toMatchObject({ amountRefunded: '0', amountCredited: '7', status: 'PAID' });
    expect(invoice.creditNotes).toMatchObject([{ amount: '7', refunded: '0', credited: '7' }]);
    expect(refundsOf(invoice)).toMatchObject([{ failureReason: 'expired_or_canceled_card' }]);
    await told();
    expect(await credit()).toMatchObject({ remaining: '7' });
    expect(await report()).toMatchObject({
      ...{ refunds: { count: 0, amount: '0' }, creditNotes: { amount: '7', refunded: '0', credited: '7' } },
      credits: { granted: '7', closing: '7' },
    });
    expect((await refund(id, '13')).refunds).toMatchObject([{ amount: '13', status: 'SUCCEEDED' }]);
  });

  // Seen to fail: with a kept failure sent for under the same key for ever.
  test('that Stripe failed at, and keeps the failure of, is asked for again under another key', async () => {
    const { id, paymentRef } = await collected();
    collecting.stripe.fail({ method: 'POST', path: /refunds$/, status: 500 });
    expect((await refund(id, '5')).refunds).toMatchObject([{ status: 'PENDING' }]);
    await collecting.seenLater(id, ({ amountRefunded }) => amountRefunded === '5' && backAt(paymentRef).length === 1);
    await once(id, (invoice) => refundsOf(invoice).every(({ status }) => status === 'SUCCEEDED'));
    expect(backAt(paymentRef)).toEqual(['500 succeeded']);
  });
});

describe('a refund that somebody makes at Stripe', () => {
  // F18. Seen to fail: with the refund not looked for by what Stripe calls it, so that each event made a note.
  test('gets a credit note, once, however often it is told of', async () => {
    const { id, paymentRef } = await collected();
    collecting.stripe.refundFromDashboard(paymentRef, 450);
    await told();
    const invoice = await once(id, ({ creditNotes }) => creditNotes.length > 0);
    expect(invoice).toMatchObject({ status: 'PAID', amountRefunded: '4.5', amountCredited: '4.5', amountPaid: '20' });
    expect(invoice.creditNotes).toMatchObject([
      { amount: '4.5', refunded: '4.5', reason: 'Refunded at the processor', refunds: [{ status: 'SUCCEEDED' }] },
    ]);
    await toldAgain(refundsOf(invoice)[0]?.processorRef ?? '');
    collecting.stripe.refundFromDashboard(paymentRef, 100);
    await told();
    const both = await once(id, ({ creditNotes }) => creditNotes.length > 1);
    expect(both.creditNotes.map(({ amount }) => amount)).toEqual(['4.5', '1']);
    expect(await refund(id, '14.5')).toMatchObject({ refunded: '14.5', refunds: [{ amount: '14.5' }] });
    expect(await send(RefundInvoiceDocument, refunding(id, '0.01'))).toMatchObject({ errors: [{}] });
    expect(await report()).toMatchObject({ paid: { amount: '20' }, refunds: { count: 3, amount: '20' } });
  });

  // Seen to fail: with more noted than the invoice has.
  test('of an invoice that was taken back in whole is a refund without a note of its own', async () => {
    const { id, paymentRef } = await collected();
    const note = { idempotencyKey: newName('note'), invoiceId: id, amount: '15', reason: 'gift' };
    await ask(CreateCreditNoteDocument, { input: note as never });
    collecting.stripe.refundFromDashboard(paymentRef, 1000);
    collecting.stripe.refundFromDashboard(paymentRef, 300);
    await told();
    const invoice = await once(id, (one) => refundsOf(one).length > 1);
    expect(invoice).toMatchObject({ amountCredited: '20', amountRefunded: '5' });
    expect(
      refundsOf(invoice)
        .map(({ amount }) => amount)
        .sort(),
    ).toEqual(['10', '3']);
    expect(invoice.creditNotes.map(({ amount }) => amount)).toEqual(['15', '5']);
  });
});

describe('a dispute', () => {
  // F18. Seen to fail: with a later OPEN that overwrites an end, and with an end that is never another.
  test('is seen on its payment, and changes neither the invoice nor a budget', async () => {
    const { id, paymentRef } = await collected();
    await ask(SetBudgetDocument, { input: { userId: 'ada', period: 'MONTH', limit: '10' } as never });
    await collecting.tenant.record({ promptTokens: 400_000 });
    const budgets = async () => (await ask(BudgetStatusDocument, { userId: 'ada' })).budgetStatus.budgets;
    const before = await budgets();
    const dispute = collecting.stripe.dispute(paymentRef, 1200);
    await told();
    const opened = await once(id, (one) => disputesOf(one).length > 0);
    expect(disputesOf(opened)).toMatchObject([
      { processorRef: dispute.id, amount: '12', status: 'OPEN', reason: 'fraudulent', endedAt: null },
    ]);
    expect(opened).toMatchObject({ status: 'PAID', amountPaid: '20', amountRefunded: '0' });
    collecting.stripe.closeDispute(dispute.id, 'lost');
    await told();
    await once(id, (one) => disputesOf(one)[0]?.status === 'LOST');
    expect(await report()).toMatchObject({ disputesLost: { count: 1, amount: '12' }, refunds: { count: 0 } });
    Object.assign(dispute, { status: 'needs_response' });
    await toldAgain(dispute.id);
    expect(disputesOf(await seen(id))).toMatchObject([{ status: 'LOST' }]);
    Object.assign(dispute, { status: 'won' });
    await toldAgain(dispute.id);
    expect(disputesOf(await seen(id))).toMatchObject([{ status: 'WON' }]);
    expect(await report()).toMatchObject({ disputesLost: { count: 0, amount: '0' } });
    expect(await budgets()).toEqual(before);
  });
});
