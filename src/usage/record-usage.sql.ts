import type { LaneClient } from '../lane-connection.js';
import {
  bigintArray,
  booleanArray,
  bytesArray,
  dateArray,
  instantArray,
  jsonbArray,
  numericArray,
  textArray,
  uuidArray,
} from '../array-binary.js';
import type { ReservationRow } from '../budget/end-reservations.sql.js';
import type { EnforcementSettings, PeriodRow } from '../budget/budget-status.js';
import { formatUsd } from '../money.js';
import type { PricedUsage, UnpricedUsage } from './priced-usage.js';
import { tokenCounts } from './token-counts.js';
import type { CallDraft, UsageDraft } from './usage-draft.js';

/** One row to write: what was said, what it costs, and for whom. */
export interface UsageRow {
  readonly draft: UsageDraft;
  readonly price: PricedUsage | UnpricedUsage;
  readonly accountId: string;
}

export interface RecordUsageCall {
  readonly organizationId: string;
  readonly catalogueVersion: bigint;
  readonly ownVersion: bigint;
  readonly batchId: string;
  /** Refuse, with SQLSTATE TG001, what a HARD budget has no room for. */
  readonly onlyIfFits: boolean;
  readonly enforcement: EnforcementSettings;
  /** Whether anybody wants to know of the budgets; else `periods` is empty. */
  readonly withPeriods: boolean;
  /** Whether any of the rows names a reservation. */
  readonly withReservations: boolean;
  /** Whether anybody wants to know of the reservations; else they are answered with what they held and who settled them. */
  readonly withReservationRows: boolean;
  readonly rows: readonly UsageRow[];
}

/** A budget's period row as it is after the call. */
export interface CountedPeriod extends PeriodRow {
  /** What this call added: digits of pico-USD. */
  readonly added: string;
}

export interface RecordUsageResult {
  /** Rows of keys that existed, by column name, as PostgreSQL writes them to JSON; content_hash in hex. */
  readonly existing: readonly Record<string, unknown>[];
  /** Keys that were not written because prices moved. */
  readonly stale: readonly string[];
  /** Of each row of the call: the team that it counts on. */
  readonly teams: readonly (string | null)[];
  readonly periods: readonly CountedPeriod[];
  readonly alertCount: number;
  readonly recordedAt: Date;
  /** Of each row of the call: its RUN, where that is an account. */
  readonly runs: readonly (string | null)[];
  /** The reservations that were named, as they are afterwards, by column name. */
  readonly reservations: readonly ReservationRow[];
}

const COLUMNS = 38;
const TEXT = `SELECT existing, stale, teams, periods, alert_count, recorded_at, runs, reservations
  FROM public.record_usage(${Array.from({ length: COLUMNS }, (_, index) => `$${index + 1}`).join(', ')})`;

/** The columns of the answer, in their order. */
type Answer = [
  existing: Record<string, unknown>[] | null,
  stale: string[] | null,
  teams: (string | null)[],
  periods: string | null,
  alertCount: number,
  recordedAt: Date,
  runs: (string | null)[] | null,
  reservations: ReservationRow[] | null,
];

/** The fields of a counted period in the order in which count_charges writes them. */
type PeriodValues = [
  budgetId: string,
  accountId: string,
  name: string | null,
  period: string,
  models: string[] | null,
  endedAt: string | null,
  accountCreatedAt: string,
  budgetGraceUntil: string | null,
  startsAt: string,
  endsAt: string,
  limit: string,
  spent: string,
  held: string,
  enforcement: string,
  rank: number,
  thresholds: number[],
  graceUntil: string | null,
  wouldDenyCount: number,
  added: string,
];

/** One call of the recording function, which is a transaction of its own. Keys are distinct. */
export async function recordUsage(client: LaneClient, call: RecordUsageCall): Promise<RecordUsageResult> {
  const { rows } = await client.query<Answer>({
    name: 'record-usage',
    text: TEXT,
    values: parameters(call),
    rowMode: 'array',
  });
  const [row] = rows;
  if (!row) throw new Error('record_usage gave no answer.');
  const [existing, stale, teams, periods, alertCount, recordedAt, runs, reservations] = row;
  return {
    existing: existing ?? [],
    stale: stale ?? [],
    teams,
    periods: periods === null ? [] : (JSON.parse(`[${periods}]`) as PeriodValues[]).map(countedPeriod),
    alertCount,
    recordedAt,
    runs: runs ?? [],
    reservations: reservations ?? [],
  };
}

function countedPeriod(values: PeriodValues): CountedPeriod {
  const [budgetId, accountId, name, period, models, endedAt, accountCreatedAt, budgetGrace, startsAt, endsAt] = values;
  const [, , , , , , , , , , limit, spent, held, enforcement, rank, thresholds, rowGrace, wouldDenyCount, added] =
    values;
  return {
    budgetId,
    accountId,
    name,
    period,
    models,
    endedAt,
    accountCreatedAt,
    startsAt,
    endsAt,
    limit,
    spent,
    held,
    enforcement,
    rank,
    thresholds,
    // A row that was there before the grace began does not have it.
    graceUntil: rowGrace ?? budgetGrace,
    wouldDenyCount,
    added,
  };
}

/** A column that no row has a value for is sent as one NULL, which stands for each of its values there. Not for what SQL looks at by itself. */
function sparse(
  rows: readonly UsageRow[],
  read: (row: UsageRow) => string | null,
  make: typeof textArray = textArray,
): Buffer | null {
  return rows.some((row) => read(row) !== null) ? make(rows, read) : null;
}

/** Reads what only calls have. */
function ofCall<Name extends keyof CallDraft>(name: Name): (row: UsageRow) => NonNullable<CallDraft[Name]> | null {
  return ({ draft }) => (draft.kind === 'CALL' ? (draft[name] ?? null) : null);
}

/** Reads what only priced rows have. */
function ofPriced<Name extends keyof PricedUsage>(
  name: Name,
): (row: UsageRow) => NonNullable<PricedUsage[Name]> | null {
  return ({ price }) => (price.kind === 'PRICED' ? (price[name] ?? null) : null);
}

function jsonOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function parameters(call: RecordUsageCall): unknown[] {
  const { rows } = call;
  return [
    call.organizationId,
    call.catalogueVersion,
    call.ownVersion,
    call.batchId,
    call.onlyIfFits,
    call.enforcement.isOn,
    call.enforcement.since ?? null,
    call.withPeriods,
    call.withReservations,
    call.withReservationRows,
    ...saidColumns(rows),
    ...pricedColumns(rows),
    instantArray(rows, ({ draft }) => draft.occurredAt),
    instantArray(rows, ({ draft }) => draft.budgetAt),
    ...tokenColumns(rows),
  ];
}

/** From p_keys to p_reasons. */
function saidColumns(rows: readonly UsageRow[]): (Buffer | null)[] {
  return [
    textArray(rows, ({ draft }) => draft.idempotencyKey),
    dateArray(rows, ({ draft }) => draft.keyDay),
    bytesArray(rows, ({ draft }) => draft.contentHash),
    textArray(rows, ({ draft }) => draft.kind),
    uuidArray(rows, ({ accountId }) => accountId),
    sparse(rows, ({ draft }) => draft.runId ?? null),
    sparse(rows, ({ draft }) => draft.reservationId ?? null, uuidArray),
    sparse(rows, ofCall('provider')),
    textArray(rows, ofCall('model')),
    textArray(rows, ofPriced('provider')),
    textArray(rows, ofPriced('model')),
    jsonbArray(rows, ({ draft }) => (draft.kind === 'CALL' ? JSON.stringify(draft.quantitiesJson) : '{}')),
    sparse(rows, ({ draft }) => jsonOf(draft.kind === 'CALL' ? draft.providerUsage : undefined), jsonbArray),
    sparse(rows, ({ draft }) => jsonOf(draft.tags), jsonbArray),
    sparse(rows, ({ draft }) => (draft.kind === 'DEDUCTION' ? (draft.reason ?? null) : null)),
  ];
}

/** From p_pricings to p_charges. */
function pricedColumns(rows: readonly UsageRow[]): (Buffer | (string | null)[] | null)[] {
  return [
    uuidArray(rows, ofPriced('pricingId')),
    jsonbArray(rows, ({ price }) => jsonOf(price.kind === 'PRICED' ? price.lines : undefined)),
    booleanArray(rows, ofPriced('hasUnratedUnits')),
    sparse(rows, ({ price }) => (price.kind === 'UNPRICED' ? price.reason : null)),
    markupColumn(rows),
    numericArray(rows, ofPriced('costPicoUsd')),
    numericArray(rows, ofPriced('chargePicoUsd')),
  ];
}

/** Few organizations have markups, which are fractions. */
function markupColumn(rows: readonly UsageRow[]): Buffer | (string | null)[] {
  const markupOf = ({ price }: UsageRow) => (price.kind === 'PRICED' ? price.markup : null);
  return rows.every((row) => !markupOf(row))
    ? numericArray(rows, markupOf)
    : rows.map(markupOf).map((markup) => (markup === null ? null : formatUsd(markup)));
}

function tokenColumns(rows: readonly UsageRow[]): Buffer[] {
  const tokens = rows.map(({ draft }) => tokenCounts(draft.kind === 'CALL' ? draft.quantities : new Map()));
  return [
    bigintArray(tokens, ({ input }) => input),
    bigintArray(tokens, ({ cacheRead }) => cacheRead),
    bigintArray(tokens, ({ cacheWrite }) => cacheWrite),
    bigintArray(tokens, ({ output }) => output),
  ];
}
