// Why: while usage_record is small, a plan that reads all records of an organization looks as good as its primary key.
import { Migration } from '@mikro-orm/migrations';
import { RECORD_USAGE } from './sql/record-usage.sql.js';

export class RecordByKey20261130 extends Migration {
  override name = '20261130-1-record-by-key';

  override up(): void {
    this.addSql(RECORD_USAGE);
  }
}
