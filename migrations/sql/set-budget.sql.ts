import { budgetValues, changedValues } from './audit.sql.js';

/**
 * set_budget and delete_budget change which records count where, so they take the organization's gate for themselves:
 * while they work no record of it is written and nothing is held or freed, and every later call sees what they left. Locks
 * in the one order: gate -> budget -> reservations (id) -> period rows (start) -> alert feed -> head of the audit trail.
 */

/** Who did it: what the audit trail says of it. */
const NIL = '00000000-0000-0000-0000-000000000000';
const ACTOR = 'p_actor_kind text, p_actor uuid, p_request text, p_cause text';

/**
 * What the records of an account and below, with `budget_at` in [p_from, p_to), count for on a budget. A run's records
 * are those that name it, whoever spent. A team's are those with the team frozen on them, found through every user that
 * it ever had. Nothing is charged more than five
 * minutes before its time, so the date of writing, which has an index that costs nothing, bounds the search over a whole
 * organization; the day is for clocks that were set back.
 */
const SUM_CHARGES = `
CREATE OR REPLACE FUNCTION sum_charges(
  p_org uuid, p_account uuid, p_rank smallint, p_models text[], p_from timestamptz, p_to timestamptz)
RETURNS numeric LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  v_accounts uuid[] := ARRAY[p_account];
  v_sum numeric;
BEGIN
  IF p_rank = 3 THEN
    SELECT sum(u.charge_pico_usd) INTO v_sum FROM public.usage_record u
    WHERE u.organization_id = p_org AND u.recorded_at >= p_from - interval '1 day'
      AND u.budget_at >= p_from AND u.budget_at < p_to
      AND (p_models IS NULL OR u.provider || '/' || u.model = ANY (p_models));
    RETURN coalesce(v_sum, 0);
  END IF;
  IF p_rank = 0 THEN
    SELECT sum(u.charge_pico_usd) INTO v_sum FROM public.usage_record u
    WHERE u.organization_id = p_org
      AND u.run_id = (SELECT a.external_id FROM public.account a WHERE a.organization_id = p_org AND a.id = p_account)
      AND u.budget_at >= p_from AND u.budget_at < p_to
      AND (p_models IS NULL OR u.provider || '/' || u.model = ANY (p_models));
    RETURN coalesce(v_sum, 0);
  END IF;
  IF p_rank = 2 THEN
    v_accounts := p_account || ARRAY(SELECT t.account_id FROM public.account_team t
      WHERE t.organization_id = p_org AND t.team_id = p_account);
  END IF;
  SELECT sum(u.charge_pico_usd) INTO v_sum FROM public.usage_record u
  WHERE u.organization_id = p_org AND u.account_id = ANY (v_accounts) AND (p_rank <> 2 OR u.team_id = p_account)
    AND u.budget_at >= p_from AND u.budget_at < p_to
    AND (p_models IS NULL OR u.provider || '/' || u.model = ANY (p_models));
  RETURN coalesce(v_sum, 0);
END
$function$`;

/**
 * Locks the open reservations of an account and below that were made from p_from on, of listed models where the budget
 * lists some, and answers with them in the order of their ids. Their states stand still: who ends one takes the gate.
 */
const LOCK_HELD = `
CREATE OR REPLACE FUNCTION lock_held(
  p_org uuid, p_account uuid, p_rank smallint, p_models text[], p_from timestamptz)
RETURNS TABLE (id uuid, amount_pico_usd numeric, created_at timestamptz)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  v_run text;
BEGIN
  IF p_rank = 0 THEN
    SELECT a.external_id INTO STRICT v_run FROM public.account a WHERE a.organization_id = p_org AND a.id = p_account;
  END IF;
  RETURN QUERY
  SELECT r.id, r.amount_pico_usd, r.created_at
  FROM public.reservation r
  WHERE r.organization_id = p_org AND r.state = 'HELD' AND r.created_at >= p_from
    AND CASE p_rank WHEN 0 THEN r.run_id = v_run WHEN 1 THEN r.user_id = p_account WHEN 2 THEN r.team_id = p_account
      ELSE true END
    AND (p_models IS NULL OR r.provider || '/' || r.model = ANY (p_models))
  ORDER BY r.id FOR UPDATE;
END
$function$`;

/** A budget as JSON, amounts as text so that no digit is lost. */
const BUDGET_JSON = `to_jsonb(b) || jsonb_build_object('limit_pico_usd', b.limit_pico_usd::text)`;

/**
 * Identity is (account, period, models) among budgets not ended; the same again changes the rest, on the budget and on
 * each period row that has not ended. A limit or threshold that is reached now and was not before raises its alert at
 * once. A new budget starts with what its current period has spent already and with what open reservations hold in it; a
 * record may be up to five minutes ahead, so the period after that may have spent something too. Those reservations keep
 * the new row with their others, so that whatever ends one frees it there too.
 *
 * anchor_differs: nothing was changed, because the budget has another anchor, which is fixed when it is made.
 */
const SET_BUDGET = `
CREATE OR REPLACE FUNCTION set_budget(
  p_org uuid, p_id uuid, p_account uuid, p_period text, p_models text[], p_models_key text, p_limit numeric,
  p_enforcement text, p_thresholds int[], p_anchor_day int, p_anchor_month int, p_keep_name boolean, p_name text,
  p_now timestamptz, ${ACTOR})
RETURNS TABLE (budget jsonb, anchor_differs boolean, alert_count int)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $function$
DECLARE
  v_zone text;
  v_rank smallint;
  v_old public.budget;
  v_id uuid := p_id;
  v_from timestamptz;
  v_to timestamptz;
  v_begins timestamptz;
  v_starts timestamptz[] := '{}';
  v_spent numeric[] := '{}';
  v_changed bigint;
  v_held_ids uuid[];
  v_held_amounts numeric[];
  v_held_at timestamptz[];
  v_row_ids uuid[];
  v_row_held numeric;
  v_new public.budget;
  v_before jsonb;
  v_after jsonb;
BEGIN
  PERFORM FROM public.organization_gate g WHERE g.organization_id = p_org FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the gate is not to be read' USING ERRCODE = '40001';
  END IF;
  SELECT o.zone, CASE a.kind WHEN 'RUN' THEN 0 WHEN 'USER' THEN 1 WHEN 'TEAM' THEN 2 ELSE 3 END INTO v_zone, v_rank
  FROM public.organization o
  JOIN public.account a ON a.organization_id = o.organization_id AND a.id = p_account
  WHERE o.organization_id = p_org;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the account is not to be read' USING ERRCODE = '40001';
  END IF;
  anchor_differs := false;
  alert_count := 0;

  SELECT * INTO v_old FROM public.budget b
  WHERE b.organization_id = p_org AND b.account_id = p_account AND b.period = p_period AND b.models_key = p_models_key
    AND b.ended_at IS NULL;
  IF FOUND THEN
    v_id := v_old.id;
    IF p_anchor_day <> coalesce(v_old.anchor_day, 1) OR p_anchor_month <> coalesce(v_old.anchor_month, 1) THEN
      anchor_differs := true;
      RETURN NEXT;
      RETURN;
    END IF;
    UPDATE public.budget b SET limit_pico_usd = p_limit, enforcement = p_enforcement, thresholds = p_thresholds,
      name = CASE WHEN p_keep_name THEN b.name ELSE p_name END
    WHERE b.organization_id = p_org AND b.id = v_id;
    SELECT coalesce(array_agg(l.starts_at), '{}'), coalesce(array_agg(0::numeric), '{}') INTO v_starts, v_spent
    FROM (
      SELECT bp.starts_at FROM public.budget_period bp
      WHERE bp.organization_id = p_org AND bp.budget_id = v_id AND bp.ends_at > p_now
      ORDER BY bp.starts_at FOR UPDATE) l;
    UPDATE public.budget_period bp
    SET limit_pico_usd = p_limit, enforcement = p_enforcement, thresholds = p_thresholds
    WHERE bp.organization_id = p_org AND bp.budget_id = v_id AND bp.starts_at = ANY (v_starts);
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    IF v_changed <> cardinality(v_starts) THEN
      RAISE EXCEPTION 'a locked period row was not changed' USING ERRCODE = '40001';
    END IF;
  ELSE
    SELECT w.starts_at, w.ends_at INTO STRICT v_from, v_to
    FROM public.period_bounds(p_period, v_zone, p_anchor_day, p_anchor_month, p_now) AS w;
    v_begins := v_from;
    INSERT INTO public.budget (
      organization_id, id, account_id, rank, period, models, models_key, name, limit_pico_usd, enforcement, thresholds,
      anchor_day, anchor_month, zone, begins_at, created_at)
    VALUES (p_org, v_id, p_account, v_rank, p_period, p_models, p_models_key, p_name, p_limit, p_enforcement, p_thresholds,
      p_anchor_day, p_anchor_month, v_zone, v_begins, p_now);
    SELECT array_agg(l.id), array_agg(l.amount_pico_usd), array_agg(l.created_at)
    INTO v_held_ids, v_held_amounts, v_held_at
    FROM public.lock_held(p_org, p_account, v_rank, p_models, v_from) AS l;
    LOOP
      SELECT coalesce(array_agg(h.id), '{}'), coalesce(sum(h.amount), 0) INTO v_row_ids, v_row_held
      FROM unnest(v_held_ids, v_held_amounts, v_held_at) AS h (id, amount, created_at)
      WHERE h.created_at >= v_from AND h.created_at < v_to;
      v_starts := array_append(v_starts, v_from);
      v_spent := array_append(v_spent, public.sum_charges(p_org, p_account, v_rank, p_models, v_from, v_to));
      INSERT INTO public.budget_period (
        organization_id, budget_id, starts_at, ends_at, limit_pico_usd, spent_pico_usd, held_pico_usd, enforcement,
        thresholds, rank)
      VALUES (p_org, v_id, v_from, v_to, p_limit, v_spent[cardinality(v_spent)], v_row_held, p_enforcement, p_thresholds,
        v_rank);
      UPDATE public.reservation r SET budget_ids = r.budget_ids || v_id, period_starts = r.period_starts || v_from
      WHERE r.organization_id = p_org AND r.id = ANY (v_row_ids);
      GET DIAGNOSTICS v_changed = ROW_COUNT;
      IF v_changed <> cardinality(v_row_ids) THEN
        RAISE EXCEPTION 'a locked reservation was not changed' USING ERRCODE = '40001';
      END IF;
      EXIT WHEN v_to > p_now + interval '10 minutes';
      SELECT w.starts_at, w.ends_at INTO STRICT v_from, v_to
      FROM public.period_bounds(p_period, v_zone, p_anchor_day, p_anchor_month, v_to) AS w;
    END LOOP;
  END IF;

  alert_count := public.raise_budget_alerts(p_org, array_fill(v_id, ARRAY[cardinality(v_starts)]), v_starts, v_spent, p_now,
    v_old.limit_pico_usd, v_old.thresholds);
  SELECT * INTO STRICT v_new FROM public.budget b WHERE b.organization_id = p_org AND b.id = v_id;
  SELECT ${BUDGET_JSON} INTO STRICT budget FROM public.budget b WHERE b.organization_id = p_org AND b.id = v_id;
  v_after := ${budgetValues('v_new')};
  IF v_old.id IS NOT NULL THEN
    v_before := ${budgetValues('v_old')};
    v_after := ${changedValues('v_after', 'v_before')};
    v_before := (SELECT jsonb_object_agg(c.key, v_before -> c.key) FROM jsonb_object_keys(v_after) AS c (key));
  END IF;
  IF v_after <> '{}' THEN
    PERFORM public.append_audit(p_org, p_now, p_actor_kind, p_actor, p_request, p_cause,
      jsonb_build_array(jsonb_build_object('table', 'budget', 'key', v_id, 'before', v_before, 'after', v_after)));
  END IF;
  RETURN NEXT;
END
$function$`;

/** For servers of the version before, which do not say who it is. */
const SET_BUDGET_BEFORE_AUDIT = `
CREATE OR REPLACE FUNCTION set_budget(
  p_org uuid, p_id uuid, p_account uuid, p_period text, p_models text[], p_models_key text, p_limit numeric,
  p_enforcement text, p_thresholds int[], p_anchor_day int, p_anchor_month int, p_keep_name boolean, p_name text,
  p_now timestamptz)
RETURNS TABLE (budget jsonb, anchor_differs boolean, alert_count int)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
  SELECT * FROM public.set_budget(p_org, p_id, p_account, p_period, p_models, p_models_key, p_limit, p_enforcement,
    p_thresholds, p_anchor_day, p_anchor_month, p_keep_name, p_name, p_now, 'UNKNOWN', '${NIL}', NULL, 'setBudget')
$function$`;

/**
 * Stores when a budget ended and answers with it; with no row where there is none. It counts nothing from that instant
 * on, so what was counted ahead of it is taken back. Its rows stay, and open reservations end on them. Again changes
 * nothing.
 */
const DELETE_BUDGET = `
CREATE OR REPLACE FUNCTION delete_budget(p_org uuid, p_id uuid, p_now timestamptz, ${ACTOR}) RETURNS TABLE (budget jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $function$
DECLARE
  v_new boolean;
BEGIN
  PERFORM FROM public.organization_gate g WHERE g.organization_id = p_org FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the gate is not to be read' USING ERRCODE = '40001';
  END IF;
  UPDATE public.budget b SET ended_at = p_now
  WHERE b.organization_id = p_org AND b.id = p_id AND b.ended_at IS NULL;
  v_new := FOUND;
  IF v_new THEN
    PERFORM FROM public.budget_period bp
    WHERE bp.organization_id = p_org AND bp.budget_id = p_id AND bp.ends_at > p_now
    ORDER BY bp.starts_at FOR UPDATE;
    UPDATE public.budget_period bp SET spent_pico_usd = bp.spent_pico_usd
      - public.sum_charges(p_org, b.account_id, b.rank, b.models, greatest(bp.starts_at, p_now), bp.ends_at)
    FROM public.budget b
    WHERE b.organization_id = p_org AND b.id = p_id
      AND bp.organization_id = p_org AND bp.budget_id = b.id AND bp.ends_at > p_now;
    PERFORM public.append_audit(p_org, p_now, p_actor_kind, p_actor, p_request, p_cause,
      jsonb_build_array(jsonb_build_object('table', 'budget', 'key', p_id, 'before', jsonb_build_object('endedAt', NULL),
        'after', jsonb_build_object('endedAt', p_now))));
  END IF;
  RETURN QUERY SELECT ${BUDGET_JSON} FROM public.budget b WHERE b.organization_id = p_org AND b.id = p_id;
END
$function$`;

const DELETE_BUDGET_BEFORE_AUDIT = `
CREATE OR REPLACE FUNCTION delete_budget(p_org uuid, p_id uuid, p_now timestamptz) RETURNS TABLE (budget jsonb)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
  SELECT * FROM public.delete_budget(p_org, p_id, p_now, 'UNKNOWN', '${NIL}', NULL, 'deleteBudget')
$function$`;

/** The statements to run, in order. */
export const SET_BUDGET_SQL: readonly string[] = [
  SUM_CHARGES,
  LOCK_HELD,
  SET_BUDGET,
  SET_BUDGET_BEFORE_AUDIT,
  DELETE_BUDGET,
  DELETE_BUDGET_BEFORE_AUDIT,
];
