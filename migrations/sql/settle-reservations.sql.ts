/** The parts of record_usage that end a reservation with its call. */

/** By the other column that says so: the index of those that are HELD is for those whose time is over, and lists all. */
export const IS_HELD = 'r.ended_at IS NULL';

/**
 * A step of record_usage, which works on its variables: the first record of each reservation that is still HELD settles
 * it. What it held is handed to count_charges. Where every item names another reservation and all were HELD, the answer is
 * put together from what was just written; else it is read again.
 */
export const SETTLE = `
  IF p_with_reservations THEN
    v_named := p_reservations;
    IF NOT v_are_all_new THEN
      SELECT array_agg(CASE WHEN p_keys[n] = ANY (v_new) THEN p_reservations[n] END ORDER BY n) INTO v_named
      FROM generate_series(1, v_items) AS n;
    END IF;
    PERFORM FROM (SELECT d.id FROM unnest(v_named) AS d (id) WHERE d.id IS NOT NULL ORDER BY d.id) t
    CROSS JOIN LATERAL (
      SELECT FROM public.reservation r WHERE r.organization_id = p_org AND r.id = t.id LIMIT 1 FOR UPDATE) l;
    -- By a list of ids: a join may read all reservations of the organization for a few.
    WITH settled AS (
      UPDATE public.reservation r
      SET state = 'SETTLED', ended_at = record_usage.recorded_at, usage_key = p_keys[array_position(v_named, r.id)],
        usage_key_day = p_key_days[array_position(v_named, r.id)]
      WHERE r.organization_id = p_org AND r.id = ANY (v_named) AND ${IS_HELD}
      RETURNING r.id, r.amount_pico_usd, r.usage_key, r.usage_key_day, r.budget_ids, r.period_starts
    ), freed AS (
      SELECT u.budget_id, u.starts_at, sum(u.amount_pico_usd) AS amount
      FROM (
        SELECT unnest(s.budget_ids) AS budget_id, unnest(s.period_starts) AS starts_at, s.amount_pico_usd
        FROM settled s WHERE s.amount_pico_usd > 0) u
      GROUP BY u.budget_id, u.starts_at
    )
    SELECT s.count, s.said, s.overran, f.budgets, f.starts, f.amounts
    INTO v_settled, v_said, v_overran, v_freed_budgets, v_freed_starts, v_freed
    FROM (
      SELECT count(*), jsonb_agg(jsonb_build_object('id', s.id, 'amount_pico_usd', s.amount_pico_usd::text, 'usage_key',
          s.usage_key, 'usage_key_day', s.usage_key_day)) FILTER (WHERE NOT p_with_reservation_rows) AS said,
        bool_or(p_charges[array_position(v_named, s.id)] > s.amount_pico_usd) AS overran
      FROM settled s) s
    CROSS JOIN (
      SELECT array_agg(f.budget_id) AS budgets, array_agg(f.starts_at) AS starts, array_agg(f.amount) AS amounts
      FROM freed f) f;
    IF v_are_all_new AND v_settled = cardinality(array_remove(p_reservations, NULL)) THEN
      reservations := v_said;
    ELSE
      v_overran := true;
    END IF;
  END IF;
`;

/** Amounts as digits, so that no reader rounds them; not p_whole: what they held, and which record settled them. */
const RESERVATIONS_JSON = `
CREATE OR REPLACE FUNCTION reservations_json(p_org uuid, p_whole boolean, p_ids uuid[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $function$
BEGIN
  RETURN (
    SELECT jsonb_agg(CASE WHEN p_whole THEN to_jsonb(r) || jsonb_build_object('amount_pico_usd', r.amount_pico_usd::text)
      ELSE jsonb_build_object('id', r.id, 'amount_pico_usd', r.amount_pico_usd::text, 'usage_key', r.usage_key,
        'usage_key_day', r.usage_key_day) END)
    FROM (SELECT DISTINCT d.id FROM unnest(p_ids) AS d (id)) t
    CROSS JOIN LATERAL (
      SELECT * FROM public.reservation r WHERE r.organization_id = p_org AND r.id = t.id LIMIT 1) r);
END
$function$`;

/**
 * One alert for each reservation whose call was charged more than it held, or came when it held nothing any more. It is
 * about the RUN where that is an account below who spent, so that both hear of it, else about the account that spent.
 */
const RAISE_OVERRUN_ALERTS = `
CREATE OR REPLACE FUNCTION raise_overrun_alerts(
  p_org uuid, p_now timestamptz, p_reservations uuid[], p_keys text[], p_charges numeric[], p_new text[])
RETURNS int LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
  v_ids uuid[];
  v_charges numeric[];
  v_raised int;
  v_cursor bigint;
BEGIN
  SELECT array_agg(x.id), array_agg(x.charge) INTO v_ids, v_charges
  FROM (
    SELECT DISTINCT ON (r.id) r.id, t.charge
    FROM unnest(p_reservations, p_keys, p_charges) WITH ORDINALITY AS t (reservation, key, charge, n)
    CROSS JOIN LATERAL (
      SELECT * FROM public.reservation r WHERE r.organization_id = p_org AND r.id = t.reservation LIMIT 1) r
    WHERE t.key = ANY (p_new) AND (r.usage_key IS DISTINCT FROM t.key OR t.charge > r.amount_pico_usd)
      AND NOT EXISTS (SELECT FROM public.alert a WHERE a.organization_id = p_org
        AND a.alert_key = concat_ws(':', 'RESERVATION_OVERRUN', r.id))
    ORDER BY r.id, t.n) x;
  IF v_ids IS NULL THEN
    RETURN 0;
  END IF;
  UPDATE public.alert_feed f SET last_cursor = f.last_cursor + cardinality(v_ids)
  WHERE f.organization_id = p_org RETURNING f.last_cursor - cardinality(v_ids) INTO STRICT v_cursor;
  INSERT INTO public.alert (
    organization_id, cursor, kind, alert_key, account_id, reservation_id, held_pico_usd, charge_pico_usd, created_at)
  SELECT o.organization_id, v_cursor + t.n, 'RESERVATION_OVERRUN', concat_ws(':', 'RESERVATION_OVERRUN', r.id),
    coalesce(run.id, r.account_id), r.id, r.amount_pico_usd, t.charge, p_now
  FROM public.organization o
  CROSS JOIN unnest(v_ids, v_charges) WITH ORDINALITY AS t (id, charge, n)
  CROSS JOIN LATERAL (
    SELECT * FROM public.reservation r WHERE r.organization_id = p_org AND r.id = t.id LIMIT 1) r
  LEFT JOIN public.account run ON run.organization_id = p_org AND run.kind = 'RUN' AND run.external_id = r.run_id
    AND run.user_id = r.user_id
  WHERE o.organization_id = p_org
  ORDER BY t.n
  ON CONFLICT (organization_id, alert_key) DO NOTHING;
  GET DIAGNOSTICS v_raised = ROW_COUNT;
  RETURN v_raised;
END
$function$`;

/** The statements to run, in order. */
export const SETTLE_RESERVATIONS_SQL: readonly string[] = [RESERVATIONS_JSON, RAISE_OVERRUN_ALERTS];
