/** The work of the reserving lane: prices a batch, holds it in one call, and tells each item what was decided. */
import type { LaneClient } from '../lane-connection.js';
import { setTimeout as wait } from 'node:timers/promises';
import type { PriceBook } from '../catalog/price-book.js';
import { ApiError, idempotencyConflict, notFound, serviceUnavailable } from '../errors.js';
import type { LaneJob } from '../lane.js';
import type { EnforcementSettings, PeriodRow } from './budget-status.js';
import { expireReservations, type ReservationRow } from './end-reservations.sql.js';
import { heldAmount, type CallToHold, type HeldAmount } from './held-amount.js';
import type { ExtendDraft, ReserveDraft } from './reservation-draft.js';
import { reserveBudget, type HoldRow, type ReserveBudgetResult, type StoredHold } from './reserve-budget.sql.js';

export interface HoldItem {
  readonly draft: ReserveDraft | ExtendDraft;
  readonly reservationId: string;
  readonly accountId: string | undefined;
  /** What is held for; an extension says its amount. */
  readonly call: CallToHold;
  readonly createdAt: Date;
  /** Whether the caller wants to know of the budget that decided. */
  readonly wantsRows: boolean;
}

/** What was decided of an item. */
export interface HoldReceipt {
  readonly outcome: string;
  readonly reason: string;
  readonly wouldDeny: boolean;
  readonly replayed: boolean;
  /** Whether it was decided before: also where only the answer of then was lost on the way, so that this is no replay. */
  readonly isStored: boolean;
  /** What it stands for now: the new one, the one that is extended, or the one of then. */
  readonly reservationId: string;
  readonly held: HeldAmount;
  /** Its period rows as they were before it, nearest first; empty where nobody of its batch asked, and for a replay. */
  readonly rows: readonly PeriodRow[];
  /** Of an extension and a replay: the reservation as it is now. */
  readonly reservation: ReservationRow | undefined;
  /** The database's clock when it was decided. */
  readonly decidedAt: Date;
}

type Answer = HoldReceipt | Error;

/** A batch as it is being decided. */
interface Batch {
  readonly answers: Map<HoldItem, Answer>;
  /** Keys that had taken effect before. */
  readonly stored: Map<string, StoredHold>;
  readonly tries: number;
}

/** A batch that meets a change of prices, or expired reservations, so often meets it because something is wrong. */
const MOST_TRIES = 20;
const RETRY_WAIT_MS = 10;

export class Reserving implements LaneJob<HoldItem, HoldReceipt> {
  constructor(
    private readonly prices: PriceBook,
    private readonly enforcement: EnforcementSettings,
  ) {}

  async run(client: LaneClient, organizationId: string, items: readonly HoldItem[]): Promise<readonly Answer[]> {
    const answers = new Map<HoldItem, Answer>();
    const first = new Map<string, HoldItem>();
    for (const item of items) {
      if (!first.has(item.draft.idempotencyKey)) first.set(item.draft.idempotencyKey, item);
    }
    let left = [...first.values()];
    const stored = new Map<string, StoredHold>();
    for (let tries = 0; left.length > 0;) {
      if (tries === MOST_TRIES) {
        const busy = serviceUnavailable('Reservations past their end, or prices, did not hold still.');
        for (const item of left) answers.set(item, busy);
        break;
      }
      const { again, hasFreed } = await this.#hold(client, organizationId, left, { answers, stored, tries });
      left = again;
      // As long as there is a backlog of expired ones, each try gets nearer.
      if (!hasFreed) tries += 1;
    }
    const repeats = items.filter((item) => !answers.has(item));
    const alone = repeats.filter((item) => {
      const answer = repeatOf(item, first.get(item.draft.idempotencyKey), answers, stored);
      if (answer) answers.set(item, answer);
      return !answer;
    });
    const decided = alone.length === 0 ? [] : await this.run(client, organizationId, alone);
    alone.forEach((item, index) => answers.set(item, decided[index] ?? new Error('An item got no answer.')));
    return items.map((item) => answers.get(item) ?? new Error('An item got no answer.'));
  }

  /** Answers with the items that are not decided yet. */
  async #hold(
    client: LaneClient,
    organizationId: string,
    items: readonly HoldItem[],
    { answers, stored, tries }: Batch,
  ): Promise<{ again: HoldItem[]; hasFreed: boolean }> {
    const prices = await (tries > 0 ? this.prices.refresh(organizationId) : this.prices.snapshot(organizationId));
    const rows: HoldRow[] = items.map((item) => ({
      ...item,
      held: heldAmount(item.call, item, prices, item.createdAt),
    }));
    const { catalogueVersion, ownVersion } = prices;
    const result = await reserveBudget(client, {
      organizationId,
      catalogueVersion,
      ownVersion,
      enforcement: this.enforcement,
      withRows: items.some(({ wantsRows }) => wantsRows),
      rows,
    });
    for (const hold of result.existing) stored.set(hold.key, hold);
    const walk = new HoldWalk(result);
    const again = items.filter((item, index) => {
      const answer = walk.next(item, index, rows[index]?.held);
      if (answer) answers.set(item, answer);
      return !answer;
    });
    if (!result.verdicts.includes('RETRY')) return { again, hasFreed: false };
    const hasFreed = (await expireReservations(client, organizationId)) > 0;
    // The rest is in the hands of a settle, which is soon over.
    if (!hasFreed) await wait(RETRY_WAIT_MS);
    return { again, hasFreed };
  }
}

/** Goes over a batch in its order and tells of each item what its rows were before it. */
class HoldWalk {
  readonly #existing: ReadonlyMap<string, StoredHold>;
  readonly #reservations: ReadonlyMap<unknown, ReservationRow>;
  readonly #held: bigint[];

  constructor(private readonly result: ReserveBudgetResult) {
    this.#existing = new Map(result.existing.map((stored) => [stored.key, stored]));
    this.#reservations = new Map(result.reservations.map((row) => [row['id'], row]));
    this.#held = result.rows.map(({ held }) => BigInt(held));
  }

  /** undefined where the item has to be tried again. */
  next(item: HoldItem, index: number, held: HeldAmount | undefined): Answer | undefined {
    const { result } = this;
    const verdict = result.verdicts[index];
    if (!held || verdict === undefined) return new Error('The reserving gave no answer for an item.');
    switch (verdict) {
      case 'RETRY':
      case 'STALE':
        return undefined;
      case 'NOT_FOUND':
        return notFound('The reservation');
      case 'NOT_HELD':
        return new ApiError('RESERVATION_NOT_HELD', 'The reservation is not held any more: make a new one.');
      case 'EXISTING':
        return this.#replayOf(item, held);
      case 'ALLOWED':
      case 'ALLOWED_BY_GRACE':
      case 'DENIED':
        return {
          outcome: verdict,
          reason: result.reasons[index] ?? '',
          wouldDeny: result.wouldDeny[index] ?? false,
          replayed: false,
          isStored: false,
          reservationId: item.reservationId,
          held,
          rows: this.#rowsOf(index, verdict === 'DENIED' ? 0n : (held.amountPicoUsd ?? 0n)),
          reservation: item.draft.kind === 'EXTEND' ? this.#reservations.get(item.reservationId) : undefined,
          decidedAt: result.decidedAt,
        };
    }
  }

  #replayOf({ draft, reservationId }: HoldItem, held: HeldAmount): Answer {
    const stored = this.#existing.get(draft.idempotencyKey);
    if (!stored) return new Error('The reserving lost a stored key.');
    if (stored.contentHash !== draft.contentHash) return idempotencyConflict(draft.idempotencyKey);
    const { outcome, reason, wouldDeny } = stored;
    const reservation = this.#reservations.get(stored.reservationId);
    // Its own of a call whose answer was lost on the way from the database.
    const replayed = draft.kind === 'EXTEND' || stored.reservationId !== reservationId;
    const { decidedAt } = this.result;
    const told = { outcome, reason, wouldDeny, reservationId: stored.reservationId, isStored: true };
    return { ...told, replayed, held, rows: [], reservation, decidedAt };
  }

  #rowsOf(index: number, granted: bigint): PeriodRow[] {
    return (this.result.places[index] ?? []).flatMap((place) => {
      const row = this.result.rows[place];
      const held = this.#held[place];
      if (!row || held === undefined) return [];
      this.#held[place] = held + granted;
      return [{ ...row, held: held.toString() }];
    });
  }
}

/**
 * The same key again in one batch: what became of the first, unless it says something else. undefined where the first, with
 * other content, left the key free, or where this one is what the key stands for: then it is asked by itself.
 */
function repeatOf(
  item: HoldItem,
  writer: HoldItem | undefined,
  answers: ReadonlyMap<HoldItem, Answer>,
  stored: ReadonlyMap<string, StoredHold>,
): Answer | undefined {
  const answer = writer && answers.get(writer);
  if (!writer || !answer) return new Error('The reserving lost the first of two equal keys.');
  const { idempotencyKey, contentHash } = item.draft;
  if (writer.draft.contentHash === contentHash) {
    const hadNoEffect = answer instanceof Error || answer.outcome === 'DENIED';
    return hadNoEffect ? answer : { ...answer, replayed: true, isStored: true, rows: [] };
  }
  const known = stored.get(idempotencyKey);
  const hasEffect = known
    ? known.contentHash !== contentHash
    : !(answer instanceof Error) && answer.outcome !== 'DENIED';
  return hasEffect ? idempotencyConflict(idempotencyKey) : undefined;
}
