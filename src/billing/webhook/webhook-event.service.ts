import type { Pool } from 'pg';
import { badInput, notConfigured, notFound } from '../../errors.js';
import { authorize } from '../../identity/permission.js';
import { decodeId, encodeId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { pageOf, pageSize, type Page } from '../../page.js';
import { requireText } from '../../text.js';
import { assertBilling } from '../plan/plan.service.js';
import { findEvent, retryEvent, searchEvents, type EventKey } from './read-events.sql.js';
import type { RetryWebhookEventInput, WebhookEventFilter } from './webhook-event-input.js';
import type { WebhookEvent } from './webhook-event.js';
import { readForgedCount } from './webhook-mark.sql.js';

const TAG = 'webhookevent';

/** For those who run the installation: what came, what was done with it, and what waits for a person. */
export class WebhookEventService {
  constructor(
    private readonly writer: Pool,
    /** An event is to be worked off; undefined: no processor is switched on. */
    private readonly wake: (() => void) | undefined,
    private readonly isOn: boolean,
  ) {}

  /** Newest first. */
  async list(
    operation: Operation,
    { status }: WebhookEventFilter,
    first: number | null | undefined,
    after: string | null | undefined,
  ): Promise<Page<WebhookEvent>> {
    authorize(operation, 'webhook.read');
    assertBilling(this.isOn);
    const size = pageSize(first);
    const place = after == null ? undefined : await this.#placeOf(after);
    const found = await searchEvents(this.writer, status, place, size + 1);
    return pageOf(found, size, after, ({ processor, id }) => encodeId(TAG, `${processor}:${id}`));
  }

  /** How many requests were forged; digits. */
  async forgedCount(operation: Operation): Promise<string> {
    authorize(operation, 'webhook.read');
    return readForgedCount(this.writer);
  }

  /** What an operator has put right: it is worked off again, as one that has just come. */
  async retry(operation: Operation, input: RetryWebhookEventInput): Promise<WebhookEvent> {
    authorize(operation, 'webhook.write');
    assertBilling(this.isOn);
    if (!this.wake) throw notConfigured('STRIPE_SECRET_KEY');
    const processor = requireText(input.processor, ['input', 'processor'], 50);
    const id = requireText(input.eventId, ['input', 'eventId'], 255);
    const event = await retryEvent(this.writer, { processor, id });
    if (!event) throw notFound('The event');
    this.wake();
    return event;
  }

  async #placeOf(after: string): Promise<EventKey> {
    const decoded = decodeId(after);
    const [, processor, id] = /^(\w+):([^\0]+)$/.exec(decoded?.tag === TAG ? decoded.key : '') ?? [];
    const found = processor !== undefined && id !== undefined && (await findEvent(this.writer, { processor, id }));
    if (!found) throw badInput(['after'], 'Must be a cursor of this list.');
    return found;
  }
}
