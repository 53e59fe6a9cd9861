/**
 * Asks the processor for events that never arrived: the endpoint was down for longer than events are sent again, or there is
 * none. One server at a time does.
 */
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { CollectingProcessor } from '../payment/processor.js';
import { draftOf, type EventDraft } from './event-draft.js';
import { keepEvents } from './keep-event.sql.js';
import { WebhookEventStatus } from './webhook-event.js';
import { addForged, claimCatchUp, moveMark } from './webhook-mark.sql.js';

/** How often a server looks whether it is its turn, at most, in ms: another one may have stopped. */
const LOOK_MS = 30_000;
const BATCH_SIZE = 100;

interface CatchUpOptions {
  readonly processor: CollectingProcessor;
  readonly writer: Pool;
  /** 0 = never. */
  readonly intervalMs: number;
  readonly log: Logger;
  /** Told when events were kept that had not arrived. */
  readonly wake: () => void;
}

export class EventCatchUp {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(private readonly options: CatchUpOptions) {}

  /** The mark is there from the first start on, whoever lists. */
  async start(): Promise<void> {
    const { writer, processor, intervalMs } = this.options;
    await addForged(writer, processor.name, 0);
    if (intervalMs === 0) return;
    this.#look();
    this.#timer = setInterval(() => this.#look(), Math.min(intervalMs, LOOK_MS));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #look(): void {
    this.#running ??= this.#catchUp()
      .catch((error: unknown) => this.options.log.warn({ err: error }, 'events could not be listed'))
      .finally(() => (this.#running = undefined));
  }

  /** The mark moves when all was kept: what failed halfway is listed again as a whole. */
  async #catchUp(): Promise<void> {
    const { writer, processor, intervalMs } = this.options;
    const turn = await claimCatchUp(writer, processor.name, intervalMs);
    if (!turn) return;
    let drafts: EventDraft[] = [];
    for await (const event of processor.eventsSince(turn.since)) {
      if (this.#isClosed) return;
      const draft = draftOf(processor, event);
      // An account may have millions of events that are nothing to these books.
      if (draft.status !== WebhookEventStatus.IGNORED) drafts.push(draft);
      if (drafts.length < BATCH_SIZE) continue;
      await this.#keep(drafts);
      drafts = [];
    }
    await this.#keep(drafts);
    await moveMark(writer, processor.name, turn);
  }

  async #keep(drafts: readonly EventDraft[]): Promise<void> {
    const { writer, processor, log, wake } = this.options;
    if (drafts.length === 0) return;
    const count = await keepEvents(writer, drafts);
    if (count === 0) return;
    log.info({ processor: processor.name, count }, 'events were found that had not arrived');
    wake();
  }
}
