import { newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { CreditGrant } from './credit-grant.js';

type LeftCredit = Pick<CreditGrant, 'accountId' | 'currency' | 'amountPico' | 'invoiceId' | 'creditNoteId' | 'reason'>;

/** Credit that an invoice or a credit note leaves: it pays before what was granted, and never expires. */
export function leftCredit(operation: Operation, of: LeftCredit): CreditGrant {
  const { organizationId } = operation.principal;
  const open = { expiresAt: null, rolloverCapPico: null, rolloverExpiresAt: null, voidedAt: null };
  const made = { organizationId, id: newId(), idempotencyKey: null, contentHash: null, priority: 0, ...open };
  return { ...made, ...of, createdAt: operation.now };
}

/** Writes it. */
export async function leaveCredit(operation: Operation, of: LeftCredit): Promise<void> {
  const em = await operation.em();
  em.persist(em.create(CreditGrant, leftCredit(operation, of)));
  await em.flush();
}
