/** A world in which every mutation that takes an input is accepted, and such an input for each. */
import {
  CreateApiKeyDocument,
  CreateInvoiceDocument,
  FinalizeInvoiceDocument,
  GrantCreditDocument,
  RecordUsageDocument,
  ReserveDocument,
  SetAccountDocument,
  SetDefaultPaymentMethodDocument,
  SetPlanDocument,
  StartPaymentMethodSetupDocument,
  SubscribeDocument,
} from './generated/operations.js';
import { stripeSettings } from './collecting-world.js';
import { StripeFake } from './stripe/stripe-fake.js';
import { startWorld, type World } from './world.js';

export interface AcceptingWorld {
  readonly world: World;
  /** By the mutation's name, in the order of the schema: with every kind of object that its input can hold. */
  readonly accepted: Readonly<Record<string, object>>;
  close(): Promise<void>;
}

/** What the inputs name. */
interface Made {
  readonly reserved: { readonly extend: string; readonly release: string };
  readonly subscribed: { readonly cancel: string; readonly change: string; readonly create: string };
  readonly invoiced: Readonly<Record<'finalize' | 'note' | 'pay' | 'uncollectible' | 'void', string>>;
  readonly kept: { readonly methodId: string; readonly defaultId: string; readonly eventId: string };
  readonly granted: string;
  readonly recordedId: string;
  readonly rotated: string;
}

export async function startAcceptingWorld(): Promise<AcceptingWorld> {
  const stripe = await StripeFake.open();
  const calm = { COLLECT_INTERVAL: '0', WEBHOOK_CATCH_UP_INTERVAL: '0' };
  const world = await startWorld({ ...stripeSettings(stripe), ...calm });
  const accepted = await acceptedIn(world, stripe);
  return {
    world,
    accepted,
    close: async () => {
      await world.close();
      await stripe.close();
    },
  };
}

/** In a world of the first organization, whatever it has already. */
export async function acceptedIn(world: World, stripe: StripeFake): Promise<Record<string, object>> {
  return acceptedInputs({
    ...(await makeSpending(world)),
    ...(await makeBilling(world)),
    kept: await keepMethods(world, stripe),
  });
}

async function makeSpending(world: World) {
  const reserve = async (name: string) => {
    const input = { idempotencyKey: name, amount: '1' };
    return (await world.ask(ReserveDocument, { input })).reserveBudget.reservation?.id ?? '';
  };
  const key = { name: 'old', roles: ['SERVICE' as const] };
  await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'gone', name: 'Gone' } });
  const { recordUsage } = await world.ask(RecordUsageDocument, {
    input: { idempotencyKey: 'wrong', ...call } as never,
  });
  return {
    reserved: { extend: await reserve('extend'), release: await reserve('release') },
    rotated: (await world.ask(CreateApiKeyDocument, { input: key })).createApiKey.apiKey.id,
    recordedId: recordUsage.usageRecord?.id ?? '',
  };
}

async function makeBilling(world: World) {
  const grant = { idempotencyKey: 'granted', amount: '1', reason: 'any' } as never;
  const granted = (await world.ask(GrantCreditDocument, { input: grant })).grantCredit.id;
  await world.ask(SetPlanDocument, { input: { code: 'basic' } as never });
  await world.ask(SetPlanDocument, { input: { code: 'costly', baseFee: '1' } as never });
  const subscribe = async (userId: string, plan: string) =>
    (await world.ask(SubscribeDocument, { input: { userId, plan } })).subscribe.id;
  const invoice = async (name: string) => {
    const input = { subscriptionId: await subscribe(name, 'costly') };
    const { id: invoiceId } = (await world.ask(CreateInvoiceDocument, { input })).createInvoice;
    if (name !== 'finalize' && name !== 'void') await world.ask(FinalizeInvoiceDocument, { input: { invoiceId } });
    return invoiceId;
  };
  return {
    granted,
    subscribed: {
      cancel: await subscribe('cancel', 'basic'),
      change: await subscribe('change', 'basic'),
      create: await subscribe('create', 'basic'),
    },
    invoiced: {
      finalize: await invoice('finalize'),
      note: await invoice('note'),
      pay: await invoice('pay'),
      uncollectible: await invoice('uncollectible'),
      void: await invoice('void'),
    },
  };
}

/** Payment methods that exist, and an event about one of them. */
async function keepMethods(world: World, stripe: StripeFake) {
  const input = { userId: 'payer' };
  const { setupId } = (await world.ask(StartPaymentMethodSetupDocument, { input })).startPaymentMethodSetup;
  const first = stripe.completeSetup(setupId);
  const second = stripe.attachCard(String(first.customer));
  const keep = async (paymentMethodId: string) =>
    (await world.ask(SetDefaultPaymentMethodDocument, { input: { ...input, paymentMethodId } })).setDefaultPaymentMethod
      .id;
  const defaultId = await keep(first.id);
  const methodId = await keep(second.id);
  await stripe.deliver(`${world.server.url}/webhooks/stripe`);
  return { defaultId, methodId, eventId: stripe.state.events[0]?.id ?? '' };
}

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
function acceptedInputs({
  rotated,
  reserved,
  subscribed,
  invoiced,
  kept,
  granted,
  recordedId,
}: Made): Record<string, object> {
  return {
    applyReprice: {
      ...{ idempotencyKey: 'reprice', provider: 'openai', model: 'gpt-4o', reason: 'late' },
      ...{ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
    },
    cancelSubscription: { subscriptionId: subscribed.cancel },
    changeSubscription: { subscriptionId: subscribed.change, overrides: { baseFee: '1', markups, tieredUnits } },
    correctUsage: {
      idempotencyKey: 'correct',
      usageRecordId: recordedId,
      reason: 'wrong',
      replacement: { promptTokens: 1, quantities: call.quantities, tags },
    },
    createApiKey: { name: 'mine', roles: ['SERVICE'] },
    createCreditNote: { idempotencyKey: 'note', invoiceId: invoiced.note, amount: '0.01', reason: 'any' },
    createInvoice: { subscriptionId: subscribed.create },
    createOrganization: { name: 'Another' },
    deductFromBudget: { idempotencyKey: 'deduct', userId: 'ada', amount: '1', tags },
    eraseAccount: { userId: 'gone' },
    extendReservation: { idempotencyKey: 'extended', reservationId: reserved.extend, amount: '1' },
    finalizeInvoice: { invoiceId: invoiced.finalize },
    grantCredit: { idempotencyKey: 'grant', userId: 'ada', amount: '1', reason: 'any' },
    markInvoiceUncollectible: { invoiceId: invoiced.uncollectible },
    payInvoice: { invoiceId: invoiced.pay },
    recordProviderUsage: {
      idempotencyKey: 'provider',
      userId: 'ada',
      provider: 'openai',
      response: { model: 'gpt-4o', usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } },
      tags,
    },
    recordUsage: { idempotencyKey: 'record', ...call },
    recordUsageBatch: { items: [{ idempotencyKey: 'item', ...call }] },
    releaseReservation: { reservationId: reserved.release },
    removePaymentMethod: { paymentMethodId: kept.methodId },
    reserveBudget: { idempotencyKey: 'reserve', amount: '1' },
    reserveBudgetBatch: { items: [{ idempotencyKey: 'reserve item', amount: '1' }] },
    retryWebhookEvent: { eventId: kept.eventId },
    revokeTokens: { subject: 'ada' },
    rotateApiKey: { apiKeyId: rotated },
    setAccount: { kind: 'USER', externalId: 'bob' },
    setBillingProfile: {
      legalName: 'Ada',
      address: ['Street 1'],
      taxes: { mode: 'EXCLUSIVE', rates: [{ name: 'VAT', rate: '19' }] },
    },
    setBudget: { period: 'MONTH', limit: '1', models: [{ provider: 'openai', name: 'gpt-4o' }] },
    setDefaultPaymentMethod: { userId: 'payer', paymentMethodId: kept.defaultId },
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
    voidCreditGrant: { creditGrantId: granted },
    voidInvoice: { invoiceId: invoiced.void },
  };
}
