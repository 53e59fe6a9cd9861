/** Invoices that the server makes by itself, many of an organization at once: each is what it would be by hand. */
import { Client } from 'pg';
import {
  CancelSubscriptionDocument,
  GrantCreditDocument,
  SetBillingProfileDocument,
  SetPaymentLimitDocument,
} from '../support/generated/operations.js';
import { BATCH_SIZE } from '../../src/billing/invoice/billing-cycle.js';
import { countDue, makeDue } from '../support/billing-run.js';
import { newName, newTenant, type Tenant } from '../support/billing-world.js';
import { setClock } from '../support/clock.js';
import { startAnother } from '../support/servers.js';
import { until } from '../support/until.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let tenant: Tenant;
let client: Client;
beforeAll(async () => {
  world = await startWorld();
  client = new Client({ connectionString: world.database.url });
  await client.connect();
});
beforeEach(async () => {
  tenant = await newTenant(world);
});
afterEach(() => setClock(world, undefined));
afterAll(async () => {
  await client.end();
  await world.close();
});

async function numberOf(query: string, values: unknown[] = []): Promise<number> {
  const { rows } = await client.query<Record<string, string>>(query, values);
  return Number(Object.values(rows[0] ?? {})[0]);
}

const dueCount = () => countDue(client);
const run = (isDone?: () => Promise<boolean>) => makeDue(world, client, isDone);

/** How many wait for a lock. */
const WAITING = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

/** Everything of the invoices of an account, but for names and instants. */
async function invoicesOf(externalId: string): Promise<unknown[]> {
  const { rows } = await client.query<{ invoice: unknown }>(
    `SELECT to_jsonb(i) - '{id,account_id,subscription_id,number,cut_at,created_at,finalized_at,paid_at,access_key,parties}'::text[]
       || jsonb_build_object('lines', (SELECT jsonb_agg(to_jsonb(l) - 'invoice_id' ORDER BY l.line) FROM invoice_line l
         WHERE l.organization_id = i.organization_id AND l.invoice_id = i.id),
       'taxes', (SELECT jsonb_agg(to_jsonb(t) - 'invoice_id' ORDER BY t.place) FROM invoice_tax t
         WHERE t.organization_id = i.organization_id AND t.invoice_id = i.id),
       'uses', (SELECT jsonb_agg(u.amount_pico ORDER BY u.amount_pico) FROM credit_use u
         WHERE u.organization_id = i.organization_id AND u.invoice_id = i.id),
       'left', (SELECT jsonb_agg(g.amount_pico) FROM credit_grant g
         WHERE g.organization_id = i.organization_id AND g.invoice_id = i.id)) AS invoice
     FROM invoice i JOIN account a ON a.organization_id = i.organization_id AND a.id = i.account_id
     WHERE a.external_id = $1 AND i.status <> 'VOID' ORDER BY i.sequence`,
    [externalId],
  );
  return rows.map(({ invoice }) => invoice);
}

const terms = {
  ...{ interval: 'MONTH', baseFee: '9.99', includedCredit: '0.50', minimumSpend: '12', markups: [{ percent: '12.5' }] },
  tieredUnits: [
    {
      ...{ unit: 'OUTPUT_TOKENS', mode: 'GRADUATED' },
      tiers: [{ upTo: 1000, price: '0.001' }, { price: '0.0005' }],
    },
  ],
};

// Seen to fail: with the carried rest, the credit, the taxes or the earlier lines of another invoice of the batch.
test('invoices that are made together are what they are when each is made by hand', async () => {
  const names = { byHand: newName('hand'), others: [newName('other'), newName('other')], last: newName('last') };
  const plan = await tenant.plan(terms);
  const taxes = { rates: [{ name: 'VAT', rate: '19' }] };
  await world.ask(SetBillingProfileDocument, { input: { taxes } as never }, tenant.key);
  const few = { currency: 'USD', least: '0.75' };
  await world.ask(SetPaymentLimitDocument, { input: few as never }, tenant.key);
  const all = [names.byHand, ...names.others, names.last];
  const ids = new Map<string, string>();
  for (const userId of all) ids.set(userId, await tenant.subscribe({}, { userId, plan, firstDay: '2026-06-01' }));
  // What is left of the credit is what the limit does not collect.
  for (const userId of [names.byHand, ...names.others]) {
    const input = { userId, idempotencyKey: newName('grant'), amount: '11.50', currency: 'USD', reason: 'welcome' };
    await world.ask(GrantCreditDocument, { input: input as never }, tenant.key);
  }
  const use = async (occurredAt: string) => {
    for (const userId of [names.byHand, ...names.others]) {
      await tenant.record({ userId, occurredAt, promptTokens: 12_345, completionTokens: 900 });
      await tenant.record({ userId, occurredAt, model: 'gpt-4o-mini', promptTokens: 777, completionTokens: 55 });
    }
    await tenant.record({ userId: names.last, occurredAt, promptTokens: 1_000_000 });
  };
  await use('2026-06-01T12:00:00Z');
  const byHand = () => tenant.issue(ids.get(names.byHand) ?? '');
  await byHand();
  await run();
  await setClock(world, '2026-07-01T12:00:00Z');
  await byHand();
  await run();
  await use('2026-06-30T23:50:00Z');
  await use('2026-07-01T12:00:00Z');
  await setClock(world, '2026-08-01T12:00:00Z');
  await byHand();
  await run();

  const meant = await invoicesOf(names.byHand);
  expect(meant).toHaveLength(3);
  const kinds = ['VAT', 'TIERED_ADJUSTMENT', 'INCLUDED_CREDIT', 'MINIMUM_SPEND', '"brought_forward_pico":390000000000'];
  for (const kind of kinds) expect(JSON.stringify(meant)).toContain(kind);
  for (const name of names.others) expect(await invoicesOf(name)).toEqual(meant);
  expect(await invoicesOf(names.last)).not.toEqual(meant);
});

// A16. Seen to fail: with a cut for each batch; with usage that is read without a look at the cut.
test('a cut stops the calls of the organization, so it serves many batches: what comes after it is on the next invoice', async () => {
  const plan = await tenant.plan({ interval: 'WEEK' });
  const users = Array.from({ length: BATCH_SIZE + 1 }, () => newName('user'));
  for (const userId of users) await tenant.subscribe({}, { userId, plan });
  await run();
  await setClock(world, '2026-06-08T12:00:00Z');
  // The first batch waits with its numbers, and the second is not begun, while a call of each user comes.
  await client.query('BEGIN');
  await client.query('SELECT FROM invoice_counter FOR UPDATE');
  const server = await startAnother(world.database.url, { INVOICE_INTERVAL: '10ms' });
  try {
    await until(async () => (await numberOf(WAITING)) > 0);
    const call = { occurredAt: '2026-06-03T12:00:00Z', promptTokens: 4000 };
    await Promise.all(users.map((userId) => tenant.record({ userId, ...call })));
    await client.query('COMMIT');
    await until(async () => (await dueCount()) === 0);
  } finally {
    await server.close();
  }
  await setClock(world, '2026-06-15T12:00:00Z');
  await run();
  const { rows } = await client.query<{ invoices: number; cuts: number; lines: string[] | null }>(
    `SELECT count(DISTINCT i.id)::int AS invoices, count(DISTINCT i.cut_at)::int AS cuts, array_agg(l.kind ORDER BY l.kind) AS lines
     FROM invoice i JOIN account a ON a.organization_id = i.organization_id AND a.id = i.account_id
     LEFT JOIN invoice_line l ON l.organization_id = i.organization_id AND l.invoice_id = i.id
     WHERE a.external_id = ANY ($1) GROUP BY i.sequence ORDER BY i.sequence`,
    [users],
  );
  const nothing = users.map(() => null);
  expect(rows).toEqual([
    { invoices: users.length, cuts: 1, lines: nothing },
    { invoices: users.length, cuts: 1, lines: nothing },
    { invoices: users.length, cuts: 1, lines: users.map(() => 'ADJUSTMENT') },
  ]);
});

// Seen to fail: without the invoices being made one by one after a batch that failed; with a batch that is given up with one.
test.each([
  [
    'usage that cannot be read',
    `UPDATE usage_record SET lines = jsonb_set(lines, '{0,quantity}', '"many"') WHERE account_id = $1`,
    `UPDATE usage_record SET lines = jsonb_set(lines, '{0,quantity}', '"1000"') WHERE account_id = $1`,
  ],
  [
    'terms that cannot be billed',
    `UPDATE subscription_terms t SET terms = jsonb_set(terms, '{currency}', '"???"') FROM subscription s
     WHERE s.id = t.subscription_id AND s.account_id = $1`,
    `UPDATE subscription_terms t SET terms = jsonb_set(terms, '{currency}', '"USD"') FROM subscription s
     WHERE s.id = t.subscription_id AND s.account_id = $1`,
  ],
])(
  '%s spoil one invoice and hold up no other; once mended it is made, and no number is left out',
  async (_what, spoil, mend) => {
    const plan = await tenant.plan({ interval: 'WEEK' });
    const users = Array.from({ length: 5 }, () => newName('user'));
    for (const userId of users) {
      await tenant.subscribe({}, { userId, plan, firstDay: '2026-06-01' });
      await tenant.record({ userId, promptTokens: 1000 });
    }
    await run();
    await setClock(world, '2026-06-08T12:00:00Z');
    const { rows } = await client.query<{ id: string }>('SELECT id FROM account WHERE external_id = $1', [users[2]]);
    const bad = [rows[0]?.id];
    await client.query(spoil, bad);
    await run(async () => (await dueCount()) === 1);
    expect(await invoicesOf(users[2] ?? '')).toHaveLength(1);
    for (const userId of [0, 1, 3, 4].map((n) => users[n] ?? '')) expect(await invoicesOf(userId)).toHaveLength(2);
    await client.query(mend, bad);
    await run();
    expect(await invoicesOf(users[2] ?? '')).toHaveLength(2);
    const { rows: numbers } = await client.query<{ numbers: string[] }>(
      `SELECT array_agg(i.number::text ORDER BY i.number) AS numbers FROM invoice i
     WHERE i.organization_id = (SELECT organization_id FROM account WHERE id = $1)`,
      bad,
    );
    expect(numbers[0]?.numbers).toEqual(Array.from({ length: 10 }, (_, n) => String(n + 1)));
  },
);

// Seen to fail: with subscriptions that are waited for.
test('a subscription that somebody changes at the moment is left for later, and the others are made', async () => {
  const plan = await tenant.plan({ interval: 'WEEK', baseFee: '1' });
  const [held = '', ...free] = Array.from({ length: 4 }, () => newName('user'));
  for (const userId of [held, ...free]) await tenant.subscribe({}, { userId, plan });
  await client.query('BEGIN');
  await client.query(
    `SELECT FROM subscription s JOIN account a ON a.id = s.account_id WHERE a.external_id = $1 FOR UPDATE OF s`,
    [held],
  );
  const server = await startAnother(world.database.url, { INVOICE_INTERVAL: '10ms' });
  try {
    await until(async () => (await dueCount()) === 1);
    expect(await invoicesOf(held)).toHaveLength(0);
    await client.query('COMMIT');
    await until(async () => (await dueCount()) === 0);
  } finally {
    await server.close();
  }
  for (const userId of [held, ...free]) expect(await invoicesOf(userId)).toHaveLength(1);
});

// Seen to fail: with credit that is left as it was before the first of them.
test('two invoices of an account that are made together do not take the same credit twice', async () => {
  const subscriptionId = await tenant.subscribe({ interval: 'WEEK', baseFee: '4' });
  await tenant.issue(subscriptionId);
  const cancelled = { subscriptionId, when: 'NOW' };
  await world.ask(CancelSubscriptionDocument, { input: cancelled as never }, tenant.key);
  await tenant.record({ promptTokens: 2_000_000 });
  const grant = { userId: 'ada', idempotencyKey: newName('grant'), amount: '6', currency: 'USD', reason: 'welcome' };
  await world.ask(GrantCreditDocument, { input: grant as never }, tenant.key);
  await setClock(world, '2026-06-02T12:00:00Z');
  await tenant.subscribe({ interval: 'WEEK', baseFee: '8' });
  await run();
  const { rows } = await client.query<{ used: string; uses: number }>(
    `SELECT sum(u.amount_pico)::text AS used, count(*)::int AS uses FROM credit_use u JOIN credit_grant g ON g.id = u.grant_id
     WHERE g.idempotency_key = $1`,
    [grant.idempotencyKey],
  );
  expect(rows).toEqual([{ used: '6000000000000', uses: 2 }]);
});
