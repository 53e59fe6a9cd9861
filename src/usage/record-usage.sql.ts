import type { ClientBase } from 'pg';
import type { DecidingRow } from '../budget/decision.js';
import { costLineToJson } from '../catalog/cost-line.js';
import { quantitiesToJson, type UsageDraft } from './usage-draft.js';
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
  periods: PeriodValues[] | null,
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
    periods: periods?.map(countedPeriod) ?? [],
    alertCount,
    recordedAt,
  };
}

function countedPeriod(values: PeriodValues): CountedPeriod {
  const [budgetId, accountId, name, period, models, startsAt, endsAt, limit, spent, held] = values;
  const [, , , , , , , , , , enforcement, rank, thresholds, isInGrace, added] = values;
  return {
    budgetId,
    accountId,
    name,
    period,
    models,
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

function parameters(call: RecordUsageCall): unknown[] {
  const { rows } = call;
  const of = <T>(read: (row: UsageRow) => T) => rows.map(read);
  const priced = <T>(read: (price: PricedUsage) => T) =>
    of(({ price }) => (price.kind === 'PRICED' ? read(price) : null));
  const tokens = of(({ draft }) => tokenCounts(draft.kind === 'CALL' ? draft.quantities : new Map()));
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
    of(({ draft }) => draft.runId ?? null),
    of(() => null),
    of(({ draft }) => (draft.kind === 'CALL' ? (draft.provider ?? null) : null)),
    of(({ draft }) => (draft.kind === 'CALL' ? draft.model : null)),
    priced((price) => price.provider ?? null),
    priced((price) => price.model ?? null),
    of(({ draft }) => (draft.kind === 'CALL' ? JSON.stringify(quantitiesToJson(draft.quantities)) : '{}')),
    of(({ draft }) =>
      draft.kind === 'CALL' && draft.providerUsage !== undefined ? JSON.stringify(draft.providerUsage) : null,
    ),
    of(({ draft }) => (draft.tags ? JSON.stringify(draft.tags) : null)),
    of(({ draft }) => (draft.kind === 'DEDUCTION' ? (draft.reason ?? null) : null)),
    priced((price) => price.pricingId ?? null),
    priced((price) => JSON.stringify(price.lines.map(costLineToJson))),
    priced((price) => price.hasUnratedUnits),
    of(({ price }) => (price.kind === 'UNPRICED' ? price.reason : null)),
    priced(() => '0'),
    priced((price) => price.costPicoUsd),
    priced((price) => price.chargePicoUsd),
    of(({ draft }) => draft.occurredAt),
    of(({ draft }) => draft.occurredAt),
    tokens.map(({ input }) => input),
    tokens.map(({ cacheRead }) => cacheRead),
    tokens.map(({ cacheWrite }) => cacheWrite),
    tokens.map(({ output }) => output),
  ];
}
