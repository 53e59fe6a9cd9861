import { ADD_TO_ROLLUP } from './add-to-rollup.sql.js';
import { appendEntry, CORRECTED_ROWS, PRICED_ROWS, RECORDED_ROWS } from './usage-digest.sql.js';

const OF_CALL = { batch: 'p_batch', at: 'v_now' };

const RECORDED = appendEntry({
  ...OF_CALL,
  kind: `'RECORDED'`,
  count: 'cardinality(v_written)',
  digest: `SELECT ${RECORDED_ROWS} AS digest
      FROM unnest(v_written) AS w
      JOIN public.usage_record u ON u.organization_id = p_org AND u.idempotency_key = w.idempotency_key AND u.key_day = w.key_day`,
});

const PRICED = appendEntry({
  ...OF_CALL,
  kind: `'PRICED'`,
  count: 'cardinality(v_voided)',
  digest: `SELECT ${PRICED_ROWS} AS digest FROM unnest(v_voided) AS u`,
});

/** One for each reversal. */
const CORRECTED = appendEntry({
  ...OF_CALL,
  kind: `'CORRECTED'`,
  count: `(SELECT count(*) FROM unnest(v_written) AS w WHERE w.kind = 'REVERSAL')`,
  digest: `SELECT ${CORRECTED_ROWS} AS digest
      FROM unnest(v_written) AS w
      JOIN public.usage_correction c ON c.organization_id = p_org AND c.reversal_key = w.idempotency_key AND c.key_day = w.key_day`,
});

const negated = (digits: string) => `CASE WHEN ${digits}::numeric = 0 THEN ${digits} ELSE '-' || ${digits} END`;

const COLUMNS = `organization_id, idempotency_key, key_day, kind, content_hash, batch_id, account_id, user_id, team_id, run_id,
      reservation_id, provider_sent, model_sent, provider, model, quantities, provider_usage, tags, reason, pricing_id, lines,
      has_unrated_units, unpriced_reason, markup, cost_pico_usd, charge_pico_usd, occurred_at, budget_at, recorded_at,
      priced_at, billable_at`;

const tokens = (unit: string) => `coalesce((m.u).quantities ->> '${unit}', '0')::numeric`;

/**
 * correct_usage: takes back finished calls of one organization, each by a reversal that is the exact negation of what was
 * frozen, and for a replacement writes a new record beside it; all of them count on the budgets where the original did.
 *
 * Steps and locks, in the one order of all hot functions: gate (share) -> for each correction in the order of the
 * corrected keys: its record, its key -> missing period rows -> period rows (rank, budget, start) -> totals by day -> alert
 * feed -> head of the digests. That a record is corrected once is the primary key of usage_correction.
 *
 * p_corrections is an array of {key, keyDay, answerKey, reversalKey, answerDay, contentHash, reason, actor, replacement}: the
 * record that is corrected, the key under which the caller knows the answer, that of the reversal (the same for a void), the
 * day of both, the API key of who did it, and the columns of usage_record that replace those of the record, null for a void.
 * What they do not name, who spent and when, is as it was.
 *
 * Verdicts, in the order of p_corrections: WRITTEN; EXISTING (the answer's key was there before, see `answers`); STALE
 * (prices changed since the caller read them, nothing was done); NOT_FOUND; REVERSAL (a reversal cannot be corrected);
 * ALREADY_CORRECTED. `answers`: the rows under the answers' keys, as record_usage answers with stored rows.
 *
 * A record without a price is given cost and charge 0 and the reason VOIDED before it is taken back, so that it waits for a
 * price no longer.
 */
export const CORRECT_USAGE = `
CREATE OR REPLACE FUNCTION correct_usage(
  p_org uuid, p_catalogue_version bigint, p_own_version bigint, p_batch uuid, p_corrections jsonb)
RETURNS TABLE (verdicts text[], answers jsonb, alert_count int)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
  v_cut timestamptz;
  v_now timestamptz;
  v_own_version bigint;
  v_catalogue_version bigint;
  v_zone text;
  v_root uuid;
  v_item record;
  v_old public.usage_record;
  v_row public.usage_record;
  v_run uuid;
  v_written public.usage_record[] := '{}';
  v_voided public.usage_record[] := '{}';
  v_accounts uuid[] := '{}';
  v_teams uuid[] := '{}';
  v_runs uuid[] := '{}';
  v_providers text[] := '{}';
  v_models text[] := '{}';
  v_charges numeric[] := '{}';
  v_budget_at timestamptz[] := '{}';
  v_count record;
  v_inserted bigint;
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
  SELECT o.zone, v.version, a.id INTO v_zone, v_catalogue_version, v_root
  FROM public.organization o
  JOIN public.account a ON a.organization_id = p_org AND a.kind = 'ORGANIZATION' AND a.external_id = ''
  CROSS JOIN public.catalog_version v
  WHERE o.organization_id = p_org AND v.organization_id = '00000000-0000-0000-0000-000000000000';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the organization is not to be read' USING ERRCODE = '40001';
  END IF;

  verdicts := array_fill('STALE'::text, ARRAY[jsonb_array_length(p_corrections)]);
  alert_count := 0;
  FOR v_item IN
    SELECT t.n, t.c ->> 'key' AS key, (t.c ->> 'keyDay')::date AS key_day, t.c ->> 'answerKey' AS answer_key,
      t.c ->> 'reversalKey' AS reversal_key, (t.c ->> 'answerDay')::date AS answer_day, t.c ->> 'reason' AS reason, (t.c ->> 'actor')::uuid AS actor,
      decode(t.c ->> 'contentHash', 'hex') AS content_hash,
      nullif(t.c -> 'replacement', 'null') AS replacement
    FROM jsonb_array_elements(p_corrections) WITH ORDINALITY AS t (c, n)
    ORDER BY t.c ->> 'key'
  LOOP
    IF EXISTS (SELECT FROM public.usage_record u WHERE u.organization_id = p_org
      AND u.idempotency_key = v_item.answer_key AND u.key_day = v_item.answer_day) THEN
      verdicts[v_item.n] := 'EXISTING';
      CONTINUE;
    END IF;
    CONTINUE WHEN v_item.replacement IS NOT NULL
      AND (v_catalogue_version <> p_catalogue_version OR v_own_version <> p_own_version);
    SELECT * INTO v_old FROM public.usage_record u
    WHERE u.organization_id = p_org AND u.idempotency_key = v_item.key AND u.key_day = v_item.key_day FOR UPDATE;
    IF NOT FOUND THEN
      verdicts[v_item.n] := 'NOT_FOUND';
      CONTINUE;
    END IF;
    IF v_old.kind = 'REVERSAL' THEN
      verdicts[v_item.n] := 'REVERSAL';
      CONTINUE;
    END IF;
    INSERT INTO public.usage_correction (
      organization_id, corrected_key, corrected_key_day, reversal_key, replacement_key, key_day, reason, corrected_by,
      created_at, unpriced_reason)
    VALUES (p_org, v_item.key, v_item.key_day, v_item.reversal_key,
      CASE WHEN v_item.replacement IS NOT NULL THEN v_item.answer_key END, v_item.answer_day, v_item.reason, v_item.actor, v_now,
      v_old.unpriced_reason)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      -- Whoever was first may have had the same key; a new statement sees what it wrote.
      verdicts[v_item.n] := CASE WHEN EXISTS (SELECT FROM public.usage_record u WHERE u.organization_id = p_org
        AND u.idempotency_key = v_item.answer_key AND u.key_day = v_item.answer_day) THEN 'EXISTING' ELSE 'ALREADY_CORRECTED' END;
      CONTINUE;
    END IF;
    verdicts[v_item.n] := 'WRITTEN';

    IF v_old.cost_pico_usd IS NULL THEN
      UPDATE public.usage_record u SET cost_pico_usd = 0, charge_pico_usd = 0, markup = 0, unpriced_reason = 'VOIDED',
        priced_at = v_now, billable_at = v_now, pricing_batch_id = p_batch
      WHERE u.organization_id = p_org AND u.idempotency_key = v_item.key AND u.key_day = v_item.key_day
        AND u.cost_pico_usd IS NULL
      RETURNING u.* INTO v_old;
      v_voided := array_append(v_voided, v_old);
    END IF;
    SELECT a.id INTO v_run FROM public.account a
    WHERE a.organization_id = p_org AND a.kind = 'RUN' AND a.external_id = v_old.run_id;

    v_row := v_old;
    v_row.idempotency_key := v_item.reversal_key;
    v_row.key_day := v_item.answer_day;
    v_row.kind := 'REVERSAL';
    v_row.content_hash := v_item.content_hash;
    v_row.batch_id := p_batch;
    v_row.reservation_id := NULL;
    v_row.quantities := (
      SELECT coalesce(jsonb_object_agg(q.key, ${negated('q.value')}), '{}') FROM jsonb_each_text(v_old.quantities) q);
    v_row.lines := (
      SELECT jsonb_agg(l.line || jsonb_build_object('quantity', ${negated("(l.line ->> 'quantity')")},
        'amountPicoUsd', ${negated("(l.line ->> 'amountPicoUsd')")}) ORDER BY l.n)
      FROM jsonb_array_elements(v_old.lines) WITH ORDINALITY AS l (line, n));
    IF v_old.lines = '[]' THEN
      v_row.lines := '[]';
    END IF;
    v_row.provider_usage := NULL;
    v_row.reason := v_item.reason;
    v_row.cost_pico_usd := -v_old.cost_pico_usd;
    v_row.charge_pico_usd := -v_old.charge_pico_usd;
    v_row.recorded_at := v_now;
    v_row.priced_at := v_now;
    v_row.billable_at := v_now;
    v_written := array_append(v_written, v_row);
    IF v_item.replacement IS NOT NULL THEN
      v_row := jsonb_populate_record(v_old, v_item.replacement);
      v_row.idempotency_key := v_item.answer_key;
      v_row.key_day := v_item.answer_day;
      v_row.content_hash := v_item.content_hash;
      v_row.batch_id := p_batch;
      v_row.reservation_id := NULL;
      v_row.recorded_at := v_now;
      v_row.priced_at := CASE WHEN v_row.cost_pico_usd IS NOT NULL THEN v_now END;
      v_row.billable_at := v_row.priced_at;
      v_written := array_append(v_written, v_row);
    END IF;
    FOR v_row IN SELECT w.* FROM unnest(v_written[cardinality(v_written) - (v_item.replacement IS NOT NULL)::int :]) AS w LOOP
      v_accounts := array_append(v_accounts, v_row.account_id);
      v_teams := array_append(v_teams, v_row.team_id);
      v_runs := array_append(v_runs, v_run);
      v_providers := array_append(v_providers, v_row.provider);
      v_models := array_append(v_models, v_row.model);
      v_charges := array_append(v_charges, v_row.charge_pico_usd);
      v_budget_at := array_append(v_budget_at, v_row.budget_at);
    END LOOP;
  END LOOP;

  IF v_written <> '{}' THEN
    INSERT INTO public.usage_record (${COLUMNS})
    SELECT o.organization_id, ${COLUMNS.replace('organization_id, ', '').replaceAll(/\w+/g, 'w.$&')}
    FROM public.organization o CROSS JOIN unnest(v_written) AS w
    WHERE o.organization_id = p_org
    ORDER BY w.idempotency_key
    ON CONFLICT (organization_id, idempotency_key, key_day) DO NOTHING;
    GET DIAGNOSTICS v_inserted = ROW_COUNT;
    IF v_inserted <> cardinality(v_written) THEN
      RAISE EXCEPTION 'a key was taken meanwhile' USING ERRCODE = '40001';
    END IF;

    SELECT * INTO v_count FROM public.count_charges(p_org, v_root, v_now, false, NULL, false, v_accounts, v_teams,
      v_runs, v_providers, v_models, v_charges, v_budget_at, NULL, NULL, NULL);

    INSERT INTO public.usage_rollup AS r (
      organization_id, day, provider, model, record_count, unpriced_count, unrated_count, input_tokens, cache_read_tokens,
      cache_write_tokens, output_tokens, cost_pico_usd, charge_pico_usd, reversal_count)
    SELECT o.organization_id, ((m.u).occurred_at AT TIME ZONE v_zone)::date,
      coalesce((m.u).provider, (m.u).provider_sent, ''), coalesce((m.u).model, (m.u).model_sent, ''),
      sum(m.sign), sum(m.unpriced), sum(m.sign * coalesce((m.u).has_unrated_units, false)::int),
      sum(abs(m.sign) * ${tokens('INPUT_TOKENS')}), sum(abs(m.sign) * ${tokens('CACHE_READ_TOKENS')}),
      sum(abs(m.sign) * CASE WHEN (m.u).quantities ? 'CACHE_WRITE_TOKENS' THEN ${tokens('CACHE_WRITE_TOKENS')}
        ELSE ${tokens('CACHE_WRITE_5M_TOKENS')} + ${tokens('CACHE_WRITE_1H_TOKENS')} END),
      sum(abs(m.sign) * ${tokens('OUTPUT_TOKENS')}),
      sum(abs(m.sign) * coalesce((m.u).cost_pico_usd, 0)), sum(abs(m.sign) * coalesce((m.u).charge_pico_usd, 0)),
      sum((m.sign = -1)::int)
    FROM public.organization o
    CROSS JOIN (
      SELECT w AS u, CASE WHEN w.kind = 'REVERSAL' THEN -1 ELSE 1 END AS sign, (w.cost_pico_usd IS NULL)::int AS unpriced
      FROM unnest(v_written) AS w
      UNION ALL
      -- It stays where it stood, under the name that was sent, and is unpriced no more.
      SELECT w, 0, -1 FROM unnest(v_voided) AS w) m
    WHERE o.organization_id = p_org
    GROUP BY 1, 2, 3, 4
    ORDER BY 2, 3, 4
    ${ADD_TO_ROLLUP}, reversal_count = r.reversal_count + excluded.reversal_count;

    IF v_count.crossed THEN
      alert_count := public.raise_budget_alerts(p_org, v_count.budgets, v_count.starts, v_count.deltas, v_now);
    END IF;
    SELECT array_agg(coalesce(w.provider_sent, '')), array_agg(coalesce(w.model_sent, '')) INTO v_providers, v_models
    FROM unnest(v_written) AS w
    WHERE w.cost_pico_usd IS NULL AND w.unpriced_reason <> 'PRICING_DISABLED';
    alert_count := alert_count + public.raise_unpriced_alerts(p_org, v_zone, v_now, v_providers, v_models);

${RECORDED}
    IF v_voided <> '{}' THEN
${PRICED}
    END IF;
${CORRECTED}
  END IF;

  SELECT jsonb_agg(to_jsonb(u) || jsonb_build_object('content_hash', encode(u.content_hash, 'hex'),
    'cost_pico_usd', u.cost_pico_usd::text, 'charge_pico_usd', u.charge_pico_usd::text))
  INTO answers
  FROM jsonb_array_elements(p_corrections) WITH ORDINALITY AS t (c, n)
  CROSS JOIN LATERAL (
    SELECT * FROM public.usage_record u WHERE u.organization_id = p_org AND u.idempotency_key = t.c ->> 'answerKey'
      AND u.key_day = (t.c ->> 'answerDay')::date LIMIT 1) u
  WHERE verdicts[t.n] IN ('WRITTEN', 'EXISTING');
  RETURN NEXT;
END
$function$`;
