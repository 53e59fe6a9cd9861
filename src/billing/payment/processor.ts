/** How money for invoices is collected. Another processor is a class that implements CollectingProcessor: see docs/payment-processors.md. */
import type { Currency } from '../amount/currency.js';

/** What one payment may be. */
export interface PaymentBounds {
  /** An invoice that is due for less is carried to the next one. */
  readonly leastPico: bigint;
  /** null: no end. */
  readonly mostPico: bigint | null;
}

/** Whose money a payment is for: stands with the payment at the processor, so that it is found whatever becomes of these books. */
export interface PaymentPlace {
  readonly organizationId: string;
  readonly invoiceId: string;
  readonly attempt: number;
  readonly subscriptionId: string;
  readonly sequence: number;
}

/** What a processor is asked to collect. Stored before it is asked, and the same each time it is asked again. */
export interface PaymentOrder {
  readonly customerRef: string;
  readonly methodRef: string;
  /** As the processor counts it: cents. Digits, since it is stored as JSON. */
  readonly minorUnits: string;
  /** ISO 4217, in capitals. */
  readonly currency: string;
  readonly place: PaymentPlace;
}

export type ProcessorPaymentStatus = 'PROCESSING' | 'REQUIRES_ACTION' | 'SUCCEEDED' | 'FAILED' | 'CANCELED';

/** A payment as the processor has it. */
export interface ProcessorPayment {
  readonly ref: string;
  readonly status: ProcessorPaymentStatus;
  /** undefined where the currency, or the amount in it, is none that these books have. */
  readonly amountPico: bigint | undefined;
  readonly currency: string;
  /** undefined where it was not asked for by these books. */
  readonly place: PaymentPlace | undefined;
  readonly customerRef: string | undefined;
  readonly methodRef: string | undefined;
  /** Why it failed, or why an action is required. */
  readonly declineCode: string | undefined;
  readonly createdAt: Date;
  /** No money can come in by it any more. */
  readonly isClosed: boolean;
}

/** What whoever pays needs to confirm a payment in a browser. Never stored, never logged. */
export interface ProcessorAction {
  readonly clientSecret: string;
  readonly methodRef: string | undefined;
}

/** A card, or another means, as the processor has it. No number of it is ever seen here. */
export interface ProcessorMethod {
  readonly ref: string;
  /** undefined once it was detached. */
  readonly customerRef: string | undefined;
  /** Such as `card` or `sepa_debit`. */
  readonly kind: string;
  readonly brand: string | undefined;
  readonly last4: string | undefined;
  readonly expMonth: number | undefined;
  readonly expYear: number | undefined;
  /** The same for the same card or bank account, whoever keeps it. */
  readonly fingerprint: string | undefined;
}

export interface MethodSetup {
  readonly ref: string;
  /** For the browser of whoever keeps the method. Never stored, never logged. */
  readonly clientSecret: string;
}

/** Whose customer it is at the processor. */
export interface CustomerOwner {
  readonly organizationId: string;
  readonly accountId: string;
}

export interface RefundOrder {
  readonly paymentRef: string;
  readonly minorUnits: string;
  readonly place: RefundPlace;
}

/** Which credit note a refund is of: its idempotency key and content, by which it is found whatever becomes of these books. */
export interface RefundPlace {
  readonly organizationId: string;
  readonly noteKey: string;
  readonly noteHash: string;
}

export type ProcessorRefundStatus = 'PENDING' | 'SUCCEEDED' | 'FAILED';

export interface ProcessorRefund {
  readonly ref: string;
  readonly paymentRef: string;
  readonly status: ProcessorRefundStatus;
  readonly amountPico: bigint | undefined;
  readonly currency: string;
  readonly place: RefundPlace | undefined;
  readonly failureReason: string | undefined;
  readonly createdAt: Date;
}

export interface ProcessorDispute {
  readonly ref: string;
  readonly paymentRef: string | undefined;
  readonly status: 'OPEN' | 'WON' | 'LOST';
  readonly amountPico: bigint | undefined;
  readonly currency: string;
  readonly reason: string;
  readonly createdAt: Date;
}

/** A pointer: the object is read again, whatever the event says of it. */
export interface ProcessorEvent {
  readonly id: string;
  /** Such as `payment_intent.succeeded`. */
  readonly kind: string;
  /** undefined where it is about no object with an id. */
  readonly objectRef: string | undefined;
  readonly createdAt: Date;
  readonly isLive: boolean;
  /** Of another account than the one that the events are of; undefined: of that one. */
  readonly accountRef: string | undefined;
}

/** What became of something that a processor told of. UNKNOWN: these books have nothing that it belongs to. */
export type Mirrored = 'BOOKED' | 'UNKNOWN';

/** What an event's kind is about, and who handles it; undefined: nobody. */
export type EventSubject = 'PAYMENT' | 'REFUND' | 'CHARGE' | 'DISPUTE' | 'METHOD' | 'SETUP' | 'CUSTOMER';

/** Collects by itself from payment methods that it keeps. Nothing of it runs while a transaction is open. */
export interface CollectingProcessor {
  /** Stands on payments. */
  readonly name: string;
  /** Whether real money moves. */
  readonly isLive: boolean;
  /** undefined where it does not take the currency. */
  bounds(currency: Currency): PaymentBounds | undefined;
  /** An amount as the processor counts it, whose decimals of a currency need not be ISO's. */
  minorUnits(currency: Currency, amountPico: bigint): bigint;

  /** The customer of an account: found, else made under a key of the account, so that there is one. */
  openCustomer(owner: CustomerOwner): Promise<string>;
  /** By what stands with the customer; undefined where it was not made for these books, or is gone. */
  ownerOf(customerRef: string): Promise<CustomerOwner | undefined>;
  startSetup(customerRef: string): Promise<MethodSetup>;
  /** The method that a setup came to; undefined where it has none yet, or does not exist. */
  methodOfSetup(setupRef: string): Promise<ProcessorMethod | undefined>;
  readMethod(methodRef: string): Promise<ProcessorMethod | undefined>;
  methodsOf(customerRef: string): AsyncIterable<ProcessorMethod>;
  /** No error where it is gone already. */
  removeMethod(methodRef: string): Promise<void>;

  /** A decline is a payment that FAILED, no error. @throws ProcessorError */
  pay(order: PaymentOrder, key: string): Promise<ProcessorPayment>;
  readPayment(paymentRef: string): Promise<ProcessorPayment | undefined>;
  /** Newest first. */
  paymentsOf(customerRef: string): AsyncIterable<ProcessorPayment>;
  /** The payment as it is afterwards: one that succeeded meanwhile stays so. */
  cancelPayment(paymentRef: string): Promise<ProcessorPayment>;
  /** undefined where nothing is to be done. */
  actionOf(paymentRef: string): Promise<ProcessorAction | undefined>;

  refund(order: RefundOrder, key: string): Promise<ProcessorRefund>;
  readRefund(refundRef: string): Promise<ProcessorRefund | undefined>;
  refundsOf(paymentRef: string): AsyncIterable<ProcessorRefund>;
  readDispute(disputeRef: string): Promise<ProcessorDispute | undefined>;
  disputesOf(paymentRef: string): AsyncIterable<ProcessorDispute>;
  /** The payment of a charge, whose events name refunds and disputes of it. */
  paymentOfCharge(chargeRef: string): Promise<string | undefined>;

  /** All since an instant, for books that are compared. */
  allPayments(since: Date): AsyncIterable<ProcessorPayment>;
  allRefunds(since: Date): AsyncIterable<ProcessorRefund>;
  allDisputes(since: Date): AsyncIterable<ProcessorDispute>;

  /** @param now by the database's clock @throws ForgedEvent */
  readEvent(body: Buffer, signature: string | undefined, now: Date): ProcessorEvent;
  /** Newest first. The processor keeps them for 30 days. */
  eventsSince(since: Date): AsyncIterable<ProcessorEvent>;
  subjectOf(kind: string): EventSubject | undefined;
}

/**
 * UNAVAILABLE: nobody knows whether it happened; the same may be asked again under the same key. REFUSED: it did not happen,
 * and will not by asking again. DECLINED: the same, by the bank of whoever pays. KEY_TAKEN: something else was asked under
 * this key.
 */
export type ProcessorFault = 'UNAVAILABLE' | 'REFUSED' | 'DECLINED' | 'KEY_TAKEN';

export class ProcessorError extends Error {
  override readonly name = 'ProcessorError';

  constructor(
    readonly fault: ProcessorFault,
    /** The processor's own word, such as `resource_missing`. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** Not signed by the processor, too old, from the future, or no event at all. */
export class ForgedEvent extends Error {
  override readonly name = 'ForgedEvent';
}
