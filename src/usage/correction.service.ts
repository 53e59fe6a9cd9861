import DataLoader from 'dataloader';
import type { Pool } from 'pg';
import { statusOf, type EnforcementSettings } from '../budget/budget-status.js';
import type { PriceSnapshot } from '../catalog/price-book.js';
import { contentHash } from '../content-hash.js';
import { badInput, notFound } from '../errors.js';
import { authorize } from '../identity/permission.js';
import { errorOf, valueOf } from '../item-outcome.js';
import { keyDayOf } from '../key-day.js';
import type { Lanes } from '../lanes.js';
import { decodeId } from '../node-id.js';
import type { Operation } from '../operation.js';
import { requireFreeText, requireText } from '../text.js';
import { checkReplacement } from './correction-draft.js';
import type { CorrectUsageInput } from './correction-input.js';
import type { Correcting } from './correcting.js';
import { countedPeriods } from './counted-periods.sql.js';
import { findCorrections } from './find-corrections.sql.js';
import { findStored } from './find-stored.sql.js';
import { storedRecord } from './stored-usage.js';
import type { UsageCorrection } from './usage-correction.js';
import { UsageKind, type UsageRecord } from './usage-record.js';
import { reversalKeyOf, usageKeyOf } from './usage-key.js';
import type { Recorded, UsageWants } from './usage.service.js';

const PATH = ['input'];

interface CorrectionGround {
  readonly writer: Pool;
  readonly lanes: Lanes;
  readonly correcting: Correcting;
  readonly enforcement: EnforcementSettings;
  readonly isPricingOn: boolean;
}

export class CorrectionService {
  constructor(private readonly on: CorrectionGround) {}

  /** @throws ApiError NOT_FOUND, ALREADY_CORRECTED, IDEMPOTENCY_CONFLICT, BAD_USER_INPUT. */
  async correct(operation: Operation, input: CorrectUsageInput, wants: UsageWants): Promise<Recorded> {
    authorize(operation, 'usage.correct');
    const answerKey = requireText(input.idempotencyKey, [...PATH, 'idempotencyKey'], 255);
    const reason = requireFreeText(input.reason, [...PATH, 'reason'], 200);
    if ((input.void === true) === (input.replacement != null)) {
      throw badInput([...PATH, 'replacement'], 'Say either void: true or a replacement.');
    }
    const { organizationId, actor } = operation.principal;
    const old = await this.#recordOf(organizationId, input.usageRecordId);
    const said =
      input.replacement == null ? undefined : checkReplacement(input.replacement, old, [...PATH, 'replacement']);
    const answerDay = keyDayOf(answerKey);
    const item = {
      key: old.idempotencyKey,
      keyDay: old.keyDay,
      answerKey,
      reversalKey: said ? reversalKeyOf(answerKey) : answerKey,
      answerDay,
      contentHash: contentHash({ usageRecordId: input.usageRecordId, reason, replacement: said?.content }),
      reason,
      actor: actor.id,
      replace: said && ((prices: PriceSnapshot) => said.columns(prices, this.on.isPricingOn)),
    };
    const [outcome] = await this.on.lanes.submit(operation, this.on.correcting, [item]);
    const { row, replayed } = valueOf(outcome?.status === 'fulfilled' ? outcome.value : errorOf(outcome?.reason));
    const record = storedRecord(row);
    return { record, replayed, budgets: wants.budgets ? this.#budgetsOf(operation, record) : [] };
  }

  /** How a record was corrected; null where it was not. */
  async correctionOf(operation: Operation, record: UsageRecord): Promise<UsageCorrection | null> {
    authorize(operation, 'usage.read');
    const { correction } = await correctionsOf(operation).load(record);
    return correction ?? null;
  }

  /** The correction that wrote a record; null for one that was recorded by itself. */
  async correctedBy(operation: Operation, record: UsageRecord): Promise<UsageCorrection | null> {
    authorize(operation, 'usage.read');
    const { corrects } = await correctionsOf(operation).load(record);
    return corrects ?? null;
  }

  async #recordOf(organizationId: string, id: string): Promise<UsageRecord> {
    const decoded = decodeId(id);
    const key = decoded?.tag === 'usage' ? usageKeyOf(decoded.key) : undefined;
    const row = key && (await findStored(this.on.writer, organizationId, key));
    if (!row) throw notFound('The usage record');
    const record = storedRecord(row);
    if (record.kind === UsageKind.REVERSAL) {
      throw badInput(
        [...PATH, 'usageRecordId'],
        'A reversal stands for good: correct the replacement, or record anew.',
      );
    }
    return record;
  }

  async #budgetsOf(operation: Operation, record: UsageRecord) {
    const [rows = []] = await countedPeriods(this.on.writer, [record]);
    const settings = { enforcement: this.on.enforcement, now: operation.now, isHidden: false };
    return rows.map((row) => statusOf(row, settings));
  }
}

interface Corrections {
  readonly correction: UsageCorrection | undefined;
  readonly corrects: UsageCorrection | undefined;
}

function correctionsOf(operation: Operation): DataLoader<UsageRecord, Corrections> {
  return operation.loader(findCorrections, correctionLoader);
}

/** One statement for all records of an operation that are looked at together. */
function correctionLoader(operation: Operation): DataLoader<UsageRecord, Corrections> {
  return new DataLoader(async (records) => {
    const found = await findCorrections(await operation.em(), operation.principal.organizationId, records);
    return records.map(({ idempotencyKey: key, keyDay }) => ({
      correction: found.find((each) => each.correctedKey === key && each.correctedKeyDay === keyDay),
      corrects: found.find(
        (each) => (each.reversalKey === key || each.replacementKey === key) && each.keyDay === keyDay,
      ),
    }));
  });
}
