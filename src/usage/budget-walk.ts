/** What each budget was like after each item of a batch, worked out from what the batch left. */
import type { PeriodRow } from '../budget/budget-status.js';
import type { ReservationRow } from '../budget/end-reservations.sql.js';
import type { PricedUsage, UnpricedUsage } from './priced-usage.js';
import type { CountedPeriod } from './record-usage.sql.js';
import type { UsageDraft } from './usage-draft.js';

/** A period row as the walk goes over it. */
interface WalkedPeriod {
  readonly row: CountedPeriod;
  readonly from: number;
  readonly to: number;
  spentPicoUsd: bigint;
  heldPicoUsd: bigint;
}

export class BudgetWalk {
  /** By account; the organization's, which count everybody, apart. */
  readonly #byAccount = new Map<string | null, WalkedPeriod[]>();
  readonly #root: WalkedPeriod[] = [];
  readonly #byRow = new Map<string, WalkedPeriod>();

  /**
   * @param periods as the batch left them.
   * @param settled the reservations that the batch settled; undefined stands for none.
   */
  constructor(periods: readonly CountedPeriod[], settled: readonly (ReservationRow | undefined)[]) {
    for (const row of periods) {
      const spentPicoUsd = BigInt(row.spent) - BigInt(row.added);
      const to = Math.min(instantOf(row.endsAt), instantOf(row.endedAt ?? 'infinity'));
      const period = { row, from: instantOf(row.startsAt), to, spentPicoUsd, heldPicoUsd: BigInt(row.held) };
      this.#byRow.set(rowKey(row.budgetId, row.startsAt), period);
      const known = row.rank === ROOT_RANK ? this.#root : this.#byAccount.get(row.accountId);
      if (known) known.push(period);
      else this.#byAccount.set(row.accountId, [period]);
    }
    for (const reservation of settled) this.#hold(reservation, 1n);
  }

  /** Nearest first: the run's, the account's own, its team's, the organization's. */
  next(
    draft: UsageDraft,
    { runId, accountId, teamId }: { runId: string | null | undefined; accountId: string; teamId: string | null },
    price: PricedUsage | UnpricedUsage,
    settled: ReservationRow | undefined,
  ): PeriodRow[] {
    const charge = price.kind === 'PRICED' ? price.chargePicoUsd : 0n;
    const model = price.kind === 'PRICED' ? `${price.provider}/${price.model}` : undefined;
    const at = draft.budgetAt.getTime();
    const run = runId == null ? [] : (this.#byAccount.get(runId) ?? []);
    const own = this.#byAccount.get(accountId) ?? [];
    const team = teamId === null || teamId === accountId ? [] : (this.#byAccount.get(teamId) ?? []);
    this.#hold(settled, -1n);
    const counted: PeriodRow[] = [];
    for (const period of [...run, ...own, ...team, ...this.#root]) {
      const { row, from, to } = period;
      if (at < from || at >= to) continue;
      if (row.models !== null && (model === undefined || !row.models.includes(model))) continue;
      period.spentPicoUsd += charge;
      counted.push({ ...row, spent: period.spentPicoUsd.toString(), held: period.heldPicoUsd.toString() });
    }
    return counted;
  }

  /** Nobody may have asked for the rows; the reservation does not say then where it is held. */
  #hold(reservation: ReservationRow | undefined, sign: bigint): void {
    if (!reservation || this.#byRow.size === 0) return;
    const amountPicoUsd = BigInt(reservation['amount_pico_usd'] as string);
    const starts = reservation['period_starts'] as readonly string[];
    for (const [n, budgetId] of (reservation['budget_ids'] as readonly string[]).entries()) {
      const period = this.#byRow.get(rowKey(budgetId, starts[n] ?? ''));
      if (period) period.heldPicoUsd += sign * amountPicoUsd;
    }
  }
}

function rowKey(budgetId: string | null, startsAt: string): string {
  return `${budgetId} ${startsAt}`;
}

/** The organization's; every record counts there. */
const ROOT_RANK = 3;

/** PostgreSQL writes the ends of a LIFETIME as infinities. */
function instantOf(text: string): number {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  return text === '-infinity' ? Number.NEGATIVE_INFINITY : Date.parse(text);
}
