/**
 * The audit trail: who changed which fact that money depends on, and how. Append-only, a chain of its own for each
 * organization: the hash of an entry is made of the one before it and of all that it says, in PostgreSQL's binary form.
 * The form is frozen.
 */

/** What the hash of the entry `e` is made of; types are part of the form. */
export const auditHash = (
  previous: string,
  e: string,
) => `sha256(record_send(ROW(${previous}, ${e}.organization_id, ${e}.seq,
  ${e}.at, ${e}.actor_kind, ${e}.actor_id, ${e}.request_id, ${e}.cause, ${e}.action, ${e}.subject, ${e}.subject_key,
  ${e}.before, ${e}.after)))`;

/**
 * append_audit: entries of one transaction, in their order. p_entries is an array of {table, key, before, after}; without
 * `before` the row is new, without `after` it is gone. The last step of a transaction, because the head is locked to the
 * commit.
 *
 * The head is made where it is not there: a server of the version before makes organizations without one.
 */
export const APPEND_AUDIT = `
CREATE OR REPLACE FUNCTION append_audit(
  p_org uuid, p_at timestamptz, p_actor_kind text, p_actor uuid, p_request text, p_cause text, p_entries jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  v_seq bigint;
  v_hash bytea;
  v_entry jsonb;
  v_row public.audit_entry;
BEGIN
  FOR v_try IN 1 .. 2 LOOP
    SELECT h.last_seq, h.last_hash INTO v_seq, v_hash FROM public.audit_head h WHERE h.organization_id = p_org FOR UPDATE;
    EXIT WHEN FOUND;
    IF v_try = 2 THEN
      RAISE EXCEPTION 'the head of the audit trail is not to be read' USING ERRCODE = '40001';
    END IF;
    INSERT INTO public.audit_head (organization_id, last_seq, last_hash) VALUES (p_org, 0, '')
    ON CONFLICT (organization_id) DO NOTHING;
  END LOOP;
  FOR v_entry IN SELECT t.e FROM jsonb_array_elements(p_entries) WITH ORDINALITY AS t (e, n) ORDER BY t.n LOOP
    v_seq := v_seq + 1;
    v_row.organization_id := p_org;
    v_row.seq := v_seq;
    v_row.at := p_at;
    v_row.actor_kind := p_actor_kind;
    v_row.actor_id := p_actor;
    v_row.request_id := p_request;
    v_row.cause := p_cause;
    v_row.subject := v_entry ->> 'table';
    v_row.subject_key := v_entry ->> 'key';
    v_row.before := nullif(v_entry -> 'before', 'null');
    v_row.after := nullif(v_entry -> 'after', 'null');
    v_row.action := CASE WHEN v_row.before IS NULL THEN 'CREATED' WHEN v_row.after IS NULL THEN 'DELETED' ELSE 'CHANGED' END;
    v_hash := ${auditHash('v_hash', 'v_row')};
    INSERT INTO public.audit_entry (organization_id, seq, at, actor_kind, actor_id, request_id, cause, action, subject,
      subject_key, before, after, hash)
    VALUES (p_org, v_seq, v_row.at, v_row.actor_kind, v_row.actor_id, v_row.request_id, v_row.cause, v_row.action,
      v_row.subject, v_row.subject_key, v_row.before, v_row.after, v_hash);
  END LOOP;
  UPDATE public.audit_head h SET last_seq = v_seq, last_hash = v_hash WHERE h.organization_id = p_org;
END
$function$`;

/** A step of a function that sets a budget: what of it a person would call changed. */
export const budgetValues = (b: string) => `jsonb_build_object('accountId', ${b}.account_id, 'period', ${b}.period,
  'models', to_jsonb(${b}.models), 'name', ${b}.name, 'limitPicoUsd', ${b}.limit_pico_usd::text, 'enforcement', ${b}.enforcement,
  'thresholds', to_jsonb(${b}.thresholds), 'anchorDay', ${b}.anchor_day, 'anchorMonth', ${b}.anchor_month, 'endedAt', ${b}.ended_at)`;

/** Those of the values `a` that are not the same in `b`. */
export const changedValues = (a: string, b: string) => `(SELECT coalesce(jsonb_object_agg(c.key, c.value), '{}')
  FROM jsonb_each(${a}) AS c WHERE c.value IS DISTINCT FROM (${b}) -> c.key)`;
