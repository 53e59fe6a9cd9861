import { newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { CreditGrant } from './credit-grant.js';

/** Credit that an invoice or a credit note leaves: it pays before what was granted, and never expires. */
export async function leaveCredit(
  operation: Operation,
  of: Pick<CreditGrant, 'accountId' | 'currency' | 'amountPico' | 'invoiceId' | 'creditNoteId' | 'reason'>,
): Promise<void> {
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const open = { expiresAt: null, rolloverCapPico: null, rolloverExpiresAt: null, voidedAt: null };
  const made = { organizationId, id: newId(), idempotencyKey: null, contentHash: null, priority: 0, ...open };
  em.persist(em.create(CreditGrant, { ...made, ...of, createdAt: operation.now }));
  await em.flush();
}
