/**
 * I2: a card number in free text is refused at its field, and is nowhere afterwards. Every text that the schema takes is
 * in one of two tables: what people write, where it is refused, and what things go by, with the reason why it is not.
 * Seen to fail: with each `requireFreeText` turned back into `requireText`; with the text in the message of the refusal,
 * or in its log; with a new input field of type String; with a line for a field that is gone; with idempotency keys, names
 * of models and ids of accounts taken for free texts; with a provider's body kept whole.
 */
import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, isInputObjectType, isObjectType, type GraphQLInputType } from 'graphql';
import { Client } from 'pg';
import { BOOTSTRAP_KEY } from '../support/database.js';
import { newTenant } from '../support/billing-world.js';
import { testLog } from '../support/heard.js';
import { post, startWorld, type Answer, type World } from '../support/world.js';

/** Put together here, so that no file holds one. */
const CARD = '4242'.repeat(4);
/** Another, for what may hold one. */
const KEY = `${'5'.repeat(12)}${'4'.repeat(4)}`;
const SPELLINGS = [
  CARD,
  Array(4).fill('4242').join(' '),
  `Visa ${Array(4).fill('4242').join('-')}, 12/27`,
  CARD.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
];

const tags = [{ key: 'a', value: 'b' }];
const used = { userId: 'ada', model: 'gpt-4o', promptTokens: 1 };
const made = { usageRecordId: '', noted: '', paid: '' };

/** An input of each operation that takes free text, accepted as it stands, and the free texts in it. */
const FREE: Readonly<Record<string, () => readonly [object, ...string[]]>> = {
  applyReprice: () => [
    {
      ...{ idempotencyKey: 'reprice', provider: 'openai', model: 'gpt-4o', reason: 'late' },
      ...{ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
    },
    'reason',
  ],
  correctUsage: () => [
    {
      ...{ idempotencyKey: 'correct', usageRecordId: made.usageRecordId, reason: 'wrong' },
      replacement: { promptTokens: 2, tags },
    },
    ...['reason', 'replacement.tags.0.key', 'replacement.tags.0.value'],
  ],
  createApiKey: () => [{ name: 'mine', roles: ['SERVICE'] }, 'name'],
  createCreditNote: () => [
    {
      ...{ idempotencyKey: 'note', invoiceId: made.noted, amount: '1' },
      ...{ refund: true, reason: 'any', refundReference: 'ref' },
    },
    ...['reason', 'refundReference'],
  ],
  createOrganization: () => [{ name: 'Another' }, 'name'],
  deductFromBudget: () => [
    { idempotencyKey: 'deduct', userId: 'ada', amount: '1', onlyIfFits: false, reason: 'any', tags },
    ...['reason', 'tags.0.key', 'tags.0.value'],
  ],
  grantCredit: () => [{ idempotencyKey: 'grant', userId: 'ada', amount: '1', reason: 'any' }, 'reason'],
  payInvoice: () => [{ invoiceId: made.paid, reference: 'ref' }, 'reference'],
  recordProviderUsage: () => [
    { idempotencyKey: 'provider', userId: 'ada', provider: 'openai', response: bodyWith('Hello'), tags },
    ...['tags.0.key', 'tags.0.value'],
  ],
  recordUsage: () => [{ idempotencyKey: 'record', ...used, tags }, 'tags.0.key', 'tags.0.value'],
  recordUsageBatch: () => [
    { items: [{ idempotencyKey: 'item', ...used, tags }] },
    ...['items.0.tags.0.key', 'items.0.tags.0.value'],
  ],
  setAccount: () => [{ kind: 'USER', externalId: 'ada', name: 'Ada' }, 'name'],
  setBillingProfile: () => [
    {
      ...{ userId: 'ada', legalName: 'Ada', address: ['Street 1', 'Town'], taxId: 'DE1' },
      taxes: { mode: 'EXCLUSIVE', rates: [{ name: 'VAT', rate: '19' }] },
    },
    ...['legalName', 'address.1', 'taxId', 'taxes.rates.0.name'],
  ],
  setBudget: () => [{ period: 'MONTH', limit: '1000', name: 'all' }, 'name'],
  setOrganization: () => [{ name: 'Renamed' }, 'name'],
  setPlan: () => [{ code: 'any', name: 'Any' }, 'name'],
  setPricing: () => [{ provider: 'own', model: 'm', displayName: 'M', promptTokenPrice: '1' }, 'displayName'],
};

/** [why they may hold one, fields or arguments, the inputs that have them or the fields that take them] */
const EXEMPT: readonly (readonly [string, string, string])[] = [
  [
    'a key of the caller’s',
    'idempotencyKey',
    'ApplyRepriceInput CorrectUsageInput CreateCreditNoteInput DeductFromBudgetInput ExtendReservationInput GrantCreditInput PayInvoiceInput RecordProviderUsageInput RecordUsageInput ReserveBudgetInput',
  ],
  ['an id of the caller’s', 'externalId teamId', 'SetAccountInput'],
  [
    'an id of the caller’s',
    'userId teamId',
    'AlertFilter CheckBudgetInput CreateApiKeyInput DeductFromBudgetInput EstimateCostInput GrantCreditInput Query.billingProfile Query.budgetStatus Query.creditBalance Query.creditGrants Query.invoices Query.paymentMethods Query.planSubscription RecordProviderUsageInput RecordUsageInput ReserveBudgetInput SetBillingProfileInput SetBudgetInput SetDefaultPaymentMethodInput StartPaymentMethodSetupInput SubscribeInput Subscription.budgetAlerts Subscription.budgetStatus UsageFilter UsageSummaryInput',
  ],
  [
    'an id of the caller’s',
    'runId',
    'AlertFilter CheckBudgetInput DeductFromBudgetInput Query.budgetStatus RecordProviderUsageInput RecordUsageInput ReserveBudgetInput SetBudgetInput Subscription.budgetAlerts Subscription.budgetStatus UsageFilter UsageSummaryInput',
  ],
  ['an id of the caller’s', 'userId', 'EraseAccountInput'],
  ['an id of the issuer’s', 'subject', 'RevokeTokensInput'],
  ['what a plan goes by', 'code', 'Query.plan Query.planQuote SetPlanInput'],
  ['what a plan goes by', 'plan', 'ChangeSubscriptionInput SubscribeInput'],
  [
    'what a model goes by',
    'provider model',
    'ApplyRepriceInput CheckBudgetInput EstimateCostInput PlanMarkupInput PreviewRepriceInput QuotedUsageInput RecordProviderUsageInput RecordUsageInput RepriceFilter ReserveBudgetInput SetPricingInput TieredUnitInput UsageFilter UsageReplacementInput UsageSummaryInput',
  ],
  ['what a model goes by', 'provider', 'BudgetModelInput ModelFilter Query.model'],
  ['what a model goes by', 'name', 'BudgetModelInput Query.model'],
  ['what a model goes by', 'aliases', 'SetPricingInput'],
  ['one of a list', 'apiFlavor', 'RecordProviderUsageInput'],
  ['one of a list', 'currency', 'GrantCreditInput Query.creditBalance SetPaymentLimitInput SetPlanInput'],
  ['one of a list', 'processor', 'RetryWebhookEventInput'],
  ['one of a list', 'zone', 'CreateOrganizationInput SetOrganizationInput'],
  ['one of a list', 'scopes', 'CreateApiKeyInput'],
  ['a time of day', 'start end', 'RateWindowInput'],
  ['a month', 'month', 'Query.financialReport'],
  ['its tokens are counted, and it is not kept', 'prompt', 'CheckBudgetInput EstimateCostInput ReserveBudgetInput'],
  ['its tokens are counted, and it is not kept', 'role content name', 'PromptMessageInput'],
  ['looked for, and not kept', 'search', 'ModelFilter'],
  ['looked for, and not kept', 'key value', 'UsageFilter.tag'],
  [
    'a place in a list',
    'after',
    'InvoiceLine.usageRecords Query.alerts Query.auditEntries Query.creditGrants Query.invoices Query.models Query.planSubscriptions Query.plans Query.reprices Query.usageRecords Query.webhookEvents Subscription.alertFeed Subscription.budgetAlerts',
  ],
];

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));

/** [the way from the operation on, what it belongs to] of every text below an argument or a field. */
function textsBelow(given: GraphQLInputType, way: string, owner: string, outer: string): [string, string][] {
  const type = getNamedType(given);
  if (type.name === 'String') return [[way, owner]];
  if (!isInputObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap(({ name, type: inner }) => {
    // Where a tag is only looked for, it belongs to what looks for it.
    const isFilter = type.name === 'TagInput' && outer === 'UsageFilter';
    const holder = isFilter ? `${outer}.tag` : type.name;
    return textsBelow(inner, `${way}.${name}`, `${holder}.${name}`, type.name);
  });
}

const texts = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
  .filter(({ type }) => !type.name.startsWith('__'))
  .flatMap(({ type, field }) =>
    field.args.flatMap((arg) => {
      const way = type.name === 'Mutation' ? `${field.name}.${arg.name}` : `${type.name}.${field.name}.${arg.name}`;
      return textsBelow(arg.type, way, `${type.name}.${field.name}.${arg.name}`, type.name);
    }),
  );

const free = Object.entries(FREE).flatMap(([operation, input]) => {
  const [, ...places] = input();
  return places.map((place) => [operation, place] as const);
});

const exempt = EXEMPT.flatMap(([, names, owners]) =>
  owners.split(' ').flatMap((owner) => names.split(' ').map((name) => `${owner}.${name}`)),
);

test('every text of the schema is either free and refused, or exempt for a reason', () => {
  const refused = free.map(([operation, place]) => `${operation}.input.${place.replace(/\.\d+/g, '')}`);
  const found = texts.filter(([, owner]) => !exempt.includes(owner)).map(([way]) => way);
  expect(found.sort()).toEqual(refused.sort());
  expect(exempt.filter((line) => !texts.some(([, owner]) => owner === line))).toEqual([]);
});

test('every free text says so in its description', () => {
  for (const [, owner] of texts.filter(([, at]) => !exempt.includes(at))) {
    const [type = '', name = ''] = owner.split('.');
    const input = schema.getType(type);
    const says = isInputObjectType(input) && input.getFields()[name]?.description;
    expect([owner, says]).toEqual([owner, expect.stringMatching(/card number/)]);
  }
});

let world: World;
let client: Client;
let key: string;
const logged: string[] = [];
beforeAll(async () => {
  world = await startWorld({}, testLog('trace', logged));
  client = new Client({ connectionString: world.database.url });
  await client.connect();
  const tenant = await newTenant(world);
  key = tenant.key;
  made.usageRecordId = await tenant.record({ promptTokens: 1 });
  made.paid = (await tenant.issue(await tenant.subscribe({ baseFee: '10' }, { userId: 'payer' }))).id;
  made.noted = (await tenant.issue(await tenant.subscribe({ baseFee: '10' }, { userId: 'noted' }))).id;
  await send('payInvoice', { invoiceId: made.noted });
});
afterAll(async () => {
  await client.end();
  await world.close();
});

const keyed = (end: string) => ({ idempotencyKey: `${KEY}${end}`, userId: KEY });

/** A provider's body with a text in it that is no usage. */
function bodyWith(content: string): object {
  const choices = [{ message: { role: 'assistant', content } }];
  return { model: 'gpt-4o', choices, usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };
}

type Refusal = Readonly<{ message: string; code?: unknown; field?: unknown }>;
type Batch = Record<string, { items?: { error: Refusal | null }[] }>;

async function send(operation: string, input: unknown) {
  const type = String(schema.getMutationType()?.getFields()[operation]?.args[0]?.type);
  const what = operation.endsWith('Batch') ? 'items { error { message code field } }' : '__typename';
  const query = `mutation ($input: ${type}) { ${operation}(input: $input) { ${what} } }`;
  const sender = operation === 'createOrganization' ? BOOTSTRAP_KEY : key;
  const answer: Answer<Batch> = await post<Batch>(world.server.url, { query, variables: { input } }, sender);
  const [error] = answer.errors ?? [];
  const item = answer.data?.[operation]?.items?.[0]?.error ?? undefined;
  const refusal: Refusal | undefined = error ? { message: error.message, ...error.extensions } : item;
  return { refusal, answer };
}

/** The input with another text at a place such as `tags.0.key`. */
function withText(input: object, place: string, text: string): object {
  const [step = '', ...below] = place.split('.');
  const inner = Object.entries(input).find(([name]) => name === step)?.[1] as object;
  const changed = below.length === 0 ? text : withText(inner, below.join('.'), text);
  return Array.isArray(input) ? input.with(Number(step), changed) : { ...input, [step]: changed };
}

/** The rows of all tables that hold a number, however it is written. */
async function rowsWith(number: string): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
  );
  const selects = tables.map(({ name }) => `SELECT '${name} ' || t::text AS row FROM ${name} t`);
  const { rows } = await client.query<{ row: string }>(
    `SELECT row FROM (${selects.join(' UNION ALL ')}) everything
     WHERE regexp_replace(normalize(row, NFKC), '[ .-]', '', 'g') LIKE '%' || $1 || '%'`,
    [number],
  );
  return rows.map(({ row }) => row);
}

test.each(free)('%s: %s', async (operation, place) => {
  const [input] = FREE[operation]?.() ?? [{}];
  for (const spelling of SPELLINGS) {
    const { refusal, answer } = await send(operation, withText(input, place, spelling));
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('card number') });
    expect([refusal?.field].flat().join('.')).toBe(`input.${place}`);
    expect(JSON.stringify(answer).normalize('NFKC')).not.toMatch(/4242/);
  }
});

test('what was refused is in no row and not in the log', async () => {
  expect(await rowsWith(CARD)).toEqual([]);
  expect(logged.join('\n').normalize('NFKC')).not.toMatch(/4242/);
});

test.each(Object.keys(FREE))('%s is right without', async (operation) => {
  const [input] = FREE[operation]?.() ?? [{}];
  expect((await send(operation, input)).refusal).toBeUndefined();
});

test.each<[string, string, object]>([
  [
    'ids, keys and models',
    'recordUsage',
    { ...used, ...keyed(''), teamId: KEY, runId: KEY, provider: KEY, model: KEY },
  ],
  ['a quantity', 'recordUsage', { ...keyed('-quantity'), model: 'gpt-4o', promptTokens: KEY }],
  [
    'a response',
    'recordProviderUsage',
    { ...keyed('-response'), provider: 'openai', response: bodyWith(`I have ${KEY}`) },
  ],
  ['a prompt', 'reserveBudget', { ...keyed(''), model: 'gpt-4o', prompt: `I have ${KEY}`, maxCompletionTokens: 1 }],
  [
    'a model and its other names',
    'setPricing',
    { provider: KEY, model: KEY, aliases: [`${KEY}-a`], promptTokenPrice: '1' },
  ],
  ['a limit', 'setBudget', { userId: KEY, period: 'DAY', limit: KEY, models: [{ provider: KEY, name: KEY }] }],
  ['a code', 'setPlan', { code: KEY }],
  ['the plan of a subscription', 'subscribe', { userId: KEY, plan: KEY }],
  ['the id of an account', 'setAccount', { kind: 'TEAM', externalId: KEY }],
])('%s may hold one: %s', async (_what, operation, input) => {
  expect((await send(operation, input)).refusal).toBeUndefined();
});

test('what was kept of those is what they go by', async () => {
  const rows = await rowsWith(KEY);
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.filter((row) => row.includes('I have'))).toEqual([]);
});
