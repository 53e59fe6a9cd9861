import { Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { UsageUnit } from '../../catalog/usage-unit-enum.js';
import { PicoUsdColumn } from '../../money-column.js';
import { Node } from '../../node.js';
import { DateTimeScalar, DecimalScalar, LocalDateScalar } from '../../scalars.js';
import type { Day } from '../amount/proration.js';

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

export enum InvoiceLineKind {
  CARRIED = 'CARRIED',
  BASE_FEE = 'BASE_FEE',
  BASE_FEE_CHANGE = 'BASE_FEE_CHANGE',
  USAGE = 'USAGE',
  TIERED_USAGE = 'TIERED_USAGE',
  ADJUSTMENT = 'ADJUSTMENT',
  TIERED_ADJUSTMENT = 'TIERED_ADJUSTMENT',
  INCLUDED_CREDIT = 'INCLUDED_CREDIT',
  MINIMUM_SPEND = 'MINIMUM_SPEND',
  MAXIMUM_SPEND = 'MAXIMUM_SPEND',
}

registerEnumType(InvoiceLineKind, {
  name: 'InvoiceLineKind',
  description: 'What a line is for.',
  valuesConfig: {
    CARRIED: { description: 'What the invoice before came to below 0.' },
    BASE_FEE: { description: 'The base fee, in advance.' },
    BASE_FEE_CHANGE: {
      description:
        'What the base fee of the period came to other than it was invoiced in advance: a change, or an end.',
    },
    USAGE: { description: 'The charges of a model’s calls in the period.' },
    TIERED_USAGE: { description: 'A unit’s quantity in the period, by tiers.' },
    ADJUSTMENT: { description: 'Charges of an earlier period that came after its invoice, or were corrected since.' },
    TIERED_ADJUSTMENT: { description: 'What such usage makes of a unit’s tiers in its own period.' },
    INCLUDED_CREDIT: { description: 'Usage that is included.' },
    MINIMUM_SPEND: { description: 'Up to the minimum.' },
    MAXIMUM_SPEND: { description: 'Down to the maximum.' },
  },
});

@Entity({ tableName: 'invoice' })
@Unique({ name: 'invoice_number_key', properties: ['organizationId', 'number'] })
@Index({ name: 'invoice_account_idx', properties: ['organizationId', 'accountId', 'id'] })
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

  @Field(() => DecimalScalar, { name: 'total', description: 'The sum of its lines; 0 where that is below 0.' })
  @Property({ type: PicoUsdColumn })
  totalPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'carried',
    description: 'The sum of its lines where that is below 0, which the next invoice begins with; else 0.',
  })
  @Property({ type: PicoUsdColumn })
  carriedPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'remainder',
    description: 'What its lines would come to unrounded, less what they come to; to 12 places.',
  })
  @Property({ type: PicoUsdColumn })
  remainderPico!: bigint;

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
}

/** What a line was worked out from; amounts and quantities as digits, in steps of their units. */
export interface LineDetail {
  /** Of usage: what it cost by unit. */
  readonly units?: readonly { readonly unit: UsageUnit; readonly quantity: string; readonly costPicoUsd: string }[];
  /** Of a base fee: the fee of a whole period. */
  readonly baseFeePico?: string;
  readonly days?: number;
  readonly daysOfPeriod?: number;
}

@Entity({ tableName: 'invoice_line' })
@ObjectType({ description: 'A line of an invoice. Amounts are in the invoice’s currency.' })
export class InvoiceLine {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  invoiceId!: string;

  @Field(() => Int, { description: 'Its number on the invoice, from 1.' })
  @PrimaryKey({ type: 'int' })
  line!: number;

  @Field(() => InvoiceLineKind, { description: 'What it is for.' })
  @Property({ type: 'text' })
  kind!: InvoiceLineKind;

  @Field(() => String, {
    nullable: true,
    description: 'Of usage: the provider; null for all, and for what has none, such as deductions.',
  })
  @Property({ type: 'text', nullable: true })
  provider!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of usage: the model; null for all, and for what has none, such as deductions.',
  })
  @Property({ type: 'text', nullable: true })
  model!: string | null;

  @Field(() => UsageUnit, { nullable: true, description: 'Of usage by tiers: the unit.' })
  @Property({ type: 'text', nullable: true })
  unit!: UsageUnit | null;

  /** Of usage by tiers: names the row of the plan, so that later usage of its period is added to the same. */
  @Property({ type: 'text', nullable: true })
  rowKey!: string | null;

  @Field(() => LocalDateScalar, { name: 'firstDay', description: 'The first day that it is for.' })
  @Property({ type: 'date' })
  fromDay!: Day;

  /** Exclusive. */
  @Property({ type: 'date' })
  toDay!: Day;

  /** Calls; a reversal takes one back. */
  @Property({ type: 'bigint', runtimeType: 'bigint', nullable: true })
  recordCount!: bigint | null;

  /** Of usage by tiers, in steps of the unit: digits as an amount has them. */
  @Property({ type: PicoUsdColumn, nullable: true })
  quantity!: bigint | null;

  /** Of charges: their exact sum in pico-USD. */
  @Property({ columnType: 'numeric(50,12)', type: 'text', nullable: true })
  usdPico!: string | null;

  @Field(() => DecimalScalar, {
    name: 'exactAmount',
    description: 'Before it was rounded to what can be paid in the currency; to 12 places.',
  })
  @Property({ type: PicoUsdColumn })
  exactPico!: bigint;

  @Field(() => DecimalScalar, { name: 'amount', description: 'Half-even to what can be paid in the currency.' })
  @Property({ type: PicoUsdColumn })
  amountPico!: bigint;

  @Property({ type: 'jsonb' })
  detail!: LineDetail;
}

/** The last number that an organization has given; taken by the transaction that finalizes, so none is left out. */
@Entity({ tableName: 'invoice_counter' })
export class InvoiceCounter {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @Property({ type: 'bigint', runtimeType: 'bigint' })
  lastNumber!: bigint;
}
