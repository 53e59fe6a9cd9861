/** What every budget row was like at each commit that moved it, in builds of tests alone. */
import type { ClientBase } from 'pg';

/** From now on each transaction that moved a period row leaves a row of it, as it was when it was committed. */
export async function keepHistory(client: ClientBase): Promise<void> {
  await client.query(`
    CREATE TABLE grant_history (
      n bigint GENERATED ALWAYS AS IDENTITY, budget_id uuid, starts_at timestamptz, enforcement text,
      limit_pico_usd numeric, spent_pico_usd numeric, held_pico_usd numeric, granted_pico_usd numeric, at xid8);
    CREATE FUNCTION keep_grant_history() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
      INSERT INTO grant_history (budget_id, starts_at, enforcement, limit_pico_usd, spent_pico_usd, held_pico_usd,
        granted_pico_usd, at)
      SELECT bp.budget_id, bp.starts_at, bp.enforcement, bp.limit_pico_usd, bp.spent_pico_usd, bp.held_pico_usd,
        bp.held_pico_usd - OLD.held_pico_usd, pg_current_xact_id()
      FROM budget_period bp
      WHERE bp.organization_id = NEW.organization_id AND bp.budget_id = NEW.budget_id AND bp.starts_at = NEW.starts_at;
      RETURN NULL;
    END $function$;
    CREATE CONSTRAINT TRIGGER grant_history AFTER UPDATE ON budget_period DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION keep_grant_history();`);
}

/** Commits after which an enforcing budget was over its limit by a grant of that commit. */
export async function oversteps(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ found: number }>(`
    SELECT count(*)::int AS found FROM grant_history
    WHERE enforcement = 'HARD' AND granted_pico_usd > 0 AND spent_pico_usd + held_pico_usd > limit_pico_usd`);
  return rows[0]?.found ?? 0;
}

/** How many commits granted something. */
export async function grantCount(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ found: number }>(
    'SELECT count(DISTINCT at)::int AS found FROM grant_history WHERE granted_pico_usd > 0',
  );
  return rows[0]?.found ?? 0;
}
