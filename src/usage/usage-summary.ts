import { Field, ObjectType } from 'type-graphql';
import type { PicoUsd } from '../money.js';
import { DecimalScalar, LocalDateScalar, QuantityScalar } from '../scalars.js';
import { marginPercentPico } from './margin.js';

/** Sums of usage records: exact, with what could not be priced beside them. */
@ObjectType({
  description: 'Exact sums of usage records. What is null was not asked for by groupBy, unless said otherwise.',
})
export class UsageSummaryRow {
  @Field(() => LocalDateScalar, { nullable: true, description: 'With DAY: the local day.' })
  day!: string | null;

  @Field(() => String, { nullable: true, description: 'With MONTH: the local month, such as "2026-01".' })
  month!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'With PROVIDER or MODEL: the provider as resolved, or as sent while unpriced. Null too for deductions, and where none was sent.',
  })
  provider!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'With MODEL: the model as resolved, or as sent while unpriced. Null too for deductions.',
  })
  model!: string | null;

  /** With USER. */
  userId!: string | null;

  /** With TEAM. */
  teamId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'With RUN: the caller’s id of the agent run or session. Null too where no run was named.',
  })
  runId!: string | null;

  @Field(() => QuantityScalar, { description: 'How many records.' })
  recordCount!: bigint;

  @Field(() => QuantityScalar, { description: 'How many of them have no price yet: cost and charge are without them.' })
  unpricedCount!: bigint;

  @Field(() => QuantityScalar, {
    description: 'How many of them used something that their price has no rate for: it is in the sums with 0.',
  })
  unratedCount!: bigint;

  @Field(() => QuantityScalar, { description: 'Prompt tokens, cached ones included.' })
  inputTokens!: bigint;

  @Field(() => QuantityScalar, { description: 'The prompt tokens that were read from a cache.' })
  cacheReadTokens!: bigint;

  @Field(() => QuantityScalar, { description: 'The prompt tokens that were written to a cache.' })
  cacheWriteTokens!: bigint;

  @Field(() => QuantityScalar, { description: 'Completion tokens, reasoning included.' })
  outputTokens!: bigint;

  @Field(() => DecimalScalar, {
    name: 'cost',
    description: 'USD, exact: what the providers charge, unpriced usage aside.',
  })
  costPicoUsd!: PicoUsd;

  @Field(() => DecimalScalar, {
    name: 'charge',
    description: 'USD, exact: what budgets count; the cost with markups, unpriced usage aside.',
  })
  chargePicoUsd!: PicoUsd;

  @Field(() => DecimalScalar, {
    description: 'USD, exact: the gross margin, charge less cost, unpriced usage aside. Below 0 where costs are more.',
  })
  get margin(): PicoUsd {
    return this.chargePicoUsd - this.costPicoUsd;
  }

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'The gross margin in percent of the charge, half-even to 4 decimals; null where the charge is 0.',
  })
  get marginPercent(): bigint | null {
    return marginPercentPico(this.costPicoUsd, this.chargePicoUsd);
  }
}

@ObjectType({ description: 'Usage of some days, summed up.' })
export class UsageSummary {
  @Field(() => [UsageSummaryRow], {
    description:
      'One row for each combination of what was asked for that has usage, at most 10,000: by time first, then the most expensive. Empty without groupBy.',
  })
  rows!: UsageSummaryRow[];

  @Field(() => UsageSummaryRow, { description: 'The sums of all rows.' })
  totals!: UsageSummaryRow;
}

const SUMS = [
  'recordCount',
  'unpricedCount',
  'unratedCount',
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'outputTokens',
  'costPicoUsd',
  'chargePicoUsd',
] as const;

/** The sum of rows, told apart by nothing. */
export function totalOf(rows: readonly UsageSummaryRow[]): UsageSummaryRow {
  const sums = Object.fromEntries(SUMS.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0n)]));
  const nothing = { day: null, month: null, provider: null, model: null, userId: null, teamId: null, runId: null };
  return Object.assign(new UsageSummaryRow(), nothing, sums);
}
