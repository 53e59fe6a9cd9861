import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { noteChange } from '../change.js';

/** Never back in time: what was called back stays so. Answers with what is in force now. */
export async function keepRevocation(
  em: EntityManager,
  organizationId: string,
  actorId: string,
  revokedBefore: Date,
): Promise<Date> {
  const db = em.getKysely();
  const { rows: made } = await sql`
    INSERT INTO token_revocation (organization_id, actor_id, revoked_before)
    VALUES (${organizationId}, ${actorId}, ${revokedBefore}) ON CONFLICT DO NOTHING
    RETURNING 1`.execute(db);
  const before = made.length > 0 ? undefined : await lockRevocation(em, organizationId, actorId);
  const now = before && before > revokedBefore ? before : revokedBefore;
  await sql`UPDATE token_revocation SET revoked_before = ${now}
    WHERE organization_id = ${organizationId} AND actor_id = ${actorId} AND revoked_before < ${now}`.execute(db);
  const was = before && { actorId, revokedBefore: before };
  noteChange(em, 'token_revocation', actorId, was, { actorId, revokedBefore: now });
  return now;
}

async function lockRevocation(em: EntityManager, organizationId: string, actorId: string): Promise<Date> {
  const { rows } = await sql<{ revokedBefore: string }>`
    SELECT to_json(revoked_before)#>>'{}' AS "revokedBefore" FROM token_revocation
    WHERE organization_id = ${organizationId} AND actor_id = ${actorId} FOR UPDATE`.execute(em.getKysely());
  if (!rows[0]) throw new Error('A revocation that is there was not found.');
  return new Date(rows[0].revokedBefore);
}
