import type { Pool } from 'pg';
import type { BookModel, PriceBook, PriceSnapshot } from '../catalog/price-book.js';
import { contentHash } from '../content-hash.js';
import { ApiError, badInput, featureDisabled, idempotencyConflict, serviceUnavailable } from '../errors.js';
import { authorize } from '../identity/permission.js';
import { errorOf } from '../item-outcome.js';
import type { Lanes } from '../lanes.js';
import { formatUsd } from '../money.js';
import type { Operation } from '../operation.js';
import { requireFreeText, requireText } from '../text.js';
import { pricingColumns } from './correction-draft.js';
import type { CorrectionItem, Correcting } from './correcting.js';
import {
  countAround,
  readRepriced,
  type RepricedPage,
  type RepricePlace,
  type RepriceScope,
} from './find-repriced.sql.js';
import { beginReprice, findReprice, moveReprice } from './keep-reprice.sql.js';
import { LatePricingJob, type PriceItem } from './late-pricing-job.js';
import type { PricedUsage } from './priced-usage.js';
import type { ApplyRepriceInput, PreviewRepriceInput } from './reprice-input.js';
import { byMonth, rowToJson, totalOf, type RepriceRow } from './reprice-row.js';
import { rowsOf, type Reprice, type RepricePreview } from './reprice.js';
import { repricedOf, repriceRowOf, versionsOf, type Repriced, type RepriceBasis } from './repricing.js';
import { tokenCounts } from './token-counts.js';
import { quantitiesFromJson } from './usage-draft.js';
import { repricedKeyOf, reversalKeyOf } from './usage-key.js';

/** Records that one statement looks at, and that are priced without a pause: each of the two takes some 10 ms. */
const PAGE_SIZE = 500;

/** Records of any model on the days that a preview is of: it takes some seconds. */
const MAX_PREVIEWED = 100_000;

/** Records that one call changes, and looks at, at about; what is left is for the next. */
const MAX_CHANGED = 2_000;
const MAX_EXAMINED = 100_000;

/** Records that wait in a lane at once: others' come between. */
const CHUNK_SIZE = 100;

/** How often a page is tried while prices or records change beneath it. */
const PAGE_TRIES = 8;

interface RepriceGround {
  readonly writer: Pool;
  readonly lanes: Lanes;
  readonly prices: PriceBook;
  readonly correcting: Correcting;
  readonly wake: (organizationId: string) => void;
  readonly isPricingOn: boolean;
}

/** A page of which nothing is left to be done. */
interface DonePage {
  readonly page: RepricedPage;
  readonly rows: readonly RepriceRow[];
  readonly changed: number;
}

export class RepriceService {
  readonly #pricing: LatePricingJob;

  constructor(private readonly on: RepriceGround) {
    this.#pricing = new LatePricingJob(on.wake);
  }

  async preview(operation: Operation, input: PreviewRepriceInput): Promise<RepricePreview> {
    authorize(operation, 'usage.preview');
    this.#assertPricing();
    checkScope(input);
    const { organizationId } = operation.principal;
    const prices = await this.on.prices.refresh(organizationId);
    const rows = await this.#foresee(organizationId, input, prices);
    const { provider, name: model } = modelOf(input, prices);
    return { provider, model, rows, totals: totalOf(rows) };
  }

  /**
   * Goes on with a reprice, or begins it. It is done page by page: each record by a transaction of its own batch, whose
   * keys are made of this one, and the place after its page. So whoever does a page again, after a crash or at the same
   * time, writes nothing twice, and counts by what stands in the rows.
   * @throws ApiError BAD_USER_INPUT, IDEMPOTENCY_CONFLICT, FEATURE_DISABLED, SERVICE_UNAVAILABLE.
   */
  async apply(operation: Operation, input: ApplyRepriceInput): Promise<{ reprice: Reprice; replayed: boolean }> {
    authorize(operation, 'usage.correct');
    this.#assertPricing();
    const idempotencyKey = requireText(input.idempotencyKey, ['input', 'idempotencyKey'], 255);
    checkScope(input);
    const reason = requireFreeText(input.reason, ['input', 'reason'], 200);
    const hash = hashOf(input, reason);
    const { organizationId } = operation.principal;
    let reprice =
      (await findReprice(this.on.writer, organizationId, idempotencyKey)) ??
      (await this.#begin(operation, input, hash));
    if (reprice.contentHash.toString('hex') !== hash) throw idempotencyConflict(idempotencyKey);
    if (reprice.completedAt) return { reprice, replayed: true };
    let [changed, examined] = [0, 0];
    while (!reprice.completedAt && changed < MAX_CHANGED && examined < MAX_EXAMINED) {
      const done = await this.#doPage(operation, reprice);
      changed += done.changed;
      examined += done.page.examined;
      reprice = await this.#moved(reprice, done);
    }
    return { reprice, replayed: false };
  }

  #assertPricing(): void {
    if (!this.on.isPricingOn) throw featureDisabled('ENABLE_PRICING');
  }

  /** What all records would come to, by month. Writes nothing. */
  async #foresee(organizationId: string, input: PreviewRepriceInput, prices: PriceSnapshot): Promise<RepriceRow[]> {
    const model = modelOf(input, prices);
    const basis = { model, pricings: versionsOf(prices, model, input.to), prices, key: undefined };
    const { provider, name } = model;
    const scope = { organizationId, provider, model: name, fromAt: input.from, toAt: input.to };
    let rows: RepriceRow[] = [];
    let after: RepricePlace | undefined;
    if ((await countAround(this.on.writer, scope)) > MAX_PREVIEWED) {
      throw badInput(
        ['input', 'to'],
        `More than ${MAX_PREVIEWED} records, of all models, lie on the days of this period: take a shorter one.`,
      );
    }
    for (let isEnd = false; !isEnd;) {
      const page = await readRepriced(this.on.writer, scope, undefined, after, PAGE_SIZE);
      rows = byMonth([...rows, ...outcomesOf(page, basis).map(repriceRowOf)]);
      after = page.last;
      isEnd = page.examined < PAGE_SIZE;
    }
    return rows;
  }

  async #begin(operation: Operation, input: ApplyRepriceInput, hash: string): Promise<Reprice> {
    const { organizationId, actor } = operation.principal;
    const { idempotencyKey, expectedChargeDifference: expected, reason, from: fromAt, to: toAt } = input;
    const prices = await this.on.prices.refresh(organizationId);
    const model = modelOf(input, prices);
    if (expected != null) {
      const { chargeDifferencePicoUsd: difference } = totalOf(await this.#foresee(organizationId, input, prices));
      if (difference !== expected) {
        throw badInput(
          ['input', 'expectedChargeDifference'],
          `By now the difference would be ${formatUsd(difference)} USD, so nothing was begun: look at previewReprice again.`,
        );
      }
    }
    const pricingIds = versionsOf(prices, model, toAt).map(({ id }) => id);
    const names = { organizationId, idempotencyKey, provider: model.provider, model: model.name, reason };
    const contentHash = Buffer.from(hash, 'hex');
    const expectedChargePicoUsd = expected ?? null;
    const begun = { ...names, fromAt, toAt, expectedChargePicoUsd, pricingIds, startedBy: actor.id, contentHash };
    await beginReprice(this.on.writer, begun);
    const reprice = await findReprice(this.on.writer, organizationId, idempotencyKey);
    if (!reprice) throw new Error('A reprice that was begun is not there.');
    return reprice;
  }

  /** Does what is to be done on the page after its place, and looks again until nothing is left. */
  async #doPage(operation: Operation, reprice: Reprice): Promise<DonePage> {
    const { organizationId, idempotencyKey } = reprice;
    let changed = 0;
    for (let tries = 0; tries < PAGE_TRIES; tries += 1) {
      const prices = await this.on.prices.refresh(organizationId);
      const page = await readRepriced(this.on.writer, reprice, idempotencyKey, placeOf(reprice), PAGE_SIZE);
      const outcomes = outcomesOf(page, basisOf(reprice, prices));
      const todo = outcomes.flatMap((outcome) => (outcome.todo ? [{ ...outcome, todo: outcome.todo }] : []));
      if (todo.length === 0) return { page, rows: outcomes.map(repriceRowOf), changed };
      for (let from = 0; from < todo.length; from += CHUNK_SIZE) {
        await this.#write(operation, reprice, prices, todo.slice(from, from + CHUNK_SIZE));
      }
      changed += todo.length;
    }
    throw serviceUnavailable('Prices or records did not hold still.');
  }

  /** What others did to a record meanwhile is seen when the page is looked at again. */
  async #write(operation: Operation, reprice: Reprice, prices: PriceSnapshot, chunk: readonly Todo[]): Promise<void> {
    const actor = operation.principal.actor.id;
    const [first, others] = [true, false].map((isFirst) => chunk.filter(({ row }) => (row.cost === null) === isFirst));
    const priced = (first ?? []).map((item) => firstPrice(item, prices));
    const corrected = (others ?? []).map((item) => correction(item, reprice, actor));
    const pricedOutcomes = await this.on.lanes.submit(operation, this.#pricing, priced);
    const outcomes = await this.on.lanes.submit(operation, this.on.correcting, corrected);
    for (const outcome of [...pricedOutcomes, ...outcomes]) {
      if (outcome.status === 'fulfilled') continue;
      const error = errorOf(outcome.reason);
      if (!(error instanceof ApiError && error.code === 'ALREADY_CORRECTED')) throw error;
    }
  }

  /** Past a page; where another was there before, as that one has left it. */
  async #moved(reprice: Reprice, { page, rows }: DonePage): Promise<Reprice> {
    const months = byMonth([...rowsOf(reprice), ...rows]).map(rowToJson);
    const to = { place: page.last, months, isEnd: page.examined < PAGE_SIZE };
    const moved =
      (await moveReprice(this.on.writer, reprice, to)) ??
      (await findReprice(this.on.writer, reprice.organizationId, reprice.idempotencyKey));
    if (!moved) throw new Error('A reprice that was begun is not there.');
    return moved;
  }
}

type Todo = Repriced & { readonly todo: PricedUsage };

function outcomesOf(page: RepricedPage, basis: RepriceBasis): Repriced[] {
  return page.rows.flatMap((row) => repricedOf(row, basis) ?? []);
}

function checkScope({ provider, model, from, to }: PreviewRepriceInput): void {
  requireText(provider, ['input', 'provider'], 255);
  requireText(model, ['input', 'model'], 255);
  if (from >= to) throw badInput(['input', 'to'], 'Must be after from.');
}

/** Of exactly these names: another model that a name of it would lead to is not to be repriced by mistake. */
function modelOf({ provider, model }: Pick<RepriceScope, 'provider' | 'model'>, prices: PriceSnapshot): BookModel {
  const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  const found = prices.models.find((known) => isSame(known.provider, provider) && isSame(known.name, model));
  if (!found) throw badInput(['input', 'model'], 'No model of exactly this provider and name is known.');
  return found;
}

function hashOf({ provider, model, from, to, expectedChargeDifference }: ApplyRepriceInput, reason: string): string {
  const expected = expectedChargeDifference == null ? undefined : formatUsd(expectedChargeDifference);
  return contentHash({ provider, model, from: from.toISOString(), to: to.toISOString(), reason, expected });
}

/** By the versions of the price when it began, so that all of it is by one state of the prices: the one that was looked at. */
function basisOf(
  { provider, model: name, pricingIds, idempotencyKey: key }: Reprice,
  prices: PriceSnapshot,
): RepriceBasis {
  const pricings = pricingIds.flatMap((id) => prices.pricingById(id) ?? []);
  return { model: { provider, name }, pricings, prices, key };
}

function placeOf({ placeAccountId, placeOccurredAt, placeKey }: Reprice): RepricePlace | undefined {
  if (placeAccountId === null || placeOccurredAt === null || placeKey === null) return undefined;
  return { accountId: placeAccountId, occurredAt: placeOccurredAt, key: placeKey };
}

function firstPrice({ row: { key, keyDay, quantities }, todo: price }: Todo, prices: PriceSnapshot): PriceItem {
  return { prices, row: { key, keyDay, price, tokens: tokenCounts(quantitiesFromJson(quantities)) } };
}

function correction({ row, todo }: Todo, reprice: Reprice, actor: string): CorrectionItem {
  const answer = repricedKeyOf(row.key, reprice.idempotencyKey);
  const columns = pricingColumns(todo);
  return {
    key: row.key,
    keyDay: row.keyDay,
    answerKey: answer.idempotencyKey,
    reversalKey: reversalKeyOf(answer.idempotencyKey),
    answerDay: answer.keyDay,
    contentHash: reprice.contentHash.toString('hex'),
    reason: reprice.reason,
    actor,
    replace: () => columns,
  };
}
