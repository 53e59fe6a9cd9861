import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { Node } from '../../node.js';
import { DateTimeScalar } from '../../scalars.js';
import type { PlanTermsJson } from './plan-terms.js';

@Entity({ tableName: 'plan' })
@Unique({ name: 'plan_code_key', properties: ['organizationId', 'code'] })
@ObjectType({
  implements: Node,
  description:
    'What a subscription costs. Changing a plan changes nothing for who is on it already: a subscription keeps the terms that it began with until it is changed.',
})
export class Plan {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => String, { description: 'Names the plan in the organization, 1 to 100 characters.' })
  @Property({ type: 'text' })
  code!: string;

  @Field(() => String, { description: 'Display name, 1 to 200 characters.' })
  @Property({ type: 'text' })
  name!: string;

  @Property({ type: 'jsonb' })
  terms!: PlanTermsJson;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When its name or terms were changed last.' })
  @Property({ type: 'timestamptz' })
  changedAt!: Date;
}
