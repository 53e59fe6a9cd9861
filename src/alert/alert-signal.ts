import { Client } from 'pg';
import pRetry from 'p-retry';
import type { Logger } from 'pino';
import { listenToAlerts, notifyAlerts } from './alert-signal.sql.js';

const ANSWER_TIMEOUT_MS = 5_000;
const RECONNECT_WAIT_MS = { least: 50, most: 5_000 };

export interface AlertSignalOptions {
  readonly url: string;
  /** Another process raised alerts of this organization. */
  readonly onSignal: (organizationId: string) => void;
  /** The connection was lost and is back: what was sent meanwhile was not heard. */
  readonly onGap: () => void;
  readonly log: Logger;
}

/**
 * The one connection of this process on which alerts are announced and heard. A signal says only whose feed moved; one
 * that is lost costs time and nothing else, because the feed reads rows and polls.
 */
export class AlertSignal {
  #client: Client | undefined;
  readonly #stop = new AbortController();
  readonly #unsent = new Set<string>();
  #isSending = false;
  #rejoining: Promise<void> | undefined;
  #connecting: Promise<void> = Promise.resolve();

  private constructor(private readonly options: AlertSignalOptions) {}

  /** Resolves when it listens; rejects where the first connection fails. */
  static async open(options: AlertSignalOptions): Promise<AlertSignal> {
    const signal = new AlertSignal(options);
    await signal.#connect();
    return signal;
  }

  /** Call it after the commit. Signals of one organization that wait for the connection are sent as one. */
  send(organizationId: string): void {
    this.#unsent.add(organizationId);
    void this.#flush();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#rejoining;
    // Giving up does not wait for the attempt that is under way.
    await this.#connecting.catch(() => undefined);
    await this.#client?.end();
  }

  async #connect(): Promise<void> {
    const client = new Client({
      connectionString: this.options.url,
      application_name: 'tollgate alerts',
      keepAlive: true,
      connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
    });
    let ownId: number | undefined;
    client.on('notification', ({ processId, payload }) => {
      // What it sent itself comes back too; this process was woken when it sent that.
      if (payload !== undefined && processId !== ownId) this.options.onSignal(payload);
    });
    client.on('error', (error) => this.options.log.warn({ err: error }, 'the connection that hears of alerts broke'));
    client.once('end', () => this.#lost(client));
    try {
      await client.connect();
      ownId = await listenToAlerts(client);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.#client = client;
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    if (!this.#stop.signal.aborted) this.#rejoining = this.#rejoin();
  }

  async #rejoin(): Promise<void> {
    try {
      await pRetry(() => (this.#connecting = this.#connect()), {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: RECONNECT_WAIT_MS.least,
        maxTimeout: RECONNECT_WAIT_MS.most,
        randomize: true,
        signal: this.#stop.signal,
      });
    } catch (error) {
      if (!this.#stop.signal.aborted) this.options.log.error({ err: error }, 'alerts are heard of by polling only');
      return;
    }
    this.options.onGap();
    void this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      for (let client = this.#client; client && this.#unsent.size > 0; client = this.#client) {
        const organizationIds = [...this.#unsent];
        this.#unsent.clear();
        await this.#notify(client, organizationIds);
      }
    } finally {
      this.#isSending = false;
    }
  }

  async #notify(client: Client, organizationIds: readonly string[]): Promise<void> {
    try {
      await notifyAlerts(client, organizationIds);
    } catch (error) {
      this.options.log.warn({ err: error }, 'other servers were not told of new alerts yet');
      for (const organizationId of organizationIds) this.#unsent.add(organizationId);
      this.#lost(client);
      await client.end().catch(() => undefined);
    }
  }
}
