/** The least that each query has to be told. */
import { BOTH } from './access-world.js';
import type { Variables } from './asking.js';

/** What is named is put over it. */
export const QUERY_BASES: Readonly<Record<string, Variables>> = {
  checkBudget: { input: { userId: BOTH.user, model: 'model-both', promptTokens: 1, maxCompletionTokens: 1 } },
  creditBalance: { userId: BOTH.user },
  estimateCost: { input: { model: 'model-both', promptTokens: 1 } },
  financialReport: { month: '2026-06' },
  invoice: { id: '' },
  model: { name: 'model-both', provider: 'lab-both' },
  node: { id: '' },
  plan: { code: 'plan-both' },
  planQuote: {
    code: 'plan-both',
    usage: [{ unit: 'WEB_SEARCHES', provider: 'lab-both', model: 'model-both', quantity: 1 }],
  },
  previewReprice: {
    input: { provider: 'lab-both', model: 'model-both', from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
  },
  upcomingInvoice: { subscriptionId: '' },
  usageSummary: { input: { from: '2026-06-01', to: '2026-06-30', groupBy: ['USER', 'TEAM', 'MODEL'] } },
};
