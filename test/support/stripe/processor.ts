/** The product's processor, talking to a fake. */
import type { StripeConfig } from '../../../src/config.js';
import { StripeProcessor } from '../../../src/billing/stripe/stripe.js';
import type { StripeFake } from './stripe-fake.js';

export function processorFor(
  fake: Pick<StripeFake, 'url' | 'apiKey' | 'secrets'>,
  config: Partial<StripeConfig> = {},
): StripeProcessor {
  return new StripeProcessor({
    secretKey: fake.apiKey,
    publishableKey: undefined,
    webhookSecrets: fake.secrets,
    apiUrl: fake.url,
    timeoutMs: 10_000,
    ...config,
  });
}

/** Of a list that is not long. */
export async function listed<T>(list: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of list) all.push(one);
  return all;
}
