/** What a reprice makes of each record, by the state of the rows alone: looked at again after a stop it says the same. */
import type { BookPricing, ModelKey, PriceSnapshot } from '../catalog/price-book.js';
import { CATALOGUE } from '../node-id.js';
import { parseUsd } from '../money.js';
import type { RepricedRow } from './find-repriced.sql.js';
import { pricedBy, type PricedUsage } from './priced-usage.js';
import { rowOf, type Amounts, type RepricedAs, type RepriceRow } from './reprice-row.js';
import { UnpricedReason } from './unpriced-reason.js';
import { quantitiesFromJson } from './usage-draft.js';
import { repricedKeyOf } from './usage-key.js';

/** By what is repriced. */
export interface RepriceBasis {
  readonly model: ModelKey;
  /** The versions of its price: of an instant the first that is in force. */
  readonly pricings: readonly BookPricing[];
  /** For what a name means, and the markup of what has none yet. */
  readonly prices: PriceSnapshot;
  /** Of the reprice; undefined for one that is only looked at. */
  readonly key: string | undefined;
}

export interface Repriced {
  readonly row: RepricedRow;
  readonly as: RepricedAs;
  readonly old: Amounts;
  readonly now: Amounts;
  /** What is still to be written; undefined where nothing is. */
  readonly todo?: PricedUsage | undefined;
}

const NOTHING: Amounts = { costPicoUsd: 0n, chargePicoUsd: 0n };

/** The versions of a model's price up to an instant, the organization's own before the catalogue's, newest first. */
export function versionsOf(prices: PriceSnapshot, model: ModelKey, to: Date): BookPricing[] {
  const [own, catalogued] = [true, false].map((isOwn) =>
    prices.pricingsOf(model).filter(({ organizationId }) => (organizationId !== CATALOGUE) === isOwn),
  );
  return [...(own ?? []), ...(catalogued ?? [])].filter(({ effectiveFrom }) => effectiveFrom < to);
}

/**
 * Undefined for what is left alone: of another model, corrected by another, or of a reprice that began later. So the one that
 * began last has the last word, in whatever order several are gone on with.
 */
export function repricedOf(row: RepricedRow, by: RepriceBasis): Repriced | undefined {
  if (row.isCorrected) return correctedOf(row, by);
  if (row.isOfLater) return undefined;
  if (row.cost === null) return isOfModel(row, by) ? firstPriceOf(row, by) : undefined;
  const stands = amountsOf(row.cost, row.charge);
  const price = priceOf(row, by, markupOf(row));
  if (!price) return { row, as: 'unpriceable', old: stands, now: stands };
  if (!isSame(stands, price)) return { row, as: 'corrected', old: stands, now: price, todo: price };
  return row.isPricedSince
    ? { row, as: 'priced', old: NOTHING, now: stands }
    : { row, as: 'unchanged', old: stands, now: stands };
}

export function repriceRowOf({ row, as, old, now }: Repriced): RepriceRow {
  return rowOf(row.month, as, old, now);
}

/** Undefined where another corrected it that had no first price of this one. */
function correctedOf(row: RepricedRow, by: RepriceBasis): Repriced | undefined {
  const stands = amountsOf(row.cost, row.charge);
  if (by.key !== undefined && row.replacementKey === repricedKeyOf(row.key, by.key).idempotencyKey) {
    return { row, as: 'corrected', old: stands, now: amountsOf(row.replacementCost, row.replacementCharge) };
  }
  const isPriced = row.isPricedSince && isSame(stands, priceOf(row, by, markupOf(row)));
  return isPriced ? { row, as: 'priced', old: NOTHING, now: stands } : undefined;
}

function firstPriceOf(row: RepricedRow, by: RepriceBasis): Repriced {
  const { accountId, teamId, occurredAt } = row;
  const isReadable = row.unpricedReason !== UnpricedReason.INCONSISTENT_USAGE;
  const markup = by.prices.markupAt({ accountId, teamId }, by.model, occurredAt);
  const price = isReadable ? priceOf(row, by, markup) : undefined;
  return price
    ? { row, as: 'priced', old: NOTHING, now: price, todo: price }
    : { row, as: 'unpriceable', old: NOTHING, now: NOTHING };
}

function isOfModel({ modelSent, providerSent }: RepricedRow, { model, prices }: RepriceBasis): boolean {
  const found = prices.resolve(modelSent, providerSent);
  return found.kind === 'RESOLVED' && found.model.provider === model.provider && found.model.name === model.name;
}

function priceOf(row: RepricedRow, { model, pricings }: RepriceBasis, markup: bigint): PricedUsage | undefined {
  const pricing = pricings.find(({ effectiveFrom }) => effectiveFrom <= row.occurredAt);
  const call = { quantities: quantitiesFromJson(row.quantities), occurredAt: row.occurredAt };
  return pricing && pricedBy(pricing, model, call, markup);
}

function markupOf({ markup }: RepricedRow): bigint {
  return parseUsd(markup ?? '0') ?? 0n;
}

function isSame(stands: Amounts, price: PricedUsage | undefined): boolean {
  return price?.costPicoUsd === stands.costPicoUsd && price.chargePicoUsd === stands.chargePicoUsd;
}

function amountsOf(cost: string | null, charge: string | null): Amounts {
  return { costPicoUsd: BigInt(cost ?? 0), chargePicoUsd: BigInt(charge ?? 0) };
}
