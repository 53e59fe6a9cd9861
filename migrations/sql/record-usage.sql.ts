import { ADD_TO_ROLLUP } from './add-to-rollup.sql.js';
import { accountByName, recordByKey, ROOT } from './first-row.sql.js';
import { SETTLE } from './settle-reservations.sql.js';
import { appendEntry, RECORDED_ROWS } from './usage-digest.sql.js';

const STORED = recordByKey('u', 't.key', 't.key_day');
const WRITTEN = recordByKey('u', 'p_keys[n]', 'p_key_days[n]');
const RUN = accountByName('run', `'RUN'`, 'p_runs[n]');

export const DIGEST = appendEntry({
  batch: 'p_batch',
  kind: `'RECORDED'`,
  count: 'v_written',
  at: 'record_usage.recorded_at',
  digest: `SELECT ${RECORDED_ROWS} AS digest
      FROM generate_series(1, v_items) AS n CROSS JOIN ${WRITTEN.from}
      WHERE ${WRITTEN.isIt} AND u.batch_id = p_batch`,
});

/** What both signatures have: one array a column, in the order of the items. */
const COLUMNS = `
  p_keys text[], p_key_days date[], p_hashes bytea[], p_kinds text[], p_accounts uuid[], p_runs text[], p_reservations uuid[],
  p_providers_sent text[], p_models_sent text[], p_providers text[], p_models text[], p_quantities jsonb[],
  p_provider_usages jsonb[], p_tags jsonb[], p_reasons text[], p_pricings uuid[], p_lines jsonb[], p_unrated boolean[],
  p_unpriced_reasons text[], p_markups numeric[], p_costs numeric[], p_charges numeric[],
  p_occurred timestamptz[], p_budget_at timestamptz[],
  p_input_tokens bigint[], p_cache_read_tokens bigint[], p_cache_write_tokens bigint[], p_output_tokens bigint[]`;

const ANSWER = `
RETURNS TABLE (existing jsonb, stale text[], teams uuid[], periods text, alert_count int, recorded_at timestamptz)`;

const NAMES = COLUMNS.match(/p_\w+/g)?.join(', ') ?? '';

const ANSWERED = 'existing, stale, teams, public.periods_before_grace(periods), alert_count, recorded_at';

/**
 * record_usage: writes finished calls of one organization and counts them on every budget above them, in one round trip.
 *
 * Steps and locks, in the one order of all hot functions: gate (share) -> keys -> reservations (id) -> missing period rows
 * -> period rows (rank, budget, start) -> totals by day -> alert feed -> head of the digests. Each step is a statement of its own, because under READ COMMITTED
 * only a new statement sees what committed while the last one waited. Which budgets a record counts on is decided here,
 * from rows that the gate keeps still, never from a process's memory.
 *
 * Answers with: the stored rows of keys that existed; the keys that were not written because prices changed since the
 * caller read them (`stale`); the team of each item; where p_with_periods asks for them, each period row that was counted
 * on, as it is afterwards, with what this call added; how many alerts were raised.
 *
 * p_with_reservations: some item names a reservation. The first that is written for one that is HELD settles it: what it
 * held is freed where the charge is counted. All others of it, and what comes after it was released or expired, are
 * written in full without a hold. A record's users and team are then those that are frozen on its reservation. Each
 * charge above what its reservation held raises an alert, one per reservation. `reservations` is those that were named,
 * as they are afterwards: whole where p_with_reservation_rows asks for that, else what they held and which record settled them.
 *
 * Guards raise 40001, which the caller retries: on a distributed engine a statement that waited while a shard moved may
 * have read nothing, and reading nothing must never look like "was there already".
 *
 * p_only_if_fits with p_enforce: SQLSTATE TG001 and no effect where a HARD budget would be exceeded (count_charges).
 *
 * Items are read as p_keys[n] for each n: a function scan over that many arrays puts every value into a store of its own
 * first, and took 400 us for 32 records where this takes 270. Aggregates are few, because each costs some 10 us before its
 * first row.
 */
export const RECORD_USAGE = `
CREATE OR REPLACE FUNCTION record_usage(
  p_org uuid, p_catalogue_version bigint, p_own_version bigint, p_batch uuid, p_only_if_fits boolean, p_enforce boolean,
  p_enforce_since timestamptz, p_with_periods boolean, p_with_reservations boolean, p_with_reservation_rows boolean,${COLUMNS})
RETURNS TABLE (existing jsonb, stale text[], teams uuid[], periods text, alert_count int, recorded_at timestamptz,
  runs uuid[], reservations jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET enable_sort = off SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
  v_cut timestamptz;
  v_own_version bigint;
  v_catalogue_version bigint;
  v_zone text;
  v_root uuid;
  v_new text[];
  v_written bigint := 0;
  v_are_all_new boolean;
  v_users uuid[];
  v_accounts uuid[] := p_accounts;
  v_items int := cardinality(p_keys);
  v_lost bigint;
  v_teams uuid[];
  v_providers text[];
  v_models text[];
  v_charges numeric[];
  v_budget_at timestamptz[];
  v_runs uuid[];
  v_named uuid[];
  v_settled bigint;
  v_said jsonb;
  v_overran boolean := false;
  v_freed_budgets uuid[];
  v_freed_starts timestamptz[];
  v_freed numeric[];
  v_count record;
  v_digest bytea;
  v_seq bigint;
  v_hash bytea;
BEGIN
  SELECT g.last_cut_at, g.price_version INTO v_cut, v_own_version
  FROM public.organization_gate g WHERE g.organization_id = p_org FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the gate is not to be read' USING ERRCODE = '40001';
  END IF;
  recorded_at := greatest(public.tollgate_now(), v_cut + interval '1 microsecond');
  SELECT o.zone, v.version, a.id INTO v_zone, v_catalogue_version, v_root
  FROM public.organization o
  CROSS JOIN ${ROOT.from}
  CROSS JOIN public.catalog_version v
  WHERE o.organization_id = p_org AND ${ROOT.isIt} AND v.organization_id = '00000000-0000-0000-0000-000000000000';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the organization is not to be read' USING ERRCODE = '40001';
  END IF;

  SELECT array_agg(CASE WHEN r.id IS NOT NULL THEN r.user_id WHEN a.kind = 'USER' THEN a.id END ORDER BY n),
    array_agg(CASE WHEN r.id IS NOT NULL THEN r.team_id WHEN a.kind = 'USER' THEN a.team_id WHEN a.kind = 'TEAM' THEN a.id END ORDER BY n),
    count(*) FILTER (WHERE r.id IS NULL AND (a.id IS NULL OR p_reservations[n] IS NOT NULL))
  INTO v_users, teams, v_lost
  FROM generate_series(1, v_items) AS n
  LEFT JOIN LATERAL (
    SELECT r.id, r.user_id, r.team_id FROM public.reservation r
    WHERE p_with_reservations AND r.organization_id = p_org AND r.id = p_reservations[n] LIMIT 1) r ON true
  LEFT JOIN LATERAL (
    SELECT a.id, a.kind, a.team_id FROM public.account a
    WHERE r.id IS NULL AND a.organization_id = p_org AND a.id = p_accounts[n] LIMIT 1) a ON true;
  IF v_lost > 0 THEN
    RAISE EXCEPTION 'an account or a reservation is not to be read' USING ERRCODE = '40001';
  END IF;
  IF p_runs IS NOT NULL THEN
    SELECT array_agg(run.id ORDER BY n) INTO runs
    FROM generate_series(1, v_items) AS n
    LEFT JOIN ${RUN.from} ON ${RUN.isIt};
    IF array_remove(runs, NULL) = '{}' THEN
      runs := NULL;
    END IF;
  END IF;

  IF v_catalogue_version = p_catalogue_version AND v_own_version = p_own_version THEN
    INSERT INTO public.usage_record (
      organization_id, idempotency_key, key_day, kind, content_hash, batch_id, account_id, user_id, team_id, run_id,
      reservation_id, provider_sent, model_sent, provider, model, quantities, provider_usage, tags, reason, pricing_id,
      lines, has_unrated_units, unpriced_reason, markup, cost_pico_usd, charge_pico_usd, occurred_at, budget_at,
      recorded_at, priced_at, billable_at)
    SELECT o.organization_id, p_keys[n], p_key_days[n], p_kinds[n], p_hashes[n], p_batch, p_accounts[n], v_users[n],
      teams[n], p_runs[n], p_reservations[n], p_providers_sent[n], p_models_sent[n], p_providers[n], p_models[n],
      p_quantities[n], p_provider_usages[n], p_tags[n], p_reasons[n], p_pricings[n], p_lines[n], p_unrated[n],
      p_unpriced_reasons[n], p_markups[n], p_costs[n], p_charges[n], p_occurred[n], p_budget_at[n],
      record_usage.recorded_at,
      CASE WHEN p_costs[n] IS NOT NULL THEN record_usage.recorded_at END,
      CASE WHEN p_costs[n] IS NOT NULL THEN record_usage.recorded_at END
    FROM public.organization o
    CROSS JOIN generate_series(1, v_items) AS n
    WHERE o.organization_id = p_org
    ORDER BY p_keys[n]
    ON CONFLICT (organization_id, idempotency_key, key_day) DO NOTHING;
    GET DIAGNOSTICS v_written = ROW_COUNT;
  END IF;

  v_are_all_new := v_written = v_items;
  IF NOT v_are_all_new THEN
    -- Those that this call wrote are known by its batch.
    SELECT coalesce(array_agg(t.key), '{}') INTO v_new
    FROM unnest(p_keys, p_key_days) AS t (key, key_day)
    CROSS JOIN ${STORED.from}
    WHERE v_written > 0 AND u.batch_id = p_batch AND ${STORED.isIt};
    IF cardinality(v_new) <> v_written THEN
      RAISE EXCEPTION 'a written key is not to be read' USING ERRCODE = '40001';
    END IF;
    SELECT jsonb_agg(to_jsonb(u) || jsonb_build_object('content_hash', encode(u.content_hash, 'hex'),
      'cost_pico_usd', u.cost_pico_usd::text, 'charge_pico_usd', u.charge_pico_usd::text))
    INTO existing
    FROM unnest(p_keys, p_key_days) AS t (key, key_day)
    CROSS JOIN ${STORED.from}
    WHERE t.key <> ALL (v_new) AND ${STORED.isIt};
    SELECT array_agg(t.key) INTO stale
    FROM unnest(p_keys) AS t (key)
    WHERE t.key <> ALL (v_new)
      AND NOT EXISTS (SELECT FROM jsonb_array_elements(existing) AS e (u) WHERE e.u ->> 'idempotency_key' = t.key);
    IF stale IS NOT NULL AND v_catalogue_version = p_catalogue_version AND v_own_version = p_own_version THEN
      RAISE EXCEPTION 'a stored key is not to be read' USING ERRCODE = '40001';
    END IF;
  END IF;

  alert_count := 0;
  IF v_written = 0 THEN
    IF p_with_reservations THEN
      reservations := public.reservations_json(p_org, p_with_reservation_rows, p_reservations);
    END IF;
    RETURN NEXT;
    RETURN;
  END IF;

${SETTLE}  v_teams := teams;
  v_providers := p_providers;
  v_models := p_models;
  v_charges := p_charges;
  v_budget_at := p_budget_at;
  v_runs := runs;
  IF NOT v_are_all_new THEN
    SELECT array_agg(t.account), array_agg(t.team), CASE WHEN runs IS NOT NULL THEN array_agg(t.run) END,
      array_agg(t.provider), array_agg(t.model), array_agg(t.charge), array_agg(t.budget_at)
    INTO v_accounts, v_teams, v_runs, v_providers, v_models, v_charges, v_budget_at
    FROM unnest(p_keys, p_accounts, teams, runs, p_providers, p_models, p_charges, p_budget_at)
      AS t (key, account, team, run, provider, model, charge, budget_at)
    WHERE t.key = ANY (v_new);
  END IF;
  SELECT * INTO v_count FROM public.count_charges(p_org, v_root, record_usage.recorded_at, p_only_if_fits AND p_enforce,
    p_enforce_since, p_with_periods, v_accounts, v_teams, v_runs, v_providers, v_models, v_charges, v_budget_at,
    v_freed_budgets, v_freed_starts, v_freed);
  periods := v_count.periods;

  INSERT INTO public.usage_rollup AS r (
    organization_id, day, provider, model, record_count, unpriced_count, unrated_count, input_tokens, cache_read_tokens,
    cache_write_tokens, output_tokens, cost_pico_usd, charge_pico_usd)
  SELECT o.organization_id, (p_occurred[n] AT TIME ZONE v_zone)::date,
    coalesce(p_providers[n], p_providers_sent[n], ''), coalesce(p_models[n], p_models_sent[n], ''),
    count(*), count(*) FILTER (WHERE p_costs[n] IS NULL), count(*) FILTER (WHERE p_unrated[n]),
    sum(p_input_tokens[n]), sum(p_cache_read_tokens[n]), sum(p_cache_write_tokens[n]), sum(p_output_tokens[n]),
    sum(coalesce(p_costs[n], 0)), sum(coalesce(p_charges[n], 0))
  FROM public.organization o
  CROSS JOIN generate_series(1, v_items) AS n
  WHERE o.organization_id = p_org AND (v_are_all_new OR p_keys[n] = ANY (v_new))
  GROUP BY 1, 2, 3, 4
  ORDER BY 2, 3, 4
  ${ADD_TO_ROLLUP};

  IF v_count.crossed THEN
    alert_count := public.raise_budget_alerts(
      p_org, v_count.budgets, v_count.starts, v_count.deltas, record_usage.recorded_at);
  END IF;
  IF array_position(p_costs, NULL) IS NOT NULL THEN
    SELECT array_agg(coalesce(t.provider_sent, '')), array_agg(coalesce(t.model_sent, '')) INTO v_providers, v_models
    FROM unnest(p_keys, p_providers_sent, p_models_sent, p_costs, p_unpriced_reasons)
      AS t (key, provider_sent, model_sent, cost, unpriced_reason)
    WHERE t.cost IS NULL AND t.unpriced_reason <> 'PRICING_DISABLED' AND (v_are_all_new OR t.key = ANY (v_new));
    alert_count := alert_count
      + public.raise_unpriced_alerts(p_org, v_zone, record_usage.recorded_at, v_providers, v_models);
  END IF;
  IF v_overran THEN
    alert_count := alert_count + public.raise_overrun_alerts(p_org, record_usage.recorded_at, p_reservations, p_keys,
      p_charges, CASE WHEN v_are_all_new THEN p_keys ELSE v_new END);
  END IF;
  IF p_with_reservations AND reservations IS NULL THEN
    reservations := public.reservations_json(p_org, p_with_reservation_rows, p_reservations);
  END IF;
${DIGEST}
  RETURN NEXT;
END
$function$`;

/** For servers of the versions before: those that always wanted the periods, and those that know no reservations. */
export const RECORD_USAGE_BEFORE_WITH_PERIODS = `
CREATE OR REPLACE FUNCTION record_usage(
  p_org uuid, p_catalogue_version bigint, p_own_version bigint, p_batch uuid, p_only_if_fits boolean, p_enforce boolean,${COLUMNS})${ANSWER}
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
  SELECT ${ANSWERED} FROM public.record_usage(p_org, p_catalogue_version, p_own_version, p_batch, p_only_if_fits,
    p_enforce, NULL, true, false, false, ${NAMES})
$function$`;

export const RECORD_USAGE_BEFORE_RESERVATIONS = `
CREATE OR REPLACE FUNCTION record_usage(
  p_org uuid, p_catalogue_version bigint, p_own_version bigint, p_batch uuid, p_only_if_fits boolean, p_enforce boolean,
  p_with_periods boolean,${COLUMNS})${ANSWER}
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
  SELECT ${ANSWERED} FROM public.record_usage(p_org, p_catalogue_version, p_own_version, p_batch, p_only_if_fits,
    p_enforce, NULL, p_with_periods, false, false, ${NAMES})
$function$`;
