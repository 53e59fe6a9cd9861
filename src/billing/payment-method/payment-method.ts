import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { BlindText, RefIndex, SealedRef, SealedText, indexOfRef } from '../../encryption/sealed-column.js';
import { Field, Int, ObjectType } from 'type-graphql';
import { Node } from '../../node.js';
import { DateTimeScalar } from '../../scalars.js';

@Entity({ tableName: 'payment_method' })
@Unique({ name: 'payment_method_ref_key', properties: ['organizationId', 'processor', 'refIndex'] })
@Index({ name: 'payment_method_account_idx', properties: ['organizationId', 'accountId', 'id'] })
@Index({ name: 'payment_method_fingerprint_idx', properties: ['organizationId', 'fingerprint'] })
@ObjectType({
  implements: Node,
  description:
    'A card or bank account that an account pays by. The processor keeps it; here is only what people know it by, never its number.',
})
export class PaymentMethod {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'uuid' })
  accountId!: string;

  @Field(() => String, { description: 'Who keeps it: `stripe`.' })
  @Property({ type: 'text' })
  processor!: string;

  @Field(() => String, { name: 'processorRef', description: 'What the processor calls it, such as `pm_…`.' })
  @Property({ type: SealedRef })
  ref!: string;

  /** By which it is found: conditions name what is looked for itself. */
  @Property({ type: RefIndex, nullable: true, generated: indexOfRef('ref') })
  refIndex?: string | null;

  @Field(() => String, {
    description: 'What it is, in the processor’s words: `card`, `sepa_debit`, `us_bank_account`, ...',
  })
  @Property({ type: 'text' })
  kind!: string;

  @Field(() => String, { nullable: true, description: 'Such as `visa`; null where it is no card.' })
  @Property({ type: 'text', nullable: true })
  brand!: string | null;

  @Field(() => String, { nullable: true, description: 'The last four digits; null where it has none.' })
  @Property({ type: SealedText, nullable: true })
  last4!: string | null;

  @Field(() => Int, { nullable: true, description: 'The month in which it expires, 1 to 12; null where it does not.' })
  @Property({ type: 'int', nullable: true })
  expMonth!: number | null;

  @Field(() => Int, { nullable: true, description: 'The year in which it expires; null where it does not.' })
  @Property({ type: 'int', nullable: true })
  expYear!: number | null;

  /** The same for the same card or bank account, whoever keeps it. */
  @Property({ type: BlindText, nullable: true })
  fingerprint!: string | null;

  /** Who kept the same card or bank account before, where that costs its account what is free in its plan. */
  @Property({ type: 'uuid', nullable: true })
  sharedWith!: string | null;

  @Field(() => Boolean, { description: 'Whether invoices of the account are collected from it.' })
  @Property({ type: 'boolean' })
  isDefault!: boolean;

  @Field(() => DateTimeScalar, { description: 'When it was first seen here.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was removed; null while it can be paid by.' })
  @Property({ type: 'timestamptz', nullable: true })
  removedAt!: Date | null;
}

/** Who an account is at a processor. */
@Entity({ tableName: 'processor_customer' })
@Unique({ name: 'processor_customer_ref_key', properties: ['organizationId', 'processor', 'refIndex'] })
export class ProcessorCustomer {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  accountId!: string;

  @PrimaryKey({ type: 'text' })
  processor!: string;

  @Property({ type: SealedRef })
  ref!: string;

  /** By which it is found: conditions name what is looked for itself. */
  @Property({ type: RefIndex, nullable: true, generated: indexOfRef('ref') })
  refIndex?: string | null;

  @Property({ type: 'timestamptz' })
  createdAt!: Date;
}

/** A card or bank account that was ever kept, and who kept it first. */
@Entity({ tableName: 'method_fingerprint' })
export class MethodFingerprint {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'text' })
  processor!: string;

  @PrimaryKey({ type: BlindText })
  fingerprint!: string;

  @Property({ type: 'uuid' })
  accountId!: string;

  @Property({ type: 'timestamptz' })
  createdAt!: Date;
}
