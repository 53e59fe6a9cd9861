/** A tenant whose plans, usage and invoices a test makes by few words, at the instants of its own clock. */
import {
  CreateInvoiceDocument,
  CreateOrganizationDocument,
  FinalizeInvoiceDocument,
  RecordChargedDocument,
  SetPlanDocument,
  SubscribeDocument,
  type InvoiceSeenFragment,
} from './generated/operations.js';
import { setClock } from './clock.js';
import type { World } from './world.js';

export interface Tenant {
  readonly key: string;
  plan(terms: Record<string, unknown>): Promise<string>;
  /** The user ada, unless it says otherwise. */
  subscribe(terms: Record<string, unknown>, input?: Record<string, unknown>): Promise<string>;
  /** By ada, 2.50 USD for a million tokens of gpt-4o, unless it says otherwise. */
  record(input?: Record<string, unknown>): Promise<string>;
  draft(subscriptionId: string): Promise<InvoiceSeenFragment>;
  finalize(invoice: { readonly id: string }): Promise<InvoiceSeenFragment>;
  /** Made and finalized. */
  issue(subscriptionId: string): Promise<InvoiceSeenFragment>;
}

let counter = 0;
export const newName = (what: string) => `${what}-${(counter += 1)}`;

/** A new tenant on 2026-06-01, at noon. */
export async function newTenant(world: World): Promise<Tenant> {
  await setClock(world, '2026-06-01T12:00:00Z');
  const named = { name: newName('tenant') };
  const key = (await world.ask(CreateOrganizationDocument, { input: named })).createOrganization.apiKeyValue;
  const plan = async (terms: Record<string, unknown>) => {
    const input = { code: newName('plan'), ...terms } as never;
    return (await world.ask(SetPlanDocument, { input }, key)).setPlan.code;
  };
  const draft = async (subscriptionId: string) =>
    (await world.ask(CreateInvoiceDocument, { input: { subscriptionId } }, key)).createInvoice;
  const finalize = async ({ id: invoiceId }: { readonly id: string }) =>
    (await world.ask(FinalizeInvoiceDocument, { input: { invoiceId } }, key)).finalizeInvoice;
  return {
    key,
    plan,
    subscribe: async (terms, input = {}) => {
      const whole = { userId: 'ada', plan: await plan(terms), ...input } as never;
      return (await world.ask(SubscribeDocument, { input: whole }, key)).subscribe.id;
    },
    record: async (input = {}) => {
      const whole = { idempotencyKey: newName('call'), userId: 'ada', model: 'gpt-4o', ...input } as never;
      const { usageRecord } = (await world.ask(RecordChargedDocument, { input: whole }, key)).recordUsage;
      if (!usageRecord) throw new Error('Nothing was recorded.');
      return usageRecord.id;
    },
    draft,
    finalize,
    issue: async (subscriptionId) => finalize(await draft(subscriptionId)),
  };
}
