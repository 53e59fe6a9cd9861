import { ADMIT_ONE_BY_ONE, HOLD_ROWS, LOOK_AT_ROWS } from './hold-rows.sql.js';

/**
 * reserve_budget: holds money for calls before they run, and more of it for calls that run, on every budget above them:
 * all of them or none. In one round trip for many items.
 *
 * Steps and locks, in the one order of all hot functions: gate (share) -> keys -> reservations that are extended (id) ->
 * missing period rows -> period rows (rank, budget, start). Each step is a statement of its own, because under READ
 * COMMITTED only a new statement sees what committed while the last one waited. Amounts are added to the rows as they are
 * locked, in one pass that also tells whether each has room; only where some row has no room for all, the items are
 * admitted one by one, in their order, and what was not granted is taken back, under the same locks. Nobody else sees the
 * rows between the two.
 *
 * Verdicts: ALLOWED and ALLOWED_BY_GRACE took effect. DENIED, RETRY (denied by a row on which a reservation past its end
 * still sits: expire that one first), NOT_FOUND and NOT_HELD (extensions) had none, and their keys are free. EXISTING: the
 * key has taken effect before, see `existing`. STALE: prices changed since the caller read them, nothing was done.
 *
 * HARD refuses where p_enforce is set and the budget's account is not older than p_enforce_since (null: all are younger);
 * else it acts as SHADOW. Its first refusal, once in its life, starts its grace of p_grace_ms instead, where that is more
 * than nothing.
 *
 * An item whose p_amounts is null has no price. p_ids: of the new reservation, or of the one that is extended. `rows` and
 * `places`, only where p_with_rows asks for them: the period rows as they were before this call, and for each item the
 * numbers of its rows, both as JSON.
 */
export const RESERVE_BUDGET = `
CREATE OR REPLACE FUNCTION reserve_budget(
  p_org uuid, p_catalogue_version bigint, p_own_version bigint, p_enforce boolean, p_enforce_since timestamptz,
  p_grace_ms bigint, p_with_rows boolean,
  p_keys text[], p_key_days date[], p_hashes bytea[], p_extends boolean[], p_ids uuid[], p_accounts uuid[], p_runs text[],
  p_providers_sent text[], p_models_sent text[], p_providers text[], p_models text[], p_pricings uuid[],
  p_amounts numeric[], p_created timestamptz[], p_ttls_ms bigint[])
RETURNS TABLE (verdicts text[], reasons text[], would_deny boolean[], existing jsonb, reservations jsonb, rows text,
  places text, decided_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
  v_cut timestamptz;
  v_own_version bigint;
  v_catalogue_version bigint;
  v_root uuid;
  v_root_disabled boolean;
  v_items int := cardinality(p_keys);
  v_has_extensions boolean := true = ANY (p_extends);
  v_new text[] := '{}';
  v_are_all_new boolean;
  v_users uuid[];
  v_teams uuid[];
  v_runs uuid[];
  -- One for each item and row that it is held on, by item and in lock order.
  v_pair_items int[];
  v_pair_ranks int[];
  v_pair_budgets uuid[];
  v_pair_starts timestamptz[];
  v_pair_rows int[];
  v_is_exact boolean := false;
  v_is_split boolean;
  v_is_missing boolean;
  v_tries int := 0;
  v_lost bigint;
  v_is_tight boolean := false;
  v_row record;
  -- One for each period row, in lock order.
  v_budgets uuid[];
  v_starts timestamptz[];
  v_totals numeric[];
  -- Only where the rows are looked at.
  v_rooms numeric[];
  v_kinds text[];
  v_graces timestamptz[];
  v_granted numeric[];
  v_counts int[];
  v_new_graces timestamptz[];
  v_expired boolean[];
  v_extended uuid[];
  v_extensions numeric[];
  v_ttls bigint[];
  v_n int;
  v_i int;
  v_k int := 1;
  v_first int;
  v_amount numeric;
  v_over boolean;
  v_refusing int;
  v_is_grace boolean;
  v_would boolean;
BEGIN
  SELECT g.last_cut_at, g.price_version INTO v_cut, v_own_version
  FROM public.organization_gate g WHERE g.organization_id = p_org FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the gate is not to be read' USING ERRCODE = '40001';
  END IF;
  decided_at := greatest(public.tollgate_now(), v_cut + interval '1 microsecond');
  SELECT v.version, a.id, a.disabled_at IS NOT NULL INTO v_catalogue_version, v_root, v_root_disabled
  FROM public.account a
  CROSS JOIN public.catalog_version v
  WHERE a.organization_id = p_org AND a.kind = 'ORGANIZATION' AND a.external_id = ''
    AND v.organization_id = '00000000-0000-0000-0000-000000000000';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the organization is not to be read' USING ERRCODE = '40001';
  END IF;

  IF v_catalogue_version = p_catalogue_version AND v_own_version = p_own_version THEN
    FOR v_row IN
      INSERT INTO public.reservation_key AS k (
        organization_id, idempotency_key, key_day, content_hash, reservation_id, outcome, reason, would_deny)
      SELECT o.organization_id, p_keys[n], p_key_days[n], p_hashes[n], p_ids[n], 'ALLOWED',
        CASE WHEN p_enforce THEN 'FITS' ELSE 'ENFORCEMENT_OFF' END, false
      FROM public.organization o
      CROSS JOIN generate_series(1, v_items) AS n
      WHERE o.organization_id = p_org
      ORDER BY p_keys[n]
      ON CONFLICT (organization_id, idempotency_key, key_day) DO NOTHING
      RETURNING k.idempotency_key
    LOOP
      v_new := array_append(v_new, v_row.idempotency_key);
    END LOOP;
  END IF;
  v_are_all_new := cardinality(v_new) = v_items;
  IF NOT v_are_all_new THEN
    SELECT jsonb_agg(jsonb_build_object('key', k.idempotency_key, 'contentHash', encode(k.content_hash, 'hex'),
      'reservationId', k.reservation_id, 'outcome', k.outcome, 'reason', k.reason, 'wouldDeny', k.would_deny))
    INTO existing
    FROM unnest(p_keys, p_key_days) AS t (key, key_day)
    CROSS JOIN LATERAL (
      SELECT * FROM public.reservation_key k
      WHERE k.organization_id = p_org AND k.idempotency_key = t.key AND k.key_day = t.key_day LIMIT 1) k
    WHERE t.key <> ALL (v_new);
    IF v_catalogue_version = p_catalogue_version AND v_own_version = p_own_version
      AND coalesce(jsonb_array_length(existing), 0) <> v_items - cardinality(v_new) THEN
      RAISE EXCEPTION 'a stored key is not to be read' USING ERRCODE = '40001';
    END IF;
  END IF;
  IF v_has_extensions THEN
    PERFORM FROM (
      SELECT FROM public.reservation r
      WHERE r.organization_id = p_org AND r.id = ANY (ARRAY(
        SELECT t.id FROM unnest(p_keys, p_extends, p_ids) AS t (key, extends, id) WHERE t.extends AND t.key = ANY (v_new)))
      ORDER BY r.id FOR UPDATE) l;
  END IF;

  SELECT array_agg(x.verdict ORDER BY x.n), array_agg(CASE WHEN x.verdict = 'ALLOWED' AND NOT p_enforce THEN 'ENFORCEMENT_OFF'
      WHEN x.is_disabled THEN 'ACCOUNT_DISABLED' WHEN x.amount IS NULL THEN 'MODEL_NOT_PRICED' ELSE 'FITS' END ORDER BY x.n),
    array_agg(x.is_disabled OR x.amount IS NULL ORDER BY x.n),
    array_agg(x.usr ORDER BY x.n), array_agg(x.team ORDER BY x.n), array_agg(x.run ORDER BY x.n),
    count(*) FILTER (WHERE x.account IS NULL AND NOT p_extends[x.n])
  INTO verdicts, reasons, would_deny, v_users, v_teams, v_runs, v_lost
  FROM (
    SELECT s.*, CASE WHEN s.is_old IS NOT NULL THEN s.is_old WHEN s.problem IS NOT NULL THEN s.problem
      WHEN s.is_disabled OR s.amount IS NULL AND p_enforce THEN 'DENIED' ELSE 'ALLOWED' END AS verdict
    FROM (
      SELECT n, p_amounts[n] AS amount, a.id AS account, run.id AS run,
        CASE WHEN p_extends[n] THEN r.user_id WHEN a.kind = 'USER' THEN a.id END AS usr,
        CASE WHEN p_extends[n] THEN r.team_id WHEN a.kind = 'USER' THEN a.team_id WHEN a.kind = 'TEAM' THEN a.id END AS team,
        CASE WHEN v_are_all_new OR p_keys[n] = ANY (v_new) THEN NULL
          WHEN EXISTS (SELECT FROM jsonb_array_elements(existing) AS e (k) WHERE e.k ->> 'key' = p_keys[n]) THEN 'EXISTING'
          ELSE 'STALE' END AS is_old,
        CASE WHEN NOT p_extends[n] THEN NULL WHEN r.id IS NULL THEN 'NOT_FOUND'
          WHEN r.state <> 'HELD' OR r.expires_at <= decided_at THEN 'NOT_HELD' END AS problem,
        v_root_disabled OR coalesce(a.disabled_at, team.disabled_at, run.disabled_at) IS NOT NULL AS is_disabled
      FROM generate_series(1, v_items) AS n
      LEFT JOIN LATERAL (
        SELECT * FROM public.reservation r
        WHERE p_extends[n] AND r.organization_id = p_org AND r.id = p_ids[n] LIMIT 1) r ON true
      LEFT JOIN LATERAL (
        SELECT * FROM public.account a
        WHERE a.organization_id = p_org AND a.id = coalesce(r.account_id, p_accounts[n]) LIMIT 1) a ON true
      LEFT JOIN LATERAL (
        SELECT * FROM public.account m
        WHERE m.organization_id = p_org AND m.id = CASE WHEN p_extends[n] THEN r.team_id ELSE a.team_id END LIMIT 1) team ON true
      LEFT JOIN LATERAL (
        SELECT * FROM public.account m WHERE coalesce(r.run_id, p_runs[n]) IS NOT NULL AND m.organization_id = p_org
          AND m.kind = 'RUN' AND m.external_id = coalesce(r.run_id, p_runs[n]) LIMIT 1) run ON true) s) x;
  IF v_lost > 0 THEN
    RAISE EXCEPTION 'an account is not to be read' USING ERRCODE = '40001';
  END IF;

${HOLD_ROWS}
${LOOK_AT_ROWS}
${ADMIT_ONE_BY_ONE}
  IF verdicts && ARRAY['DENIED', 'RETRY', 'NOT_FOUND', 'NOT_HELD'] THEN
    DELETE FROM public.reservation_key k
    WHERE k.organization_id = p_org AND k.idempotency_key = ANY (ARRAY(
        SELECT t.key FROM unnest(p_keys, verdicts) AS t (key, verdict)
        WHERE t.verdict IN ('DENIED', 'RETRY', 'NOT_FOUND', 'NOT_HELD')))
      AND k.key_day = p_key_days[array_position(p_keys, k.idempotency_key)];
  END IF;
  IF 'ALLOWED_BY_GRACE' = ANY (verdicts) OR true = ANY (would_deny) OR 'OVER_LIMIT' = ANY (reasons) THEN
    UPDATE public.reservation_key k SET outcome = verdicts[array_position(p_keys, k.idempotency_key)],
      reason = reasons[array_position(p_keys, k.idempotency_key)],
      would_deny = reserve_budget.would_deny[array_position(p_keys, k.idempotency_key)]
    WHERE k.organization_id = p_org AND k.idempotency_key = ANY (ARRAY(
        SELECT t.key FROM unnest(p_keys, verdicts) AS t (key, verdict) WHERE t.verdict IN ('ALLOWED', 'ALLOWED_BY_GRACE')))
      AND k.key_day = p_key_days[array_position(p_keys, k.idempotency_key)];
  END IF;

  INSERT INTO public.reservation (
    organization_id, id, account_id, user_id, team_id, run_id, provider_sent, model_sent, provider, model, pricing_id,
    amount_pico_usd, state, budget_ids, period_starts, created_at, expires_at)
  SELECT o.organization_id, p_ids[n], p_accounts[n], v_users[n], v_teams[n], p_runs[n], p_providers_sent[n],
    p_models_sent[n], p_providers[n], p_models[n], p_pricings[n], coalesce(p_amounts[n], 0), 'HELD', coalesce(p.budget_ids, '{}'),
    coalesce(p.period_starts, '{}'), p_created[n], decided_at + p_ttls_ms[n] * interval '1 ms'
  FROM public.organization o
  CROSS JOIN generate_series(1, v_items) AS n
  LEFT JOIN (
    SELECT d.item, array_agg(d.budget_id ORDER BY d.place) AS budget_ids, array_agg(d.starts_at ORDER BY d.place) AS period_starts
    FROM unnest(v_pair_items, v_pair_budgets, v_pair_starts) WITH ORDINALITY AS d (item, budget_id, starts_at, place)
    GROUP BY d.item) p ON p.item = n
  WHERE o.organization_id = p_org AND verdicts[n] IN ('ALLOWED', 'ALLOWED_BY_GRACE') AND NOT p_extends[n]
  ORDER BY p_ids[n];
  IF v_has_extensions THEN
    SELECT array_agg(d.id), array_agg(d.amount), array_agg(d.ttl_ms) INTO v_extended, v_extensions, v_ttls
    FROM (
      SELECT t.id, sum(coalesce(t.amount, 0)) AS amount, max(t.ttl_ms) AS ttl_ms
      FROM unnest(verdicts, p_extends, p_ids, p_amounts, p_ttls_ms) AS t (verdict, extends, id, amount, ttl_ms)
      WHERE t.extends AND t.verdict IN ('ALLOWED', 'ALLOWED_BY_GRACE')
      GROUP BY t.id) d;
    UPDATE public.reservation r SET amount_pico_usd = r.amount_pico_usd + v_extensions[array_position(v_extended, r.id)],
      expires_at = greatest(r.expires_at, decided_at + v_ttls[array_position(v_extended, r.id)] * interval '1 ms')
    WHERE r.organization_id = p_org AND r.id = ANY (v_extended);
  END IF;
  IF existing IS NOT NULL OR v_has_extensions THEN
    reservations := public.reservations_json(p_org, true, p_ids || ARRAY(
      SELECT (e.k ->> 'reservationId')::uuid FROM jsonb_array_elements(existing) AS e (k)));
  END IF;
  IF p_with_rows THEN
    SELECT jsonb_agg(coalesce(p.places, '[]') ORDER BY t.n)::text INTO places
    FROM generate_series(1, v_items) AS t (n)
    LEFT JOIN (
      SELECT d.n, jsonb_agg(d.place - 1 ORDER BY d.place) AS places FROM unnest(v_pair_items, v_pair_rows) AS d (n, place)
      GROUP BY d.n) p ON p.n = t.n;
  END IF;
  RETURN NEXT;
END
$function$`;
