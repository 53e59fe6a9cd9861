/** H19: what a caller may not set is in no input, and a request that tries is refused whole; generated from the schema. */
import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { Client } from 'pg';
import { CATALOGUE_TABLES, INSTALLATION_TABLES, TENANT_TABLES } from '../../src/tables.js';
import { BOOTSTRAP_KEY } from '../support/database.js';
import {
  CreateInvoiceDocument,
  FinalizeInvoiceDocument,
  GrantCreditDocument,
  RecordUsageDocument,
  ReserveDocument,
  SetDefaultPaymentMethodDocument,
  SetPlanDocument,
  StartPaymentMethodSetupDocument,
  SubscribeDocument,
} from '../support/generated/operations.js';
import { stripeSettings } from '../support/collecting-world.js';
import { StripeFake } from '../support/stripe/stripe-fake.js';
import { post, startWorld, type World } from '../support/world.js';

let stripe: StripeFake;
let world: World;
let client: Client;
beforeAll(async () => {
  stripe = await StripeFake.open();
  const calm = { COLLECT_INTERVAL: '0', WEBHOOK_CATCH_UP_INTERVAL: '0' };
  world = await startWorld({ ...stripeSettings(stripe), ...calm });
  client = new Client({ connectionString: world.database.url });
  await client.connect();
  for (const name of ['extend', 'release'] as const) {
    const input = { idempotencyKey: name, amount: '1' };
    const { reserveBudget } = await world.ask(ReserveDocument, { input });
    reserved[name] = reserveBudget.reservation?.id ?? '';
  }
  const { recordUsage } = await world.ask(RecordUsageDocument, {
    input: { idempotencyKey: 'wrong', ...call } as never,
  });
  recordedId = recordUsage.usageRecord?.id ?? '';
  const grant = { idempotencyKey: 'granted', amount: '1', reason: 'any' } as never;
  granted = (await world.ask(GrantCreditDocument, { input: grant })).grantCredit.id;
  await world.ask(SetPlanDocument, { input: { code: 'basic' } as never });
  await world.ask(SetPlanDocument, { input: { code: 'costly', baseFee: '1' } as never });
  for (const name of ['cancel', 'change', 'create'] as const) {
    const input = { userId: name, plan: 'basic' };
    subscribed[name] = (await world.ask(SubscribeDocument, { input })).subscribe.id;
  }
  for (const name of ['finalize', 'note', 'pay', 'uncollectible', 'void'] as const) {
    const input = { userId: name, plan: 'costly' };
    const subscriptionId = (await world.ask(SubscribeDocument, { input })).subscribe.id;
    const { id: invoiceId } = (await world.ask(CreateInvoiceDocument, { input: { subscriptionId } })).createInvoice;
    invoiced[name] = invoiceId;
    if (name !== 'finalize' && name !== 'void') await world.ask(FinalizeInvoiceDocument, { input: { invoiceId } });
  }
  await keepMethods();
});
afterAll(async () => {
  await client.end();
  await world.close();
  await stripe.close();
});

/** Payment methods that exist, and an event about one of them. */
const kept = { methodId: '', defaultId: '', eventId: '' };

async function keepMethods(): Promise<void> {
  const input = { userId: 'payer' };
  const { setupId } = (await world.ask(StartPaymentMethodSetupDocument, { input })).startPaymentMethodSetup;
  const first = stripe.completeSetup(setupId);
  const second = stripe.attachCard(String(first.customer));
  const keep = async (paymentMethodId: string) =>
    (await world.ask(SetDefaultPaymentMethodDocument, { input: { ...input, paymentMethodId } }))
      .setDefaultPaymentMethod;
  kept.defaultId = (await keep(first.id)).id;
  kept.methodId = (await keep(second.id)).id;
  await stripe.deliver(`${world.server.url}/webhooks/stripe`);
  kept.eventId = stripe.state.events[0]?.id ?? '';
}

/** Reservations that exist. */
const reserved = { extend: '', release: '' };

/** Subscriptions that exist. */
const subscribed = { cancel: '', change: '', create: '' };

/** Invoices that exist. */
const invoiced = { finalize: '', note: '', pay: '', uncollectible: '', void: '' };

/** A grant of credit that exists. */
let granted = '';

/** A record that exists. */
let recordedId = '';

/** What somebody would try: another tenant, a fact that is computed, a right. */
const FOREIGN = [
  ...['orgId', 'organizationId', 'organization_id', 'accountId', 'id'],
  ...['spent', 'held', 'cost', 'charge', 'replayed', 'graceUntil', 'recordedAt', 'createdAt'],
  ...['role', 'isAdmin', 'permissions', '__proto__', 'constructor'],
];

const tags = [{ key: 'a', value: 'b' }];
const call = {
  userId: 'ada',
  model: 'gpt-4o',
  promptTokens: 1,
  quantities: [{ unit: 'WEB_SEARCHES', quantity: 1 }],
  tags,
};
const rate = { unit: 'INPUT_TOKENS', price: '1', tiers: [{ start: 1000, price: '2' }] };
const markups = [{ percent: '1' }];
const tieredUnits = [{ unit: 'REQUESTS', mode: 'VOLUME', tiers: [{ price: '1' }] }];
/** An input of each mutation that is accepted as it stands, with every kind of object that it can hold. */
const ACCEPTED: Readonly<Record<string, object>> = {
  applyReprice: {
    ...{ idempotencyKey: 'reprice', provider: 'openai', model: 'gpt-4o', reason: 'late' },
    ...{ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
  },
  get cancelSubscription() {
    return { subscriptionId: subscribed.cancel };
  },
  get changeSubscription() {
    return { subscriptionId: subscribed.change, overrides: { baseFee: '1', markups, tieredUnits } };
  },
  get correctUsage() {
    const { quantities } = call;
    return {
      idempotencyKey: 'correct',
      usageRecordId: recordedId,
      reason: 'wrong',
      replacement: { promptTokens: 1, quantities, tags },
    };
  },
  createApiKey: { name: 'mine', roles: ['SERVICE'] },
  get createCreditNote() {
    return { idempotencyKey: 'note', invoiceId: invoiced.note, amount: '0.01', reason: 'any' };
  },
  get createInvoice() {
    return { subscriptionId: subscribed.create };
  },
  createOrganization: { name: 'Another' },
  deductFromBudget: { idempotencyKey: 'deduct', userId: 'ada', amount: '1', tags },
  get extendReservation() {
    return { idempotencyKey: 'extended', reservationId: reserved.extend, amount: '1' };
  },
  get finalizeInvoice() {
    return { invoiceId: invoiced.finalize };
  },
  grantCredit: { idempotencyKey: 'grant', userId: 'ada', amount: '1', reason: 'any' },
  get markInvoiceUncollectible() {
    return { invoiceId: invoiced.uncollectible };
  },
  get payInvoice() {
    return { invoiceId: invoiced.pay };
  },
  recordProviderUsage: {
    idempotencyKey: 'provider',
    userId: 'ada',
    provider: 'openai',
    response: { model: 'gpt-4o', usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } },
    tags,
  },
  recordUsage: { idempotencyKey: 'record', ...call },
  recordUsageBatch: { items: [{ idempotencyKey: 'item', ...call }] },
  get releaseReservation() {
    return { reservationId: reserved.release };
  },
  get removePaymentMethod() {
    return { paymentMethodId: kept.methodId };
  },
  reserveBudget: { idempotencyKey: 'reserve', amount: '1' },
  reserveBudgetBatch: { items: [{ idempotencyKey: 'reserve item', amount: '1' }] },
  get retryWebhookEvent() {
    return { eventId: kept.eventId };
  },
  setAccount: { kind: 'USER', externalId: 'bob' },
  setBillingProfile: {
    legalName: 'Ada',
    address: ['Street 1'],
    taxes: { mode: 'EXCLUSIVE', rates: [{ name: 'VAT', rate: '19' }] },
  },
  setBudget: { period: 'MONTH', limit: '1', models: [{ provider: 'openai', name: 'gpt-4o' }] },
  get setDefaultPaymentMethod() {
    return { userId: 'payer', paymentMethodId: kept.defaultId };
  },
  setOrganization: { name: 'Renamed' },
  setPaymentLimit: { currency: 'USD', least: '1' },
  setPlan: { code: 'tried', markups, tieredUnits },
  setPricing: {
    provider: 'own',
    model: 'm',
    rates: [rate],
    windows: [{ start: '10:00', end: '12:00', rates: [rate] }],
  },
  startPaymentMethodSetup: { userId: 'new payer' },
  subscribe: { userId: 'subscriber', plan: 'basic', overrides: { markups, tieredUnits } },
  get voidCreditGrant() {
    return { creditGrantId: granted };
  },
  get voidInvoice() {
    return { invoiceId: invoiced.void };
  },
};

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
const withInput = mutations.filter(({ args }) => args.some(({ type }) => isInputObjectType(getNamedType(type))));

/** The input types that can be reached from one, itself among them. */
function reached(type: GraphQLInputObjectType, known = new Set<string>()): Set<string> {
  if (known.has(type.name)) return known;
  known.add(type.name);
  for (const field of Object.values(type.getFields())) {
    const inner = getNamedType(field.type);
    if (isInputObjectType(inner)) reached(inner, known);
  }
  return known;
}

interface Place {
  readonly type: string;
  /** The same input with a field more at this place. */
  with(name: string): unknown;
}

/** Every object within an input, the input itself among them. */
function places(value: unknown, given: GraphQLInputType, rebuild: (changed: unknown) => unknown): Place[] {
  const type = getNullableType(given);
  if (isListType(type)) {
    const list = value as unknown[];
    return list.flatMap((item, index) => places(item, type.ofType, (changed) => rebuild(list.with(index, changed))));
  }
  if (!isInputObjectType(type)) return [];
  const object = value as Record<string, unknown>;
  const fields = Object.values(type.getFields()).filter(({ name }) => object[name] !== undefined);
  return [
    { type: type.name, with: (name) => rebuild(withField(object, name)) },
    ...fields.flatMap((field) =>
      places(object[field.name], field.type, (changed) => rebuild({ ...object, [field.name]: changed })),
    ),
  ];
}

/** As JSON can say it: `__proto__` too becomes a field of its own. */
function withField(object: object, name: string): unknown {
  return JSON.parse(JSON.stringify(object).replace(/\}$/, `,${JSON.stringify(name)}:"1"}`));
}

async function everything(): Promise<string[]> {
  const prints: string[] = [];
  for (const table of [...TENANT_TABLES, ...CATALOGUE_TABLES, ...INSTALLATION_TABLES]) {
    const { rows } = await client.query<{ print: string }>(
      `SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS print FROM ${table} t`,
    );
    prints.push(`${table} ${rows[0]?.print}`);
  }
  return prints;
}

test('every mutation that takes an object is tried, with every object that it can hold', () => {
  expect(Object.keys(ACCEPTED)).toEqual(withInput.map(({ name }) => name));
  for (const { name, args } of withInput) {
    const { type } = args[0]!;
    const named = getNamedType(type) as GraphQLInputObjectType;
    const tried = new Set(places(ACCEPTED[name], type, (changed) => changed).map((place) => place.type));
    expect([name, ...tried]).toEqual([name, ...reached(named)]);
  }
});

// Seen to fail: with a field `role` in an input of the schema.
test.each(withInput)('$name refuses a field that it does not have, at any depth', async ({ name, args }) => {
  const { type } = args[0]!;
  const query = `mutation ($input: ${String(type)}) { ${name}(input: $input) { __typename } }`;
  const send = (input: unknown) => post(world.server.url, { query, variables: { input } }, BOOTSTRAP_KEY);
  const before = await everything();
  for (const place of places(ACCEPTED[name], type, (changed) => changed)) {
    for (const field of FOREIGN) {
      const { errors } = await send(place.with(field));
      expect([place.type, field, errors?.map(({ extensions }) => extensions['code'])]).toEqual([
        place.type,
        field,
        ['BAD_USER_INPUT'],
      ]);
      expect(errors?.[0]?.message).toContain(`"${field}" is not defined by type "${place.type}"`);
    }
  }
  expect(await everything()).toEqual(before);
  // By now the document is compiled: an accepted input passes, and the same field is still refused.
  expect((await send(ACCEPTED[name])).errors).toBeUndefined();
  const after = await everything();
  expect(after).not.toEqual(before);
  expect((await send(withField(ACCEPTED[name]!, 'isAdmin'))).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  expect(await everything()).toEqual(after);
});

test.each(mutations)('$name refuses an argument that it does not have', async ({ name, args }) => {
  const before = await everything();
  const input = ACCEPTED[name] && args[0] ? `($input: ${String(args[0].type)})` : '';
  const given = args.map((arg) => `${arg.name}: ${input ? '$input' : '"1"'}`);
  for (const foreign of ['organizationId: "1"', 'role: OPERATOR']) {
    const query = `mutation ${input} { ${name}(${[...given, foreign].join(', ')}) { __typename } }`;
    const { errors } = await post(world.server.url, { query, variables: { input: ACCEPTED[name] } }, BOOTSTRAP_KEY);
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['BAD_USER_INPUT']);
    expect(errors?.[0]?.message).toContain(`Unknown argument "${foreign.split(':')[0]}"`);
  }
  expect(await everything()).toEqual(before);
});
