/**
 * What operations do to a budget, one after the other.
 *
 * Amounts are pico-USD.
 */

export interface BudgetState {
  readonly limit: bigint;
  readonly spent: bigint;
  readonly held: bigint;
}

/** What an operation does to the budget, and what must be so for it. */
export type Effect =
  /** Looks. */
  | { readonly kind: 'READ' }
  /** Holds: only where it fits. The first one of a reservation makes it, another extends it. */
  | { readonly kind: 'GRANT'; readonly reservation: string; readonly amount: bigint; readonly extends: boolean }
  /** Was refused: only where it does not fit. */
  | { readonly kind: 'DENY'; readonly amount: bigint }
  /** Ends what is held, and spends. */
  | { readonly kind: 'SETTLE'; readonly reservation: string; readonly charge: bigint }
  /** Spends for a reservation that has ended. */
  | { readonly kind: 'LATE'; readonly reservation: string; readonly charge: bigint }
  /** Ends what is held: a release, or the time is over. */
  | { readonly kind: 'FREE'; readonly reservation: string }
  /** Saw that the reservation has ended. */
  | { readonly kind: 'ENDED'; readonly reservation: string }
  | { readonly kind: 'LIMIT'; readonly limit: bigint };

export interface Delta {
  readonly spent: bigint;
  readonly held: bigint;
  readonly limit?: bigint;
}

const NOTHING: Delta = { spent: 0n, held: 0n };

export function changesNothing({ kind }: Effect): boolean {
  return kind === 'READ' || kind === 'DENY' || kind === 'ENDED';
}

/** A budget as one after the other would leave it. */
export class Ledger {
  #limit: bigint;
  #spent: bigint;
  #held: bigint;
  /** What each reservation holds; null where it has ended. */
  readonly #reservations = new Map<string, bigint | null>();

  constructor({ limit, spent, held }: BudgetState) {
    this.#limit = limit;
    this.#spent = spent;
    this.#held = held;
  }

  get state(): BudgetState {
    return { limit: this.#limit, spent: this.#spent, held: this.#held };
  }

  allows(effect: Effect): boolean {
    if (effect.kind === 'DENY') return !this.#fits(effect.amount);
    if (effect.kind === 'GRANT' && !this.#fits(effect.amount)) return false;
    return this.isInTurn(effect);
  }

  /** Whether it may come next as far as its reservation goes, whatever the limit is. */
  isInTurn(effect: Effect): boolean {
    switch (effect.kind) {
      case 'READ':
      case 'DENY':
      case 'LIMIT':
        return true;
      case 'GRANT': {
        const known = this.#reservations.get(effect.reservation);
        return effect.extends ? typeof known === 'bigint' : known === undefined;
      }
      case 'SETTLE':
      case 'FREE':
        return typeof this.#reservations.get(effect.reservation) === 'bigint';
      case 'LATE':
      case 'ENDED':
        return this.#reservations.get(effect.reservation) === null;
    }
  }

  deltaOf(effect: Effect): Delta {
    switch (effect.kind) {
      case 'READ':
      case 'DENY':
      case 'ENDED':
        return NOTHING;
      case 'LIMIT':
        return { ...NOTHING, limit: effect.limit };
      case 'GRANT':
        return { spent: 0n, held: effect.amount };
      case 'SETTLE':
        return { spent: effect.charge, held: -(this.#reservations.get(effect.reservation) ?? 0n) };
      case 'LATE':
        return { spent: effect.charge, held: 0n };
      case 'FREE':
        return { spent: 0n, held: -(this.#reservations.get(effect.reservation) ?? 0n) };
    }
  }

  /** Answers with what takes it back. */
  apply(effect: Effect): () => void {
    const { limit, spent, held } = this.state;
    const delta = this.deltaOf(effect);
    this.#limit = delta.limit ?? limit;
    this.#spent += delta.spent;
    this.#held += delta.held;
    const reservation = 'reservation' in effect ? effect.reservation : undefined;
    const known = reservation === undefined ? undefined : this.#reservations.get(reservation);
    if (reservation !== undefined) {
      if (effect.kind === 'GRANT') this.#reservations.set(reservation, (known ?? 0n) + effect.amount);
      else this.#reservations.set(reservation, null);
    }
    return () => {
      this.#limit = limit;
      this.#spent = spent;
      this.#held = held;
      if (reservation === undefined) return;
      if (known === undefined) this.#reservations.delete(reservation);
      else this.#reservations.set(reservation, known);
    };
  }

  #fits(amount: bigint): boolean {
    return amount === 0n || this.#spent + this.#held + amount <= this.#limit;
  }
}
