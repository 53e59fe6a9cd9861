import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { validate } from 'uuid';
import { countTextTokens } from '../catalog/count-tokens.js';
import type { PriceBook } from '../catalog/price-book.js';
import { ApiError, badInput, notFound } from '../errors.js';
import type { AccountDirectory } from '../identity/account-directory.js';
import { accountById, maySee } from '../identity/account-scope.js';
import { AccountKind } from '../identity/account.js';
import { authorize } from '../identity/permission.js';
import { caught, errorOf, valueOf } from '../item-outcome.js';
import type { Lanes } from '../lanes.js';
import { idAt, instantOfId } from '../node-id.js';
import type { Operation } from '../operation.js';
import {
  effectOf,
  mayPassByGrace,
  statusOf,
  type BudgetPeriodStatus,
  type EnforcementSettings,
  type PeriodRow,
} from './budget-status.js';
import { Enforcement } from './budget.js';
import { decide, Decision, DecisionOutcome, type DecisionReason } from './decision.js';
import { findReservation } from './end-reservations.sql.js';
import { completionTokensWithin, type CallToHold } from './held-amount.js';
import { heldPeriods } from './held-periods.sql.js';
import type { Releasing } from './releasing.js';
import {
  checkExtend,
  checkReservationId,
  checkReserve,
  type ExtendDraft,
  type ReserveDraft,
} from './reservation-draft.js';
import { readReservationFacts, type ReservationFacts } from './reservation-facts.sql.js';
import { Reservation, ReservationState } from './reservation.js';
import type { ExtendReservationInput, ReleaseReservationInput, ReserveBudgetInput } from './reservation-input.js';
import type { HoldItem, HoldReceipt, Reserving } from './reserving.js';
import { storedReservation } from './stored-reservation.js';

const MAX_BATCH = 1_000;
const MAX_KNOWN = 200_000;

export interface Reserved {
  readonly decision: Decision;
  /** Null where it was denied. */
  readonly reservation: Reservation | null;
  readonly replayed: boolean;
  /** Empty where they were not asked for. */
  readonly budgets: readonly BudgetPeriodStatus[] | Promise<readonly BudgetPeriodStatus[]>;
}

/** What the caller looks at, of what has to be worked out. */
export interface Wants {
  /** The budget that decided. */
  readonly budget: boolean;
  /** All budgets that hold for it. */
  readonly budgets: boolean;
  /** The largest maxCompletionTokens that would fit. */
  readonly tokens: boolean;
}

interface ReservationGround {
  readonly writer: Pool;
  readonly lanes: Lanes;
  readonly reserving: Reserving;
  readonly releasing: Releasing;
  readonly prices: PriceBook;
  readonly accounts: AccountDirectory;
  readonly enforcement: EnforcementSettings;
}

export class ReservationService {
  readonly #known = new LRUCache<string, ReservationFacts>({ max: MAX_KNOWN });

  constructor(private readonly on: ReservationGround) {}

  /** Holds on every budget above the account, or on none. A denial is an answer, and leaves nothing behind. */
  async reserve(operation: Operation, input: ReserveBudgetInput, wants: Wants): Promise<Reserved> {
    authorize(operation, 'budget.reserve');
    const [answer] = await this.#hold(operation, [checkReserve(input, ['input'])], wants);
    return valueOf(answer);
  }

  /** Each item is held, denied or refused by itself. */
  async reserveBatch(
    operation: Operation,
    inputs: readonly ReserveBudgetInput[],
    wants: Wants,
  ): Promise<(Reserved | Error)[]> {
    authorize(operation, 'budget.reserve');
    if (inputs.length === 0 || inputs.length > MAX_BATCH) {
      throw badInput(['input', 'items'], `A batch has 1 to ${MAX_BATCH} items.`);
    }
    const drafts = inputs.map((input, index) => caught(() => checkReserve(input, ['input', 'items', index])));
    const good = drafts.filter((draft): draft is ReserveDraft => !(draft instanceof Error));
    const answers = (await this.#hold(operation, good, wants)).values();
    return drafts.map((draft) =>
      draft instanceof Error ? draft : (answers.next().value ?? new Error('An item got no answer.')),
    );
  }

  /** Holds more, on the rows that the reservation is held on. */
  async extend(operation: Operation, input: ExtendReservationInput, wants: Wants): Promise<Reserved> {
    authorize(operation, 'budget.reserve');
    const [answer] = await this.#hold(operation, [checkExtend(input, ['input'])], wants);
    return valueOf(answer);
  }

  /** Frees what is held. Again, or after it expired, changes nothing. */
  async release(operation: Operation, { reservationId }: ReleaseReservationInput): Promise<Reservation> {
    authorize(operation, 'budget.reserve');
    const id = checkReservationId(reservationId);
    const [outcome] = await this.on.lanes.submit(operation, this.on.releasing, [id]);
    if (outcome?.status !== 'fulfilled') throw errorOf(outcome?.reason);
    const reservation = storedReservation(outcome.value);
    if (reservation.state !== ReservationState.SETTLED) return reservation;
    throw new ApiError('RESERVATION_NOT_HELD', 'The reservation was settled: its call is recorded.', {
      usageKey: reservation.usageKey,
    });
  }

  /** By the key in an opaque id; null where it is not there or not for the principal. */
  async findNode(operation: Operation, key: string): Promise<Reservation | null> {
    authorize(operation, 'budget.read');
    if (!validate(key)) return null;
    const row = await findReservation(this.on.writer, operation.principal.organizationId, key);
    if (!row) return null;
    const reservation = storedReservation(row);
    if (operation.principal.accountId === undefined) return reservation;
    const account = await accountById(operation, reservation.accountId);
    return account && (await maySee(operation, account)) ? reservation : null;
  }

  /** @throws ApiError NOT_FOUND, for one of another organization as for one that is missing. */
  async factsOf(operation: Operation, opaqueId: string): Promise<ReservationFacts> {
    const id = checkReservationId(opaqueId);
    const { organizationId } = operation.principal;
    const known = this.#known.get(`${organizationId}:${id}`);
    const facts = known ?? (await readReservationFacts(this.on.writer, organizationId, id));
    if (!facts) throw notFound('The reservation');
    if (!known) this.#known.set(`${organizationId}:${id}`, facts);
    return facts;
  }

  async #hold(
    operation: Operation,
    drafts: readonly (ReserveDraft | ExtendDraft)[],
    wants: Wants,
  ): Promise<(Reserved | Error)[]> {
    if (drafts.length === 0) return [];
    const { organizationId } = operation.principal;
    const spending = drafts.filter((draft) => draft.kind === 'RESERVE');
    const accountIds = await this.on.accounts.idsOf(
      organizationId,
      spending.map(({ account }) => account),
      operation.now,
    );
    const ids = accountIds.values();
    const items = await Promise.all(
      drafts.map(async (draft) => {
        const accountId = draft.kind === 'RESERVE' ? ids.next().value : undefined;
        return this.#itemOf(operation, draft, accountId, wants);
      }),
    );
    const receipts = await this.on.lanes.submit(operation, this.on.reserving, items);
    // One read for all replays of a call.
    const live = new DataLoader((of: readonly Reservation[]) => heldPeriods(this.on.writer, of), { cache: false });
    return items.map((item, index) => {
      const outcome = receipts[index];
      if (outcome?.status !== 'fulfilled') return errorOf(outcome?.reason);
      const reserved = this.#reservedOf(organizationId, item, outcome.value, wants);
      return { ...reserved, budgets: wants.budgets ? this.#budgetsOf(reserved, outcome.value, live) : [] };
    });
  }

  async #itemOf(
    operation: Operation,
    draft: ReserveDraft | ExtendDraft,
    accountId: string | undefined,
    wants: Wants,
  ): Promise<HoldItem> {
    const createdAt = operation.now;
    const common = { draft, accountId, createdAt, wantsRows: wants.budget || wants.budgets || wants.tokens };
    if (draft.kind === 'EXTEND') {
      const call = { provider: undefined, model: undefined, asked: draft.amountPicoUsd };
      return { ...common, reservationId: draft.reservationId, call };
    }
    const { provider, model } = draft;
    const call = { provider, model, asked: await this.#askedOf(operation, draft) };
    return { ...common, reservationId: idAt(createdAt), call };
  }

  async #askedOf(operation: Operation, { asked, model = '', provider }: ReserveDraft): Promise<CallToHold['asked']> {
    if (asked.kind === 'AMOUNT') return asked.picoUsd;
    const { prompt, maxCompletionTokens } = asked;
    if (typeof prompt === 'bigint') return { promptTokens: prompt, maxCompletionTokens };
    const prices = await this.on.prices.snapshot(operation.principal.organizationId);
    const found = prices.resolve(model, provider);
    const { tokens } = await countTextTokens(found.kind === 'RESOLVED' ? found.model.name : model, prompt);
    return { promptTokens: tokens, maxCompletionTokens };
  }

  /** As it left them; where it was decided before, as they are now. */
  #budgetsOf(
    { reservation }: Omit<Reserved, 'budgets'>,
    { rows, outcome, held, isStored, decidedAt }: HoldReceipt,
    live: DataLoader<Reservation, PeriodRow[]>,
  ): Reserved['budgets'] {
    const { enforcement } = this.on;
    const statuses = (of: readonly PeriodRow[]) =>
      of.map((row) => statusOf(row, { enforcement, now: decidedAt, isHidden: false }));
    if (isStored && reservation) {
      const budgets = live.load(reservation).then(statuses);
      // A failure is told where the field is answered. Where it is skipped in the end, it is nobody's.
      budgets.catch(() => undefined);
      return budgets;
    }
    const added = outcome === 'DENIED' ? 0n : (held.amountPicoUsd ?? 0n);
    return statuses(rows.map((row) => ({ ...row, held: String(BigInt(row.held) + added) })));
  }

  #reservedOf(organizationId: string, item: HoldItem, receipt: HoldReceipt, wants: Wants): Omit<Reserved, 'budgets'> {
    const decision = this.#decisionOf(item, receipt, wants);
    const { replayed } = receipt;
    if (decision.outcome === DecisionOutcome.DENIED) return { decision, reservation: null, replayed };
    const reservation = receipt.reservation
      ? storedReservation(receipt.reservation)
      : heldReservation(organizationId, item, receipt);
    if (item.draft.kind === 'RESERVE' && !replayed) {
      const { account, runId } = item.draft;
      const id = reservation.reservationId;
      this.#known.set(`${organizationId}:${id}`, { id, account, runId, createdAt: reservation.createdAt });
    }
    return { decision, reservation, replayed };
  }

  /** The database decided; which budget it was, and what would fit, is read from the rows as the item found them. */
  #decisionOf({ call, createdAt }: HoldItem, receipt: HoldReceipt, wants: Wants): Decision {
    const { rows, held, outcome, reason, wouldDeny } = receipt;
    const { enforcement } = this.on;
    const now = receipt.decidedAt;
    const seen = wants.budget
      ? decide({ rows, amountPicoUsd: held.amountPicoUsd, isDisabled: false, enforcement, now })
      : undefined;
    const isDenied = outcome === 'DENIED';
    const room =
      wants.tokens && isDenied && typeof call.asked !== 'bigint' ? roomOf(rows, enforcement, now) : undefined;
    return Object.assign(new Decision(), {
      outcome: outcome as DecisionOutcome,
      reason: reason as DecisionReason,
      wouldDeny,
      budget: seen?.budget ?? null,
      remainingPicoUsd: seen?.remainingPicoUsd ?? null,
      askedPicoUsd: receipt.replayed ? null : (held.amountPicoUsd ?? null),
      maxCompletionTokens:
        room === undefined || !held.pricing || typeof call.asked === 'bigint'
          ? null
          : (completionTokensWithin({ ...held, pricing: held.pricing }, call.asked, room, createdAt)?.toString() ??
            null),
    });
  }
}

/** What the tightest of the rows that refuse has left. */
function roomOf(rows: readonly PeriodRow[], enforcement: EnforcementSettings, now: Date): bigint | undefined {
  const rooms = rows
    .filter((row) => effectOf(row, enforcement) === Enforcement.HARD && !mayPassByGrace(row, enforcement, now))
    .map(({ limit, spent, held }) => BigInt(limit) - BigInt(spent) - BigInt(held));
  return rooms.reduce<bigint | undefined>(
    (least, room) => (least === undefined || room < least ? room : least),
    undefined,
  );
}

/** A new reservation as it was written. Its held rows and its team stay in the database. */
function heldReservation(organizationId: string, item: HoldItem, receipt: HoldReceipt): Reservation {
  const { held, decidedAt, reservationId } = receipt;
  const { draft, accountId = '' } = item;
  if (draft.kind === 'EXTEND') throw new Error('An extension has its reservation in its receipt.');
  return Object.assign(new Reservation(), {
    organizationId,
    reservationId,
    accountId,
    userId: draft.account.kind === AccountKind.USER ? accountId : null,
    runId: draft.runId ?? null,
    provider: held.provider ?? null,
    model: held.model ?? null,
    amountPicoUsd: held.amountPicoUsd ?? 0n,
    state: ReservationState.HELD,
    createdAt: instantOfId(reservationId),
    expiresAt: new Date(decidedAt.getTime() + draft.ttlMs),
    endedAt: null,
    usageKey: null,
    usageKeyDay: null,
  });
}
