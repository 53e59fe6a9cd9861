import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from 'type-graphql';
import type { Context } from '../context.js';
import { encodeId } from '../node-id.js';
import { FIRST, PageInfo, type Page } from '../page.js';
import { Requires } from '../requires.js';
import { AuditEntry } from './audit-entry.js';
import { AuditFilter } from './audit-input.js';
import { auditEntryId, subjectIdOf } from './audit-subject.js';
import type { AuditService } from './audit.service.js';

enum AuditActorKind {
  API_KEY = 'API_KEY',
  TOKEN = 'TOKEN',
  SYSTEM = 'SYSTEM',
  UNKNOWN = 'UNKNOWN',
}

registerEnumType(AuditActorKind, {
  name: 'AuditActorKind',
  description: 'Who changed something.',
  valuesConfig: {
    API_KEY: { description: 'Whoever had an API key.' },
    TOKEN: { description: 'Whoever had a token of the identity provider.' },
    SYSTEM: { description: 'The server by itself, such as an invoice that was due.' },
    UNKNOWN: { description: 'A server of a version that did not say.' },
  },
});

@ObjectType({ description: 'Who changed something.' })
class AuditActor {
  @Field(() => AuditActorKind, { description: 'What it is.' })
  kind!: AuditActorKind;

  @Field(() => ID, { nullable: true, description: 'Opaque id of the API key; null for others.' })
  apiKeyId!: string | null;

  @Field(() => ID, { description: 'The same for all that one actor did.' })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Whom the issuer of the token calls so; null for others, and for one that was erased.',
  })
  subject!: string | null;
}

@ObjectType({ description: 'One row of an AuditEntryConnection.' })
class AuditEntryEdge {
  @Field(() => AuditEntry, { description: 'The entry.' })
  node!: AuditEntry;

  @Field(() => String, { description: 'Its cursor.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of the audit trail, newest first.' })
class AuditEntryConnection {
  @Field(() => [AuditEntryEdge], { description: 'The rows of this page.' })
  edges!: AuditEntryEdge[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo!: PageInfo;
}

@Resolver(() => AuditEntry)
export class AuditResolver {
  constructor(private readonly service: AuditService) {}

  @Requires('audit.read')
  @Query(() => AuditEntryConnection, {
    description:
      'Who changed which budget, price, plan, subscription, invoice, payment, key or the like, newest first. Usage is not in it: records have a chain of digests. Requires audit.read. Errors: BAD_USER_INPUT, FORBIDDEN.',
  })
  auditEntries(
    @Ctx() context: Context,
    @Arg('filter', () => AuditFilter, { nullable: true, description: 'Which entries; default all.' })
    filter?: AuditFilter | null,
    @Arg('first', () => Int, { nullable: true, description: FIRST }) first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the last row of the page before.' })
    after?: string | null,
  ): Promise<Page<AuditEntry>> {
    return this.service.list(context.operation, filter ?? {}, first, after);
  }

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() entry: AuditEntry): string {
    return auditEntryId(entry);
  }

  @FieldResolver(() => String, {
    description: 'Its number in the trail of the organization, from 1 on without a gap; digits.',
  })
  number(@Root() { seq }: AuditEntry): string {
    return seq.toString();
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description: 'Opaque id of what it is about; null for what has none of its own.',
  })
  subjectId(@Root() entry: AuditEntry): string | null {
    return subjectIdOf(entry);
  }

  @FieldResolver(() => AuditActor, { description: 'Who did it.' })
  async actor(@Root() entry: AuditEntry, @Ctx() context: Context): Promise<AuditActor> {
    const { actorKind, actorId } = entry;
    const kind = actorKind as AuditActorKind;
    const apiKeyId = kind === AuditActorKind.API_KEY ? encodeId('apikey', actorId) : null;
    return { kind, apiKeyId, id: actorId, subject: await this.service.subjectOf(context.operation, entry) };
  }

  @FieldResolver(() => String, { name: 'hash', description: 'SHA-256 of the hash before it and of the entry, in hex.' })
  hashInHex(@Root() { hash }: AuditEntry): string {
    return hash.toString('hex');
  }
}
