import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { ModelKey } from './price-snapshot.js';

/** How many records an account's mean is taken over, and how far back it looks for them among those of other models. */
const RECORDS = 100;
const LOOK_BACK = 10_000;

/** The completion tokens of an account's last calls of a model that stand: their sum and how many calls said so. */
export async function sumCompletionTokens(
  em: EntityManager,
  organizationId: string,
  accountId: string,
  model: ModelKey,
): Promise<{ sum: bigint; count: bigint }> {
  const { rows } = await sql<{ sum: string; count: string }>`
    SELECT coalesce(sum(tokens), 0)::text AS sum, count(*)::text AS count FROM (
      SELECT (recent.quantities ->> 'OUTPUT_TOKENS')::numeric AS tokens FROM (
        SELECT u.kind, u.provider, u.model, u.quantities, u.idempotency_key, u.key_day FROM usage_record u
        WHERE u.organization_id = ${organizationId} AND u.account_id = ${accountId}
        ORDER BY u.occurred_at DESC LIMIT ${LOOK_BACK}) recent
      WHERE recent.kind = 'CALL' AND recent.provider = ${model.provider} AND recent.model = ${model.name}
        AND recent.quantities ->> 'OUTPUT_TOKENS' IS NOT NULL
        AND NOT EXISTS (SELECT FROM usage_correction c WHERE c.organization_id = ${organizationId}
          AND c.corrected_key = recent.idempotency_key AND c.corrected_key_day = recent.key_day)
      LIMIT ${RECORDS}) last`.execute(em.getKysely());
  return { sum: BigInt(rows[0]?.sum ?? 0), count: BigInt(rows[0]?.count ?? 0) };
}
