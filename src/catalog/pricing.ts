import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../node.js';
import { DateTimeScalar } from '../scalars.js';
import type { RateCardJson } from './rate.js';

/** The `effectiveFrom` of a price that holds since ever: no call is older than 2020. */
export const BEGINNING_OF_TIME = new Date(0);

/**
 * How far ahead of the clock a call may say that it happened, in ms. A version that begins later than that has priced
 * nothing yet and may still be replaced.
 */
export const MAX_AHEAD_MS = 5 * 60_000;

export enum PricingSource {
  CATALOGUE = 'CATALOGUE',
  ORGANIZATION = 'ORGANIZATION',
}

registerEnumType(PricingSource, {
  name: 'PricingSource',
  description: 'Who says what a model costs.',
  valuesConfig: {
    CATALOGUE: { description: 'The price catalogue, which all organizations share.' },
    ORGANIZATION: { description: 'The organization itself; where it has a price in force, that one is used.' },
  },
});

@Entity({ tableName: 'pricing' })
@Unique({
  name: 'pricing_effective_from_key',
  properties: ['organizationId', 'provider', 'model', 'effectiveFrom'],
})
@ObjectType({
  implements: Node,
  description: 'One dated price version of a model. It is never edited once in effect; a new price is a new version.',
})
export class Pricing {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => String, { description: "The provider's id." })
  @Property({ type: 'text' })
  provider!: string;

  @Field(() => String, { description: "The model's name." })
  @Property({ type: 'text' })
  model!: string;

  @Field(() => DateTimeScalar, {
    description: 'From when on it is in force, inclusive; 1970-01-01T00:00:00Z where it holds since ever.',
  })
  @Property({ type: 'timestamptz' })
  effectiveFrom!: Date;

  @Property({ type: 'jsonb' })
  card!: RateCardJson;

  /** The import that wrote it; null for an organization's own. */
  @Property({ type: 'uuid', nullable: true })
  importId!: string | null;

  @Property({ type: 'timestamptz' })
  createdAt!: Date;
}
