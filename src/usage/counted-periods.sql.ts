import type { Pool } from 'pg';
import type { PeriodRow } from '../budget/budget-status.js';
import type { UsageRecord } from './usage-record.js';

/** Of each stored record of one organization, the budget rows that it counts on, as they are now. */
export async function countedPeriods(pool: Pool, records: readonly UsageRecord[]): Promise<PeriodRow[][]> {
  const rowsOf = records.map((): PeriodRow[] => []);
  const { rows } = await pool.query<{ ordinal: string; json: PeriodRow }>({
    name: 'counted-periods',
    text: `SELECT t.ordinal, budget_period_json(bp, b, tollgate_now()) AS json
      FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[]) WITH ORDINALITY
        AS t (account, team, model, budget_at, run, ordinal)
      LEFT JOIN account run ON run.organization_id = $1 AND run.kind = 'RUN' AND run.external_id = t.run
      JOIN budget b ON b.organization_id = $1 AND (b.account_id IN (run.id, t.account, t.team) OR b.rank = 3)
        AND b.begins_at <= t.budget_at AND (b.ended_at IS NULL OR t.budget_at < b.ended_at)
        AND (b.models IS NULL OR t.model = ANY (b.models))
      JOIN budget_period bp ON bp.organization_id = $1 AND bp.budget_id = b.id
        AND bp.starts_at <= t.budget_at AND bp.ends_at > t.budget_at
      ORDER BY t.ordinal, bp.rank, bp.budget_id, bp.starts_at`,
    values: [
      records[0]?.organizationId,
      records.map((record) => record.accountId),
      records.map((record) => record.teamId),
      records.map((record) => (record.provider === null ? null : `${record.provider}/${record.model}`)),
      records.map((record) => record.budgetAt),
      records.map((record) => record.runId),
    ],
  });
  for (const { ordinal, json } of rows) rowsOf[Number(ordinal) - 1]?.push(json);
  return rowsOf;
}
