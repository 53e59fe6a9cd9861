import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { SealedText } from '../encryption/sealed-column.js';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Role } from '../principal.js';
import { Node } from '../node.js';
import { DateTimeScalar } from '../scalars.js';

registerEnumType(Role, {
  name: 'Role',
  description: 'What an API key or token may do; it may have several.',
  valuesConfig: {
    OPERATOR: { description: 'Runs the installation: makes organizations, refreshes the price catalogue.' },
    ADMIN: { description: 'Everything within its own organization.' },
    SERVICE: { description: 'An orchestrator: records usage, holds and checks budgets, reads.' },
    FINANCE: { description: 'Reads everything of its organization, sets budgets and prices.' },
    MEMBER: { description: 'Bound to one account: sees itself and below, changes nothing.' },
  },
});

@Entity({ tableName: 'api_key' })
@Unique({ name: 'api_key_hash_key', properties: ['organizationId', 'hash'] })
@ObjectType({ implements: Node, description: 'A secret that speaks for its organization. Only its hash is stored.' })
export class ApiKey {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => String, { description: 'What it is for, 1 to 200 characters.' })
  @Property({ type: SealedText })
  name!: string;

  @Field(() => String, { description: 'The first characters of the key, to tell keys apart.' })
  @Property({ type: 'text' })
  prefix!: string;

  /** SHA-256 of the whole key. A key has 256 random bits, so a slow hash would protect nothing. */
  @Property({ type: 'blob' })
  hash!: Buffer;

  @Field(() => [Role], { description: 'What it may do.' })
  @Property({ type: 'text[]' })
  roles!: Role[];

  @Field(() => [String], {
    nullable: true,
    description:
      'Names of permissions, such as "usage.write", sorted: of what its roles allow, it may do only these. null: all of it.',
  })
  @Property({ type: 'text[]', nullable: true })
  scopes!: string[] | null;

  /** The account that a MEMBER key is bound to. */
  @Property({ type: 'uuid', nullable: true })
  accountId!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when it is revoked; null where it is not.' })
  @Property({ type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'From this instant on it is refused as a revoked one is; null: it has no end.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it was used last, to about a minute: each server writes it down once a minute. null: not yet, or less than a minute ago for the first time.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;
}

/** One row: which organization a key without an organization in it belongs to, such as one set by BOOTSTRAP_API_KEY. */
@Entity({ tableName: 'installation' })
export class Installation {
  @PrimaryKey({ type: 'boolean' })
  single!: boolean;

  @Property({ type: 'uuid' })
  organizationId!: string;
}
