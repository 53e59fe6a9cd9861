import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { SealedText } from '../encryption/sealed-column.js';
import { Field, ObjectType } from 'type-graphql';
import { Node } from '../node.js';
import { DateTimeScalar } from '../scalars.js';

@Entity({ tableName: 'organization' })
@ObjectType({
  implements: Node,
  description:
    'The tenant. Nothing crosses it: accounts, keys, prices of its own, budgets and usage belong to exactly one.',
})
export class Organization {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @Field(() => String, { description: 'Display name, 1 to 200 characters.' })
  @Property({ type: SealedText })
  name!: string;

  @Field(() => String, {
    description:
      'IANA time zone whose midnights bound budget periods and report days, such as "Europe/Berlin". Fixed once the organization has usage, a budget or a subscription.',
  })
  @Property({ type: 'text' })
  zone!: string;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;
}

/** Locked FOR SHARE by every hot call and FOR UPDATE by whatever changes which records count where. */
@Entity({ tableName: 'organization_gate' })
export class OrganizationGate {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  /** The instant of the last invoice cut; later records become billable strictly after it. */
  @Property({ type: 'timestamptz' })
  lastCutAt!: Date;

  /** Counts changes of the organization's own models and prices. */
  @Property({ type: 'bigint', runtimeType: 'bigint' })
  priceVersion!: bigint;
}

/** Made with the organization; the cursor of its alerts, taken by the transaction that writes one. */
@Entity({ tableName: 'alert_feed' })
export class AlertFeedHead {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @Property({ type: 'bigint', runtimeType: 'bigint' })
  lastCursor!: bigint;
}
