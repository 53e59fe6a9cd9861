import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { SealedText } from '../encryption/sealed-column.js';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../node.js';
import { DateTimeScalar } from '../scalars.js';

export enum AccountKind {
  ORGANIZATION = 'ORGANIZATION',
  TEAM = 'TEAM',
  USER = 'USER',
  RUN = 'RUN',
}

registerEnumType(AccountKind, {
  name: 'AccountKind',
  description: 'The four fixed levels of who spends, from the root down.',
  valuesConfig: {
    ORGANIZATION: { description: 'The root: one per organization.' },
    TEAM: { description: 'Users that share a budget. Teams do not nest.' },
    USER: { description: 'One user of the caller; may belong to one team.' },
    RUN: {
      description: 'One agent run or session, of a user or of nobody. An account once it has a budget of its own.',
    },
  },
});

export enum AccountDisabledFor {
  UNPAID = 'UNPAID',
}

registerEnumType(AccountDisabledFor, {
  name: 'AccountDisabledFor',
  description: 'Why an account was disabled without a person.',
  valuesConfig: {
    UNPAID: {
      description:
        'The grace of an invoice that could not be collected is over. It is enabled again once none of its invoices is in that state.',
    },
  },
});

@Entity({ tableName: 'account' })
@Unique({ name: 'account_external_id_key', properties: ['organizationId', 'kind', 'externalId'] })
@ObjectType({
  implements: Node,
  description: 'Who spends. Made on first use, a RUN by its first budget; disabled, never deleted.',
})
export class Account {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => AccountKind, { description: 'Its level.' })
  @Property({ type: 'text' })
  kind!: AccountKind;

  @Field(() => String, {
    description:
      "The caller's own id of it, 1 to 255 characters, unique per organization and kind; empty for the organization.",
  })
  @Property({ type: 'text' })
  externalId!: string;

  @Field(() => String, { nullable: true, description: 'Display name; null where none was given.' })
  @Property({ type: SealedText, nullable: true })
  name!: string | null;

  /** The team of a USER. */
  @Property({ type: 'uuid', nullable: true })
  teamId!: string | null;

  /** Whose RUN it is, where that was said when it was made. */
  @Property({ type: 'uuid', nullable: true })
  userId!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when its reservations are denied; null while it is enabled. Its records still count.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  disabledAt!: Date | null;

  @Field(() => AccountDisabledFor, {
    nullable: true,
    description: 'Why it was disabled without a person; null while it is enabled, and where a person disabled it.',
  })
  @Property({ type: 'text', nullable: true })
  disabledFor!: AccountDisabledFor | null;

  /** When what is personal was taken from it. */
  @Property({ type: 'timestamptz', nullable: true })
  erasedAt?: Date | null;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;
}

/** Every team that a user has ever been in: a team's past usage is found through the users that it ever had. */
@Entity({ tableName: 'account_team' })
@Index({ name: 'account_team_team_idx', properties: ['organizationId', 'teamId'] })
export class AccountTeam {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  accountId!: string;

  @PrimaryKey({ type: 'uuid' })
  teamId!: string;
}
