/** `usageSummary` of a year over many records against the sum over the records themselves. */
import type { Client } from 'pg';
import { ask } from './product.js';

const MODELS = 20;

/** A year of records, spread over days and models, with the totals that recording them would have left. */
export async function fillYear(client: Client, records: number): Promise<void> {
  await client.query('TRUNCATE usage_record, usage_rollup');
  await client.query(
    `INSERT INTO usage_record (organization_id, idempotency_key, key_day, kind, content_hash, batch_id, account_id, user_id,
       team_id, model_sent, provider, model, quantities, lines, has_unrated_units, markup, cost_pico_usd, charge_pico_usd,
       occurred_at, budget_at, recorded_at, priced_at, billable_at)
     SELECT a.organization_id, 'year-' || lpad(n::text, 9, '0'), '1970-01-01', 'CALL', '\\x00', a.id, a.id, a.id, a.team_id,
       'model-' || n % ${MODELS}, 'provider-' || n % 4, 'model-' || n % ${MODELS},
       '{"INPUT_TOKENS": "1000", "OUTPUT_TOKENS": "100"}', '[]', false, 0, 1000000 + n % 1000, 1000000 + n % 1000,
       w.at, w.at, w.at, w.at, w.at
     FROM generate_series(0, $1::int - 1) AS n
     CROSS JOIN LATERAL (SELECT timestamptz '2025-01-01 00:00Z' + (n * (interval '365 days' / $1::int)) AS at) w
     CROSS JOIN (SELECT * FROM account WHERE kind = 'USER' ORDER BY id LIMIT 1) a`,
    [records],
  );
  await client.query(
    `INSERT INTO usage_rollup (organization_id, day, provider, model, record_count, unpriced_count, unrated_count,
       input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, cost_pico_usd, charge_pico_usd)
     SELECT organization_id, (occurred_at AT TIME ZONE 'UTC')::date, provider, model, count(*), 0, 0, 1000 * count(*), 0, 0,
       100 * count(*), sum(cost_pico_usd), sum(charge_pico_usd)
     FROM usage_record GROUP BY 1, 2, 3, 4`,
  );
  await client.query('VACUUM ANALYZE usage_record, usage_rollup');
}

export type Grouping = 'MODEL' | 'DAY';

const COLUMNS = { MODEL: 'provider, model', DAY: `(occurred_at AT TIME ZONE 'UTC')::date` };

/** Only the sums that need no token count, which is in favour of the raw side. */
export async function rawSummary(client: Client, grouping: Grouping): Promise<number> {
  const begin = performance.now();
  await client.query(
    `SELECT ${COLUMNS[grouping]}, count(*), sum(cost_pico_usd), sum(charge_pico_usd) FROM usage_record
     WHERE occurred_at >= '2025-01-01Z' AND occurred_at < '2026-01-01Z' GROUP BY ${COLUMNS[grouping]}`,
  );
  return performance.now() - begin;
}

/** Through the public API. */
export async function askSummary(url: string, grouping: Grouping, records: number): Promise<number> {
  const begin = performance.now();
  const { usageSummary } = await ask<{ usageSummary: { totals: { recordCount: number } } }>(
    url,
    `query ($input: UsageSummaryInput!) { usageSummary(input: $input) {
       rows { day provider model recordCount cost charge } totals { recordCount cost } } }`,
    { input: { from: '2025-01-01', to: '2025-12-31', groupBy: [grouping] } },
  );
  const took = performance.now() - begin;
  if (usageSummary.totals.recordCount !== records) throw new Error('The summary is not of all records.');
  return took;
}
