/** How much of each unit a call used: reading quantities, and sharing a whole out among its parts. */
import { isPartOf, isRoot, overlapOf, rootOf, unitDefinition, UsageUnit } from './usage-unit.js';

/**
 * What a call used, by unit, each in steps of its unit: whole tokens, searches, pages; microseconds for durations.
 * A whole counts its parts too: `INPUT_TOKENS` has the cached ones in it. A unit that is absent was not reported.
 */
export type Quantities = ReadonlyMap<UsageUnit, bigint>;

/** The most of a unit that one call may report: 2^53-1, so that every JSON reader can carry it. */
export const MAX_QUANTITY = 9_007_199_254_740_991n;

const WHOLE = /^\d{1,16}$/;
const DECIMAL = /^(\d{1,16})(?:\.(\d{1,6}))?$/;

/**
 * Reads a quantity as sent: a JSON integer or a string of digits, 0 to 2^53-1; for durations also decimals of up to
 * six places.
 * @returns the quantity in steps of its unit, or undefined where it is anything else, so that the caller can name its
 * own field; `quantityRule` says what would be right.
 */
export function parseQuantity(unit: UsageUnit, value: unknown): bigint | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const { stepsPerUnit } = unitDefinition(unit);
  const match = stepsPerUnit === 1n ? WHOLE.exec(text) : DECIMAL.exec(text);
  if (!match) return undefined;
  const [whole, fraction = ''] = stepsPerUnit === 1n ? [text] : [match[1] ?? '', match[2]];
  const units = BigInt(whole);
  const steps = units * stepsPerUnit + (fraction ? BigInt(fraction.padEnd(6, '0')) : 0n);
  return steps > MAX_QUANTITY * stepsPerUnit ? undefined : steps;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  // A number literal past 2^53 has lost digits, but never so many that it would seem to be in range.
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

/** What `parseQuantity` takes for this unit, to end a message with. */
export function quantityRule(unit: UsageUnit): string {
  const decimals = unitDefinition(unit).stepsPerUnit === 1n ? 'a whole number' : 'seconds with up to 6 decimal places,';
  return `${decimals} from 0 to ${MAX_QUANTITY}`;
}

/** Writes a quantity in its unit, exactly: `12500000n` of AUDIO_SECONDS is `"12.5"`. */
export function formatQuantity(unit: UsageUnit, quantity: bigint): string {
  const { stepsPerUnit } = unitDefinition(unit);
  if (stepsPerUnit === 1n) return quantity.toString();
  const magnitude = quantity < 0n ? -quantity : quantity;
  const fraction = (magnitude % stepsPerUnit).toString().padStart(6, '0').replace(/0+$/, '');
  return `${quantity < 0n ? '-' : ''}${magnitude / stepsPerUnit}${fraction ? `.${fraction}` : ''}`;
}

/** Parts that together are more than the whole they belong to. */
export interface Excess {
  readonly whole: UsageUnit;
  /** How many of the whole were reported, in steps of its unit. */
  readonly wholeQuantity: bigint;
  readonly parts: readonly UsageUnit[];
  /** How many the parts come to, in steps of the whole's unit. */
  readonly partsQuantity: bigint;
}

/** An excess in words, such as `CACHE_READ_TOKENS (200) cannot be more than INPUT_TOKENS (100).` */
export function describeExcess(excess: Excess): string {
  const { whole, wholeQuantity, parts, partsQuantity } = excess;
  const left = `${parts.join(' and ')} (${formatQuantity(whole, partsQuantity)}${parts.length > 1 ? ' together' : ''})`;
  return `${left} cannot be more than ${whole} (${formatQuantity(whole, wholeQuantity)}).`;
}

/** Units in the order in which shares are worked out, with what has to be known of each. Made once, used often. */
export interface SharePlan {
  readonly units: readonly UsageUnit[];
  /** For each unit of `units`, the places of its parts in `units`: all of them before it. */
  readonly parts: readonly (readonly number[])[];
  /** For each unit of `units`, the overlaps that are unknown until somebody reports them. */
  readonly overlaps: readonly (readonly Overlap[])[];
}

/** Two parts of one whole that can have tokens in common, such as cached ones and audio. Places in `units`. */
interface Overlap {
  readonly a: number;
  readonly b: number;
  readonly both: number;
}

/** Prepares to share quantities out among these units, their roots, and what they have in common. */
export function sharePlan(wanted: Iterable<UsageUnit>): SharePlan {
  const units = [...closure(wanted)].sort(
    (a, b) => unitDefinition(b).depth - unitDefinition(a).depth || (a < b ? -1 : 1),
  );
  const place = new Map(units.map((unit, index) => [unit, index]));
  const parts = units.map((whole) => units.flatMap((part, index) => (isPartOf(part, whole) ? [index] : [])));
  const overlaps = units.map((whole, index) => {
    const nearest = (parts[index] ?? []).map((at) => units[at]).filter((unit) => unit !== undefined);
    return pairs(nearest).flatMap(([a, b]) => {
      const both = overlapOf(a, b);
      const [atA, atB, atBoth] = [place.get(a), place.get(b), both && place.get(both)];
      if (atA === undefined || atB === undefined || atBoth === undefined) return [];
      return meetsOnlyIn(a, b, whole, nearest) ? [{ a: atA, b: atB, both: atBoth }] : [];
    });
  });
  return { units, parts, overlaps };
}

function closure(wanted: Iterable<UsageUnit>): Set<UsageUnit> {
  const units = new Set<UsageUnit>();
  for (const unit of wanted) units.add(unit).add(rootOf(unit));
  // A set is walked to what is added on the way, so overlaps of overlaps are found too.
  for (const a of units) {
    for (const b of [...units]) {
      const both = overlapOf(a, b);
      if (both) units.add(both);
    }
  }
  return units;
}

function pairs(units: readonly UsageUnit[]): [UsageUnit, UsageUnit][] {
  return units.flatMap((a, index) => units.slice(index + 1).map((b): [UsageUnit, UsageUnit] => [a, b]));
}

/** Narrower wholes of both are settled before: moving tokens between their parts would change nothing up here. */
function meetsOnlyIn(a: UsageUnit, b: UsageUnit, whole: UsageUnit, among: readonly UsageUnit[]): boolean {
  return !among.some((unit) => unit !== whole && isPartOf(a, unit) && isPartOf(b, unit));
}

/**
 * Shares quantities out: each unit of the plan gets what is in it and in none of its parts, so that every token is
 * counted once. A part that was not reported has nothing of its own. Where two parts can have tokens in common and
 * nobody said how many, it is the fewest that fit into the whole.
 * @returns the shares in the order of `plan.units`, or the excess where parts come to more than their whole.
 */
export function shareOut(plan: SharePlan, quantities: Quantities): bigint[] | Excess {
  const shares: bigint[] = [];
  for (const [index, unit] of plan.units.entries()) {
    const parts = plan.parts[index] ?? [];
    const sum = () => parts.reduce((total, part) => total + (shares[part] ?? 0n), 0n);
    const reported = quantities.get(unit) ?? unsaidWhole(unit, quantities);
    if (reported === undefined) {
      shares[index] = 0n;
      continue;
    }
    const over = sum() - reported;
    if (over > 0n) overlapMore(plan, index, quantities, shares, over);
    const own = reported - sum();
    if (own < 0n) return excessOf(plan, unit, reported, quantities, shares);
    shares[index] = own;
  }
  return shares;
}

/** A root that was not reported is 0, but sound that was only heard or only spoken needs no separate total. */
function unsaidWhole(unit: UsageUnit, quantities: Quantities): bigint | undefined {
  if (!isRoot(unit)) return undefined;
  if (unit !== UsageUnit.AUDIO_SECONDS) return 0n;
  return (quantities.get(UsageUnit.INPUT_AUDIO_SECONDS) ?? 0n) + (quantities.get(UsageUnit.OUTPUT_AUDIO_SECONDS) ?? 0n);
}

function overlapMore(plan: SharePlan, at: number, quantities: Quantities, shares: bigint[], over: bigint): void {
  let left = over;
  for (const { a, b, both } of plan.overlaps[at] ?? []) {
    const unit = plan.units[both];
    if (left <= 0n || unit === undefined || quantities.has(unit)) continue;
    const [ofA, ofB] = [shares[a] ?? 0n, shares[b] ?? 0n];
    const least = ofA < ofB ? ofA : ofB;
    const moved = least < left ? least : left;
    shares[a] = ofA - moved;
    shares[b] = ofB - moved;
    shares[both] = (shares[both] ?? 0n) + moved;
    left -= moved;
  }
}

function excessOf(
  plan: SharePlan,
  whole: UsageUnit,
  reported: bigint,
  quantities: Quantities,
  shares: bigint[],
): Excess {
  const within = plan.units.filter((unit) => isPartOf(unit, whole) && (quantities.get(unit) ?? 0n) > 0n);
  const single = within.find((unit) => (quantities.get(unit) ?? 0n) > reported);
  if (single) {
    return { whole, wholeQuantity: reported, parts: [single], partsQuantity: quantities.get(single) ?? 0n };
  }
  const parts = within.filter((unit) => (shares[plan.units.indexOf(unit)] ?? 0n) > 0n);
  const partsQuantity = plan.units.reduce(
    (total, unit, index) => (isPartOf(unit, whole) ? total + (shares[index] ?? 0n) : total),
    0n,
  );
  return { whole, wholeQuantity: reported, parts, partsQuantity };
}

const PLANS = new Map<string, SharePlan>();
const MAX_PLANS = 1_000;

/** The excess in what was reported, whatever of it has a price; undefined where every part fits into its whole. */
export function findExcess(quantities: Quantities): Excess | undefined {
  // Most calls report the same few units: their plan is made once.
  const key = [...quantities.keys()].join();
  let plan = PLANS.get(key);
  if (!plan) {
    plan = sharePlan(quantities.keys());
    if (PLANS.size >= MAX_PLANS) PLANS.clear();
    PLANS.set(key, plan);
  }
  const shares = shareOut(plan, quantities);
  return Array.isArray(shares) ? undefined : shares;
}
