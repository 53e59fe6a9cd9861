import { Field, ObjectType } from 'type-graphql';
import type { PicoUsd } from '../money.js';
import { DecimalScalar, QuantityScalar } from '../scalars.js';

/** What a reprice makes of a record. */
export type RepricedAs = 'priced' | 'corrected' | 'unchanged' | 'unpriceable';

/** What a record costs and is charged; 0 without a price. */
export interface Amounts {
  readonly costPicoUsd: PicoUsd;
  readonly chargePicoUsd: PicoUsd;
}

const NUMBERS = [
  'recordCount',
  'pricedCount',
  'correctedCount',
  'unchangedCount',
  'unpriceableCount',
  'oldCostPicoUsd',
  'newCostPicoUsd',
  'oldChargePicoUsd',
  'newChargePicoUsd',
] as const;

type Numbers = Readonly<Record<(typeof NUMBERS)[number], bigint>>;

/** As it is kept: every number as its digits. */
export type RepriceRowJson = Readonly<Record<(typeof NUMBERS)[number], string>> & { readonly month: string };

const ZERO = Object.fromEntries(NUMBERS.map((name) => [name, 0n])) as Numbers;

@ObjectType({ description: 'Calls of a model as a reprice leaves them: exact sums over all of them, changed or not.' })
export class RepriceRow {
  @Field(() => String, {
    nullable: true,
    description:
      'The calendar month of the organization\'s zone in which the calls ran, such as "2026-01"; null in totals.',
  })
  month!: string | null;

  @Field(() => QuantityScalar, { description: 'How many calls: the sum of the four counts.' })
  recordCount!: bigint;

  @Field(() => QuantityScalar, {
    description: 'How many of them had no price and get their first one, in place: 0 in what is old.',
  })
  pricedCount!: bigint;

  @Field(() => QuantityScalar, {
    description: 'How many have a price and come to another cost or charge: each gets a correction.',
  })
  correctedCount!: bigint;

  @Field(() => QuantityScalar, { description: 'How many come to the same cost and charge, and are left alone.' })
  unchangedCount!: bigint;

  @Field(() => QuantityScalar, {
    description:
      'How many cannot be priced, because there is no price for their instant or their usage contradicts itself: they stay as they are.',
  })
  unpriceableCount!: bigint;

  @Field(() => DecimalScalar, { name: 'oldCost', description: 'USD, exact: what the providers charged so far.' })
  oldCostPicoUsd!: PicoUsd;

  @Field(() => DecimalScalar, { name: 'newCost', description: 'USD, exact: what the providers charge.' })
  newCostPicoUsd!: PicoUsd;

  @Field(() => DecimalScalar, { name: 'costDifference', description: 'USD, exact: new less old; below 0 for less.' })
  get costDifferencePicoUsd(): PicoUsd {
    return this.newCostPicoUsd - this.oldCostPicoUsd;
  }

  @Field(() => DecimalScalar, { name: 'oldCharge', description: 'USD, exact: what budgets counted so far.' })
  oldChargePicoUsd!: PicoUsd;

  @Field(() => DecimalScalar, { name: 'newCharge', description: 'USD, exact: what budgets count.' })
  newChargePicoUsd!: PicoUsd;

  @Field(() => DecimalScalar, { name: 'chargeDifference', description: 'USD, exact: new less old; below 0 for less.' })
  get chargeDifferencePicoUsd(): PicoUsd {
    return this.newChargePicoUsd - this.oldChargePicoUsd;
  }
}

/** One record. */
export function rowOf(month: string, as: RepricedAs, old: Amounts, now: Amounts): RepriceRow {
  return Object.assign(new RepriceRow(), ZERO, {
    month,
    recordCount: 1n,
    [`${as}Count`]: 1n,
    oldCostPicoUsd: old.costPicoUsd,
    newCostPicoUsd: now.costPicoUsd,
    oldChargePicoUsd: old.chargePicoUsd,
    newChargePicoUsd: now.chargePicoUsd,
  });
}

/** One row a month, in their order. */
export function byMonth(rows: readonly RepriceRow[]): RepriceRow[] {
  const months = [...Map.groupBy(rows, ({ month }) => month ?? '')].sort(([a], [b]) => (a < b ? -1 : 1));
  return months.map(([month, group]) => Object.assign(totalOf(group), { month }));
}

export function totalOf(rows: readonly RepriceRow[]): RepriceRow {
  const sums = Object.fromEntries(NUMBERS.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0n)]));
  return Object.assign(new RepriceRow(), { month: null }, sums);
}

export function rowToJson(row: RepriceRow): RepriceRowJson {
  const digits = Object.fromEntries(NUMBERS.map((name) => [name, row[name].toString()]));
  return { month: row.month ?? '', ...digits } as RepriceRowJson;
}

export function rowFromJson({ month, ...digits }: RepriceRowJson): RepriceRow {
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, BigInt(digits[name])]));
  return Object.assign(new RepriceRow(), { month }, numbers);
}
