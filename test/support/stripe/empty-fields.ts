/** The fields of Stripe's objects that are always empty here. */

function empty<K extends string>(...fields: readonly K[]): Record<K, null> {
  return Object.fromEntries(fields.map((field) => [field, null])) as Record<K, null>;
}

export const EMPTY = {
  customer: empty('currency', 'default_source', 'discount', 'shipping'),
  method: empty('customer_account'),
  setup: {
    ...empty('application', 'latest_attempt', 'mandate'),
    ...empty('on_behalf_of', 'payment_method_configuration_details', 'payment_method_options'),
    ...empty('single_use_mandate'),
  },
  intent: {
    ...empty('application', 'application_fee_amount', 'customer_account', 'managed_payments'),
    ...empty('on_behalf_of', 'payment_method_options'),
    ...empty('payment_method_configuration_details', 'payment_record', 'processing', 'review', 'shipping', 'source'),
    ...empty('transfer_group'),
  },
  charge: {
    ...empty('application', 'application_fee', 'application_fee_amount', 'failure_balance_transaction'),
    ...empty('on_behalf_of', 'receipt_number', 'review', 'shipping', 'source', 'source_transfer'),
    ...empty('statement_descriptor', 'statement_descriptor_suffix', 'transfer_data', 'transfer_group'),
  },
  chargedCard: {
    ...empty('amount_authorized', 'authorization_code', 'electronic_commerce_indicator', 'installments', 'mandate'),
    ...empty('network', 'network_transaction_id', 'three_d_secure', 'transaction_link_id'),
  },
  chargedSepa: empty('mandate'),
  chargedUsBank: empty('payment_reference'),
  refund: empty('customer_account', 'receipt_number', 'source_transfer_reversal', 'transfer_reversal'),
};

export type EmptyCustomer = (typeof EMPTY)['customer'];
export type EmptyPaymentMethod = (typeof EMPTY)['method'];
export type EmptySetupIntent = (typeof EMPTY)['setup'];
export type EmptyPaymentIntent = (typeof EMPTY)['intent'];
export type EmptyCharge = (typeof EMPTY)['charge'];
export type EmptyChargedCard = (typeof EMPTY)['chargedCard'];
export type EmptyChargedSepa = (typeof EMPTY)['chargedSepa'];
export type EmptyChargedUsBank = (typeof EMPTY)['chargedUsBank'];
export type EmptyRefund = (typeof EMPTY)['refund'];
