import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { Node } from '../node.js';
import { DateTimeScalar, QuantityScalar } from '../scalars.js';
import type { MatchableModel } from './match-model.js';
import type { MatchRule } from './match-rule.js';

@Entity({ tableName: 'model' })
@Unique({ name: 'model_name_key', properties: ['organizationId', 'provider', 'name'] })
@ObjectType({
  implements: Node,
  description: "An LLM that can be called: one of the catalogue, or one of the organization's own.",
})
export class Model implements MatchableModel {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => String, { description: "The provider's id, such as `openai`." })
  @Property({ type: 'text' })
  provider!: string;

  @Field(() => String, { description: 'The name that usage and prices are kept under, such as `gpt-4o`.' })
  @Property({ type: 'text' })
  name!: string;

  @Field(() => String, { description: 'Name for people.' })
  @Property({ type: 'text' })
  displayName!: string;

  @Field(() => String, { nullable: true, description: 'What it is, in a sentence; null where nobody said.' })
  @Property({ type: 'text', nullable: true })
  description!: string | null;

  /** Which names mean this model; null for its own name only. */
  @Property({ type: 'jsonb', nullable: true })
  match!: MatchRule | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'The most tokens that fit into one request; null where nobody said.',
  })
  @Property({ type: 'bigint', runtimeType: 'number', nullable: true })
  contextWindow!: number | null;

  @Field(() => Boolean, { description: 'Whether its provider is about to take it away, or did.' })
  @Property({ type: 'boolean' })
  deprecated!: boolean;

  /** Its place in the catalogue: of several that match, the first one wins. */
  @Property({ type: 'integer' })
  place!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Since when the catalogue does not have it any more; null while it does. It is still found and priced.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  retiredAt!: Date | null;

  @Property({ type: 'timestamptz' })
  createdAt!: Date;
}
