import { LockMode } from '@mikro-orm/core';
import type { Operation } from '../../operation.js';
import { openOf } from '../invoice/amount-due.js';
import { Invoice, InvoiceStatus } from '../invoice/invoice.js';
import { UNDER_WAY } from '../payment/payment-status.js';
import { Payment } from '../payment/payment.js';

/**
 * What an account still has to pay is collected at once, also what is not tried again any more or only later: it pays by
 * something else now. What is under way goes on. When a grace ends stays as it is.
 */
export async function collectNow(operation: Operation, accountId: string): Promise<void> {
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const where = { organizationId, accountId, status: InvoiceStatus.OPEN };
  const options = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true, orderBy: { id: 'asc' } } as const;
  const open = (await em.find(Invoice, where, options)).filter((invoice) => openOf(invoice) > 0n);
  const ids = open.map(({ id }) => id);
  const payments = await em.find(Payment, { organizationId, invoiceId: { $in: ids }, status: { $in: [...UNDER_WAY] } });
  const underWay = new Set(payments.map(({ invoiceId }) => invoiceId));
  for (const invoice of open.filter(({ id }) => !underWay.has(id))) {
    if (invoice.collectAt === null || invoice.collectAt > operation.now) invoice.collectAt = operation.now;
  }
  await em.flush();
}
