/** With every flag off the API still answers, and nothing is priced or refused; the decision says what would have been. */
import {
  ApplyRepriceDocument,
  BudgetStatusDocument,
  BillingProfileOfDocument,
  CancelSubscriptionDocument,
  CreateCreditNoteDocument,
  CreditBalanceOfDocument,
  CreditGrantsDocument,
  GrantCreditDocument,
  PaymentLimitsDocument,
  SetBillingProfileDocument,
  SetPaymentLimitDocument,
  VoidCreditGrantDocument,
  ChangeSubscriptionDocument,
  CreateInvoiceDocument,
  DeductFromBudgetDocument,
  FinalizeInvoiceDocument,
  FinancialReportDocument,
  InvoiceOfDocument,
  InvoicesDocument,
  MarkInvoiceUncollectibleDocument,
  PayInvoiceDocument,
  PlanOfDocument,
  PlanQuoteDocument,
  PlansDocument,
  PlanSubscriptionOfDocument,
  PlanSubscriptionsDocument,
  PreviewRepriceDocument,
  RecordUsageDocument,
  SetBudgetDocument,
  SetPlanDocument,
  SubscribeDocument,
  UpcomingInvoiceDocument,
  ViewerDocument,
  RetryWebhookEventDocument,
  VoidInvoiceDocument,
  WebhookEventsDocument,
} from '../support/generated/operations.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
afterEach(() => world.close());

async function deductTwo(): Promise<unknown> {
  await world.ask(SetBudgetDocument, { input: { userId: 'ada', period: 'MONTH', limit: '1' } });
  const input = { idempotencyKey: 'over', userId: 'ada', amount: '2' };
  const { deductFromBudget } = await world.ask(DeductFromBudgetDocument, { input });
  return { booked: deductFromBudget.usageRecord?.cost ?? null, ...deductFromBudget.decision, budget: undefined };
}

async function spent(): Promise<unknown> {
  return (await world.ask(BudgetStatusDocument, { userId: 'ada' })).budgetStatus.budgets[0]?.spent;
}

// Seen to fail: with assertBilling left out of one of the operations.
test('all off: calls are counted without a price, a HARD budget refuses nothing, and nothing is billed', async () => {
  world = await startWorld({ ENABLE_PRICING: 'false', ENABLE_BUDGET_ENFORCEMENT: 'false', ENABLE_BILLING: 'false' });
  const { viewer } = await world.ask(ViewerDocument, {});
  expect(viewer.features).toEqual({ pricing: false, budgetEnforcement: false, billing: false });
  const input = { idempotencyKey: 'call', userId: 'ada', model: 'gpt-4o', promptTokens: 1 };
  expect((await world.ask(RecordUsageDocument, { input })).recordUsage.usageRecord).toMatchObject({
    cost: null,
    unpricedReason: 'PRICING_DISABLED',
  });
  expect(await deductTwo()).toMatchObject({
    booked: '2',
    outcome: 'ALLOWED',
    reason: 'ENFORCEMENT_OFF',
    wouldDeny: true,
  });
  expect(await spent()).toBe('2');
  const scope = { provider: 'openai', model: 'gpt-4o', from: '2026-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
  const unpriced = await Promise.all([
    world.send(PreviewRepriceDocument, { input: scope }),
    world.send(ApplyRepriceDocument, { input: { ...scope, idempotencyKey: 'reprice', reason: 'late' } }),
  ]);
  expect(unpriced.map(({ errors }) => errors?.[0]?.extensions)).toMatchObject(
    unpriced.map(() => ({ code: 'FEATURE_DISABLED', flag: 'ENABLE_PRICING' })),
  );
  const answers = await Promise.all([
    world.send(SetPlanDocument, { input: { code: 'basic' } as never }),
    world.send(SubscribeDocument, { input: { plan: 'basic' } }),
    world.send(ChangeSubscriptionDocument, { input: { subscriptionId: 'any', plan: 'basic' } as never }),
    world.send(CancelSubscriptionDocument, { input: { subscriptionId: 'any' } as never }),
    world.send(PlanOfDocument, { code: 'basic' }),
    world.send(PlanQuoteDocument, { code: 'basic', usage: [] }),
    world.send(PlansDocument, {}),
    world.send(PlanSubscriptionOfDocument, {}),
    world.send(PlanSubscriptionsDocument, {}),
    world.send(CreateInvoiceDocument, { input: { subscriptionId: 'any' } }),
    world.send(FinalizeInvoiceDocument, { input: { invoiceId: 'any' } }),
    world.send(VoidInvoiceDocument, { input: { invoiceId: 'any' } }),
    world.send(MarkInvoiceUncollectibleDocument, { input: { invoiceId: 'any' } }),
    world.send(PayInvoiceDocument, { input: { invoiceId: 'any' } }),
    world.send(InvoiceOfDocument, { id: 'any' }),
    world.send(InvoicesDocument, {}),
    world.send(UpcomingInvoiceDocument, { subscriptionId: 'any' }),
    world.send(GrantCreditDocument, { input: { idempotencyKey: 'a', amount: '1', reason: 'any' } as never }),
    world.send(VoidCreditGrantDocument, { input: { creditGrantId: 'any' } }),
    world.send(CreditBalanceOfDocument, { withinDays: 1 }),
    world.send(CreditGrantsDocument, {}),
    world.send(CreateCreditNoteDocument, {
      input: { idempotencyKey: 'a', invoiceId: 'any', amount: '1', reason: 'any' } as never,
    }),
    world.send(SetBillingProfileDocument, { input: { legalName: 'any' } }),
    world.send(BillingProfileOfDocument, {}),
    world.send(SetPaymentLimitDocument, { input: { currency: 'USD' } }),
    world.send(PaymentLimitsDocument, {}),
    world.send(FinancialReportDocument, { month: 'any' }),
    world.send(WebhookEventsDocument, {}),
    world.send(RetryWebhookEventDocument, { input: { eventId: 'any' } }),
  ]);
  const refusals = answers.map(({ errors }) => [errors?.[0]?.extensions['code'], errors?.[0]?.extensions['flag']]);
  expect(refusals).toEqual(answers.map(() => ['FEATURE_DISABLED', 'ENABLE_BILLING']));
});

// B11, of a deduction. Seen to fail: with p_enforce left out of the call of count_charges.
test('on: what a HARD budget has no room for is not booked, and the key is free for what fits', async () => {
  world = await startWorld();
  expect(await deductTwo()).toMatchObject({
    booked: null,
    outcome: 'DENIED',
    reason: 'OVER_LIMIT',
    wouldDeny: true,
    remaining: '1',
  });
  expect(await spent()).toBe('0');
  const input = { idempotencyKey: 'over', userId: 'ada', amount: '1' };
  const { deductFromBudget } = await world.ask(DeductFromBudgetDocument, { input });
  expect(deductFromBudget).toMatchObject({
    replayed: false,
    usageRecord: { cost: '1' },
    decision: { outcome: 'ALLOWED', reason: 'FITS' },
  });
  const again = await world.ask(DeductFromBudgetDocument, { input: { ...input, amount: '1.00' } });
  expect(again.deductFromBudget).toMatchObject({ replayed: true, decision: null });
  expect(await world.codeOf(DeductFromBudgetDocument, { input: { ...input, amount: '0.5' } })).toBe(
    'IDEMPOTENCY_CONFLICT',
  );
});

test('what is not asked to fit is booked in full, above the limit too', async () => {
  world = await startWorld();
  await world.ask(SetBudgetDocument, { input: { userId: 'ada', period: 'MONTH', limit: '1' } });
  const input = { idempotencyKey: 'fee', userId: 'ada', amount: '5', onlyIfFits: false };
  const { deductFromBudget } = await world.ask(DeductFromBudgetDocument, { input });
  expect(deductFromBudget).toMatchObject({ usageRecord: { cost: '5' }, decision: { reason: 'OVER_LIMIT' } });
  expect(await spent()).toBe('5');
});

test('many at once never take more than there is', async () => {
  world = await startWorld();
  await world.ask(SetBudgetDocument, { input: { period: 'MONTH', limit: '10' } });
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      world.ask(DeductFromBudgetDocument, {
        input: { idempotencyKey: `d-${index}`, userId: `u-${index % 7}`, amount: '1' },
      }),
    ),
  );
  expect(answers.filter((answer) => answer.deductFromBudget.usageRecord)).toHaveLength(10);
});
