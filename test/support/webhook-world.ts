/** A collecting server, the events of its Stripe, and what has become of them. */
import { Client } from 'pg';
import { CollectingWorld, stripeSettings, type SeenInvoice } from './collecting-world.js';
import {
  SubscribeDocument,
  WebhookEventsDocument,
  type WebhookEventsQuery,
  type WebhookEventStatus,
} from './generated/operations.js';
import { startAnother } from './servers.js';
import type { EventType, StripeEvent } from './stripe/objects.js';
import { WebhookSender } from './stripe/webhook-sender.js';
import { until } from './until.js';

export type SeenEvent = WebhookEventsQuery['webhookEvents']['edges'][number]['node'];

let named = 0;
export const newEventId = (): string => `evt_ofTheTest${(named += 1)}`;

/** An event of the fake once more, of another kind and id. */
export const retold = (event: StripeEvent, type: EventType = event.type): StripeEvent => ({
  ...event,
  id: newEventId(),
  type,
});

/** A request by which a payment is read. */
export const READ = { method: 'GET', path: /^\/v1\/payment_intents\/pi_/ };

export class WebhookWorld {
  readonly #opened: { close(): unknown }[] = [];

  static async start(): Promise<WebhookWorld> {
    const collecting = await CollectingWorld.start({ WEBHOOK_CATCH_UP_INTERVAL: '0' });
    const client = new Client({ connectionString: collecting.world.database.url });
    await client.connect();
    return new WebhookWorld(collecting, client, new WebhookSender(collecting.world.server.url));
  }

  private constructor(
    readonly collecting: CollectingWorld,
    readonly client: Client,
    readonly sender: WebhookSender,
  ) {}

  /** A tenant on 2026-06-01, at noon, and no events. */
  async begin(): Promise<void> {
    await this.collecting.newTenant();
    await this.client.query('DELETE FROM webhook_event');
  }

  /** Another server on the same database and Stripe, which is not looking for events that never arrived unless it says so. */
  async another(environment: Record<string, string> = {}) {
    return this.keep(await startAnother(this.collecting.world.database.url, { ...this.settings, ...environment }));
  }

  /** To be closed by `clear`. */
  keep<T extends { close(): unknown }>(opened: T): T {
    this.#opened.push(opened);
    return opened;
  }

  /** After each test, also one that failed. The last that was opened goes first. */
  async clear(): Promise<void> {
    for (const one of this.#opened.splice(0).reverse()) await one.close();
  }

  get settings(): Record<string, string> {
    const { stripe } = this.collecting;
    return {
      ...stripeSettings(stripe),
      ...{ COLLECT_INTERVAL: '50ms', WEBHOOK_CATCH_UP_INTERVAL: '0', INVOICE_INTERVAL: '0' },
    };
  }

  /** The newest 200. */
  async listed(status?: WebhookEventStatus): Promise<SeenEvent[]> {
    const { webhookEvents } = await this.collecting.world.ask(WebhookEventsDocument, { status, first: 200 });
    return webhookEvents.edges.map(({ node }) => node);
  }

  async event(id: string): Promise<SeenEvent | undefined> {
    return (await this.listed()).find(({ eventId }) => eventId === id);
  }

  /** Once it is no longer to be worked off, or was tried in vain. */
  async worked(id: string): Promise<SeenEvent | undefined> {
    let event: SeenEvent | undefined;
    await until(async () => {
      event = await this.event(id);
      return event !== undefined && (event.status !== 'RECEIVED' || event.tries > 0);
    });
    return event;
  }

  /** As Stripe sends it, to be accepted. */
  async deliver(event: StripeEvent): Promise<string> {
    const { status, body } = await this.sender.post(this.collecting.stripe.signed(event));
    if (status !== 200) throw new Error(`Not taken: ${status} ${body}`);
    return event.id;
  }

  /** The payment of an invoice of 20 USD that the bank takes days for. */
  async debited(userId = 'ada'): Promise<{ invoice: SeenInvoice; intentId: string }> {
    const { invoiceId, intentId } = await this.asked(userId);
    const isBooked = ({ payments }: SeenInvoice) => payments[0]?.status === 'PROCESSING';
    return { invoice: await this.collecting.seen(invoiceId, isBooked), intentId };
  }

  /** The same when Stripe has it, and these books may not have heard of that yet. */
  async asked(userId: string, plan?: string): Promise<{ invoiceId: string; intentId: string }> {
    const { stripe, tenant, world } = this.collecting;
    const { methodRef, customerRef } = await this.collecting.payer(userId);
    stripe.bankSays(methodRef, 'processing');
    const input = { userId, plan: plan ?? (await tenant.plan({ baseFee: '20' })) };
    const { subscribe } = await world.ask(SubscribeDocument, { input }, tenant.key);
    const { id: invoiceId } = await tenant.issue(subscribe.id);
    const intent = () => stripe.state.paymentIntents.values().find(({ customer }) => customer === customerRef);
    await until(() => intent() !== undefined);
    return { invoiceId, intentId: String(intent()?.id) };
  }

  /** The newest about an object. */
  lastEventOf(ref: string): StripeEvent {
    const event = this.collecting.stripe.state.events.findLast(({ data }) => data.object.id === ref);
    if (!event) throw new Error('There is no such event.');
    return event;
  }

  /** How often a payment was read. */
  readsOf(intentId: string): number {
    const { requests } = this.collecting.stripe;
    return requests.filter(({ method, path }) => method === 'GET' && path === `/v1/payment_intents/${intentId}`).length;
  }

  async close(): Promise<void> {
    this.sender.close();
    await this.client.end();
    await this.collecting.close();
  }
}
