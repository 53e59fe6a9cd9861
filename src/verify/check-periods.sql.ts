/** What period rows must agree with besides the records. Each statement asks about the organization $1. */
import { answer, budgetJoin, found, instant, periodPlace } from './answer.sql.js';

/** Judged as open: an instant that a process took for now may be a little ahead of the database's clock, or behind it. */
const OPEN = `bp.ends_at > public.tollgate_now() + interval '1 minute'`;

const PLACE = periodPlace('bp.budget_id', 'bp.starts_at');

/** Each reservation once on each of its rows. One that is held where no row is would be freed nowhere. */
export const HELD = `
  WITH held AS (
    SELECT h.budget_id, h.starts_at, sum(r.amount_pico_usd) AS amount
    FROM public.reservation r CROSS JOIN LATERAL (
      SELECT DISTINCT t.budget_id, t.starts_at FROM unnest(r.budget_ids, r.period_starts) AS t (budget_id, starts_at)) h
    WHERE r.organization_id = $1 AND r.state = 'HELD'
    GROUP BY 1, 2
  ) ${answer(
    `SELECT count(*) FROM public.reservation r WHERE r.organization_id = $1 AND r.state = 'HELD'`,
    `SELECT ${found({
      subject: 'budget_id',
      what: `'held'`,
      place: periodPlace('budget_id', 'starts_at'),
      stored: 'bp.held_pico_usd',
      recomputed: 'coalesce(h.amount, 0)',
      isMoney: 'true',
    })}
    FROM (SELECT * FROM public.budget_period p WHERE p.organization_id = $1) bp
    FULL JOIN held h USING (budget_id, starts_at) ${budgetJoin('budget_id')}
    WHERE bp.held_pico_usd IS DISTINCT FROM coalesce(h.amount, 0)
    ORDER BY budget_id, starts_at`,
  )}`;

/** What set_budget writes on the budget and on each of its rows that have not ended. */
export const TERMS = answer(
  'SELECT 0',
  `SELECT ${found({ subject: 'bp.budget_id', what: 'v.what', place: PLACE, stored: 'v.stored', recomputed: 'v.meant', isMoney: `v.what = 'limit'` })}
  FROM public.budget_period bp ${budgetJoin('bp.budget_id')}
  CROSS JOIN LATERAL (VALUES ('limit', bp.limit_pico_usd::text, b.limit_pico_usd::text),
    ('enforcement', bp.enforcement, b.enforcement), ('thresholds', bp.thresholds::text, b.thresholds::text)
  ) AS v (what, stored, meant)
  WHERE bp.organization_id = $1 AND b.ended_at IS NULL AND ${OPEN} AND v.stored IS DISTINCT FROM v.meant
  ORDER BY bp.budget_id, bp.starts_at, v.what`,
);

/** Periods tile the time line: an instant in two of them would count on either. */
export const OVERLAPS = answer(
  'SELECT 0',
  `SELECT ${found({ subject: 'bp.budget_id', what: `'end'`, place: PLACE, stored: instant('bp.ends_at'), recomputed: instant('bp.next'), isMoney: 'false' })}
  FROM (
    SELECT p.*, lead(p.starts_at) OVER (PARTITION BY p.budget_id ORDER BY p.starts_at) AS next
    FROM public.budget_period p WHERE p.organization_id = $1
  ) bp ${budgetJoin('bp.budget_id')}
  WHERE bp.next < bp.ends_at
  ORDER BY bp.budget_id, bp.starts_at`,
);

/**
 * Thresholds that an open period has reached and that were never told. What makes one reached writes its alert in the same
 * transaction: a charge, a lower limit, a threshold that was not there, a budget made where money was spent already. So
 * some alert of the budget, period and threshold must be there, for whatever limit.
 *
 * Not one for today's limit: a limit that was changed while the threshold was reached before and after raises none,
 * neither does a spend that went below it and came back. Nothing stored tells such a change from an alert that is lost,
 * so a lost one is not found where the threshold has one for another limit.
 *
 * A late record raises none, because its period has ended; and a period that has is not looked at.
 */
export const ALERTS = answer(
  `SELECT count(*) FROM public.alert l WHERE l.organization_id = $1`,
  `SELECT ${found({
    subject: 'bp.budget_id',
    what: `concat('alert at ', h.threshold, ' %')`,
    place: PLACE,
    stored: 'NULL',
    recomputed: 'bp.spent_pico_usd',
    isMoney: 'true',
  })}
  FROM public.budget_period bp ${budgetJoin('bp.budget_id')}
  CROSS JOIN LATERAL unnest(bp.thresholds) AS h (threshold)
  WHERE bp.organization_id = $1 AND ${OPEN} AND bp.spent_pico_usd > 0
    AND bp.spent_pico_usd * 100 >= bp.limit_pico_usd * h.threshold
    AND NOT EXISTS (SELECT FROM public.alert l WHERE l.organization_id = $1 AND l.kind = 'BUDGET_THRESHOLD'
      AND l.alert_key = concat_ws(':', l.kind, bp.budget_id, extract(epoch FROM bp.starts_at), h.threshold, l.limit_pico_usd)
      AND l.budget_id = bp.budget_id AND l.period_starts_at = bp.starts_at AND l.threshold = h.threshold)
  ORDER BY bp.budget_id, bp.starts_at, h.threshold`,
);
