/** The real server as the model sees it: what is sent by number, and what is answered in the model's words. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import {
  AlertsDocument,
  DeleteBudgetDocument,
  ExtendReservationDocument,
  ReleaseReservationDocument,
  ReservationByIdDocument,
  ReserveBudgetBatchDocument,
  ReserveBudgetDocument,
  SetAccountDocument,
  SetBudgetDocument,
  SettleDocument,
  type DecisionPartsFragment,
  type ExtendReservationInput,
  type RecordUsageInput,
  type ReservationPartsFragment,
  type ReserveBudgetInput,
  type SetAccountInput,
  type SetBudgetInput,
} from './generated/operations.js';
import { CheckDocument, DeductDocument, EveryStatusDocument, type AccountAlias } from './protocol-documents.js';
import { sliceOf, type Said } from './protocol-hold.js';
import { post } from './world.js';

interface HoldPayload {
  readonly decision: DecisionPartsFragment;
  readonly reservation?: ReservationPartsFragment | null;
  readonly replayed: boolean;
}

const slice = (instant: string) => sliceOf(Date.parse(instant));

export class ProtocolDoor {
  readonly #reservations: string[] = [];
  readonly #records: string[] = [];
  readonly #budgets = new Map<string, string>();

  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  reservationId(number: number): string {
    return this.#reservations[number] ?? '';
  }

  async reserve(input: ReserveBudgetInput): Promise<Said> {
    return this.#ask(ReserveBudgetDocument, { input }, ({ reserveBudget }) => this.#held(reserveBudget));
  }

  async reserveBatch(items: ReserveBudgetInput[]): Promise<Said> {
    return this.#ask(ReserveBudgetBatchDocument, { input: { items } }, ({ reserveBudgetBatch }) => ({
      items: reserveBudgetBatch.items.map(({ result, error }) =>
        result ? this.#held(result) : { error: error?.code },
      ),
    }));
  }

  async extend(input: ExtendReservationInput): Promise<Said> {
    return this.#ask(ExtendReservationDocument, { input }, ({ extendReservation }) => this.#held(extendReservation));
  }

  async release(number: number): Promise<Said> {
    const input = { reservationId: this.reservationId(number) };
    return this.#ask(ReleaseReservationDocument, { input }, ({ releaseReservation }) => ({
      reservation: this.#reserved(releaseReservation.reservation),
    }));
  }

  async look(number: number): Promise<Said> {
    return this.#ask(ReservationByIdDocument, { id: this.reservationId(number) }, ({ node }) => ({
      reservation: node && 'state' in node ? this.#reserved(node as ReservationPartsFragment) : null,
    }));
  }

  async record(input: RecordUsageInput): Promise<Said> {
    return this.#ask(SettleDocument, { input }, ({ recordUsage }) => {
      const { usageRecord, budgets, replayed, settled, overran, reservation } = recordUsage;
      const number = usageRecord ? numberOf(this.#records, usageRecord.id) : null;
      return {
        number,
        charge: usageRecord?.charge ?? null,
        at: usageRecord ? slice(usageRecord.budgetAt) : null,
        run: usageRecord?.runId ?? null,
        budgets: budgets.map(({ name, spent, held }) => ({ name, spent, held })),
        replayed,
        settled: settled ?? null,
        overran,
        reservation: reservation ? this.#reserved(reservation) : null,
      };
    });
  }

  async deduct(input: object): Promise<Said> {
    return this.#ask(DeductDocument, { input }, ({ deductFromBudget }) => {
      const { usageRecord, budgets, replayed, decision } = deductFromBudget;
      return {
        number: usageRecord ? numberOf(this.#records, usageRecord.id) : null,
        charge: usageRecord?.charge ?? null,
        at: usageRecord ? slice(usageRecord.budgetAt) : null,
        run: usageRecord?.runId ?? null,
        budgets: budgets.map(({ name, spent, held }) => ({ name, spent, held })),
        replayed,
        decision: decision && decisionOf(decision),
      };
    });
  }

  async check(input: object): Promise<Said> {
    return this.#ask(CheckDocument, { input }, ({ checkBudget }) => decisionOf(checkBudget));
  }

  async setAccount(input: SetAccountInput): Promise<Said> {
    return this.#ask(SetAccountDocument, { input }, ({ setAccount }) => ({ disabled: setAccount.disabledAt != null }));
  }

  async setBudget(input: SetBudgetInput): Promise<Said> {
    return this.#ask(SetBudgetDocument, { input }, ({ setBudget }) => {
      const { id, name, limit, enforcement, thresholds } = setBudget;
      this.#budgets.set(id, name ?? '');
      return { name, limit, enforcement, thresholds };
    });
  }

  async deleteBudget(name: string): Promise<Said> {
    const [id = ''] = [...this.#budgets].find((known) => known[1] === name) ?? [];
    return this.#ask(DeleteBudgetDocument, { id }, ({ deleteBudget }) => ({ isEnded: deleteBudget.endedAt != null }));
  }

  /** Of each account, nearest budget first. */
  async statuses(): Promise<Said> {
    return this.#ask(EveryStatusDocument, {}, (data) =>
      Object.fromEntries(
        (Object.keys(data) as AccountAlias[]).map((alias) => [
          alias,
          data[alias].budgets.map(({ graceUntil, ...row }) => ({
            ...row,
            grace: graceUntil === null ? null : slice(graceUntil),
          })),
        ]),
      ),
    );
  }

  /** Those of budgets and reservations, as the model writes them, sorted. */
  async alerts(): Promise<Said> {
    return this.#ask(AlertsDocument, { first: 200 }, ({ alerts }) => ({
      isWhole: !alerts.pageInfo.hasNextPage,
      alerts: alerts.edges
        .flatMap(({ node }) => {
          if (node.kind === 'BUDGET_THRESHOLD') {
            return [`BUDGET_THRESHOLD ${node.threshold} ${this.#budgets.get(node.budgetId ?? '')}`];
          }
          const reservation = this.#reservations.indexOf(node.reservation ?? '');
          return node.kind === 'RESERVATION_OVERRUN' ? [`RESERVATION_OVERRUN ${reservation}`] : [];
        })
        .sort(),
    }));
  }

  async #ask<T, V>(document: TypedDocumentNode<T, V>, variables: V, read: (data: T) => Said): Promise<Said> {
    const { data, errors } = await post<T>(this.url, { query: print(document), variables }, this.key);
    if (errors || !data) return { error: errors?.[0]?.extensions['code'] };
    return read(data);
  }

  #held({ decision, reservation, replayed }: HoldPayload): Said {
    const { maxCompletionTokens } = decision;
    return {
      ...decisionOf(decision),
      tokens: maxCompletionTokens == null ? null : String(maxCompletionTokens),
      replayed,
      reservation: reservation ? this.#reserved(reservation) : null,
    };
  }

  #reserved({ id, state, amount, expiresAt, usageRecordId, runId, model }: ReservationPartsFragment): Said {
    return {
      number: numberOf(this.#reservations, id),
      state,
      amount,
      expires: slice(expiresAt),
      record: usageRecordId == null ? null : numberOf(this.#records, usageRecordId),
      run: runId ?? null,
      model: model ?? null,
    };
  }
}

function decisionOf({ outcome, reason, wouldDeny, asked, remaining, budget }: DecisionLike): Said {
  return {
    outcome,
    reason,
    wouldDeny,
    asked: asked ?? null,
    remaining: remaining ?? null,
    budget: budget?.name ?? null,
  };
}
interface DecisionLike {
  readonly outcome: string;
  readonly reason: string;
  readonly wouldDeny: boolean;
  readonly asked: string | null;
  readonly remaining: string | null;
  readonly budget: { readonly name: string | null } | null;
}

/** Ids are numbered in the order in which they are first seen, as in the model. */
function numberOf(ids: string[], id: string): number {
  const known = ids.indexOf(id);
  return known >= 0 ? known : ids.push(id) - 1;
}
