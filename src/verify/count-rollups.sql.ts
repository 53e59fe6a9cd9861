/** The totals by local day, provider and model, counted again from the records. */
import type { Count } from './check.js';
import { answer, carry, found } from './answer.sql.js';

const quantity = (unit: string) => `coalesce((u.quantities ->> '${unit}')::numeric, 0)`;

/** A reversal takes back one record. */
const SIGN = `CASE WHEN u.kind = 'REVERSAL' THEN -1 ELSE 1 END`;

/** [column of usage_rollup, its sum over records]. Providers report cache writes as a whole or in parts by life time. */
const SUMS: readonly (readonly [string, string])[] = [
  ['record_count', `sum(${SIGN})`],
  ['reversal_count', `count(*) FILTER (WHERE u.kind = 'REVERSAL')`],
  ['unpriced_count', 'count(*) FILTER (WHERE u.cost_pico_usd IS NULL)'],
  ['unrated_count', `coalesce(sum(${SIGN}) FILTER (WHERE u.has_unrated_units), 0)`],
  ['input_tokens', `sum(${quantity('INPUT_TOKENS')})`],
  ['cache_read_tokens', `sum(${quantity('CACHE_READ_TOKENS')})`],
  [
    'cache_write_tokens',
    `sum(CASE WHEN u.quantities ? 'CACHE_WRITE_TOKENS' THEN ${quantity('CACHE_WRITE_TOKENS')}
      ELSE ${quantity('CACHE_WRITE_5M_TOKENS')} + ${quantity('CACHE_WRITE_1H_TOKENS')} END)`,
  ],
  ['output_tokens', `sum(${quantity('OUTPUT_TOKENS')})`],
  ['cost_pico_usd', 'sum(coalesce(u.cost_pico_usd, 0))'],
  ['charge_pico_usd', 'sum(coalesce(u.charge_pico_usd, 0))'],
];
const NAMES = SUMS.map(([name]) => name);

/**
 * $1 organization, $2 and $3 recorded from and to, $4 carried, $5 the days to look at, null for all.
 *
 * A record without a price stands under the name that was sent, and moves to the resolved one with its price.
 */
const COUNTED = `
  WITH counted AS (
    SELECT c.day, c.provider, c.model, ${NAMES.map((name) => `sum(c.${name}) AS ${name}`).join(', ')} FROM (
      SELECT (u.occurred_at AT TIME ZONE o.zone)::date AS day, coalesce(u.provider, u.provider_sent, '') AS provider,
        coalesce(u.model, u.model_sent, '') AS model, ${SUMS.map(([name, sum]) => `${sum} AS ${name}`).join(', ')}
      FROM public.usage_record u JOIN public.organization o ON o.organization_id = u.organization_id
      WHERE u.organization_id = $1 AND u.recorded_at >= $2 AND u.recorded_at < $3
        AND ($5::date[] IS NULL OR (u.occurred_at AT TIME ZONE o.zone)::date = ANY ($5))
      GROUP BY 1, 2, 3
      UNION ALL
      SELECT * FROM jsonb_to_recordset($4::jsonb)
        AS t (day date, provider text, model text, ${NAMES.map((name) => `${name} numeric`).join(', ')})
    ) c
    GROUP BY 1, 2, 3
  ),
  kept AS (
    SELECT * FROM public.usage_rollup r WHERE r.organization_id = $1 AND ($5::date[] IS NULL OR r.day = ANY ($5))
  )`;

/** What it counts is records. */
export const ROLLUPS: Count = {
  carry: `${COUNTED} ${carry('counted')}`,
  compare: `${COUNTED} ${answer(
    'SELECT sum(record_count + 2 * reversal_count) FROM counted',
    `SELECT ${found({
      subject: 'day',
      what: `replace(v.name, '_pico_usd', '')`,
      place: `concat('total of ', day, ' ', to_json(provider || '/' || model))`,
      stored: 'v.stored',
      recomputed: 'v.recomputed',
      isMoney: `v.name LIKE '%_pico_usd'`,
    })}
    FROM kept k FULL JOIN counted c USING (day, provider, model)
    CROSS JOIN LATERAL (VALUES
      ${NAMES.map((name) => `('${name}', k.${name}::numeric, c.${name}::numeric)`).join(', ')}) AS v (name, stored, recomputed)
    WHERE coalesce(v.stored, 0) <> coalesce(v.recomputed, 0)
    ORDER BY day, provider, model, v.name`,
  )}`,
};
