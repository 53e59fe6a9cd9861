/**
 * Stripe's objects as the fake keeps and answers them: by id where Stripe answers an id unless it is asked to expand. The
 * fields are those of the SDK's types.
 */
import type Stripe from 'stripe';
import type {
  EmptyCharge,
  EmptyChargedCard,
  EmptyChargedSepa,
  EmptyChargedUsBank,
  EmptyCustomer,
  EmptyPaymentIntent,
  EmptyPaymentMethod,
  EmptyRefund,
  EmptySetupIntent,
} from './empty-fields.js';
import type { Address, BillingDetails, CardDetails, SepaDetails, UsBankDetails } from './method-details.js';

export type Metadata = Record<string, string>;

export interface Customer extends EmptyCustomer {
  id: string;
  object: 'customer';
  address: Address | null;
  balance: number;
  created: number;
  delinquent: boolean;
  description: string | null;
  email: string | null;
  invoice_settings: {
    custom_fields: null;
    default_payment_method: string | null;
    footer: null;
    rendering_options: null;
  };
  livemode: false;
  metadata: Metadata;
  name: string | null;
  phone: string | null;
  preferred_locales: string[];
  tax_exempt: 'none' | 'exempt' | 'reverse';
}

export type MethodType = 'card' | 'sepa_debit' | 'us_bank_account';

export interface PaymentMethod extends EmptyPaymentMethod {
  id: string;
  object: 'payment_method';
  allow_redisplay: 'always' | 'limited' | 'unspecified';
  billing_details: BillingDetails;
  card?: CardDetails;
  created: number;
  customer: string | null;
  livemode: false;
  metadata: Metadata;
  sepa_debit?: SepaDetails;
  type: MethodType;
  us_bank_account?: UsBankDetails;
}

export type Advice = 'confirm_card_data' | 'do_not_try_again' | 'try_again_later';

/** What Stripe says of a payment that failed: in `last_payment_error`, and as the `error` of the answer. */
export interface PaymentError {
  advice_code?: Advice;
  charge?: string;
  code: string;
  decline_code?: string;
  doc_url: string;
  message: string;
  payment_method?: PaymentMethod;
  type: 'card_error' | 'invalid_request_error';
}

/** Which methods an intent takes: those of the dashboard, of those all but some, or of a list those that can be used. */
export interface TakenMethods {
  allowed_payment_method_types: MethodType[] | null;
  automatic_payment_methods: AutomaticMethods | null;
  excluded_payment_method_types: MethodType[] | null;
  payment_method_types: MethodType[];
}

export interface AutomaticMethods {
  allow_redirects: 'always' | 'never';
  enabled: boolean;
}

export interface NextAction {
  type: 'use_stripe_sdk' | 'redirect_to_url';
  redirect_to_url?: { return_url: string; url: string };
  use_stripe_sdk?: { type: string };
}

type IntentStatus =
  'requires_payment_method' | 'requires_confirmation' | 'requires_action' | 'processing' | 'canceled' | 'succeeded';

export interface SetupIntent extends EmptySetupIntent, TakenMethods {
  id: string;
  object: 'setup_intent';
  cancellation_reason: string | null;
  client_secret: string;
  created: number;
  customer: string | null;
  description: string | null;
  last_setup_error: PaymentError | null;
  livemode: false;
  metadata: Metadata;
  next_action: NextAction | null;
  payment_method: string | null;
  status: IntentStatus;
  usage: 'on_session' | 'off_session';
}

export interface PaymentIntent extends EmptyPaymentIntent, TakenMethods {
  id: string;
  object: 'payment_intent';
  amount: number;
  amount_capturable: number;
  amount_received: number;
  canceled_at: number | null;
  cancellation_reason: string | null;
  capture_method: 'automatic' | 'automatic_async';
  client_secret: string;
  confirmation_method: 'automatic' | 'manual';
  created: number;
  currency: string;
  customer: string | null;
  description: string | null;
  last_payment_error: PaymentError | null;
  latest_charge: string | null;
  livemode: false;
  metadata: Metadata;
  next_action: NextAction | null;
  payment_method: string | null;
  receipt_email: string | null;
  setup_future_usage: 'on_session' | 'off_session' | null;
  statement_descriptor: string | null;
  statement_descriptor_suffix: string | null;
  status: IntentStatus;
}

interface Outcome {
  advice_code: Advice | null;
  network_advice_code: null;
  network_decline_code: null;
  network_status: 'approved_by_network' | 'declined_by_network';
  reason: string | null;
  risk_level: 'normal';
  seller_message: string;
  type: 'authorized' | 'issuer_declined';
}

export interface Charge extends EmptyCharge {
  id: string;
  object: 'charge';
  amount: number;
  amount_captured: number;
  amount_refunded: number;
  balance_transaction: string | null;
  billing_details: BillingDetails;
  calculated_statement_descriptor: string | null;
  captured: boolean;
  created: number;
  currency: string;
  customer: string | null;
  description: string | null;
  disputed: boolean;
  failure_code: string | null;
  failure_message: string | null;
  fraud_details: Record<string, never>;
  livemode: false;
  metadata: Metadata;
  outcome: Outcome | null;
  paid: boolean;
  payment_intent: string;
  payment_method: string;
  payment_method_details: {
    type: MethodType;
    card?: CardDetails & EmptyChargedCard;
    sepa_debit?: SepaDetails & EmptyChargedSepa;
    us_bank_account?: UsBankDetails & EmptyChargedUsBank;
  };
  receipt_email: string | null;
  receipt_url: string | null;
  refunded: boolean;
  status: 'succeeded' | 'pending' | 'failed';
}

export interface Refund extends EmptyRefund {
  id: string;
  object: 'refund';
  amount: number;
  balance_transaction: string | null;
  charge: string;
  created: number;
  currency: string;
  customer: string | null;
  failure_reason?: string;
  metadata: Metadata;
  payment_intent: string;
  payment_method: string;
  reason: 'duplicate' | 'fraudulent' | 'requested_by_customer' | null;
  status: 'pending' | 'succeeded' | 'failed';
}

export interface Dispute {
  id: string;
  object: 'dispute';
  amount: number;
  balance_transactions: [];
  charge: string;
  created: number;
  currency: string;
  enhanced_eligibility_types: [];
  intended_submission_method: null;
  is_charge_refundable: boolean;
  livemode: false;
  metadata: Metadata;
  payment_intent: string;
  reason: string;
  status: 'needs_response' | 'under_review' | 'won' | 'lost';
}

export type StripeObject = Customer | PaymentMethod | SetupIntent | PaymentIntent | Charge | Refund | Dispute;

export interface StripeEvent {
  id: string;
  object: 'event';
  api_version: string;
  created: number;
  data: { object: StripeObject; previous_attributes?: Record<string, unknown> };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: EventType;
}

/** The events that the fake makes. Stripe makes more, and sends an endpoint those that it is set up for. */
export type EventType = Extract<
  Stripe.Event['type'],
  | `payment_intent.${'succeeded' | 'payment_failed' | 'processing' | 'requires_action' | 'canceled'}`
  | `charge.${'succeeded' | 'failed' | 'refunded'}`
  | `charge.dispute.${'created' | 'closed' | 'funds_withdrawn' | 'funds_reinstated'}`
  | `setup_intent.${'succeeded' | 'setup_failed' | 'requires_action' | 'canceled'}`
  | `payment_method.${'attached' | 'detached' | 'automatically_updated'}`
  | `refund.${'created' | 'updated' | 'failed'}`
  | 'customer.updated'
>;
