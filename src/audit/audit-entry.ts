import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../node.js';
import { DateTimeScalar, JsonScalar } from '../scalars.js';
import { AUDITED } from '../audited.js';

export enum AuditAction {
  CREATED = 'CREATED',
  CHANGED = 'CHANGED',
  DELETED = 'DELETED',
}

/** By the name in the schema; the value is the table. */
export const AuditSubject: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(AUDITED).map((table) => [table.toUpperCase(), table]),
);

registerEnumType(AuditSubject, {
  name: 'AuditSubject',
  description: 'What an audit entry is about.',
  valuesConfig: Object.fromEntries(
    Object.entries(AUDITED).map(([table, { says }]) => [table.toUpperCase(), { description: says }]),
  ),
});

registerEnumType(AuditAction, {
  name: 'AuditAction',
  description: 'What became of the subject of an audit entry.',
  valuesConfig: {
    CREATED: { description: 'It is new.' },
    CHANGED: { description: 'Some of it changed.' },
    DELETED: { description: 'It is gone.' },
  },
});

const VALUES =
  'Amounts are digits in the unit of their name, such as limitPicoUsd; `(hidden)` stands for what is personal or secret.';

/** Written by append_audit alone, and never changed. */
@Entity({ tableName: 'audit_entry' })
@Index({ name: 'audit_entry_subject_idx', properties: ['organizationId', 'subject', 'subjectKey', 'seq'] })
@Index({ name: 'audit_entry_actor_idx', properties: ['organizationId', 'actorId', 'seq'] })
@ObjectType({
  implements: Node,
  description:
    'Who changed which fact that money depends on, and how. Entries are never changed; each is chained to the one before it by its hash, which `npm run verify` checks.',
})
export class AuditEntry {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  /** From 1 on, without a gap. */
  @PrimaryKey({ type: 'bigint', runtimeType: 'bigint' })
  seq!: bigint;

  @Field(() => DateTimeScalar, { description: 'The instant of the change, by the database.' })
  @Property({ type: 'timestamptz' })
  at!: Date;

  @Property({ type: 'text' })
  actorKind!: string;

  @Property({ type: 'uuid' })
  actorId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The `x-request-id` of the request; null where the server did it by itself.',
  })
  @Property({ type: 'text', nullable: true })
  requestId!: string | null;

  @Field(() => String, {
    description:
      'The mutation, such as `setBudget`; in capitals what the server did by itself, such as `BILLING_CYCLE`.',
  })
  @Property({ type: 'text' })
  cause!: string;

  @Field(() => AuditAction, { description: 'What became of the subject.' })
  @Property({ type: 'text' })
  action!: AuditAction;

  @Field(() => AuditSubject, { description: 'What it is about.' })
  @Property({ type: 'text' })
  subject!: string;

  /** The row's key without its organization. */
  @Property({ type: 'text' })
  subjectKey!: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description: `What changed, as it was, by name; null where the subject is new. ${VALUES}`,
  })
  @Property({ type: 'json', nullable: true })
  before!: Record<string, unknown> | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: `What changed, as it is now; null where the subject is gone. ${VALUES}`,
  })
  @Property({ type: 'json', nullable: true })
  after!: Record<string, unknown> | null;

  /** SHA-256 of the hash before it and of all of the entry. */
  @Property({ type: 'blob' })
  hash!: Buffer;
}

/** The end of an organization's trail. */
@Entity({ tableName: 'audit_head' })
export class AuditHead {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @Property({ type: 'bigint', runtimeType: 'bigint' })
  lastSeq!: bigint;

  @Property({ type: 'blob' })
  lastHash!: Buffer;
}
