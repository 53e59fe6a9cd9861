import type { Pool } from 'pg';
import type { DecidingRow } from '../budget/decision.js';
import type { UsageRecord } from './usage-record.js';

/** The budget rows that a stored record counts on, as they are now. */
export async function countedPeriods(pool: Pool, record: UsageRecord): Promise<DecidingRow[]> {
  const { rows } = await pool.query<{ json: DecidingRow }>({
    name: 'counted-periods',
    text: `SELECT budget_period_json(bp, b, tollgate_now()) AS json
      FROM budget b
      JOIN budget_period bp ON bp.organization_id = b.organization_id AND bp.budget_id = b.id
        AND bp.starts_at <= $5 AND bp.ends_at > $5
      WHERE b.organization_id = $1 AND (b.account_id IN ($2, $3) OR b.rank = 3)
        AND b.begins_at <= $5 AND (b.ended_at IS NULL OR $5 < b.ended_at)
        AND (b.models IS NULL OR $4 = ANY (b.models))
      ORDER BY bp.rank, bp.budget_id, bp.starts_at`,
    values: [
      record.organizationId,
      record.accountId,
      record.teamId,
      record.provider === null ? null : `${record.provider}/${record.model}`,
      record.budgetAt,
    ],
  });
  return rows.map((row) => row.json);
}
