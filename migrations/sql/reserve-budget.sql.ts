import { ADMIT_ONE_BY_ONE, FIND_ROWS } from './hold-rows.sql.js';

/**
 * reserve_budget: holds money for calls before they run, and more of it for calls that run, on every budget above them:
 * all of them or none. In one round trip for many items.
 *
 * Steps and locks, in the one order of all hot functions: gate (share) -> keys -> reservations that are extended (id) ->
 * missing period rows -> period rows (rank, budget, start). Each step is a statement of its own, because under READ
 * COMMITTED only a new statement sees what committed while the last one waited. Amounts are added to the locked rows at
 * once, in one pass that also answers with what the rows are; only where some row has no room for all, the items are
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
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
  v_cut timestamptz;
  v_own_version bigint;
  v_catalogue_version bigint;
  v_root uuid;
  v_root_disabled boolean;
  v_key text;
  v_new text[] := '{}';
  v_accounts uuid[];
  v_users uuid[];
  v_teams uuid[];
  v_runs uuid[];
  v_amounts numeric[];
  -- One for each item and budget that counts it.
  v_pair_items int[];
  v_pair_rows int[];
  v_pair_budgets uuid[];
  v_pair_starts timestamptz[];
  v_pair_enforced boolean[];
  v_pair_graces timestamptz[];
  v_pair_facts text[];
  v_missing bigint;
  v_tries int := 0;
  -- One for each period row, in lock order.
  v_budgets uuid[];
  v_starts timestamptz[];
  v_totals numeric[];
  v_facts text[];
  v_enforced boolean[];
  v_budget_graces timestamptz[];
  v_rooms numeric[] := '{}';
  v_kinds text[] := '{}';
  v_graces timestamptz[] := '{}';
  v_granted numeric[];
  v_counts int[];
  v_new_graces timestamptz[];
  v_said text[];
  v_is_tight boolean := false;
  v_extended uuid[];
  v_extensions numeric[];
  v_ttls bigint[];
  v_expired boolean[];
  v_items int;
  v_has_extensions boolean := true = ANY (p_extends);
  v_row record;
  v_n int := 0;
  v_i int;
  v_k int := 1;
  v_first int;
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
  v_items := cardinality(p_keys);

  IF v_catalogue_version = p_catalogue_version AND v_own_version = p_own_version THEN
    FOR v_key IN
      INSERT INTO public.reservation_key AS k (
        organization_id, idempotency_key, key_day, content_hash, reservation_id, outcome, reason, would_deny)
      SELECT o.organization_id, t.key, t.key_day, t.hash, t.id, 'ALLOWED', CASE WHEN p_enforce THEN 'FITS' ELSE 'ENFORCEMENT_OFF' END,
        false
      FROM public.organization o
      CROSS JOIN unnest(p_keys, p_key_days, p_hashes, p_ids) AS t (key, key_day, hash, id)
      WHERE o.organization_id = p_org
      ORDER BY t.key
      ON CONFLICT (organization_id, idempotency_key, key_day) DO NOTHING
      RETURNING k.idempotency_key
    LOOP
      v_new := array_append(v_new, v_key);
    END LOOP;
  END IF;
  IF cardinality(v_new) < v_items THEN
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
    array_agg(x.is_disabled OR x.amount IS NULL ORDER BY x.n), array_agg(coalesce(x.amount, 0) ORDER BY x.n),
    array_agg(x.account ORDER BY x.n), array_agg(x.usr ORDER BY x.n), array_agg(x.team ORDER BY x.n), array_agg(x.run ORDER BY x.n)
  INTO verdicts, reasons, would_deny, v_amounts, v_accounts, v_users, v_teams, v_runs
  FROM (
    SELECT s.*, CASE WHEN s.is_old IS NOT NULL THEN s.is_old WHEN s.problem IS NOT NULL THEN s.problem
      WHEN s.is_disabled OR s.amount IS NULL AND p_enforce THEN 'DENIED' ELSE 'ALLOWED' END AS verdict
    FROM (
      SELECT t.n, t.amount, a.id AS account, run.id AS run,
        CASE WHEN t.extends THEN r.user_id WHEN a.kind = 'USER' THEN a.id END AS usr,
        CASE WHEN t.extends THEN r.team_id WHEN a.kind = 'USER' THEN a.team_id WHEN a.kind = 'TEAM' THEN a.id END AS team,
        CASE WHEN t.key = ANY (v_new) THEN NULL
          WHEN EXISTS (SELECT FROM jsonb_array_elements(existing) AS e (k) WHERE e.k ->> 'key' = t.key) THEN 'EXISTING'
          ELSE 'STALE' END AS is_old,
        CASE WHEN NOT t.extends THEN NULL WHEN r.id IS NULL THEN 'NOT_FOUND'
          WHEN r.state <> 'HELD' OR r.expires_at <= decided_at THEN 'NOT_HELD' END AS problem,
        v_root_disabled OR coalesce(a.disabled_at, team.disabled_at, run.disabled_at) IS NOT NULL AS is_disabled
      FROM unnest(p_keys, p_extends, p_ids, p_accounts, p_runs, p_amounts) WITH ORDINALITY
        AS t (key, extends, id, account, run, amount, n)
      LEFT JOIN LATERAL (
        SELECT * FROM public.reservation r
        WHERE t.extends AND r.organization_id = p_org AND r.id = t.id LIMIT 1) r ON true
      LEFT JOIN LATERAL (
        SELECT * FROM public.account a
        WHERE a.organization_id = p_org AND a.id = coalesce(r.account_id, t.account) LIMIT 1) a ON true
      LEFT JOIN LATERAL (
        SELECT * FROM public.account m
        WHERE m.organization_id = p_org AND m.id = CASE WHEN t.extends THEN r.team_id ELSE a.team_id END LIMIT 1) team ON true
      LEFT JOIN LATERAL (
        SELECT * FROM public.account m WHERE coalesce(r.run_id, t.run) IS NOT NULL AND m.organization_id = p_org AND m.kind = 'RUN'
          AND m.external_id = coalesce(r.run_id, t.run) LIMIT 1) run ON true) s) x;
  IF cardinality(verdicts) <> v_items THEN
    RAISE EXCEPTION 'an item is not to be read' USING ERRCODE = '40001';
  END IF;
  FOR v_n IN 1..v_items LOOP
    IF v_accounts[v_n] IS NULL AND NOT p_extends[v_n] THEN
      RAISE EXCEPTION 'an account is not to be read' USING ERRCODE = '40001';
    END IF;
  END LOOP;

${FIND_ROWS}
  IF v_pair_items IS NOT NULL THEN
    SELECT array_agg(x.budget_id ORDER BY x.place), array_agg(x.starts_at ORDER BY x.place), array_agg(x.total ORDER BY x.place),
      array_agg(x.enforced ORDER BY x.place), array_agg(x.grace_until ORDER BY x.place), array_agg(x.facts ORDER BY x.place)
    INTO v_budgets, v_starts, v_totals, v_enforced, v_budget_graces, v_facts
    FROM (
      SELECT t.place, t.budget_id, t.starts_at, bool_or(t.enforced) AS enforced, min(t.grace_until) AS grace_until,
        min(t.facts) AS facts, sum(v_amounts[t.n]) AS total
      FROM unnest(v_pair_items, v_pair_rows, v_pair_budgets, v_pair_starts, v_pair_enforced, v_pair_graces, v_pair_facts)
        AS t (n, place, budget_id, starts_at, enforced, grace_until, facts)
      GROUP BY t.place, t.budget_id, t.starts_at) x;
    v_n := 0;
    FOR v_row IN
      INSERT INTO public.budget_period AS bp (
        organization_id, budget_id, starts_at, ends_at, limit_pico_usd, enforcement, thresholds, rank, held_pico_usd)
      SELECT o.organization_id, d.budget_id, d.starts_at, 'infinity', 0, 'HARD', '{}', -1, d.total
      FROM public.organization o
      CROSS JOIN unnest(v_budgets, v_starts, v_totals) WITH ORDINALITY AS d (budget_id, starts_at, total, n)
      WHERE o.organization_id = p_org
      ORDER BY d.n
      ON CONFLICT (organization_id, budget_id, starts_at) DO UPDATE SET held_pico_usd = bp.held_pico_usd + excluded.held_pico_usd
      RETURNING bp.budget_id, bp.rank, bp.enforcement, bp.grace_until,
        bp.limit_pico_usd - bp.spent_pico_usd - bp.held_pico_usd AS room,
        CASE WHEN p_with_rows THEN concat(to_json(bp.starts_at), ',', to_json(bp.ends_at), ',"', bp.limit_pico_usd, '","',
          bp.spent_pico_usd, '",') END AS said,
        CASE WHEN p_with_rows THEN concat(',"', bp.enforcement, '",', bp.rank, ',', array_to_json(bp.thresholds), ',') END
          AS said_after, bp.would_deny_count,
        bp.held_pico_usd AS held
    LOOP
      v_n := v_n + 1;
      IF v_row.rank < 0 OR v_row.budget_id <> v_budgets[v_n] THEN
        RAISE EXCEPTION 'a period row was not held on' USING ERRCODE = '40001';
      END IF;
      -- Before this call.
      v_rooms[v_n] := v_row.room + v_totals[v_n];
      v_kinds[v_n] := CASE WHEN v_row.enforcement = 'HARD' AND NOT v_enforced[v_n] THEN 'SHADOW' ELSE v_row.enforcement END;
      v_graces[v_n] := coalesce(v_row.grace_until, v_budget_graces[v_n]);
      v_is_tight := v_is_tight OR v_row.room < 0 AND v_totals[v_n] > 0;
      IF p_with_rows THEN
        v_said[v_n] := concat(v_facts[v_n], v_row.said, '"', v_row.held - v_totals[v_n], '"', v_row.said_after,
          coalesce(to_json(v_graces[v_n])::text, 'null'), ',', v_row.would_deny_count, ']');
      END IF;
    END LOOP;
    IF v_n <> cardinality(v_budgets) THEN
      RAISE EXCEPTION 'a period row was not held on' USING ERRCODE = '40001';
    END IF;
  END IF;

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
  SELECT o.organization_id, t.id, t.account, t.usr, t.team, t.run, t.provider_sent, t.model_sent, t.provider, t.model,
    t.pricing, t.amount, 'HELD', coalesce(p.budget_ids, '{}'), coalesce(p.period_starts, '{}'), t.created,
    decided_at + t.ttl_ms * interval '1 ms'
  FROM public.organization o
  CROSS JOIN unnest(verdicts, p_extends, p_ids, v_accounts, v_users, v_teams, p_runs, p_providers_sent, p_models_sent,
    p_providers, p_models, p_pricings, v_amounts, p_created, p_ttls_ms) WITH ORDINALITY AS t (
    verdict, extends, id, account, usr, team, run, provider_sent, model_sent, provider, model, pricing, amount, created, ttl_ms, n)
  LEFT JOIN (
    SELECT d.n, array_agg(d.budget_id ORDER BY d.place) AS budget_ids, array_agg(d.starts_at ORDER BY d.place) AS period_starts
    FROM unnest(v_pair_items, v_pair_rows, v_pair_budgets, v_pair_starts) AS d (n, place, budget_id, starts_at)
    GROUP BY d.n) p ON p.n = t.n
  WHERE o.organization_id = p_org AND t.verdict IN ('ALLOWED', 'ALLOWED_BY_GRACE') AND NOT t.extends
  ORDER BY t.id;
  IF v_has_extensions THEN
    SELECT array_agg(d.id), array_agg(d.amount), array_agg(d.ttl_ms) INTO v_extended, v_extensions, v_ttls
    FROM (
      SELECT t.id, sum(t.amount) AS amount, max(t.ttl_ms) AS ttl_ms
      FROM unnest(verdicts, p_extends, p_ids, v_amounts, p_ttls_ms) AS t (verdict, extends, id, amount, ttl_ms)
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
    rows := array_to_string(v_said, ',');
    SELECT jsonb_agg(coalesce(p.places, '[]') ORDER BY t.n)::text INTO places
    FROM generate_series(1, v_items) AS t (n)
    LEFT JOIN (
      SELECT d.n, jsonb_agg(d.place - 1 ORDER BY d.place) AS places FROM unnest(v_pair_items, v_pair_rows) AS d (n, place)
      GROUP BY d.n) p ON p.n = t.n;
  END IF;
  RETURN NEXT;
END
$function$`;
