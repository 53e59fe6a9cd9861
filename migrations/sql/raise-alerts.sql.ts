/**
 * Alerts are written by the transaction that causes them. The feed's row is taken after all budget rows and held to the
 * commit, so the order of cursors is the order of commits; a sequence would show a later number before an earlier one.
 * The unique key is what makes an alert fire once.
 */

/** Whether a spend has reached a threshold. At limit 0 the first charge reaches all, and nothing spent reaches none. */
const reaches = (spent: string, limit: string) =>
  `(${spent} * 100 >= ${limit} * h.threshold AND (${limit} > 0 OR ${spent} > 0))`;

/**
 * How many of a row's thresholds a spend has reached; a CHECK of their budget keeps them in ascending order. In whole
 * percents, rounded down, the same comparison as `reaches`: all amounts are integers.
 */
export const thresholdsReached = (spent: string, row: string) => `width_bucket(
        CASE WHEN ${row}.limit_pico_usd > 0 THEN greatest(least(div(${spent} * 100, ${row}.limit_pico_usd), 1000), 0)
          WHEN ${spent} > 0 THEN 1000 ELSE 0 END::int, ${row}.thresholds)`;

/** Reached now and not before: by the spend, by a lower limit, or by a threshold that was not there. */
const CROSSED = `bp.ends_at > p_now AND ${reaches('bp.spent_pico_usd', 'bp.limit_pico_usd')}
    AND NOT (${reaches('(bp.spent_pico_usd - d.delta)', 'coalesce(p_limit_before, bp.limit_pico_usd)')}
      AND (p_thresholds_before IS NULL OR h.threshold = ANY (p_thresholds_before)))`;

/**
 * One alert for each threshold that was crossed. p_deltas: what the call added to `spent`. p_limit_before and
 * p_thresholds_before: what the rows of one budget had before they were changed; null where a spend is all that happened.
 */
const RAISE_BUDGET_ALERTS = `
CREATE OR REPLACE FUNCTION raise_budget_alerts(
  p_org uuid, p_budgets uuid[], p_starts timestamptz[], p_deltas numeric[], p_now timestamptz,
  p_limit_before numeric DEFAULT NULL, p_thresholds_before int[] DEFAULT NULL)
RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
  v_crossed bigint;
  v_raised int;
  v_cursor bigint;
BEGIN
  SELECT count(*) INTO v_crossed
  FROM unnest(p_budgets, p_starts, p_deltas) AS d (budget_id, starts_at, delta)
  JOIN public.budget_period bp ON bp.organization_id = p_org AND bp.budget_id = d.budget_id AND bp.starts_at = d.starts_at
  CROSS JOIN unnest(bp.thresholds) AS h (threshold)
  WHERE ${CROSSED};
  IF v_crossed = 0 THEN
    RETURN 0;
  END IF;
  UPDATE public.alert_feed f SET last_cursor = f.last_cursor + v_crossed
  WHERE f.organization_id = p_org RETURNING f.last_cursor - v_crossed INTO STRICT v_cursor;
  INSERT INTO public.alert (
    organization_id, cursor, kind, alert_key, account_id, budget_id, period_starts_at, period_ends_at, threshold,
    limit_pico_usd, spent_pico_usd, created_at)
  SELECT o.organization_id, v_cursor + row_number() OVER (ORDER BY d.n, h.threshold), 'BUDGET_THRESHOLD',
    concat_ws(':', 'BUDGET_THRESHOLD', bp.budget_id, extract(epoch FROM bp.starts_at), h.threshold, bp.limit_pico_usd),
    b.account_id, bp.budget_id, bp.starts_at, bp.ends_at, h.threshold, bp.limit_pico_usd, bp.spent_pico_usd, p_now
  FROM public.organization o
  CROSS JOIN unnest(p_budgets, p_starts, p_deltas) WITH ORDINALITY AS d (budget_id, starts_at, delta, n)
  JOIN public.budget_period bp ON bp.organization_id = p_org AND bp.budget_id = d.budget_id AND bp.starts_at = d.starts_at
  JOIN public.budget b ON b.organization_id = p_org AND b.id = bp.budget_id
  CROSS JOIN unnest(bp.thresholds) AS h (threshold)
  WHERE o.organization_id = p_org
    AND ${CROSSED}
  ORDER BY 2
  ON CONFLICT (organization_id, alert_key) DO NOTHING;
  GET DIAGNOSTICS v_raised = ROW_COUNT;
  RETURN v_raised;
END
$function$`;

/** One for each model and local day. The feed's row is taken only where an alert is really new. */
const RAISE_UNPRICED_ALERTS = `
CREATE OR REPLACE FUNCTION raise_unpriced_alerts(p_org uuid, p_zone text, p_now timestamptz, p_providers text[], p_models text[])
RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
  v_new bigint;
  v_raised int;
  v_cursor bigint;
  v_day date := (p_now AT TIME ZONE p_zone)::date;
BEGIN
  IF p_models IS NULL THEN
    RETURN 0;
  END IF;
  SELECT count(DISTINCT (t.provider, t.model)) INTO v_new
  FROM unnest(p_providers, p_models) AS t (provider, model)
  WHERE NOT EXISTS (SELECT FROM public.alert a WHERE a.organization_id = p_org
    AND a.alert_key = concat_ws(':', 'UNPRICED_USAGE', v_day, t.provider || '/' || t.model));
  IF v_new = 0 THEN
    RETURN 0;
  END IF;
  UPDATE public.alert_feed f SET last_cursor = f.last_cursor + v_new
  WHERE f.organization_id = p_org RETURNING f.last_cursor - v_new INTO STRICT v_cursor;
  INSERT INTO public.alert (organization_id, cursor, kind, alert_key, provider, model, created_at)
  SELECT o.organization_id, v_cursor + row_number() OVER (ORDER BY t.provider, t.model), 'UNPRICED_USAGE',
    concat_ws(':', 'UNPRICED_USAGE', v_day, t.provider || '/' || t.model), nullif(t.provider, ''), t.model, p_now
  FROM public.organization o
  CROSS JOIN (SELECT DISTINCT d.provider, d.model FROM unnest(p_providers, p_models) AS d (provider, model)) t
  WHERE o.organization_id = p_org AND NOT EXISTS (SELECT FROM public.alert a WHERE a.organization_id = p_org
    AND a.alert_key = concat_ws(':', 'UNPRICED_USAGE', v_day, t.provider || '/' || t.model))
  ORDER BY 2
  ON CONFLICT (organization_id, alert_key) DO NOTHING;
  GET DIAGNOSTICS v_raised = ROW_COUNT;
  RETURN v_raised;
END
$function$`;

/** The statements to run, in order. */
export const RAISE_ALERTS_SQL: readonly string[] = [RAISE_BUDGET_ALERTS, RAISE_UNPRICED_ALERTS];
