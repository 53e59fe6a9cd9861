/** The books kept a second time: what periods and totals must hold by the records, in plain SQL of its own. */
import type { ClientBase } from 'pg';

const SPENT = `
  WITH counted AS (
    SELECT b.organization_id, b.id AS budget_id, bp.starts_at, sum(coalesce(u.charge_pico_usd, 0)) AS charges
    FROM budget b
    JOIN usage_record u ON u.organization_id = b.organization_id
      AND (b.rank = 3 OR b.account_id = u.account_id OR b.account_id = u.team_id)
      AND u.budget_at >= b.begins_at AND (b.ended_at IS NULL OR u.budget_at < b.ended_at)
      AND (b.models IS NULL OR concat(u.provider, '/', u.model) = ANY (b.models))
    LEFT JOIN budget_period bp ON bp.organization_id = b.organization_id AND bp.budget_id = b.id
      AND bp.starts_at <= u.budget_at AND u.budget_at < bp.ends_at
    GROUP BY 1, 2, 3)
  SELECT format('budget %s from %s: spent %s, charges %s', coalesce(bp.budget_id, c.budget_id), coalesce(bp.starts_at, c.starts_at),
    bp.spent_pico_usd, c.charges) AS difference
  FROM budget_period bp
  FULL JOIN counted c ON c.organization_id = bp.organization_id AND c.budget_id = bp.budget_id AND c.starts_at = bp.starts_at
  WHERE bp.budget_id IS NULL AND c.charges <> 0 OR bp.spent_pico_usd <> coalesce(c.charges, 0)`;

const LIMITS = `
  SELECT format('budget %s from %s: limit %s, its budget %s', bp.budget_id, bp.starts_at, bp.limit_pico_usd, b.limit_pico_usd) AS difference
  FROM budget_period bp JOIN budget b ON b.organization_id = bp.organization_id AND b.id = bp.budget_id
  WHERE b.ended_at IS NULL AND bp.ends_at > tollgate_now()
    AND (bp.limit_pico_usd, bp.enforcement, bp.thresholds) IS DISTINCT FROM (b.limit_pico_usd, b.enforcement, b.thresholds)`;

const OVERLAPS = `
  SELECT format('budget %s: periods from %s and %s overlap', a.budget_id, a.starts_at, b.starts_at) AS difference
  FROM budget_period a JOIN budget_period b ON b.organization_id = a.organization_id AND b.budget_id = a.budget_id
    AND b.starts_at > a.starts_at AND b.starts_at < a.ends_at`;

const quantity = (unit: string) => `coalesce((u.quantities ->> '${unit}')::numeric, 0)`;

const ROLLUP = `
  WITH counted AS (
    SELECT u.organization_id, (u.occurred_at AT TIME ZONE o.zone)::date AS day,
      coalesce(u.provider, u.provider_sent, '') AS provider, coalesce(u.model, u.model_sent, '') AS model,
      ARRAY[count(*), count(*) FILTER (WHERE u.cost_pico_usd IS NULL), count(*) FILTER (WHERE u.has_unrated_units),
        sum(${quantity('INPUT_TOKENS')}), sum(${quantity('CACHE_READ_TOKENS')}),
        sum(CASE WHEN u.quantities ? 'CACHE_WRITE_TOKENS' THEN ${quantity('CACHE_WRITE_TOKENS')}
          ELSE ${quantity('CACHE_WRITE_5M_TOKENS')} + ${quantity('CACHE_WRITE_1H_TOKENS')} END),
        sum(${quantity('OUTPUT_TOKENS')}), sum(coalesce(u.cost_pico_usd, 0)), sum(coalesce(u.charge_pico_usd, 0))]::numeric[] AS sums
    FROM usage_record u JOIN organization o ON o.organization_id = u.organization_id
    GROUP BY 1, 2, 3, 4),
  kept AS (
    SELECT r.organization_id, r.day, r.provider, r.model, ARRAY[r.record_count, r.unpriced_count, r.unrated_count, r.input_tokens,
      r.cache_read_tokens, r.cache_write_tokens, r.output_tokens, r.cost_pico_usd, r.charge_pico_usd]::numeric[] AS sums
    FROM usage_rollup r WHERE r.record_count <> 0)
  SELECT format('total of %s %s/%s: %s, records %s', coalesce(k.day, c.day), coalesce(k.provider, c.provider),
    coalesce(k.model, c.model), k.sums, c.sums) AS difference
  FROM kept k FULL JOIN counted c USING (organization_id, day, provider, model)
  WHERE k.sums IS DISTINCT FROM c.sums`;

/** Every difference between what is kept and what the records say, in words; none when the books are right. */
export async function booksOf(client: ClientBase): Promise<string[]> {
  const differences: string[] = [];
  for (const statement of [SPENT, LIMITS, OVERLAPS, ROLLUP]) {
    const { rows } = await client.query<{ difference: string }>(statement);
    differences.push(...rows.map((row) => row.difference));
  }
  return differences;
}
