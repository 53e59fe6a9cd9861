/** What is added to the cost of a call for who pays: by account, provider and model, and the instant of the call. */
import { divideHalfEven, type PicoUsd } from '../money.js';

/** A part of the cost, in 10^-12: `200_000_000_000n` is 20 %. Below 0 it is taken off. */
export type Markup = bigint;

const ONE: Markup = 1_000_000_000_000n;
const ONE_PERCENT: Markup = ONE / 100n;

/** cost * (1 + markup), half-even, once. */
export function chargeOf(costPicoUsd: PicoUsd, markup: Markup): PicoUsd {
  return markup === 0n ? costPicoUsd : divideHalfEven(costPicoUsd * (ONE + markup), ONE);
}

/** The most specific one that fits counts. */
export interface MarkupRate {
  /** null for all. */
  readonly provider: string | null;
  readonly model: string | null;
  /** Percent in 10^-12, as digits. */
  readonly percent: string;
}

/** What an account pays from an instant on, in ms since 1970. */
export interface MarkupJson {
  readonly accountId: string;
  readonly isRoot: boolean;
  /** Inclusive. */
  readonly from: number;
  /** Exclusive; null for no end. */
  readonly to: number | null;
  readonly rates: readonly MarkupRate[];
}

/** Whose call it is. */
export interface Payer {
  /** The user, team or organization that spends; undefined where it is not made yet. */
  readonly accountId: string | undefined;
  /** The team that it counts on, where that is known; undefined: the one that the user is in. */
  readonly teamId?: string | null | undefined;
}

/** The markups of an organization at one version of its prices. */
export class MarkupBook {
  readonly #byAccount: ReadonlyMap<string, readonly MarkupJson[]>;
  readonly #teams: ReadonlyMap<string, string>;
  readonly #rootId: string | undefined;

  /** @param teams of each user in a team that has markups: the user and the team. */
  constructor(rows: readonly MarkupJson[], teams: readonly (readonly [userId: string, teamId: string])[]) {
    this.#byAccount = Map.groupBy(rows, ({ accountId }) => accountId);
    this.#teams = new Map(teams);
    this.#rootId = rows.find(({ isRoot }) => isRoot)?.accountId;
  }

  /** Whether any call can have one. */
  get isEmpty(): boolean {
    return this.#byAccount.size === 0;
  }

  /** Of the nearest account that has any in force: the user's, else the team's, else the organization's; else none. */
  at({ accountId, teamId }: Payer, provider: string, model: string, at: Date): Markup {
    if (this.isEmpty) return 0n;
    const team = teamId === undefined && accountId !== undefined ? this.#teams.get(accountId) : teamId;
    for (const id of [accountId, team, this.#rootId]) {
      const rows = id == null ? undefined : this.#byAccount.get(id);
      const row = rows?.findLast(({ from, to }) => from <= at.getTime() && (to === null || at.getTime() < to));
      if (row) return markupOf(row.rates, provider, model);
    }
    return 0n;
  }
}

function markupOf(rates: readonly MarkupRate[], provider: string, model: string): Markup {
  const fits = (rate: MarkupRate) =>
    (rate.provider === null || rate.provider === provider) && (rate.model === null || rate.model === model);
  const rank = (rate: MarkupRate) => Number(rate.provider !== null) + Number(rate.model !== null);
  const [rate] = rates.filter(fits).sort((a, b) => rank(b) - rank(a));
  return rate ? (BigInt(rate.percent) * ONE_PERCENT) / ONE : 0n;
}
