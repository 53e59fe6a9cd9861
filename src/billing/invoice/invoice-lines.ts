/** What the lines of an invoice are, from the terms, the periods and the usage. */
import type { UsageUnit } from '../../catalog/usage-unit.js';
import type { BillingPeriod } from '../subscription/billing-period.js';
import type { ChargedUsage, UnitUsage, UsageGroup } from './billed-usage.sql.js';
import type { Currency } from '../amount/currency.js';
import { digitsOf, exact, exactOf, minus, plus, roundTo, times, ZERO, type Exact } from '../amount/exact.js';
import { InvoiceLineKind, type LineDetail } from './invoice-line.js';
import type { PlanTerms } from '../plan/plan-terms.js';
import { addDays, daysBetween, type Day } from '../amount/proration.js';
import { keyOf, stepsOf, tieredDetail, tiersOf } from './tiered-usage.js';
import type { SubscriptionPhase } from '../subscription/plan-subscription.js';
import { phaseOn } from '../subscription/subscription-phase.js';
import { rowOf } from '../plan/tiered-charge.js';

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
  'kind' | 'rowKey' | 'fromDay' | 'quantity' | 'amountPico' | 'exactPico' | 'detail'
>;

export interface LineFacts {
  readonly currency: Currency;
  readonly phases: readonly SubscriptionPhase[];
  /** All from the first to the one whose base fee it has. */
  readonly periods: readonly BillingPeriod[];
  /** Whose usage it has; undefined for the first invoice, and for one after the last period. */
  readonly ended: BillingPeriod | undefined;
  /** Whose base fee it has in advance; undefined after the last. */
  readonly next: BillingPeriod | undefined;
  readonly charged: readonly ChargedUsage[];
  readonly units: readonly UnitUsage[];
  /** Of all invoices before, those of the periods that it has usage of. */
  readonly earlier: readonly EarlierLine[];
  /** What the invoice before came to below 0. */
  readonly carriedPico: bigint;
}

const NOTHING = {
  ...{ provider: null, model: null, unit: null, rowKey: null },
  ...{ recordCount: null, quantity: null, usdPico: null },
};

export function linesOf(facts: LineFacts): LineDraft[] {
  return new Lines(facts).all();
}

const sumOf = (lines: readonly { readonly amountPico: bigint }[]) =>
  lines.reduce((sum, { amountPico }) => sum + amountPico, 0n);

/** What is usage of a period, on whatever invoice. */
export const OF_USAGE: ReadonlySet<InvoiceLineKind> = new Set([
  InvoiceLineKind.USAGE,
  InvoiceLineKind.ADJUSTMENT,
  InvoiceLineKind.TIERED_USAGE,
  InvoiceLineKind.TIERED_ADJUSTMENT,
]);

/** For a whole period, an amount that can be paid as it is. */
export function lineOf({
  kind,
  period,
  pico,
  detail = {},
}: Pick<LineDraft, 'kind'> & {
  readonly period: BillingPeriod;
  readonly pico: bigint;
  readonly detail?: LineDetail;
}): LineDraft {
  return { ...NOTHING, kind, ...wholeOf(period), exactPico: pico, amountPico: pico, detail };
}

class Lines {
  readonly #stepPico: bigint;

  constructor(private readonly facts: LineFacts) {
    this.#stepPico = facts.currency.stepPico;
  }

  all(): LineDraft[] {
    const { ended, next } = this.facts;
    const changes = ended ? this.#feeChanges(ended) : [];
    const own = ended ? this.#ofPeriod(ended, null, sumOf(changes)) : [];
    const late = this.#latePeriods().flatMap((period) => this.#ofPeriod(period, period.firstDay, 0n));
    const fees = next ? this.#baseFees(next) : [];
    return [...this.#carried(), ...changes, ...own, ...late, ...fees];
  }

  /** Its usage, and what that makes of its included credit, minimum and maximum; less what was billed of these before. */
  #ofPeriod(period: BillingPeriod, lateFrom: Day | null, changePico: bigint): LineDraft[] {
    const usage = [...this.#usage(period, lateFrom), ...this.#tiered(period, lateFrom)];
    const before = this.facts.earlier.filter(({ fromDay }) => period.firstDay <= fromDay && fromDay <= period.lastDay);
    const billed = (...kinds: InvoiceLineKind[]) => sumOf(before.filter(({ kind }) => kinds.includes(kind)));
    const usagePico = billed(...OF_USAGE) + sumOf(usage);
    const includedPico = this.#bound(period, ({ includedCreditPico }) => includedCreditPico) ?? 0n;
    const creditPico = -least(most(usagePico, 0n), includedPico);
    const creditBefore = billed(InvoiceLineKind.INCLUDED_CREDIT);
    const feePico = billed(InvoiceLineKind.BASE_FEE, InvoiceLineKind.BASE_FEE_CHANGE) + changePico;
    const boundsBefore = billed(InvoiceLineKind.MINIMUM_SPEND, InvoiceLineKind.MAXIMUM_SPEND);
    const spentPico = feePico + usagePico + creditPico;
    const { minimum, maximum } = this.#bounds(period);
    const missing = minimum > 0n && spentPico < minimum ? minimum - spentPico : 0n;
    const above = maximum !== undefined && spentPico > maximum ? spentPico - maximum : 0n;
    const isMaximum = above > 0n || (missing === 0n && boundsBefore < 0n);
    const boundKind = isMaximum ? InvoiceLineKind.MAXIMUM_SPEND : InvoiceLineKind.MINIMUM_SPEND;
    const boundPico = isMaximum ? (maximum ?? 0n) : minimum;
    const whole = (kind: InvoiceLineKind, pico: bigint, spent: bigint, bound: bigint, billedBefore: bigint) => {
      if (pico === billedBefore) return [];
      const of = { spentPico: spent.toString(), boundPico: bound.toString(), beforePico: billedBefore.toString() };
      return [lineOf({ kind, period, pico: pico - billedBefore, detail: { bound: of } })];
    };
    return [
      ...usage,
      ...whole(InvoiceLineKind.INCLUDED_CREDIT, creditPico, usagePico, includedPico, creditBefore),
      ...whole(boundKind, missing - above, spentPico, boundPico, boundsBefore),
    ];
  }

  #bounds(period: BillingPeriod): { readonly minimum: bigint; readonly maximum: bigint | undefined } {
    return {
      minimum: this.#bound(period, ({ minimumSpendPico }) => minimumSpendPico ?? 0n) ?? 0n,
      maximum: this.#bound(period, ({ maximumSpendPico }) => maximumSpendPico),
    };
  }

  /** What is for a whole period, by the days that each of its terms has of it; undefined where one of them has none. */
  #bound(period: BillingPeriod, read: (terms: PlanTerms) => bigint | null): bigint | undefined {
    const { phases } = this.facts;
    const end = addDays(period.lastDay, 1);
    const days = [period.firstDay, ...phases.map(({ fromDay }) => fromDay)].filter(
      (day) => period.firstDay <= day && day < end,
    );
    const starts = [...new Set(days)].sort();
    const parts = starts.map((day, n) => {
      const pico = read(phaseOn(phases, day).terms);
      const share = daysBetween(day, starts[n + 1] ?? end);
      return pico === null ? undefined : exact(pico * share, BigInt(period.daysOfPeriod));
    });
    if (parts.includes(undefined)) return undefined;
    return roundTo(
      this.#stepPico,
      parts.reduce<Exact>((sum, part) => plus(sum, part ?? ZERO), ZERO),
    );
  }

  #line(line: Partial<LineDraft> & Pick<LineDraft, 'kind' | 'fromDay' | 'toDay'>, amount: Exact): LineDraft {
    const amountPico = roundTo(this.#stepPico, amount);
    return { ...NOTHING, detail: {}, ...line, exactPico: roundTo(1n, amount), amountPico };
  }

  #carried(): LineDraft[] {
    const { carriedPico, ended, periods } = this.facts;
    const period = ended ?? periods.at(-1);
    if (carriedPico === 0n || !period) return [];
    return [lineOf({ kind: InvoiceLineKind.CARRIED, period, pico: carriedPico })];
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

  /** By fee: what its days come to as they were in the end, less what was billed for them in advance. */
  #feeChanges(ended: BillingPeriod): LineDraft[] {
    const meant = this.#baseFees(ended);
    const billed = this.facts.earlier.filter(
      ({ kind, fromDay }) =>
        kind === InvoiceLineKind.BASE_FEE &&
        ended.firstDay <= fromDay &&
        fromDay < addDays(ended.firstDay, ended.daysOfPeriod),
    );
    const fees = new Set([...billed, ...meant].map(({ detail }) => detail.baseFeePico ?? '0'));
    return [...fees].flatMap((fee) => {
      const of = <Line extends EarlierLine>(lines: readonly Line[]) =>
        lines.filter(({ detail }) => detail.baseFeePico === fee);
      const amountPico = sumOf(of(meant)) - sumOf(of(billed));
      if (amountPico === 0n) return [];
      const sumExact = (lines: readonly EarlierLine[]) => lines.reduce((sum, { exactPico }) => sum + exactPico, 0n);
      const daysIn = (lines: readonly EarlierLine[]) => lines.reduce((sum, { detail }) => sum + (detail.days ?? 0), 0);
      const days = daysIn(of(meant)) - daysIn(of(billed));
      const [line] = of(meant);
      return [
        {
          ...NOTHING,
          ...{ kind: InvoiceLineKind.BASE_FEE_CHANGE, fromDay: line?.fromDay ?? ended.firstDay },
          toDay: line?.toDay ?? addDays(ended.lastDay, 1),
          exactPico: sumExact(of(meant)) - sumExact(of(billed)),
          ...{ amountPico, detail: { baseFeePico: fee, days, daysOfPeriod: ended.daysOfPeriod } },
        },
      ];
    });
  }

  /** Earlier ones of which something came. */
  #latePeriods(): BillingPeriod[] {
    const days = new Set([...this.facts.charged, ...this.facts.units].map(({ lateFrom }) => lateFrom));
    return this.facts.periods.filter(({ firstDay }) => days.has(firstDay));
  }

  /** What is passed through: charges, without those of units that are billed by tiers. */
  #usage(period: BillingPeriod, lateFrom: Day | null): LineDraft[] {
    const terms = this.#termsOf(period);
    return this.facts.charged
      .filter((group) => group.lateFrom === lateFrom)
      .flatMap((group) => {
        const units = this.facts.units.filter((unit) => isSameGroup(unit, group));
        const byTiers = units.filter(({ unit, provider, model }) => rowOf(terms, unit, provider, model));
        if (units.length > 0 && byTiers.length === units.length) return [];
        const ofTiers = byTiers.reduce((sum, { charge }) => plus(sum, exactOf(charge)), ZERO);
        const usd = minus(exactOf(group.charge), ofTiers);
        const own = units.filter((unit) => !byTiers.includes(unit));
        const tiered = byTiers.length > 0 && { tieredUsdPico: digitsOf(ofTiers) };
        const detail = { units: own.map(unitDetail), ...tiered, ...rateOf(terms) };
        const { provider, model } = group;
        const kind = lateFrom === null ? InvoiceLineKind.USAGE : InvoiceLineKind.ADJUSTMENT;
        const recordCount = BigInt(group.recordCount);
        const of = { kind, provider, model, ...wholeOf(period), recordCount, usdPico: digitsOf(usd), detail };
        return [this.#line(of, inCurrency(usd, terms))];
      });
  }

  #tiered(period: BillingPeriod, lateFrom: Day | null): LineDraft[] {
    const terms = this.#termsOf(period);
    const usage = this.facts.units.filter((unit) => unit.lateFrom === lateFrom);
    return terms.tieredUnits.flatMap((row) => {
      const found = usage.filter(({ unit, provider, model }) => rowOf(terms, unit, provider, model) === row);
      if (found.length === 0) return [];
      const quantity = found.reduce((sum, unit) => sum + stepsOf(unit), 0n);
      const known = this.facts.earlier
        .filter((line) => line.rowKey === keyOf(row) && line.fromDay === period.firstDay)
        .reduce((sum, line) => sum + (line.quantity ?? 0n), 0n);
      const amount = minus(tiersOf(row, known + quantity), tiersOf(row, known));
      const kind = lateFrom === null ? InvoiceLineKind.TIERED_USAGE : InvoiceLineKind.TIERED_ADJUSTMENT;
      const { unit, provider, model } = row;
      const cost = found.reduce((sum, of) => sum + BigInt(of.cost), 0n);
      const units = [{ unit, quantity: quantity.toString(), costPicoUsd: cost.toString() }];
      const detail = { units, tiers: tieredDetail(row, known, known + quantity) };
      return [
        this.#line({ kind, provider, model, unit, rowKey: keyOf(row), ...wholeOf(period), quantity, detail }, amount),
      ];
    });
  }

  /** A period is billed by the tiers and the rate that its last day has. */
  #termsOf({ lastDay }: BillingPeriod): PlanTerms {
    return phaseOn(this.facts.phases, lastDay).terms;
  }
}

const least = (a: bigint, b: bigint) => (a < b ? a : b);
const most = (a: bigint, b: bigint) => (a > b ? a : b);

function rateOf({ usdRatePico, usdRateDay }: PlanTerms): Pick<LineDetail, 'rate'> {
  return usdRatePico === null || usdRateDay === null
    ? {}
    : { rate: { usdRatePico: usdRatePico.toString(), day: usdRateDay } };
}

function inCurrency(usd: Exact, { usdRatePico }: PlanTerms): Exact {
  return usdRatePico === null ? usd : times(usd, exact(usdRatePico, 1_000_000_000_000n));
}

const wholeOf = ({ firstDay, lastDay }: BillingPeriod) => ({ fromDay: firstDay, toDay: addDays(lastDay, 1) });

function isSameGroup(a: UsageGroup, b: UsageGroup): boolean {
  return a.lateFrom === b.lateFrom && a.provider === b.provider && a.model === b.model;
}

function unitDetail(usage: UnitUsage) {
  return { unit: usage.unit, quantity: stepsOf(usage).toString(), costPicoUsd: usage.cost };
}
