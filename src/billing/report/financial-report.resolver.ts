import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../../context.js';
import { Costs } from '../../costs.js';
import { Requires } from '../../requires.js';
import { FinancialReport } from './financial-report.js';
import type { FinancialReportService } from './financial-report.service.js';

@Resolver(() => FinancialReport)
export class FinancialReportResolver {
  constructor(private readonly service: FinancialReportService) {}

  @Requires('billing.read')
  @Costs(10_000)
  @Query(() => FinancialReport, {
    description:
      'A month for whoever closes its books: usage with its gross margin, and by currency what was invoiced, taken back, paid and is open at its end. Requires billing.read. Errors: BAD_USER_INPUT (no month, or one that has not begun), FORBIDDEN, FEATURE_DISABLED.',
  })
  financialReport(
    @Arg('month', () => String, {
      description: 'A calendar month in the organization’s zone, such as "2026-06", from "2020-01" on.',
    })
    month: string,
    @Ctx() context: Context,
  ): Promise<FinancialReport> {
    return this.service.report(context.operation, month);
  }
}
