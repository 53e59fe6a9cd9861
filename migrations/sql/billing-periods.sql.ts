/**
 * Billing periods. Each boundary is counted from the anchor, never from the boundary before: from 31 January on come
 * 29 February (in a leap year) and 31 March. A calendar's periods are those of an anchor that is a first day of all kinds
 * of calendar periods: see `src/billing/billing-period.sql.ts`.
 *
 * `local_day_of(zone, instant)`: the local day that the instant belongs to, by the starts of days and not by what the
 * clock on the wall shows, which may be the day before for an hour.
 */
const LOCAL_DAY_OF = `
CREATE OR REPLACE FUNCTION public.local_day_of(p_zone text, p_instant timestamptz) RETURNS date
LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $body$
  SELECT max(d.day) FROM (
    SELECT (p_instant AT TIME ZONE p_zone)::date + n AS day FROM generate_series(-2, 2) AS n) d
  WHERE public.local_day_start(p_zone, d.day) <= p_instant
$body$`;

/**
 * `billing_periods(interval, anchor, from, count)`: so many periods from the one that contains the local day `from`.
 * Intervals: WEEK, MONTH, QUARTER, YEAR. `end_day` is the first day that does not belong to it.
 */
const BILLING_PERIODS = `
CREATE OR REPLACE FUNCTION public.billing_periods(
  p_interval text, p_anchor date, p_from date, p_count int)
RETURNS TABLE (start_day date, end_day date)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  v_step interval;
  v_months int;
  v_first int;
BEGIN
  IF p_interval NOT IN ('WEEK', 'MONTH', 'QUARTER', 'YEAR') THEN
    RAISE EXCEPTION 'unknown billing interval %', p_interval USING ERRCODE = '22023';
  END IF;
  IF p_interval = 'WEEK' THEN
    v_step := interval '7 days';
    v_first := floor((p_from - p_anchor) / 7.0);
  ELSE
    v_months := CASE p_interval WHEN 'MONTH' THEN 1 WHEN 'QUARTER' THEN 3 ELSE 12 END;
    v_step := make_interval(months => v_months);
    v_first := floor(((extract(year FROM p_from) - extract(year FROM p_anchor)) * 12
      + extract(month FROM p_from) - extract(month FROM p_anchor)) / v_months);
    IF (p_anchor + v_first * v_step)::date > p_from THEN
      v_first := v_first - 1;
    END IF;
  END IF;
  RETURN QUERY
  SELECT (p_anchor + n * v_step)::date, (p_anchor + (n + 1) * v_step)::date
  FROM generate_series(v_first, v_first + p_count - 1) AS n
  ORDER BY n;
END
$body$`;

export const BILLING_PERIODS_SQL = [LOCAL_DAY_OF, BILLING_PERIODS];
