/** One client of the pool, made when it is needed and kept until it breaks or is too slow. */
import type { ClientBase, Pool, PoolClient } from 'pg';
import { prepareLaneConnection, STATEMENT_TIMEOUT_MS } from './lane.sql.js';

/**
 * How long one call may go without an answer, in ms. Longer than the database's own limit, which ends a call cleanly:
 * this one is for a database that does not answer at all, and leaves the outcome unknown.
 */
const CALL_LIMIT_MS = STATEMENT_TIMEOUT_MS + 1_000;

export class LaneConnection {
  #client: PoolClient | undefined;

  constructor(private readonly pool: Pool) {}

  /** Runs one call. After the time limit the connection is cut, which makes the call fail as a lost connection. */
  async run<T>(call: (client: ClientBase) => Promise<T>): Promise<T> {
    const client = await this.#get();
    const limit = setTimeout(() => this.#drop(client), CALL_LIMIT_MS);
    try {
      return await call(client);
    } finally {
      clearTimeout(limit);
    }
  }

  /** Gives the client up; the next call makes a new one. */
  drop(): void {
    if (this.#client) this.#drop(this.#client);
  }

  /** Hands a sound client back to the pool. */
  release(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.release();
  }

  async #get(): Promise<PoolClient> {
    if (this.#client) return this.#client;
    const client = await this.pool.connect();
    client.on('error', () => this.#drop(client));
    try {
      await prepareLaneConnection(client);
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.#client = client;
    return client;
  }

  /** A client that was dropped already reports its end once more. */
  #drop(client: PoolClient): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.release(true);
  }
}
