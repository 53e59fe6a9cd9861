/** A server whose door for events is open, and which does nothing with them. No Stripe stands behind it. */
import { WebhookEventsDocument } from './generated/operations.js';
import { WebhookSender } from './stripe/webhook-sender.js';
import { startWorld, type World } from './world.js';

export const SECRET = 'whsec_ofTheDoor';
export const OTHER_SECRET = 'whsec_another';
export const DOOR_SETTINGS = {
  STRIPE_SECRET_KEY: 'sk_test_ofTheDoor',
  STRIPE_WEBHOOK_SECRET: SECRET,
  // What is kept stays as it came.
  COLLECT_INTERVAL: '0',
  WEBHOOK_CATCH_UP_INTERVAL: '0',
};
/** The answer to an event that was kept. */
export const TAKEN = { status: 200, body: '{"received":true}\n' };

export class WebhookDoor {
  readonly #opened: { close(): unknown }[] = [];

  static async open(): Promise<WebhookDoor> {
    const world = await startWorld(DOOR_SETTINGS);
    return new WebhookDoor(world, new WebhookSender(world.server.url));
  }

  private constructor(
    readonly world: World,
    readonly sender: WebhookSender,
  ) {}

  /** The newest 200 events. */
  async listed() {
    const { webhookEvents } = await this.world.ask(WebhookEventsDocument, { first: 200 });
    return webhookEvents.edges.map(({ node }) => node);
  }

  async found(eventId: string) {
    return (await this.listed()).find((event) => event.eventId === eventId);
  }

  async forgedCount(): Promise<number> {
    const { webhookEvents } = await this.world.ask(WebhookEventsDocument, { first: 1 });
    return Number(webhookEvents.forgedCount);
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

  async close(): Promise<void> {
    this.sender.close();
    await this.world.close();
  }
}
