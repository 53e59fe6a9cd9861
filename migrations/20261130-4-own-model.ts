// Why: an organization's own model is given other aliases or another name by setPricing, which failed as INTERNAL.
import { Migration } from '@mikro-orm/migrations';
import { protectTables } from './sql/protect.sql.js';

export class OwnModel20261130 extends Migration {
  override name = '20261130-4-own-model';

  override up(): void {
    for (const statement of protectTables('model')) this.addSql(statement);
  }
}
