/** What a load generator is told to do, and what it answers. */
interface SlotBase {
  /** Clients at work at the same time; each waits for its answer before it goes on. */
  readonly clients: number;
  /** At most: it is over sooner where the parent process says so. */
  readonly seconds: number;
  /** How often they begin to work, all together; as often as they can where that is left out. */
  readonly perSecond?: number;
  /** Calls go round the users `user-0` to `user-<users - 1>`. */
  readonly users: number;
}

/**
 * `recordUsage`, or `recordUsageBatch` of `batchSize` items, over HTTP; as a cycle `reserveBudget` and then `recordUsage`
 * with what was reserved, which is two requests and one record; or `reserveBudget` alone.
 */
export interface HttpSlot extends SlotBase {
  readonly kind: 'record' | 'batch' | 'cycle' | 'reserve';
  readonly url: string;
  readonly key: string;
  readonly batchSize: number;
}

/** The same rows by a PostgreSQL client, records alone or with row locks. */
export interface RowSlot extends SlotBase {
  readonly kind: 'rows' | 'lockedCycle' | 'lockedReserve';
  readonly databaseUrl: string;
}

/** Cycles by the server's own lanes, without the server around them. */
export interface LaneSlot extends SlotBase {
  readonly kind: 'laneCycle';
  readonly databaseUrl: string;
}

/** Events of a processor, signed, or the question whether the server lives. */
export interface EventSlot extends SlotBase {
  readonly kind: 'event' | 'health';
  readonly url: string;
  readonly secret: string;
}

export type Slot = HttpSlot | RowSlot | LaneSlot | EventSlot;

/** Ends the slot that runs. */
export const STOP = 'stop';

export interface SlotResult {
  readonly requests: number;
  readonly records: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
