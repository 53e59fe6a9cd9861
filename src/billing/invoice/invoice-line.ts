import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { UsageUnit } from '../../catalog/usage-unit-enum.js';
import { PicoUsdColumn } from '../../money-column.js';
import { DecimalScalar, LocalDateScalar } from '../../scalars.js';
import type { TierMode } from '../plan/plan-terms.js';
import type { Day } from '../amount/proration.js';

export enum InvoiceLineKind {
  CARRIED = 'CARRIED',
  CREDITED = 'CREDITED',
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
    CREDITED: {
      description: 'What the lines of a last invoice come to below 0: it becomes prepaid credit, with its taxes.',
    },
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

/** What a line was worked out from; amounts and quantities as digits, in steps of their units. */
export interface LineDetail {
  /** Of usage: what it cost by unit. */
  readonly units?: readonly { readonly unit: UsageUnit; readonly quantity: string; readonly costPicoUsd: string }[];
  /** Of a base fee: the fee of a whole period. */
  readonly baseFeePico?: string;
  readonly days?: number;
  readonly daysOfPeriod?: number;
  /** What becomes prepaid credit. */
  readonly creditPico?: string;
  /** Of charges: what is left out of them, being of units that are billed by tiers. With decimals. */
  readonly tieredUsdPico?: string;
  /** Of charges in another currency: what one USD is, and of which day that is. */
  readonly rate?: { readonly usdRatePico: string; readonly day: Day };
  /** Of usage by tiers: its share of each for all of the period, and what earlier invoices had of that. */
  readonly tiers?: TieredDetail;
  /** Of a credit, a minimum or a maximum: what it is worked out from, and what earlier invoices had of it. */
  readonly bound?: { readonly spentPico: string; readonly boundPico: string; readonly beforePico: string };
}

export interface TieredDetail {
  readonly mode: TierMode;
  readonly shares: readonly {
    /** From 0. */
    readonly tier: number;
    /** Units; packages of PACKAGE. With decimals, as the price. */
    readonly quantity: string;
    readonly pricePico: string;
    readonly per: string;
    readonly flatFeePico: string;
  }[];
  /** In steps of the unit. */
  readonly quantityBefore: string;
  /** With decimals. */
  readonly picoBefore: string;
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
