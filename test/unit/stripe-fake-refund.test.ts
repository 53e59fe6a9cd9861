/** The Stripe of the tests, seen through the official SDK: money that goes back. */
import type Stripe from 'stripe';
import { awayForm, refusalOf, sdkFor } from '../support/stripe/sdk.js';
import { StripeFake } from '../support/stripe/stripe-fake.js';

let fake: StripeFake;
let stripe: Stripe;
let paid: Stripe.PaymentIntent;
let chargeId: string;
beforeEach(async () => {
  fake = await StripeFake.open();
  stripe = sdkFor(fake);
  paid = await stripe.paymentIntents.create(await awayForm(fake, stripe));
  [chargeId = ''] = fake.state.charges.keys();
});
afterEach(() => fake.close());

const told = () => fake.state.events.slice(4).map(({ type }) => type);
const charge = () => stripe.charges.retrieve(chargeId);

describe('a refund', () => {
  // Seen to fail: when the charge does not count what was refunded.
  test('in parts, until nothing is left', async () => {
    const part = await stripe.refunds.create({ payment_intent: paid.id, amount: 400, metadata: { note: '1' } });
    expect(part).toMatchObject({
      status: 'succeeded',
      amount: 400,
      charge: chargeId,
      metadata: { note: '1' },
    });
    expect(await charge()).toMatchObject({ amount_refunded: 400, refunded: false });
    expect(await refusalOf(stripe.refunds.create({ payment_intent: paid.id, amount: 601 }))).toMatchObject({
      statusCode: 400,
      code: 'amount_too_large',
      param: 'amount',
    });
    const rest = await stripe.refunds.create({ charge: chargeId, reason: 'duplicate' });
    expect(rest).toMatchObject({ amount: 600, payment_intent: paid.id, reason: 'duplicate' });
    expect(await charge()).toMatchObject({ amount_refunded: 1000, refunded: true, paid: true });
    expect(await refusalOf(stripe.refunds.create({ payment_intent: paid.id }))).toMatchObject({
      statusCode: 400,
      code: 'charge_already_refunded',
    });
    expect((await stripe.refunds.list({ payment_intent: paid.id })).data.map(({ id }) => id)).toEqual([
      rest.id,
      part.id,
    ]);
    expect(await stripe.refunds.retrieve(part.id)).toMatchObject({ id: part.id });
    expect(told()).toEqual(['refund.created', 'charge.refunded', 'refund.created', 'charge.refunded']);
  });

  test('from the dashboard; its event names no request', async () => {
    const refund = fake.refundFromDashboard(paid.id, 300);
    expect(await stripe.refunds.list({ expand: ['data.payment_intent'] })).toMatchObject({
      data: [{ id: refund.id, amount: 300, payment_intent: { id: paid.id } }],
    });
    const [event] = (await stripe.events.list({ type: 'refund.created' })).data;
    expect(event?.request).toEqual({ id: null, idempotency_key: null });
    expect(event?.data.object).toEqual(refund);
  });

  // Seen to fail: when a refund that failed stays counted.
  test('fails after all: what was refunded can be refunded again', async () => {
    const refund = await stripe.refunds.create({ payment_intent: paid.id });
    fake.finishRefund(refund.id, 'failed');
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
    });
    expect(await charge()).toMatchObject({ amount_refunded: 0, refunded: false });
    expect(told()).toEqual(['refund.created', 'charge.refunded', 'refund.updated', 'refund.failed']);
    expect(await stripe.refunds.create({ payment_intent: paid.id })).toMatchObject({ status: 'succeeded' });
    expect(() => fake.finishRefund(refund.id, 'succeeded')).toThrow('failed already');
  });

  // Seen to fail: when the refund of a bank debit succeeds at once.
  test('of a bank debit is pending, and of a card too where the test says so', async () => {
    const debit = await stripe.paymentIntents.create(await awayForm(fake, stripe, { type: 'us_bank_account' }));
    expect(await refusalOf(stripe.refunds.create({ payment_intent: debit.id }))).toMatchObject({ statusCode: 400 });
    fake.finish(debit.id, 'succeeded');
    const refund = await stripe.refunds.create({ payment_intent: debit.id });
    expect(refund.status).toBe('pending');
    fake.finishRefund(refund.id, 'succeeded');
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ status: 'succeeded' });
    fake.refundsArePending = true;
    expect(await stripe.refunds.create({ payment_intent: paid.id })).toMatchObject({ status: 'pending' });
  });

  test('of neither a payment nor a charge, or of both, is refused', async () => {
    for (const form of [{}, { payment_intent: paid.id, charge: chargeId }])
      expect(await refusalOf(stripe.refunds.create(form))).toMatchObject({ statusCode: 400 });
  });
});

describe('a dispute', () => {
  // Seen to fail: when the money comes back whatever the end.
  test.each(['won', 'lost'] as const)('takes the money, and is %s', async (end) => {
    const dispute = fake.dispute(paid.id);
    expect(await stripe.disputes.retrieve(dispute.id)).toMatchObject({
      status: 'needs_response',
      amount: 1000,
      charge: chargeId,
      payment_intent: paid.id,
    });
    expect(await charge()).toMatchObject({ disputed: true });
    expect(await refusalOf(stripe.refunds.create({ payment_intent: paid.id }))).toMatchObject({
      code: 'charge_disputed',
    });
    fake.closeDispute(dispute.id, end);
    expect((await stripe.disputes.list({ payment_intent: paid.id })).data).toMatchObject([
      { id: dispute.id, status: end },
    ]);
    expect(told()).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.closed',
      ...(end === 'won' ? ['charge.dispute.funds_reinstated'] : []),
    ]);
    const refunding = stripe.refunds.create({ payment_intent: paid.id });
    if (end === 'won') expect(await refunding).toMatchObject({ status: 'succeeded' });
    else expect(await refusalOf(refunding)).toMatchObject({ code: 'charge_disputed' });
    expect(() => fake.closeDispute(dispute.id, 'won')).toThrow('closed already');
  });

  test('of a part', () => {
    expect(fake.dispute(paid.id, 250)).toMatchObject({ amount: 250 });
  });
});
