/** What waits in a lane, and which of it goes next. */
import type { LaneJob } from './lane.js';
import { shareOf } from './lane-share.js';

/** The most items of one call; what is more waits for the next. */
const BATCH_SIZE = 500;

export interface Entry {
  readonly item: unknown;
  readonly resolve: (receipt: never) => void;
  readonly reject: (error: unknown) => void;
}

/** What waits for one organization and one kind of work, in the order of arrival. */
export interface Queue {
  /** Names the organization and the kind of work. */
  readonly key: string;
  readonly organizationId: string;
  readonly job: LaneJob<unknown, unknown>;
  readonly entries: Entry[];
  /** Whether a younger queue with more items went ahead of it: that happens once. */
  isPassed: boolean;
}

export class LaneQueues {
  readonly #queues = new Map<string, Queue>();
  readonly #jobNumbers = new Map<LaneJob<unknown, unknown>, number>();

  /** @param isAlone each item by itself. */
  constructor(private readonly isAlone: boolean) {}

  get isEmpty(): boolean {
    return this.#queues.size === 0;
  }

  push(organizationId: string, job: LaneJob<unknown, unknown>, entry: Entry): void {
    const key = `${organizationId}:${this.#numberOf(job)}`;
    let queue = this.#queues.get(key);
    if (!queue) {
      queue = { key, organizationId, job, entries: [], isPassed: false };
      this.#queues.set(key, queue);
    }
    queue.entries.push(entry);
  }

  /**
   * From the oldest queue with so many items, or that others went ahead of, whose organization is not one of those. What
   * it still has goes to the end of the line.
   */
  next(least: number, except: ReadonlyMap<string, unknown>): { queue: Queue; batch: Entry[] } | undefined {
    const passed: Queue[] = [];
    for (const queue of this.#queues.values()) {
      if (except.has(queue.organizationId)) continue;
      const waiting = queue.entries.length;
      if (waiting < least && !queue.isPassed) {
        passed.push(queue);
        continue;
      }
      for (const other of passed) other.isPassed = true;
      const most = this.isAlone ? 1 : Math.min(BATCH_SIZE, queue.job.batchSize ?? BATCH_SIZE);
      const share = this.#queues.size === 1 ? shareOf(waiting) : waiting;
      const batch = queue.entries.splice(0, Math.min(most, share));
      this.#queues.delete(queue.key);
      queue.isPassed = false;
      if (queue.entries.length > 0) this.#queues.set(queue.key, queue);
      return { queue, batch };
    }
    return undefined;
  }

  #numberOf(job: LaneJob<unknown, unknown>): number {
    const known = this.#jobNumbers.get(job);
    if (known !== undefined) return known;
    this.#jobNumbers.set(job, this.#jobNumbers.size);
    return this.#jobNumbers.size - 1;
  }
}
