import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { SealedJson, SealedText } from '../../encryption/sealed-column.js';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PicoUsdColumn } from '../../money-column.js';
import { Node } from '../../node.js';
import { DateTimeScalar, DecimalScalar, LocalDateScalar } from '../../scalars.js';
import type { Day } from '../amount/proration.js';
import type { InvoiceParties } from '../profile/billing-profile.js';
import { TaxMode } from '../profile/tax.js';

export enum InvoiceStatus {
  DRAFT = 'DRAFT',
  OPEN = 'OPEN',
  PAID = 'PAID',
  VOID = 'VOID',
  UNCOLLECTIBLE = 'UNCOLLECTIBLE',
}

registerEnumType(InvoiceStatus, {
  name: 'InvoiceStatus',
  description: 'What has become of an invoice.',
  valuesConfig: {
    DRAFT: { description: 'Made, without a number yet.' },
    OPEN: { description: 'Finalized: it has its number and is to be paid.' },
    PAID: { description: 'Paid, or nothing was to be paid.' },
    VOID: { description: 'Taken back: its period can be invoiced again.' },
    UNCOLLECTIBLE: { description: 'Nobody expects it to be paid any more; it may be all the same.' },
  },
});

@Entity({ tableName: 'invoice' })
@Unique({ name: 'invoice_number_key', properties: ['organizationId', 'number'] })
@Index({ name: 'invoice_subscription_idx', properties: ['organizationId', 'subscriptionId', 'createdAt'] })
@Index({ name: 'invoice_account_idx', properties: ['organizationId', 'accountId', 'id'] })
@Index({ name: 'invoice_finalized_idx', properties: ['organizationId', 'finalizedAt'] })
@ObjectType({
  implements: Node,
  description:
    'What an account owes: the base fee of the period that begins, and the usage of the one that ended. All amounts are in its currency.',
})
export class Invoice {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'uuid' })
  subscriptionId!: string;

  @Property({ type: 'uuid' })
  accountId!: string;

  @Field(() => Int, {
    description: 'Its place among those of the subscription: 0 has the first base fee, n the usage of the n-th period.',
  })
  @Property({ type: 'int' })
  sequence!: number;

  @Field(() => InvoiceStatus, { description: 'What has become of it.' })
  @Property({ type: 'text' })
  status!: InvoiceStatus;

  /** Shown as text. */
  @Property({ type: 'bigint', runtimeType: 'bigint', nullable: true })
  number!: bigint | null;

  @Field(() => String, { description: 'ISO 4217 code.' })
  @Property({ type: 'text' })
  currency!: string;

  @Field(() => DecimalScalar, {
    name: 'usdRate',
    nullable: true,
    description: 'What one USD of usage is in the currency; null for USD.',
  })
  @Property({ type: PicoUsdColumn, nullable: true })
  usdRatePico!: bigint | null;

  @Field(() => LocalDateScalar, { nullable: true, description: 'The day of that rate; null for USD.' })
  @Property({ type: 'date', nullable: true })
  usdRateDay!: Day | null;

  @Field(() => LocalDateScalar, {
    name: 'periodFirstDay',
    nullable: true,
    description: 'The first day of the period whose usage it has; null for the first invoice.',
  })
  @Property({ type: 'date', nullable: true })
  fromDay!: Day | null;

  /** Exclusive. */
  @Property({ type: 'date', nullable: true })
  toDay!: Day | null;

  @Property({ type: 'timestamptz', nullable: true })
  fromAt!: Date | null;

  @Property({ type: 'timestamptz', nullable: true })
  toAt!: Date | null;

  @Field(() => DateTimeScalar, {
    description: 'What became billable after this instant is on a later invoice, as an adjustment.',
  })
  @Property({ type: 'timestamptz' })
  cutAt!: Date;

  @Field(() => DecimalScalar, { name: 'subtotal', description: 'The sum of its lines, before exclusive taxes.' })
  @Property({ type: PicoUsdColumn })
  subtotalPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'tax',
    description: 'The sum of its taxes: on top of the subtotal where they are exclusive, a part of it where inclusive.',
  })
  @Property({ type: PicoUsdColumn, defaultRaw: '0' })
  taxPico!: bigint;

  @Field(() => TaxMode, { nullable: true, description: 'How its taxes relate to its lines; null where it has none.' })
  @Property({ type: 'text', nullable: true })
  taxMode!: TaxMode | null;

  @Field(() => DecimalScalar, {
    name: 'total',
    description: 'The subtotal with its taxes; 0 where the subtotal is below 0.',
  })
  @Property({ type: PicoUsdColumn })
  totalPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'carried',
    description: 'The subtotal where that is below 0, which the next invoice begins with; else 0.',
  })
  @Property({ type: PicoUsdColumn })
  carriedPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'remainder',
    description: 'What its lines would come to unrounded, less what they come to; to 12 places.',
  })
  @Property({ type: PicoUsdColumn })
  remainderPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'broughtForward',
    description: 'What the invoice before was due for and was less than the least payment; 0 for a draft.',
  })
  @Property({ type: PicoUsdColumn, defaultRaw: '0' })
  broughtForwardPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'creditsApplied',
    description: 'What prepaid credits paid of it when it got its number; 0 for a draft.',
  })
  @Property({ type: PicoUsdColumn, defaultRaw: '0' })
  creditsPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'carriedForward',
    description: 'What is left to the next invoice, being less than the least payment; 0 for a draft.',
  })
  @Property({ type: PicoUsdColumn, defaultRaw: '0' })
  carriedForwardPico!: bigint;

  /** total + broughtForward - credits - carriedForward; 0 for a draft. */
  @Property({ type: PicoUsdColumn, defaultRaw: '0' })
  duePico!: bigint;

  @Field(() => DecimalScalar, { name: 'amountPaid', description: 'The sum of its payments, refunds not taken off.' })
  @Property({ type: PicoUsdColumn, defaultRaw: '0' })
  paidPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'amountReduced',
    description: 'What credit notes took off what was to be paid.',
  })
  @Property({ type: PicoUsdColumn, defaultRaw: '0' })
  reducedPico!: bigint;

  @Field(() => DecimalScalar, { name: 'amountCredited', description: 'The sum of its credit notes.' })
  @Property({ type: PicoUsdColumn, defaultRaw: '0' })
  notedPico!: bigint;

  @Field(() => DecimalScalar, { name: 'amountRefunded', description: 'What went back of its payments.' })
  @Property({ type: PicoUsdColumn, defaultRaw: '0' })
  refundedPico!: bigint;

  /** Whose invoice it is to whom, as it was when it got its number. */
  @Property({ type: SealedJson, nullable: true })
  parties!: InvoiceParties | null;

  /** Whoever knows it may see the page: it is a part of its address. null for invoices from before there were pages. */
  @Property({ type: SealedText, nullable: true })
  accessKey!: string | null;

  @Property({ type: 'int' })
  paymentTermDays!: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it got its number; null for a draft.' })
  @Property({ type: 'timestamptz', nullable: true })
  finalizedAt!: Date | null;

  @Field(() => LocalDateScalar, { nullable: true, description: 'By when it is to be paid; null for a draft.' })
  @Property({ type: 'date', nullable: true })
  dueDay!: Day | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was paid; null while it is not.' })
  @Property({ type: 'timestamptz', nullable: true })
  paidAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was taken back; null where it was not.' })
  @Property({ type: 'timestamptz', nullable: true })
  voidedAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When nobody expected it to be paid any more, whatever came since; null where it was not given up.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  uncollectibleAt!: Date | null;

  /** How often a processor was asked for its money: the number of its last attempt. */
  @Property({ type: 'int', default: 0 })
  attempts!: number;

  @Field(() => Int, { description: 'How many attempts to collect it in a row have failed, those by hand not counted.' })
  @Property({ type: 'int', default: 0 })
  failedAttempts!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'From when on it is collected from the default payment method of its account without a person; null: not at all, or not again.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  collectAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When the grace after its last failed attempt ends, and what the installation or the account says is done; null where no such end is set.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  enforceAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When that was done; null where it was not.' })
  @Property({ type: 'timestamptz', nullable: true })
  enforcedAt!: Date | null;
}

/** The last number that an organization has given; taken by the transaction that finalizes, so none is left out. */
@Entity({ tableName: 'invoice_counter' })
export class InvoiceCounter {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @Property({ type: 'bigint', runtimeType: 'bigint' })
  lastNumber!: bigint;

  @Property({ type: 'bigint', runtimeType: 'bigint', defaultRaw: '0' })
  lastCreditNote!: bigint;
}

/** A tax of an invoice, by the rate that held when it was made. */
@Entity({ tableName: 'invoice_tax' })
@ObjectType({ description: 'A tax of an invoice. Amounts are in its currency.' })
export class InvoiceTax {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  invoiceId!: string;

  @PrimaryKey({ type: 'int' })
  place!: number;

  @Field(() => String, { description: 'Such as "VAT".' })
  @Property({ type: 'text' })
  name!: string;

  @Field(() => DecimalScalar, { name: 'rate', description: 'Percent, such as "19".' })
  @Property({ type: PicoUsdColumn })
  percent!: bigint;

  @Field(() => DecimalScalar, { name: 'taxed', description: 'What it is a part of: the subtotal without taxes.' })
  @Property({ type: PicoUsdColumn })
  taxedPico!: bigint;

  @Field(() => DecimalScalar, { name: 'exactAmount', description: 'Before it was rounded; to 12 places.' })
  @Property({ type: PicoUsdColumn })
  exactPico!: bigint;

  @Field(() => DecimalScalar, { name: 'amount', description: 'Half-even to what can be paid in the currency.' })
  @Property({ type: PicoUsdColumn })
  amountPico!: bigint;
}
