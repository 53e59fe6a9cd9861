/** What is too little or too much for one payment by Stripe, in several currencies (E9 to E11). */
import { CollectingWorld } from '../support/collecting-world.js';

let collecting: CollectingWorld;
beforeAll(async () => {
  collecting = await CollectingWorld.start();
});
beforeEach(() => collecting.newTenant());
afterEach(() => collecting.setTime(undefined));
afterAll(() => collecting.close());

const amountsOf = (customerRef: string) =>
  [...collecting.stripe.state.charges.values()]
    .filter(({ customer, status }) => customer === customerRef && status === 'succeeded')
    .map(({ amount, currency }) => `${amount} ${currency}`);

// Seen to fail: with the bounds of payments by hand for those who have a method.
test('E10: less than Stripe charges is carried to the next invoice, and paid with it', async () => {
  const { customerRef } = await collecting.payer();
  const subscriptionId = await collecting.tenant.subscribe({ baseFee: '0.30' });
  const first = await collecting.tenant.issue(subscriptionId);
  expect(first).toMatchObject({ amountDue: '0', carriedForward: '0.3', status: 'PAID' });
  await collecting.setTime('2026-07-01T12:00:00Z');
  const second = await collecting.tenant.issue(subscriptionId);
  expect(second).toMatchObject({ broughtForward: '0.3', amountDue: '0.6' });
  await collecting.seen(second.id, ({ status }) => status === 'PAID');
  expect(amountsOf(customerRef)).toEqual(['60 usd']);
});

// Seen to fail: with the rest of 0.01 as a part of its own, which Stripe refuses.
test('E11: more than Stripe charges at once is paid in parts, of which none is too little', async () => {
  const { customerRef } = await collecting.payer();
  const { id } = await collecting.tenant.issue(await collecting.tenant.subscribe({ baseFee: '1000000' }));
  const paid = await collecting.seen(id, ({ status }) => status === 'PAID');
  expect(paid).toMatchObject({ amountPaid: '1000000' });
  expect(paid.payments).toMatchObject([
    { amount: '999999.49', attempt: 1, status: 'SUCCEEDED' },
    { amount: '0.51', attempt: 2, status: 'SUCCEEDED' },
  ]);
  expect(amountsOf(customerRef)).toEqual(['99999949 usd', '51 usd']);
});

// Seen to fail: with ISO's decimals for ISK, of which Stripe counts hundredths.
test.each([
  ['JPY', '3000', '3000 jpy'],
  ['KWD', '12.34', '12340 kwd'],
  ['ISK', '3000', '300000 isk'],
])('E9: %s %s is %s', async (currency, baseFee, charged) => {
  const { customerRef } = await collecting.payer();
  const terms = { baseFee, currency, usdRate: '1', usdRateDay: '2026-06-01' };
  const { id } = await collecting.tenant.issue(await collecting.tenant.subscribe(terms));
  await collecting.seen(id, ({ status }) => status === 'PAID');
  expect(amountsOf(customerRef)).toEqual([charged]);
});
