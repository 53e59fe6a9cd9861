import { answer, found } from './answer.sql.js';

/** A key that no caller can send has a control character, which no line is to have. */
const PLACE = `concat('correction of ', to_json(c.corrected_key))`;

/**
 * A reversal is the exact negation of the record that it takes back, counts where that does, and belongs to one
 * correction; what replaces it counts there too. About the organization $1.
 */
export const CORRECTIONS = answer(
  'SELECT count(*) FROM public.usage_correction c WHERE c.organization_id = $1',
  `SELECT ${found({
    subject: 'c.corrected_key',
    what: 'v.what',
    place: PLACE,
    stored: 'v.stored',
    recomputed: 'v.meant',
    isMoney: `v.what IN ('reversed cost', 'reversed charge')`,
  })}
  FROM public.usage_correction c
  LEFT JOIN LATERAL (${recordOf('c.corrected_key', 'c.corrected_key_day')}) o ON true
  LEFT JOIN LATERAL (${recordOf('c.reversal_key', 'c.key_day')}) r ON true
  LEFT JOIN LATERAL (${recordOf('c.replacement_key', 'c.key_day')}) p ON true
  CROSS JOIN LATERAL (VALUES
    ('kind of the reversal', r.kind, 'REVERSAL'),
    ('kind of the replacement', p.kind, CASE WHEN c.replacement_key IS NOT NULL THEN o.kind END),
    ('pricing of the reversal', ${pricingOf('r')}, ${pricingOf('o')}),
    ('reversed quantities', ${digitsOf('r', '1')}, ${digitsOf('o', '-1')}),
    ('reversed lines', ${linesOf('r')}, (-o.cost_pico_usd)::text),
    ('reversed cost', r.cost_pico_usd::text, (-o.cost_pico_usd)::text),
    ('reversed charge', r.charge_pico_usd::text, (-o.charge_pico_usd)::text),
    ('place of the reversal', ${placeOf('r')}, ${placeOf('o')}),
    ('place of the replacement', ${placeOf('p')}, CASE WHEN c.replacement_key IS NOT NULL THEN ${placeOf('o')} END)
  ) AS v (what, stored, meant)
  WHERE c.organization_id = $1 AND v.stored IS DISTINCT FROM v.meant
  UNION ALL
  SELECT ${found({
    subject: 'r.idempotency_key',
    what: `'corrections of the reversal'`,
    place: `concat('reversal ', to_json(r.idempotency_key))`,
    stored: '0',
    recomputed: '1',
    isMoney: 'false',
  })}
  FROM public.usage_record r
  WHERE r.organization_id = $1 AND r.kind = 'REVERSAL' AND NOT EXISTS (
    SELECT FROM public.usage_correction c
    WHERE c.organization_id = $1 AND c.reversal_key = r.idempotency_key AND c.key_day = r.key_day)`,
);

/** By its key, whatever the planner believes of the table. */
function recordOf(key: string, keyDay: string): string {
  return `SELECT * FROM public.usage_record u
    WHERE u.organization_id = $1 AND u.idempotency_key = ${key} AND u.key_day = ${keyDay} LIMIT 1`;
}

function pricingOf(row: string): string {
  return `concat_ws(' ', ${row}.provider, ${row}.model, ${row}.pricing_id, ${row}.markup, ${row}.has_unrated_units)`;
}

function digitsOf(row: string, sign: string): string {
  return `(SELECT string_agg(concat(q.key, ' ', trim_scale(${sign} * q.value::numeric)), ', ' ORDER BY q.key)
      FROM jsonb_each_text(${row}.quantities) q)`;
}

/** The sum of the lines; without any, as of a deduction, what the cost is. */
function linesOf(row: string): string {
  return `coalesce((SELECT sum((l ->> 'amountPicoUsd')::numeric) FROM jsonb_array_elements(${row}.lines) l),
      ${row}.cost_pico_usd)::text`;
}

/** Who spent and when, as text; null where there is no record. */
function placeOf(row: string): string {
  return `CASE WHEN ${row}.organization_id IS NOT NULL THEN concat_ws(' ', ${row}.account_id, ${row}.user_id, ${row}.team_id,
    to_json(${row}.run_id), extract(epoch FROM ${row}.occurred_at), extract(epoch FROM ${row}.budget_at)) END`;
}
