/** What the lines of an invoice are, from the terms, the periods and the usage: computed here, written elsewhere. */
import { unitDefinition, type UsageUnit } from '../catalog/usage-unit.js';
import type { BillingPeriod } from './billing-period.js';
import type { ChargedUsage, UnitUsage, UsageGroup } from './billed-usage.sql.js';
import { currencyOf, type Currency } from './currency.js';
import { exact, minus, roundTo, times, type Exact } from './exact.js';
import { InvoiceLineKind, type LineDetail } from './invoice.js';
import { tierTableOf, type PlanTerms, type TieredUnit } from './plan-terms.js';
import { addDays, daysBetween, type Day } from './proration.js';
import { amountOf, tierLines } from './tier.js';
import { rowOf } from './tiered-charge.js';

/** A line before it has its place. Days are `[fromDay, toDay)`. */
export interface LineDraft {
  readonly kind: InvoiceLineKind;
  readonly provider: string | null;
  readonly model: string | null;
  readonly unit: UsageUnit | null;
  readonly rowKey: string | null;
  readonly fromDay: Day;
  readonly toDay: Day;
  readonly recordCount: bigint | null;
  readonly quantity: bigint | null;
  readonly usdPico: string | null;
  readonly exactPico: bigint;
  readonly amountPico: bigint;
  readonly detail: LineDetail;
}

/** A line of an earlier invoice. */
export type EarlierLine = Pick<
  LineDraft,
  'kind' | 'rowKey' | 'fromDay' | 'toDay' | 'quantity' | 'amountPico' | 'detail'
>;

export interface InvoiceFacts {
  readonly terms: PlanTerms;
  /** Whose usage it has; undefined for the first invoice. */
  readonly ended: BillingPeriod | undefined;
  /** Whose base fee it has in advance; undefined after the last. */
  readonly next: BillingPeriod | undefined;
  readonly charged: readonly ChargedUsage[];
  readonly units: readonly UnitUsage[];
  /** Of the invoice before: what was billed of the ended period in advance. */
  readonly inAdvance: readonly EarlierLine[];
  /** Of all invoices before: what was billed by tiers. */
  readonly tiered: readonly EarlierLine[];
  /** What the invoice before came to below 0. */
  readonly carriedPico: bigint;
}

export interface InvoiceSums {
  readonly lines: readonly LineDraft[];
  readonly totalPico: bigint;
  readonly carriedPico: bigint;
  readonly remainderPico: bigint;
}

const NOTHING = {
  ...{ provider: null, model: null, unit: null, rowKey: null },
  ...{ recordCount: null, quantity: null, usdPico: null },
};

export function draftInvoice(facts: InvoiceFacts): InvoiceSums {
  const lines = new Lines(facts).all();
  const sum = lines.reduce((total, { amountPico }) => total + amountPico, 0n);
  const exactSum = lines.reduce((total, { exactPico }) => total + exactPico, 0n);
  return {
    lines,
    totalPico: sum < 0n ? 0n : sum,
    carriedPico: sum < 0n ? sum : 0n,
    remainderPico: exactSum - sum,
  };
}

const sumOf = (lines: readonly { readonly amountPico: bigint }[]) =>
  lines.reduce((sum, { amountPico }) => sum + amountPico, 0n);

class Lines {
  readonly #currency: Currency;

  constructor(private readonly facts: InvoiceFacts) {
    const { currency: code } = facts.terms;
    const currency = currencyOf(code);
    if (!currency) throw new Error(`Terms are in ${code}, which is no currency.`);
    this.#currency = currency;
  }

  all(): LineDraft[] {
    const { ended, next } = this.facts;
    const fees = next ? this.#baseFees(next) : [];
    if (!ended) return fees;
    const changes = this.#feeChanges(ended);
    const usage = [...this.#usage(ended), ...this.#tiered(ended)];
    const credit = this.#includedCredit(ended, sumOf(usage));
    const feePico = sumOf(this.#feesInAdvance()) + sumOf(changes);
    const bounds = this.#bounds(ended, feePico + sumOf(usage) + sumOf(credit));
    return [...this.#carried(ended), ...changes, ...usage, ...credit, ...bounds, ...fees];
  }

  #line(line: Partial<LineDraft> & Pick<LineDraft, 'kind' | 'fromDay' | 'toDay'>, amount: Exact): LineDraft {
    const amountPico = roundTo(this.#currency.stepPico, amount);
    return { ...NOTHING, detail: {}, ...line, exactPico: roundTo(1n, amount), amountPico };
  }

  #carried({ firstDay, lastDay }: BillingPeriod): LineDraft[] {
    const { carriedPico } = this.facts;
    if (carriedPico === 0n) return [];
    const days = { fromDay: firstDay, toDay: addDays(lastDay, 1) };
    return [this.#line({ kind: InvoiceLineKind.CARRIED, ...days }, exact(carriedPico))];
  }

  #baseFees({ baseFeeShares, daysOfPeriod }: BillingPeriod): LineDraft[] {
    return baseFeeShares
      .filter(({ baseFeePico }) => baseFeePico !== 0n)
      .map(({ firstDay, lastDay, days, baseFeePico, exactPico }) => {
        const detail = { baseFeePico: baseFeePico.toString(), days, daysOfPeriod };
        const of = { kind: InvoiceLineKind.BASE_FEE, fromDay: firstDay, toDay: addDays(lastDay, 1), detail };
        return this.#line(of, exactPico);
      });
  }

  #feesInAdvance(): readonly EarlierLine[] {
    return this.facts.inAdvance.filter(({ kind }) => kind === InvoiceLineKind.BASE_FEE);
  }

  /** By fee: what its days come to as they were in the end, less what was billed for them in advance. */
  #feeChanges(ended: BillingPeriod): LineDraft[] {
    const meant = this.#baseFees(ended);
    const billed = this.#feesInAdvance();
    const fees = new Set([...billed, ...meant].map(({ detail }) => detail.baseFeePico ?? '0'));
    return [...fees].flatMap((fee) => {
      const of = <Line extends EarlierLine>(lines: readonly Line[]) =>
        lines.filter(({ detail }) => detail.baseFeePico === fee);
      const difference = sumOf(of(meant)) - sumOf(of(billed));
      if (difference === 0n) return [];
      const days = of(meant).reduce((sum, { detail }) => sum + (detail.days ?? 0), 0);
      const billedDays = of(billed).reduce((sum, { detail }) => sum + (detail.days ?? 0), 0);
      const detail = { baseFeePico: fee, days: days - billedDays, daysOfPeriod: ended.daysOfPeriod };
      const [line = of(billed)[0]] = of(meant);
      if (!line) return [];
      const { fromDay, toDay } = line;
      return [this.#line({ kind: InvoiceLineKind.BASE_FEE_CHANGE, fromDay, toDay, detail }, exact(difference))];
    });
  }

  /** What is passed through: charges, without those of units that are billed by tiers. */
  #usage(ended: BillingPeriod): LineDraft[] {
    return this.facts.charged.flatMap((group) => {
      const units = this.facts.units.filter((unit) => isSameGroup(unit, group));
      const byTiers = units.filter((unit) => this.#rowOf(unit));
      const isAllByTiers = units.length > 0 && byTiers.length === units.length;
      const usd = byTiers.reduce((sum, { charge }) => minus(sum, decimal(charge)), decimal(group.charge));
      if (isAllByTiers && usd.numerator === 0n) return [];
      const detail = { units: units.filter((unit) => !byTiers.includes(unit)).map(unitDetail) };
      const { provider, model } = group;
      const kind = group.lateFrom === null ? InvoiceLineKind.USAGE : InvoiceLineKind.ADJUSTMENT;
      const recordCount = BigInt(group.recordCount);
      const of = { kind, provider, model, ...daysOf(group, ended), recordCount, usdPico: text(usd), detail };
      return [this.#line(of, this.#inCurrency(usd))];
    });
  }

  #tiered(ended: BillingPeriod): LineDraft[] {
    const byRow = Map.groupBy(
      this.facts.units.flatMap((unit) => {
        const row = this.#rowOf(unit);
        return row ? [{ unit, row }] : [];
      }),
      ({ unit, row }) => JSON.stringify([unit.lateFrom, keyOf(row)]),
    );
    return [...byRow.values()].map((found) => {
      const [first] = found;
      if (!first) throw new Error('A group has nothing.');
      const { row, unit: group } = first;
      const quantity = found.reduce((sum, { unit }) => sum + stepsOf(unit), 0n);
      const isLate = group.lateFrom !== null;
      const days = daysOf(group, ended);
      const known = isLate ? this.#billedBefore(keyOf(row), days.fromDay) : 0n;
      const amount = minus(this.#tiersOf(row, known + quantity), this.#tiersOf(row, known));
      const kind = isLate ? InvoiceLineKind.TIERED_ADJUSTMENT : InvoiceLineKind.TIERED_USAGE;
      const { unit, provider, model } = row;
      const detail = { units: found.map(({ unit: used }) => unitDetail(used)) };
      return this.#line({ kind, provider, model, unit, rowKey: keyOf(row), ...days, quantity, detail }, amount);
    });
  }

  #billedBefore(rowKey: string, fromDay: Day): bigint {
    return this.facts.tiered
      .filter((line) => line.rowKey === rowKey && line.fromDay === fromDay)
      .reduce((sum, { quantity }) => sum + (quantity ?? 0n), 0n);
  }

  #tiersOf(row: TieredUnit, steps: bigint): Exact {
    return amountOf(tierLines(tierTableOf(row), exact(steps, unitDefinition(row.unit).stepsPerUnit)));
  }

  #rowOf({ unit, provider, model }: UnitUsage): TieredUnit | undefined {
    return rowOf(this.facts.terms, unit, provider, model);
  }

  #includedCredit(ended: BillingPeriod, usagePico: bigint): LineDraft[] {
    const included = roundTo(this.#currency.stepPico, partOf(this.facts.terms.includedCreditPico, ended));
    const used = usagePico < included ? usagePico : included;
    if (used <= 0n) return [];
    return [this.#line({ kind: InvoiceLineKind.INCLUDED_CREDIT, ...wholeOf(ended) }, exact(-used))];
  }

  /** @param spentPico fee, usage and credit of the period */
  #bounds(ended: BillingPeriod, spentPico: bigint): LineDraft[] {
    const { minimumSpendPico, maximumSpendPico } = this.facts.terms;
    const bound = (pico: bigint) => roundTo(this.#currency.stepPico, partOf(pico, ended));
    if (minimumSpendPico !== null && spentPico < bound(minimumSpendPico)) {
      const missing = exact(bound(minimumSpendPico) - spentPico);
      return [this.#line({ kind: InvoiceLineKind.MINIMUM_SPEND, ...wholeOf(ended) }, missing)];
    }
    if (maximumSpendPico !== null && spentPico > bound(maximumSpendPico)) {
      const above = exact(bound(maximumSpendPico) - spentPico);
      return [this.#line({ kind: InvoiceLineKind.MAXIMUM_SPEND, ...wholeOf(ended) }, above)];
    }
    return [];
  }

  #inCurrency(usd: Exact): Exact {
    const { usdRatePico } = this.facts.terms;
    return usdRatePico === null ? usd : times(usd, exact(usdRatePico, 1_000_000_000_000n));
  }
}

const wholeOf = ({ firstDay, lastDay }: BillingPeriod) => ({ fromDay: firstDay, toDay: addDays(lastDay, 1) });

const daysOf = ({ lateFrom, lateTo }: UsageGroup, ended: BillingPeriod) =>
  lateFrom !== null && lateTo !== null ? { fromDay: lateFrom, toDay: lateTo } : wholeOf(ended);

/** A period that is billed in part has that part of what is for a whole one. */
function partOf(pico: bigint, { firstDay, lastDay, daysOfPeriod }: BillingPeriod): Exact {
  return exact(pico * daysBetween(firstDay, addDays(lastDay, 1)), BigInt(daysOfPeriod));
}

function isSameGroup(a: UsageGroup, b: UsageGroup): boolean {
  return a.lateFrom === b.lateFrom && a.provider === b.provider && a.model === b.model;
}

function keyOf({ unit, provider, model }: TieredUnit): string {
  return JSON.stringify([unit, provider, model]);
}

/** Of digits with decimals, as PostgreSQL writes them. */
function decimal(digits: string): Exact {
  const [whole = '0', fraction = ''] = digits.split('.');
  return exact(BigInt(`${whole}${fraction}`), 10n ** BigInt(fraction.length));
}

function text({ numerator, denominator }: Exact): string {
  const places = 12n;
  const scaled = (numerator * 10n ** places) / denominator;
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(Number(places) + 1, '0');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -Number(places))}.${digits.slice(-Number(places))}`;
}

function stepsOf({ unit, quantity }: UnitUsage): bigint {
  const { numerator, denominator } = times(decimal(quantity), exact(unitDefinition(unit).stepsPerUnit));
  if (denominator !== 1n) throw new Error(`A sum of ${unit} has parts of its steps.`);
  return numerator;
}

function unitDetail(usage: UnitUsage) {
  return { unit: usage.unit, quantity: stepsOf(usage).toString(), costPicoUsd: usage.cost };
}
