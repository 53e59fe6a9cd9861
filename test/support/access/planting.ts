/** An organization with something of everything: the same in two of them, in which all that can differ does. */
import { ask, at, dataOf, type Variables } from './asking.js';
import { documentOf, permissionOf, rootFields, type Root } from './documents.js';
import type { NodeTag } from '../../../src/node-id.js';
import type { StripeFake } from '../stripe/stripe-fake.js';

/** Those whose things are planted: a user of a team, with a run. */
export interface Spender {
  readonly user: string;
  readonly team: string;
  readonly run: string;
}

export interface Planting {
  readonly url: string;
  readonly key: string;
  readonly stripe: StripeFake;
  /** Stands in all texts that nobody else has. */
  readonly stem: string;
  /** Stands behind the point of amounts. */
  readonly cents: string;
  /** How many of what is counted: those of one organization go further than those of the other. */
  readonly many: number;
  readonly spenders: readonly Spender[];
  /** What is of no account, where that is planted already. */
  readonly common?: Ids | undefined;
}

export type Ids = Readonly<Partial<Record<NodeTag, string>>>;

export interface Planted {
  /** Of each spender, in their order; what is of no account is of the first. */
  readonly ids: readonly Ids[];
  readonly organizationId: string;
  /** Of the key that all was planted with. */
  readonly keyId: string;
  readonly ask: (field: string, variables?: Variables) => Promise<unknown>;
}

const isRoot = (root: Root, field: string) => rootFields(root).some(({ name }) => name === field);

/** How deep an answer is looked into by whoever plants. */
const DEPTH = 2;

/** Of a key that may do all: the answer, which must be one. */
export function asker(url: string, key: string, may: (permission: string) => boolean) {
  return async (field: string, variables: Variables = {}): Promise<unknown> => {
    const root = isRoot('Query', field) ? 'Query' : 'Mutation';
    const said = await ask(url, key, { query: documentOf(root, field, may, '', DEPTH), variables });
    if (at(JSON.parse(said.body), ['errors']) !== undefined) {
      throw new Error(`${field} (${permissionOf(root, field)}): ${said.body.slice(0, 500)}`);
    }
    return dataOf(said, field);
  };
}

function textAt(value: unknown, way: string): string {
  const found = at(
    value,
    way.split('.').map((word) => (/^\d+$/.test(word) ? Number(word) : word)),
  );
  if (typeof found !== 'string') throw new Error(`There is no text at ${way}: ${JSON.stringify(value).slice(0, 300)}`);
  return found;
}

const forOperator = /^(webhook|organization\.create|catalog\.refresh)/;

export async function plant(planting: Planting): Promise<Planted> {
  const send = asker(planting.url, planting.key, (permission) => !forOperator.test(permission));
  const own = planting.common ?? (await plantCommon(planting, send));
  const ids: Ids[] = [];
  for (const spender of planting.spenders) {
    const spending = await plantSpending(planting, spender, send);
    const ofTeam = await plantBilling(planting, { teamId: spender.team }, send);
    const ofUser = await plantBilling(planting, { userId: spender.user }, send);
    ids.push({ ...own, ...spending, ...ofTeam, ...ofUser });
  }
  const viewer = await send('viewer');
  return { ids, organizationId: textAt(viewer, 'organization.id'), keyId: textAt(viewer, 'apiKey.id'), ask: send };
}

type Send = Planted['ask'];

const OF_MODEL = { provider: 'lab-both', model: 'model-both' };
const TIERED = [{ unit: 'WEB_SEARCHES', ...OF_MODEL, mode: 'VOLUME', tiers: [{ price: '1' }] }];

async function plantCommon({ stem, cents, many }: Planting, send: Send): Promise<Ids> {
  await send('setOrganization', { input: { name: `organization ${stem}` } });
  const fee = `${cents.slice(0, 3)}.${cents.slice(2)}`;
  const terms = {
    baseFee: fee,
    includedCredit: `0.${cents.slice(2)}`,
    markups: [{ percent: `7.${cents}` }],
    tieredUnits: TIERED,
  };
  const plan = await send('setPlan', { input: { code: 'plan-both', name: `plan ${stem}`, ...terms, currency: 'USD' } });
  await send('setPlan', { input: { code: `plan-${stem}`, name: `other ${stem}` } });
  for (const [provider, model] of [
    ['lab-both', 'model-both'],
    [`lab-${stem}`, `model-${stem}`],
  ]) {
    const price = {
      promptTokenPrice: `0.0000${cents}`,
      completionTokenPrice: `0.0001${cents}`,
      displayName: `shown ${stem}`,
      aliases: [`alias-${model}`],
    };
    await send('setPricing', { input: { provider, model, ...price } });
  }
  const model = await send('model', { provider: 'lab-both', name: 'model-both' });
  const key = await send('createApiKey', { input: { name: `key ${stem}`, roles: ['SERVICE'] } });
  await send('setPaymentLimit', { input: { currency: 'USD', most: `${cents}.01` } });
  for (let count = 0; count < many; count += 1) {
    await send('setOrganization', { input: { name: `organization ${stem} ${count}` } });
  }
  const trail = await send('auditEntries', { first: 1 });
  const viewer = await send('viewer');
  return {
    plan: textAt(plan, 'id'),
    model: textAt(model, 'id'),
    pricing: textAt(model, 'pricing.id'),
    apikey: textAt(key, 'apiKey.id'),
    auditentry: textAt(trail, 'edges.0.node.id'),
    organization: textAt(viewer, 'organization.id'),
  };
}

async function plantSpending(planting: Planting, spender: Spender, send: Send): Promise<Ids> {
  const { stem, cents, many } = planting;
  const { user: userId, team: teamId, run: runId } = spender;
  const account = await send('setAccount', {
    input: { kind: 'USER', externalId: userId, teamId, name: `user ${stem}` },
  });
  await send('setAccount', { input: { kind: 'TEAM', externalId: teamId, name: `team ${stem}` } });
  const soft = { enforcement: 'SOFT', period: 'MONTH', thresholds: [1, 2, 3, 4, 5].slice(0, many > 5 ? 5 : 1) };
  const budget = await send('setBudget', {
    input: { userId, ...soft, limit: `0.0${cents}`, name: `user's ${stem}` },
  });
  await send('setBudget', { input: { teamId, ...soft, limit: `9.${cents}`, name: `team's ${stem}` } });
  await send('setBudget', { input: { userId, runId, ...soft, limit: `8.${cents}`, name: `run's ${stem}` } });
  const call = {
    userId,
    teamId,
    runId,
    provider: 'lab-both',
    model: 'model-both',
    tags: [{ key: `tag-${stem}`, value: stem }],
  };
  const record = await send('recordUsage', {
    input: { ...call, idempotencyKey: `call-${userId}`, promptTokens: 1234, completionTokens: Number(cents) },
  });
  const { provider, model } = call;
  await send('recordUsage', {
    input: { idempotencyKey: `call-${teamId}`, teamId, provider, model, completionTokens: Number(cents) },
  });
  const wrong = await send('recordUsage', {
    input: { ...call, idempotencyKey: `wrong-${userId}`, promptTokens: 2345 },
  });
  await send('correctUsage', {
    input: {
      ...{ idempotencyKey: `right-${userId}`, usageRecordId: textAt(wrong, 'usageRecord.id') },
      ...{ reason: `correction ${stem}`, replacement: { promptTokens: 3456 } },
    },
  });
  const held = await send('reserveBudget', {
    input: { idempotencyKey: `hold-${userId}`, userId, amount: `0.5${cents}`, ttlSeconds: 3600 },
  });
  const reprice = await send('applyReprice', {
    input: {
      ...{ idempotencyKey: `reprice-${userId}`, provider: 'lab-both', model: 'model-both', reason: `reprice ${stem}` },
      ...{ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
    },
  });
  const alerts = await send('alerts', { filter: { userId }, first: 1 });
  return {
    account: textAt(account, 'id'),
    budget: textAt(budget, 'id'),
    usage: textAt(record, 'usageRecord.id'),
    reservation: textAt(held, 'reservation.id'),
    reprice: textAt(reprice, 'reprice.id'),
    alert: textAt(alerts, 'edges.0.node.id'),
  };
}

async function plantBilling(
  planting: Planting,
  name: { readonly userId?: string; readonly teamId?: string },
  send: Send,
): Promise<Ids> {
  const { stem, cents, stripe } = planting;
  const payer = name.userId ?? name.teamId ?? '';
  await send('setBillingProfile', {
    input: { ...name, legalName: `legal ${stem}`, address: [`street ${stem}`], taxId: `tax-${stem}` },
  });
  const credit = {
    idempotencyKey: `grant-${payer}`,
    ...name,
    amount: `0.${cents.slice(0, 2)}`,
    reason: `credit ${stem}`,
  };
  const grant = await send('grantCredit', { input: credit });
  const subscription = await send('subscribe', { input: { ...name, plan: 'plan-both' } });
  const subscriptionId = textAt(subscription, 'id');
  const draft = await send('createInvoice', { input: { subscriptionId } });
  const invoiceId = textAt(draft, 'id');
  await send('finalizeInvoice', { input: { invoiceId } });
  const note = await send('createCreditNote', {
    input: { idempotencyKey: `note-${payer}`, invoiceId, amount: '0.25', reason: `note ${stem}` },
  });
  const paid = await send('payInvoice', {
    input: { idempotencyKey: `paid-${payer}`, invoiceId, amount: '0.5', reference: `reference ${stem}` },
  });
  const setup = await send('startPaymentMethodSetup', { input: name });
  const { id: paymentMethodId } = stripe.completeSetup(textAt(setup, 'setupId'), { last4: '4242' });
  const method = await send('setDefaultPaymentMethod', { input: { ...name, paymentMethodId } });
  await send('payInvoice', { input: { invoiceId, by: 'PAYMENT_METHOD' } });
  return {
    creditgrant: textAt(grant, 'id'),
    subscription: subscriptionId,
    invoice: invoiceId,
    creditnote: textAt(note, 'id'),
    payment: textAt(paid, 'payments.0.id'),
    paymentmethod: textAt(method, 'id'),
  };
}
