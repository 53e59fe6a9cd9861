import type { ClientBase } from 'pg';
import type { DecidingRow } from '../budget/decision.js';
import { costLineToJson } from '../catalog/cost-line.js';
import { quantitiesToJson, type CallDraft, type UsageDraft } from './usage-draft.js';
import type { PricedUsage, UnpricedUsage } from './priced-usage.js';
import { tokenCounts } from './token-counts.js';

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
  readonly enforce: boolean;
  readonly rows: readonly UsageRow[];
}

/** A budget's period row as it is after the call. */
export interface CountedPeriod extends DecidingRow {
  /** When the budget ended: it counts what came before; null while it has not. */
  readonly endedAt: string | null;
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
}

const COLUMNS = 34;
const TEXT = `SELECT existing, stale, teams, periods, alert_count, recorded_at
  FROM public.record_usage(${Array.from({ length: COLUMNS }, (_, index) => `$${index + 1}`).join(', ')})`;

/** The columns of the answer, in their order. */
type Answer = [
  existing: Record<string, unknown>[] | null,
  stale: string[] | null,
  teams: (string | null)[],
  periods: string | null,
  alertCount: number,
  recordedAt: Date,
];

/** The fields of a counted period in the order in which count_charges writes them. */
type PeriodValues = [
  budgetId: string,
  accountId: string,
  name: string | null,
  period: string,
  models: string[] | null,
  endedAt: string | null,
  startsAt: string,
  endsAt: string,
  limit: string,
  spent: string,
  held: string,
  enforcement: string,
  rank: number,
  thresholds: number[],
  isInGrace: boolean,
  added: string,
];

/** One call of the recording function, which is a transaction of its own. Keys are distinct. */
export async function recordUsage(client: ClientBase, call: RecordUsageCall): Promise<RecordUsageResult> {
  const { rows } = await client.query<Answer>({
    name: 'record-usage',
    text: TEXT,
    values: parameters(call),
    rowMode: 'array',
  });
  const [row] = rows;
  if (!row) throw new Error('record_usage gave no answer.');
  const [existing, stale, teams, periods, alertCount, recordedAt] = row;
  return {
    existing: existing ?? [],
    stale: stale ?? [],
    teams,
    periods: periods === null ? [] : (JSON.parse(`[${periods}]`) as PeriodValues[]).map(countedPeriod),
    alertCount,
    recordedAt,
  };
}

function countedPeriod(values: PeriodValues): CountedPeriod {
  const [budgetId, accountId, name, period, models, endedAt, startsAt, endsAt, limit, spent, held] = values;
  const [, , , , , , , , , , , enforcement, rank, thresholds, isInGrace, added] = values;
  return {
    budgetId,
    accountId,
    name,
    period,
    models,
    endedAt,
    startsAt,
    endsAt,
    limit,
    spent,
    held,
    enforcement,
    rank,
    thresholds,
    isInGrace,
    added,
  };
}

/**
 * A column that no row has a value for is sent as one NULL: unnest fills it up, and arrays of NULLs need not be written
 * and read again. Not for what SQL looks at by itself, such as the costs.
 */
function sparse<T>(values: readonly (T | null)[]): readonly (T | null)[] | null {
  return values.every((value) => value === null) ? null : values;
}

function parameters(call: RecordUsageCall): unknown[] {
  const { rows } = call;
  const of = <T>(read: (row: UsageRow) => T) => rows.map(read);
  const ofCall = <T>(read: (draft: CallDraft) => T) => of(({ draft }) => (draft.kind === 'CALL' ? read(draft) : null));
  const priced = <T>(read: (price: PricedUsage) => T) =>
    of(({ price }) => (price.kind === 'PRICED' ? read(price) : null));
  const tokens = of(({ draft }) => tokenCounts(draft.kind === 'CALL' ? draft.quantities : new Map()));
  const instants = of(({ draft }) => draft.occurredAt.toISOString());
  return [
    call.organizationId,
    call.catalogueVersion,
    call.ownVersion,
    call.batchId,
    call.onlyIfFits,
    call.enforce,
    of(({ draft }) => draft.idempotencyKey),
    of(({ draft }) => draft.keyDay),
    of(({ draft }) => draft.contentHash),
    of(({ draft }) => draft.kind),
    of(({ accountId }) => accountId),
    sparse(of(({ draft }) => draft.runId ?? null)),
    null,
    sparse(ofCall((draft) => draft.provider ?? null)),
    ofCall((draft) => draft.model),
    priced((price) => price.provider ?? null),
    priced((price) => price.model ?? null),
    of(({ draft }) => (draft.kind === 'CALL' ? JSON.stringify(quantitiesToJson(draft.quantities)) : '{}')),
    sparse(ofCall((draft) => (draft.providerUsage === undefined ? null : JSON.stringify(draft.providerUsage)))),
    sparse(of(({ draft }) => (draft.tags ? JSON.stringify(draft.tags) : null))),
    sparse(of(({ draft }) => (draft.kind === 'DEDUCTION' ? (draft.reason ?? null) : null))),
    priced((price) => price.pricingId ?? null),
    priced((price) => JSON.stringify(price.lines.map(costLineToJson))),
    priced((price) => price.hasUnratedUnits),
    sparse(of(({ price }) => (price.kind === 'UNPRICED' ? price.reason : null))),
    priced(() => '0'),
    priced((price) => price.costPicoUsd),
    priced((price) => price.chargePicoUsd),
    instants,
    instants,
    tokens.map(({ input }) => input),
    tokens.map(({ cacheRead }) => cacheRead),
    tokens.map(({ cacheWrite }) => cacheWrite),
    tokens.map(({ output }) => output),
  ];
}
