/** One client of the pool, made when it is needed and kept until it breaks or is too slow. */
import type { ClientBase, Pool, PoolClient, QueryConfig } from 'pg';
import { databaseFault } from './errors.js';
import { prepareLaneConnection, STATEMENT_TIMEOUT_MS } from './lane.sql.js';

/**
 * How long one query may go without an answer, in ms, when it is its turn. Longer than the database's own limit, which
 * ends a call cleanly: this one is for a database that does not answer at all, and leaves the outcome unknown.
 */
const ANSWER_LIMIT_MS = STATEMENT_TIMEOUT_MS + 1_000;

/** What a job has of the client: queries, which may come between those of another batch. */
export type LaneClient = Pick<ClientBase, 'query'>;

export class LaneConnection {
  #connecting: Promise<LaneClient> | undefined;
  #client: PoolClient | undefined;
  /** Settles when the queries so far are back. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly pool: Pool) {}

  /**
   * Its queries come after those that are under way. Where one has no answer within the time limit the connection is cut,
   * which makes it, and those behind it, fail as on a lost connection. A lost one is given up: the next call makes another.
   */
  client(): Promise<LaneClient> {
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  /** Gives the client up; the next call makes a new one. */
  drop(): void {
    if (this.#client) this.#drop(this.#client);
  }

  /** Hands a sound client back to the pool. */
  release(): void {
    this.#forget()?.release();
  }

  async #connect(): Promise<LaneClient> {
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
      return { query: ((config: QueryConfig) => this.#query(client, config)) as ClientBase['query'] };
    } catch (error) {
      this.#connecting = undefined;
      throw error;
    }
  }

  async #query(client: PoolClient, config: QueryConfig): Promise<unknown> {
    const ahead = this.#last;
    const asked = client.query(config);
    this.#last = asked.catch(() => undefined);
    let limit: NodeJS.Timeout | undefined;
    let isBack = false;
    void ahead.then(() => {
      if (!isBack) limit = setTimeout(() => this.#drop(client), ANSWER_LIMIT_MS);
    });
    try {
      return await asked;
    } catch (error) {
      if (databaseFault(error) === 'CONNECTION') this.#drop(client);
      throw error;
    } finally {
      isBack = true;
      clearTimeout(limit);
    }
  }

  /** A client that was dropped already reports its end once more. */
  #drop(client: PoolClient): void {
    if (this.#client !== client) return;
    this.#forget()?.release(true);
    // Whatever it waits for.
    client.connection.stream.destroy();
  }

  #forget(): PoolClient | undefined {
    const client = this.#client;
    this.#client = undefined;
    this.#connecting = undefined;
    return client;
  }
}
