import { hash } from 'node:crypto';
import type { RefundPlace } from '../payment/processor.js';

/**
 * Of the credit note's own key and the payment alone, so that it is the same whatever becomes of these books.
 * @param sentAt when it was first sent in vain, under another key
 */
export function refundKey(
  { organizationId, noteKey }: Omit<RefundPlace, 'noteHash'>,
  paymentRef: string,
  sentAt: Date | null = null,
): string {
  const key = `tollgate:refund:${organizationId}:${hash('sha256', noteKey, 'hex')}:${paymentRef}`;
  return sentAt === null ? key : `${key}:${sentAt.getTime()}`;
}

/** Of what is there already: it is never asked for under it. */
export const seenRefundKey = (refundRef: string) => `seen:${refundRef}`;

/** Of the credit note of a refund that somebody made at the processor. No client can send it, for what is no printable character. */
export const seenNoteKey = (refundRef: string) => `refund\u0001${hash('sha256', refundRef, 'hex')}`;
