import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';

/** Never back in time: what was called back stays so. Answers with what is in force now. */
export async function keepRevocation(
  em: EntityManager,
  organizationId: string,
  subject: string,
  revokedBefore: Date,
): Promise<Date> {
  const { rows } = await sql<{ revokedBefore: string }>`
    INSERT INTO token_revocation AS r (organization_id, subject, revoked_before)
    VALUES (${organizationId}, ${subject}, ${revokedBefore})
    ON CONFLICT (organization_id, subject)
      DO UPDATE SET revoked_before = greatest(r.revoked_before, excluded.revoked_before)
    RETURNING to_json(revoked_before)#>>'{}' AS "revokedBefore"`.execute(em.getKysely());
  return new Date(rows[0]?.revokedBefore ?? revokedBefore);
}
