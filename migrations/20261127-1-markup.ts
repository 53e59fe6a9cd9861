// Why: what is added to the cost of a call depends on who pays, and is decided with its price.
import { Migration } from '@mikro-orm/migrations';
import { ENSURE_ACCOUNTS } from './sql/ensure-accounts.sql.js';

export class Markup20261127 extends Migration {
  override name = '20261127-1-markup';

  override up(): void {
    this.addSql(`CREATE TABLE account_markup (
      organization_id uuid NOT NULL,
      account_id uuid NOT NULL,
      effective_from timestamptz NOT NULL,
      effective_to timestamptz,
      rates jsonb NOT NULL,
      source_id uuid NOT NULL,
      PRIMARY KEY (organization_id, account_id, effective_from))`);
    this.addSql(`ALTER TABLE account_markup ADD CONSTRAINT account_markup_account_fk
      FOREIGN KEY (organization_id, account_id) REFERENCES account (organization_id, id)`);
    this.addSql(ENSURE_ACCOUNTS);
  }
}
