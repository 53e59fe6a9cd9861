import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { UsageCorrection } from './usage-correction.js';
import type { UsageKey } from './usage-key.js';

type Row = Omit<UsageCorrection, 'organizationId' | 'createdAt'> & { readonly createdAt: string };

/** The corrections that records of one organization are part of, in any of the three places. */
export async function findCorrections(
  em: EntityManager,
  organizationId: string,
  keys: readonly UsageKey[],
): Promise<UsageCorrection[]> {
  const names = keys.map(({ idempotencyKey }) => idempotencyKey);
  const { rows } = await sql<Row>`
    SELECT c.corrected_key AS "correctedKey", c.corrected_key_day::text AS "correctedKeyDay",
      c.reversal_key AS "reversalKey", c.replacement_key AS "replacementKey", c.key_day::text AS "keyDay", c.reason,
      c.corrected_by AS "correctedBy", to_json(c.created_at) AS "createdAt"
    FROM usage_correction c
    WHERE c.organization_id = ${organizationId}
      AND (c.corrected_key = ANY (${names}) OR c.reversal_key = ANY (${names}) OR c.replacement_key = ANY (${names}))`.execute(
    em.getKysely(),
  );
  return rows.map((row) =>
    Object.assign(new UsageCorrection(), row, { organizationId, createdAt: new Date(row.createdAt) }),
  );
}
