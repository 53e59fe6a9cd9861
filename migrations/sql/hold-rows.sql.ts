/** Steps of reserve_budget. They work on its variables, and are apart because each is a thought of its own. */

/**
 * Finds the period rows that each item is held on (those that count it at its instant, for an extension those that its
 * reservation is held on), and adds to them as they are locked. Missing rows are made, and then looked
 * for once more. Budgets and rows are looked up once for each account and not for each item: all items have the
 * organization's in common. Where a budget or a period ends between the first and the last item of an account, they are
 * looked up for each instant (v_is_exact).
 */
export const HOLD_ROWS = `
  LOOP
    WITH pair AS MATERIALIZED (
      SELECT s.n, s.account, s.model, s.at, CASE WHEN v_is_exact THEN s.at ELSE '-infinity' END AS instant
      FROM (
        SELECT n, unnest(ARRAY[v_runs[n], nullif(p_accounts[n], v_root),
            CASE WHEN v_teams[n] <> p_accounts[n] THEN v_teams[n] END, v_root]) AS account,
          p_providers[n] || '/' || p_models[n] AS model, p_created[n] AS at
        FROM generate_series(1, v_items) AS n
        WHERE verdicts[n] = 'ALLOWED' AND NOT p_extends[n]) s
      WHERE s.account IS NOT NULL
    ), counting AS MATERIALIZED (
      SELECT s.account, s.instant, b.id, b.rank, b.models, q.starts_at,
        b.begins_at > s.first OR b.ended_at <= s.last OR q.ends_at <= s.last AS is_split
      FROM (
        SELECT p.account, p.instant, min(p.at) AS first, max(p.at) AS last FROM pair p GROUP BY p.account, p.instant) s
      CROSS JOIN LATERAL (
        SELECT b.id, b.rank, b.models, b.begins_at, b.ended_at FROM public.budget b
        WHERE b.organization_id = p_org AND b.account_id = s.account
          AND b.begins_at <= s.last AND (b.ended_at IS NULL OR s.first < b.ended_at)
        OFFSET 0) b
      LEFT JOIN LATERAL (
        SELECT bp.starts_at, bp.ends_at FROM public.budget_period bp
        WHERE bp.organization_id = p_org AND bp.budget_id = b.id AND bp.starts_at <= s.first AND s.first < bp.ends_at
        ORDER BY bp.starts_at DESC LIMIT 1) q ON true
    ), found AS MATERIALIZED (
      SELECT p.n, c.rank, c.id AS budget_id, c.starts_at, c.is_split
      FROM pair p
      JOIN counting c ON c.account = p.account AND c.instant = p.instant AND (c.models IS NULL OR p.model = ANY (c.models))
      UNION ALL
      SELECT n, b.rank, u.budget_id, u.starts_at, false
      FROM generate_series(1, v_items) AS n
      CROSS JOIN LATERAL (
        SELECT r.budget_ids, r.period_starts FROM public.reservation r
        WHERE r.organization_id = p_org AND r.id = p_ids[n] LIMIT 1) r
      CROSS JOIN unnest(r.budget_ids, r.period_starts) AS u (budget_id, starts_at)
      CROSS JOIN LATERAL (
        SELECT b.rank FROM public.budget b WHERE b.organization_id = p_org AND b.id = u.budget_id LIMIT 1) b
      WHERE v_has_extensions AND verdicts[n] = 'ALLOWED' AND p_extends[n]
    ), held AS (
      SELECT f.rank, f.budget_id, f.starts_at, sum(coalesce(p_amounts[f.n], 0)) AS total, bool_or(f.is_split) AS is_split
      FROM found f
      GROUP BY f.rank, f.budget_id, f.starts_at
    )
    SELECT x.items, x.ranks, x.budgets, x.starts, y.budgets, y.starts, y.totals, y.is_missing, y.is_split
    INTO v_pair_items, v_pair_ranks, v_pair_budgets, v_pair_starts, v_budgets, v_starts, v_totals, v_is_missing, v_is_split
    FROM (
      SELECT array_agg(f.n ORDER BY f.n, f.rank, f.budget_id, f.starts_at) AS items,
        array_agg(f.rank ORDER BY f.n, f.rank, f.budget_id, f.starts_at) AS ranks,
        array_agg(f.budget_id ORDER BY f.n, f.rank, f.budget_id, f.starts_at) AS budgets,
        array_agg(f.starts_at ORDER BY f.n, f.rank, f.budget_id, f.starts_at) AS starts
      FROM found f) x
    CROSS JOIN (
      SELECT array_agg(h.budget_id ORDER BY h.rank, h.budget_id, h.starts_at) AS budgets,
        array_agg(h.starts_at ORDER BY h.rank, h.budget_id, h.starts_at) AS starts,
        array_agg(h.total ORDER BY h.rank, h.budget_id, h.starts_at) AS totals,
        coalesce(bool_or(h.starts_at IS NULL), false) AS is_missing, coalesce(bool_or(h.is_split), false) AS is_split
      FROM held h) y;
    IF v_is_split THEN
      v_is_exact := true;
      CONTINUE;
    END IF;
    EXIT WHEN NOT v_is_missing;
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
  v_n := 0;
  FOR v_row IN
    INSERT INTO public.budget_period AS bp (
      organization_id, budget_id, starts_at, ends_at, limit_pico_usd, enforcement, thresholds, rank, held_pico_usd)
    SELECT o.organization_id, v_budgets[n], v_starts[n], 'infinity', 0, 'HARD', '{}', -1, v_totals[n]
    FROM public.organization o
    CROSS JOIN generate_series(1, cardinality(v_budgets)) AS n
    WHERE o.organization_id = p_org
    ORDER BY n
    ON CONFLICT (organization_id, budget_id, starts_at) DO UPDATE SET held_pico_usd = bp.held_pico_usd + excluded.held_pico_usd
    RETURNING bp.budget_id, bp.rank, bp.limit_pico_usd - bp.spent_pico_usd - bp.held_pico_usd AS room
  LOOP
    v_n := v_n + 1;
    IF v_row.rank < 0 OR v_row.budget_id <> v_budgets[v_n] THEN
      RAISE EXCEPTION 'a period row was not held on' USING ERRCODE = '40001';
    END IF;
    v_is_tight := v_is_tight OR v_row.room < 0 AND v_totals[v_n] > 0;
  END LOOP;
  IF v_n <> coalesce(cardinality(v_budgets), 0) THEN
    RAISE EXCEPTION 'a period row was not held on' USING ERRCODE = '40001';
  END IF;
`;

/**
 * What the rows were before this call, where that decides or somebody asks. They are locked, so this reads what the step
 * before left.
 */
export const LOOK_AT_ROWS = `
  IF v_pair_items IS NOT NULL AND (v_is_tight OR p_with_rows) THEN
    SELECT array_agg(x.room ORDER BY x.n), array_agg(x.kind ORDER BY x.n), array_agg(x.grace_until ORDER BY x.n),
      string_agg(x.said, ',' ORDER BY x.n)
    INTO v_rooms, v_kinds, v_graces, rows
    FROM (
      SELECT n, bp.limit_pico_usd - bp.spent_pico_usd - bp.held_pico_usd + v_totals[n] AS room,
        CASE WHEN bp.enforcement = 'HARD' AND NOT (p_enforce AND b.ended_at IS NULL
          AND (p_enforce_since IS NULL OR a.created_at >= p_enforce_since)) THEN 'SHADOW' ELSE bp.enforcement END AS kind,
        coalesce(bp.grace_until, b.grace_until) AS grace_until,
        CASE WHEN p_with_rows THEN concat('["', b.id, '","', b.account_id, '",', coalesce(to_json(b.name)::text, 'null'), ',"',
          b.period, '",', coalesce(array_to_json(b.models)::text, 'null'), ',', coalesce(to_json(b.ended_at)::text, 'null'), ',',
          to_json(a.created_at), ',', to_json(bp.starts_at), ',', to_json(bp.ends_at), ',"', bp.limit_pico_usd, '","',
          bp.spent_pico_usd, '","', bp.held_pico_usd - v_totals[n], '","', bp.enforcement, '",', bp.rank, ',',
          array_to_json(bp.thresholds), ',', coalesce(to_json(coalesce(bp.grace_until, b.grace_until))::text, 'null'), ',',
          bp.would_deny_count, ']') END AS said
      FROM generate_series(1, cardinality(v_budgets)) AS n
      CROSS JOIN LATERAL (
        SELECT * FROM public.budget_period bp
        WHERE bp.organization_id = p_org AND bp.budget_id = v_budgets[n] AND bp.starts_at = v_starts[n] LIMIT 1) bp
      CROSS JOIN LATERAL (
        SELECT * FROM public.budget b WHERE b.organization_id = p_org AND b.id = v_budgets[n] LIMIT 1) b
      CROSS JOIN LATERAL (
        SELECT a.created_at FROM public.account a WHERE a.organization_id = p_org AND a.id = b.account_id LIMIT 1) a) x;
    IF cardinality(v_rooms) IS DISTINCT FROM cardinality(v_budgets) THEN
      RAISE EXCEPTION 'a period row is not to be read' USING ERRCODE = '40001';
    END IF;
    SELECT array_agg(t.place ORDER BY t.i) INTO v_pair_rows
    FROM (
      SELECT i, dense_rank() OVER (ORDER BY v_pair_ranks[i], v_pair_budgets[i], v_pair_starts[i]) AS place
      FROM generate_series(1, cardinality(v_pair_items)) AS i) t;
  END IF;
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
      v_amount := coalesce(p_amounts[v_n], 0);
      v_first := v_k;
      v_over := false;
      v_would := would_deny[v_n];
      v_refusing := NULL;
      v_is_grace := false;
      WHILE v_pair_items[v_k] = v_n LOOP
        v_i := v_pair_rows[v_k];
        IF v_amount > 0 AND v_amount > v_rooms[v_i] - v_granted[v_i] THEN
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
        IF v_amount > 0 AND v_amount > v_rooms[v_i] - v_granted[v_i] THEN
          IF v_kinds[v_i] = 'SHADOW' THEN
            v_counts[v_i] := v_counts[v_i] + 1;
          ELSIF v_kinds[v_i] = 'HARD' AND v_graces[v_i] IS NULL THEN
            v_new_graces[v_i] := decided_at + p_grace_ms * interval '1 ms';
          END IF;
        END IF;
        v_granted[v_i] := v_granted[v_i] + v_amount;
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
