/**
 * Looks after what is to be collected, paid back and enforced, as long as the server runs. Every server does: who finds a
 * row in other hands goes on, and what one of them left halfway has come due again.
 */
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { ApiError } from '../../errors.js';
import { ProcessorError } from '../payment/processor.js';
import { dueWork, type DueWork, type WorkKind } from './due-work.sql.js';

const BATCH_SIZE = 64;
/** The processor is asked for so many at once. */
const AT_ONCE = 8;

export type Workers = Readonly<Partial<Record<WorkKind, (organizationId: string, id: string) => Promise<void>>>>;

export class CollectingJob {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    private readonly writer: Pool,
    private readonly workers: Workers,
    /** 0 = never. */
    private readonly intervalMs: number,
    private readonly log: Logger,
  ) {}

  start(): void {
    if (this.intervalMs === 0) return;
    this.look();
    this.#timer = setInterval(() => this.look(), this.intervalMs);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  look(): void {
    if (this.#isClosed) return;
    this.#running ??= this.#workAll()
      .catch((error: unknown) => this.log.warn({ err: error }, 'due payments could not be looked for'))
      .finally(() => (this.#running = undefined));
  }

  async #workAll(): Promise<void> {
    await Promise.all(Object.entries(this.workers).map(async ([kind, work]) => this.#workKind(kind as WorkKind, work)));
  }

  /** What cannot be done holds up nothing else, and is tried again with the next look. */
  async #workKind(kind: WorkKind, work: (organizationId: string, id: string) => Promise<void>): Promise<void> {
    const tried: string[] = [];
    for (;;) {
      const due = await dueWork(this.writer, kind, BATCH_SIZE, tried);
      if (due.length === 0) return;
      tried.push(...due.map(({ id }) => id));
      const queue = due.values();
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.#workOff(queue, kind, work)));
      if (this.#isClosed) return;
    }
  }

  async #workOff(
    queue: Iterable<DueWork>,
    kind: WorkKind,
    work: (organizationId: string, id: string) => Promise<void>,
  ): Promise<void> {
    for (const { organizationId, id } of queue) {
      if (this.#isClosed) return;
      await work(organizationId, id).catch((error: unknown) => {
        if (!isNotNow(error)) this.log.warn({ err: error, organizationId, id }, `${kind}: not done yet`);
      });
    }
  }
}

/** It is tried again, and nothing is wrong with it. */
function isNotNow(error: unknown): boolean {
  if (error instanceof ProcessorError) return error.fault === 'UNAVAILABLE';
  return error instanceof ApiError && error.code === 'SERVICE_UNAVAILABLE';
}
