import DataLoader from 'dataloader';
import type { Operation } from '../../operation.js';
import type { Currency } from '../amount/currency.js';
import { PaymentLimit } from './payment-limit.js';

/** What one payment may be. */
export interface PaymentBounds {
  /** An invoice that is due for less is carried to the next one. */
  readonly leastPico: bigint;
  /** null: no end. */
  readonly mostPico: bigint | null;
}

/** How money for invoices is collected. */
export interface PaymentProcessor {
  /** Stands on payments. */
  readonly name: string;
  bounds(operation: Operation, currency: Currency): Promise<PaymentBounds>;
}

/** Somebody sees the money come in, such as by a bank transfer, and says so. What one payment may be is the organization's setting. */
export class ManualProcessor implements PaymentProcessor {
  readonly name = 'manual';

  async bounds(operation: Operation, { code }: Currency): Promise<PaymentBounds> {
    const limit = await operation.loader(PaymentLimit, limitLoader).load(code);
    return { leastPico: limit?.leastPico ?? 0n, mostPico: limit?.mostPico ?? null };
  }
}

/** Batched over all invoices that are made together. */
function limitLoader(operation: Operation): DataLoader<string, PaymentLimit | null> {
  return new DataLoader(async (currencies) => {
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const found = await em.find(PaymentLimit, { organizationId, currency: { $in: [...currencies] } });
    return currencies.map((code) => found.find(({ currency }) => currency === code) ?? null);
  });
}
