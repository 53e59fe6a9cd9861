/** The work of the lane that gives records without a price their price, once. */
import type { PriceSnapshot } from '../catalog/price-book.js';
import type { LaneJob } from '../lane.js';
import type { LaneClient } from '../lane-connection.js';
import { priceUsage, type PriceRow } from './unpriced-usage.sql.js';

export const PRICE_BATCH_SIZE = 200;

export interface PriceItem {
  readonly prices: PriceSnapshot;
  readonly row: PriceRow;
}

/** Answers each item with whether the prices that it was priced by still held. */
export class LatePricingJob implements LaneJob<PriceItem, 'PRICED' | 'STALE'> {
  readonly batchSize = PRICE_BATCH_SIZE;

  constructor(private readonly wake: (organizationId: string) => void) {}

  async run(
    client: LaneClient,
    organizationId: string,
    items: readonly PriceItem[],
  ): Promise<readonly ('PRICED' | 'STALE')[]> {
    const prices = items[0]?.prices;
    if (!prices || items.some((item) => item.prices !== prices)) return items.map(() => 'STALE');
    const { priced, alertCount } = await priceUsage(
      client,
      organizationId,
      prices,
      items.map((item) => item.row),
    );
    if (alertCount > 0) this.wake(organizationId);
    return items.map(() => (priced === undefined ? 'STALE' : 'PRICED'));
  }
}
