// Why: one forgotten condition in one statement must not show an organization to another, nor change what was written down.
import { Migration } from '@mikro-orm/migrations';
import { HOLD_GATE, MAKE_ROLES, OPEN_SCHEMA, protectFunctions, protectTables } from './sql/protect.sql.js';

/** A server of the version before goes on beside it: it owns the tables, and what an owner may do is not changed. */
export class Roles20261129 extends Migration {
  override name = '20261129-4-roles';

  override up(): void {
    this.addSql(MAKE_ROLES);
    this.addSql(OPEN_SCHEMA);
    this.addSql(HOLD_GATE);
    for (const statement of protectTables(...TABLES)) this.addSql(statement);
    this.addSql(protectFunctions(...FUNCTIONS));
  }
}

/** What there was by then. */
const TABLES = [
  ...['organization', 'organization_gate', 'account', 'account_team', 'api_key', 'token_revocation'],
  ...['installation', 'migration', 'audit_entry', 'audit_head'],
  ...['catalog_version', 'provider', 'model', 'pricing', 'price_import', 'account_markup'],
  ...['budget', 'budget_period', 'reservation', 'reservation_key', 'alert_feed', 'alert'],
  ...['usage_record', 'usage_correction', 'usage_rollup', 'usage_digest', 'usage_digest_head', 'reprice'],
  ...['plan', 'subscription', 'subscription_terms', 'billing_profile'],
  ...['invoice', 'invoice_line', 'invoice_counter', 'invoice_tax', 'credit_note', 'credit_grant', 'credit_use'],
  ...['payment', 'payment_limit', 'processor_customer', 'payment_method', 'method_fingerprint', 'refund', 'dispute'],
  ...['webhook_event', 'webhook_mark', 'rate_limit'],
];

const FUNCTIONS = [
  ...['record_usage', 'price_usage', 'correct_usage', 'reserve_budget', 'end_reservations', 'set_budget'],
  ...['delete_budget', 'ensure_accounts', 'count_charges', 'periods_before_grace', 'raise_budget_alerts'],
  ...['raise_overrun_alerts', 'raise_unpriced_alerts', 'sum_charges', 'lock_held', 'is_ascending', 'tollgate_now'],
  ...['local_day_start', 'local_day_of', 'period_bounds', 'billing_periods', 'budget_period_json', 'reservations_json'],
  ...['append_usage_digest', 'append_audit'],
];
