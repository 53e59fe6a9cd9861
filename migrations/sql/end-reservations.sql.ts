import { IS_HELD } from './settle-reservations.sql.js';

/**
 * end_reservations: frees what reservations hold. With p_ids it releases those; without it expires up to p_limit whose
 * time is over, but for those that somebody else has in hand, so that several processes share the work and each
 * reservation expires once. What is not HELD any more stays as it is.
 *
 * Steps and locks, in the one order of all hot functions: gate (share) -> reservations (id) -> period rows (rank, budget,
 * start). Time is the database's after the gate.
 */
export const END_RESERVATIONS = `
CREATE OR REPLACE FUNCTION end_reservations(p_org uuid, p_ids uuid[], p_limit int)
RETURNS TABLE (ended int, reservations jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
  v_cut timestamptz;
  v_now timestamptz;
  v_root uuid;
  v_ids uuid[] := p_ids;
  v_id uuid;
  v_ended uuid[] := '{}';
  v_budgets uuid[];
  v_starts timestamptz[];
  v_freed numeric[];
BEGIN
  SELECT g.last_cut_at INTO v_cut FROM public.organization_gate g WHERE g.organization_id = p_org FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the gate is not to be read' USING ERRCODE = '40001';
  END IF;
  v_now := greatest(public.tollgate_now(), v_cut + interval '1 microsecond');
  SELECT a.id INTO STRICT v_root FROM public.account a
  WHERE a.organization_id = p_org AND a.kind = 'ORGANIZATION' AND a.external_id = '';

  IF p_ids IS NOT NULL THEN
    PERFORM FROM (
      SELECT FROM public.reservation r WHERE r.organization_id = p_org AND r.id = ANY (p_ids) ORDER BY r.id FOR UPDATE) l;
  ELSE
    SELECT array_agg(l.id) INTO v_ids FROM (
      SELECT r.id FROM public.reservation r
      WHERE r.organization_id = p_org AND r.state = 'HELD' AND r.expires_at <= v_now AND r.id = ANY (ARRAY(
        SELECT c.id FROM public.reservation c
        WHERE c.organization_id = p_org AND c.state = 'HELD' AND c.expires_at <= v_now
        ORDER BY c.expires_at LIMIT p_limit))
      ORDER BY r.id FOR UPDATE SKIP LOCKED) l;
  END IF;
  FOR v_id IN
    UPDATE public.reservation r SET state = CASE WHEN p_ids IS NULL THEN 'EXPIRED' ELSE 'RELEASED' END, ended_at = v_now
    WHERE r.organization_id = p_org AND r.id = ANY (v_ids) AND ${IS_HELD}
    RETURNING r.id
  LOOP
    v_ended := array_append(v_ended, v_id);
  END LOOP;
  ended := cardinality(v_ended);

  SELECT array_agg(u.budget_id), array_agg(u.starts_at), array_agg(r.amount_pico_usd) INTO v_budgets, v_starts, v_freed
  FROM public.reservation r
  CROSS JOIN unnest(r.budget_ids, r.period_starts) AS u (budget_id, starts_at)
  WHERE r.organization_id = p_org AND r.id = ANY (v_ended) AND r.amount_pico_usd > 0;
  IF v_budgets IS NOT NULL THEN
    PERFORM FROM public.count_charges(p_org, v_root, v_now, false, NULL, false, '{}', '{}', NULL, '{}', '{}', '{}', '{}',
      v_budgets, v_starts, v_freed);
  END IF;
  IF p_ids IS NOT NULL THEN
    reservations := public.reservations_json(p_org, true, p_ids);
  END IF;
  RETURN NEXT;
END
$function$`;
