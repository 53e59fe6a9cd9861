import { ADD_TO_ROLLUP } from './add-to-rollup.sql.js';
import { appendEntry, PRICED_ROWS } from './usage-digest.sql.js';

const DIGEST = appendEntry({
  batch: 'v_batch',
  kind: `'PRICED'`,
  count: 'priced',
  at: 'v_now',
  digest: `SELECT ${PRICED_ROWS} AS digest
      FROM unnest(p_keys, p_key_days) AS t (key, key_day)
      JOIN public.usage_record u ON u.organization_id = p_org AND u.idempotency_key = t.key AND u.key_day = t.key_day
      WHERE t.key = ANY (v_new)`,
});

/**
 * price_usage: gives records that had no price their price, once: the only change that a usage row ever sees. The row's
 * totals move from the name as sent to the model as resolved, and its charge is counted on the budgets of its own
 * `budget_at`. Same steps and locks as record_usage; a record that was priced meanwhile is left alone.
 *
 * Answers with the number of records priced, or null where prices changed since the caller read them.
 */
export const PRICE_USAGE = `
CREATE OR REPLACE FUNCTION price_usage(
  p_org uuid, p_catalogue_version bigint, p_own_version bigint,
  p_keys text[], p_key_days date[], p_providers text[], p_models text[], p_pricings uuid[], p_lines jsonb[],
  p_unrated boolean[], p_markups numeric[], p_costs numeric[], p_charges numeric[],
  p_input_tokens bigint[], p_cache_read_tokens bigint[], p_cache_write_tokens bigint[], p_output_tokens bigint[])
RETURNS TABLE (priced int, alert_count int)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
  v_cut timestamptz;
  v_own_version bigint;
  v_catalogue_version bigint;
  v_zone text;
  v_root uuid;
  v_now timestamptz;
  v_new text[] := '{}';
  v_key text;
  v_accounts uuid[];
  v_teams uuid[];
  v_runs uuid[];
  v_reservations uuid[];
  v_keys text[];
  v_providers text[];
  v_models text[];
  v_charges numeric[];
  v_budget_at timestamptz[];
  v_count record;
  v_batch uuid;
  v_digest bytea;
  v_seq bigint;
  v_hash bytea;
BEGIN
  SELECT g.last_cut_at, g.price_version INTO v_cut, v_own_version
  FROM public.organization_gate g WHERE g.organization_id = p_org FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the gate is not to be read' USING ERRCODE = '40001';
  END IF;
  v_now := greatest(public.tollgate_now(), v_cut + interval '1 microsecond');
  -- No two calls price one record.
  v_batch := md5(concat_ws(' ', p_org, v_now, p_keys[1], p_key_days[1]))::uuid;
  SELECT v.version INTO STRICT v_catalogue_version FROM public.catalog_version v
  WHERE v.organization_id = '00000000-0000-0000-0000-000000000000';
  IF v_catalogue_version <> p_catalogue_version OR v_own_version <> p_own_version THEN
    alert_count := 0;
    RETURN NEXT;
    RETURN;
  END IF;
  SELECT o.zone INTO STRICT v_zone FROM public.organization o WHERE o.organization_id = p_org;
  SELECT a.id INTO STRICT v_root FROM public.account a
  WHERE a.organization_id = p_org AND a.kind = 'ORGANIZATION' AND a.external_id = '';

  PERFORM FROM (
    SELECT u.idempotency_key FROM unnest(p_keys, p_key_days) AS t (key, key_day)
    JOIN public.usage_record u ON u.organization_id = p_org AND u.idempotency_key = t.key AND u.key_day = t.key_day
    ORDER BY t.key FOR UPDATE OF u) l;
  FOR v_key IN
    UPDATE public.usage_record u SET provider = t.provider, model = t.model, pricing_id = t.pricing, lines = t.lines,
      has_unrated_units = t.unrated, markup = t.markup, cost_pico_usd = t.cost, charge_pico_usd = t.charge,
      priced_at = v_now, billable_at = v_now, pricing_batch_id = v_batch
    FROM unnest(p_keys, p_key_days, p_providers, p_models, p_pricings, p_lines, p_unrated, p_markups, p_costs, p_charges)
      AS t (key, key_day, provider, model, pricing, lines, unrated, markup, cost, charge)
    WHERE u.organization_id = p_org AND u.idempotency_key = t.key AND u.key_day = t.key_day AND u.cost_pico_usd IS NULL
    RETURNING u.idempotency_key
  LOOP
    v_new := array_append(v_new, v_key);
  END LOOP;
  priced := cardinality(v_new);

  SELECT array_agg(u.account_id), array_agg(u.team_id), array_agg(run.id), array_agg(u.provider), array_agg(u.model),
    array_agg(u.charge_pico_usd), array_agg(u.budget_at), array_agg(u.reservation_id), array_agg(u.idempotency_key)
  INTO v_accounts, v_teams, v_runs, v_providers, v_models, v_charges, v_budget_at, v_reservations, v_keys
  FROM unnest(p_keys, p_key_days) AS t (key, key_day)
  JOIN public.usage_record u ON u.organization_id = p_org AND u.idempotency_key = t.key AND u.key_day = t.key_day
  LEFT JOIN public.account run ON run.organization_id = p_org AND run.kind = 'RUN' AND run.external_id = u.run_id
  WHERE t.key = ANY (v_new);
  SELECT * INTO v_count FROM public.count_charges(
    p_org, v_root, v_now, false, NULL, false, v_accounts, v_teams, v_runs, v_providers, v_models, v_charges, v_budget_at, NULL, NULL,
    NULL);

  -- Both rows of each move in one statement, sorted, as record_usage takes them.
  INSERT INTO public.usage_rollup AS r (
    organization_id, day, provider, model, record_count, unpriced_count, unrated_count, input_tokens, cache_read_tokens,
    cache_write_tokens, output_tokens, cost_pico_usd, charge_pico_usd)
  SELECT o.organization_id, m.day, m.provider, m.model, sum(m.records), sum(m.unpriced), sum(m.unrated), sum(m.input_tokens),
    sum(m.cache_read_tokens), sum(m.cache_write_tokens), sum(m.output_tokens), sum(m.cost), sum(m.charge)
  FROM public.organization o
  CROSS JOIN unnest(p_keys, p_key_days, p_input_tokens, p_cache_read_tokens, p_cache_write_tokens, p_output_tokens)
    AS t (key, key_day, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens)
  JOIN public.usage_record u ON u.organization_id = p_org AND u.idempotency_key = t.key AND u.key_day = t.key_day
  CROSS JOIN LATERAL (VALUES
    ((u.occurred_at AT TIME ZONE v_zone)::date, coalesce(u.provider_sent, ''), coalesce(u.model_sent, ''), -1, -1, 0,
      -t.input_tokens, -t.cache_read_tokens, -t.cache_write_tokens, -t.output_tokens, 0::numeric, 0::numeric),
    ((u.occurred_at AT TIME ZONE v_zone)::date, u.provider, u.model, 1, 0, u.has_unrated_units::int,
      t.input_tokens, t.cache_read_tokens, t.cache_write_tokens, t.output_tokens, u.cost_pico_usd, u.charge_pico_usd)
  ) AS m (day, provider, model, records, unpriced, unrated, input_tokens, cache_read_tokens, cache_write_tokens,
    output_tokens, cost, charge)
  WHERE o.organization_id = p_org AND t.key = ANY (v_new)
  GROUP BY 1, 2, 3, 4
  ORDER BY 2, 3, 4
  ${ADD_TO_ROLLUP};

  alert_count := public.raise_budget_alerts(p_org, v_count.budgets, v_count.starts, v_count.deltas, v_now);
  IF array_remove(v_reservations, NULL) <> '{}' THEN
    alert_count := alert_count + public.raise_overrun_alerts(p_org, v_now, v_reservations, v_keys, v_charges, v_keys);
  END IF;
  IF priced > 0 THEN
${DIGEST}
  END IF;
  RETURN NEXT;
END
$function$`;
