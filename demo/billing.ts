/**
 * From usage to a paid invoice, on a server of its own with an embedded PostgreSQL and a clock that it moves: a month of
 * usage of a team, a change of its plan, prepaid credit, a correction, the invoice with its PDF, a payment by hand. Every
 * amount is explained: from the line to how it was worked out, and to the usage records behind it, which are added up here.
 * Then invoices are collected from cards. Stripe is one that runs here; with STRIPE_SECRET_KEY of test mode it is Stripe.
 *
 *   npm run demo:billing
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { pino } from 'pino';
import { readConfig } from '../src/config.js';
import { startServer } from '../src/server.js';
import { verifyBooks } from '../src/verify/verify.js';
import { askOf, stop } from './ask.js';
import { demonstrateCollecting } from './collecting.js';
import { Payer } from './payer.js';
import { INVOICE, printInvoice, type Invoice } from './print-invoice.js';

const KEY = 'demo-billing-key-0123456789';
const TEAM = 'red';
const USERS = ['ada', 'bob', 'eve'];
const CALLS_A_DAY = 3;

const folder = await mkdtemp(join(tmpdir(), 'tollgate-billing-'));
// PostgreSQL may run as another user, which has to enter it.
await chmod(folder, 0o755);
let offsetMs = 0;
const payer = await Payer.open(() => Date.now() + offsetMs);
console.log('A server of its own starts, with an embedded PostgreSQL ...');
const config = readConfig({
  ...{ DATA_DIR: join(folder, 'data'), PORT: '0', BOOTSTRAP_API_KEY: KEY, TEST_CLOCK: 'true', INVOICE_INTERVAL: '0' },
  ...{ ...payer.settings, COLLECT_INTERVAL: '100ms', DUNNING_ACTION: 'DISABLE_ACCOUNT' },
});
const server = await startServer(config, pino({ level: 'silent' }));
const ask = askOf(server.url, KEY);

/** By the test's own clock: a month passes in a moment. */
async function setClock(instant: string): Promise<void> {
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  const offset = `SELECT extract(epoch FROM $1::timestamptz - clock_timestamp())::text AS seconds`;
  const { rows } = await client.query<{ seconds: string }>(offset, [instant]);
  const seconds = Number(rows[0]?.seconds);
  await client.query(`CREATE OR REPLACE FUNCTION tollgate_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp AS 'SELECT clock_timestamp() + interval ''${seconds} seconds'''`);
  await client.end();
  offsetMs = seconds * 1000;
  await server.syncClock();
  console.log(`\n--- ${instant.slice(0, 10)}`);
}

const mutate = <T>(name: string, type: string, input: object, selection: string) =>
  ask<Record<string, T>>(`mutation ($input: ${type}!) { ${name}(input: $input) ${selection} }`, { input }).then(
    (data) => data[name] ?? stop(`${name} gave no answer.`),
  );

async function setUp(): Promise<string> {
  const rates = [{ provider: null, percent: '20' }];
  const searches = { unit: 'WEB_SEARCHES', mode: 'GRADUATED', tiers: [{ upTo: 50, price: '0' }, { price: '0.02' }] };
  const terms = { markups: rates, tieredUnits: [searches], includedCredit: '5', paymentTermDays: 14 };
  const plan = (code: string, baseFee: string) =>
    mutate('setPlan', 'SetPlanInput', { code, name: `${code} plan`, baseFee, ...terms }, '{ code }');
  await plan('Starter', '20');
  await plan('Growth', '50');
  await mutate(
    'setPricing',
    'SetPricingInput',
    {
      provider: 'search',
      model: 'web',
      rates: [
        { unit: 'WEB_SEARCHES', price: '0.01' },
        { unit: 'INPUT_TOKENS', price: '0.000001' },
      ],
    },
    '{ id }',
  );
  await mutate(
    'setBillingProfile',
    'SetBillingProfileInput',
    {
      ...{ legalName: 'Tollhouse Ltd', address: ['1 Bridge Street', 'London'], taxId: 'GB 123 4567 89' },
      taxes: { mode: 'EXCLUSIVE', rates: [{ name: 'VAT', rate: '20' }] },
    },
    '{ legalName }',
  );
  const buyer = { teamId: TEAM, legalName: 'Red Team GmbH', address: ['Hauptstraße 1', 'Köln'] };
  await mutate('setBillingProfile', 'SetBillingProfileInput', buyer, '{ legalName }');
  const { id } = await mutate<{ id: string }>(
    'subscribe',
    'SubscribeInput',
    { teamId: TEAM, plan: 'Starter' },
    '{ id }',
  );
  console.log(
    'The team red is on the plan Starter: 20 USD a month, usage + 20 %, 5 USD of usage included, web searches by tiers.',
  );
  return id;
}

const noonOf = (day: number) => `2026-06-${String(day).padStart(2, '0')}T12:00:00Z`;

/** Some calls of each user; answers with the id of the first. */
async function useOneDay(day: number): Promise<string> {
  const items = USERS.flatMap((userId, n) =>
    Array.from({ length: CALLS_A_DAY }, (_, call) => ({
      ...{ idempotencyKey: `${day}-${userId}-${call}`, userId, teamId: TEAM, occurredAt: noonOf(day) },
      ...(call === 0
        ? { model: 'gpt-4o', promptTokens: 90_000 + day * 1_000 + n * 137, completionTokens: 12_000 + n }
        : call === 1
          ? { provider: 'anthropic', model: 'claude-sonnet-4-5', promptTokens: 40_000 + n, completionTokens: 5_000 }
          : {
              provider: 'search',
              model: 'web',
              promptTokens: 700,
              quantities: [{ unit: 'WEB_SEARCHES', quantity: 2 }],
            }),
    })),
  );
  const batch = await ask<{ recordUsageBatch: { items: { result: { usageRecord: { id: string } | null } | null }[] } }>(
    `mutation ($input: RecordUsageBatchInput!) { recordUsageBatch(input: $input) { items { result { usageRecord { id } } error { message } } } }`,
    { input: { items } },
  );
  return batch.recordUsageBatch.items[0]?.result?.usageRecord?.id ?? stop('A call was not recorded.');
}

async function issue(subscriptionId: string): Promise<Invoice> {
  const { id } = await mutate<{ id: string }>('createInvoice', 'CreateInvoiceInput', { subscriptionId }, '{ id }');
  return mutate<Invoice>('finalizeInvoice', 'InvoiceInput', { invoiceId: id }, INVOICE);
}

async function correct(usageRecordId: string): Promise<void> {
  const replacement = { promptTokens: 10_000, completionTokens: 1_000 };
  const input = { idempotencyKey: 'fix', usageRecordId, reason: 'The provider counted twice.', replacement };
  const { usageRecord } = await mutate<{ usageRecord: { charge: string } }>(
    'correctUsage',
    'CorrectUsageInput',
    input,
    '{ usageRecord { charge } }',
  );
  console.log(
    `A call of June 3 was counted wrong: it is taken back, and ${usageRecord.charge} USD stand in its place.`,
  );
}

async function savePdf(url: string): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) return stop(`The PDF was not answered: ${response.status}.`);
  const file = join(folder, 'invoice.pdf');
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  console.log(`\nThe PDF is in ${file}`);
}

async function proveBooks(): Promise<void> {
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  const { records, differences } = await verifyBooks(client, (difference) => console.log(difference));
  await client.end();
  console.log(`\nThe books: ${records} records, ${differences} differences.`);
  if (differences > 0) process.exitCode = 1;
}

async function demonstrate(): Promise<void> {
  await setClock('2026-06-01T09:00:00Z');
  const subscriptionId = await setUp();
  const first = await issue(subscriptionId);
  await printInvoice(ask, first);

  const grant = {
    idempotencyKey: 'grant',
    teamId: TEAM,
    amount: '40',
    reason: 'Prepaid',
    expiresAt: '2026-12-31T00:00:00Z',
  };
  await mutate('grantCredit', 'GrantCreditInput', grant, '{ id }');
  console.log('\nThe team gets 40 USD of prepaid credit, until the end of the year.');
  await setClock('2026-06-15T23:00:00Z');
  let wrong = '';
  for (let day = 1; day <= 15; day += 1) {
    const call = await useOneDay(day);
    if (day === 3) wrong = call;
  }
  await setClock('2026-06-16T00:00:00Z');
  const change = { subscriptionId, plan: 'Growth', when: 'NOW' };
  await mutate('changeSubscription', 'ChangeSubscriptionInput', change, '{ id }');
  console.log('From today on the team is on the plan Growth: 50 USD a month.');
  await setClock('2026-06-30T23:00:00Z');
  for (let day = 16; day <= 30; day += 1) await useOneDay(day);
  const { creditBalance } = await ask<{ creditBalance: { remaining: string; notInvoiced: string; available: string } }>(
    'query ($teamId: String) { creditBalance(teamId: $teamId) { remaining notInvoiced available } }',
    { teamId: TEAM },
  );
  const { remaining, notInvoiced, available } = creditBalance;
  console.log(
    `Of the credit ${remaining} USD remain; ${notInvoiced} USD of charges are not invoiced yet: ${available} available.`,
  );
  await correct(wrong);

  await setClock('2026-07-01T09:00:00Z');
  const invoice = await issue(subscriptionId);
  await printInvoice(ask, invoice);
  await savePdf(invoice.pdfUrl);
  const payment = { invoiceId: invoice.id, reference: 'bank transfer 0815' };
  const paid = await mutate<Invoice>('payInvoice', 'PayInvoiceInput', payment, INVOICE);
  console.log(
    `\nA transfer came in: invoice ${paid.number} is ${paid.status}, ${paid.amountPaid} USD paid, ${paid.amountRemaining} left.`,
  );
  await demonstrateCollecting({ ask, serverUrl: server.url, payer, teamId: TEAM, subscriptionId, setClock }, first.id);
  await proveBooks();
}

try {
  await demonstrate();
} finally {
  await server.close();
  await payer.close();
  await rm(join(folder, 'data'), { recursive: true, force: true });
}
