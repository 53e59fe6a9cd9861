/** The prices of one organization at one state of the catalogue: immutable, so that a whole answer uses one version. */
import { MarkupBook, type Markup, type Payer } from './markup.js';
import type { Resolution } from './match-model.js';
import { ModelIndex } from './match-model.js';
import type { Model } from './model.js';
import type { Provider } from './provider.js';
import { type RateCard, rateCardFromJson } from './rate.js';
import type { ModelJson, PriceRows, PricingJson, ProviderJson } from './read-prices.sql.js';

/** A model as the book has it: a plain copy of its row. */
export type BookModel = Readonly<Model>;
export type BookProvider = Readonly<Provider>;

/** A model by name. */
export interface ModelKey {
  readonly provider: string;
  readonly name: string;
}

/** One price version. */
export class BookPricing {
  readonly id: string;
  /** The organization that set it; the nil organization for the catalogue's. */
  readonly organizationId: string;
  readonly provider: string;
  readonly model: string;
  /** Inclusive; 1970-01-01 for since ever. */
  readonly effectiveFrom: Date;
  #card: RateCard | undefined;

  constructor(
    private readonly row: PricingJson,
    /** Exclusive: where the next version of the same source begins; null while none is known. */
    readonly effectiveTo: Date | null,
  ) {
    this.id = row.id;
    this.organizationId = row.organizationId;
    this.provider = row.provider;
    this.model = row.model;
    this.effectiveFrom = new Date(row.effectiveFrom);
  }

  /** Read on first use: most of the catalogue's prices are never asked for. Always the same object afterwards. */
  get card(): RateCard {
    this.#card ??= rateCardFromJson(this.row.card);
    return this.#card;
  }
}

type Index = ModelIndex<BookProvider, BookModel>;

/** The rows of the catalogue, or of one organization, made ready for look-ups. */
export class PriceLayer {
  readonly version: bigint;
  readonly providers: readonly BookProvider[];
  readonly models: readonly BookModel[];
  readonly markups: MarkupBook;
  readonly #byKey: ReadonlyMap<string, BookModel>;
  /** By model, newest first. */
  readonly #pricings: ReadonlyMap<string, readonly BookPricing[]>;

  #byId: ReadonlyMap<string, BookPricing> | undefined;

  constructor(rows: PriceRows) {
    this.version = rows.version;
    this.providers = rows.providers.map(providerOf);
    this.models = rows.models.map(modelOf);
    this.markups = new MarkupBook(rows.markups, rows.teams);
    this.#byKey = new Map(this.models.map((model) => [keyOf(model), model]));
    const byModel = Map.groupBy(rows.pricings, (row) => keyOf({ provider: row.provider, name: row.model }));
    this.#pricings = new Map([...byModel].map(([key, versions]) => [key, chain(versions)]));
  }

  model(key: ModelKey): BookModel | undefined {
    return this.#byKey.get(keyOf(key));
  }

  has(key: ModelKey): boolean {
    return this.#byKey.has(keyOf(key));
  }

  pricing(id: string): BookPricing | undefined {
    this.#byId ??= new Map([...this.#pricings.values()].flat().map((pricing) => [pricing.id, pricing]));
    return this.#byId.get(id);
  }

  /** All versions of a model's price, newest first. */
  versionsOf(model: ModelKey): readonly BookPricing[] {
    return this.#pricings.get(keyOf(model)) ?? [];
  }
}

export class PriceSnapshot {
  readonly #index: Index;
  #models: readonly BookModel[] | undefined;

  constructor(
    private readonly catalogue: PriceLayer,
    private readonly own: PriceLayer,
    catalogueIndex: Index,
  ) {
    this.#index = own.models.length > 0 ? catalogueIndex.withOwn(own.models) : catalogueIndex;
  }

  /** The version of the catalogue that these prices are of. */
  get catalogueVersion(): bigint {
    return this.catalogue.version;
  }

  /** How often the organization had changed its own prices. */
  get ownVersion(): bigint {
    return this.own.version;
  }

  /** The model that a name means; the organization's own models are layered over the catalogue's. */
  resolve(name: string, provider?: string | null): Resolution<BookModel> {
    return this.#index.resolve(name, provider);
  }

  /** The price in force at an instant: the organization's own goes before the catalogue's, each by effective date. */
  pricingAt(model: ModelKey, at: Date): BookPricing | undefined {
    const inForce = (pricing: BookPricing) => pricing.effectiveFrom <= at;
    return this.own.versionsOf(model).find(inForce) ?? this.catalogue.versionsOf(model).find(inForce);
  }

  /** Whether anything is added to the cost of any call. */
  get hasMarkups(): boolean {
    return !this.own.markups.isEmpty;
  }

  /** What is added to the cost of a call of this model at an instant, for who pays. */
  markupAt(payer: Payer, { provider, name }: ModelKey, at: Date): Markup {
    return this.own.markups.at(payer, provider, name, at);
  }

  /** A price version of the organization's own or of the catalogue. */
  pricingById(id: string): BookPricing | undefined {
    return this.own.pricing(id) ?? this.catalogue.pricing(id);
  }

  /** Every version of a model's price, newest first; the organization's own before one of the catalogue of that instant. */
  pricingsOf(model: ModelKey): BookPricing[] {
    return [...this.own.versionsOf(model), ...this.catalogue.versionsOf(model)].sort(
      (a, b) => b.effectiveFrom.getTime() - a.effectiveFrom.getTime(),
    );
  }

  /** The catalogue's provider of an id or one of its other names; it has the `extractors` that read its responses. */
  findProvider(name: string): BookProvider | undefined {
    return this.#index.findProvider(name);
  }

  /** All models, by provider and name: the catalogue's and the organization's own, those that both have once. */
  get models(): readonly BookModel[] {
    this.#models ??= [...this.catalogue.models, ...this.own.models.filter((model) => !this.catalogue.has(model))].sort(
      compareModels,
    );
    return this.#models;
  }

  /** The catalogue's model of exactly this name, without regard to case. */
  inCatalogue(model: ModelKey): BookModel | undefined {
    return this.catalogue.model(model);
  }

  /** Whether the organization itself set a price of this model. */
  hasOwnPrice(model: ModelKey): boolean {
    return this.own.versionsOf(model).length > 0;
  }
}

/** By code points, so that every server has the same order. */
export function compareModels(a: ModelKey, b: ModelKey): number {
  if (a.provider !== b.provider) return a.provider < b.provider ? -1 : 1;
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

export function indexOf(layer: PriceLayer): Index {
  return new ModelIndex<BookProvider, BookModel>(layer.providers, layer.models);
}

/** Names are compared as they are resolved: without regard to case. */
function keyOf({ provider, name }: ModelKey): string {
  return `${provider}\n${name}`.toLowerCase();
}

function chain(ascending: readonly PricingJson[]): BookPricing[] {
  return ascending
    .map((row, index) => {
      const next = ascending[index + 1];
      return new BookPricing(row, next ? new Date(next.effectiveFrom) : null);
    })
    .reverse();
}

function providerOf(row: ProviderJson): BookProvider {
  return { ...row, retiredAt: instant(row.retiredAt) };
}

function modelOf(row: ModelJson): BookModel {
  return { ...row, retiredAt: instant(row.retiredAt), createdAt: new Date(row.createdAt) };
}

function instant(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
