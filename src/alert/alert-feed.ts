/**
 * The live feed of alerts: one per process. The rows are the truth and a signal only wakes: whoever subscribes joins
 * first and then reads on from its cursor; every signal, a lost and found connection, and a poll make it read again.
 */
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { badInput } from '../errors.js';
import type { Admission } from '../identity/admission.js';
import type { Principal } from '../principal.js';
import type { Alert } from './alert.js';
import { AlertChannel, type AlertReader } from './alert-channel.js';
import { AlertSignal } from './alert-signal.js';
import { AlertSubscriber, QUEUE_CAP } from './alert-subscriber.js';
import { readAlertsAfter, readFeedHead, readFeedHeads } from './read-alerts.sql.js';

/** A lost signal is seen after 5 s at the latest: this, and the time that a look takes. */
const POLL_MS = 4_000;

export interface AlertFeedOptions {
  readonly writer: Pool;
  readonly admission: Admission;
  readonly log: Logger;
  /** Default 4,000 ms. */
  readonly pollMs?: number;
}

export class AlertFeed {
  readonly #channels = new Map<string, AlertChannel>();
  readonly #reader: AlertReader;
  #signal: AlertSignal | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;

  constructor(private readonly options: AlertFeedOptions) {
    this.#reader = {
      alertsAfter: (organizationId, cursor) => readAlertsAfter(options.writer, organizationId, cursor, QUEUE_CAP),
      dropRefused: (channels) => this.#dropRefused(channels),
      onFault: (error) => options.log.warn({ err: error }, 'alerts could not be read'),
      onEmpty: (channel) => this.#channels.delete(channel.organizationId),
    };
  }

  /**
   * @param notifyUrl where signals are sent and heard; undefined: alerts of other processes come by the poll.
   * Rejects where that connection cannot be made.
   */
  async start(notifyUrl: string | undefined): Promise<void> {
    if (notifyUrl !== undefined) {
      this.#signal = await AlertSignal.open({
        url: notifyUrl,
        onSignal: (organizationId) => this.#channels.get(organizationId)?.wake(),
        onGap: () => this.#wakeAll(),
        log: this.options.log,
      });
    }
    this.#timer = setInterval(() => {
      this.#polling ??= this.#poll().finally(() => (this.#polling = undefined));
    }, this.options.pollMs ?? POLL_MS);
  }

  /** Subscriptions that are open. */
  get subscriberCount(): number {
    return [...this.#channels.values()].reduce((sum, channel) => sum + channel.size, 0);
  }

  /** Call it after the commit of whatever raised an alert: it wakes this process and tells the others. */
  wake(organizationId: string): void {
    this.#channels.get(organizationId)?.wake();
    this.#signal?.send(organizationId);
  }

  /**
   * Alerts of the principal's organization that match, from `after` on, or those that commit from now on.
   * @throws ApiError BAD_USER_INPUT for a cursor that the feed has not reached.
   */
  subscribe(
    principal: Principal,
    matches: (alert: Alert) => boolean,
    after: bigint | undefined,
  ): Promise<AlertSubscriber> {
    const { organizationId } = principal;
    const channel = this.#channels.get(organizationId) ?? new AlertChannel(organizationId, this.#reader);
    this.#channels.set(organizationId, channel);
    return channel.join(async () => {
      const committed = await readFeedHead(this.options.writer, organizationId);
      if (after !== undefined && after > committed) throw badInput(['after'], 'No alert has this cursor yet.');
      return { subscriber: new AlertSubscriber(principal, after ?? committed, matches, channel), committed };
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const channel of this.#channels.values()) channel.close();
    await this.#signal?.close();
    await this.#polling;
  }

  #wakeAll(): void {
    for (const channel of this.#channels.values()) channel.wake();
  }

  async #poll(): Promise<void> {
    try {
      if (this.#channels.size === 0) return;
      const heads = await readFeedHeads(this.options.writer, [...this.#channels.keys()]);
      for (const [organizationId, head] of heads) {
        const channel = this.#channels.get(organizationId);
        if (channel && head > channel.head) channel.wake(head);
      }
    } catch (error) {
      this.#reader.onFault(error);
    }
  }

  /** Before what is new is handed out. Who is refused and hears nothing is sent away by the door. */
  async #dropRefused(channels: readonly AlertChannel[]): Promise<void> {
    const refused = await this.options.admission.refusedAmong(channels.flatMap((channel) => channel.principals()));
    if (refused.size > 0) for (const channel of channels) channel.drop(refused);
  }
}
