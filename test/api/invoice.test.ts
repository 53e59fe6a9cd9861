/** Invoices: each priced record on exactly one, lines that add up, numbers without gaps, and what is paid by hand. */
import { Client } from 'pg';
import {
  CancelSubscriptionDocument,
  ChangeSubscriptionDocument,
  CorrectChargedDocument,
  CreateInvoiceDocument,
  CreateOrganizationDocument,
  FinalizeInvoiceDocument,
  InvoiceOfDocument,
  InvoicesDocument,
  LineRecordsDocument,
  MarkInvoiceUncollectibleDocument,
  PayInvoiceDocument,
  RecordChargedDocument,
  SetPlanDocument,
  SetPricingDocument,
  SubscribeDocument,
  UpcomingInvoiceDocument,
  VoidInvoiceDocument,
  type InvoiceSeenFragment,
} from '../support/generated/operations.js';
import { booksOf } from '../support/books.js';
import { setClock } from '../support/clock.js';
import { statementsOf } from '../support/statements.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let key: string;
let counter = 0;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  await setClock(world, '2026-06-01T12:00:00Z');
  const input = { name: newName('tenant') };
  key = (await world.ask(CreateOrganizationDocument, { input })).createOrganization.apiKeyValue;
});
afterEach(() => setClock(world, undefined));
afterAll(() => world.close());

const newName = (what: string) => `${what}-${(counter += 1)}`;

async function planOf(terms: Record<string, unknown>): Promise<string> {
  const input = { code: newName('plan'), ...terms } as never;
  return (await world.ask(SetPlanDocument, { input }, key)).setPlan.code;
}

async function subscribe(terms: Record<string, unknown>, input: Record<string, unknown> = {}): Promise<string> {
  const whole = { userId: 'ada', plan: await planOf(terms), ...input } as never;
  return (await world.ask(SubscribeDocument, { input: whole }, key)).subscribe.id;
}

/** 0.0025 USD of gpt-4o unless it says otherwise. */
async function record(input: Record<string, unknown> = {}) {
  const whole = { idempotencyKey: newName('call'), userId: 'ada', model: 'gpt-4o', promptTokens: 1000, ...input };
  const { usageRecord } = (await world.ask(RecordChargedDocument, { input: whole as never }, key)).recordUsage;
  if (!usageRecord) throw new Error('Nothing was recorded.');
  return usageRecord.id;
}

async function invoice(subscriptionId: string, sequence?: number): Promise<InvoiceSeenFragment> {
  return (await world.ask(CreateInvoiceDocument, { input: { subscriptionId, sequence } }, key)).createInvoice;
}

async function finalize({ id: invoiceId }: { id: string }): Promise<InvoiceSeenFragment> {
  return (await world.ask(FinalizeInvoiceDocument, { input: { invoiceId } }, key)).finalizeInvoice;
}

const linesOf = ({ lines }: Pick<InvoiceSeenFragment, 'lines'>) =>
  lines.map(({ kind, model, firstDay, lastDay, amount }) =>
    [kind, model, `${firstDay}..${lastDay}`, amount].filter(Boolean).join(' '),
  );

const codeOfCreate = (subscriptionId: string, sequence?: number) =>
  world.codeOf(CreateInvoiceDocument, { input: { subscriptionId, sequence } }, key);

// Seen to fail: with a fee rounded up.
test.each([
  ['2022-03-15', { baseFee: '1' }, '0.55'],
  ['2022-06-22', { baseFee: '1', interval: 'WEEK' }, '0.71'],
  ['2022-03-15', { baseFee: '100', currency: 'JPY', usdRate: '150' }, '55'],
  ['2022-03-15', { baseFee: '1', currency: 'KWD', usdRate: '0.307' }, '0.55'],
])('the first invoice from %s of %j is %s', async (firstDay, terms, total) => {
  const made = await invoice(await subscribe(terms, { firstDay }));
  expect(made).toMatchObject({ sequence: 0, status: 'DRAFT', number: null, total, periodFirstDay: null });
  expect(made.lines).toMatchObject([{ kind: 'BASE_FEE', firstDay }]);
});

test('a period’s invoice has its usage by model, with the units beneath, and the next base fee', async () => {
  const id = await subscribe({ baseFee: '20', markups: [{ percent: '20' }] });
  expect(linesOf(await invoice(id))).toEqual(['BASE_FEE 2026-06-01..2026-06-30 20']);
  expect(await codeOfCreate(id)).toBe('INVOICE_STATE');
  for (let n = 0; n < 3; n += 1) await record({ promptTokens: 1_000_000, completionTokens: 1000 });
  await record({ model: 'gpt-4o-mini', promptTokens: 10_000, cacheReadTokens: 4_000 });
  await record({ userId: 'somebody else' });
  await setClock(world, '2026-07-01T00:00:00Z');
  const made = await invoice(id);
  expect(made).toMatchObject({ sequence: 1, periodFirstDay: '2026-06-01', periodLastDay: '2026-06-30' });
  expect(linesOf(made)).toEqual([
    'USAGE gpt-4o 2026-06-01..2026-06-30 9.04',
    'USAGE gpt-4o-mini 2026-06-01..2026-06-30 0',
    'BASE_FEE 2026-07-01..2026-07-31 20',
  ]);
  expect(made.lines[0]).toMatchObject({
    ...{ recordCount: 3, usd: '9.036', exactAmount: '9.036' },
    units: [
      { unit: 'INPUT_TOKENS', quantity: 3_000_000, cost: '7.5' },
      { unit: 'OUTPUT_TOKENS', quantity: 3_000, cost: '0.03' },
    ],
  });
  expect(made.lines[1]).toMatchObject({ usd: '0.00144', exactAmount: '0.00144', amount: '0' });
  expect(made).toMatchObject({ total: '29.04', remainder: '-0.00256' });
  expect(await invoice(id, 1)).toEqual(made);
});

// A16, D12. Seen to fail: with all that lies before the end of the period, whatever the cut of the invoice before.
test('what comes after the cut, or is corrected after it, is an adjustment on the next invoice, once', async () => {
  const id = await subscribe({});
  await invoice(id);
  const wrong = await record({ promptTokens: 4_000_000 });
  await setClock(world, '2026-07-01T00:00:00Z');
  expect(linesOf(await invoice(id))).toEqual(['USAGE gpt-4o 2026-06-01..2026-06-30 10']);
  await record({ promptTokens: 400_000, occurredAt: '2026-06-15T00:00:00Z' });
  const replacement = { promptTokens: 2_000_000 };
  const correction = { idempotencyKey: newName('fix'), usageRecordId: wrong, reason: 'wrong', replacement } as never;
  await world.ask(CorrectChargedDocument, { input: correction }, key);
  await record({ promptTokens: 800_000 });
  await setClock(world, '2026-08-01T00:00:00Z');
  expect(linesOf(await invoice(id))).toEqual([
    'USAGE gpt-4o 2026-07-01..2026-07-31 2',
    'ADJUSTMENT gpt-4o 2026-06-01..2026-06-30 -4',
  ]);
  await setClock(world, '2026-09-01T00:00:00Z');
  expect(linesOf(await invoice(id))).toEqual(['CARRIED 2026-08-01..2026-08-31 -2']);
});

test('what comes after the last invoice of a subscription that is over has one of its own', async () => {
  const id = await subscribe({});
  await invoice(id);
  const call = await record({ promptTokens: 4_000_000 });
  await world.ask(CancelSubscriptionDocument, { input: { subscriptionId: id, when: 'NOW' } as never }, key);
  await setClock(world, '2026-06-02T12:00:00Z');
  expect(linesOf(await invoice(id))).toEqual(['USAGE gpt-4o 2026-06-01..2026-06-01 10']);
  expect(await codeOfCreate(id)).toBe('INVOICE_STATE');
  await record({ promptTokens: 400_000, occurredAt: '2026-06-01T13:00:00Z' });
  expect(linesOf(await invoice(id))).toEqual(['ADJUSTMENT gpt-4o 2026-06-01..2026-06-01 1']);
  const correction = { idempotencyKey: newName('fix'), usageRecordId: call, reason: 'wrong', void: true } as never;
  await world.ask(CorrectChargedDocument, { input: correction }, key);
  const last = await invoice(id);
  expect(linesOf(last)).toEqual(['ADJUSTMENT gpt-4o 2026-06-01..2026-06-01 -10', 'CREDITED 2026-06-01..2026-06-01 10']);
  expect(last).toMatchObject({ sequence: 3, subtotal: '0', total: '0', carried: '0' });
  expect(await codeOfCreate(id)).toBe('INVOICE_STATE');
});

// Seen to fail: with adjustments by the terms of the period that is invoiced.
test('an earlier period is adjusted by its own terms: its tiers, its rate, its included credit', async () => {
  const tiers = [{ price: '3' }];
  const small = await planOf({ includedCredit: '10' });
  const large = await planOf({ includedCredit: '10', tieredUnits: [{ unit: 'WEB_SEARCHES', mode: 'VOLUME', tiers }] });
  const rates = [
    { unit: 'WEB_SEARCHES', price: '1' },
    { unit: 'INPUT_TOKENS', price: '0.5' },
  ];
  await world.ask(SetPricingDocument, { input: { provider: 'own', model: 'm', rates } as never }, key);
  const { id } = (await world.ask(SubscribeDocument, { input: { userId: 'ada', plan: small } }, key)).subscribe;
  await invoice(id);
  const search = (quantity: number, promptTokens: number) =>
    record({ provider: 'own', model: 'm', promptTokens, quantities: [{ unit: 'WEB_SEARCHES', quantity }] });
  const call = await search(8, 0);
  await world.ask(ChangeSubscriptionDocument, { input: { subscriptionId: id, plan: large } as never }, key);
  await setClock(world, '2026-07-01T12:00:00Z');
  expect(linesOf(await invoice(id))).toEqual([
    'USAGE m 2026-06-01..2026-06-30 8',
    'INCLUDED_CREDIT 2026-06-01..2026-06-30 -8',
  ]);
  const correction = { idempotencyKey: newName('fix'), usageRecordId: call, reason: 'wrong', void: true } as never;
  await world.ask(CorrectChargedDocument, { input: correction }, key);
  await search(1, 4);
  await setClock(world, '2026-08-01T12:00:00Z');
  const next = await invoice(id);
  expect(linesOf(next)).toEqual([
    'USAGE m 2026-07-01..2026-07-31 2',
    'TIERED_USAGE 2026-07-01..2026-07-31 3',
    'INCLUDED_CREDIT 2026-07-01..2026-07-31 -5',
    'ADJUSTMENT m 2026-06-01..2026-06-30 -8',
    'INCLUDED_CREDIT 2026-06-01..2026-06-30 8',
  ]);
  expect(next).toMatchObject({ total: '0', carried: '0' });
});

test('credit, minimum and maximum of a period are by the days that each of its terms has', async () => {
  const [small, large] = [await planOf({ minimumSpend: '30' }), await planOf({ minimumSpend: '60' })];
  const { id } = (await world.ask(SubscribeDocument, { input: { userId: 'ada', plan: small } }, key)).subscribe;
  await invoice(id);
  await setClock(world, '2026-06-21T12:00:00Z');
  await world.ask(
    ChangeSubscriptionDocument,
    { input: { subscriptionId: id, plan: large, when: 'NOW' } as never },
    key,
  );
  await setClock(world, '2026-07-01T12:00:00Z');
  expect(linesOf(await invoice(id))).toEqual(['MINIMUM_SPEND 2026-06-01..2026-06-30 40']);
});

// Seen to fail: with a first day that lies in a period which the organization was invoiced for.
test('who goes on a plan of its own does not pay again what its team or organization has been invoiced', async () => {
  const ofAll = await subscribe({}, { userId: null });
  const ofRed = await subscribe({}, { userId: null, teamId: 'red' });
  await record({ promptTokens: 400_000 });
  await record({ userId: 'bob', teamId: 'red', promptTokens: 400_000 });
  for (const id of [ofAll, ofRed]) await invoice(id);
  await setClock(world, '2026-07-05T12:00:00Z');
  for (const id of [ofAll, ofRed]) expect((await invoice(id)).total).toBe('1');
  const plan = await planOf({});
  for (const userId of ['ada', 'bob']) {
    const input = { userId, plan, firstDay: '2026-06-15' };
    const { errors } = await world.send(SubscribeDocument, { input }, key);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: ['input', 'firstDay'] });
    const { id } = (await world.ask(SubscribeDocument, { input: { ...input, firstDay: '2026-07-01' } }, key)).subscribe;
    expect((await invoice(id)).total).toBe('0');
  }
});

test('a currency stays once there is an invoice in it', async () => {
  const [yen, dollars] = [
    await planOf({ baseFee: '3000', currency: 'JPY', usdRate: '150' }),
    await planOf({ baseFee: '20' }),
  ];
  const { id } = (await world.ask(SubscribeDocument, { input: { userId: 'ada', plan: yen } }, key)).subscribe;
  const change = { subscriptionId: id, plan: dollars, when: 'NOW' } as never;
  await invoice(id);
  const { errors } = await world.send(ChangeSubscriptionDocument, { input: change }, key);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: ['input', 'plan'] });
});

test('an upgrade, a downgrade and an end come to what their days do', async () => {
  const [small, large] = [await planOf({ baseFee: '20' }), await planOf({ baseFee: '50' })];
  const input = { userId: 'ada', plan: small };
  const { id } = (await world.ask(SubscribeDocument, { input }, key)).subscribe;
  await invoice(id);
  await setClock(world, '2026-06-16T12:00:00Z');
  const change = { subscriptionId: id, plan: large, when: 'NOW' } as never;
  await world.ask(ChangeSubscriptionDocument, { input: change }, key);
  await setClock(world, '2026-07-01T12:00:00Z');
  const upgraded = await invoice(id);
  expect(linesOf(upgraded)).toEqual([
    'BASE_FEE_CHANGE 2026-06-01..2026-06-15 -10',
    'BASE_FEE_CHANGE 2026-06-16..2026-06-30 25',
    'BASE_FEE 2026-07-01..2026-07-31 50',
  ]);
  expect(upgraded.lines.map(({ fee }) => fee?.days)).toEqual([-15, 15, 31]);
  await world.ask(CancelSubscriptionDocument, { input: { subscriptionId: id, when: 'NOW' } as never }, key);
  await setClock(world, '2026-07-02T12:00:00Z');
  const last = await invoice(id);
  expect(linesOf(last)).toEqual([
    'BASE_FEE_CHANGE 2026-07-01..2026-07-01 -48.39',
    'CREDITED 2026-07-01..2026-07-01 48.39',
  ]);
  expect(last).toMatchObject({ subtotal: '0', total: '0', carried: '0' });
  expect(await codeOfCreate(id)).toBe('INVOICE_STATE');
});

test('what an invoice comes to below 0 is what the next one begins with', async () => {
  const [small, large] = [await planOf({ baseFee: '10' }), await planOf({ baseFee: '100' })];
  const { id } = (await world.ask(SubscribeDocument, { input: { userId: 'ada', plan: large } }, key)).subscribe;
  await invoice(id);
  await setClock(world, '2026-06-04T12:00:00Z');
  await world.ask(
    ChangeSubscriptionDocument,
    { input: { subscriptionId: id, plan: small, when: 'NOW' } as never },
    key,
  );
  await setClock(world, '2026-07-01T12:00:00Z');
  expect(await invoice(id)).toMatchObject({ total: '0', carried: '-71' });
  await setClock(world, '2026-08-01T12:00:00Z');
  const next = await invoice(id);
  expect(linesOf(next)).toEqual(['CARRIED 2026-07-01..2026-07-31 -71', 'BASE_FEE 2026-08-01..2026-08-31 10']);
  expect(next).toMatchObject({ total: '0', carried: '-61' });
});

test.each<[string, Record<string, unknown>, string[]]>([
  ['included credit takes usage off', { includedCredit: '2' }, ['USAGE gpt-4o 5', 'INCLUDED_CREDIT -2']],
  ['and never more than there is', { includedCredit: '9' }, ['USAGE gpt-4o 5', 'INCLUDED_CREDIT -5']],
  ['a minimum', { baseFee: '1', minimumSpend: '10' }, ['USAGE gpt-4o 5', 'MINIMUM_SPEND 4', 'BASE_FEE 1']],
  ['a maximum', { baseFee: '1', maximumSpend: '4' }, ['USAGE gpt-4o 5', 'MAXIMUM_SPEND -2', 'BASE_FEE 1']],
  ['another currency', { currency: 'EUR', usdRate: '0.9' }, ['USAGE gpt-4o 4.5']],
  ['yen', { currency: 'JPY', usdRate: '150.05' }, ['USAGE gpt-4o 750']],
  ['dinars', { currency: 'KWD', usdRate: '0.3071' }, ['USAGE gpt-4o 1.54']],
])('%s', async (_name, terms, expected) => {
  const id = await subscribe(terms);
  await invoice(id);
  await record({ promptTokens: 2_000_000 });
  await setClock(world, '2026-07-01T12:00:00Z');
  const { lines } = await invoice(id);
  expect(lines.map(({ kind, model, amount }) => [kind, model, amount].filter(Boolean).join(' '))).toEqual(expected);
});

// Seen to fail: with late usage at the tiers of its own quantity.
test('a unit by tiers is billed by the period’s quantity, what comes late by what it adds to its own period', async () => {
  const tiers = [
    { upTo: 10, price: '10', flatFee: '2' },
    { price: '5', flatFee: '3' },
  ];
  const id = await subscribe({ tieredUnits: [{ unit: 'WEB_SEARCHES', mode: 'GRADUATED', tiers }] });
  const price = {
    provider: 'own',
    model: 'm',
    rates: [
      { unit: 'WEB_SEARCHES', price: '1' },
      { unit: 'INPUT_TOKENS', price: '0.5' },
    ],
  };
  await world.ask(SetPricingDocument, { input: price as never }, key);
  await invoice(id);
  const search = (quantity: number, rest: Record<string, unknown> = {}) =>
    record({ provider: 'own', model: 'm', promptTokens: 2, quantities: [{ unit: 'WEB_SEARCHES', quantity }], ...rest });
  await search(4);
  await search(6);
  await setClock(world, '2026-07-01T12:00:00Z');
  const first = await invoice(id);
  expect(linesOf(first)).toEqual(['USAGE m 2026-06-01..2026-06-30 2', 'TIERED_USAGE 2026-06-01..2026-06-30 102']);
  expect(first.lines[1]).toMatchObject({ unit: 'WEB_SEARCHES', quantity: 10 });
  await search(1, { promptTokens: 0, occurredAt: '2026-06-30T00:00:00Z' });
  await search(11, { promptTokens: 0 });
  await setClock(world, '2026-08-01T12:00:00Z');
  expect(linesOf(await invoice(id))).toEqual([
    'TIERED_USAGE 2026-07-01..2026-07-31 110',
    'TIERED_ADJUSTMENT 2026-06-01..2026-06-30 8',
  ]);
});

// Seen to fail: with the nearer accounts left out of account.
test('a record is on the invoice of the nearest account that is on a plan', async () => {
  const [ofTeam, ofAda] = [await subscribe({}, { userId: null, teamId: 'red' }), await subscribe({})];
  const ofAll = await subscribe({}, { userId: null });
  for (const id of [ofTeam, ofAda, ofAll]) await invoice(id);
  await record({ teamId: 'red', promptTokens: 400_000 });
  await record({ userId: 'bob', teamId: 'red', promptTokens: 800_000 });
  await record({ userId: 'eve', promptTokens: 1_200_000 });
  await setClock(world, '2026-07-01T12:00:00Z');
  const totals = [];
  for (const id of [ofTeam, ofAda, ofAll]) totals.push((await invoice(id)).total);
  expect(totals).toEqual(['2', '1', '3']);
});

// Seen to fail: with the invoice's row not locked.
test('numbers are without gaps, whoever finalizes at once', async () => {
  const drafts = [];
  for (let n = 0; n < 6; n += 1) drafts.push(await invoice(await subscribe({ baseFee: '1' }, { userId: `user-${n}` })));
  const done = await Promise.all([...drafts, ...drafts].map(finalize));
  expect([...new Set(done.map(({ number }) => number))].sort()).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(done.every(({ status }) => status === 'OPEN')).toBe(true);
});

// A15. Seen to fail: without the gate.
test('many at once make one invoice', async () => {
  const id = await subscribe({ baseFee: '1' });
  const made = await Promise.all([1, 2, 3, 4].map(() => invoice(id, 0)));
  expect(new Set(made.map((one) => one.id)).size).toBe(1);
  const { invoices } = await world.ask(InvoicesDocument, {}, key);
  expect(invoices.edges).toHaveLength(1);
});

// Seen to fail: with the invoice's row not locked.
test('an invoice goes from draft to open to paid, by hand and once', async () => {
  const draft = await invoice(await subscribe({ baseFee: '7', paymentTermDays: 14 }));
  const input = { invoiceId: draft.id, reference: 'bank 1' };
  const code = (document: typeof PayInvoiceDocument) => world.codeOf(document, { input }, key);
  expect(await code(PayInvoiceDocument)).toBe('INVOICE_STATE');
  expect(await finalize(draft)).toMatchObject({ status: 'OPEN', number: '1', dueDay: '2026-06-15', payments: [] });
  const pay = async () => (await world.ask(PayInvoiceDocument, { input }, key)).payInvoice;
  const paid = await Promise.all([pay(), pay(), pay()]);
  const payments = [{ processor: 'manual', amount: '7', reference: 'bank 1' }];
  for (const one of paid) expect(one).toMatchObject({ status: 'PAID', payments });
  const voided = await world.send(VoidInvoiceDocument, { input: { invoiceId: draft.id } }, key);
  expect(voided.errors?.[0]?.extensions['code']).toBe('INVOICE_STATE');
  const { invoice: seen } = await world.ask(InvoiceOfDocument, { id: draft.id }, key);
  expect(seen).toMatchObject({ status: 'PAID', account: { externalId: 'ada' } });
});

test('what comes to nothing is paid by its number; what nobody pays is given up, and may still be paid', async () => {
  expect(await finalize(await invoice(await subscribe({})))).toMatchObject({
    status: 'PAID',
    total: '0',
    payments: [],
  });
  const open = await finalize(await invoice(await subscribe({ baseFee: '3' }, { userId: 'bob' })));
  const input = { invoiceId: open.id };
  const given = await world.ask(MarkInvoiceUncollectibleDocument, { input }, key);
  expect(given.markInvoiceUncollectible).toMatchObject({ status: 'UNCOLLECTIBLE' });
  expect((await world.ask(PayInvoiceDocument, { input }, key)).payInvoice).toMatchObject({ status: 'PAID' });
});

test('an invoice that is taken back is made anew with what came meanwhile, the last one first', async () => {
  const id = await subscribe({ baseFee: '1' });
  const first = await finalize(await invoice(id));
  await record({ promptTokens: 400_000 });
  await setClock(world, '2026-07-01T12:00:00Z');
  const second = await finalize(await invoice(id));
  expect(second).toMatchObject({ number: '2', total: '2' });
  await record({ promptTokens: 400_000, occurredAt: '2026-06-15T00:00:00Z' });
  const takeBack = (invoiceId: string) => world.send(VoidInvoiceDocument, { input: { invoiceId } }, key);
  expect((await takeBack(first.id)).errors?.[0]?.extensions['code']).toBe('INVOICE_STATE');
  expect((await takeBack(second.id)).data?.voidInvoice).toMatchObject({ status: 'VOID', number: '2' });
  const again = await finalize(await invoice(id));
  expect(again).toMatchObject({ sequence: 1, number: '3', total: '3' });
  expect(linesOf(again)[0]).toBe('USAGE gpt-4o 2026-06-01..2026-06-30 2');
});

// Every amount is explained. Seen to fail: with records of other models behind a line; with what came after the cut.
test('a line says which records are behind it, page by page', async () => {
  const id = await subscribe({});
  await invoice(id);
  for (let n = 0; n < 3; n += 1) await record({ idempotencyKey: `large ${n}` });
  await record({ idempotencyKey: 'small', model: 'gpt-4o-mini' });
  await setClock(world, '2026-07-01T12:00:00Z');
  await record({ idempotencyKey: 'late', occurredAt: '2026-06-20T00:00:00Z' });
  const made = await invoice(id);
  expect(made.lines.map(({ recordCount }) => recordCount)).toEqual([4, 1]);
  const read = async (after?: string) => {
    const { invoice: seen } = await world.ask(LineRecordsDocument, { id: made.id, first: 3, after }, key);
    return seen?.lines.map(({ usageRecords }) => usageRecords) ?? [];
  };
  const [large, small] = await read();
  const keys = (page: typeof large) => page?.edges.map(({ node }) => node.idempotencyKey);
  expect(keys(large)).toEqual(['late', 'large 2', 'large 1']);
  expect([large?.pageInfo.hasNextPage, small?.pageInfo.hasNextPage]).toEqual([true, false]);
  expect(keys(small)).toEqual(['small']);
  const [rest] = await read(large?.edges[2]?.cursor);
  expect(keys(rest)).toEqual(['large 0']);
  for (const wrong of ['', 'x', Buffer.from('2026-99-99 00:00:00+00\nkey').toString('base64url')]) {
    const { errors } = await world.send(LineRecordsDocument, { id: made.id, after: wrong }, key);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: ['after'] });
  }
  await record({ idempotencyKey: 'after the cut', occurredAt: '2026-06-21T00:00:00Z' });
  expect(keys((await read())[0])).toEqual(['late', 'large 2', 'large 1']);
});

test('the next invoice can be seen before it is due, and is written by nobody', async () => {
  const id = await subscribe({ baseFee: '5' });
  await invoice(id);
  await record({ promptTokens: 400_000 });
  const { upcomingInvoice } = await world.ask(UpcomingInvoiceDocument, { subscriptionId: id }, key);
  expect(upcomingInvoice).toMatchObject({ sequence: 1, dueFromDay: '2026-07-01', total: '6' });
  expect(linesOf(upcomingInvoice)).toEqual([
    'USAGE gpt-4o 2026-06-01..2026-06-30 1',
    'BASE_FEE 2026-07-01..2026-07-31 5',
  ]);
  const { invoices } = await world.ask(InvoicesDocument, { userId: 'ada', status: 'DRAFT' }, key);
  expect(invoices.edges).toHaveLength(1);
});

// Each is planted, found and taken back.
test('verify finds an invoice that is not the sum of its lines or of its records, and what is wrong with payments and numbers', async () => {
  const id = await subscribe({ baseFee: '7' });
  const first = await finalize(await invoice(id));
  await world.ask(PayInvoiceDocument, { input: { invoiceId: first.id } }, key);
  await record({ promptTokens: 400_001 });
  await setClock(world, '2026-07-01T12:00:00Z');
  await finalize(await invoice(id));
  const client = new Client({ connectionString: world.database.url });
  await client.connect();
  const planted = async (plant: string, back: string) => {
    await client.query(plant);
    try {
      const lines = (await booksOf(client)).map((line) => line.replace(/^.*?: |[0-9a-f]{8}-[0-9a-f-]{27}/g, ''));
      // What digests say of records that were changed is in verify-digest.test.ts.
      return lines.filter((line) => !line.startsWith('digest of '));
    } finally {
      await client.query(back);
    }
  };
  const newest = 'WHERE id = (SELECT max(id::text)::uuid FROM invoice)';
  const place = 'of invoice 2 of subscription  #1';
  const ofTenant = 'organization_id = (SELECT organization_id FROM invoice ORDER BY id DESC LIMIT 1)';
  try {
    expect(
      await planted(
        `UPDATE invoice SET total_pico = total_pico + 1 ${newest}`,
        `UPDATE invoice SET total_pico = total_pico - 1 ${newest}`,
      ),
    ).toEqual([
      `total ${place}: stored 8.000000000001 USD, recomputed 8 USD`,
      `due ${place}: stored 8 USD, recomputed 8.000000000001 USD`,
    ]);
    expect(
      await planted(
        `UPDATE invoice SET remainder_pico = 0 ${newest}`,
        `UPDATE invoice SET remainder_pico = 2500000 ${newest}`,
      ),
    ).toEqual([`remainder ${place}: stored 0 USD, recomputed 0.0000025 USD`]);
    expect(
      await planted(
        'CREATE TABLE kept AS SELECT * FROM payment ORDER BY id DESC LIMIT 1; DELETE FROM payment WHERE id = (SELECT id FROM kept)',
        'ALTER TABLE kept DROP COLUMN processor_ref_index; INSERT INTO payment SELECT * FROM kept',
      ),
    ).toEqual(['payments of invoice 1 of subscription  #0: stored 7 USD, recomputed 0 USD']);
    expect(await planted(`UPDATE invoice SET number = 3 ${newest}`, `UPDATE invoice SET number = 2 ${newest}`)).toEqual(
      ['numbers of invoices: stored 2 up to 3, recomputed 2 up to 2'],
    );
    expect(
      await planted(
        `CREATE TABLE was AS SELECT billable_at FROM usage_record WHERE user_id IS NOT NULL AND ${ofTenant};
         UPDATE usage_record SET billable_at = 'infinity' WHERE ${ofTenant}`,
        `UPDATE usage_record SET billable_at = (SELECT billable_at FROM was) WHERE ${ofTenant}`,
      ),
    ).toEqual([`usage ${place}: stored 1.0000025 USD, recomputed 0 USD`]);
    expect(
      await planted(
        `CREATE TABLE cut AS SELECT cut_at FROM invoice ${newest}; UPDATE invoice SET cut_at = '2020-01-01' ${newest}`,
        `UPDATE invoice SET cut_at = (SELECT cut_at FROM cut) ${newest}`,
      ),
    ).toEqual([
      `cut after the one before ${place}: stored false, recomputed true`,
      `usage ${place}: stored 1.0000025 USD, recomputed 0 USD`,
    ]);
  } finally {
    await client.end();
  }
});

test('a page of invoices is read with a fixed number of statements', async () => {
  for (let n = 0; n < 4; n += 1) await invoice(await subscribe({ baseFee: '1' }, { userId: `user-${n}` }));
  const read = (first: number) =>
    statementsOf(async () => {
      const { invoices } = await world.ask(InvoicesDocument, { first }, key);
      expect(invoices.edges).toHaveLength(first);
    });
  expect(await read(4)).toHaveLength((await read(2)).length);
  const { invoices } = await world.ask(InvoicesDocument, { first: 3 }, key);
  const after = invoices.edges[2]?.cursor;
  expect((await world.ask(InvoicesDocument, { first: 3, after }, key)).invoices.edges).toHaveLength(1);
});

test('another organization sees nothing of it', async () => {
  const { id } = await invoice(await subscribe({ baseFee: '1' }));
  const input = { name: newName('tenant') };
  const other = (await world.ask(CreateOrganizationDocument, { input })).createOrganization.apiKeyValue;
  expect((await world.ask(InvoiceOfDocument, { id }, other)).invoice).toBeNull();
  expect((await world.ask(InvoicesDocument, {}, other)).invoices.edges).toEqual([]);
  expect(await world.codeOf(FinalizeInvoiceDocument, { input: { invoiceId: id } }, other)).toBe('NOT_FOUND');
});
