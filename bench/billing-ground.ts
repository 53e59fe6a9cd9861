/**
 * Payers with two months of tiny calls, the first of which is invoiced. One payer of each kind is made through the API, with
 * its plan, its invoices and its calls; all others are copies of its rows with other names and times, so that each row is
 * one that the server writes.
 */
import type { Client } from 'pg';
import { ask } from './product.js';

/** One payer of so many has a call that came after the invoice of its month. */
const LATE_EVERY = 10;

/** Calls of the first month, which are on an invoice already. */
const CALLS_BEFORE = 10;
/** Calls of the second month that the copies are taken from. */
const POOL = 1_000;

const OPENAI = { provider: 'openai', model: 'gpt-4o' };
const MODELS = [
  OPENAI,
  { provider: 'openai', model: 'gpt-4o-mini' },
  { provider: 'anthropic', model: 'claude-sonnet-4-5' },
];
const TIERS = [{ upTo: 500, price: '0.00001' }, { price: '0.0000075' }];

/** The kinds of payers. */
const KINDS = [
  { code: 'passed', of: 8, models: MODELS, terms: { baseFee: '19', markups: [{ percent: '12.5' }] } },
  {
    code: 'tiered',
    of: 1,
    models: MODELS,
    terms: { baseFee: '19', tieredUnits: [{ unit: 'OUTPUT_TOKENS', mode: 'GRADUATED', tiers: TIERS }] },
  },
  // Their invoices are one line each.
  { code: 'bare', of: 1, models: [OPENAI], terms: {} },
];

/** Which kind the n-th payer is of, by the last digit of n. */
const KIND_OF_DIGIT = KINDS.flatMap(({ of }, kind) => Array.from({ length: of }, () => kind));

export interface BillingGround {
  /** The samples among them. */
  readonly payers: number;
  /** That are on no invoice yet. */
  readonly records: number;
}

/** The first days of the two months before this one, and of this one. */
interface Months {
  readonly before: string;
  readonly last: string;
  readonly present: string;
}

async function monthsOf(client: Client): Promise<Months> {
  const { rows } = await client.query<Months>(
    `SELECT (m - interval '2 months')::date::text AS before, (m - interval '1 month')::date::text AS last, m::date::text AS present
     FROM date_trunc('month', now() AT TIME ZONE 'UTC') AS m`,
  );
  const [months] = rows;
  if (!months) throw new Error('There are no months.');
  return months;
}

/** Through the API, at a server that makes no invoices by itself. */
export async function makeSamples(client: Client, url: string): Promise<void> {
  const months = await monthsOf(client);
  for (const { code, models, terms } of KINDS) {
    await ask(url, 'mutation ($input: SetPlanInput!) { setPlan(input: $input) { id } }', { input: { code, ...terms } });
    const { subscribe } = await ask<{ subscribe: { id: string } }>(
      url,
      'mutation ($input: SubscribeInput!) { subscribe(input: $input) { id } }',
      { input: { userId: `sample-${code}`, plan: code, firstDay: months.before } },
    );
    await use(url, code, models, months.before, CALLS_BEFORE);
    for (const sequence of [0, 1]) {
      const { createInvoice } = await ask<{ createInvoice: { id: string } }>(
        url,
        'mutation ($input: CreateInvoiceInput!) { createInvoice(input: $input) { id } }',
        { input: { subscriptionId: subscribe.id, sequence } },
      );
      await ask(url, 'mutation ($input: InvoiceInput!) { finalizeInvoice(input: $input) { id } }', {
        input: { invoiceId: createInvoice.id },
      });
    }
    await use(url, code, models, months.last, POOL);
  }
}

async function use(url: string, code: string, models: typeof MODELS, day: string, calls: number): Promise<void> {
  const items = Array.from({ length: calls }, (_, call) => ({
    idempotencyKey: `sample ${code} ${day} ${call}`,
    userId: `sample-${code}`,
    ...models[call % models.length],
    promptTokens: 60 + ((call * 7) % 41),
    completionTokens: 10 + ((call * 13) % 29),
    occurredAt: `${day}T12:00:00Z`,
  }));
  const { recordUsageBatch } = await ask<{ recordUsageBatch: { items: { error: unknown }[] } }>(
    url,
    'mutation ($input: RecordUsageBatchInput!) { recordUsageBatch(input: $input) { items { error { message } } } }',
    { input: { items } },
  );
  if (recordUsageBatch.items.some(({ error }) => error)) throw new Error('The calls of a sample were not recorded.');
}

/** Which payers there are to be, each with the sample that it is a copy of. */
const PAYERS = `
  CREATE TEMP TABLE payer AS
  SELECT p.n, k.kind, uuidv7() AS account_id, uuidv7() AS subscription_id, a.organization_id, a.id AS sample_account_id,
    s.id AS sample_subscription_id
  FROM generate_series(0, $1::int - cardinality($3::text[]) - 1) AS p (n)
  CROSS JOIN LATERAL (SELECT ($2::int[])[p.n % cardinality($2::int[]) + 1] AS kind) k
  JOIN account a ON a.kind = 'USER' AND a.external_id = 'sample-' || ($3::text[])[k.kind + 1]
  JOIN subscription s ON s.organization_id = a.organization_id AND s.account_id = a.id`;

const EVENTS = `
  CREATE TEMP TABLE event AS
  SELECT u.*, p.kind AS payer_kind, row_number() OVER (PARTITION BY u.account_id ORDER BY u.idempotency_key) - 1 AS place,
    u.occurred_at < $1::timestamptz AS is_before
  FROM usage_record u JOIN (SELECT DISTINCT kind, sample_account_id FROM payer) p ON p.sample_account_id = u.account_id`;

/** Who they are, what they are on and what they were invoiced. */
async function copyPayers(client: Client): Promise<void> {
  const change = { account_id: 'p.account_id', subscription_id: 'p.subscription_id' };
  const ofAccount = 'JOIN payer p ON p.sample_account_id = t.account_id';
  const ofSubscription = 'JOIN payer p ON p.sample_subscription_id = t.subscription_id';
  await copy(client, 'account', 'JOIN payer p ON p.sample_account_id = t.id', {
    id: 'p.account_id',
    external_id: `'payer-' || p.n`,
  });
  await copy(client, 'subscription', ofAccount, { id: 'p.subscription_id', account_id: change.account_id });
  await copy(client, 'subscription_terms', ofSubscription, { subscription_id: change.subscription_id });
  await copy(client, 'account_markup', ofAccount, { account_id: change.account_id, source_id: change.subscription_id });
  await client.query(
    `CREATE TEMP TABLE copied AS
     SELECT i.id AS sample_id, p.n, uuidv7() AS id,
       (SELECT last_number FROM invoice_counter) + row_number() OVER (ORDER BY i.sequence, p.n) AS number
     FROM invoice i ${ofSubscription.replace('t.', 'i.')}`,
  );
  await copy(client, 'invoice', `JOIN copied c ON c.sample_id = t.id JOIN payer p ON p.n = c.n`, {
    ...change,
    id: 'c.id',
    number: 'c.number',
  });
  await copy(client, 'invoice_line', 'JOIN copied c ON c.sample_id = t.invoice_id', { invoice_id: 'c.id' });
  await client.query('UPDATE invoice_counter SET last_number = (SELECT max(number) FROM copied)');
}

/** Their calls, in the order in which they ran: one of each payer after the other, again and again. */
async function copyCalls(client: Client, ground: BillingGround, months: Months): Promise<void> {
  const payers = ground.payers - KINDS.length;
  const records = ground.records - KINDS.length * POOL;
  await client.query(EVENTS, [months.last]);
  await client.query('CREATE INDEX ON event (payer_kind, is_before, place)');
  await client.query('ANALYZE event; ANALYZE payer');
  const names = (kind: string) => ({
    ...{ idempotency_key: `'${kind} ' || lpad(c.n::text, 9, '0')`, batch_id: 'uuidv7()' },
    ...{ account_id: 'p.account_id', user_id: 'p.account_id' },
  });
  await copy(
    client,
    'usage_record',
    `JOIN payer p ON p.kind = t.payer_kind
     CROSS JOIN LATERAL (SELECT t.place * ${payers} + p.n AS n) c
     WHERE t.is_before ORDER BY c.n`,
    names('before'),
    'event',
  );
  const at = `CASE WHEN c.is_late THEN t.occurred_at - interval '1 month' ELSE c.at END`;
  const billable = `CASE WHEN c.is_late THEN statement_timestamp() ELSE c.at END`;
  await copy(
    client,
    'usage_record',
    `JOIN payer p ON p.kind = t.payer_kind
     JOIN (
       SELECT e.n, e.n % ${payers} AS payer, ${CALLS_BEFORE} + (e.n / ${payers} * 7 + e.n) % ${POOL} AS place,
         timestamptz '${months.last}Z' + e.n * (timestamptz '${months.present}Z' - timestamptz '${months.last}Z') / ${records} AS at,
         e.n / ${payers} = 1 AND e.n % ${LATE_EVERY} = 3 AS is_late
       FROM generate_series(0, ${records - 1}) AS e (n)) c ON c.payer = p.n AND c.place = t.place
     ORDER BY c.n`,
    {
      ...names('event'),
      occurred_at: at,
      budget_at: at,
      recorded_at: billable,
      priced_at: billable,
      billable_at: billable,
    },
    'event',
  );
}

/** Rows of budgets and totals are not made, which invoices do not look at: the books of this database are not whole. */
export async function copySamples(client: Client, ground: BillingGround): Promise<void> {
  const months = await monthsOf(client);
  await client.query(PAYERS, [ground.payers, KIND_OF_DIGIT, KINDS.map(({ code }) => code)]);
  await copyPayers(client);
  await copyCalls(client, ground, months);
  await client.query('UPDATE subscription SET next_invoice_day = NULL');
  await client.query('VACUUM ANALYZE');
}

/** All are due with the end of the month that is not invoiced. They were held back until now. */
export async function letBegin(client: Client): Promise<void> {
  const { present } = await monthsOf(client);
  await client.query('UPDATE subscription SET next_invoice_day = $1', [present]);
}

/** All columns as they are in `t`, but for those that are said. */
async function copy(
  client: Client,
  table: string,
  from: string,
  changes: Readonly<Record<string, string>>,
  source = table,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  const names = rows.map(({ name }) => name);
  const unknown = Object.keys(changes).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`The table ${table} has no ${unknown.join(', ')}.`);
  const values = names.map((name) => changes[name] ?? `t.${name}`);
  await client.query(`INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM ${source} t ${from}`);
}
