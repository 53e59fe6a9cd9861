// Why: a person may ask to be forgotten, and what was spent and paid has to stay.
import { Migration } from '@mikro-orm/migrations';
import { HOLD_GATE, protectTables } from './sql/protect.sql.js';

export class Erasure20261130 extends Migration {
  override name = '20261130-2b-erasure';

  override up(): void {
    this.addSql(HOLD_GATE);
    this.addSql('ALTER TABLE account ADD COLUMN erased_at timestamptz');
    this.addSql(`CREATE INDEX account_erased_idx ON account (organization_id, erased_at) WHERE erased_at IS NOT NULL`);
    for (const statement of protectTables('account', 'payment', 'payment_method', 'credit_note'))
      this.addSql(statement);
  }
}
