/** The work of the correcting lane: prices what replaces, takes back and writes in one call, and tells each item its end. */
import { randomUUID } from 'node:crypto';
import { alreadyCorrected, badInput, idempotencyConflict, notFound } from '../errors.js';
import type { PriceBook, PriceSnapshot } from '../catalog/price-book.js';
import type { LaneJob } from '../lane.js';
import type { LaneClient } from '../lane-connection.js';
import { correctUsage, type CorrectionRow, type CorrectionVerdict } from './correct-usage.sql.js';

export interface CorrectionItem extends Omit<CorrectionRow, 'replacement'> {
  /** The columns that replace those of the record, by these prices; undefined for a void. */
  readonly replace: ((prices: PriceSnapshot) => Readonly<Record<string, unknown>>) | undefined;
}

export interface CorrectionReceipt {
  /** The record under the answer's key, by column name. */
  readonly row: Readonly<Record<string, unknown>>;
  readonly replayed: boolean;
}

const BATCH_SIZE = 100;
const STALE_TRIES = 5;

export class Correcting implements LaneJob<CorrectionItem, CorrectionReceipt> {
  readonly batchSize = BATCH_SIZE;

  /** The batches of items whose outcome this process does not know, or that were run again after it. */
  readonly #tried = new WeakMap<CorrectionItem, Set<unknown>>();

  constructor(
    private readonly prices: PriceBook,
    private readonly wake: (organizationId: string) => void,
  ) {}

  async run(
    client: LaneClient,
    organizationId: string,
    items: readonly CorrectionItem[],
  ): Promise<readonly (CorrectionReceipt | Error)[]> {
    const answers = new Map<CorrectionItem, CorrectionReceipt | Error>();
    let left = items;
    for (let tries = 0; left.length > 0;) {
      const [now, later] = apart(left);
      const stale = await this.#correct(client, organizationId, now, tries > 0, answers);
      tries = stale.length > 0 ? tries + 1 : 0;
      if (tries === STALE_TRIES) throw new Error('The prices did not hold still.');
      left = [...stale, ...later];
    }
    return items.map((item) => answers.get(item) ?? new Error('The correction gave no answer for an item.'));
  }

  /** Answers with the items that have to be priced again. */
  async #correct(
    client: LaneClient,
    organizationId: string,
    items: readonly CorrectionItem[],
    isStale: boolean,
    answers: Map<CorrectionItem, CorrectionReceipt | Error>,
  ): Promise<CorrectionItem[]> {
    const prices = await (isStale ? this.prices.refresh(organizationId) : this.prices.snapshot(organizationId));
    const rows = items.map(({ replace, ...row }) => ({ ...row, replacement: replace?.(prices) ?? null }));
    const batchId = randomUUID();
    for (const item of items) this.#tried.set(item, (this.#tried.get(item) ?? new Set()).add(batchId));
    const result = await correctUsage(client, organizationId, prices, batchId, rows);
    if (result.alertCount > 0) this.wake(organizationId);
    const stored = new Map(result.answers.map((row) => [row['idempotency_key'], row]));
    return items.filter((item, index) => {
      const verdict = result.verdicts[index];
      if (verdict === 'STALE') return true;
      const row = stored.get(item.answerKey);
      answers.set(item, answerTo(item, verdict, row, this.#tried.get(item)?.has(row?.['batch_id'])));
      return false;
    });
  }
}

/** Those that one call may have, no record and no key twice, and the others. */
function apart(items: readonly CorrectionItem[]): [CorrectionItem[], CorrectionItem[]] {
  const seen = new Set<string>();
  const isFirst = ({ key, answerKey }: CorrectionItem) => {
    const names = [`record ${key}`, `answer ${answerKey}`];
    const isNew = names.every((name) => !seen.has(name));
    for (const name of names) seen.add(name);
    return isNew;
  };
  const now = items.filter(isFirst);
  return [now, items.filter((item) => !now.includes(item))];
}

function answerTo(
  item: CorrectionItem,
  verdict: CorrectionVerdict | undefined,
  row: Readonly<Record<string, unknown>> | undefined,
  isOwn = false,
): CorrectionReceipt | Error {
  switch (verdict) {
    case 'NOT_FOUND':
      return notFound('The usage record');
    case 'REVERSAL':
      return badInput(['input', 'usageRecordId'], 'A reversal stands for good; record what should stand instead.');
    case 'ALREADY_CORRECTED':
      return alreadyCorrected();
    case 'WRITTEN':
    case 'EXISTING':
    case 'STALE':
    case undefined:
      if (!row) return new Error('The correction gave no record for an item.');
      if (row['content_hash'] !== item.contentHash) return idempotencyConflict(item.answerKey);
      // One that this item wrote itself was only not told of.
      return { row, replayed: !isOwn };
  }
}
