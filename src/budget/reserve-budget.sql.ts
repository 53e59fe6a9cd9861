import type { LaneClient } from '../lane-connection.js';
import {
  bigintArray,
  booleanArray,
  bytesArray,
  dateArray,
  instantArray,
  numericArray,
  textArray,
  uuidArray,
} from '../array-binary.js';
import type { EnforcementSettings, PeriodRow } from './budget-status.js';
import type { HeldAmount } from './held-amount.js';
import type { ExtendDraft, ReserveDraft } from './reservation-draft.js';

/** One item to hold money for. */
export interface HoldRow {
  readonly draft: ReserveDraft | ExtendDraft;
  /** Of the new reservation, or of the one that is extended. */
  readonly reservationId: string;
  /** Who spends; an extension spends for its reservation's. */
  readonly accountId: string | undefined;
  readonly held: HeldAmount;
  readonly createdAt: Date;
}

export interface ReserveBudgetCall {
  readonly organizationId: string;
  readonly catalogueVersion: bigint;
  readonly ownVersion: bigint;
  readonly enforcement: EnforcementSettings;
  /** Whether anybody wants to know of the budgets; else `rows` and `places` are empty. */
  readonly withRows: boolean;
  readonly rows: readonly HoldRow[];
}

export type Verdict =
  'ALLOWED' | 'ALLOWED_BY_GRACE' | 'DENIED' | 'RETRY' | 'NOT_FOUND' | 'NOT_HELD' | 'EXISTING' | 'STALE';

/** A key that has taken effect before. */
export interface StoredHold {
  readonly key: string;
  /** SHA-256 in hex. */
  readonly contentHash: string;
  readonly reservationId: string;
  readonly outcome: string;
  readonly reason: string;
  readonly wouldDeny: boolean;
}

export interface ReserveBudgetResult {
  readonly verdicts: readonly Verdict[];
  readonly reasons: readonly string[];
  readonly wouldDeny: readonly boolean[];
  readonly existing: readonly StoredHold[];
  /** Of extensions and existing keys: the reservations as they are now, by column name. */
  readonly reservations: readonly Readonly<Record<string, unknown>>[];
  /** The period rows as they were before the call. */
  readonly rows: readonly PeriodRow[];
  /** For each item, the indexes of its rows, nearest first. */
  readonly places: readonly (readonly number[])[];
  readonly decidedAt: Date;
}

const COLUMNS = 22;
const TEXT = `SELECT verdicts, reasons, would_deny, existing, reservations, rows, places, decided_at
  FROM public.reserve_budget(${Array.from({ length: COLUMNS }, (_, index) => `$${index + 1}`).join(', ')})`;

type Answer = [
  verdicts: Verdict[],
  reasons: string[],
  wouldDeny: boolean[],
  existing: StoredHold[] | null,
  reservations: Record<string, unknown>[] | null,
  rows: string | null,
  places: string | null,
  decidedAt: Date,
];

/** The fields of a period row in the order in which reserve_budget writes them. */
const FIELDS = [
  'budgetId',
  'accountId',
  'name',
  'period',
  'models',
  'endedAt',
  'accountCreatedAt',
  'startsAt',
  'endsAt',
  'limit',
  'spent',
  'held',
  'enforcement',
  'rank',
  'thresholds',
  'graceUntil',
  'wouldDenyCount',
] as const satisfies (keyof PeriodRow)[];

/** One call of the reserving function, which is a transaction of its own. Keys are distinct. */
export async function reserveBudget(client: LaneClient, call: ReserveBudgetCall): Promise<ReserveBudgetResult> {
  const { rows: answers } = await client.query<Answer>({
    name: 'reserve-budget',
    text: TEXT,
    values: parameters(call),
    rowMode: 'array',
  });
  const [answer] = answers;
  if (!answer) throw new Error('reserve_budget gave no answer.');
  const [verdicts, reasons, wouldDeny, existing, reservations, rows, places, decidedAt] = answer;
  const written = rows === null ? [] : (JSON.parse(`[${rows}]`) as unknown[][]);
  return {
    verdicts,
    reasons,
    wouldDeny,
    existing: existing ?? [],
    reservations: reservations ?? [],
    rows: written.map((values) => Object.fromEntries(FIELDS.map((field, n) => [field, values[n]])) as never),
    places: places === null ? [] : (JSON.parse(places) as number[][]),
    decidedAt,
  };
}

function parameters({ rows, enforcement, ...call }: ReserveBudgetCall): unknown[] {
  const said = <Name extends 'provider' | 'model' | 'runId'>(name: Name) =>
    textArray(rows, ({ draft }) => (draft.kind === 'RESERVE' ? (draft[name] ?? null) : null));
  return [
    call.organizationId,
    call.catalogueVersion,
    call.ownVersion,
    enforcement.isOn,
    enforcement.since ?? null,
    enforcement.graceMs,
    call.withRows,
    textArray(rows, ({ draft }) => draft.idempotencyKey),
    dateArray(rows, ({ draft }) => draft.keyDay),
    bytesArray(rows, ({ draft }) => draft.contentHash),
    booleanArray(rows, ({ draft }) => draft.kind === 'EXTEND'),
    uuidArray(rows, ({ reservationId }) => reservationId),
    uuidArray(rows, ({ accountId }) => accountId ?? null),
    said('runId'),
    said('provider'),
    said('model'),
    textArray(rows, ({ held }) => held.provider ?? null),
    textArray(rows, ({ held }) => held.model ?? null),
    uuidArray(rows, ({ held }) => held.pricing?.id ?? null),
    numericArray(rows, ({ held }) => held.amountPicoUsd ?? null),
    instantArray(rows, ({ createdAt }) => createdAt),
    bigintArray(rows, ({ draft }) => (draft.ttlMs === undefined ? null : BigInt(draft.ttlMs))),
  ];
}
