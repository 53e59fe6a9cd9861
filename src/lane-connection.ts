/** One client of the pool, made when it is needed and kept until it breaks or is too slow. */
import type { ClientBase, Pool, PoolClient } from 'pg';
import { databaseFault } from './errors.js';
import { prepareLaneConnection, STATEMENT_TIMEOUT_MS } from './lane.sql.js';

/**
 * How long one call may go without an answer, in ms. Longer than the database's own limit, which ends a call cleanly:
 * this one is for a database that does not answer at all, and leaves the outcome unknown.
 */
const CALL_LIMIT_MS = STATEMENT_TIMEOUT_MS + 1_000;

export class LaneConnection {
  #connecting: Promise<PoolClient> | undefined;
  #client: PoolClient | undefined;
  /** Settles when the calls so far are back. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly pool: Pool) {}

  /**
   * Runs one call, after those that are under way. When it was its turn for the time limit the connection is cut, which
   * makes it, and those behind it, fail as a lost connection. A connection that was lost is given up: the next call makes
   * a new one.
   */
  async run<T>(call: (client: ClientBase) => Promise<T>): Promise<T> {
    this.#connecting ??= this.#connect();
    const client = await this.#connecting;
    const ahead = this.#last;
    const running = call(client);
    this.#last = running.catch(() => undefined);
    let limit: NodeJS.Timeout | undefined;
    let isBack = false;
    void ahead.then(() => {
      if (!isBack) limit = setTimeout(() => this.#drop(client), CALL_LIMIT_MS);
    });
    try {
      return await running;
    } catch (error) {
      if (databaseFault(error) === 'CONNECTION') this.#drop(client);
      throw error;
    } finally {
      isBack = true;
      clearTimeout(limit);
    }
  }

  /** Gives the client up; the next call makes a new one. */
  drop(): void {
    if (this.#client) this.#drop(this.#client);
  }

  /** Hands a sound client back to the pool. */
  release(): void {
    this.#forget()?.release();
  }

  async #connect(): Promise<PoolClient> {
    try {
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
    } catch (error) {
      this.#connecting = undefined;
      throw error;
    }
  }

  /** A client that was dropped already reports its end once more. */
  #drop(client: PoolClient): void {
    if (this.#client !== client) return;
    this.#forget()?.release(true);
    // The driver would wait for the answers to what was sent.
    client.connection.stream.destroy();
  }

  #forget(): PoolClient | undefined {
    const client = this.#client;
    this.#client = undefined;
    this.#connecting = undefined;
    return client;
  }
}
