import { KEY_MARK } from '../usage/usage-key.js';
import { answer, found } from './answer.sql.js';

const MARK = `chr(${KEY_MARK.charCodeAt(0)})`;

const recordOf = (
  key: string,
  keyDay: string,
) => `SELECT u.cost_pico_usd AS cost, u.charge_pico_usd AS charge, u.occurred_at
    FROM public.usage_record u
    WHERE u.organization_id = $1 AND u.idempotency_key = ${key} AND u.key_day = ${keyDay} LIMIT 1`;

const monthOf = (at: string) => `to_char(${at} AT TIME ZONE z.zone, 'YYYY-MM')`;

/** What reprices have replaced, which the keys of the replacements tell, whatever became of those since. */
const MADE = `SELECT split_part(c.replacement_key, ${MARK}, 3) AS key, ${monthOf('o.occurred_at')} AS month, count(*) AS count,
      sum(p.cost - o.cost) AS cost, sum(p.charge - o.charge) AS charge
    FROM public.usage_correction c JOIN public.organization z ON z.organization_id = $1
    LEFT JOIN LATERAL (${recordOf('c.corrected_key', 'c.corrected_key_day')}) o ON true
    LEFT JOIN LATERAL (${recordOf('c.replacement_key', 'c.key_day')}) p ON true
    WHERE c.organization_id = $1 AND split_part(c.replacement_key, ${MARK}, 2) = 'reprice'
    GROUP BY 1, 2`;

/**
 * The calls of each reprice that got their first price since it began. Who gave it is not told, so these are the most that
 * it can have priced.
 */
const FIRST = `SELECT r.idempotency_key AS key, ${monthOf('u.occurred_at')} AS month, count(*) AS count,
      sum(u.cost_pico_usd) AS cost, sum(u.charge_pico_usd) AS charge
    FROM public.reprice r JOIN public.organization z ON z.organization_id = $1
    JOIN public.usage_record u ON u.organization_id = $1 AND u.provider = r.provider AND u.model = r.model
      AND u.kind = 'CALL' AND u.unpriced_reason IS NOT NULL AND u.priced_at >= r.started_at
      AND u.occurred_at >= r.from_at AND u.occurred_at < r.to_at
    WHERE r.organization_id = $1
      AND jsonb_path_exists(r.months, '$[*].pricedCount ? (@ <> "0")')
    GROUP BY 1, 2`;

/** Of all that was counted the set is known where as many are there: then their sums are. */
const difference = (what: 'cost' | 'charge') => `('${what} difference', t.${what},
      CASE WHEN t.corrected = coalesce(m.count, 0) AND t.priced IN (0, f.count)
        THEN coalesce(m.${what}, 0) + CASE WHEN t.priced = 0 THEN 0 ELSE f.${what} END ELSE t.${what} END)`;

/**
 * What each reprice says of a month is what the corrections and first prices are that it made. One that is under way has made
 * as many corrections as it says, or more: those of the page that it is at. About the organization $1.
 */
export const REPRICES = answer(
  'SELECT count(*) FROM public.reprice r WHERE r.organization_id = $1',
  `SELECT ${found({
    subject: 'd.key',
    what: 'd.what',
    place: `concat('reprice ', to_json(d.key), ' in ', d.month)`,
    stored: 'd.stored',
    recomputed: 'd.meant',
    isMoney: `d.what LIKE '%difference'`,
  })}
  FROM (
    WITH made AS MATERIALIZED (${MADE}),
    first AS MATERIALIZED (${FIRST}),
    told AS (
      SELECT r.idempotency_key AS key, t.month, t."recordCount" AS records, t."pricedCount" AS priced,
        t."correctedCount" AS corrected, t."unchangedCount" + t."unpriceableCount" AS others,
        t."newCostPicoUsd" - t."oldCostPicoUsd" AS cost, t."newChargePicoUsd" - t."oldChargePicoUsd" AS charge
      FROM public.reprice r
      CROSS JOIN LATERAL jsonb_to_recordset(r.months) AS t (month text, "recordCount" numeric, "pricedCount" numeric,
        "correctedCount" numeric, "unchangedCount" numeric, "unpriceableCount" numeric, "oldCostPicoUsd" numeric,
        "newCostPicoUsd" numeric, "oldChargePicoUsd" numeric, "newChargePicoUsd" numeric)
      WHERE r.organization_id = $1)
    SELECT key, month, v.what, v.stored::text AS stored, v.meant::text AS meant
    FROM told t
    FULL JOIN made m USING (key, month)
    LEFT JOIN first f USING (key, month)
    LEFT JOIN public.reprice r ON r.organization_id = $1 AND r.idempotency_key = key AND r.completed_at IS NULL
    CROSS JOIN LATERAL (VALUES
      ('calls', t.records, t.priced + t.corrected + t.others),
      ('corrected calls', coalesce(t.corrected, 0), CASE WHEN r.organization_id IS NULL THEN coalesce(m.count, 0)
        ELSE least(coalesce(t.corrected, 0), coalesce(m.count, 0)) END),
      ('priced calls', coalesce(t.priced, 0), least(coalesce(t.priced, 0), coalesce(f.count, 0))),
      ${difference('cost')},
      ${difference('charge')}
    ) AS v (what, stored, meant)) d
  WHERE d.stored IS DISTINCT FROM d.meant
  ORDER BY d.key, d.month, d.what`,
);
