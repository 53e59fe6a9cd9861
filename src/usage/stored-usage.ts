/** Usage records as objects, from what was just written or from a stored row as PostgreSQL writes it to JSON. */
import { AccountKind } from '../identity/account.js';
import type { UsageDraft } from './usage-draft.js';
import { UsageRecord, type UsageKind } from './usage-record.js';
import type { UsageReceipt } from './recording.js';

export function recordOf(
  organizationId: string,
  accountId: string,
  draft: UsageDraft,
  receipt: UsageReceipt,
): UsageRecord {
  return receipt.kind === 'REPLAYED'
    ? storedRecord(receipt.row)
    : writtenRecord(organizationId, accountId, draft, receipt);
}

function writtenRecord(
  organizationId: string,
  accountId: string,
  draft: UsageDraft,
  receipt: Extract<UsageReceipt, { kind: 'WRITTEN' }>,
): UsageRecord {
  const { price, recordedAt } = receipt;
  const priced = price.kind === 'PRICED' ? price : undefined;
  const call = draft.kind === 'CALL' ? draft : undefined;
  const record: UsageRecord = {
    organizationId,
    idempotencyKey: draft.idempotencyKey,
    keyDay: draft.keyDay,
    kind: draft.kind as UsageKind,
    contentHash: Buffer.from(draft.contentHash, 'hex'),
    batchId: receipt.batchId,
    accountId,
    userId: draft.account.kind === AccountKind.USER ? accountId : null,
    teamId: receipt.teamId,
    runId: draft.runId ?? null,
    reservationId: null,
    providerSent: call?.provider ?? null,
    modelSent: call?.model ?? null,
    provider: priced?.provider ?? null,
    model: priced?.model ?? null,
    quantities: call ? { ...call.quantitiesJson } : {},
    providerUsage: call?.providerUsage ?? null,
    tags: draft.tags ?? null,
    reason: draft.kind === 'DEDUCTION' ? (draft.reason ?? null) : null,
    pricingId: priced?.pricingId ?? null,
    lines: priced ? [...priced.lines] : null,
    hasUnratedUnits: priced?.hasUnratedUnits ?? null,
    unpricedReason: price.kind === 'UNPRICED' ? price.reason : null,
    markup: priced ? '0' : null,
    costPicoUsd: priced?.costPicoUsd ?? null,
    chargePicoUsd: priced?.chargePicoUsd ?? null,
    occurredAt: draft.occurredAt,
    budgetAt: draft.occurredAt,
    recordedAt,
    pricedAt: priced ? recordedAt : null,
    billableAt: priced ? recordedAt : null,
  };
  // The unit of work puts a setter before every property of its entities, which this row never meets.
  return Object.setPrototypeOf(record, UsageRecord.prototype) as UsageRecord;
}

type Row = Readonly<Record<string, unknown>>;

const AMOUNTS = new Set(['costPicoUsd', 'chargePicoUsd']);
const INSTANTS = new Set(['occurredAt', 'budgetAt', 'recordedAt', 'pricedAt', 'billableAt']);

/** @param row by column name; amounts as digits, instants as text, content_hash in hex. */
export function storedRecord(row: Row): UsageRecord {
  const record = new UsageRecord();
  for (const [column, value] of Object.entries(row)) {
    const name = column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    Object.assign(record, { [name]: valueOf(name, value) });
  }
  return record;
}

function valueOf(name: string, value: unknown): unknown {
  if (value === null) return null;
  if (AMOUNTS.has(name)) return BigInt(value as string);
  if (INSTANTS.has(name)) return new Date(value as string);
  return name === 'contentHash' ? Buffer.from(value as string, 'hex') : value;
}
