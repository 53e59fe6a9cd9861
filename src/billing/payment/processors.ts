/** Which processor collects an invoice: the one that keeps methods, for accounts that have one; else somebody sees the money come in. */
import DataLoader from 'dataloader';
import type { Operation } from '../../operation.js';
import type { Currency } from '../amount/currency.js';
import { PaymentMethod } from '../payment-method/payment-method.js';
import { PaymentLimit } from './payment-limit.js';
import type { CollectingProcessor, PaymentBounds } from './processor.js';

/** Somebody sees the money come in, such as by a bank transfer, and says so. */
export const MANUAL = 'manual';

export class Processors {
  constructor(
    /** undefined: all is paid by hand. */
    readonly collecting: CollectingProcessor | undefined,
  ) {}

  /** Whether invoices are collected without a person at all. */
  get isCollecting(): boolean {
    return this.collecting !== undefined;
  }

  /** @param accountId who pays */
  async bounds(operation: Operation, currency: Currency, accountId: string): Promise<PaymentBounds> {
    const collected = this.collecting?.bounds(currency);
    if (collected && (await operation.loader(this, defaultLoader).load(accountId))) return collected;
    return manualBounds(operation, currency);
  }
}

/** What one payment by hand may be is the organization's setting. */
export async function manualBounds(operation: Operation, { code }: Currency): Promise<PaymentBounds> {
  const limit = await operation.loader(PaymentLimit, limitLoader).load(code);
  return { leastPico: limit?.leastPico ?? 0n, mostPico: limit?.mostPico ?? null };
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

/** Whether an account has a default method. */
function defaultLoader(operation: Operation): DataLoader<string, boolean> {
  return new DataLoader(async (accountIds) => {
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const found = await em.find(PaymentMethod, {
      organizationId,
      accountId: { $in: [...accountIds] },
      isDefault: true,
    });
    const having = new Set(found.map(({ accountId }) => accountId));
    return accountIds.map((id) => having.has(id));
  });
}
