import { thresholdsReached } from './raise-alerts.sql.js';

/** A budget in one of its periods, as code reads it: amounts as digits, so that no reader rounds them. */
const BUDGET_PERIOD_JSON = `
CREATE OR REPLACE FUNCTION budget_period_json(bp public.budget_period, b public.budget, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
  RETURN jsonb_build_object('budgetId', bp.budget_id, 'accountId', b.account_id, 'name', b.name, 'period', b.period,
    'models', b.models, 'endedAt', b.ended_at, 'startsAt', bp.starts_at, 'endsAt', bp.ends_at, 'limit', bp.limit_pico_usd::text,
    'spent', bp.spent_pico_usd::text, 'held', bp.held_pico_usd::text, 'enforcement', bp.enforcement, 'rank', bp.rank,
    'thresholds', bp.thresholds, 'graceUntil', coalesce(bp.grace_until, b.grace_until), 'wouldDenyCount', bp.would_deny_count,
    'accountCreatedAt', (SELECT a.created_at FROM public.account a
      WHERE a.organization_id = b.organization_id AND a.id = b.account_id));
END
$function$`;

/**
 * count_charges: the shared middle of every function that books money. Finds the period rows that charges count on,
 * makes those that are missing, locks them (rank, budget, start) and adds. The alerts of what was crossed are raised by
 * the caller after its last totals row, because the feed's row comes last in the lock order; `crossed` says whether there
 * are any.
 *
 * The caller holds the organization's gate and has written its keys. Which budgets count is read here, from rows that the
 * gate keeps still. One path per charge: the RUN of p_runs, where there is one with an account, the account that was named,
 * its team as frozen on the record, and the root. p_freed_budgets, p_freed_starts, p_freed: what reservations that end in
 * this call held, taken from `held` in the same pass over the rows; null without any.
 *
 * Guards raise 40001, which the caller retries: the list computed here = rows locked = rows updated.
 *
 * p_only_if_fits: SQLSTATE TG001 and no effect where a HARD budget would be exceeded; its DETAIL is the list of the rows
 * as they were.
 *
 * `periods`, only where p_with_periods asks for it, is JSON put together as text. What it says of the budget itself is
 * read where the budget is found: looking it up again at the end cost 370 us of 670 for 43 rows. `budgets`, `starts` and
 * `deltas` are the rows, in lock order.
 *
 * Charges are summed by account and model before budgets are looked for: a budget is then found once and not once per
 * record. Instants go into one sum where no budget and no period ends between the first and the last of them; else the
 * sums are made again by instant (v_is_exact).
 *
 * The rows are counted on by INSERT ... ON CONFLICT, which locks each in the order given, by the primary key, adds to its
 * newest version and answers with it. What it offers beside the key and the charge is never stored: a row that it did
 * insert has rank -1, which the guard finds. A lock pass and an UPDATE took 3.6 times as long for 43 rows. For 35 rows the
 * whole function took 1.5 times as long with UPDATE ... FROM, whose order only the plan decides, and 1.8 times with an
 * UPDATE for each row.
 *
 * Plans are generic: for a few rows PostgreSQL believes that a plan of their own pays, and making it again was half of the
 * time of a call of one record. One row by its key, whatever the planner believes: a table that grew faster than it is
 * analysed looks as if one organization had one row, and a plain join then reads all rows of the organization for each
 * one wanted. LIMIT keeps the look-up apart. For the same reason the hot functions switch sequential scans off: a plan that was made,
 * and kept, while a table was empty reads all of it later.
 */
const COUNT_CHARGES = `
CREATE OR REPLACE FUNCTION count_charges(
  p_org uuid, p_root uuid, p_now timestamptz, p_only_if_fits boolean, p_enforce_since timestamptz,
  p_with_periods boolean, p_accounts uuid[], p_teams uuid[], p_runs uuid[], p_providers text[], p_models text[], p_charges numeric[],
  p_budget_at timestamptz[], p_freed_budgets uuid[], p_freed_starts timestamptz[], p_freed numeric[])
RETURNS TABLE (periods text, budgets uuid[], starts timestamptz[], deltas numeric[], crossed boolean)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
  v_budgets uuid[];
  v_starts timestamptz[];
  v_deltas numeric[];
  v_freed numeric[];
  v_facts text[];
  v_is_exact boolean := false;
  v_is_split boolean;
  v_missing uuid[];
  v_tries int := 0;
  v_row record;
  v_n int := 0;
  v_said text[];
  v_denied jsonb;
BEGIN
  LOOP
    WITH found AS (
      SELECT b.rank, b.id AS budget_id, p.starts_at, sum(c.charge) AS delta, min(b.facts) AS facts,
        bool_or(b.begins_at > c.first OR b.ended_at <= c.last OR p.ends_at <= c.last) AS is_split
      FROM (
        SELECT s.account, s.model, min(s.budget_at) AS first, max(s.budget_at) AS last, sum(coalesce(s.charge, 0)) AS charge
        FROM (
          SELECT unnest(ARRAY[t.run, nullif(t.account, p_root), CASE WHEN t.team <> t.account THEN t.team END, p_root]) AS account,
            t.provider || '/' || t.model AS model, t.charge, t.budget_at
          FROM unnest(p_accounts, p_teams, p_runs, p_providers, p_models, p_charges, p_budget_at)
            AS t (account, team, run, provider, model, charge, budget_at)
        ) s
        WHERE s.account IS NOT NULL
        GROUP BY s.account, s.model, CASE WHEN v_is_exact THEN s.budget_at END
      ) c
      CROSS JOIN LATERAL (
        SELECT b.id, b.rank, b.begins_at, b.ended_at, CASE WHEN p_with_periods THEN
          concat('["', b.id, '","', b.account_id, '",', coalesce(to_json(b.name)::text, 'null'), ',"', b.period, '",',
            coalesce(array_to_json(b.models)::text, 'null'), ',', coalesce(to_json(b.ended_at)::text, 'null'), ',',
            (SELECT to_json(a.created_at) FROM public.account a WHERE a.organization_id = p_org AND a.id = b.account_id), ',',
            coalesce(to_json(b.grace_until)::text, 'null'), ',')
          END AS facts
        FROM public.budget b
        WHERE b.organization_id = p_org AND b.account_id = c.account
          AND b.begins_at <= c.last AND (b.ended_at IS NULL OR c.first < b.ended_at)
          AND (b.models IS NULL OR c.model = ANY (b.models))
        OFFSET 0) b
      LEFT JOIN LATERAL (
        SELECT bp.starts_at, bp.ends_at FROM public.budget_period bp
        WHERE bp.organization_id = p_org AND bp.budget_id = b.id AND bp.starts_at <= c.first AND c.first < bp.ends_at
        ORDER BY bp.starts_at DESC LIMIT 1) p ON true
      GROUP BY b.rank, b.id, p.starts_at
    ), counted AS (
      SELECT u.budget_id, u.starts_at, sum(u.delta) AS delta, sum(u.freed) AS freed, min(u.facts) AS facts,
        bool_or(u.is_split) AS is_split,
        coalesce(min(u.rank), (SELECT bp.rank FROM public.budget_period bp
          WHERE bp.organization_id = p_org AND bp.budget_id = u.budget_id AND bp.starts_at = u.starts_at LIMIT 1)) AS rank
      FROM (
        SELECT f.budget_id, f.starts_at, f.rank, f.delta, 0::numeric AS freed, f.facts, f.is_split FROM found f
        UNION ALL
        SELECT p_freed_budgets[n], p_freed_starts[n], NULL, 0, p_freed[n], NULL, NULL
        FROM generate_series(1, cardinality(p_freed_budgets)) AS n) u
      GROUP BY u.budget_id, u.starts_at
    )
    SELECT array_agg(c.budget_id ORDER BY c.rank, c.budget_id, c.starts_at), array_agg(c.starts_at ORDER BY c.rank, c.budget_id, c.starts_at),
      array_agg(c.delta ORDER BY c.rank, c.budget_id, c.starts_at), array_agg(c.freed ORDER BY c.rank, c.budget_id, c.starts_at),
      array_agg(c.facts ORDER BY c.rank, c.budget_id, c.starts_at),
      array_agg(c.budget_id) FILTER (WHERE c.starts_at IS NULL), coalesce(bool_or(c.is_split), false)
    INTO v_budgets, v_starts, v_deltas, v_freed, v_facts, v_missing, v_is_split
    FROM counted c;
    IF v_is_split THEN
      v_is_exact := true;
      CONTINUE;
    END IF;
    EXIT WHEN v_missing IS NULL;
    v_tries := v_tries + 1;
    IF v_tries = 2 THEN
      RAISE EXCEPTION 'a period row is not to be read' USING ERRCODE = '40001';
    END IF;
    INSERT INTO public.budget_period (
      organization_id, budget_id, starts_at, ends_at, limit_pico_usd, enforcement, thresholds, grace_until, rank)
    SELECT DISTINCT o.organization_id, b.id, w.starts_at, w.ends_at, b.limit_pico_usd, b.enforcement, b.thresholds,
      b.grace_until, b.rank
    FROM public.organization o
    JOIN public.budget b ON b.organization_id = o.organization_id AND b.id = ANY (v_missing)
    CROSS JOIN unnest(p_accounts, p_teams, p_runs, p_budget_at) AS t (account, team, run, budget_at)
    CROSS JOIN LATERAL public.period_bounds(b.period, b.zone, b.anchor_day, b.anchor_month, t.budget_at) AS w
    WHERE o.organization_id = p_org AND b.account_id = ANY (ARRAY[t.run, t.account, t.team, p_root])
      AND b.begins_at <= t.budget_at AND (b.ended_at IS NULL OR t.budget_at < b.ended_at)
    ORDER BY b.id, w.starts_at
    ON CONFLICT (organization_id, budget_id, starts_at) DO NOTHING;
  END LOOP;
  crossed := false;
  FOR v_row IN
    INSERT INTO public.budget_period AS bp (
      organization_id, budget_id, starts_at, ends_at, limit_pico_usd, enforcement, thresholds, rank, spent_pico_usd,
      held_pico_usd)
    SELECT o.organization_id, v_budgets[n], v_starts[n], 'infinity', 0, 'HARD', '{}', -1, v_deltas[n], v_freed[n]
    FROM public.organization o
    CROSS JOIN generate_series(1, cardinality(v_budgets)) AS n
    WHERE o.organization_id = p_org
    ORDER BY n
    ON CONFLICT (organization_id, budget_id, starts_at) DO UPDATE SET
      spent_pico_usd = bp.spent_pico_usd + excluded.spent_pico_usd, held_pico_usd = bp.held_pico_usd - excluded.held_pico_usd
    RETURNING bp.budget_id, bp.rank, bp.ends_at, bp.limit_pico_usd, bp.spent_pico_usd, bp.thresholds,
      ${thresholdsReached('bp.spent_pico_usd', 'bp')} AS reached,
      CASE WHEN p_with_periods THEN concat(to_json(bp.starts_at), ',', to_json(bp.ends_at), ',"', bp.limit_pico_usd, '","',
        bp.spent_pico_usd, '","', bp.held_pico_usd, '","', bp.enforcement, '",', bp.rank, ',', array_to_json(bp.thresholds),
        ',', coalesce(to_json(bp.grace_until)::text, 'null'), ',', bp.would_deny_count) END AS said
  LOOP
    v_n := v_n + 1;
    IF v_row.rank < 0 OR v_row.budget_id <> v_budgets[v_n] THEN
      RAISE EXCEPTION 'a period row was not counted on' USING ERRCODE = '40001';
    END IF;
    IF p_with_periods AND v_facts[v_n] IS NOT NULL THEN
      v_said[v_n] := concat(v_facts[v_n], v_row.said, ',"', v_deltas[v_n], '"]');
    END IF;
    IF v_row.reached > 0 THEN
      crossed := crossed OR v_row.ends_at > p_now
        AND v_row.reached > ${thresholdsReached('(v_row.spent_pico_usd - v_deltas[v_n])', 'v_row')};
    END IF;
  END LOOP;
  IF v_n <> coalesce(cardinality(v_budgets), 0) THEN
    RAISE EXCEPTION 'a period row was not counted on' USING ERRCODE = '40001';
  END IF;
  periods := array_to_string(v_said, ',');
  budgets := v_budgets;
  starts := v_starts;
  deltas := v_deltas;

  IF p_only_if_fits THEN
    SELECT jsonb_agg(public.budget_period_json(bp, b, p_now) || jsonb_build_object('spent', (bp.spent_pico_usd - d.delta)::text)
      ORDER BY d.n)
    INTO v_denied
    FROM unnest(v_budgets, v_starts, v_deltas) WITH ORDINALITY AS d (budget_id, starts_at, delta, n)
    JOIN public.budget_period bp ON bp.organization_id = p_org AND bp.budget_id = d.budget_id AND bp.starts_at = d.starts_at
    JOIN public.budget b ON b.organization_id = p_org AND b.id = bp.budget_id
    JOIN public.account a ON a.organization_id = p_org AND a.id = b.account_id
    HAVING bool_or(bp.enforcement = 'HARD' AND b.ended_at IS NULL AND (p_enforce_since IS NULL OR a.created_at >= p_enforce_since) AND bp.spent_pico_usd + bp.held_pico_usd > bp.limit_pico_usd
      AND d.delta > 0 AND coalesce(bp.grace_until, b.grace_until, '-infinity') <= p_now);
    IF v_denied IS NOT NULL THEN
      RAISE EXCEPTION 'over the limit' USING ERRCODE = 'TG001', DETAIL = v_denied::text;
    END IF;
  END IF;
  RETURN NEXT;
END
$function$`;

/** Periods as the versions before read them, by their places. */
export const PERIODS_BEFORE_GRACE = `
CREATE OR REPLACE FUNCTION periods_before_grace(p_periods text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
  RETURN (
    SELECT string_agg(jsonb_build_array(e -> 0, e -> 1, e -> 2, e -> 3, e -> 4, e -> 5, e -> 8, e -> 9, e -> 10, e -> 11, e -> 12,
      e -> 13, e -> 14, e -> 15, coalesce(coalesce(e ->> 16, e ->> 7)::timestamptz > public.tollgate_now(), false), e -> 18)::text,
      ',' ORDER BY n)
    FROM jsonb_array_elements(concat('[', p_periods, ']')::jsonb) WITH ORDINALITY AS t (e, n));
END
$function$`;

/** For functions of the versions before that are under way while this is made, and for their servers. */
export const COUNT_CHARGES_BEFORE_WITH_PERIODS = `
CREATE OR REPLACE FUNCTION count_charges(
  p_org uuid, p_root uuid, p_now timestamptz, p_only_if_fits boolean,
  p_accounts uuid[], p_teams uuid[], p_providers text[], p_models text[], p_charges numeric[], p_budget_at timestamptz[])
RETURNS TABLE (periods text, budgets uuid[], starts timestamptz[], deltas numeric[], crossed boolean)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $function$
  SELECT public.periods_before_grace(c.periods), c.budgets, c.starts, c.deltas, c.crossed
  FROM public.count_charges(p_org, p_root, p_now, p_only_if_fits, NULL, true, p_accounts, p_teams, NULL, p_providers,
    p_models, p_charges, p_budget_at, NULL, NULL, NULL) c
$function$`;

export const COUNT_CHARGES_BEFORE_RUNS = `
CREATE OR REPLACE FUNCTION count_charges(
  p_org uuid, p_root uuid, p_now timestamptz, p_only_if_fits boolean, p_with_periods boolean,
  p_accounts uuid[], p_teams uuid[], p_providers text[], p_models text[], p_charges numeric[], p_budget_at timestamptz[])
RETURNS TABLE (periods text, budgets uuid[], starts timestamptz[], deltas numeric[], crossed boolean)
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $function$
  SELECT public.periods_before_grace(c.periods), c.budgets, c.starts, c.deltas, c.crossed
  FROM public.count_charges(p_org, p_root, p_now, p_only_if_fits, NULL, p_with_periods, p_accounts, p_teams, NULL,
    p_providers, p_models, p_charges, p_budget_at, NULL, NULL, NULL) c
$function$`;

/** The statements to run, in order. */
export const COUNT_CHARGES_SQL: readonly string[] = [BUDGET_PERIOD_JSON, COUNT_CHARGES];
