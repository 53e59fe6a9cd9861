/** What is done without a person: as nobody in particular, in one organization. */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Clock } from '../clock.js';
import { Operation } from '../operation.js';
import { Role, systemPrincipal } from '../principal.js';

/** @param cause in the words of the audit trail, such as `COLLECTING` */
export function asNobody(orm: MikroORM, clock: Clock, organizationId: string, cause: string): Operation {
  return new Operation(systemPrincipal(organizationId, Role.FINANCE), clock.now(), orm, { cause });
}

/** One transaction. */
export async function inTransaction<Answer>(
  operation: Operation,
  work: (operation: Operation) => Promise<Answer>,
): Promise<Answer> {
  try {
    const answer = await work(operation);
    await operation.commit();
    return answer;
  } catch (error) {
    await operation.rollback();
    throw error;
  }
}
