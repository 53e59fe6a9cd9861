/** The four token counts that reports are summed by. */
import type { Quantities } from '../catalog/quantity.js';
import { UsageUnit } from '../catalog/usage-unit.js';

export interface TokenCounts {
  readonly input: bigint;
  readonly cacheRead: bigint;
  readonly cacheWrite: bigint;
  readonly output: bigint;
}

export function tokenCounts(quantities: Quantities): TokenCounts {
  const of = (unit: UsageUnit) => quantities.get(unit) ?? 0n;
  return {
    input: of(UsageUnit.INPUT_TOKENS),
    cacheRead: of(UsageUnit.CACHE_READ_TOKENS),
    // Providers report either the whole or its parts by life time.
    cacheWrite:
      quantities.get(UsageUnit.CACHE_WRITE_TOKENS) ??
      of(UsageUnit.CACHE_WRITE_5M_TOKENS) + of(UsageUnit.CACHE_WRITE_1H_TOKENS),
    output: of(UsageUnit.OUTPUT_TOKENS),
  };
}
