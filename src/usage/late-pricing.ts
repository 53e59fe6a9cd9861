/**
 * Prices records that had no price when they came. A record can only be priced once prices have changed, so an
 * organization is gone through after each change, in the recording lane and in small batches, and then left alone. A
 * call that was priced before the change may commit after a sweep has passed, for as long as a call may run; therefore
 * only the second of two sweeps a minute apart ends it.
 */
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { PriceBook, PriceSnapshot } from '../catalog/price-book.js';
import type { Lanes } from '../lanes.js';
import { LatePricingJob, PRICE_BATCH_SIZE, type PriceItem } from './late-pricing-job.js';
import { priceOfCall } from './priced-usage.js';
import { tokenCounts } from './token-counts.js';
import { organizationsWithUnpriced, readUnpriced, type UnpricedRow } from './unpriced-usage.sql.js';
import { quantitiesFromJson } from './usage-draft.js';

const SWEEP_MS = 60_000;
const ENDING_SWEEPS = 2;

export class LatePricing {
  readonly #job: LatePricingJob;
  /** The prices that an organization was gone through by, and how many of the sweeps by the clock did so. */
  readonly #done = new Map<string, { readonly prices: PriceSnapshot; readonly sweeps: number }>();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #again = false;
  #isMinute = false;
  #closing = false;

  constructor(
    private readonly writer: Pool,
    private readonly lanes: Lanes,
    private readonly prices: PriceBook,
    private readonly log: Logger,
    private readonly isPricingOn: boolean,
    wake: (organizationId: string) => void,
  ) {
    this.#job = new LatePricingJob(wake);
  }

  /** Sweeps now and every minute from now on. */
  start(): void {
    if (!this.isPricingOn) return;
    this.#timer = setInterval(() => {
      this.#isMinute = true;
      void this.sweep();
    }, SWEEP_MS);
    void this.sweep();
  }

  /** Goes through all organizations once; a call during a sweep makes it go through them once more. Never rejects. */
  sweep(): Promise<void> {
    this.#again = true;
    this.#sweeping ??= this.#sweepAll().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async #sweepAll(): Promise<void> {
    while (this.#again && !this.#closing && this.isPricingOn) {
      this.#again = false;
      const isMinute = this.#isMinute;
      this.#isMinute = false;
      try {
        for (const organizationId of await organizationsWithUnpriced(this.writer)) {
          if (this.#closing) return;
          await this.#sweepOne(organizationId, isMinute);
        }
      } catch (error) {
        this.log.warn({ err: error }, 'records without a price could not be looked for');
      }
    }
  }

  /** What goes wrong in one organization is tried again with the next sweep and holds up no other. */
  async #sweepOne(organizationId: string, isMinute: boolean): Promise<void> {
    try {
      const prices = await this.prices.refresh(organizationId);
      const done = this.#done.get(organizationId);
      const sweeps = done?.prices === prices ? done.sweeps : 0;
      if (sweeps >= ENDING_SWEEPS) return;
      if ((await this.#priceAll(organizationId, prices)) && isMinute) {
        this.#done.set(organizationId, { prices, sweeps: sweeps + 1 });
      }
    } catch (error) {
      this.log.warn({ err: error, organizationId }, 'records without a price could not be priced yet');
    }
  }

  /** Answers whether every record was looked at by these prices and none failed. */
  async #priceAll(organizationId: string, prices: PriceSnapshot): Promise<boolean> {
    let isWhole = true;
    let after: UnpricedRow | undefined;
    do {
      const rows = await readUnpriced(this.writer, organizationId, after, PRICE_BATCH_SIZE);
      const items = rows.flatMap((row) => priceable(row, prices));
      for (const outcome of await this.lanes.submitFor(organizationId, this.#job, items)) {
        if (outcome.status === 'rejected') {
          isWhole = false;
          this.log.warn({ err: outcome.reason as unknown, organizationId }, 'a record could not be priced yet');
        } else if (outcome.value === 'STALE') {
          this.#again = true;
          return false;
        }
      }
      after = rows.at(-1);
    } while (after && !this.#closing);
    return isWhole && !this.#closing;
  }
}

function priceable(row: UnpricedRow, prices: PriceSnapshot): PriceItem[] {
  const quantities = quantitiesFromJson(row.quantities);
  const { model, occurredAt, accountId, teamId } = row;
  const call = { model, provider: row.provider ?? undefined, problem: undefined, quantities, occurredAt };
  const price = priceOfCall(call, { accountId, teamId }, prices);
  if (price.kind !== 'PRICED') return [];
  return [{ prices, row: { key: row.key, keyDay: row.keyDay, price, tokens: tokenCounts(quantities) } }];
}
