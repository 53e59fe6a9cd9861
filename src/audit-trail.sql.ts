import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { ClientBase } from 'pg';
import type { Change } from './change.js';
import { CATALOGUE } from './node-id.js';
import type { Principal } from './principal.js';

/** Who did it, and by what. */
export interface Doing {
  readonly principal: Principal;
  readonly now: Date;
  /** Of the request; undefined where nobody asked. */
  readonly requestId: string | undefined;
  /** The mutation's name, or that of a job. */
  readonly cause: string;
}

/** The columns of an actor, as the functions of the database take them. */
export function doingColumns({ principal, requestId, cause }: Doing): [string, string, string | null, string] {
  return [principal.actor.kind, principal.actor.id, requestId ?? null, cause];
}

const APPEND = 'SELECT public.append_audit($1, $2, $3, $4, $5, $6, $7::jsonb)';

/** The last statement of a transaction: the head of the trail is locked to the commit. */
export async function appendAudit(
  em: EntityManager,
  organizationId: string,
  doing: Doing,
  changes: readonly Change[],
): Promise<void> {
  const [kind, actor, requestId, cause] = doingColumns(doing);
  await sql`SELECT public.append_audit(${organizationId}, ${doing.now}, ${kind}, ${actor}, ${requestId},
    ${cause}, ${JSON.stringify(changes)}::jsonb)`.execute(em.getKysely());
}

/** The same of a transaction of the catalogue, which belongs to no organization of its own. */
export async function appendCatalogueAudit(
  client: ClientBase,
  doing: Doing,
  changes: readonly Change[],
): Promise<void> {
  await client.query(APPEND, [CATALOGUE, doing.now, ...doingColumns(doing), JSON.stringify(changes)]);
}
