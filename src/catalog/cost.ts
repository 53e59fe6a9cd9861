/** What a call cost, exactly, line by line. Integers only; the one rounding is half-even, once per line. */
import { divideHalfEven, type PicoUsd } from '../money.js';
import type { CostLine, LineWindow } from './cost-line.js';
import { type Excess, findExcess, type Quantities, shareOut, type SharePlan, sharePlan } from './quantity.js';
import { type Rate, type RateCard, ratesAt, tierAt } from './rate.js';
import { isPartOf, isRoot, saysTokenUse, unitDefinition, UsageUnit } from './usage-unit.js';

/** The exact cost of one call at one price version. */
export interface Cost {
  readonly kind: 'PRICED';
  /** The sum of the lines' amounts. */
  readonly picoUsd: PicoUsd;
  readonly lines: readonly CostLine[];
  /** True where something was used that the price version has no rate for: its line has a null rate and amount 0. */
  readonly hasUnratedUnits: boolean;
}

/** Usage that cannot be charged, since parts come to more than their whole. */
export interface InconsistentUsage {
  readonly kind: 'INCONSISTENT_USAGE';
  readonly excess: Excess;
}

export const FREE_NOTE = 'listed free by the catalogue';

/**
 * The cost of `quantities` at the rates that `card` has at the instant `at`.
 * A part is charged at its own rate where there is one, else at its whole's. A request is counted where requests have
 * a rate, also when nobody reported it.
 */
export function costOf(card: RateCard, quantities: Quantities, at: Date): Cost | InconsistentUsage {
  const excess = findExcess(quantities);
  if (excess) return { kind: 'INCONSISTENT_USAGE', excess };
  const { rates, window } = ratesAt(card, at);
  const span = window && { startMsOfDay: window.startMsOfDay, endMsOfDay: window.endMsOfDay };
  const lines = rates.length === 0 ? freeLines(quantities, span) : ratedLines(rates, quantities, span);
  if (!Array.isArray(lines)) return { kind: 'INCONSISTENT_USAGE', excess: lines };
  lines.sort((a, b) => placeOf(a.unit) - placeOf(b.unit));
  return {
    kind: 'PRICED',
    picoUsd: lines.reduce((total, line) => total + line.amountPicoUsd, 0n),
    lines,
    hasUnratedUnits: lines.some((line) => line.ratePicoUsd === null),
  };
}

function ratedLines(rates: readonly Rate[], quantities: Quantities, window: LineWindow | null): CostLine[] | Excess {
  const { plan, rateOf } = sheetOf(rates);
  const { counted, raised } = withImplied(rateOf, quantities);
  const shares = shareOut(plan, counted);
  if (!Array.isArray(shares)) return shares;
  const inputTokens = quantities.get(UsageUnit.INPUT_TOKENS) ?? 0n;
  const lines: CostLine[] = [];
  for (const [index, unit] of plan.units.entries()) {
    const quantity = shares[index] ?? 0n;
    const rate = rateOf.get(unit);
    if (quantity === 0n) continue;
    lines.push(
      rate
        ? ratedLine(unit, quantity, rate, inputTokens, window, raised.has(unit))
        : unratedLine(unit, quantity, window),
    );
  }
  for (const [unit, quantity] of quantities) {
    if (quantity > 0n && isRoot(unit) && !plan.units.includes(unit)) lines.push(unratedLine(unit, quantity, window));
  }
  return lines;
}

function unratedLine(unit: UsageUnit, quantity: bigint, window: LineWindow | null): CostLine {
  const note = `the price has no rate for ${unit}`;
  return { unit, quantity, ratePicoUsd: null, ratePer: null, tierStart: null, window, amountPicoUsd: 0n, note };
}

function ratedLine(
  unit: UsageUnit,
  quantity: bigint,
  rate: Rate,
  inputTokens: bigint,
  window: LineWindow | null,
  raised: boolean,
): CostLine {
  const tier = tierAt(rate, inputTokens);
  const ratePicoUsd = tier?.picoUsd ?? rate.picoUsd;
  const notes = [
    tier && `${inputTokens} input tokens are more than ${tier.start}`,
    window && `from ${timeOfDay(window.startMsOfDay)} to ${timeOfDay(window.endMsOfDay)} UTC`,
    rate.unit !== unit && `at the rate of ${rate.unit}`,
    raised && `at least ${rate.least} are charged`,
  ].filter((note) => typeof note === 'string');
  return {
    unit,
    quantity,
    ratePicoUsd,
    ratePer: rate.per,
    tierStart: tier?.start ?? null,
    window,
    amountPicoUsd: divideHalfEven(quantity * ratePicoUsd, rate.per * unitDefinition(unit).stepsPerUnit),
    note: notes.length > 0 ? notes.join('; ') : null,
  };
}

function timeOfDay(ms: number): string {
  return new Date(ms).toISOString().slice(11, ms % 60_000 === 0 ? 16 : 23);
}

/** A free call still says what was used; one that used nothing says so of its request. */
function freeLines(quantities: Quantities, window: LineWindow | null): CostLine[] {
  const used = [...quantities].filter(([unit, quantity]) => quantity > 0n && isRoot(unit));
  const said: [UsageUnit, bigint][] = used.length > 0 ? used : [[UsageUnit.REQUESTS, 1n]];
  return said.map(([unit, quantity]) => ({
    unit,
    quantity,
    ratePicoUsd: 0n,
    ratePer: unitDefinition(unit).per,
    tierStart: null,
    window,
    amountPicoUsd: 0n,
    note: FREE_NOTE,
  }));
}

/** Input before output before the rest, a whole before its parts: as people read a bill. */
const PLACES: ReadonlyMap<UsageUnit, number> = new Map(
  Object.values(UsageUnit)
    .sort((a, b) => rank(a) - rank(b))
    .map((unit, index) => [unit, index]),
);

function rank(unit: UsageUnit): number {
  const roots = [UsageUnit.INPUT_TOKENS, UsageUnit.OUTPUT_TOKENS];
  const first = roots.findIndex((root) => root === unit || isPartOf(unit, root));
  return (first === -1 ? roots.length : first) * 10 + unitDefinition(unit).depth;
}

function placeOf(unit: UsageUnit): number {
  return PLACES.get(unit) ?? 0;
}

/** Requests are not reported but counted; where there is a least quantity, less of it counts as that much. */
function withImplied(
  rateOf: ReadonlyMap<UsageUnit, Rate>,
  quantities: Quantities,
): { readonly counted: Quantities; readonly raised: ReadonlySet<UsageUnit> } {
  let counted: Map<UsageUnit, bigint> | undefined;
  const raised = new Set<UsageUnit>();
  for (const { unit, least } of rateOf.values()) {
    if (unit === UsageUnit.REQUESTS && !quantities.has(unit)) counted = (counted ?? new Map(quantities)).set(unit, 1n);
    if (least === 0n) continue;
    const used = quantityOfWhole(unit, quantities);
    const steps = least * unitDefinition(unit).stepsPerUnit;
    if (used === 0n || used >= steps) continue;
    counted = (counted ?? new Map(quantities)).set(unit, steps);
    raised.add(unit);
  }
  return { counted: counted ?? quantities, raised };
}

function quantityOfWhole(whole: UsageUnit, quantities: Quantities): bigint {
  const said = quantities.get(whole);
  if (said !== undefined) return said;
  let parts = 0n;
  for (const [unit, quantity] of quantities) if (isPartOf(unit, whole)) parts += quantity;
  return parts;
}

/** A list of rates made ready for use. */
interface RateSheet {
  readonly plan: SharePlan;
  /** The rate that each unit of the plan is charged at: its own, or for an overlap the one it inherits. */
  readonly rateOf: ReadonlyMap<UsageUnit, Rate>;
}

/** A price version is used for thousands of calls: its sheet is made at the first and forgotten with the version. */
const SHEETS = new WeakMap<readonly Rate[], RateSheet>();

function sheetOf(rates: readonly Rate[]): RateSheet {
  const known = SHEETS.get(rates);
  if (known) return known;
  const own = new Map(rates.map((rate) => [rate.unit, rate]));
  const plan = sharePlan(own.keys());
  const rateOf = new Map<UsageUnit, Rate>();
  for (const unit of plan.units) {
    const rate = own.get(unit) ?? inherited(unit, own);
    if (rate) rateOf.set(unit, rate);
  }
  const sheet = { plan, rateOf };
  SHEETS.set(rates, sheet);
  return sheet;
}

/** Cached audio without a rate of its own is charged as cached: the narrowest whole, of two the one that names a use. */
function inherited(unit: UsageUnit, own: ReadonlyMap<UsageUnit, Rate>): Rate | undefined {
  const weight = (whole: UsageUnit) => unitDefinition(whole).depth * 2 + (saysTokenUse(whole) ? 1 : 0);
  const wholes = [...own.keys()].filter((whole) => isPartOf(unit, whole)).sort((a, b) => weight(b) - weight(a));
  return wholes[0] && own.get(wholes[0]);
}
