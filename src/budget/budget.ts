import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PicoUsdColumn } from '../money-column.js';
import { Node } from '../node.js';
import { DateTimeScalar, DecimalScalar } from '../scalars.js';

export enum PeriodKind {
  DAY = 'DAY',
  WEEK = 'WEEK',
  MONTH = 'MONTH',
  YEAR = 'YEAR',
  LIFETIME = 'LIFETIME',
}

registerEnumType(PeriodKind, {
  name: 'PeriodKind',
  description: "How long a budget's limit is for. Periods start at local midnight of the organization's zone.",
  valuesConfig: {
    DAY: { description: 'A local day, which may have 23 or 25 hours.' },
    WEEK: { description: 'From Monday.' },
    MONTH: { description: 'From the first, or from anchorDay; a shorter month starts it on its last day.' },
    YEAR: { description: 'From 1 January, or from anchorDay of anchorMonth.' },
    LIFETIME: { description: 'One period without end.' },
  },
});

export enum Enforcement {
  HARD = 'HARD',
  SOFT = 'SOFT',
  SHADOW = 'SHADOW',
}

registerEnumType(Enforcement, {
  name: 'Enforcement',
  description: 'What a budget does at its limit. Every kind counts, holds and raises alerts.',
  valuesConfig: {
    HARD: { description: 'Refuses what does not fit. Usage that happened is recorded all the same.' },
    SOFT: { description: 'Only raises alerts.' },
    SHADOW: { description: 'Refuses nothing and says what HARD would have refused.' },
  },
});

@ObjectType({ description: 'A model by the names of the catalogue, which aliases and dated snapshots resolve to.' })
export class BudgetModel {
  @Field(() => String, { description: 'Such as "openai".' })
  provider!: string;

  @Field(() => String, { description: 'Such as "gpt-4o".' })
  name!: string;
}

/** Written by set_budget, delete_budget and ensure_accounts, under the organization's gate. */
@Entity({ tableName: 'budget' })
@Index({ name: 'budget_account_idx', properties: ['organizationId', 'accountId'] })
@ObjectType({
  implements: Node,
  description:
    'A limit on what an account and everything below it may spend in a period. Its identity is account, period and models, among budgets that have not ended.',
})
export class Budget {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'uuid' })
  accountId!: string;

  /** The account's level, 0 for a RUN to 3 for the ORGANIZATION: period rows are locked in this order, hottest last. */
  @Property({ type: 'smallint' })
  rank!: number;

  @Field(() => PeriodKind, { description: 'How long the limit is for.' })
  @Property({ type: 'text' })
  period!: PeriodKind;

  /** `provider/name`, sorted. A provider has no slash in its name. */
  @Property({ type: 'text[]', nullable: true })
  models!: string[] | null;

  /** A fixed-size stand-in for `models` in the unique key; empty without models. */
  @Property({ type: 'text' })
  modelsKey!: string;

  @Field(() => String, { nullable: true, description: 'Display name; null where none was given.' })
  @Property({ type: 'text', nullable: true })
  name!: string | null;

  @Field(() => DecimalScalar, {
    name: 'limit',
    description: 'USD that may be spent in one period; at 0 nothing passes.',
  })
  @Property({ type: PicoUsdColumn })
  limitPicoUsd!: bigint;

  @Field(() => Enforcement, { description: 'What it does at its limit.' })
  @Property({ type: 'text' })
  enforcement!: Enforcement;

  @Field(() => [Int], { description: 'Whole percents of the limit at which an alert is raised, ascending.' })
  @Property({ type: 'int[]' })
  thresholds!: number[];

  @Field(() => Int, {
    nullable: true,
    description: 'Day of the month on which a MONTH or YEAR starts, 1 to 31; null: the first.',
  })
  @Property({ type: 'int', nullable: true })
  anchorDay!: number | null;

  @Field(() => Int, { nullable: true, description: 'Month in which a YEAR starts, 1 to 12; null: January.' })
  @Property({ type: 'int', nullable: true })
  anchorMonth!: number | null;

  @Field(() => String, { description: 'IANA time zone of its midnights; fixed when it was made.' })
  @Property({ type: 'text' })
  zone!: string;

  /**
   * The start of the period in which it was made; earlier instants do not count on it. Read by SQL alone: of a LIFETIME
   * budget it is -infinity, which no Date can hold.
   */
  @Property({ type: 'timestamptz', lazy: true })
  beginsAt: Date | undefined;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  /** Until then it acts as SOFT; set once in its life, by the first reservation that it would have denied. */
  @Property({ type: 'timestamptz', nullable: true })
  graceUntil!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when it counts nothing, because it was deleted; null while it lives.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  endedAt!: Date | null;
}

/** The name that a budget's list of models is stored and compared by. */
export function modelText(provider: string, name: string): string {
  return `${provider}/${name}`;
}

export function modelOf(text: string): BudgetModel {
  const slash = text.indexOf('/');
  return { provider: text.slice(0, slash), name: text.slice(slash + 1) };
}
