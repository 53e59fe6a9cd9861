import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { ModelKey } from './price-snapshot.js';

/** How many records an account's mean is taken over, and how far back it looks for them among those of other models. */
const RECORDS = 100;
const LOOK_BACK = 10_000;

/** The completion tokens of an account's last calls of a model: their sum and how many calls said so. */
export async function sumCompletionTokens(
  em: EntityManager,
  organizationId: string,
  accountId: string,
  model: ModelKey,
): Promise<{ sum: bigint; count: bigint }> {
  const { rows } = await sql<{ sum: string; count: string }>`
    SELECT coalesce(sum(tokens), 0)::text AS sum, count(*)::text AS count FROM (
      SELECT (recent.quantities ->> 'OUTPUT_TOKENS')::numeric AS tokens FROM (
        SELECT u.kind, u.provider, u.model, u.quantities FROM usage_record u
        WHERE u.organization_id = ${organizationId} AND u.account_id = ${accountId}
        ORDER BY u.occurred_at DESC LIMIT ${LOOK_BACK}) recent
      WHERE recent.kind = 'CALL' AND recent.provider = ${model.provider} AND recent.model = ${model.name}
        AND recent.quantities ->> 'OUTPUT_TOKENS' IS NOT NULL
      LIMIT ${RECORDS}) last`.execute(em.getKysely());
  return { sum: BigInt(rows[0]?.sum ?? 0), count: BigInt(rows[0]?.count ?? 0) };
}
