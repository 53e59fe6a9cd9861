import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../scalars.js';

/** Written by correct_usage alone, and never changed: that a record is corrected once is its primary key. */
@Entity({ tableName: 'usage_correction' })
@Unique({ name: 'usage_correction_reversal_key', properties: ['organizationId', 'reversalKey', 'keyDay'] })
@Unique({ name: 'usage_correction_replacement_key', properties: ['organizationId', 'replacementKey', 'keyDay'] })
@ObjectType({ description: 'How a usage record was corrected: taken back by a reversal, and replaced or not.' })
export class UsageCorrection {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'text' })
  correctedKey!: string;

  @PrimaryKey({ type: 'date' })
  correctedKeyDay!: string;

  @Property({ type: 'text' })
  reversalKey!: string;

  @Property({ type: 'text', nullable: true })
  replacementKey!: string | null;

  /** Of the reversal and of the replacement. */
  @Property({ type: 'date' })
  keyDay!: string;

  @Field(() => String, { description: 'Why, in the words of whoever corrected it.' })
  @Property({ type: 'text' })
  reason!: string;

  /** The id of the actor. */
  @Property({ type: 'uuid' })
  correctedBy!: string;

  @Field(() => DateTimeScalar, { name: 'correctedAt', description: 'When it was corrected.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  /** Of the corrected record, before it was VOIDED. */
  @Property({ type: 'text', nullable: true })
  unpricedReason!: string | null;
}
