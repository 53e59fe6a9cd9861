// Why: until the first ANALYZE every table looks small, and a plan that reads all rows of an organization for one looks cheap.
import { Migration } from '@mikro-orm/migrations';
import { END_RESERVATIONS } from './sql/end-reservations.sql.js';
import { ENSURE_ACCOUNTS } from './sql/ensure-accounts.sql.js';
import { RECORD_USAGE } from './sql/record-usage.sql.js';

export class FirstRow20261130 extends Migration {
  override name = '20261130-6-first-row';

  override up(): void {
    for (const statement of [RECORD_USAGE, END_RESERVATIONS, ENSURE_ACCOUNTS]) this.addSql(statement);
  }
}
