/**
 * What budgets have spent, counted again from the records. This is no copy of how the hot path counts (count_charges
 * finds the rows of a few charges): all records are summed once, by who spent them and between which edges of periods,
 * and only the sums meet the budgets.
 */
import type { Count } from './check.js';
import { answer, budgetJoin, carry, found, periodPlace } from './answer.sql.js';

/**
 * $1 organization, $2 and $3 recorded from and to, $4 carried, $5 the budgets to look at, null for all.
 *
 * The path is the one frozen on the record, not where its user is today. A run is found by its external id, and only
 * where a run has a budget: each run has an id of its own, and sums by run would be as many as records.
 *
 * A model is that of a record with a price, and of interest where a budget lists it: deductions and what is unpriced have
 * none, and `NULL = ANY` counts on no list. An unpriced record has no charge and still needs its period row.
 */
const COUNTED = `
  WITH looked_at AS (
    SELECT * FROM public.budget b WHERE b.organization_id = $1 AND ($5::uuid[] IS NULL OR b.id = ANY ($5))
  ),
  period AS (
    SELECT * FROM public.budget_period bp WHERE bp.organization_id = $1 AND ($5::uuid[] IS NULL OR bp.budget_id = ANY ($5))
  ),
  known AS (
    SELECT (SELECT coalesce(array_agg(e.at ORDER BY e.at), '{}') FROM (
        SELECT starts_at AS at FROM period UNION SELECT ends_at FROM period
        UNION SELECT begins_at FROM looked_at UNION SELECT ended_at FROM looked_at WHERE ended_at IS NOT NULL) e) AS edges,
      (SELECT coalesce(array_agg(DISTINCT l.model), '{}') FROM looked_at b CROSS JOIN unnest(b.models) AS l (model)) AS listed
  ),
  run AS (
    SELECT DISTINCT a.id, a.external_id FROM looked_at b
    JOIN public.account a ON a.organization_id = $1 AND a.id = b.account_id WHERE b.rank = 0
  ),
  charged AS MATERIALIZED (
    SELECT run.id AS run, coalesce(u.user_id, u.account_id) AS usr, u.team_id AS team,
      CASE WHEN u.provider || '/' || u.model = ANY (k.listed) THEN u.provider || '/' || u.model END AS model,
      width_bucket(u.budget_at, k.edges) AS slot, min(u.budget_at) AS at, sum(coalesce(u.charge_pico_usd, 0)) AS charge
    FROM public.usage_record u CROSS JOIN known k LEFT JOIN run ON run.external_id = u.run_id
    WHERE u.organization_id = $1 AND u.recorded_at >= $2 AND u.recorded_at < $3
    GROUP BY 1, 2, 3, 4, 5
  ),
  counted AS (
    SELECT c.budget_id, c.starts_at, sum(c.charge) AS charge FROM (
      SELECT b.id AS budget_id, p.starts_at, s.charge
      FROM charged s
      CROSS JOIN LATERAL (VALUES (0, s.run), (1, s.usr), (2, s.team),
        (3, (SELECT a.id FROM public.account a WHERE a.organization_id = $1 AND a.kind = 'ORGANIZATION' LIMIT 1))
      ) AS path (rank, account)
      JOIN looked_at b ON b.account_id = path.account AND b.rank = path.rank
        AND b.begins_at <= s.at AND (b.ended_at IS NULL OR s.at < b.ended_at)
        AND (b.models IS NULL OR s.model = ANY (b.models))
      LEFT JOIN LATERAL (
        SELECT bp.starts_at FROM public.budget_period bp
        WHERE bp.organization_id = $1 AND bp.budget_id = b.id AND bp.starts_at <= s.at AND s.at < bp.ends_at
        ORDER BY bp.starts_at DESC LIMIT 1) p ON true
      UNION ALL
      SELECT t.budget_id, t.starts_at, t.charge
      FROM jsonb_to_recordset($4::jsonb) AS t (budget_id uuid, starts_at timestamptz, charge numeric)
    ) c
    GROUP BY 1, 2
  )`;

/** A charge that no period row takes is a difference even where it is 0: the row is made by what counts on it. */
export const SPENT: Count = {
  carry: `${COUNTED} ${carry('counted')}`,
  compare: `${COUNTED} ${answer(
    'SELECT count(*) FROM period',
    `SELECT ${found({
      subject: 'budget_id',
      what: `'spent'`,
      place: periodPlace('budget_id', 'starts_at'),
      stored: 'p.spent_pico_usd',
      recomputed: 'coalesce(c.charge, 0)',
      isMoney: 'true',
    })}
    FROM period p FULL JOIN counted c USING (budget_id, starts_at) ${budgetJoin('budget_id')}
    WHERE p.spent_pico_usd IS DISTINCT FROM coalesce(c.charge, 0)
    ORDER BY budget_id, starts_at`,
  )}`,
};
