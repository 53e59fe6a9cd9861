/**
 * Makes and finalizes what is due, as long as the server runs, many of an organization at a time. Every server does: who
 * finds a subscription in other hands goes on to the next, and of each one invoice stands at each place. Invoices and their
 * numbers are one transaction, and those that were cut short are made by the next look.
 */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.js';
import { ApiError } from '../../errors.js';
import type { Operation } from '../../operation.js';
import { asNobody } from '../nobody.js';
import { dueSubscriptions } from './due-subscriptions.sql.js';
import type { InvoiceService, IssuedInvoices } from './invoice.service.js';

export const BATCH_SIZE = 50;

/**
 * A cut stops the calls of its organization for a moment, so one serves many batches, in ms. What becomes billable after it
 * is on the next invoice.
 */
const CUT_AGE_MS = 10_000;

interface Cut {
  readonly at: Date;
  /** Each has one invoice by it. */
  readonly served: Set<string>;
}

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

  /** What cannot be made holds up nothing else, and is tried again with the next look. */
  async #issueAll(): Promise<void> {
    const tried: string[] = [];
    const cuts = new Map<string, Cut>();
    for (;;) {
      const due = await dueSubscriptions(this.writer, BATCH_SIZE, tried);
      for (const [organizationId, subscriptions] of Map.groupBy(due, (of) => of.organizationId)) {
        if (this.#isClosed) return;
        const ids = subscriptions.map(({ id }) => id);
        const done = new Set(await this.#issueTogether(organizationId, ids, cuts));
        for (const id of ids) if (!done.has(id)) tried.push(id);
      }
      if (due.length === 0) return;
    }
  }

  /** Those that are done with until their next day. Where one spoils it for the others, each is made by itself. */
  async #issueTogether(organizationId: string, ids: readonly string[], cuts: Map<string, Cut>): Promise<string[]> {
    const { made, looked, failures } = await this.#issue(organizationId, ids, cuts);
    const done = [...made, ...looked];
    for (const { id, reason } of failures) {
      if (this.#isClosed || isNotNow(reason)) continue;
      if (ids.length > 1) done.push(...(await this.#issueTogether(organizationId, [id], cuts)));
      else this.log.warn({ err: reason, organizationId, subscription: id }, 'an invoice could not be made yet');
    }
    return done;
  }

  async #issue(organizationId: string, ids: readonly string[], cuts: Map<string, Cut>): Promise<IssuedInvoices> {
    const operation = asNobody(this.orm, this.clock, organizationId, 'BILLING_CYCLE');
    try {
      const cut = await this.#cutFor(operation, ids, cuts);
      const issued = await this.invoices.issueAll(operation, ids, cut.at);
      await operation.commit();
      for (const id of issued.made) cut.served.add(id);
      return issued;
    } catch (reason) {
      await operation.rollback();
      return { made: [], looked: [], failures: ids.map((id) => ({ id, reason })) };
    }
  }

  async #cutFor(operation: Operation, ids: readonly string[], cuts: Map<string, Cut>): Promise<Cut> {
    const { organizationId } = operation.principal;
    const known = cuts.get(organizationId);
    const now = operation.now.getTime();
    const isOld = known && (now - known.at.getTime() > CUT_AGE_MS || quarterOf(now) !== quarterOf(known.at.getTime()));
    if (known && !isOld && !ids.some((id) => known.served.has(id))) return known;
    const cut = { at: await this.invoices.cut(operation), served: new Set<string>() };
    cuts.set(organizationId, cut);
    return cut;
  }
}

/** Of an hour: a day begins with one, whatever the zone. */
const quarterOf = (ms: number) => Math.floor(ms / 900_000);

/** Another server was faster. */
function isNotNow(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'INVOICE_STATE' || error.code === 'SERVICE_UNAVAILABLE');
}
