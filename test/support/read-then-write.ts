/** The reserving function as one would write it first, for controls: it overspends. */
import { RESERVE_BUDGET } from '../../migrations/sql/reserve-budget.sql.js';

/** Decides by the rows as the statement saw them before it waited for them: one statement in place of a function. */
export const STALE_ROOM = {
  from: 'bp.limit_pico_usd - bp.spent_pico_usd - bp.held_pico_usd AS room',
  to: `(SELECT x.limit_pico_usd - x.spent_pico_usd - x.held_pico_usd - v_totals[array_position(v_budgets, x.budget_id)]
      FROM public.budget_period x
      WHERE x.organization_id = p_org AND x.budget_id = bp.budget_id AND x.starts_at = bp.starts_at) AS room`,
};

export const READ_THEN_WRITE = RESERVE_BUDGET.replace(STALE_ROOM.from, STALE_ROOM.to);
