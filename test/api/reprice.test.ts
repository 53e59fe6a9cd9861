/** A reprice: first what it would do, then that and nothing else, and the money in the next invoice. */
import {
  ApplyRepriceDocument,
  BudgetStatusDocument,
  CreateApiKeyDocument,
  CreateInvoiceDocument,
  CreateOrganizationDocument,
  DeductFromBudgetDocument,
  PreviewRepriceDocument,
  RecordUsageDocument,
  SetBudgetDocument,
  SetPlanDocument,
  SubscribeDocument,
} from '../support/generated/operations.js';
import type { RunningServer } from '../../src/server.js';
import { setClock } from '../support/clock.js';
import { applyInput, callOf, newName, scopeOf, Tenant } from '../support/repricing.js';
import { startAnother } from '../support/servers.js';
import { newTenant } from '../support/spending.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let unpricing: RunningServer;
let key: string;
let ours: Tenant;
beforeAll(async () => {
  world = await startWorld();
  unpricing = await startAnother(world.database.url, { ENABLE_PRICING: 'false', INVOICE_INTERVAL: '0' });
});
beforeEach(async () => {
  await setClock(world, '2026-06-20T12:00:00Z');
  await unpricing.syncClock();
  key = await newTenant(world, 'America/New_York');
  ours = new Tenant(world, key);
});
afterAll(async () => {
  await setClock(world, undefined);
  await unpricing.close();
  await world.close();
});

/** One of each kind, in a model whose price was entered late; what is of it is in the period, what is not is not. */
async function furnish() {
  const [model, other] = [newName('model'), newName('other')];
  await ours.setPrice(model, '0.001', '2026-03-10T00:00:00Z');
  await ours.setPrice(other, '0.001', '2026-01-01T00:00:00Z');
  const early = await ours.record(model, '2026-03-05T00:00:00Z');
  const old = await ours.record(model, '2026-03-31T12:00:00Z', { promptTokens: 100 });
  // By local time in April.
  const changed = [
    await ours.record(model, '2026-05-01T03:59:59Z', { promptTokens: 7 }),
    await ours.record(model, '2026-05-20T00:00:00Z', { userId: 'bob' }),
  ];
  const free = await ours.record(model, '2026-05-20T00:00:00Z', { promptTokens: 0 });
  const unpriced = await ours.recordUnpriced(unpricing, model, '2026-05-21T00:00:00Z', {
    userId: 'bob',
    promptTokens: 3,
  });
  const replaced = await ours.record(model, '2026-04-20T00:00:00Z');
  const replacement = await ours.correct(replaced.id, { replacement: { promptTokens: 20 } });
  const voided = await ours.record(model, '2026-04-21T00:00:00Z');
  await ours.correct(voided.id, { void: true });
  const outside = await Promise.all([
    ours.record(model, '2026-06-01T04:00:00Z'),
    ours.record(other, '2026-05-01T00:00:00Z'),
    ours.recordUnpriced(unpricing, other, '2026-05-01T00:00:00Z'),
  ]);
  const deduction = { idempotencyKey: newName('deduction'), userId: 'ada', amount: '1', onlyIfFits: false };
  await world.ask(DeductFromBudgetDocument, { input: deduction }, key);
  return { model, early, old, changed, free, unpriced, replacement, outside };
}

// D16. Seen to fail: without the end of the period, with months of UTC, with what was corrected in the preview, with every
// record without a price, and with every model of the provider.
test('a price entered late changes nothing; the preview shows what a reprice would do, and it does exactly that', async () => {
  const { model, early, old, changed, free, unpriced, replacement, outside } = await furnish();
  const before = await ours.records(model);
  await ours.setPrice(model, '0.003', '2026-04-15T00:00:00Z');
  const seen = await ours.preview(model);
  expect(await ours.records(model)).toEqual(before);
  expect(seen).toMatchObject({ provider: 'ours', model });
  const zero = { recordCount: 0, pricedCount: 0, correctedCount: 0, unchangedCount: 0, unpriceableCount: 0 };
  const month = { recordCount: 2, oldCost: '0.1', newCost: '0.1', costDifference: '0' };
  expect(seen.rows).toEqual([
    expect.objectContaining({ ...zero, month: '2026-03', ...month, unchangedCount: 1, unpriceableCount: 1 }),
    expect.objectContaining({
      ...{ ...zero, month: '2026-04', recordCount: 2, correctedCount: 2 },
      ...{ oldCost: '0.027', newCost: '0.081', costDifference: '0.054' },
    }),
    expect.objectContaining({
      ...{ ...zero, month: '2026-05', recordCount: 3, pricedCount: 1, correctedCount: 1, unchangedCount: 1 },
      ...{ oldCost: '0.01', newCost: '0.039', costDifference: '0.029' },
    }),
  ]);
  expect(seen.totals).toMatchObject({ month: null, recordCount: 7, oldCharge: '0.137', newCharge: '0.22' });
  expect(seen.totals.chargeDifference).toBe('0.083');
  expect(await ours.totals(model)).toMatchObject({ recordCount: 7, unpricedCount: 2, cost: seen.totals.oldCost });

  const { reprice, replayed } = await ours.apply(model);
  expect(replayed).toBe(false);
  expect(reprice).toMatchObject({ isComplete: true, provider: 'ours', model, rows: seen.rows, totals: seen.totals });
  expect(await ours.totals(model)).toMatchObject({ recordCount: 7, unpricedCount: 1, cost: seen.totals.newCost });
  for (const { id } of [early, old, free, ...outside]) expect(await ours.node(id)).toMatchObject({ correction: null });
  for (const wrong of [...changed, replacement]) {
    const { correction, cost } = await ours.node(wrong.id);
    expect(cost).toBe(wrong.cost);
    expect(correction.reason).toBe('the price came late');
    const { occurredAt, budgetAt, quantities } = wrong;
    const same = { kind: 'CALL', model, occurredAt, budgetAt, quantities, unpricedReason: null };
    expect(await ours.node(correction.replacementId)).toMatchObject({ ...same, corrects: { correctedId: wrong.id } });
    expect(await ours.node(correction.reversalId)).toMatchObject({ kind: 'REVERSAL', cost: `-${wrong.cost}` });
  }
  expect(await ours.node(unpriced.id)).toMatchObject({ cost: '0.009', correction: null });
  expect((await ours.preview(model)).totals).toMatchObject({ pricedCount: 0, correctedCount: 0, costDifference: '0' });
});

// Seen to fail: with records of PRICING_DISABLED left out, and with a correction in place of the first price.
test('what was recorded with pricing off is priced by a reprice alone, in place, and counts on its budget', async () => {
  const model = newName('model');
  await world.ask(SetBudgetDocument, { input: { userId: 'ada', period: 'LIFETIME', limit: '100' } }, key);
  const spent = async () =>
    (await world.ask(BudgetStatusDocument, { userId: 'ada' }, key)).budgetStatus.budgets.at(-1)?.spent;
  const { id } = await ours.recordUnpriced(unpricing, model, '2026-05-01T00:00:00Z');
  await ours.setPrice(model, '1');
  expect(await ours.node(id)).toMatchObject({ cost: null, unpricedReason: 'PRICING_DISABLED' });
  const seen = await ours.preview(model);
  expect(seen.totals).toMatchObject({ recordCount: 1, pricedCount: 1, oldCost: '0', newCost: '10' });
  expect(await ours.totals(model)).toMatchObject({ recordCount: 1, unpricedCount: 1 });
  const { reprice } = await ours.apply(model);
  expect(reprice.totals).toEqual(seen.totals);
  expect(await ours.records(model)).toMatchObject([{ id, cost: '10', unpricedReason: 'PRICING_DISABLED', model }]);
  expect(await ours.totals(model)).toMatchObject({ recordCount: 1, unpricedCount: 0, cost: '10' });
  expect(await spent()).toBe('10');
});

// Seen to fail: without the look at what the key was for, and where what is done is gone through again.
test('the same reprice again does nothing and says the same; its key is for nothing else', async () => {
  const { model } = await furnish();
  await ours.setPrice(model, '0.003', '2026-04-15T00:00:00Z');
  const input = applyInput(model);
  const { applyReprice: first } = await world.ask(ApplyRepriceDocument, { input }, key);
  const after = await ours.records(model);
  const { applyReprice: again } = await world.ask(ApplyRepriceDocument, { input }, key);
  expect(again).toEqual({ reprice: first.reprice, replayed: true });
  await ours.setPrice(model, '0.005', '2026-04-16T00:00:00Z');
  expect((await world.ask(ApplyRepriceDocument, { input }, key)).applyReprice).toEqual(again);
  expect(await ours.records(model)).toEqual(after);
  for (const change of [{ reason: 'another' }, { to: '2026-07-01T00:00:00Z' }, { expectedChargeDifference: '0' }]) {
    expect(await ours.refusal(model, { ...input, ...change })).toBe('IDEMPOTENCY_CONFLICT');
  }
  // Another tenant has the key for itself.
  const { createOrganization } = await world.ask(CreateOrganizationDocument, { input: { name: newName('other') } });
  expect(await new Tenant(world, createOrganization.apiKeyValue).refusal(model, input)).toBe(
    'BAD_USER_INPUT input.model',
  );
});

// Seen to fail: with keys made of that of the record before, which grew, and with the reprice's key right behind the mark,
// where "reversal" was the key of another record.
test('what was repriced can be repriced and corrected again; keys do not grow, however long they are', async () => {
  const model = newName('model');
  await ours.setPrice(model, '0.001', '2026-01-01T00:00:00Z');
  const long = (letter: string) => letter + '𐍈'.repeat(254);
  const call = await ours.record(model, '2026-04-01T00:00:00Z', { idempotencyKey: long('c') });
  let { id } = call;
  const lengths = new Set<number>();
  for (const [index, price] of ['0.002', '0.003', '0.004'].entries()) {
    await ours.setPrice(model, price, `2026-02-0${index + 1}T00:00:00Z`);
    const { reprice } = await ours.apply(model, { idempotencyKey: long(String(index)) });
    expect(reprice.totals).toMatchObject({ recordCount: 1, correctedCount: 1 });
    id = (await ours.node(id)).correction.replacementId;
    expect(await ours.node(id)).toMatchObject({ cost: `0.0${index + 2}` });
    lengths.add(((await ours.node(id))['idempotencyKey'] as string).length);
  }
  expect(lengths.size).toBe(1);
  const { usageRecord } = (
    await world.ask(
      RecordUsageDocument,
      {
        input: { ...callOf(model, { idempotencyKey: long('c') }), occurredAt: '2026-04-01T00:00:00Z' },
      },
      key,
    )
  ).recordUsage;
  expect(usageRecord!.id).toBe(call.id);
  const fixed = await ours.correct(id, { replacement: { promptTokens: 20 } });
  expect(fixed).toMatchObject({ cost: '0.08' });
  expect(await ours.totals(model)).toMatchObject({ recordCount: 1, cost: '0.08' });
  // A key that looks like the end of another's.
  await ours.setPrice(model, '0.005', '2026-02-04T00:00:00Z');
  expect((await ours.apply(model, { idempotencyKey: 'reversal' })).reprice.totals).toMatchObject({ correctedCount: 1 });
  expect(await ours.totals(model)).toMatchObject({ recordCount: 1, cost: '0.1' });
});

// D16. Seen to fail: with the markup left out of what replaces, or of a first price, and with the price in force now.
test('after an invoice the difference is an adjustment on the next, to the last digit', async () => {
  const [dearer, cheaper, first] = [newName('a'), newName('b'), newName('c')];
  for (const model of [dearer, cheaper, first]) await ours.setPrice(model, '0.1', '2026-01-01T00:00:00Z');
  await setClock(world, '2026-05-02T13:00:00Z');
  await unpricing.syncClock();
  const terms = { code: newName('plan'), markups: [{ percent: '20' }] };
  const plan = (await world.ask(SetPlanDocument, { input: terms }, key)).setPlan.code;
  const { id: subscriptionId } = (await world.ask(SubscribeDocument, { input: { userId: 'ada', plan } }, key))
    .subscribe;
  const invoice = async () =>
    (await world.ask(CreateInvoiceDocument, { input: { subscriptionId } }, key)).createInvoice.lines.map(
      ({ kind, model, firstDay, lastDay, amount, exactAmount }) =>
        `${kind} ${model} ${firstDay}..${lastDay} ${amount} of ${exactAmount}`,
    );
  expect(await invoice()).toEqual([]);
  const call = await ours.record(dearer, '2026-05-02T12:00:00Z', { promptTokens: 100 });
  await ours.record(cheaper, '2026-05-02T12:00:00Z', { promptTokens: 100 });
  await ours.recordUnpriced(unpricing, first, '2026-05-02T12:00:00Z', { promptTokens: 100 });
  await setClock(world, '2026-06-20T12:00:00Z');
  const may = '2026-05-02..2026-05-31';
  expect(await invoice()).toEqual([`USAGE ${dearer} ${may} 12 of 12`, `USAGE ${cheaper} ${may} 12 of 12`]);

  await ours.setPrice(dearer, '0.15', '2026-05-01T00:00:00Z');
  await ours.setPrice(dearer, '9', '2026-06-01T00:00:00Z');
  await ours.setPrice(cheaper, '0.0333', '2026-05-01T00:00:00Z');
  for (const [model, charge, difference] of [
    [dearer, '18', '6'],
    [cheaper, '3.996', '-8.004'],
    [first, '12', '12'],
  ] as const) {
    const before = await ours.totals(model);
    const seen = await ours.preview(model);
    expect(seen.totals).toMatchObject({ newCharge: charge, chargeDifference: difference, oldCharge: before.charge });
    const { reprice } = await ours.apply(model, { expectedChargeDifference: difference });
    expect(reprice).toMatchObject({ isComplete: true, totals: seen.totals });
    expect(await ours.totals(model)).toMatchObject({ recordCount: 1, charge });
  }
  const { replacementId } = (await ours.node(call.id)).correction;
  expect(await ours.node(replacementId)).toMatchObject({ cost: '15', charge: '18' });
  await setClock(world, '2026-07-01T12:00:00Z');
  expect(await invoice()).toEqual([
    `ADJUSTMENT ${dearer} ${may} 6 of 6`,
    `ADJUSTMENT ${cheaper} ${may} -8 of -8.004`,
    `ADJUSTMENT ${first} ${may} 12 of 12`,
  ]);
});

// Seen to fail: with the difference not looked at.
test('with the difference that was seen nothing else is done', async () => {
  const { model, changed } = await furnish();
  await ours.setPrice(model, '0.003', '2026-04-15T00:00:00Z');
  const { chargeDifference } = (await ours.preview(model)).totals;
  await ours.correct(changed[0]!.id, { void: true });
  const input = applyInput(model, { expectedChargeDifference: chargeDifference });
  expect(await ours.refusal(model, input)).toBe('BAD_USER_INPUT input.expectedChargeDifference');
  expect(await ours.node(changed[1]!.id)).toMatchObject({ correction: null });
  const now = (await ours.preview(model)).totals.chargeDifference;
  // What had no effect is not stored: the key is free.
  const { reprice } = await ours.apply(model, { ...input, expectedChargeDifference: now });
  expect(reprice).toMatchObject({ isComplete: true, totals: { chargeDifference: now } });
});

test.each([
  ['an empty period', { to: '2026-03-01T05:00:00Z' }, 'BAD_USER_INPUT input.to'],
  ['no model of that name', { model: 'nobody’s' }, 'BAD_USER_INPUT input.model'],
  ['another name of a model', { provider: 'openai', model: 'gpt-4o-2024-08-06' }, 'BAD_USER_INPUT input.model'],
  ['no provider', { provider: ' ' }, 'BAD_USER_INPUT input.provider'],
  ['no reason', { reason: ' ' }, 'BAD_USER_INPUT input.reason'],
  ['a key with a control character', { idempotencyKey: 'a\u0001reprice' }, 'BAD_USER_INPUT input.idempotencyKey'],
])('%s is one clear error', async (_, more, error) => {
  const model = newName('model');
  await ours.setPrice(model, '1');
  expect(await ours.refusal(model, more)).toBe(error);
  if (error.endsWith('input.reason') || error.endsWith('Key')) return;
  const input = { ...scopeOf(model), ...more };
  expect(await world.codeOf(PreviewRepriceDocument, { input }, key)).toBe('BAD_USER_INPUT');
});

// Seen to fail: with the preview for MEMBER too.
test('a MEMBER, who sees one account, neither looks nor acts; FINANCE does both', async () => {
  const model = newName('model');
  await ours.setPrice(model, '1');
  await ours.record(model, '2026-05-01T00:00:00Z');
  const keyOf = async (input: object) =>
    (await world.ask(CreateApiKeyDocument, { input: { name: newName('key'), ...input } as never }, key)).createApiKey
      .value;
  const member = await keyOf({ roles: ['MEMBER'], userId: 'ada' });
  expect(await world.codeOf(PreviewRepriceDocument, { input: scopeOf(model) }, member)).toBe('FORBIDDEN');
  expect(await new Tenant(world, member).refusal(model, {})).toBe('FORBIDDEN');
  const finance = await keyOf({ roles: ['FINANCE'] });
  await world.ask(PreviewRepriceDocument, { input: scopeOf(model) }, finance);
  await world.ask(ApplyRepriceDocument, { input: applyInput(model) }, finance);
});
