/**
 * Makes and finalizes what is due, as long as the server runs. Every server does: of each subscription one invoice stands at
 * each place, so whoever comes second finds it there. An invoice and its number are one transaction, and one that was cut
 * short is made by the next look.
 */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.js';
import { ApiError } from '../../errors.js';
import { CATALOGUE, encodeId } from '../../node-id.js';
import { Operation } from '../../operation.js';
import { Role } from '../../principal.js';
import { dueSubscriptions, type DueSubscription } from './due-subscriptions.sql.js';
import type { InvoiceService } from './invoice.service.js';

const BATCH_SIZE = 100;

export class BillingCycle {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    private readonly orm: MikroORM,
    private readonly writer: Pool,
    private readonly clock: Clock,
    private readonly invoices: InvoiceService,
    /** 0 = never. */
    private readonly intervalMs: number,
    private readonly log: Logger,
  ) {}

  start(): void {
    if (this.intervalMs === 0) return;
    this.#look();
    this.#timer = setInterval(() => this.#look(), this.intervalMs);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #look(): void {
    this.#running ??= this.#issueAll()
      .catch((error: unknown) => this.log.warn({ err: error }, 'due invoices could not be looked for'))
      .finally(() => (this.#running = undefined));
  }

  /** One at a time; one that cannot be made holds up no other, and is tried again with the next look. */
  async #issueAll(): Promise<void> {
    const failed: string[] = [];
    for (;;) {
      const due = await dueSubscriptions(this.writer, BATCH_SIZE, failed);
      for (const subscription of due) {
        if (this.#isClosed) return;
        if (!(await this.#issue(subscription))) failed.push(subscription.id);
      }
      if (due.length === 0) return;
    }
  }

  async #issue({ organizationId, id }: DueSubscription): Promise<boolean> {
    const nobody = { organizationId, apiKeyId: CATALOGUE, roles: new Set([Role.FINANCE]), accountId: undefined };
    const operation = new Operation(nobody, this.clock.now(), this.orm);
    try {
      await this.invoices.issue(operation, encodeId('subscription', id));
      await operation.commit();
      return true;
    } catch (error) {
      await operation.rollback();
      // Another server was faster.
      if (error instanceof ApiError && (error.code === 'INVOICE_STATE' || error.code === 'SERVICE_UNAVAILABLE'))
        return false;
      this.log.warn({ err: error, organizationId, subscription: id }, 'an invoice could not be made yet');
      return false;
    }
  }
}
