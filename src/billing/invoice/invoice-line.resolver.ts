import { Arg, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { formatQuantity } from '../../catalog/quantity.js';
import { UsageUnit } from '../../catalog/usage-unit-enum.js';
import type { Context } from '../../context.js';
import { FIRST, type Page } from '../../page.js';
import { Requires } from '../../requires.js';
import { DecimalScalar, LocalDateScalar, QuantityScalar } from '../../scalars.js';
import { UsageRecordConnection } from '../../usage/usage-report.resolver.js';
import type { UsageRecord } from '../../usage/usage-record.js';
import { InvoiceLine } from './invoice-line.js';
import type { InvoiceReadingService } from './invoice-reading.service.js';
import { addDays, type Day } from '../amount/proration.js';

@ObjectType({ description: 'What the calls of a usage line cost, by unit.' })
class InvoicedUnit {
  @Field(() => UsageUnit, { description: 'The unit.' })
  unit!: UsageUnit;

  @Field(() => QuantityScalar, {
    description: 'How much of it, as cost lines count it: parts with a rate of their own apart.',
  })
  quantity!: string;

  @Field(() => DecimalScalar, { name: 'cost', description: 'USD, exact: what it cost, without markups.' })
  costPicoUsd!: bigint;
}

@ObjectType({ description: 'What a base fee was worked out from.' })
class InvoicedFee {
  @Field(() => DecimalScalar, { name: 'baseFee', description: 'Of a whole period, in the invoice’s currency.' })
  baseFeePico!: bigint;

  @Field(() => Int, { description: 'How many days are billed; below 0 where more were billed in advance.' })
  days!: number;

  @Field(() => Int, { description: 'How many days the whole period has.' })
  daysOfPeriod!: number;
}

@Resolver(() => InvoiceLine)
export class InvoiceLineResolver {
  constructor(private readonly reading: InvoiceReadingService) {}

  @FieldResolver(() => LocalDateScalar, { description: 'The last day that it is for.' })
  lastDay(@Root() { toDay }: InvoiceLine): Day {
    return addDays(toDay, -1);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'Of charges: how many calls; a reversal takes one back. Null for all else.',
  })
  recordCount(@Root() { recordCount }: InvoiceLine): number | null {
    return recordCount === null ? null : Number(recordCount);
  }

  @FieldResolver(() => QuantityScalar, {
    nullable: true,
    description: 'Of usage by tiers: how much; null for all else.',
  })
  quantity(@Root() { quantity, unit }: InvoiceLine): string | null {
    return quantity === null || unit === null ? null : formatQuantity(unit, quantity);
  }

  @FieldResolver(() => DecimalScalar, {
    nullable: true,
    description: 'Of charges: their exact sum in USD; null for all else.',
  })
  usd(@Root() { usdPico }: InvoiceLine): bigint | null {
    return usdPico === null ? null : BigInt(usdPico.split('.')[0] ?? '0');
  }

  @FieldResolver(() => [InvoicedUnit], { description: 'Of usage: what it cost by unit; empty for all else.' })
  units(@Root() { detail }: InvoiceLine): InvoicedUnit[] {
    return (detail.units ?? []).map(({ unit, quantity, costPicoUsd }) => ({
      unit,
      quantity: formatQuantity(unit, BigInt(quantity)),
      costPicoUsd: BigInt(costPicoUsd),
    }));
  }

  @FieldResolver(() => InvoicedFee, { nullable: true, description: 'Of a base fee: its days; null for all else.' })
  fee(@Root() { detail }: InvoiceLine): InvoicedFee | null {
    const { baseFeePico, days, daysOfPeriod } = detail;
    if (baseFeePico === undefined || days === undefined || daysOfPeriod === undefined) return null;
    return { baseFeePico: BigInt(baseFeePico), days, daysOfPeriod };
  }

  @Requires('billing.read')
  @FieldResolver(() => UsageRecordConnection, {
    description: 'The usage records behind it, newest first; none behind what is no usage, or not invoiced yet.',
  })
  usageRecords(
    @Root() line: InvoiceLine,
    @Arg('first', () => Int, { nullable: true, description: FIRST }) first: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the last row of the page before.' })
    after: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<Page<UsageRecord>> {
    return this.reading.recordsOf(context.operation, line, first, after);
  }
}
