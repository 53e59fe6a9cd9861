import { Arg, Ctx, Field, FieldResolver, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { CostLineType } from '../catalog/cost-line-type.js';
import { costLineFromJson } from '../catalog/cost-line.js';
import { Pricing } from '../catalog/pricing.js';
import type { BookPricing } from '../catalog/price-book.js';
import type { Context } from '../context.js';
import { Costs } from '../costs.js';
import { Account } from '../identity/account.js';
import { FIRST, PageInfo, type Page } from '../page.js';
import { Requires } from '../requires.js';
import { UsageFilter, UsageSummaryInput } from './usage-report-input.js';
import type { UsageReportService } from './usage-report.service.js';
import { UsageRecord } from './usage-record.js';
import { UsageSummary, UsageSummaryRow } from './usage-summary.js';

@ObjectType({ description: 'One row of a UsageRecordConnection.' })
class UsageRecordEdge {
  @Field(() => UsageRecord, { description: 'The record.' })
  node!: UsageRecord;

  @Field(() => String, { description: 'Its cursor.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of usage records: the newest call first, equal instants by key downwards.' })
export class UsageRecordConnection {
  @Field(() => [UsageRecordEdge], { description: 'The rows of this page.' })
  edges!: UsageRecordEdge[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo!: PageInfo;
}

@Resolver(() => UsageRecord)
export class UsageReportResolver {
  constructor(private readonly reports: UsageReportService) {}

  @Requires('usage.read')
  @Query(() => UsageRecordConnection, {
    description:
      'Usage records, the newest call first. A MEMBER sees those of its account and below. An account that was never used, or is not for the caller, has none. Without an account, a filter that few records pass is slow over years: name a time. Requires usage.read. Errors: BAD_USER_INPUT, FORBIDDEN.',
  })
  usageRecords(
    @Ctx() context: Context,
    @Arg('filter', () => UsageFilter, { nullable: true, description: 'Which records; default all.' })
    filter?: UsageFilter | null,
    @Arg('first', () => Int, { nullable: true, description: FIRST }) first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the last record of the page before.' })
    after?: string | null,
  ): Promise<Page<UsageRecord>> {
    return this.reports.list(context.operation, filter ?? {}, first, after);
  }

  @Requires('usage.read')
  @Costs(5_000)
  @Query(() => UsageSummary, {
    description:
      'Exact sums of the usage of some local days: cost, charge and gross margin, with the number of unpriced records beside each. A MEMBER sees its account and below. An account that was never used, or is not for the caller, has none. Requires usage.read. Errors: BAD_USER_INPUT (also for more than 92 days by account, and for more than 10,000 rows), FORBIDDEN.',
  })
  usageSummary(
    @Arg('input', () => UsageSummaryInput, { description: 'Which usage, and by what.' }) input: UsageSummaryInput,
    @Ctx() context: Context,
  ): Promise<UsageSummary> {
    return this.reports.summarize(context.operation, input);
  }

  @Requires('usage.read')
  @FieldResolver(() => Account, { description: 'Who spent.' })
  account(@Root() record: UsageRecord, @Ctx() context: Context): Promise<Account> {
    return this.reports.accountOf(context.operation, record);
  }

  @Requires('usage.read')
  @FieldResolver(() => Account, {
    nullable: true,
    description: 'The team that it counted on, as it was when it was recorded; null without one.',
  })
  team(@Root() record: UsageRecord, @Ctx() context: Context): Promise<Account | null> {
    return this.reports.teamOf(context.operation, record);
  }

  @Requires('usage.read')
  @FieldResolver(() => Pricing, {
    nullable: true,
    description: 'The price version that it was priced by; null while unpriced and for a deduction.',
  })
  pricing(@Root() record: UsageRecord, @Ctx() context: Context): Promise<BookPricing | null> {
    return this.reports.pricingOf(context.operation, record);
  }

  @FieldResolver(() => [CostLineType], {
    nullable: true,
    description:
      'What the cost is made of, at the rates of then: its sum is the cost. Null while unpriced; empty for a deduction.',
  })
  costLines(@Root() record: UsageRecord): CostLineType[] | null {
    return record.lines?.map((line) => new CostLineType(costLineFromJson(line))) ?? null;
  }
}

@Resolver(() => UsageSummaryRow)
export class UsageSummaryRowResolver {
  constructor(private readonly reports: UsageReportService) {}

  @Requires('usage.read')
  @FieldResolver(() => Account, {
    nullable: true,
    description:
      'With USER: the user that spent. With TEAM alone, and for what a team spent itself: the team. Null where neither spent.',
  })
  async account(@Root() row: UsageSummaryRow, @Ctx() context: Context): Promise<Account | null> {
    return (await this.reports.userOf(context.operation, row)) ?? this.reports.teamOf(context.operation, row);
  }

  @Requires('usage.read')
  @FieldResolver(() => Account, {
    nullable: true,
    description: 'With TEAM: the team that it counted on when it was recorded; null without one.',
  })
  team(@Root() row: UsageSummaryRow, @Ctx() context: Context): Promise<Account | null> {
    return this.reports.teamOf(context.operation, row);
  }
}
