import type { Pool } from 'pg';
import { sealerOf } from '../../encryption/sealer.js';
import { WebhookEvent, type WebhookEventStatus } from './webhook-event.js';

const COLUMNS = `e.processor, e.id, e.kind, e.object_ref AS "objectRef", e.status, e.note, e.tries,
  e.created_at AS "createdAt", e.received_at AS "receivedAt", e.look_at AS "lookAt", e.ended_at AS "endedAt"`;

/** A row as it was read, with what it is about decrypted. */
export function openedEvent<Row extends { readonly objectRef: string | null }>(pool: Pool, row: Row): Row {
  const { objectRef } = row;
  return objectRef === null ? row : { ...row, objectRef: sealerOf(pool).open(OBJECT_REF, objectRef) };
}

const eventOf = (pool: Pool, columns: Columns): WebhookEvent =>
  Object.assign(new WebhookEvent(), openedEvent(pool, columns));

interface Columns {
  readonly objectRef: string | null;
}

export const OBJECT_REF = 'webhook_event.object_ref';

export interface EventKey {
  readonly processor: string;
  readonly id: string;
}

export async function findEvent(pool: Pool, { processor, id }: EventKey): Promise<WebhookEvent | undefined> {
  const { rows } = await pool.query<Columns>(
    `SELECT ${COLUMNS} FROM webhook_event e WHERE e.processor = $1 AND e.id = $2`,
    [processor, id],
  );
  return rows[0] && eventOf(pool, rows[0]);
}

/** Newest first. @param after only what comes after this one in the list */
export async function searchEvents(
  pool: Pool,
  status: WebhookEventStatus | null | undefined,
  after: EventKey | undefined,
  limit: number,
): Promise<WebhookEvent[]> {
  const { rows } = await pool.query<Columns>(
    `SELECT ${COLUMNS} FROM webhook_event e
    WHERE ($1::text IS NULL OR e.status = $1) AND ($3::text IS NULL OR (e.received_at, e.id) < (
      SELECT b.received_at, b.id FROM webhook_event b WHERE b.processor = $2 AND b.id = $3))
    ORDER BY e.received_at DESC, e.id DESC LIMIT $4`,
    [status ?? null, after?.processor ?? null, after?.id ?? null, limit],
  );
  return rows.map((row) => eventOf(pool, row));
}

/** Due at once, as one that has just come; one of a kind that changes nothing stays so. undefined: there is none. */
export async function retryEvent(pool: Pool, { processor, id }: EventKey): Promise<WebhookEvent | undefined> {
  const { rows } = await pool.query<Columns>(
    `UPDATE webhook_event e SET status = 'RECEIVED', note = NULL, tries = 0, ended_at = NULL,
      look_at = public.tollgate_now()
    WHERE e.processor = $1 AND e.id = $2 AND e.status <> 'IGNORED' AND e.object_ref IS NOT NULL
    RETURNING ${COLUMNS}`,
    [processor, id],
  );
  return rows[0] ? eventOf(pool, rows[0]) : findEvent(pool, { processor, id });
}
