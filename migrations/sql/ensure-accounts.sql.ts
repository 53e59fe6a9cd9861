import { budgetValues } from './audit.sql.js';
import { accountByName, budgetById } from './first-row.sql.js';

/** Of the server itself. */
const NIL = '00000000-0000-0000-0000-000000000000';

const NAMED_TEAM = accountByName('t', `'TEAM'`, 'n.external_id');
const TEAM_OF_NEW = accountByName('team', `'TEAM'`, 't.team_external_id');
const USER_OF_RUN = accountByName('u', `'USER'`, 't.user_external_id');
const RUN_THAT_IS = accountByName('a', `'RUN'`, 'n.external_id');
const NEW_BUDGET = budgetById('b', 't.id');
const ASKED_FOR = accountByName('a', 't.kind', 't.external_id');

/** The teams that are named and have markups. */
const MARKED_TEAMS = `SELECT FROM unnest(p_team_external_ids) AS n (external_id)
      CROSS JOIN ${NAMED_TEAM.from}
      JOIN public.account_markup m ON m.organization_id = p_org AND m.account_id = t.id
      WHERE ${NAMED_TEAM.isIt}`;

/**
 * ensure_accounts: makes what is missing of a list of accounts, their teams and, of runs, their users: teams, then users,
 * then runs, and each part sorted, so that two callers with overlapping lists do not deadlock. Answers with the ids in
 * the order of the list. A team counts only for a user made here, and a user only for a run made here: of a run that is
 * there it is not even made.
 *
 * p_default_limit: pico-USD; each USER made here gets a MONTH, HARD budget of it in the same transaction, so nobody ever
 * sees the one without the other, and of many callers that meet a new user at once, the one whose insert wins makes the
 * budget. Null makes none. The gate is shared only then, and only for the zone, which must not change between its reading
 * here and the commit; nothing that is counted changes, because a new account has no record yet. Of a named team the gate
 * is shared too, or, where the team has markups, held alone: what its calls are charged depends on who is in it.
 */
export const ENSURE_ACCOUNTS = `
CREATE OR REPLACE FUNCTION ensure_accounts(
  p_org uuid, p_now timestamptz, p_kinds text[], p_external_ids text[], p_ids uuid[],
  p_team_external_ids text[], p_team_ids uuid[], p_default_limit numeric, p_budget_ids uuid[],
  p_user_external_ids text[], p_user_ids uuid[])
RETURNS TABLE (ordinal bigint, id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
SET enable_sort = off SET plan_cache_mode = force_generic_plan AS $function$
DECLARE
  v_user uuid;
  v_users uuid[] := '{}';
  v_is_marked boolean := false;
BEGIN
  IF p_default_limit IS NOT NULL OR cardinality(array_remove(p_team_external_ids, NULL)) > 0 THEN
    -- Where it may have to be counted as a change, the gate is taken alone from the beginning: a share cannot become that.
    v_is_marked := EXISTS (${MARKED_TEAMS});
    IF v_is_marked THEN
      PERFORM FROM public.organization_gate g WHERE g.organization_id = p_org FOR UPDATE;
    ELSE
      PERFORM FROM public.organization_gate g WHERE g.organization_id = p_org FOR SHARE;
    END IF;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the gate is not to be read' USING ERRCODE = '40001';
    END IF;
    IF NOT v_is_marked AND EXISTS (${MARKED_TEAMS}) THEN
      RAISE EXCEPTION 'a team has got markups meanwhile' USING ERRCODE = '40001';
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
    CROSS JOIN (
      SELECT n.kind, n.external_id, n.id, n.team_external_id
      FROM unnest(p_kinds, p_external_ids, p_ids, p_team_external_ids) AS n (kind, external_id, id, team_external_id)
      WHERE n.kind NOT IN ('TEAM', 'RUN')
      UNION ALL
      SELECT 'USER', n.user_external_id, n.user_id, n.team_external_id
      FROM unnest(p_kinds, p_external_ids, p_team_external_ids, p_user_external_ids, p_user_ids)
        AS n (kind, external_id, team_external_id, user_external_id, user_id)
      WHERE n.kind = 'RUN' AND n.user_external_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM ${RUN_THAT_IS.from} WHERE ${RUN_THAT_IS.isIt})) t
    LEFT JOIN ${TEAM_OF_NEW.from} ON ${TEAM_OF_NEW.isIt} AND t.kind = 'USER'
    WHERE o.organization_id = p_org
    ORDER BY t.kind, t.external_id, t.team_external_id
    ON CONFLICT (organization_id, kind, external_id) DO NOTHING
    RETURNING CASE WHEN a.kind = 'USER' THEN a.id END
  LOOP
    v_users := array_append(v_users, v_user);
  END LOOP;

  INSERT INTO public.account (organization_id, id, kind, external_id, user_id, created_at)
  SELECT DISTINCT ON (t.external_id) o.organization_id, t.id, 'RUN', t.external_id, u.id, p_now
  FROM public.organization o
  CROSS JOIN unnest(p_kinds, p_external_ids, p_ids, p_user_external_ids) AS t (kind, external_id, id, user_external_id)
  LEFT JOIN ${USER_OF_RUN.from} ON ${USER_OF_RUN.isIt}
  WHERE o.organization_id = p_org AND t.kind = 'RUN' AND (t.user_external_id IS NULL OR u.id IS NOT NULL)
  ORDER BY t.external_id, t.user_external_id
  ON CONFLICT (organization_id, kind, external_id) DO NOTHING;

  INSERT INTO public.account_team (organization_id, account_id, team_id)
  SELECT a.organization_id, a.id, a.team_id
  FROM unnest(v_users) AS t (id)
  CROSS JOIN LATERAL (SELECT * FROM public.account a WHERE a.organization_id = p_org AND a.id = t.id LIMIT 1) a
  WHERE a.team_id IS NOT NULL
  ORDER BY a.id
  ON CONFLICT DO NOTHING;

  -- What a call of theirs is charged depends on the team: one that was priced without it is priced again.
  IF v_is_marked AND v_users <> '{}' THEN
    UPDATE public.organization_gate g SET price_version = g.price_version + 1 WHERE g.organization_id = p_org;
  END IF;

  IF p_default_limit IS NOT NULL THEN
    INSERT INTO public.budget (
      organization_id, id, account_id, rank, period, models_key, limit_pico_usd, enforcement, thresholds, zone, begins_at,
      created_at)
    SELECT o.organization_id, t.budget_id, t.id, 1, 'MONTH', '', p_default_limit, 'HARD', '{50,80,100}', o.zone,
      w.starts_at, p_now
    FROM public.organization o
    CROSS JOIN unnest(p_ids || p_user_ids, p_budget_ids || p_budget_ids) AS t (id, budget_id)
    CROSS JOIN LATERAL public.period_bounds('MONTH', o.zone, NULL, NULL, p_now) AS w
    WHERE o.organization_id = p_org AND t.id = ANY (v_users)
    ORDER BY t.budget_id;
    IF FOUND THEN
      PERFORM public.append_audit(p_org, p_now, 'SYSTEM', '${NIL}', NULL, 'DEFAULT_MONTHLY_BUDGET', (
        SELECT jsonb_agg(jsonb_build_object('table', 'budget', 'key', b.id, 'after', ${budgetValues('b')}) ORDER BY b.id)
        FROM unnest(p_budget_ids) AS t (id) CROSS JOIN ${NEW_BUDGET.from} WHERE ${NEW_BUDGET.isIt}));
    END IF;
  END IF;

  RETURN QUERY
  SELECT t.ordinal, a.id
  FROM unnest(p_kinds, p_external_ids) WITH ORDINALITY AS t (kind, external_id, ordinal)
  CROSS JOIN ${ASKED_FOR.from}
  WHERE ${ASKED_FOR.isIt};
END
$function$`;

/** For servers of the version before, which make no runs. */
export const ENSURE_ACCOUNTS_BEFORE_RUNS = `
CREATE OR REPLACE FUNCTION ensure_accounts(
  p_org uuid, p_now timestamptz, p_kinds text[], p_external_ids text[], p_ids uuid[],
  p_team_external_ids text[], p_team_ids uuid[], p_default_limit numeric, p_budget_ids uuid[])
RETURNS TABLE (ordinal bigint, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
  SELECT * FROM public.ensure_accounts(p_org, p_now, p_kinds, p_external_ids, p_ids, p_team_external_ids, p_team_ids,
    p_default_limit, p_budget_ids, '{}', '{}')
$function$`;
