/** The prices as this process knows them. Read once, kept, and read again when the database says that they moved. */
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { indexOf, PriceLayer, PriceSnapshot } from './price-snapshot.js';
import { readCataloguePrices, readOwnPrices, readPriceVersions } from './read-prices.sql.js';

export type { BookModel, BookPricing, ModelKey, PriceSnapshot } from './price-snapshot.js';

/** What another process changed is seen by queries after this time at the latest; recording sees it at once, at the gate. */
const POLL_MS = 2_000;

/** Organizations whose prices are kept. One that never set a price costs next to nothing. */
const MAX_ORGANIZATIONS = 2_000;

interface Catalogue {
  readonly layer: PriceLayer;
  readonly index: ReturnType<typeof indexOf>;
}

export class PriceBook {
  /** The second is what the first was made of. An entry past its time is still the base of the next look. */
  readonly #known = new LRUCache<string, { snapshot: PriceSnapshot; catalogue: Catalogue; own: PriceLayer }>({
    max: MAX_ORGANIZATIONS,
    ttl: POLL_MS,
    allowStale: true,
    noDeleteOnStaleGet: true,
  });
  readonly #reading = new Map<string, Promise<PriceSnapshot>>();
  readonly #readingNext = new Map<string, Promise<PriceSnapshot>>();
  readonly #listeners: ((organizationId: string | undefined) => void)[] = [];
  #catalogue: Catalogue | undefined;
  #readingCatalogue: Promise<Catalogue> | undefined;

  constructor(private readonly writer: Pool) {}

  /** Catalogue and own prices of an organization, at most two seconds old. */
  async snapshot(organizationId: string): Promise<PriceSnapshot> {
    const fresh = this.#known.has(organizationId) ? this.#known.get(organizationId) : undefined;
    return fresh?.snapshot ?? this.#reading.get(organizationId) ?? this.#read(organizationId);
  }

  /** The prices as they are now: a look that had begun before is not enough. */
  async refresh(organizationId: string): Promise<PriceSnapshot> {
    const reading = this.#reading.get(organizationId);
    if (!reading) return this.#read(organizationId);
    const known = this.#readingNext.get(organizationId);
    if (known) return known;
    const again = () => {
      this.#readingNext.delete(organizationId);
      return this.#read(organizationId);
    };
    const next = reading.then(again, again);
    this.#readingNext.set(organizationId, next);
    return next;
  }

  /** Calls back after this process made new prices: of one organization, or of all (undefined) by an import. */
  onNewPricing(listener: (organizationId: string | undefined) => void): void {
    this.#listeners.push(listener);
  }

  /** To be called after the commit of what changed prices: nobody in this process sees the old ones afterwards. */
  async pricesChanged(organizationId: string | undefined): Promise<void> {
    if (organizationId === undefined) {
      await Promise.allSettled(this.#reading.values());
      this.#known.clear();
    } else {
      await this.refresh(organizationId);
    }
    for (const listener of this.#listeners) listener(organizationId);
  }

  #read(organizationId: string): Promise<PriceSnapshot> {
    const reading = this.#readNow(organizationId).finally(() => this.#reading.delete(organizationId));
    this.#reading.set(organizationId, reading);
    return reading;
  }

  async #readNow(organizationId: string): Promise<PriceSnapshot> {
    const versions = await readPriceVersions(this.writer, organizationId);
    const known = this.#known.get(organizationId);
    const catalogue = await this.#catalogueOf(versions.catalogueVersion);
    const own =
      known?.own.version === versions.ownVersion
        ? known.own
        : new PriceLayer(await readOwnPrices(this.writer, organizationId));
    const snapshot =
      known?.catalogue === catalogue && known.own === own
        ? known.snapshot
        : new PriceSnapshot(catalogue.layer, own, catalogue.index);
    this.#known.set(organizationId, { snapshot, catalogue, own });
    return snapshot;
  }

  /** The catalogue of this version or a later one, shared by all organizations. */
  async #catalogueOf(version: bigint): Promise<Catalogue> {
    if (this.#catalogue?.layer.version === version) return this.#catalogue;
    const underWay = await this.#readingCatalogue;
    if (underWay && underWay.layer.version >= version) return underWay;
    this.#readingCatalogue ??= this.#readCatalogue().finally(() => (this.#readingCatalogue = undefined));
    return this.#readingCatalogue;
  }

  async #readCatalogue(): Promise<Catalogue> {
    const layer = new PriceLayer(await readCataloguePrices(this.writer));
    this.#catalogue = { layer, index: indexOf(layer) };
    return this.#catalogue;
  }
}
