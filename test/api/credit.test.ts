/** Prepaid credit: granted once, consumed by invoices in its order, expired without a job, and proved by verify. */
import { Client } from 'pg';
import { booksOf } from '../support/books.js';
import { newName, newTenant, type Tenant } from '../support/billing-world.js';
import { setClock } from '../support/clock.js';
import {
  CancelSubscriptionDocument,
  CreateOrganizationDocument,
  CreditBalanceOfDocument,
  CreditGrantsDocument,
  GrantCreditDocument,
  PayInvoiceDocument,
  UpcomingInvoiceDocument,
  VoidCreditGrantDocument,
  VoidInvoiceDocument,
} from '../support/generated/operations.js';
import { statementsOf } from '../support/statements.js';
import { until } from '../support/until.js';
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

const granting = (amount: string, input: Record<string, unknown> = {}) =>
  ({ idempotencyKey: newName('grant'), userId: 'ada', amount, reason: 'prepaid', ...input }) as never;

async function grant(amount: string, input: Record<string, unknown> = {}) {
  return (await world.ask(GrantCreditDocument, { input: granting(amount, input) }, tenant.key)).grantCredit;
}

async function balance(of: Record<string, unknown> = {}) {
  const variables = { userId: 'ada', withinDays: 30, ...of };
  return (await world.ask(CreditBalanceOfDocument, variables, tenant.key)).creditBalance;
}

// E21. Seen to fail: with all of a grant taken, whatever is owed.
test('credit pays what is due and no more; the rest stays, and pays the next invoice', async () => {
  await grant('25');
  const id = await tenant.subscribe({ baseFee: '10' });
  expect(await tenant.issue(id)).toMatchObject({
    ...{ status: 'PAID', total: '10', creditsApplied: '10', amountDue: '0', amountRemaining: '0', payments: [] },
    creditUses: [{ amount: '10', grant: { reason: 'prepaid' } }],
  });
  expect(await balance()).toMatchObject({ granted: '25', consumed: '10', remaining: '15', available: '15' });
  await tenant.record({ promptTokens: 4_000_000 });
  await setClock(world, '2026-07-01T12:00:00Z');
  const next = await tenant.issue(id);
  expect(next).toMatchObject({ status: 'OPEN', total: '20', creditsApplied: '15', amountDue: '5' });
  const { payInvoice } = await world.ask(PayInvoiceDocument, { input: { invoiceId: next.id } }, tenant.key);
  expect(payInvoice).toMatchObject({ status: 'PAID', amountPaid: '5', payments: [{ amount: '5' }] });
  expect(await balance()).toMatchObject({ consumed: '25', remaining: '0' });
});

// Seen to fail: with what a draft has taken for consumed; with usage of another account.
test('available is what remains less the charges that are on no invoice with a number', async () => {
  await grant('25');
  const id = await tenant.subscribe({ markups: [{ percent: '20' }] });
  await tenant.issue(id);
  await tenant.record({ promptTokens: 4_000_000 });
  await tenant.record({ promptTokens: 4_000_000, userId: 'bob' });
  const before = { remaining: '25', notInvoiced: '12', available: '13' };
  expect(await balance()).toMatchObject(before);
  await setClock(world, '2026-07-01T12:00:00Z');
  const draft = await tenant.draft(id);
  expect(await balance()).toMatchObject(before);
  await tenant.finalize(draft);
  const after = { consumed: '12', remaining: '13', notInvoiced: '0', available: '13' };
  expect(await balance()).toMatchObject(after);
  await tenant.record({ promptTokens: 8_000_000, occurredAt: '2026-06-20T00:00:00Z' });
  expect(await balance()).toMatchObject({ remaining: '13', notInvoiced: '24', available: '-11' });
});

test('in another currency charges count by the plan’s rate, and credit of one currency pays no other', async () => {
  await grant('1000', { currency: 'JPY' });
  await grant('50');
  const id = await tenant.subscribe({ baseFee: '300', currency: 'JPY', usdRate: '150' });
  expect(await tenant.issue(id)).toMatchObject({ creditsApplied: '300', status: 'PAID' });
  await tenant.record({ promptTokens: 400_000 });
  expect(await balance()).toMatchObject({ currency: 'JPY', remaining: '700', notInvoiced: '150', available: '550' });
  expect(await balance({ currency: 'USD' })).toMatchObject({ remaining: '50', notInvoiced: '0', available: '50' });
});

test('credit expires by itself, and what stays of it is capped', async () => {
  await grant('5', { expiresAt: '2026-06-20T00:00:00Z' });
  await grant('9', {
    expiresAt: '2026-06-15T00:00:00Z',
    rolloverCap: '4',
    rolloverExpiresAt: '2026-07-15T00:00:00Z',
  });
  expect(await balance()).toMatchObject({ remaining: '14', expiring: '10', expired: '0' });
  expect(await balance({ withinDays: 7 })).toMatchObject({ expiring: '0' });
  await setClock(world, '2026-06-15T00:00:00Z');
  expect(await balance({ withinDays: 60 })).toMatchObject({ remaining: '9', expired: '5', expiring: '9' });
  await setClock(world, '2026-07-01T12:00:00Z');
  const id = await tenant.subscribe({ baseFee: '10' });
  expect(await tenant.issue(id)).toMatchObject({ creditsApplied: '4', amountDue: '6' });
  expect(await balance()).toMatchObject({ granted: '14', consumed: '4', expired: '10', remaining: '0' });
});

test('the least priority pays first, then what expires first', async () => {
  await grant('1', { reason: 'last' });
  await grant('1', { reason: 'second', expiresAt: '2027-01-01T00:00:00Z' });
  await grant('1', { reason: 'first', priority: 1 });
  const id = await tenant.subscribe({ baseFee: '2.50' });
  const { creditUses } = await tenant.issue(id);
  const used = creditUses.map(({ amount, grant: { reason } }) => `${reason} ${amount}`);
  expect(used.sort()).toEqual(['first 1', 'last 0.5', 'second 1']);
});

// Seen to fail: with the key not looked for again under the lock.
test('a key grants once, whoever sends it at once; other content is a conflict', async () => {
  await tenant.record({ promptTokens: 1 });
  const input = granting('7');
  const [holder, watcher] = [1, 2].map(() => new Client({ connectionString: world.database.url })) as [Client, Client];
  await holder.connect();
  await watcher.connect();
  try {
    // All four have seen that the key is free before the first of them may use it.
    await holder.query(`BEGIN; SELECT FROM account WHERE external_id = 'ada' FOR NO KEY UPDATE`);
    const sent = [1, 2, 3, 4].map(() => world.ask(GrantCreditDocument, { input }, tenant.key));
    const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await until(async () => (await watcher.query<{ n: number }>(waiting)).rows[0]?.n === 4);
    await holder.query('COMMIT');
    const made = await Promise.all(sent);
    expect(new Set(made.map(({ grantCredit }) => grantCredit.id)).size).toBe(1);
  } finally {
    await holder.end();
    await watcher.end();
  }
  expect(await balance()).toMatchObject({ granted: '7' });
  const other = { ...(input as object), amount: '8' } as never;
  expect(await world.codeOf(GrantCreditDocument, { input: other }, tenant.key)).toBe('IDEMPOTENCY_CONFLICT');
  const elsewhere = { ...(input as object), userId: 'bob' } as never;
  expect(await world.codeOf(GrantCreditDocument, { input: elsewhere }, tenant.key)).toBe('IDEMPOTENCY_CONFLICT');
});

test('the same is answered again when it has expired', async () => {
  const input = granting('7', { expiresAt: '2026-06-02T00:00:00Z' });
  const first = await world.ask(GrantCreditDocument, { input }, tenant.key);
  await setClock(world, '2026-06-03T00:00:00Z');
  const again = await world.ask(GrantCreditDocument, { input }, tenant.key);
  expect(again.grantCredit).toMatchObject({ id: first.grantCredit.id, remaining: '0' });
});

// Seen to fail: with the account's credits not locked.
test('two invoices at once do not take the same credit', async () => {
  await grant('10');
  const plan = await tenant.plan({ baseFee: '8' });
  const first = await tenant.subscribe({}, { plan, firstDay: '2026-05-01' });
  await world.ask(CancelSubscriptionDocument, { input: { subscriptionId: first, when: 'NOW' } as never }, tenant.key);
  const second = await tenant.subscribe({}, { plan, firstDay: '2026-06-02' });
  await setClock(world, '2026-06-02T12:00:00Z');
  const drafts = [await tenant.draft(first), await tenant.draft(second)];
  const [one, other] = await Promise.all(drafts.map((draft) => tenant.finalize(draft)));
  expect(Number(one?.creditsApplied) + Number(other?.creditsApplied)).toBe(10);
  expect(await balance()).toMatchObject({ consumed: '10', remaining: '0' });
});

// Seen to fail: with what was taken back while the invoice waited still taken by it.
test('credit that is taken back while an invoice waits for it does not pay it', async () => {
  await grant('10');
  const draft = await tenant.draft(await tenant.subscribe({ baseFee: '4' }));
  const [holder, watcher] = [1, 2].map(() => new Client({ connectionString: world.database.url })) as [Client, Client];
  await holder.connect();
  await watcher.connect();
  try {
    await holder.query(`BEGIN; SELECT FROM account WHERE external_id = 'ada' FOR NO KEY UPDATE`);
    const finalized = tenant.finalize(draft);
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await until(async () => (await watcher.query(waiting)).rowCount === 1);
    await holder.query(`UPDATE credit_grant SET voided_at = tollgate_now() WHERE voided_at IS NULL AND account_id =
      (SELECT account_id FROM invoice ORDER BY id DESC LIMIT 1)`);
    await holder.query('COMMIT');
    expect(await finalized).toMatchObject({ creditsApplied: '0', amountDue: '4' });
  } finally {
    await holder.end();
    await watcher.end();
  }
  expect(await balance()).toMatchObject({ voided: '10', remaining: '0' });
});

test('what is taken back pays nothing more; an invoice that is taken back leaves its credit', async () => {
  const { id: creditGrantId } = await grant('10');
  const id = await tenant.subscribe({ baseFee: '4' });
  const made = await tenant.issue(id);
  const takeBack = async () =>
    (await world.ask(VoidCreditGrantDocument, { input: { creditGrantId } }, tenant.key)).voidCreditGrant;
  await world.ask(VoidInvoiceDocument, { input: { invoiceId: made.id } }, tenant.key);
  expect(await balance()).toMatchObject({ consumed: '0', remaining: '10' });
  expect(await tenant.issue(id)).toMatchObject({ creditsApplied: '4', status: 'PAID' });
  const voided = await takeBack();
  expect(voided).toMatchObject({ remaining: '0', voidedAt: expect.any(String) });
  expect(await takeBack()).toEqual(voided);
  expect(await balance()).toMatchObject({ granted: '10', consumed: '4', voided: '6', remaining: '0' });
  await setClock(world, '2026-07-01T12:00:00Z');
  expect(await tenant.issue(id)).toMatchObject({ creditsApplied: '0', amountDue: '4' });
});

// Seen to fail: with no credit left by a last invoice.
test('what a last invoice comes to below 0 is credit, and pays the next subscription', async () => {
  const id = await tenant.subscribe({ baseFee: '30' });
  await tenant.issue(id);
  await world.ask(CancelSubscriptionDocument, { input: { subscriptionId: id, when: 'NOW' } as never }, tenant.key);
  await setClock(world, '2026-06-02T12:00:00Z');
  const last = await tenant.issue(id);
  expect(last).toMatchObject({ status: 'PAID', subtotal: '0', total: '0', carried: '0' });
  expect(last.lines.map(({ kind, amount }) => `${kind} ${amount}`)).toEqual(['BASE_FEE_CHANGE -29', 'CREDITED 29']);
  expect(await balance()).toMatchObject({ granted: '29', remaining: '29' });
  const next = await tenant.subscribe({ baseFee: '58' }, { firstDay: '2026-06-16' });
  await setClock(world, '2026-06-16T12:00:00Z');
  const { upcomingInvoice } = await world.ask(UpcomingInvoiceDocument, { subscriptionId: next }, tenant.key);
  expect(upcomingInvoice).toMatchObject({ total: '29', creditsApplied: '29', amountDue: '0' });
  const paid = await tenant.issue(next);
  expect(paid).toMatchObject({ total: '29', creditsApplied: '29', status: 'PAID' });
  const code = () => world.codeOf(VoidInvoiceDocument, { input: { invoiceId: last.id } }, tenant.key);
  expect(await code()).toBe('INVOICE_STATE');
  await world.ask(VoidInvoiceDocument, { input: { invoiceId: paid.id } }, tenant.key);
  await world.ask(VoidInvoiceDocument, { input: { invoiceId: last.id } }, tenant.key);
  expect(await balance()).toMatchObject({ granted: '29', voided: '29', remaining: '0' });
});

test.each<[string, Record<string, unknown>, string[]]>([
  ['nothing', { amount: '0' }, ['input', 'amount']],
  ['less than a step', { amount: '0.001' }, ['input', 'amount']],
  ['yen in parts', { amount: '0.5', currency: 'JPY' }, ['input', 'amount']],
  ['an unknown currency', { currency: 'ABC' }, ['input', 'currency']],
  ['a priority below 0', { priority: -1 }, ['input', 'priority']],
  ['an end that is over', { expiresAt: '2026-05-01T00:00:00Z' }, ['input', 'expiresAt']],
  ['a cap without an end', { rolloverCap: '1' }, ['input', 'expiresAt']],
  [
    'a cap above the amount',
    { expiresAt: '2026-07-01T00:00:00Z', rolloverCap: '2', rolloverExpiresAt: '2026-08-01T00:00:00Z' },
    ['input', 'rolloverCap'],
  ],
  ['a cap without its end', { expiresAt: '2026-07-01T00:00:00Z', rolloverCap: '1' }, ['input', 'rolloverExpiresAt']],
  [
    'an end before the other',
    { expiresAt: '2026-07-01T00:00:00Z', rolloverCap: '1', rolloverExpiresAt: '2026-07-01T00:00:00Z' },
    ['input', 'rolloverExpiresAt'],
  ],
  ['no reason', { reason: ' ' }, ['input', 'reason']],
  ['no key', { idempotencyKey: '' }, ['input', 'idempotencyKey']],
])('%s is refused, and grants nothing', async (_name, input, field) => {
  const { errors } = await world.send(GrantCreditDocument, { input: granting('1', input) }, tenant.key);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  const { creditGrants } = await world.ask(CreditGrantsDocument, {}, tenant.key);
  expect(creditGrants.edges).toEqual([]);
});

test('grants are listed newest first, page by page, with a fixed number of statements', async () => {
  for (let n = 0; n < 5; n += 1) await grant('1', { userId: `user-${n}` });
  const read = (first: number) =>
    statementsOf(async () => {
      const { creditGrants } = await world.ask(CreditGrantsDocument, { first }, tenant.key);
      expect(creditGrants.edges).toHaveLength(first);
    });
  expect(await read(4)).toHaveLength((await read(2)).length);
  const { creditGrants } = await world.ask(CreditGrantsDocument, { first: 3 }, tenant.key);
  expect(creditGrants.edges.map(({ node }) => node.account.externalId)).toEqual(['user-4', 'user-3', 'user-2']);
  const after = creditGrants.edges[2]?.cursor;
  const rest = await world.ask(CreditGrantsDocument, { first: 3, after }, tenant.key);
  expect(rest.creditGrants.edges.map(({ node }) => node.account.externalId)).toEqual(['user-1', 'user-0']);
  const ofOne = await world.ask(CreditGrantsDocument, { userId: 'user-3' }, tenant.key);
  expect(ofOne.creditGrants.edges).toHaveLength(1);
});

test('another organization sees and takes nothing of it', async () => {
  const { id: creditGrantId } = await grant('1');
  const input = { name: newName('tenant') };
  const other = (await world.ask(CreateOrganizationDocument, { input })).createOrganization.apiKeyValue;
  expect(await world.codeOf(VoidCreditGrantDocument, { input: { creditGrantId } }, other)).toBe('NOT_FOUND');
  expect((await world.ask(CreditGrantsDocument, {}, other)).creditGrants.edges).toEqual([]);
  expect(
    (await world.ask(CreditBalanceOfDocument, { userId: 'ada', withinDays: 1 }, other)).creditBalance,
  ).toMatchObject({
    granted: '0',
  });
});

// Each is planted, found and taken back.
test('verify finds credit that was consumed twice, by others, or too late', async () => {
  await grant('5', { expiresAt: '2027-01-01T00:00:00Z' });
  await grant('3', { userId: 'bob' });
  await tenant.issue(await tenant.subscribe({ baseFee: '4' }));
  const client = new Client({ connectionString: world.database.url });
  await client.connect();
  const newest = `WHERE (invoice_id, grant_id) = (SELECT invoice_id, grant_id FROM credit_use ORDER BY invoice_id DESC LIMIT 1)`;
  const planted = async (set: string, back: string) => {
    await client.query(`UPDATE credit_use SET ${set} ${newest}`);
    const lines = await booksOf(client);
    await client.query(`UPDATE credit_use SET ${back} ${newest}`);
    return lines.map((line) => line.replace(/^.*?: |[0-9a-f]{8}-[0-9a-f-]{27}/g, ''));
  };
  try {
    expect(await planted('amount_pico = 6000000000000', 'amount_pico = 4000000000000')).toEqual([
      expect.stringContaining('credits of invoice 1'),
      'credit consumed of credit grant : stored 6 USD, recomputed 5 USD',
    ]);
    expect(await planted(`used_at = used_at + interval '2 years'`, `used_at = used_at - interval '2 years'`)).toEqual([
      'credit consumed after its expiry of credit grant : stored 4 USD, recomputed 0 USD',
      'uses after its end of credit grant : stored 1, recomputed 0',
    ]);
  } finally {
    await client.end();
  }
});
