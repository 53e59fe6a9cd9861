import type { EntityManager } from '@mikro-orm/postgresql';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Names the organization to the transaction, for policies on rows.
 * SET takes no bound parameter, so the text is checked; set_config is not used because a pooled statement may defer it.
 */
export async function setTransactionOrganization(
  em: EntityManager,
  organizationId: string,
  timeLimitMs?: number,
): Promise<void> {
  if (!UUID.test(organizationId)) throw new Error('An organization id must be a lower-case uuid.');
  // One message, and so one round trip.
  const limit = timeLimitMs === undefined ? '' : `; ${timeLimit(timeLimitMs)}`;
  await em.execute(`SET LOCAL tollgate.organization_id = '${organizationId}'${limit}`);
}

/** Each further statement of the transaction may take so long. */
export async function setTransactionTimeLimit(em: EntityManager, timeLimitMs: number): Promise<void> {
  await em.execute(timeLimit(timeLimitMs));
}

function timeLimit(timeLimitMs: number): string {
  if (!Number.isInteger(timeLimitMs) || timeLimitMs < 1) throw new Error('A time limit must be whole and above 0.');
  return `SET LOCAL statement_timeout = ${timeLimitMs}`;
}
