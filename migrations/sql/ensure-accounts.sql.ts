/**
 * ensure_accounts: makes what is missing of a list of accounts and their teams, all teams before all others and each part
 * sorted, so that two callers with overlapping lists do not deadlock, and answers with the ids in the order of the list. A team counts only for an
 * account made here.
 *
 * p_default_limit: pico-USD; each USER made here gets a MONTH, HARD budget of it in the same transaction, so nobody ever
 * sees the one without the other, and of many callers that meet a new user at once, the one whose insert wins makes the
 * budget. Null makes none. The gate is shared only then, and only for the zone, which must not change between its reading
 * here and the commit; nothing that is counted changes, because a new account has no record yet.
 */
export const ENSURE_ACCOUNTS = `
CREATE FUNCTION ensure_accounts(
  p_org uuid, p_now timestamptz, p_kinds text[], p_external_ids text[], p_ids uuid[],
  p_team_external_ids text[], p_team_ids uuid[], p_default_limit numeric, p_budget_ids uuid[])
RETURNS TABLE (ordinal bigint, id uuid)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  v_user uuid;
  v_users uuid[] := '{}';
BEGIN
  IF p_default_limit IS NOT NULL THEN
    PERFORM FROM public.organization_gate g WHERE g.organization_id = p_org FOR SHARE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the gate is not to be read' USING ERRCODE = '40001';
    END IF;
  END IF;
  PERFORM FROM public.organization o WHERE o.organization_id = p_org;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the organization is not to be read' USING ERRCODE = '40001';
  END IF;

  INSERT INTO public.account (organization_id, id, kind, external_id, created_at)
  SELECT DISTINCT ON (t.external_id) o.organization_id, t.id, 'TEAM', t.external_id, p_now
  FROM public.organization o
  CROSS JOIN (
    SELECT n.external_id, n.id FROM unnest(p_team_external_ids, p_team_ids) AS n (external_id, id)
    UNION ALL
    SELECT d.external_id, d.id FROM unnest(p_kinds, p_external_ids, p_ids) AS d (kind, external_id, id)
    WHERE d.kind = 'TEAM') t
  WHERE o.organization_id = p_org AND t.external_id IS NOT NULL
  ORDER BY t.external_id
  ON CONFLICT (organization_id, kind, external_id) DO NOTHING;

  FOR v_user IN
    INSERT INTO public.account AS a (organization_id, id, kind, external_id, team_id, created_at)
    SELECT DISTINCT ON (t.kind, t.external_id) o.organization_id, t.id, t.kind, t.external_id, team.id, p_now
    FROM public.organization o
    CROSS JOIN unnest(p_kinds, p_external_ids, p_ids, p_team_external_ids) AS t (kind, external_id, id, team_external_id)
    LEFT JOIN public.account team ON team.organization_id = p_org AND team.kind = 'TEAM'
      AND team.external_id = t.team_external_id AND t.kind = 'USER'
    WHERE o.organization_id = p_org AND t.kind <> 'TEAM'
    ORDER BY t.kind, t.external_id
    ON CONFLICT (organization_id, kind, external_id) DO NOTHING
    RETURNING CASE WHEN a.kind = 'USER' THEN a.id END
  LOOP
    v_users := array_append(v_users, v_user);
  END LOOP;

  INSERT INTO public.account_team (organization_id, account_id, team_id)
  SELECT a.organization_id, a.id, a.team_id
  FROM public.account a
  WHERE a.organization_id = p_org AND a.id = ANY (v_users) AND a.team_id IS NOT NULL
  ORDER BY a.id
  ON CONFLICT DO NOTHING;

  IF p_default_limit IS NOT NULL THEN
    INSERT INTO public.budget (
      organization_id, id, account_id, rank, period, models_key, limit_pico_usd, enforcement, thresholds, zone, begins_at,
      created_at)
    SELECT o.organization_id, t.budget_id, t.id, 1, 'MONTH', '', p_default_limit, 'HARD', '{50,80,100}', o.zone,
      w.starts_at, p_now
    FROM public.organization o
    CROSS JOIN unnest(p_ids, p_budget_ids) AS t (id, budget_id)
    CROSS JOIN LATERAL public.period_bounds('MONTH', o.zone, NULL, NULL, p_now) AS w
    WHERE o.organization_id = p_org AND t.id = ANY (v_users)
    ORDER BY t.budget_id;
  END IF;

  RETURN QUERY
  SELECT t.ordinal, a.id
  FROM unnest(p_kinds, p_external_ids) WITH ORDINALITY AS t (kind, external_id, ordinal)
  JOIN public.account a ON a.organization_id = p_org AND a.kind = t.kind AND a.external_id = t.external_id;
END
$function$`;
