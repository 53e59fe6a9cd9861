// Why: whoever answers for the money has to know who changed what, and that nobody changed that knowledge.
import { Migration } from '@mikro-orm/migrations';
import { APPEND_AUDIT } from './sql/audit.sql.js';
import { ENSURE_ACCOUNTS } from './sql/ensure-accounts.sql.js';
import { SET_BUDGET_SQL } from './sql/set-budget.sql.js';

export class Audit20261129 extends Migration {
  override name = '20261129-3b-audit';

  override up(): void {
    this.addSql(`CREATE TABLE audit_head (
      organization_id uuid NOT NULL PRIMARY KEY,
      last_seq bigint NOT NULL,
      last_hash bytea NOT NULL) WITH (fillfactor = 50)`);
    this.addSql(`CREATE TABLE audit_entry (
      organization_id uuid NOT NULL,
      seq bigint NOT NULL,
      at timestamptz NOT NULL,
      actor_kind text NOT NULL,
      actor_id uuid NOT NULL,
      request_id text,
      cause text NOT NULL,
      action text NOT NULL CHECK (action IN ('CREATED', 'CHANGED', 'DELETED')),
      subject text NOT NULL,
      subject_key text NOT NULL,
      before jsonb,
      after jsonb,
      hash bytea NOT NULL,
      PRIMARY KEY (organization_id, seq))`);
    this.addSql('CREATE INDEX audit_entry_subject_idx ON audit_entry (organization_id, subject, subject_key, seq)');
    this.addSql('CREATE INDEX audit_entry_actor_idx ON audit_entry (organization_id, actor_id, seq)');
    for (const statement of [APPEND_AUDIT, ENSURE_ACCOUNTS, ...SET_BUDGET_SQL]) this.addSql(statement);
  }
}
