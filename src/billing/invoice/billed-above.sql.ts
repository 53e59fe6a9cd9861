/** What of the usage of an account is on the invoices of those above it: its team, each that it ever was in, the organization. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder } from 'kysely';
import type { Day } from '../amount/proration.js';

/**
 * Waits for the invoices above that are being made: whoever makes one holds its subscription. Before the gate, where every
 * call of the organization would wait with it; the transaction ends before that is taken.
 */
export async function awaitInvoicesAbove(em: EntityManager, organizationId: string, accountId: string): Promise<void> {
  await lockAbove(em, organizationId, accountId, sql`FOR UPDATE`);
}

/**
 * Up to which local day it is; null where nothing is. Keeps others from being begun until the transaction ends. The caller
 * holds the gate, so one that was begun meanwhile is not waited for: that is an error of the database.
 */
export async function readBilledTo(em: EntityManager, organizationId: string, accountId: string): Promise<Day | null> {
  await lockAbove(em, organizationId, accountId, sql`FOR UPDATE NOWAIT`);
  const { rows } = await sql<{ day: Day | null }>`SELECT max(i.to_day)::text AS day FROM invoice i
    WHERE i.organization_id = ${organizationId} AND i.status <> 'VOID'
      AND i.account_id IN (${above(organizationId, accountId)})`.execute(em.getKysely());
  return rows[0]?.day ?? null;
}

async function lockAbove(
  em: EntityManager,
  organizationId: string,
  accountId: string,
  lock: RawBuilder<unknown>,
): Promise<void> {
  await sql`SELECT s.id FROM subscription s
    WHERE s.organization_id = ${organizationId} AND s.account_id IN (${above(organizationId, accountId)})
    ORDER BY s.id ${lock}`.execute(em.getKysely());
}

const above = (organizationId: string, accountId: string) => sql`SELECT a.id FROM account a
  WHERE a.organization_id = ${organizationId} AND a.id <> ${accountId}
    AND (a.kind = 'ORGANIZATION' OR a.id IN (SELECT t.team_id FROM account_team t
      WHERE t.organization_id = ${organizationId} AND t.account_id = ${accountId}))`;
