/** What is due for an invoice: taxes, credit notes, payments in parts, and what is too small or too large for one. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Client } from 'pg';
import { booksOf } from '../support/books.js';
import { newName, newTenant, type Tenant } from '../support/billing-world.js';
import { setClock } from '../support/clock.js';
import {
  BillingProfileOfDocument,
  CancelSubscriptionDocument,
  CreateCreditNoteDocument,
  CreateOrganizationDocument,
  CreditBalanceOfDocument,
  GrantCreditDocument,
  InvoiceOfDocument,
  PayInvoiceDocument,
  PaymentLimitsDocument,
  SetBillingProfileDocument,
  SetPaymentLimitDocument,
  UpcomingInvoiceDocument,
  VoidInvoiceDocument,
} from '../support/generated/operations.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let tenant: Tenant;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  tenant = await newTenant(world);
});
afterEach(() => setClock(world, undefined));
afterAll(() => world.close());

async function profile(input: Record<string, unknown>) {
  return (await world.ask(SetBillingProfileDocument, { input: input as never }, tenant.key)).setBillingProfile;
}

const taxed = (mode: string, ...rates: [string, string][]) => ({
  taxes: { mode, rates: rates.map(([name, rate]) => ({ name, rate })) },
});

const noting = (invoiceId: string, amount: string, input: Record<string, unknown> = {}) =>
  ({ idempotencyKey: newName('note'), invoiceId, amount, reason: 'wrong', ...input }) as never;

async function note(invoiceId: string, amount: string, input: Record<string, unknown> = {}) {
  const variables = { input: noting(invoiceId, amount, input) };
  return (await world.ask(CreateCreditNoteDocument, variables, tenant.key)).createCreditNote;
}

async function pay(invoiceId: string, amount?: string, idempotencyKey?: string) {
  const input = { invoiceId, amount, idempotencyKey };
  return (await world.ask(PayInvoiceDocument, { input }, tenant.key)).payInvoice;
}

/** The code of a refusal, and the field where it names one. */
async function refused<T, V>(document: TypedDocumentNode<T, V>, input: object): Promise<unknown> {
  const { errors } = await world.send(document, { input } as V, tenant.key);
  const { code, field } = errors?.[0]?.extensions ?? {};
  return field === undefined ? code : [code, (field as string[]).join('.')];
}

const seen = async (id: string) => (await world.ask(InvoiceOfDocument, { id }, tenant.key)).invoice;

describe('taxes', () => {
  // Seen to fail: with taxes of the organization in place of the account's own.
  test('are those of the account, else of its team, else of the organization, as they are when the invoice is made', async () => {
    await profile(taxed('EXCLUSIVE', ['VAT', '19']));
    await profile({ teamId: 'red', ...taxed('EXCLUSIVE', ['GST', '5'], ['PST', '7']) });
    await profile({ userId: 'eve', ...taxed('INCLUSIVE', ['VAT', '19']) });
    await profile({ userId: 'bob', teamId: 'red', legalName: 'Bob & Sons' });
    const plan = await tenant.plan({ baseFee: '100' });
    const ids = [];
    for (const userId of ['ada', 'bob', 'eve']) ids.push(await tenant.subscribe({}, { userId, plan }));
    const [ada, bob, eve] = await Promise.all(ids.map((id) => tenant.draft(id)));
    expect(ada).toMatchObject({ subtotal: '100', tax: '19', taxMode: 'EXCLUSIVE', total: '119', remainder: '0' });
    expect(ada?.taxes).toEqual([{ name: 'VAT', rate: '19', taxed: '100', exactAmount: '19', amount: '19' }]);
    expect(bob).toMatchObject({ subtotal: '100', tax: '12', total: '112' });
    expect(bob?.taxes.map(({ name, amount }) => `${name} ${amount}`)).toEqual(['GST 5', 'PST 7']);
    expect(eve).toMatchObject({ subtotal: '100', tax: '15.97', taxMode: 'INCLUSIVE', total: '100' });
    expect(eve?.taxes[0]).toMatchObject({ taxed: '84.03', exactAmount: '15.966386554622' });
    await profile({ userId: 'ada', ...taxed('EXCLUSIVE') });
    expect((await tenant.finalize(ada!)).total).toBe('119');
    await setClock(world, '2026-07-01T12:00:00Z');
    expect(await tenant.draft(ids[0]!)).toMatchObject({ tax: '0', taxMode: null, total: '100', taxes: [] });
  });

  test('in yen they are in whole yen, and the upcoming invoice has them', async () => {
    await profile(taxed('EXCLUSIVE', ['消費税', '10']));
    const id = await tenant.subscribe({ baseFee: '1005', currency: 'JPY', usdRate: '150' });
    const { upcomingInvoice } = await world.ask(UpcomingInvoiceDocument, { subscriptionId: id }, tenant.key);
    expect(upcomingInvoice).toMatchObject({ subtotal: '1005', tax: '100', total: '1105', amountDue: '1105' });
    expect(await tenant.draft(id)).toMatchObject({ tax: '100', total: '1105' });
  });

  // Seen to fail: with what goes back at the end without its taxes.
  test('what a last invoice comes to below 0 goes back with its taxes', async () => {
    await profile(taxed('EXCLUSIVE', ['VAT', '20']));
    const id = await tenant.subscribe({ baseFee: '30' });
    expect(await tenant.issue(id)).toMatchObject({ total: '36' });
    await world.ask(CancelSubscriptionDocument, { input: { subscriptionId: id, when: 'NOW' } as never }, tenant.key);
    await setClock(world, '2026-06-02T12:00:00Z');
    await tenant.issue(id);
    const { creditBalance } = await world.ask(CreditBalanceOfDocument, { userId: 'ada', withinDays: 0 }, tenant.key);
    expect(creditBalance.remaining).toBe('34.8');
  });

  test('a profile keeps what is left out, drops what is null, and stays on invoices as it was', async () => {
    await profile({ legalName: 'Tollhouse Ltd', address: ['Bridge 1', '10115 Berlin'], taxId: 'DE 1' });
    const first = await profile({
      userId: 'ada',
      legalName: 'Ada',
      taxId: 'GB 2',
      ...taxed('EXCLUSIVE', ['VAT', '1']),
    });
    expect(first).toMatchObject({ legalName: 'Ada', taxes: { rates: [{ name: 'VAT', rate: '1' }] } });
    expect(await profile({ userId: 'ada', taxId: null, address: ['Lane 3'] })).toMatchObject({
      ...{ legalName: 'Ada', address: 'Lane 3', taxId: null, account: { externalId: 'ada' } },
      taxes: { mode: 'EXCLUSIVE' },
    });
    expect(await profile({ userId: 'ada', taxes: null })).toMatchObject({ taxes: null, taxesInForce: null });
    const made = await tenant.issue(await tenant.subscribe({ baseFee: '1' }));
    const parties = {
      seller: { name: 'Tollhouse Ltd', address: 'Bridge 1\n10115 Berlin', taxId: 'DE 1' },
      buyer: { name: 'Ada', address: 'Lane 3', taxId: null },
    };
    expect(made.parties).toEqual(parties);
    await profile({ userId: 'ada', legalName: 'Ada Ltd' });
    expect((await seen(made.id))?.parties).toEqual(parties);
    const { billingProfile } = await world.ask(BillingProfileOfDocument, { userId: 'ada' }, tenant.key);
    expect(billingProfile?.legalName).toBe('Ada Ltd');
    expect((await world.ask(BillingProfileOfDocument, { userId: 'eve' }, tenant.key)).billingProfile).toBeNull();
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a rate above 100', taxed('EXCLUSIVE', ['VAT', '101']), 'input.taxes.rates.0.rate'],
    ['a rate below 0', taxed('EXCLUSIVE', ['VAT', '-1']), 'input.taxes.rates.0.rate'],
    ['five decimals', taxed('EXCLUSIVE', ['VAT', '1.00001']), 'input.taxes.rates.0.rate'],
    ['a name twice', taxed('EXCLUSIVE', ['VAT', '1'], ['VAT', '2']), 'input.taxes.rates.1.name'],
    ['no lines', { address: [] }, 'input.address'],
    ['an empty line', { address: ['a', ''] }, 'input.address.1'],
    ['a break in a name', { legalName: 'a\nb' }, 'input.legalName'],
  ])('%s is refused', async (_name, input, field) => {
    const { errors } = await world.send(SetBillingProfileDocument, { input: input as never }, tenant.key);
    const { code, field: path } = errors?.[0]?.extensions ?? {};
    expect([code, (path as string[]).join('.')]).toEqual(['BAD_USER_INPUT', field]);
  });
});

describe('credit notes', () => {
  test('reduce what is to be paid first; what was paid goes back, or stays as credit', async () => {
    await profile(taxed('EXCLUSIVE', ['VAT', '25']));
    const made = await tenant.issue(await tenant.subscribe({ baseFee: '80' }));
    expect(await note(made.id, '10')).toMatchObject({
      ...{ number: '1', amount: '10', tax: '2', reduced: '10', refunded: '0', credited: '0' },
      invoice: { status: 'OPEN', amountReduced: '10', amountCredited: '10', amountRemaining: '90' },
    });
    await pay(made.id, '70', 'part');
    const second = await note(made.id, '30');
    expect(second).toMatchObject({ number: '2', reduced: '20', credited: '10', invoice: { status: 'PAID' } });
    const { creditBalance } = await world.ask(CreditBalanceOfDocument, { userId: 'ada', withinDays: 0 }, tenant.key);
    expect(creditBalance).toMatchObject({ granted: '10', remaining: '10' });
    const third = await note(made.id, '60', { refund: true, refundReference: 'bank 9' });
    expect(third).toMatchObject({ refunded: '60', refundReference: 'bank 9', invoice: { amountRefunded: '60' } });
    expect(third.invoice).toMatchObject({ amountCredited: '100', amountRemaining: '0' });
    expect(await refused(CreateCreditNoteDocument, noting(made.id, '0.01'))).toEqual([
      'BAD_USER_INPUT',
      'input.amount',
    ]);
    const voiding = { input: { invoiceId: made.id } };
    expect(await world.codeOf(VoidInvoiceDocument, voiding, tenant.key)).toBe('INVOICE_STATE');
  });

  // Seen to fail: with the tax of each note rounded by itself.
  test('the tax of all credit notes of an invoice is its tax, however small each is', async () => {
    await profile(taxed('EXCLUSIVE', ['VAT', '19']));
    const made = await tenant.issue(await tenant.subscribe({ baseFee: '0.10' }));
    expect(made).toMatchObject({ total: '0.12', tax: '0.02' });
    const taxes = [];
    for (let n = 0; n < 4; n += 1) taxes.push((await note(made.id, '0.03')).tax);
    expect(taxes).toEqual(['0', '0.01', '0.01', '0']);
  });

  // A18. Seen to fail: with the invoice's row not locked.
  test('many at once never take back more than there is, nor refund more than was paid', async () => {
    const made = await tenant.issue(await tenant.subscribe({ baseFee: '10' }));
    await pay(made.id);
    const many = [1, 2, 3, 4].map(() => noting(made.id, '4', { refund: true }));
    const answers = await Promise.all(many.map((input) => world.send(CreateCreditNoteDocument, { input }, tenant.key)));
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(2);
    expect(answers.flatMap(({ errors }) => errors ?? []).map(({ extensions }) => extensions['code'])).toEqual([
      'BAD_USER_INPUT',
      'BAD_USER_INPUT',
    ]);
    expect(await seen(made.id)).toMatchObject({ amountCredited: '8', amountRefunded: '8' });
    expect((await note(made.id, '2', { refund: true })).number).toBe('3');
  });

  // Seen to fail: with what credits paid refunded in money.
  test('what credit paid is not refunded in money, and is credit again', async () => {
    const grant = { idempotencyKey: newName('grant'), userId: 'ada', amount: '6', reason: 'gift' } as never;
    await world.ask(GrantCreditDocument, { input: grant }, tenant.key);
    const made = await tenant.issue(await tenant.subscribe({ baseFee: '10' }));
    await pay(made.id);
    const refund = { refund: true };
    expect(await refused(CreateCreditNoteDocument, noting(made.id, '5', refund))).toEqual([
      'BAD_USER_INPUT',
      'input.amount',
    ]);
    expect(await note(made.id, '4', refund)).toMatchObject({ refunded: '4' });
    expect(await note(made.id, '6')).toMatchObject({ credited: '6' });
    const { creditBalance } = await world.ask(CreditBalanceOfDocument, { userId: 'ada', withinDays: 0 }, tenant.key);
    expect(creditBalance).toMatchObject({ granted: '12', consumed: '6', remaining: '6' });
  });

  test('a key makes one, also at once; a draft and what was taken back have none', async () => {
    const id = await tenant.subscribe({ baseFee: '10' });
    const draft = await tenant.draft(id);
    expect(await refused(CreateCreditNoteDocument, noting(draft.id, '1'))).toBe('INVOICE_STATE');
    await tenant.finalize(draft);
    const input = noting(draft.id, '3');
    const send = () => world.ask(CreateCreditNoteDocument, { input }, tenant.key);
    const made = await Promise.all([send(), send(), send()]);
    expect(new Set(made.map(({ createCreditNote }) => createCreditNote.id)).size).toBe(1);
    expect(await refused(CreateCreditNoteDocument, { ...(input as object), amount: '4' })).toBe('IDEMPOTENCY_CONFLICT');
    expect(await seen(draft.id)).toMatchObject({ amountCredited: '3', creditNotes: [{ number: '1', amount: '3' }] });
    expect(await refused(CreateCreditNoteDocument, noting('any', '1'))).toBe('NOT_FOUND');
    expect(await refused(CreateCreditNoteDocument, noting(draft.id, '1', { refundReference: 'a' }))).toEqual([
      'BAD_USER_INPUT',
      'input.refundReference',
    ]);
  });

  test('another organization can take nothing back', async () => {
    const made = await tenant.issue(await tenant.subscribe({ baseFee: '10' }));
    const input = { name: newName('tenant') };
    const other = (await world.ask(CreateOrganizationDocument, { input })).createOrganization.apiKeyValue;
    expect(await world.codeOf(CreateCreditNoteDocument, { input: noting(made.id, '1') }, other)).toBe('NOT_FOUND');
  });
});

describe('payments', () => {
  // Seen to fail: with the key of a part not looked for.
  test('in parts, each once, never more than is due', async () => {
    const { id } = await tenant.issue(await tenant.subscribe({ baseFee: '10' }));
    expect(await refused(PayInvoiceDocument, { invoiceId: id, amount: '4' })).toEqual([
      'BAD_USER_INPUT',
      'input.idempotencyKey',
    ]);
    const parts = await Promise.all([1, 2, 3].map(() => pay(id, '4', 'first')));
    for (const part of parts) expect(part).toMatchObject({ status: 'OPEN', amountPaid: '4', amountRemaining: '6' });
    expect(await refused(PayInvoiceDocument, { invoiceId: id, amount: '5', idempotencyKey: 'first' })).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
    const too = { invoiceId: id, amount: '6.01', idempotencyKey: 'second' };
    expect(await refused(PayInvoiceDocument, too)).toEqual(['BAD_USER_INPUT', 'input.amount']);
    const both = await Promise.allSettled([pay(id, '5', 'third'), pay(id, '5', 'fourth')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const paid = await pay(id);
    expect(paid).toMatchObject({ status: 'PAID', amountPaid: '10', amountRemaining: '0' });
    expect(paid.payments.map(({ amount }) => amount)).toEqual(['4', '5', '1']);
    expect(await pay(id, '4', 'first')).toMatchObject({ status: 'PAID', amountPaid: '10' });
    expect(await refused(PayInvoiceDocument, { invoiceId: id, amount: '1', idempotencyKey: 'fifth' })).toBe(
      'INVOICE_STATE',
    );
  });

  const limit = async (input: Record<string, unknown>) =>
    (await world.ask(SetPaymentLimitDocument, { input: { currency: 'USD', ...input } as never }, tenant.key))
      .setPaymentLimit;

  // E10. Seen to fail: with nothing brought forward.
  test('less than the least payment is carried to the next invoice, where one follows, and not lost', async () => {
    await limit({ least: '0.5' });
    const id = await tenant.subscribe({});
    await tenant.issue(id);
    await tenant.record({ promptTokens: 80_000 });
    await setClock(world, '2026-07-01T12:00:00Z');
    const small = await tenant.issue(id);
    expect(small).toMatchObject({ status: 'PAID', total: '0.2', carriedForward: '0.2', amountDue: '0', payments: [] });
    await tenant.record({ promptTokens: 160_000 });
    await setClock(world, '2026-08-01T12:00:00Z');
    const { upcomingInvoice } = await world.ask(UpcomingInvoiceDocument, { subscriptionId: id }, tenant.key);
    expect(upcomingInvoice).toMatchObject({ total: '0.4', broughtForward: '0.2', amountDue: '0.6' });
    const next = await tenant.issue(id);
    expect(next).toMatchObject({ total: '0.4', broughtForward: '0.2', carriedForward: '0', amountDue: '0.6' });
    await world.ask(VoidInvoiceDocument, { input: { invoiceId: next.id } }, tenant.key);
    expect(await tenant.issue(id)).toMatchObject({ broughtForward: '0.2', amountDue: '0.6', status: 'OPEN' });
    await tenant.record({ promptTokens: 40_000 });
    await world.ask(CancelSubscriptionDocument, { input: { subscriptionId: id, when: 'NOW' } as never }, tenant.key);
    await setClock(world, '2026-08-02T12:00:00Z');
    const last = await tenant.issue(id);
    expect(last).toMatchObject({ status: 'OPEN', total: '0.1', carriedForward: '0', amountDue: '0.1' });
  });

  // E11. Seen to fail: with the most not looked at.
  test('more than the most is refused by its field, and paid in parts', async () => {
    await limit({ most: '999999.99' });
    const { id } = await tenant.issue(await tenant.subscribe({ baseFee: '1000000.50' }));
    expect(await refused(PayInvoiceDocument, { invoiceId: id })).toEqual(['BAD_USER_INPUT', 'input.amount']);
    expect(await seen(id)).toMatchObject({ status: 'OPEN', amountPaid: '0' });
    expect(await pay(id, '999999.99', 'first')).toMatchObject({ amountRemaining: '0.51' });
    expect(await pay(id)).toMatchObject({ status: 'PAID' });
    await limit({ currency: 'EUR', least: '1' });
    expect(await limit({})).toEqual({ currency: 'USD', least: '0', most: null });
    const { paymentLimits } = await world.ask(PaymentLimitsDocument, {}, tenant.key);
    expect(paymentLimits.map(({ currency, least }) => `${currency} ${least}`)).toEqual(['EUR 1', 'USD 0']);
  });

  test('invoices get their numbers in the order of their periods', async () => {
    const id = await tenant.subscribe({ baseFee: '1' });
    const first = await tenant.draft(id);
    await setClock(world, '2026-07-01T12:00:00Z');
    const second = await tenant.draft(id);
    await expect(tenant.finalize(second)).rejects.toThrow('INVOICE_STATE');
    expect((await tenant.finalize(first)).number).toBe('1');
    expect((await tenant.finalize(second)).number).toBe('2');
  });
});

// Each is planted, found and taken back.
test('verify finds an invoice whose taxes, credit notes or what is due are not what they come from', async () => {
  await profile(taxed('EXCLUSIVE', ['VAT', '10']));
  const made = await tenant.issue(await tenant.subscribe({ baseFee: '10' }));
  await note(made.id, '1');
  const client = new Client({ connectionString: world.database.url });
  await client.connect();
  const newest = 'WHERE id = (SELECT id FROM invoice ORDER BY id DESC LIMIT 1)';
  const place = 'invoice 1 of subscription  #0';
  const planted = async (plant: string, back: string) => {
    await client.query(plant);
    const lines = await booksOf(client);
    await client.query(back);
    return lines.map((line) => line.replace(/^.*?: |[0-9a-f]{8}-[0-9a-f-]{27}/g, ''));
  };
  const set = (column: string, by: number) => `UPDATE invoice SET ${column} = ${column} + ${by} ${newest}`;
  const moved = (column: string, by = 1) => planted(set(column, by), set(column, -by));
  try {
    expect(await moved('tax_pico')).toEqual([
      `taxes of ${place}: stored 1.000000000001 USD, recomputed 1 USD`,
      `total of ${place}: stored 11 USD, recomputed 11.000000000001 USD`,
    ]);
    expect(await moved('reduced_pico', -1)).toEqual([
      `reduced of ${place}: stored 0.999999999999 USD, recomputed 1 USD`,
    ]);
    expect(await moved('noted_pico')).toEqual([
      `credit notes of ${place}: stored 1.000000000001 USD, recomputed 1 USD`,
    ]);
    expect(await moved('brought_forward_pico')).toEqual([
      `brought forward of ${place}: stored 0.000000000001 USD, recomputed 0 USD`,
      `due of ${place}: stored 11 USD, recomputed 11.000000000001 USD`,
    ]);
    expect(
      await planted(`UPDATE invoice SET status = 'PAID' ${newest}`, `UPDATE invoice SET status = 'OPEN' ${newest}`),
    ).toEqual([`paid of ${place}: stored true, recomputed false`]);
    const ofNote = 'WHERE invoice_id = (SELECT id FROM invoice ORDER BY id DESC LIMIT 1)';
    expect(
      await planted(`UPDATE credit_note SET number = 2 ${ofNote}`, `UPDATE credit_note SET number = 1 ${ofNote}`),
    ).toEqual(['numbers of credit notes: stored 1 up to 2, recomputed 1 up to 1']);
  } finally {
    await client.end();
  }
});
