/**
 * Who may do what in the database: all rights that there are. `protect` makes them so, and a test compares them with
 * PostgreSQL's own catalogue, in both directions. A right for some columns names them, as in GRANT.
 *
 * - `app` has people's rows, in the name of one organization at a time.
 * - `writer` has the lanes and the jobs. What they write is written by functions that run with their owner's rights, so
 *   the writer itself may change hardly anything. Of what is encrypted it may write the ciphertext anew.
 * - `auditor` reads what proves the books (`npm run verify`).
 *
 * Tables that nobody may UPDATE or DELETE are append-only: usage, corrections, the audit trail, alerts, invoice lines, taxes, what was paid
 * with credits. Amounts of invoices and payments that were written down once have no right to UPDATE either.
 */
export const ROLES = { app: 'tollgate_app', writer: 'tollgate_writer', auditor: 'tollgate_auditor' } as const;

export type RoleName = keyof typeof ROLES;

/**
 * - `OWN`: app sees and writes rows of the transaction's organization alone.
 * - `CATALOGUE`: app also sees the catalogue's rows, and the writer writes these alone.
 * - `TRAIL`: the same, but the writer sees no organization's rows either.
 * - `INSTALLATION`: of no organization; app sees none.
 * - `NO_WALL`: not under row-level security.
 */
export type RowsOf = 'OWN' | 'CATALOGUE' | 'TRAIL' | 'INSTALLATION' | 'NO_WALL';

type TableRights = { readonly rows: RowsOf } & { readonly [Role in RoleName]?: string };

const NEXT_LOOK = 'look_at, sent_at, ended_at';

export const TABLE_RIGHTS: Readonly<Record<string, TableRights>> = {
  organization: {
    rows: 'OWN',
    app: 'SELECT, INSERT, UPDATE (name, zone)',
    writer: 'SELECT (organization_id, zone, name), UPDATE (name)',
    auditor: 'SELECT',
  },
  organization_gate: {
    rows: 'OWN',
    app: 'SELECT, INSERT, UPDATE (last_cut_at, price_version)',
    writer: 'SELECT (organization_id, price_version)',
  },
  account: {
    rows: 'OWN',
    app: 'SELECT, INSERT, UPDATE (name, team_id, disabled_at, disabled_for, external_id, erased_at)',
    writer: 'SELECT, UPDATE (name)',
    auditor: 'SELECT',
  },
  account_team: { rows: 'OWN', app: 'SELECT, INSERT', auditor: 'SELECT' },
  api_key: {
    rows: 'OWN',
    app: 'SELECT, INSERT, UPDATE (revoked_at, expires_at)',
    writer: 'SELECT, UPDATE (last_used_at, name)',
  },
  token_revocation: { rows: 'OWN', app: 'SELECT, INSERT, UPDATE (revoked_before)', writer: 'SELECT' },
  token_subject: { rows: 'OWN', app: 'SELECT, DELETE', writer: 'SELECT, UPDATE (subject)' },

  // Appended by append_audit with the rights of whoever changed something: what was said stays.
  audit_entry: { rows: 'TRAIL', app: 'SELECT, INSERT', writer: 'INSERT', auditor: 'SELECT' },
  audit_head: {
    rows: 'TRAIL',
    app: 'SELECT, INSERT, UPDATE (last_seq, last_hash)',
    writer: 'SELECT, INSERT, UPDATE (last_seq, last_hash)',
    auditor: 'SELECT',
  },

  budget: { rows: 'OWN', app: 'SELECT', writer: 'SELECT', auditor: 'SELECT' },
  budget_period: { rows: 'OWN', app: 'SELECT', writer: 'SELECT', auditor: 'SELECT' },
  reservation: { rows: 'OWN', app: 'SELECT', writer: 'SELECT', auditor: 'SELECT' },
  reservation_key: { rows: 'OWN' },

  usage_record: { rows: 'OWN', app: 'SELECT', writer: 'SELECT', auditor: 'SELECT' },
  usage_correction: { rows: 'OWN', app: 'SELECT', writer: 'SELECT', auditor: 'SELECT' },
  usage_rollup: { rows: 'OWN', app: 'SELECT', writer: 'SELECT', auditor: 'SELECT' },
  usage_digest: { rows: 'OWN', auditor: 'SELECT' },
  usage_digest_head: { rows: 'OWN', auditor: 'SELECT' },
  reprice: {
    rows: 'OWN',
    writer: 'SELECT, INSERT, UPDATE (page_count, place_account_id, place_occurred_at, place_key, months, completed_at)',
    auditor: 'SELECT',
  },
  account_markup: { rows: 'OWN', app: 'SELECT, INSERT, DELETE', writer: 'SELECT', auditor: 'SELECT' },

  plan: { rows: 'OWN', app: 'SELECT, INSERT, UPDATE (name, terms, changed_at)' },
  subscription: {
    rows: 'OWN',
    app: 'SELECT, INSERT, UPDATE (end_day, next_invoice_day)',
    writer: 'SELECT (organization_id, id, next_invoice_day)',
    auditor: 'SELECT',
  },
  subscription_terms: {
    rows: 'OWN',
    app: 'SELECT, INSERT, UPDATE (terms, has_own_trial, has_own_credit, allowances_dropped_for), DELETE',
  },
  invoice: {
    rows: 'OWN',
    app: `SELECT, INSERT, UPDATE (status, number, parties, finalized_at, due_day, brought_forward_pico, credits_pico,
      carried_forward_pico, due_pico, paid_pico, reduced_pico, noted_pico, refunded_pico, paid_at, voided_at,
      uncollectible_at, attempts, failed_attempts, collect_at, enforce_at, enforced_at)`,
    writer: `SELECT (organization_id, id, status, collect_at, enforce_at, enforced_at, parties, access_key),
      UPDATE (parties, access_key)`,
    auditor: 'SELECT',
  },
  invoice_line: { rows: 'OWN', app: 'SELECT, INSERT', auditor: 'SELECT' },
  invoice_counter: { rows: 'OWN', app: 'SELECT, INSERT, UPDATE (last_number, last_credit_note)', auditor: 'SELECT' },
  invoice_tax: { rows: 'OWN', app: 'SELECT, INSERT', auditor: 'SELECT' },
  credit_note: {
    rows: 'OWN',
    app: 'SELECT, INSERT, UPDATE (reduced_pico, refunded_pico, credited_pico, refund_reference)',
    writer: 'SELECT (organization_id, id, refund_reference), UPDATE (refund_reference)',
    auditor: 'SELECT',
  },
  credit_grant: { rows: 'OWN', app: 'SELECT, INSERT, UPDATE (voided_at)', auditor: 'SELECT' },
  credit_use: { rows: 'OWN', app: 'SELECT, INSERT', auditor: 'SELECT' },
  billing_profile: {
    rows: 'OWN',
    app: `SELECT, INSERT,
      UPDATE (legal_name, address, tax_id, tax_mode, tax_rates, dunning_action, changed_at)`,
    writer: `SELECT (organization_id, account_id, legal_name, address, tax_id),
      UPDATE (legal_name, address, tax_id)`,
  },
  payment: {
    rows: 'OWN',
    app: `SELECT, INSERT, UPDATE (status, processor_ref, processor_order, reference, decline_code, credited_pico,
      ${NEXT_LOOK})`,
    writer: `SELECT (organization_id, id, look_at, processor_order, processor_ref, reference),
      UPDATE (processor_order, processor_ref, reference)`,
    auditor: 'SELECT',
  },
  payment_limit: { rows: 'OWN', app: 'SELECT, INSERT, UPDATE (least_pico, most_pico)' },
  processor_customer: {
    rows: 'OWN',
    app: 'SELECT, INSERT, UPDATE (ref)',
    writer: 'SELECT (organization_id, account_id, processor, ref, ref_index), UPDATE (ref)',
  },
  payment_method: {
    rows: 'OWN',
    app: `SELECT, INSERT, UPDATE (ref, kind, brand, last4, exp_month, exp_year, fingerprint, is_default, removed_at,
      shared_with)`,
    writer: `SELECT (organization_id, id, account_id, processor, ref, ref_index, last4, fingerprint),
      UPDATE (ref, last4, fingerprint)`,
  },
  method_fingerprint: {
    rows: 'OWN',
    app: 'SELECT, INSERT, UPDATE (fingerprint)',
    writer: 'SELECT (organization_id, processor, fingerprint), UPDATE (fingerprint)',
  },
  refund: {
    rows: 'OWN',
    app: `SELECT, INSERT, UPDATE (amount_pico, noted_pico, status, processor_key, processor_ref, failure_reason,
      ${NEXT_LOOK})`,
    writer: `SELECT (organization_id, id, look_at, processor_key, processor_ref),
      UPDATE (processor_key, processor_ref)`,
    auditor: 'SELECT',
  },
  dispute: {
    rows: 'OWN',
    app: 'SELECT, INSERT, UPDATE (amount_pico, status, ended_at)',
    writer: 'SELECT (organization_id, id, processor_ref), UPDATE (processor_ref)',
    auditor: 'SELECT',
  },

  alert_feed: {
    rows: 'OWN',
    app: 'SELECT, INSERT, UPDATE (last_cursor)',
    writer: 'SELECT (organization_id, last_cursor)',
  },
  alert: { rows: 'OWN', app: 'SELECT, INSERT', writer: 'SELECT', auditor: 'SELECT' },

  catalog_version: { rows: 'CATALOGUE', writer: 'SELECT, UPDATE (version, next_refresh_at)' },
  provider: {
    rows: 'CATALOGUE',
    writer: `SELECT, INSERT,
      UPDATE (display_name, provider_match, model_match, fallback_providers, extractors, place, retired_at)`,
  },
  model: {
    rows: 'CATALOGUE',
    app: 'SELECT, INSERT, UPDATE (display_name, match)',
    writer: `SELECT, INSERT,
      UPDATE (display_name, description, match, context_window, deprecated, place, retired_at)`,
  },
  pricing: { rows: 'CATALOGUE', app: 'SELECT, INSERT, DELETE', writer: 'SELECT, INSERT, DELETE' },
  price_import: { rows: 'CATALOGUE', writer: 'SELECT, INSERT' },

  installation: { rows: 'OWN', app: 'INSERT', writer: 'SELECT' },
  webhook_event: {
    rows: 'INSTALLATION',
    writer: 'SELECT, INSERT, UPDATE (status, note, tries, look_at, ended_at, object_ref), DELETE',
    auditor: 'SELECT',
  },
  encryption_key: {
    rows: 'INSTALLATION',
    writer: 'SELECT, INSERT, UPDATE (used_at, is_whole), DELETE',
    auditor: 'SELECT',
  },
  rate_limit: { rows: 'INSTALLATION', writer: 'SELECT, INSERT, UPDATE, DELETE' },
  webhook_mark: { rows: 'INSTALLATION', writer: 'SELECT, INSERT, UPDATE (seen_to, look_at, forged_count)' },

  // What a server that may make no tables looks at: whether there is anything to make.
  migration: { rows: 'NO_WALL', app: 'SELECT', writer: 'SELECT', auditor: 'SELECT' },
};

interface FunctionRights {
  readonly callers: readonly RoleName[];
  /** Whose rights it has: its owner's, whatever its caller may do, or its caller's. */
  readonly as: 'OWNER' | 'CALLER';
}

const HOT: FunctionRights = { callers: ['writer'], as: 'OWNER' };
const STEP: FunctionRights = { callers: [], as: 'CALLER' };
const RULE: FunctionRights = { callers: ['app', 'writer', 'auditor'], as: 'CALLER' };

/** By name, with all its signatures. */
export const FUNCTION_RIGHTS: Readonly<Record<string, FunctionRights>> = {
  record_usage: HOT,
  price_usage: HOT,
  correct_usage: HOT,
  reserve_budget: HOT,
  end_reservations: HOT,
  set_budget: HOT,
  delete_budget: HOT,
  ensure_accounts: HOT,

  keep_token_subject: { callers: ['writer'], as: 'OWNER' },

  append_usage_digest: STEP,
  count_charges: STEP,
  periods_before_grace: STEP,
  raise_budget_alerts: STEP,
  raise_overrun_alerts: STEP,
  raise_unpriced_alerts: STEP,
  sum_charges: STEP,
  lock_held: STEP,
  is_ascending: STEP,

  append_audit: { callers: ['app', 'writer'], as: 'CALLER' },
  tollgate_now: RULE,
  local_day_start: RULE,
  local_day_of: RULE,
  period_bounds: RULE,
  billing_periods: RULE,
  budget_period_json: { callers: ['writer'], as: 'CALLER' },
  reservations_json: { callers: ['writer'], as: 'CALLER' },
};
