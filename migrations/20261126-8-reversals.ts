// Why: how many rows a day has is its records and twice its reversals, and who reads them in slices has to know.
import { Migration } from '@mikro-orm/migrations';
import { CORRECT_USAGE } from './sql/correct-usage.sql.js';

export class Reversals20261126 extends Migration {
  override name = '20261126-8-reversals';

  override up(): void {
    this.addSql('ALTER TABLE usage_rollup ADD COLUMN reversal_count bigint NOT NULL DEFAULT 0');
    this.addSql(`UPDATE usage_rollup r SET reversal_count = c.count
      FROM (
        SELECT u.organization_id, (u.occurred_at AT TIME ZONE o.zone)::date AS day,
          coalesce(u.provider, u.provider_sent, '') AS provider, coalesce(u.model, u.model_sent, '') AS model, count(*)
        FROM usage_record u JOIN organization o ON o.organization_id = u.organization_id
        WHERE u.kind = 'REVERSAL'
        GROUP BY 1, 2, 3, 4) c
      WHERE r.organization_id = c.organization_id AND r.day = c.day AND r.provider = c.provider AND r.model = c.model`);
    this.addSql(CORRECT_USAGE);
  }
}
