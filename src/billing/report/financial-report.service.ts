import { badInput } from '../../errors.js';
import { authorize } from '../../identity/permission.js';
import type { Operation } from '../../operation.js';
import { addDays } from '../amount/proration.js';
import { assertBilling } from '../plan/plan.service.js';
import { currenciesOf } from './currency-sums.js';
import { FinancialReport } from './financial-report.js';
import { FinancialModelUsage, FinancialUsage } from './financial-usage.js';
import { readMoney } from './read-money.sql.js';
import { readMonth, readUsage, type UsageSums } from './read-month.sql.js';

const MOST_MODELS = 10_000;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
/** No usage is older. */
const FIRST_MONTH = '2020-01';

export class FinancialReportService {
  constructor(private readonly isOn: boolean) {}

  async report(operation: Operation, month: string): Promise<FinancialReport> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    if (!MONTH.test(month) || month < FIRST_MONTH) {
      throw badInput(['month'], `Must be a month such as "2026-06", from "${FIRST_MONTH}" on.`);
    }
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const period = await readMonth(em, organizationId, month, operation.now);
    if (period.startsAt > operation.now) throw badInput(['month'], 'Must be a month that has begun.');
    const [total, ...models] = await readUsage(em, organizationId, period, MOST_MODELS);
    if (!total) throw new Error('The usage has no total.');
    const { firstDay, nextDay, startsAt, endsAt } = period;
    const days = { firstDay, lastDay: addDays(nextDay, -1), startsAt, endsAt, isOver: endsAt <= operation.now };
    return Object.assign(new FinancialReport(), {
      ...{ month, ...days },
      usage: Object.assign(new FinancialUsage(), usageOf(total)),
      models: models.map((model) => {
        const { provider, model: name } = model;
        return Object.assign(new FinancialModelUsage(), usageOf(model), { provider, model: name });
      }),
      currencies: currenciesOf(await readMoney(em, organizationId, period)),
    });
  }
}

function usageOf({ recordCount, unpricedCount, unratedCount, cost, charge }: UsageSums) {
  return {
    recordCount: BigInt(recordCount),
    unpricedCount: BigInt(unpricedCount),
    unratedCount: BigInt(unratedCount),
    costPicoUsd: BigInt(cost),
    chargePicoUsd: BigInt(charge),
  };
}
