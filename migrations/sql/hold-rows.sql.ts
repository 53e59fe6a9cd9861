/** Two steps of reserve_budget. They work on its variables, and are apart because each is a thought of its own. */

/** What is said of a budget itself, where somebody asks. */
const FACTS = `CASE WHEN p_with_rows THEN
          concat('["', b.id, '","', b.account_id, '",', coalesce(to_json(b.name)::text, 'null'), ',"', b.period, '",',
            coalesce(array_to_json(b.models)::text, 'null'), ',', coalesce(to_json(b.ended_at)::text, 'null'), ',', (SELECT to_json(a.created_at) FROM public.account a
              WHERE a.organization_id = p_org AND a.id = b.account_id), ',')
        END`;

/**
 * Which period rows each item is held on, numbered in lock order: those that count it at its instant, for an extension
 * those that its reservation is held on. Missing rows are made, and then looked for once more. Budgets and rows are looked up
 * once for each account and not for each item: all items have the organization's in common.
 */
export const FIND_ROWS = `
  LOOP
    WITH pair AS MATERIALIZED (
      SELECT t.n, p.account, t.provider || '/' || t.model AS model, t.at
      FROM unnest(verdicts, p_extends, v_accounts, v_teams, v_runs, p_providers, p_models, p_created) WITH ORDINALITY
        AS t (verdict, extends, account, team, run, provider, model, at, n)
      CROSS JOIN LATERAL (SELECT DISTINCT u.account FROM unnest(ARRAY[t.run, t.account, t.team, v_root]) AS u (account)) p
      WHERE t.verdict = 'ALLOWED' AND NOT t.extends AND p.account IS NOT NULL
    ), counting AS MATERIALIZED (
      SELECT s.account, s.first, s.last, a.created_at, b.id, b.rank, b.models, b.begins_at, b.ended_at, b.grace_until, b.facts
      FROM (SELECT p.account, min(p.at) AS first, max(p.at) AS last FROM pair p GROUP BY p.account) s
      CROSS JOIN LATERAL (
        SELECT b.*, ${FACTS} AS facts FROM public.budget b
        WHERE b.organization_id = p_org AND b.account_id = s.account
          AND b.begins_at <= s.last AND (b.ended_at IS NULL OR s.first < b.ended_at)
        OFFSET 0) b
      CROSS JOIN LATERAL (
        SELECT a.created_at FROM public.account a WHERE a.organization_id = p_org AND a.id = s.account LIMIT 1) a
    ), current AS MATERIALIZED (
      SELECT c.id, bp.starts_at, bp.ends_at
      FROM counting c
      CROSS JOIN LATERAL (
        SELECT bp.starts_at, bp.ends_at FROM public.budget_period bp
        WHERE bp.organization_id = p_org AND bp.budget_id = c.id AND bp.starts_at <= c.last AND bp.ends_at > c.first
        OFFSET 0) bp
    ), found AS (
      SELECT p.n, c.rank, c.id AS budget_id, q.starts_at,
        p_enforce AND c.ended_at IS NULL AND (p_enforce_since IS NULL OR c.created_at >= p_enforce_since) AS enforced,
        c.grace_until, c.facts
      FROM pair p
      JOIN counting c ON c.account = p.account AND c.begins_at <= p.at AND (c.ended_at IS NULL OR p.at < c.ended_at)
        AND (c.models IS NULL OR p.model = ANY (c.models))
      LEFT JOIN current q ON q.id = c.id AND q.starts_at <= p.at AND p.at < q.ends_at
      UNION ALL
      SELECT t.n, b.rank, u.budget_id, u.starts_at,
        p_enforce AND b.ended_at IS NULL AND (p_enforce_since IS NULL OR a.created_at >= p_enforce_since),
        b.grace_until, ${FACTS}
      FROM unnest(verdicts, p_extends, p_ids) WITH ORDINALITY AS t (verdict, extends, id, n)
      CROSS JOIN LATERAL (
        SELECT r.budget_ids, r.period_starts FROM public.reservation r
        WHERE r.organization_id = p_org AND r.id = t.id LIMIT 1) r
      CROSS JOIN unnest(r.budget_ids, r.period_starts) AS u (budget_id, starts_at)
      CROSS JOIN LATERAL (
        SELECT * FROM public.budget b WHERE b.organization_id = p_org AND b.id = u.budget_id LIMIT 1) b
      CROSS JOIN LATERAL (
        SELECT a.created_at FROM public.account a WHERE a.organization_id = p_org AND a.id = b.account_id LIMIT 1) a
      WHERE v_has_extensions AND t.verdict = 'ALLOWED' AND t.extends
    )
    SELECT array_agg(y.n ORDER BY y.n, y.place), array_agg(y.place ORDER BY y.n, y.place),
      array_agg(y.budget_id ORDER BY y.n, y.place), array_agg(y.starts_at ORDER BY y.n, y.place),
      array_agg(y.enforced ORDER BY y.n, y.place), array_agg(y.grace_until ORDER BY y.n, y.place),
      array_agg(y.facts ORDER BY y.n, y.place), count(*) FILTER (WHERE y.starts_at IS NULL)
    INTO v_pair_items, v_pair_rows, v_pair_budgets, v_pair_starts, v_pair_enforced, v_pair_graces, v_pair_facts, v_missing
    FROM (SELECT f.*, dense_rank() OVER (ORDER BY f.rank, f.budget_id, f.starts_at) AS place FROM found f) y;
    EXIT WHEN v_missing = 0;
    v_tries := v_tries + 1;
    IF v_tries = 2 THEN
      RAISE EXCEPTION 'a period row is not to be read' USING ERRCODE = '40001';
    END IF;
    INSERT INTO public.budget_period (
      organization_id, budget_id, starts_at, ends_at, limit_pico_usd, enforcement, thresholds, grace_until, rank)
    SELECT DISTINCT o.organization_id, b.id, w.starts_at, w.ends_at, b.limit_pico_usd, b.enforcement, b.thresholds,
      b.grace_until, b.rank
    FROM public.organization o
    CROSS JOIN unnest(v_pair_items, v_pair_budgets, v_pair_starts) AS t (n, budget_id, starts_at)
    CROSS JOIN LATERAL (
      SELECT * FROM public.budget b WHERE b.organization_id = p_org AND b.id = t.budget_id LIMIT 1) b
    CROSS JOIN LATERAL public.period_bounds(b.period, b.zone, b.anchor_day, b.anchor_month, p_created[t.n]) AS w
    WHERE o.organization_id = p_org AND t.starts_at IS NULL
    ORDER BY b.id, w.starts_at
    ON CONFLICT (organization_id, budget_id, starts_at) DO NOTHING;
  END LOOP;
`;

/**
 * Some row has no room for all: each item is admitted or denied by what is left for it, in their order. What was added and
 * is not granted is taken back. What a row has no room for, while a reservation past its end still sits on it, is not decided yet.
 */
export const ADMIT_ONE_BY_ONE = `
  IF v_is_tight THEN
    v_granted := array_fill(0::numeric, ARRAY[cardinality(v_budgets)]);
    v_counts := array_fill(0, ARRAY[cardinality(v_budgets)]);
    v_new_graces := array_fill(NULL::timestamptz, ARRAY[cardinality(v_budgets)]);
    -- Rows on which a reservation past its end still sits: they decide nothing yet.
    SELECT array_agg(EXISTS (SELECT FROM public.reservation r
        WHERE r.organization_id = p_org AND r.state = 'HELD' AND r.expires_at <= decided_at AND d.budget_id = ANY (r.budget_ids)
          AND EXISTS (SELECT FROM unnest(r.budget_ids, r.period_starts) AS u (budget_id, starts_at)
            WHERE u.budget_id = d.budget_id AND u.starts_at = d.starts_at)) ORDER BY d.n)
    INTO v_expired
    FROM unnest(v_budgets, v_starts) WITH ORDINALITY AS d (budget_id, starts_at, n);
    FOR v_n IN 1..v_items LOOP
      CONTINUE WHEN verdicts[v_n] <> 'ALLOWED';
      v_first := v_k;
      v_over := false;
      v_would := would_deny[v_n];
      v_refusing := NULL;
      v_is_grace := false;
      WHILE v_pair_items[v_k] = v_n LOOP
        v_i := v_pair_rows[v_k];
        IF v_amounts[v_n] > 0 AND v_amounts[v_n] > v_rooms[v_i] - v_granted[v_i] THEN
          v_over := true;
          IF v_expired[v_i] THEN
            verdicts[v_n] := 'RETRY';
          END IF;
          v_would := v_would OR v_kinds[v_i] <> 'SOFT';
          IF v_kinds[v_i] = 'HARD' THEN
            IF coalesce(v_graces[v_i], v_new_graces[v_i]) > decided_at
              OR v_graces[v_i] IS NULL AND p_grace_ms > 0 THEN
              v_is_grace := true;
            ELSE
              v_refusing := coalesce(v_refusing, v_i);
            END IF;
          END IF;
        END IF;
        v_k := v_k + 1;
      END LOOP;
      CONTINUE WHEN verdicts[v_n] = 'RETRY';
      would_deny[v_n] := v_would;
      IF v_over AND reasons[v_n] = 'FITS' THEN
        reasons[v_n] := 'OVER_LIMIT';
      END IF;
      IF v_refusing IS NOT NULL THEN
        verdicts[v_n] := 'DENIED';
        CONTINUE;
      END IF;
      IF v_is_grace THEN
        verdicts[v_n] := 'ALLOWED_BY_GRACE';
      END IF;
      FOR v_k IN v_first..v_k - 1 LOOP
        v_i := v_pair_rows[v_k];
        IF v_amounts[v_n] > 0 AND v_amounts[v_n] > v_rooms[v_i] - v_granted[v_i] THEN
          IF v_kinds[v_i] = 'SHADOW' THEN
            v_counts[v_i] := v_counts[v_i] + 1;
          ELSIF v_kinds[v_i] = 'HARD' AND v_graces[v_i] IS NULL THEN
            v_new_graces[v_i] := decided_at + p_grace_ms * interval '1 ms';
          END IF;
        END IF;
        v_granted[v_i] := v_granted[v_i] + v_amounts[v_n];
      END LOOP;
    END LOOP;

    UPDATE public.budget_period bp SET held_pico_usd = bp.held_pico_usd - d.total + d.granted,
      would_deny_count = bp.would_deny_count + d.counted, grace_until = coalesce(bp.grace_until, d.grace)
    FROM unnest(v_budgets, v_starts, v_totals, v_granted, v_counts, v_new_graces) AS d (budget_id, starts_at, total, granted, counted, grace)
    WHERE bp.organization_id = p_org AND bp.budget_id = d.budget_id AND bp.starts_at = d.starts_at
      AND (d.total <> d.granted OR d.counted > 0 OR d.grace IS NOT NULL);
    UPDATE public.budget b SET grace_until = d.grace
    FROM unnest(v_budgets, v_new_graces) AS d (budget_id, grace)
    WHERE b.organization_id = p_org AND b.id = d.budget_id AND b.grace_until IS NULL AND d.grace IS NOT NULL;
  END IF;
`;
