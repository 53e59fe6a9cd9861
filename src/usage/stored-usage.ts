/** Usage records as objects, from what was just written or from a stored row as PostgreSQL writes it to JSON. */
import { AccountKind } from '../identity/account.js';
import { formatUsd } from '../money.js';
import type { UsageDraft } from './usage-draft.js';
import { UsageRecord, type UsageKind } from './usage-record.js';
import type { UsageReceipt } from './recording.js';

export function recordOf(
  organizationId: string,
  accountId: string,
  draft: UsageDraft,
  receipt: UsageReceipt,
): UsageRecord {
  if (receipt.kind === 'REPLAYED') return storedRecord(receipt.row);
  if (!areSettersHidden) hideSetters();
  return new WrittenRecord(organizationId, accountId, draft, receipt);
}

/** A record that was just written: each one's properties are set at once, in one order, and never change. */
class WrittenRecord extends UsageRecord {
  constructor(
    organizationId: string,
    accountId: string,
    draft: UsageDraft,
    { price, batchId, teamId, recordedAt }: Extract<UsageReceipt, { kind: 'WRITTEN' }>,
  ) {
    super();
    const priced = price.kind === 'PRICED' ? price : undefined;
    const call = draft.kind === 'CALL' ? draft : undefined;
    this.organizationId = organizationId;
    this.idempotencyKey = draft.idempotencyKey;
    this.keyDay = draft.keyDay;
    this.kind = draft.kind as UsageKind;
    this.contentHash = Buffer.from(draft.contentHash, 'hex');
    this.batchId = batchId;
    this.accountId = accountId;
    this.userId = draft.account.kind === AccountKind.USER ? accountId : null;
    this.teamId = teamId;
    this.runId = draft.runId ?? null;
    this.reservationId = draft.reservationId ?? null;
    this.providerSent = call?.provider ?? null;
    this.modelSent = call?.model ?? null;
    this.provider = priced?.provider ?? null;
    this.model = priced?.model ?? null;
    this.quantities = call?.quantitiesJson ?? {};
    this.providerUsage = call?.providerUsage ?? null;
    this.tags = draft.tags ?? null;
    this.reason = draft.kind === 'DEDUCTION' ? (draft.reason ?? null) : null;
    this.pricingId = priced?.pricingId ?? null;
    this.lines = priced?.lines ?? null;
    this.hasUnratedUnits = priced?.hasUnratedUnits ?? null;
    this.unpricedReason = price.kind === 'UNPRICED' ? price.reason : null;
    this.markup = priced ? formatUsd(priced.markup) : null;
    this.costPicoUsd = priced?.costPicoUsd ?? null;
    this.chargePicoUsd = priced?.chargePicoUsd ?? null;
    this.occurredAt = draft.occurredAt;
    this.budgetAt = draft.budgetAt;
    this.recordedAt = recordedAt;
    this.pricedAt = priced ? recordedAt : null;
    this.billableAt = priced ? recordedAt : null;
  }
}

let areSettersHidden = false;

/** The unit of work puts a setter before every property of its entities when it starts. This row never meets it. */
function hideSetters(): void {
  areSettersHidden = true;
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(UsageRecord.prototype))) {
    if ('set' in property) Object.defineProperty(WrittenRecord.prototype, name, { value: undefined, writable: true });
  }
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
