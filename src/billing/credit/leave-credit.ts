import { newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { CreditGrant } from './credit-grant.js';
import { readGrants } from './read-credits.sql.js';

type LeftCredit = Pick<CreditGrant, 'accountId' | 'currency' | 'amountPico' | 'invoiceId' | 'creditNoteId' | 'reason'> &
  Partial<Pick<CreditGrant, 'paymentId'>>;

/** Credit that an invoice or a credit note leaves: it pays before what was granted, and never expires. */
export function leftCredit(operation: Operation, of: LeftCredit): CreditGrant {
  const { organizationId } = operation.principal;
  const open = { expiresAt: null, rolloverCapPico: null, rolloverExpiresAt: null, voidedAt: null };
  const made = { organizationId, id: newId(), idempotencyKey: null, contentHash: null, priority: 0, ...open };
  return { ...made, paymentId: null, ...of, createdAt: operation.now };
}

/** Writes it. */
export async function leaveCredit(operation: Operation, of: LeftCredit): Promise<void> {
  const em = await operation.em();
  em.persist(em.create(CreditGrant, leftCredit(operation, of)));
  await em.flush();
}

/** Money of a payment went back that had become credit: so much of what is left of that credit goes with it. */
export async function takeBackCredit(operation: Operation, paymentId: string, amountPico: bigint): Promise<void> {
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const grant = await em.findOne(CreditGrant, { organizationId, paymentId, voidedAt: null });
  if (!grant || amountPico <= 0n) return;
  const [state] = await readGrants(em, organizationId, { ids: [grant.id] });
  const leftPico = grant.amountPico - (state?.usedPico ?? 0n);
  grant.voidedAt = operation.now;
  await em.flush();
  if (leftPico <= amountPico) return;
  const { accountId, currency, reason } = grant;
  const of = { accountId, currency, amountPico: leftPico - amountPico, invoiceId: null, creditNoteId: null, paymentId };
  await leaveCredit(operation, { ...of, reason });
}
