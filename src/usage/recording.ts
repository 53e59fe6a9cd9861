/** The work of the recording lane: prices a batch, writes it in one call, and tells each item what became of it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { LaneClient } from '../lane-connection.js';
import { expireReservations, hasExpired, type ReservationRow } from '../budget/end-reservations.sql.js';
import type { EnforcementSettings, PeriodRow } from '../budget/budget-status.js';
import { readReservationTeams } from '../budget/reservation-facts.sql.js';
import type { PriceBook } from '../catalog/price-book.js';
import { idempotencyConflict } from '../errors.js';
import type { LaneJob } from '../lane.js';
import { BudgetWalk } from './budget-walk.js';
import { deniedBy } from './denial.js';
import { priceOf, type PricedUsage, type UnpricedUsage } from './priced-usage.js';
import { recordUsage } from './record-usage.sql.js';
import { isSettledBy } from './settlement.js';
import type { UsageDraft } from './usage-draft.js';

export interface UsageItem {
  readonly draft: UsageDraft;
  readonly accountId: string;
  /** Whether the caller wants to know of the budgets that it counted on. */
  readonly wantsBudgets: boolean;
  /** Whether the caller wants to know of the reservation that it names. */
  readonly wantsReservation: boolean;
}

export type UsageReceipt =
  | {
      readonly kind: 'WRITTEN';
      readonly price: PricedUsage | UnpricedUsage;
      readonly batchId: string;
      readonly teamId: string | null;
      readonly recordedAt: Date;
      /** Each period row as this item left it, before the later items of its batch; empty where nobody of it asked. */
      readonly budgets: readonly PeriodRow[];
      /** The same key came twice in one batch, and this is not the first. */
      readonly repeated?: boolean;
      /** The reservation that it names, as it is afterwards. */
      readonly reservation: ReservationRow | undefined;
    }
  /** The key existed with the same content: the stored row, by column name. */
  | {
      readonly kind: 'REPLAYED';
      readonly row: StoredRow;
      readonly reservation: ReservationRow | undefined;
      /** This item wrote it, and only the database's answer was lost on the way. */
      readonly isOwn: boolean;
    };

/** A stored record, by column name. */
type StoredRow = Readonly<Record<string, unknown>>;

export interface RecordingSettings {
  readonly isPricingOn: boolean;
  readonly enforcement: EnforcementSettings;
}

/** A batch as it is being written. */
interface Batch {
  readonly answers: Map<UsageItem, UsageReceipt | Error>;
  /** Rows of keys that existed. */
  readonly stored: Map<string, StoredRow>;
  /** Whether anybody of the batch wants to know of the budgets. */
  readonly withPeriods: boolean;
  readonly isStale: boolean;
}

/** Prices move rarely: a batch that meets a change twice in a row meets it because something is wrong. */
const STALE_TRIES = 5;
const RETRY_WAIT_MS = 10;

export class Recording implements LaneJob<UsageItem, UsageReceipt> {
  readonly batchSize: number | undefined;
  /** The batches of items whose answer was lost. */
  readonly #lost = new WeakMap<UsageItem, Set<unknown>>();

  /** @param onlyIfFits one item a call, which throws SQLSTATE TG001 where a HARD budget has no room for it. */
  constructor(
    private readonly prices: PriceBook,
    private readonly settings: RecordingSettings,
    private readonly wake: (organizationId: string) => void,
    private readonly onlyIfFits: boolean,
  ) {
    this.batchSize = onlyIfFits ? 1 : undefined;
  }

  /**
   * No denial is caused by a reservation whose time is over: such are expired first, and the item is tried again. Where
   * there are none (any more: somebody else may have been before it), what is denied once more is denied.
   */
  async run(
    client: LaneClient,
    organizationId: string,
    items: readonly UsageItem[],
  ): Promise<readonly (UsageReceipt | Error)[]> {
    for (let foundNone = false; ;) {
      try {
        return await this.#record(client, organizationId, items);
      } catch (error) {
        if (!deniedBy(error)) throw error;
        if ((await expireReservations(client, organizationId)) > 0) continue;
        // Somebody else has one in hand, and is soon done.
        if (await hasExpired(client, organizationId)) await wait(RETRY_WAIT_MS);
        else if (foundNone) throw error;
        else foundNone = true;
      }
    }
  }

  async #record(
    client: LaneClient,
    organizationId: string,
    items: readonly UsageItem[],
  ): Promise<readonly (UsageReceipt | Error)[]> {
    const answers = new Map<UsageItem, UsageReceipt | Error>();
    const stored = new Map<string, StoredRow>();
    const first = new Map<string, UsageItem>();
    const repeats: UsageItem[] = [];
    for (const item of items) {
      const known = first.get(item.draft.idempotencyKey);
      if (known) repeats.push(item);
      else first.set(item.draft.idempotencyKey, item);
    }
    const withPeriods = items.some(({ wantsBudgets }) => wantsBudgets);
    let left = [...first.values()];
    for (let tries = 0; left.length > 0; tries += 1) {
      if (tries === STALE_TRIES) throw new Error('The prices did not hold still.');
      left = await this.#write(client, organizationId, left, { answers, stored, withPeriods, isStale: tries > 0 });
    }
    for (const item of repeats) answers.set(item, repeatOf(item, first, answers, stored));
    return items.map((item) => answers.get(item) ?? new Error('The recording gave no answer for an item.'));
  }

  /** Answers with the items that have to be priced again. */
  async #write(
    client: LaneClient,
    organizationId: string,
    items: readonly UsageItem[],
    { answers, stored, withPeriods, isStale }: Batch,
  ): Promise<UsageItem[]> {
    const prices = await (isStale ? this.prices.refresh(organizationId) : this.prices.snapshot(organizationId));
    const { catalogueVersion, ownVersion } = prices;
    const teams = prices.hasMarkups ? await teamsOf(client, organizationId, items) : undefined;
    const rows = items.map(({ draft, accountId }) => {
      const teamId = draft.reservationId === undefined ? undefined : teams?.get(draft.reservationId);
      return { draft, accountId, price: priceOf(draft, { accountId, teamId }, prices, this.settings.isPricingOn) };
    });
    const batchId = randomUUID();
    const { onlyIfFits } = this;
    const { enforcement } = this.settings;
    const recorded = recordUsage(client, {
      organizationId,
      catalogueVersion,
      ownVersion,
      batchId,
      onlyIfFits,
      enforcement,
      withPeriods,
      withReservationRows: items.some(({ wantsReservation, wantsBudgets }) => wantsReservation || wantsBudgets),
      withReservations: items.some(({ draft }) => draft.reservationId !== undefined),
      rows,
    });
    const result = await recorded.catch((error: unknown) => {
      for (const item of items) this.#lost.set(item, (this.#lost.get(item) ?? new Set()).add(batchId));
      throw error;
    });
    if (result.alertCount > 0) this.wake(organizationId);
    for (const row of result.existing) stored.set(String(row['idempotency_key']), row);
    const stale = new Set(result.stale);
    const reservations = new Map(result.reservations.map((row) => [row['id'], row]));
    // A key that existed has freed nothing in this call.
    const settledOf = ({ draft }: UsageItem): ReservationRow | undefined => {
      const row = stored.has(draft.idempotencyKey) ? undefined : reservations.get(draft.reservationId);
      return row && isSettledBy(draft, row) ? row : undefined;
    };
    const walk = new BudgetWalk(result.periods, items.map(settledOf));
    const again: UsageItem[] = [];
    for (const [index, item] of items.entries()) {
      const { draft, accountId } = item;
      const row = stored.get(draft.idempotencyKey);
      const price = rows[index]?.price;
      const reservation = reservations.get(draft.reservationId);
      if (row) answers.set(item, replayOf(draft, row, reservation, this.#lost.get(item)?.has(row['batch_id'])));
      else if (stale.has(draft.idempotencyKey) || !price) again.push(item);
      else {
        const teamId = result.teams[index] ?? null;
        const path = { runId: result.runs[index], accountId, teamId };
        const budgets = walk.next(draft, path, price, settledOf(item));
        const { recordedAt } = result;
        answers.set(item, { kind: 'WRITTEN', price, batchId, teamId, recordedAt, budgets, reservation });
      }
    }
    return again;
  }
}

/** What pays for a held call is the team that it was held for. */
async function teamsOf(client: LaneClient, organizationId: string, items: readonly UsageItem[]) {
  const ids = items.flatMap(({ draft }) => draft.reservationId ?? []);
  return ids.length === 0 ? undefined : readReservationTeams(client, organizationId, ids);
}

function replayOf(
  draft: UsageDraft,
  row: StoredRow,
  reservation: ReservationRow | undefined,
  isOwn = false,
): UsageReceipt | Error {
  return row['content_hash'] === draft.contentHash
    ? { kind: 'REPLAYED', row, reservation, isOwn }
    : idempotencyConflict(draft.idempotencyKey);
}

/** The same key again in one batch: compared with what is stored under it now, which the first of them may have written. */
function repeatOf(
  item: UsageItem,
  first: ReadonlyMap<string, UsageItem>,
  answers: ReadonlyMap<UsageItem, UsageReceipt | Error>,
  stored: ReadonlyMap<string, StoredRow>,
): UsageReceipt | Error {
  const { idempotencyKey, contentHash } = item.draft;
  const row = stored.get(idempotencyKey);
  const writer = first.get(idempotencyKey);
  const answer = writer && answers.get(writer);
  if (row) return replayOf(item.draft, row, answer && !(answer instanceof Error) ? answer.reservation : undefined);
  if (!writer || !answer) return new Error('The recording lost the first of two equal keys.');
  if (writer.draft.contentHash !== contentHash) return idempotencyConflict(idempotencyKey);
  return answer instanceof Error || answer.kind === 'REPLAYED' ? answer : { ...answer, repeated: true };
}
