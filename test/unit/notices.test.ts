import { readConfig } from '../../src/config.js';
import { noticesOf } from '../../src/notices.js';

function noticesWith(environment: Record<string, string>): string[] {
  const config = readConfig(environment);
  const { enablePricing: pricing, enableBudgetEnforcement: budgetEnforcement, enableBilling: billing } = config;
  return noticesOf({ ...config, features: { pricing, budgetEnforcement, billing } });
}

// J7. Seen to fail, each: with its sentence left out; the last one: without the look at the enforcement.
test.each<[string, Record<string, string>, string[]]>([
  ['everything is on', {}, []],
  ['ENABLE_PRICING=false', { ENABLE_PRICING: 'false' }, ['Calls are recorded without a price (ENABLE_PRICING=false).']],
  ['ENABLE_BILLING=false', { ENABLE_BILLING: 'false' }, ['Nothing is billed (ENABLE_BILLING=false).']],
  [
    'gradual',
    { BUDGET_ENFORCEMENT_SINCE: '2026-12-01T00:00:00Z', BUDGET_GRACE_PERIOD: '24h' },
    [
      'Budgets of accounts made before 2026-12-01T00:00:00.000Z refuse nothing (BUDGET_ENFORCEMENT_SINCE).',
      "A budget's first refusal comes 1 day after it would have been (BUDGET_GRACE_PERIOD).",
    ],
  ],
  [
    'nothing is enforced, whatever is said of how',
    { ENABLE_BUDGET_ENFORCEMENT: 'false', BUDGET_GRACE_PERIOD: '24h' },
    ['No budget refuses anything; all count (ENABLE_BUDGET_ENFORCEMENT=false).'],
  ],
])('a start says what it does not do: %s', (_name, environment, notices) => {
  expect(noticesWith(environment)).toEqual(notices);
});
