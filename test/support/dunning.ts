/** Invoices that cannot be collected, through the attempts and the grace, at the instants that they say themselves. */
import { encodeId } from '../../src/node-id.js';
import { Caller } from './caller.js';
import type { CollectingWorld, Payer, SeenInvoice } from './collecting-world.js';
import { AccountOfInvoiceDocument, PaymentAlertFeedDocument, PaymentAlertsDocument } from './generated/operations.js';
import { subscribe } from './subscriber.js';

const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** An account as it is while its payer owes nothing for too long, and after. */
export const ENABLED = { disabledAt: null, disabledFor: null };
export const UNPAID = { disabledAt: expect.any(String) as unknown, disabledFor: 'UNPAID' };

/** What the bank of the payer says to the next attempts. */
export function declines({ stripe }: CollectingWorld, { methodRef }: Payer, ...declineCodes: string[]): void {
  for (const declineCode of declineCodes) stripe.bankSays(methodRef, { declineCode });
}

/** An invoice of the payer, with its number. */
export async function issued({ tenant }: CollectingWorld, userId: string | undefined = 'ada'): Promise<string> {
  return (await tenant.issue(await tenant.subscribe({ baseFee: '20' }, { userId }))).id;
}

/** One minute after an instant. */
export async function goTo(collecting: CollectingWorld, instant: string | null, laterMs = MINUTE_MS): Promise<void> {
  if (instant === null) throw new Error('There is no such instant.');
  await collecting.setTime(new Date(Date.parse(instant) + laterMs).toISOString());
}

/** The first attempt has failed, and each that follows until there is no other. */
export async function failAll(collecting: CollectingWorld, id: string): Promise<SeenInvoice> {
  for (let failed = 1; ; failed += 1) {
    const invoice = await collecting.seen(id, ({ failedAttempts }) => failedAttempts === failed);
    if (invoice.collectAt === null) return invoice;
    await goTo(collecting, invoice.collectAt);
  }
}

/** What is done after the grace is done. */
export async function endGrace(collecting: CollectingWorld, id: string): Promise<SeenInvoice> {
  const { enforceAt } = await collecting.invoice(id);
  await goTo(collecting, enforceAt);
  return collecting.seen(id, ({ enforcedAt }) => enforcedAt !== null);
}

/** An invoice of a payer whose card fails whatever is tried, after its grace. */
export async function enforced(collecting: CollectingWorld, userId = 'ada'): Promise<{ id: string; payer: Payer }> {
  const payer = await collecting.payer(userId);
  declines(collecting, payer, 'insufficient_funds', 'insufficient_funds');
  const id = await issued(collecting, userId);
  await failAll(collecting, id);
  await endGrace(collecting, id);
  return { id, payer };
}

/** Of whoever is to pay it. */
export async function accountOf({ world, tenant }: CollectingWorld, id: string) {
  const { invoice } = await world.ask(AccountOfInvoiceDocument, { id }, tenant.key);
  if (!invoice) throw new Error('There is no such invoice.');
  return invoice.account;
}

/** What a call of somebody is answered. */
export async function reserve({ world, tenant }: CollectingWorld, userId = 'ada') {
  const { decision } = await new Caller(world.server.url, tenant.key).reserve({ userId, amount: '0.01' });
  return `${decision.outcome} ${String(decision.reason)}`;
}

/** All alerts of the tenant, from the first, as a websocket brings them. */
export function alertFeed({ world, tenant }: CollectingWorld) {
  return subscribe(world.server.url, PaymentAlertFeedDocument, { after: encodeId('alert', '0') }, tenant.key);
}

/** Newest first. */
export async function alerts({ world, tenant }: CollectingWorld, filter: Record<string, unknown> = {}) {
  const { alerts: found } = await world.ask(PaymentAlertsDocument, { filter }, tenant.key);
  return found.edges.map(({ node }) => node);
}
