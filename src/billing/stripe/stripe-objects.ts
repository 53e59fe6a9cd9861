/** Stripe's objects in the shapes that collecting knows. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type {
  PaymentPlace,
  ProcessorDispute,
  ProcessorMethod,
  ProcessorPayment,
  ProcessorPaymentStatus,
  ProcessorRefund,
  ProcessorRefundStatus,
  RefundPlace,
} from '../payment/processor.js';
import { declineCodeOf } from './stripe-calls.js';
import { picoAtStripe } from './stripe-currency.js';

/** Why a payment failed, in its intent or in the answer that holds the intent. */
export interface StripeFailure {
  readonly code?: string;
  readonly decline_code?: string;
}

const AUTHENTICATION = 'authentication_required';

/** The rest depends on why the last attempt failed. What Stripe adds one day is not over as long as nobody knows better. */
const PAYMENT_STATUS: Readonly<Record<string, ProcessorPaymentStatus>> = {
  succeeded: 'SUCCEEDED',
  processing: 'PROCESSING',
  requires_capture: 'PROCESSING',
  requires_action: 'REQUIRES_ACTION',
  requires_confirmation: 'REQUIRES_ACTION',
};

const REFUND_STATUS: Readonly<Record<string, ProcessorRefundStatus>> = {
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  canceled: 'FAILED',
};

/** An inquiry that was closed, or a dispute that was prevented, has taken no money. */
const DISPUTE_STATUS: Readonly<Record<string, ProcessorDispute['status']>> = {
  won: 'WON',
  warning_closed: 'WON',
  prevented: 'WON',
  lost: 'LOST',
};

/** @param answered why the attempt failed, where its intent does not say so */
export function paymentOf(intent: Stripe.PaymentIntent, answered?: StripeFailure): ProcessorPayment {
  const failure = intent.last_payment_error ?? answered;
  const status = paymentStatusOf(intent.status, failure);
  const isOver = status === 'SUCCEEDED' || status === 'PROCESSING';
  return {
    ref: intent.id,
    status,
    amountPico: picoAtStripe(intent.currency, intent.amount),
    currency: intent.currency.toUpperCase(),
    place: paymentPlaceOf(intent.metadata),
    customerRef: refOf(intent.customer),
    // A failed attempt takes the method out of the intent.
    methodRef: refOf(intent.payment_method) ?? refOf(intent.last_payment_error?.payment_method),
    declineCode: isOver || !failure ? undefined : declineCodeOf(failure),
    createdAt: instantOf(intent.created),
    isClosed: intent.status === 'canceled',
  };
}

function paymentStatusOf(status: string, failure: StripeFailure | undefined): ProcessorPaymentStatus {
  if (status === 'canceled') return failure ? 'FAILED' : 'CANCELED';
  if (status !== 'requires_payment_method') return PAYMENT_STATUS[status] ?? 'PROCESSING';
  return [failure?.code, failure?.decline_code].includes(AUTHENTICATION) ? 'REQUIRES_ACTION' : 'FAILED';
}

export function refundOf(refund: Stripe.Refund): ProcessorRefund {
  return {
    ref: refund.id,
    // Of a charge without a payment: none of these books, and told apart by the charge.
    paymentRef: refOf(refund.payment_intent) ?? refOf(refund.charge) ?? '',
    status: REFUND_STATUS[refund.status ?? ''] ?? 'PENDING',
    amountPico: picoAtStripe(refund.currency, refund.amount),
    currency: refund.currency.toUpperCase(),
    place: refundPlaceOf(refund.metadata),
    failureReason: refund.failure_reason,
    createdAt: instantOf(refund.created),
  };
}

export function disputeOf(dispute: Stripe.Dispute): ProcessorDispute {
  return {
    ref: dispute.id,
    paymentRef: refOf(dispute.payment_intent),
    status: DISPUTE_STATUS[dispute.status] ?? 'OPEN',
    amountPico: picoAtStripe(dispute.currency, dispute.amount),
    currency: dispute.currency.toUpperCase(),
    reason: dispute.reason,
    createdAt: instantOf(dispute.created),
  };
}

export function methodOf(method: Stripe.PaymentMethod): ProcessorMethod {
  const { card } = method;
  const account = method.us_bank_account ?? method.sepa_debit ?? method.bacs_debit ?? method.au_becs_debit;
  return {
    ref: method.id,
    customerRef: refOf(method.customer),
    kind: method.type,
    brand: card?.brand,
    last4: card?.last4 ?? account?.last4 ?? undefined,
    expMonth: card?.exp_month,
    expYear: card?.exp_year,
    fingerprint: card?.fingerprint ?? account?.fingerprint ?? undefined,
  };
}

/** An id, also where Stripe answered the object in its place. */
export function refOf(named: string | { readonly id: string } | null | undefined): string | undefined {
  return typeof named === 'string' ? named : named?.id;
}

export function secondsOf(instant: Date): number {
  return Math.floor(instant.getTime() / 1000);
}

export function instantOf(seconds: number): Date {
  return new Date(seconds * 1000);
}

const digits = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
/** Somebody may have changed it in the dashboard: what is not as these books write it is nobody's. */
const paymentMetadata = z.object({
  tollgate_organization: z.guid(),
  tollgate_invoice: z.guid(),
  tollgate_attempt: digits,
  tollgate_subscription: z.guid(),
  tollgate_sequence: digits,
});
const refundMetadata = z.object({
  tollgate_organization: z.guid(),
  tollgate_note_key: z.string().min(1),
  tollgate_note_hash: z.string().min(1),
});

export function paymentMetadataOf(place: PaymentPlace): Record<string, string> {
  return {
    tollgate_organization: place.organizationId,
    tollgate_invoice: place.invoiceId,
    tollgate_attempt: String(place.attempt),
    tollgate_subscription: place.subscriptionId,
    tollgate_sequence: String(place.sequence),
  };
}

function paymentPlaceOf(metadata: unknown): PaymentPlace | undefined {
  const { data } = paymentMetadata.safeParse(metadata);
  return (
    data && {
      organizationId: data.tollgate_organization,
      invoiceId: data.tollgate_invoice,
      attempt: data.tollgate_attempt,
      subscriptionId: data.tollgate_subscription,
      sequence: data.tollgate_sequence,
    }
  );
}

export function refundMetadataOf(place: RefundPlace): Record<string, string> {
  return {
    tollgate_organization: place.organizationId,
    tollgate_note_key: place.noteKey,
    tollgate_note_hash: place.noteHash,
  };
}

function refundPlaceOf(metadata: unknown): RefundPlace | undefined {
  const { data } = refundMetadata.safeParse(metadata);
  return (
    data && {
      organizationId: data.tollgate_organization,
      noteKey: data.tollgate_note_key,
      noteHash: data.tollgate_note_hash,
    }
  );
}
