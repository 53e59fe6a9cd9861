/**
 * Works off kept events. Every server does: an event is in the hands of one for as long as its lease runs, and what a server
 * that died had in hand is due again. What an event is about is read after it was taken in hand, so it makes no difference
 * in which order events came, how often, and what they said.
 */
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.js';
import { databaseFault } from '../../errors.js';
import { ProcessorError, type CollectingProcessor } from '../payment/processor.js';
import { claimEvents, endEvents, pruneEvents, type ClaimedEvent, type EventEnd } from './claim-events.sql.js';
import { EventMirror, type Mirrors } from './event-mirror.js';

const BATCH_SIZE = 20;
const LEASE_MS = 60_000;
/** What was not begun by then is left to the next look: a slow processor must not make a lease run out. */
const BEGIN_WITHIN_MS = 30_000;
/** Objects that are read at once. */
const AT_ONCE = 4;

const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;
const MOST_TRIES = 20;

const PRUNE_MS = 3_600_000;
const PRUNE_BATCH = 500;

interface JobOptions {
  readonly processor: CollectingProcessor;
  readonly mirrors: Mirrors;
  readonly writer: Pool;
  readonly clock: Clock;
  /** 0 = never, by this server. */
  readonly intervalMs: number;
  readonly log: Logger;
}

export class WebhookJob {
  readonly #mirror: EventMirror;
  #timer: NodeJS.Timeout | undefined;
  #pruneTimer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #pruning: Promise<void> | undefined;
  #again = false;
  #isClosed = false;

  constructor(private readonly options: JobOptions) {
    this.#mirror = new EventMirror(options.processor, options.mirrors);
  }

  start(): void {
    const { intervalMs } = this.options;
    if (intervalMs === 0) return;
    this.wake();
    this.#timer = setInterval(() => this.wake(), intervalMs);
    this.#prune();
    this.#pruneTimer = setInterval(() => this.#prune(), PRUNE_MS);
  }

  /** There is something to do. */
  wake(): void {
    if (this.options.intervalMs === 0 || this.#isClosed) return;
    this.#again = true;
    this.#running ??= this.#workAll()
      .catch((error: unknown) => this.options.log.warn({ err: error }, 'events could not be looked for'))
      .finally(() => (this.#running = undefined));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    clearInterval(this.#pruneTimer);
    await Promise.all([this.#running, this.#pruning]);
  }

  async #workAll(): Promise<void> {
    const { writer, processor, clock } = this.options;
    while (this.#again && !this.#isClosed) {
      this.#again = false;
      const events = await claimEvents(writer, processor.name, BATCH_SIZE, LEASE_MS);
      if (events.length === BATCH_SIZE) this.#again = true;
      const endAt = clock.now().getTime() + BEGIN_WITHIN_MS;
      const groups = Map.groupBy(events, ({ kind, objectRef }) => `${processor.subjectOf(kind)} ${objectRef}`).values();
      const work = async () => {
        for (const group of groups) {
          if (this.#isClosed || clock.now().getTime() > endAt) return;
          await this.#workOff(group);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    }
  }

  /** All that tell of one object are worked off by one look at it. */
  async #workOff(events: readonly ClaimedEvent[]): Promise<void> {
    const [first] = events;
    if (!first) return;
    const { writer, log } = this.options;
    try {
      const mirrored = await this.#mirror.mirror(first.kind, first.objectRef);
      const end = mirrored === 'BOOKED' ? PROCESSED : parked('Not of these books.');
      if (await endEvents(writer, events, end)) this.#again = true;
    } catch (error) {
      log.warn({ err: error, event: first.id, kind: first.kind }, 'an event could not be worked off');
      for (const [tries, alike] of Map.groupBy(events, (event) => event.tries)) {
        // Where not even this can be written, the lease runs out.
        await endEvents(writer, alike, endAfter(error, tries + 1)).catch(() => undefined);
      }
    }
  }

  #prune(): void {
    const { writer, log } = this.options;
    const prune = async () => {
      while (!this.#isClosed && (await pruneEvents(writer, PRUNE_BATCH)) === PRUNE_BATCH);
    };
    this.#pruning ??= prune()
      .catch((error: unknown) => log.warn({ err: error }, 'old events could not be removed'))
      .finally(() => (this.#pruning = undefined));
  }
}

const PROCESSED: EventEnd = { status: 'PROCESSED', note: null, waitMs: null };
const parked = (note: string): EventEnd => ({ status: 'PARKED', note, waitMs: null });

/** @param tries those in vain, with this one */
function endAfter(error: unknown, tries: number): EventEnd {
  const note = noteOf(error);
  if (error instanceof ProcessorError && error.fault !== 'UNAVAILABLE') return parked(note);
  if (tries >= MOST_TRIES) return parked(`${note} Given up after ${tries} tries.`);
  return { status: 'RECEIVED', note, waitMs: Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS) };
}

/** No words of others, in which something may stand that is not to be kept. */
function noteOf(error: unknown): string {
  if (error instanceof ProcessorError) return `The processor: ${error.fault}, ${error.reason}.`;
  return databaseFault(error) === 'OTHER' ? 'A defect of ours: see the log.' : 'The database did not take it.';
}
