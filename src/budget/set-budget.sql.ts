import type { Pool } from 'pg';
import { doingColumns, type Doing } from '../audit-trail.sql.js';
import { Budget } from './budget.js';
import type { BudgetDraft } from './check-budget.js';

/** A row of `budget` as PostgreSQL writes it to JSON, but for the limit, which is text. */
interface BudgetJson {
  readonly organization_id: string;
  readonly id: string;
  readonly account_id: string;
  readonly rank: number;
  readonly period: Budget['period'];
  readonly models: string[] | null;
  readonly models_key: string;
  readonly name: string | null;
  readonly limit_pico_usd: string;
  readonly enforcement: Budget['enforcement'];
  readonly thresholds: number[];
  readonly anchor_day: number | null;
  readonly anchor_month: number | null;
  readonly zone: string;
  readonly created_at: string;
  readonly ended_at: string | null;
}

export interface SetBudgetCall {
  readonly organizationId: string;
  /** For a budget that is made. */
  readonly id: string;
  readonly accountId: string;
  readonly draft: BudgetDraft;
  readonly doing: Doing;
}

/** How long one call may go without an answer: it may wait 5 s for the gate, and counts all records of the period after it. */
const PATIENCE = { query_timeout: 30_000 };

/** One call, which is a transaction of its own. `budget` is undefined where the anchor differs and nothing was changed. */
export async function setBudget(
  pool: Pool,
  { organizationId, id, accountId, draft, doing }: SetBudgetCall,
): Promise<{ budget: Budget | undefined; alertCount: number }> {
  const { rows } = await pool.query<{ budget: BudgetJson | null; alertCount: number }>({
    ...PATIENCE,
    name: 'set-budget',
    text: `SELECT budget, alert_count AS "alertCount"
      FROM public.set_budget($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
    values: [
      organizationId,
      id,
      accountId,
      draft.period,
      draft.models,
      draft.modelsKey,
      draft.limitPicoUsd,
      draft.enforcement,
      draft.thresholds,
      draft.anchorDay,
      draft.anchorMonth,
      draft.name === undefined,
      draft.name ?? null,
      doing.now,
      ...doingColumns(doing),
    ],
  });
  const row = rows[0];
  if (!row) throw new Error('set_budget gave no answer.');
  return { budget: row.budget ? budgetOf(row.budget) : undefined, alertCount: row.alertCount };
}

/** The budget, ended now or before; undefined where the organization has none of this id. */
export async function deleteBudget(
  pool: Pool,
  organizationId: string,
  id: string,
  doing: Doing,
): Promise<Budget | undefined> {
  const { rows } = await pool.query<{ budget: BudgetJson }>({
    ...PATIENCE,
    name: 'delete-budget',
    text: 'SELECT budget FROM public.delete_budget($1, $2, $3, $4, $5, $6, $7)',
    values: [organizationId, id, doing.now, ...doingColumns(doing)],
  });
  return rows[0] && budgetOf(rows[0].budget);
}

function budgetOf(row: BudgetJson): Budget {
  return Object.assign(new Budget(), {
    organizationId: row.organization_id,
    id: row.id,
    accountId: row.account_id,
    rank: row.rank,
    period: row.period,
    models: row.models,
    modelsKey: row.models_key,
    name: row.name,
    limitPicoUsd: BigInt(row.limit_pico_usd),
    enforcement: row.enforcement,
    thresholds: row.thresholds,
    anchorDay: row.anchor_day,
    anchorMonth: row.anchor_month,
    zone: row.zone,
    createdAt: new Date(row.created_at),
    endedAt: row.ended_at === null ? null : new Date(row.ended_at),
  });
}
