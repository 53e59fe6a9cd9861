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
    const em = await operation.em();
    const limit = await em.findOne(PaymentLimit, {
      organizationId: operation.principal.organizationId,
      currency: code,
    });
    return { leastPico: limit?.leastPico ?? 0n, mostPico: limit?.mostPico ?? null };
  }
}
