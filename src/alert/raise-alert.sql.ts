import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { Alert } from './alert.js';

export interface RaisedAlert extends Pick<Alert, 'organizationId' | 'kind' | 'alertKey' | 'accountId' | 'createdAt'> {
  readonly invoiceId?: string;
  readonly paymentId?: string;
  readonly reason?: string | null;
}

/**
 * Raises an alert once for its key, with whatever else the transaction writes. The feed's row is taken last of all and
 * held to the commit, so the order of cursors is the order of commits; it is left alone where the alert is known. Call
 * the feed after the commit.
 * @returns whether it is new
 */
export async function raiseAlert(em: EntityManager, alert: RaisedAlert): Promise<boolean> {
  const { organizationId, kind, alertKey, accountId, createdAt } = alert;
  const { invoiceId = null, paymentId = null, reason = null } = alert;
  const { rows } = await sql`
    WITH head AS (
      UPDATE alert_feed f SET last_cursor = f.last_cursor + 1
      WHERE f.organization_id = ${organizationId} AND NOT EXISTS (
        SELECT FROM alert a WHERE a.organization_id = ${organizationId} AND a.alert_key = ${alertKey})
      RETURNING f.last_cursor)
    INSERT INTO alert (
      organization_id, cursor, kind, alert_key, account_id, invoice_id, payment_id, reason, created_at)
    SELECT ${organizationId}::uuid, head.last_cursor, ${kind}::text, ${alertKey}::text, ${accountId}::uuid,
      ${invoiceId}::uuid, ${paymentId}::uuid, ${reason}::text, ${createdAt}::timestamptz
    FROM head
    ON CONFLICT (organization_id, alert_key) DO NOTHING
    RETURNING cursor`.execute(em.getKysely());
  return rows.length > 0;
}
