/**
 * Time is the database's. This is the only file that reads a clock of this machine, and only to know how long ago the
 * database was asked: two servers whose clocks are ten minutes apart still agree on prices and periods.
 */
import type { Pool } from 'pg';
import { readDatabaseTime } from './database-time.sql.js';

export class Clock {
  #databaseMs = 0;
  #readAtMs = 0;
  #bestRoundTripMs = Number.POSITIVE_INFINITY;

  constructor(private readonly pool: Pool) {}

  /** Asks the database for its time. The answer is taken to stand for the middle of the round trip. */
  async sync(): Promise<void> {
    const sentMs = performance.now();
    const databaseMs = await readDatabaseTime(this.pool);
    const roundTripMs = performance.now() - sentMs;
    const drifted = Math.abs(this.#at(sentMs + roundTripMs / 2) - databaseMs) > roundTripMs + this.#bestRoundTripMs;
    if (roundTripMs > this.#bestRoundTripMs * 2 && !drifted) return;
    this.#bestRoundTripMs = roundTripMs;
    this.#databaseMs = databaseMs;
    this.#readAtMs = sentMs + roundTripMs / 2;
  }

  /** The present instant by the database's clock, in whole milliseconds. */
  now(): Date {
    return new Date(Math.round(this.#at(performance.now())));
  }

  /** For how long something took: never set back or forth. */
  uptimeMs(): number {
    return performance.now();
  }

  #at(monotonicMs: number): number {
    return this.#databaseMs + (monotonicMs - this.#readAtMs);
  }
}
