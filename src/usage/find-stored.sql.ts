import type { Pool } from 'pg';

/** A row `u` of usage_record as `storedRecord` reads it, and as record_usage answers with it. */
export const STORED_ROW = `to_jsonb(u) || jsonb_build_object('content_hash', encode(u.content_hash, 'hex'),
  'cost_pico_usd', u.cost_pico_usd::text, 'charge_pico_usd', u.charge_pico_usd::text)`;

/** A stored record by its key, by column name, as record_usage answers with it; undefined where there is none. */
export async function findStored(
  pool: Pool,
  organizationId: string,
  key: { readonly idempotencyKey: string; readonly keyDay: string },
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { rows } = await pool.query<{ row: Record<string, unknown> }>({
    name: 'find-stored',
    text: `SELECT ${STORED_ROW} AS row
      FROM usage_record u WHERE u.organization_id = $1 AND u.idempotency_key = $2 AND u.key_day = $3`,
    values: [organizationId, key.idempotencyKey, key.keyDay],
  });
  return rows[0]?.row;
}
