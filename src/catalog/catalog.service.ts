/** Reads models and prices, all from this process's price book: no query of the catalogue costs a row of SQL. */
import { badInput } from '../errors.js';
import { authorize } from '../identity/permission.js';
import type { Operation } from '../operation.js';
import { type Page, pageOf, pageSize } from '../page.js';
import type { ResolutionRule } from './match-model.js';
import type { BookModel, BookPricing, PriceBook, PriceSnapshot } from './price-book.js';
import { compareModels, type ModelKey } from './price-snapshot.js';

export interface ModelChoice {
  readonly provider?: string | null | undefined;
  readonly search?: string | null | undefined;
  readonly own?: boolean | null | undefined;
  readonly includeRetired?: boolean | null | undefined;
}

/** A model with the rule that a name led to it by. */
export type FoundModel = BookModel & { readonly resolvedBy?: ResolutionRule };

const MAX_NAME = 255;

export class CatalogService {
  constructor(private readonly book: PriceBook) {}

  /** A page of models by provider and name, with the number of all that were chosen. */
  async list(
    operation: Operation,
    choice: ModelChoice,
    first: number | null | undefined,
    after: string | null | undefined,
  ): Promise<Page<FoundModel> & { totalCount: number }> {
    const prices = await this.prices(operation);
    const size = pageSize(first);
    const start = after == null ? undefined : decodeCursor(after);
    const chosen = prices.models.filter(chooser(choice, prices));
    const from = start ? chosen.findIndex((model) => compareModels(model, start) > 0) : 0;
    const rows = from === -1 ? [] : chosen.slice(from, from + size + 1);
    return { ...pageOf(rows, size, after, cursorOf), totalCount: chosen.length };
  }

  /** The model that a name means, by the rules of resolution; null where it means none, or more than one. */
  async find(operation: Operation, name: string, provider: string | null | undefined): Promise<FoundModel | null> {
    const prices = await this.prices(operation);
    if (name.length > MAX_NAME) throw badInput(['name'], `Must have at most ${MAX_NAME} characters.`);
    if (provider != null && provider.length > MAX_NAME) {
      throw badInput(['provider'], `Must have at most ${MAX_NAME} characters.`);
    }
    const resolution = prices.resolve(name, provider);
    return resolution.kind === 'RESOLVED' ? { ...resolution.model, resolvedBy: resolution.rule } : null;
  }

  async pricingOf(operation: Operation, model: ModelKey, at: Date | null | undefined): Promise<BookPricing | null> {
    const prices = await this.prices(operation);
    return prices.pricingAt(model, at ?? operation.now) ?? null;
  }

  /** Newest first. */
  async historyOf(operation: Operation, model: ModelKey): Promise<BookPricing[]> {
    const prices = await this.prices(operation);
    return prices.pricingsOf(model);
  }

  /** A model of the catalogue or of the organization's own, by its row's id. */
  async modelById(operation: Operation, id: string): Promise<FoundModel | undefined> {
    const prices = await this.prices(operation);
    return prices.models.find((model) => model.id === id);
  }

  async pricingById(operation: Operation, id: string): Promise<BookPricing | undefined> {
    const prices = await this.prices(operation);
    return prices.pricingById(id);
  }

  /** One state of the prices for the whole operation, so that no answer mixes two. */
  async prices(operation: Operation): Promise<PriceSnapshot> {
    authorize(operation, 'catalog.read');
    return operation.loader(this, () => this.book.snapshot(operation.principal.organizationId));
  }
}

function chooser({ provider, search, own, includeRetired }: ModelChoice, prices: PriceSnapshot) {
  const wanted = provider == null ? undefined : (prices.findProvider(provider)?.provider ?? provider).toLowerCase();
  const text = search?.trim().toLowerCase() ?? '';
  return (model: BookModel): boolean =>
    (wanted === undefined || model.provider.toLowerCase() === wanted) &&
    (model.name.toLowerCase().includes(text) || model.displayName.toLowerCase().includes(text)) &&
    (own == null || prices.hasOwnPrice(model) === own) &&
    (includeRetired === true || model.retiredAt === null);
}

function cursorOf({ provider, name }: ModelKey): string {
  return Buffer.from(JSON.stringify([provider, name])).toString('base64url');
}

function decodeCursor(cursor: string): ModelKey {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key)) {
      const [provider, name] = key as unknown[];
      if (typeof provider === 'string' && typeof name === 'string') return { provider, name };
    }
  } catch {
    // Not JSON: said below.
  }
  throw badInput(['after'], 'Must be a cursor of this list.');
}
