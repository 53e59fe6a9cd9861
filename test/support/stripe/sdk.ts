/** The official SDK, talking to a fake. */
import Stripe from 'stripe';
import type { CardChoice } from './bank.js';
import type { StripeFake } from './stripe-fake.js';

/** It tries nothing again, but for a connection that was closed: that it tries once, by no setting. */
export function sdkFor(fake: Pick<StripeFake, 'url' | 'apiKey'>, config: Stripe.StripeConfig = {}): Stripe {
  const { hostname, port } = new URL(fake.url);
  return new Stripe(fake.apiKey, {
    host: hostname,
    port: Number(port),
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    ...config,
  });
}

/** A new customer with a saved card, and what charges it while the customer is away. */
export async function awayForm(fake: StripeFake, stripe: Stripe, card?: CardChoice) {
  const { id: customer } = await stripe.customers.create();
  const { id: payment_method } = fake.attachCard(customer, card);
  return { amount: 1000, currency: 'usd', customer, payment_method, off_session: true, confirm: true };
}

/** What the SDK throws. */
export async function refusalOf(asked: Promise<unknown>): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  const error = await asked.then(
    () => new Error('It was not refused.'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw error;
}
