/** Who a token is of: rows name it by an id, and this says whom its issuer calls so. */
import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import DataLoader from 'dataloader';
import { SealedText } from '../encryption/sealed-column.js';
import type { Operation } from '../operation.js';

/** Written when one of its tokens is taken for the first time. */
@Entity({ tableName: 'token_subject' })
@Index({ name: 'token_subject_account_idx', properties: ['organizationId', 'accountId'] })
export class TokenSubject {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  /** As an actor. */
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  /** The account that its first token was bound to, with which it is erased; null: one of no account. */
  @Property({ type: 'uuid', nullable: true })
  accountId!: string | null;

  @Property({ type: SealedText })
  subject!: string;
}

/** By the actor's id, batched over all look-ups of an operation; null where it was erased. */
export function subjectOf(operation: Operation, actorId: string): Promise<string | null> {
  return operation.loader(subjectOf, subjectLoader).load(actorId);
}

function subjectLoader(operation: Operation): DataLoader<string, string | null> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const found = await em.find(TokenSubject, { organizationId, id: { $in: [...ids] } });
    const byId = new Map(found.map(({ id, subject }) => [id, subject]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}
