// Why: a trial and an included credit are had once by each card or bank account.
import { Migration } from '@mikro-orm/migrations';

export class SharedMethod20261128 extends Migration {
  override name = '20261128-3-method-sharing';

  override up(): void {
    // Who keeps the same at the same time waits here for the other.
    this.addSql(`CREATE TABLE method_fingerprint (
      organization_id uuid NOT NULL,
      processor text NOT NULL,
      fingerprint text NOT NULL,
      account_id uuid NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, processor, fingerprint))`);
    this.addSql('ALTER TABLE payment_method ADD COLUMN shared_with uuid');
    for (const [table, column] of [
      ['method_fingerprint', 'account_id'],
      ['payment_method', 'shared_with'],
    ] as const) {
      this.addSql(`ALTER TABLE ${table} ADD CONSTRAINT ${table}_${column}_fk
        FOREIGN KEY (organization_id, ${column}) REFERENCES account (organization_id, id)`);
    }
    this.addSql(`ALTER TABLE subscription_terms
      ADD COLUMN has_own_trial boolean NOT NULL DEFAULT false,
      ADD COLUMN has_own_credit boolean NOT NULL DEFAULT false,
      ADD COLUMN allowances_dropped_for text`);
    // What was agreed for a subscription was not written down apart from its plan: what is other than in the plan was.
    this.addSql(`UPDATE subscription_terms t SET
      has_own_trial = t.terms -> 'trialDays' <> p.terms -> 'trialDays',
      has_own_credit = t.terms -> 'includedCreditPico' <> p.terms -> 'includedCreditPico'
      FROM plan p WHERE p.organization_id = t.organization_id AND p.id = t.plan_id`);
  }
}
