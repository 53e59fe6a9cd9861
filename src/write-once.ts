/** Rows of people under idempotency keys of their own. */
import type { EntityClass, EntityManager, RequiredEntityData } from '@mikro-orm/postgresql';
import { idempotencyConflict } from './errors.js';

interface Keyed {
  organizationId: string;
  idempotencyKey: string | null;
  contentHash: string | null;
}

/** The row under a key that was used before. @throws ApiError IDEMPOTENCY_CONFLICT where it says something else */
export async function findOnce<T extends Keyed>(
  em: EntityManager,
  entity: EntityClass<T>,
  { organizationId, idempotencyKey, contentHash }: { [Name in keyof Keyed]: string },
): Promise<T | undefined> {
  const [found] = await em.find<T>(entity, { organizationId, idempotencyKey } as never, { limit: 1 });
  if (found && found.contentHash !== contentHash) throw idempotencyConflict(idempotencyKey);
  return found;
}

/** Writes a row whose key was free a moment ago. @throws ApiError IDEMPOTENCY_CONFLICT where somebody was faster */
export async function writeOnce<T extends Keyed & { id: string }>(
  em: EntityManager,
  entity: EntityClass<T>,
  row: RequiredEntityData<T> & { readonly id: string; readonly idempotencyKey: string },
): Promise<T> {
  const written = await em.upsert<T>(entity, row as never, {
    onConflictFields: ['organizationId', 'idempotencyKey'] as never,
    onConflictAction: 'ignore',
  });
  const found = await em.findOneOrFail<T>(entity, {
    organizationId: written.organizationId,
    idempotencyKey: row.idempotencyKey,
  } as never);
  if (found.id !== row.id) throw idempotencyConflict(row.idempotencyKey);
  return found;
}
