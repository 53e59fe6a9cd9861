/** Every table by kind, which is how a distributed PostgreSQL would place it. A table that is not listed fails a test. */

/** Rows of one organization, `organization_id` first in every key: placed together by it. */
export const TENANT_TABLES = [
  'organization',
  'organization_gate',
  'account',
  'account_team',
  'api_key',
  'token_revocation',
  'token_subject',
  'budget',
  'budget_period',
  'reservation',
  'reservation_key',
  'usage_record',
  'usage_correction',
  'usage_rollup',
  'usage_digest',
  'usage_digest_head',
  'reprice',
  'account_markup',
  'plan',
  'subscription',
  'subscription_terms',
  'invoice',
  'invoice_line',
  'invoice_counter',
  'invoice_tax',
  'credit_note',
  'credit_grant',
  'credit_use',
  'billing_profile',
  'payment',
  'payment_limit',
  'processor_customer',
  'payment_method',
  'method_fingerprint',
  'refund',
  'dispute',
  'audit_entry',
  'audit_head',
  'alert_feed',
  'alert',
] as const;

/** Small tables that every organization reads: a copy on each machine. */
export const CATALOGUE_TABLES = [
  'catalog_version',
  'provider',
  'model',
  'pricing',
  'price_import',
  'installation',
] as const;

/** Of the installation as a whole: whose what comes there is stands in what it is about. */
export const INSTALLATION_TABLES = ['webhook_event', 'webhook_mark', 'rate_limit', 'encryption_key'] as const;

/** About this database alone. */
export const LOCAL_TABLES = ['migration'] as const;
