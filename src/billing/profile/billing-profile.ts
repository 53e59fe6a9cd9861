import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { SealedText } from '../../encryption/sealed-column.js';
import { Field, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../../scalars.js';
import { DunningAction } from './dunning-action.js';
import type { TaxMode } from './tax.js';

/** Rates as they stand in the database: percents as digits. */
export interface StoredTaxRate {
  readonly name: string;
  readonly percent: string;
}

@Entity({ tableName: 'billing_profile' })
@ObjectType({
  description:
    'What stands on the invoices of an account. That of the organization is whose invoices they are, and its taxes are those of all who have none of their own.',
})
export class BillingProfile {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  accountId!: string;

  @Field(() => String, { nullable: true, description: 'The name on invoices; null: the name of the account.' })
  @Property({ type: SealedText, nullable: true })
  legalName!: string | null;

  @Field(() => String, { nullable: true, description: 'The address on invoices, in lines; null: none.' })
  @Property({ type: SealedText, nullable: true })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'The tax number on invoices; null: none.' })
  @Property({ type: SealedText, nullable: true })
  taxId!: string | null;

  @Property({ type: 'text', nullable: true })
  taxMode!: TaxMode | null;

  @Property({ type: 'jsonb', nullable: true })
  taxRates!: StoredTaxRate[] | null;

  @Field(() => DunningAction, {
    nullable: true,
    description:
      'What is done once the grace of an invoice that could not be collected is over; null: what the installation does (DUNNING_ACTION).',
  })
  @Property({ type: 'text', nullable: true })
  dunningAction!: DunningAction | null;

  @Field(() => DateTimeScalar, { description: 'When it was changed last.' })
  @Property({ type: 'timestamptz' })
  changedAt!: Date;
}

@ObjectType({ description: 'One side of an invoice.' })
export class InvoiceParty {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Its address, in lines; null: none is known.' })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'Its tax number; null: none is known.' })
  taxId!: string | null;
}

@ObjectType({ description: 'Whose invoice it is, and to whom.' })
export class InvoiceParties {
  @Field(() => InvoiceParty, { description: 'Who is to be paid: the organization.' })
  seller!: InvoiceParty;

  @Field(() => InvoiceParty, { description: 'Who pays.' })
  buyer!: InvoiceParty;
}
