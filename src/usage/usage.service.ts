import DataLoader from 'dataloader';
import type { Pool } from 'pg';
import {
  statusOf,
  type BudgetPeriodStatus,
  type EnforcementSettings,
  type PeriodRow,
} from '../budget/budget-status.js';
import { decide, DecisionOutcome, type Decision } from '../budget/decision.js';
import { findReservation } from '../budget/end-reservations.sql.js';
import type { ReservationService } from '../budget/reservation.service.js';
import { extractUsage } from '../catalog/extract-usage.js';
import type { PriceBook } from '../catalog/price-book.js';
import { badInput, idempotencyConflict } from '../errors.js';
import type { AccountDirectory } from '../identity/account-directory.js';
import { authorize } from '../identity/permission.js';
import { caught, errorOf, valueOf } from '../item-outcome.js';
import type { Lanes } from '../lanes.js';
import type { Operation } from '../operation.js';
import { checkCall, checkDeduction, checkProviderCall, draftOf, type ProviderCall } from './check-usage.js';
import { countedPeriods } from './counted-periods.sql.js';
import { deniedBy } from './denial.js';
import { findStored } from './find-stored.sql.js';
import type { Recording } from './recording.js';
import { settlementOf, type Settlement } from './settlement.js';
import { recordOf, storedRecord } from './stored-usage.js';
import type { CallDraft, UsageDraft } from './usage-draft.js';
import type { DeductFromBudgetInput, RecordProviderUsageInput, RecordUsageInput } from './usage-input.js';
import type { UsageRecord } from './usage-record.js';

const MAX_BATCH = 1_000;

/** What the caller looks at, of what has to be worked out. */
export interface UsageWants {
  /** The budgets that a record counted on. */
  readonly budgets: boolean;
  /** The reservation that it names. */
  readonly reservation: boolean;
}

export interface Recorded {
  /** Null only where a deduction was denied. */
  readonly record: UsageRecord | null;
  readonly replayed: boolean;
  /** Empty where they were not asked for. */
  readonly budgets: readonly BudgetPeriodStatus[] | Promise<readonly BudgetPeriodStatus[]>;
  /** Undefined where it names no reservation. */
  readonly settlement?: Settlement | undefined;
}

/** With the rows that it counted on, as it left them. */
interface Written extends Recorded {
  readonly rows: readonly PeriodRow[];
}

export interface Deducted {
  readonly recorded: Recorded;
  /** Null for a replay: it was decided then. */
  readonly decision: Decision | null;
}

interface UsageGround {
  readonly writer: Pool;
  readonly lanes: Lanes;
  readonly recording: Recording;
  /** Refuses what a HARD budget has no room for. */
  readonly fittingRecording: Recording;
  readonly prices: PriceBook;
  readonly accounts: AccountDirectory;
  readonly reservations: ReservationService;
  readonly enforcement: EnforcementSettings;
}

export class UsageService {
  constructor(private readonly on: UsageGround) {}

  async record(operation: Operation, input: RecordUsageInput, wants: UsageWants): Promise<Recorded> {
    authorize(operation, 'usage.write');
    const draft = checkCall(input, operation.now, ['input'], await this.#reserved(operation, input));
    const [answer] = await this.#write(operation, [draft], wants);
    return valueOf(answer);
  }

  async recordProvider(operation: Operation, input: RecordProviderUsageInput, wants: UsageWants): Promise<Recorded> {
    authorize(operation, 'usage.write');
    const path = ['input'];
    const call = checkProviderCall(input, operation.now, path, await this.#reserved(operation, input));
    const prices = await this.on.prices.snapshot(operation.principal.organizationId);
    const extractors = prices.findProvider(input.provider)?.extractors ?? [];
    const extracted = extractUsage(extractors, input.response, input.apiFlavor);
    const draft = caught(() => draftOf(call, input, extracted, path));
    if (draft instanceof Error) return this.#replayOf(operation, call, wants, draft);
    const [answer] = await this.#write(operation, [draft], wants);
    return valueOf(answer);
  }

  /** What took effect stays so, also where a later catalogue cannot read it any more. @throws the problem, for a new key. */
  async #replayOf(operation: Operation, call: ProviderCall, wants: UsageWants, problem: Error): Promise<Recorded> {
    const row = await findStored(this.on.writer, operation.principal.organizationId, call);
    if (!row) throw problem;
    if (row['content_hash'] !== call.contentHash) throw idempotencyConflict(call.idempotencyKey);
    const record = storedRecord(row);
    const { reservationId } = record;
    const { organizationId } = operation.principal;
    const held =
      reservationId === null ? undefined : await findReservation(this.on.writer, organizationId, reservationId);
    const settlement = held && settlementOf(record, held);
    return {
      record,
      replayed: true,
      budgets: wants.budgets ? this.#liveBudgets(operation.now)(record) : [],
      settlement,
    };
  }

  /** What the reservation that a call names has fixed, undefined where it names none. @throws ApiError NOT_FOUND. */
  #reserved(operation: Operation, { reservationId }: Pick<RecordUsageInput, 'reservationId'>) {
    return reservationId == null ? undefined : this.on.reservations.factsOf(operation, reservationId);
  }

  /** Each item is written or refused by itself; a bad one changes nothing for the others. */
  async recordBatch(
    operation: Operation,
    inputs: readonly RecordUsageInput[],
    wants: UsageWants,
  ): Promise<(Recorded | Error)[]> {
    authorize(operation, 'usage.write');
    if (inputs.length === 0 || inputs.length > MAX_BATCH) {
      throw badInput(['input', 'items'], `A batch has 1 to ${MAX_BATCH} items.`);
    }
    const checked = inputs.map(async (input, index) =>
      checkCall(input, operation.now, ['input', 'items', index], await this.#reserved(operation, input)),
    );
    const drafts = (await Promise.allSettled(checked)).map((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value : errorOf(outcome.reason),
    );
    const good = drafts.filter((draft): draft is CallDraft => !(draft instanceof Error));
    const answers = (await this.#write(operation, good, wants)).values();
    return drafts.map((draft) =>
      draft instanceof Error ? draft : (answers.next().value ?? new Error('An item got no answer.')),
    );
  }

  /** An amount that is not tokens. With `onlyIfFits` nothing is booked where a HARD budget has no room for it. */
  async deduct(operation: Operation, input: DeductFromBudgetInput, wants: UsageWants): Promise<Deducted> {
    authorize(operation, 'usage.write');
    const draft = checkDeduction(input, operation.now, ['input']);
    const { amountPicoUsd } = draft;
    const decided = (rows: readonly PeriodRow[], now = operation.now) =>
      decide({
        rows,
        amountPicoUsd,
        isDisabled: false,
        // Only a reservation starts a budget's grace.
        enforcement: { ...this.on.enforcement, graceMs: 0 },
        now,
        mayDeny: input.onlyIfFits,
      });
    try {
      const recording = input.onlyIfFits ? this.on.fittingRecording : this.on.recording;
      const [answer] = await this.#write(operation, [draft], wants, { recording, needsRows: true });
      const written = valueOf(answer);
      const before = written.rows.map((row) => ({ ...row, spent: String(BigInt(row.spent) - amountPicoUsd) }));
      // By the database's clock, as it was let pass.
      return { recorded: written, decision: written.replayed ? null : decided(before, written.record?.recordedAt) };
    } catch (error) {
      const rows = deniedBy(error);
      if (!rows) throw error;
      const decision = decided(rows);
      // A grace that this server still sees may be over by the database's clock, which is what denied.
      const graceless = rows.map((row) => ({ ...row, graceUntil: null }));
      return {
        recorded: { record: null, replayed: false, budgets: this.#statuses(rows, operation.now) },
        decision: decision.outcome === DecisionOutcome.DENIED ? decision : decided(graceless),
      };
    }
  }

  async #write(
    operation: Operation,
    drafts: readonly UsageDraft[],
    wants: UsageWants,
    { recording, needsRows } = { recording: this.on.recording, needsRows: false },
  ): Promise<(Written | Error)[]> {
    if (drafts.length === 0) return [];
    const { organizationId } = operation.principal;
    const accountIds = await this.on.accounts.idsOf(
      organizationId,
      drafts.map((draft) => draft.account),
      operation.now,
    );
    const items = drafts.map((draft, index) => ({
      draft,
      accountId: accountIds[index] ?? '',
      wantsBudgets: wants.budgets || needsRows,
      wantsReservation: wants.reservation,
    }));
    const receipts = await this.on.lanes.submit(operation, recording, items);
    const live = wants.budgets ? this.#liveBudgets(operation.now) : undefined;
    return items.map(({ draft, accountId }, index) => {
      const outcome = receipts[index];
      if (outcome?.status !== 'fulfilled') return errorOf(outcome?.reason);
      const receipt = outcome.value;
      const record = recordOf(organizationId, accountId, draft, receipt);
      const settlement = receipt.reservation && settlementOf(record, receipt.reservation);
      if (receipt.kind === 'REPLAYED') {
        return { record, replayed: !receipt.isOwn, rows: [], budgets: live?.(record) ?? [], settlement };
      }
      const rows = receipt.budgets;
      const budgets = wants.budgets ? this.#statuses(rows, operation.now) : [];
      return { record, replayed: receipt.repeated === true, rows, budgets, settlement };
    });
  }

  /** The budgets of each replay of a call as they are now: one read for all. */
  #liveBudgets(now: Date): (replay: UsageRecord) => Promise<BudgetPeriodStatus[]> {
    const live = new DataLoader((of: readonly UsageRecord[]) => countedPeriods(this.on.writer, of), { cache: false });
    return (replay) => {
      const budgets = live.load(replay).then((rows) => this.#statuses(rows, now));
      // A failure is told where the field is answered. Where it is skipped in the end, it is nobody's.
      budgets.catch(() => undefined);
      return budgets;
    };
  }

  #statuses(rows: readonly PeriodRow[], now: Date): BudgetPeriodStatus[] {
    return rows.map((row) => statusOf(row, { enforcement: this.on.enforcement, now, isHidden: false }));
  }
}
