import { LockMode } from '@mikro-orm/core';
import { notFound } from '../../errors.js';
import { decodeUuid } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { Invoice } from './invoice.js';

/** Who changes an invoice does so alone. @throws ApiError NOT_FOUND */
export async function lockedInvoice(
  operation: Operation,
  opaqueId: string,
  lockMode: LockMode.PESSIMISTIC_WRITE | LockMode.NONE = LockMode.PESSIMISTIC_WRITE,
): Promise<Invoice> {
  const id = decodeUuid('invoice', opaqueId);
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const options = { lockMode, refresh: true };
  const invoice = id === undefined ? null : await em.findOne(Invoice, { organizationId, id }, options);
  if (!invoice) throw notFound('The invoice');
  return invoice;
}
