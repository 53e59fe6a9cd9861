import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { appendCatalogueAudit, type Doing } from '../audit-trail.sql.js';
import type { Change } from '../change.js';
import type { Clock } from '../clock.js';
import { serviceUnavailable } from '../errors.js';
import { authorize } from '../identity/permission.js';
import { CATALOGUE, newId } from '../node-id.js';
import type { Operation } from '../operation.js';
import { Role, systemPrincipal } from '../principal.js';
import { fetchFeed, FetchProblem } from './fetch-feed.js';
import { type ImportReport, planImport } from './import-plan.js';
import {
  claimRefresh,
  importing,
  insertImport,
  PACKAGE_SOURCE,
  readLastGoodImport,
  readLastImport,
  writeImport,
} from './import-prices.sql.js';
import type { PriceBook } from './price-book.js';
import { type PriceFeed, readPriceFeed, UnusableFeed } from './price-feed.js';
import { ImportOutcome, type ImportRow } from './price-import.js';
import { readCataloguePrices } from './read-prices.sql.js';

export interface UpdateSettings {
  /** Unset: prices come from the package that Tollgate was built with. */
  readonly url: string | undefined;
  /** How often the URL is asked, in ms; 0 = only by refreshPricing. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** How current the prices are. */
export interface CatalogStatus {
  readonly version: string;
  readonly source: string | null;
  readonly lastImportAt: Date | null;
  readonly lastAttemptAt: Date | null;
  readonly lastOutcome: ImportOutcome | null;
  readonly failure: string | null;
  readonly ageSeconds: number | null;
  readonly stale: boolean;
}

/** What was read, before it is known whether it can be used. */
interface Loaded {
  readonly data: unknown;
  readonly etag: string | null;
}

const NEVER = new AbortController().signal;

/** How often prices are fetched again because another import was written meanwhile. */
const MOST_TRIES = 5;

/** Another import was written since ours was asked for. */
class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

export class CatalogImportService {
  constructor(
    private readonly writer: Pool,
    private readonly clock: Clock,
    private readonly book: PriceBook,
    private readonly settings: UpdateSettings,
    private readonly log: Logger,
  ) {}

  /** Takes the package's prices where they are not those that were taken from it last, and no URL has been read yet. */
  async importAtStart(): Promise<void> {
    const { url } = this.settings;
    if (url !== undefined && (await readLastGoodImport(this.writer, sourceOf(url)))) return;
    const loaded = await loadPackage();
    const last = await readLastGoodImport(this.writer, PACKAGE_SOURCE);
    if (last?.digest === digestOf(readPriceFeed(loaded.data))) return;
    await this.#import(PACKAGE_SOURCE, loaded, this.#byItself('PRICE_IMPORT'));
  }

  /** Imports now: from the URL where one is set, else the package's data again. A failure is an answer, not an error. */
  async refresh(operation: Operation): Promise<ImportRow> {
    authorize(operation, 'catalog.refresh');
    return this.#refresh(NEVER, operation);
  }

  /** The timer's turn: of all servers one refreshes in each interval. */
  async refreshWhereDue(stop: AbortSignal): Promise<void> {
    const { intervalMs } = this.settings;
    if (await claimRefresh(this.writer, this.clock.now(), intervalMs))
      await this.#refresh(stop, this.#byItself('PRICE_REFRESH'));
  }

  async status(operation: Operation): Promise<CatalogStatus> {
    authorize(operation, 'catalog.read');
    const [last, good, prices] = await Promise.all([
      readLastImport(this.writer),
      readLastGoodImport(this.writer),
      this.book.snapshot(operation.principal.organizationId),
    ]);
    const ageMs = good && Math.max(0, operation.now.getTime() - good.createdAt.getTime());
    const { intervalMs } = this.settings;
    return {
      version: prices.catalogueVersion.toString(),
      source: good?.source ?? null,
      lastImportAt: good?.createdAt ?? null,
      lastAttemptAt: last?.createdAt ?? null,
      lastOutcome: last?.outcome ?? null,
      failure: last?.failure ?? null,
      ageSeconds: ageMs === undefined ? null : Math.floor(ageMs / 1000),
      stale: intervalMs > 0 && (ageMs === undefined || ageMs > 2 * intervalMs),
    };
  }

  async #refresh(stop: AbortSignal, doing: Doing): Promise<ImportRow> {
    const { url } = this.settings;
    if (url === undefined) return this.#import(PACKAGE_SOURCE, await loadPackage(), doing);
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const row = await this.#refreshFrom(url, stop, doing);
      if (row) return row;
    }
    throw serviceUnavailable('Other imports were in the way.');
  }

  /** Undefined where it was overtaken: what was asked for before another import may be older than that. */
  async #refreshFrom(url: string, stop: AbortSignal, doing: Doing): Promise<ImportRow | undefined> {
    const source = sourceOf(url);
    const last = await readLastGoodImport(this.writer);
    // Another source's prices are in force otherwise: "not modified" would then mean the wrong ones.
    const base = last?.source === source ? last : undefined;
    const { timeoutMs } = this.settings;
    try {
      const fetched = await fetchFeed({ url, etag: base?.etag ?? null, timeoutMs, stop });
      if (fetched.kind === 'FETCHED') return await this.#import(source, fetched, doing, last);
    } catch (error) {
      if (error instanceof Overtaken) return undefined;
      if (!(error instanceof FetchProblem)) throw error;
      return this.#fail(source, error.message);
    }
    return this.#store({ source, outcome: ImportOutcome.UNCHANGED, ...unchanged(base), etag: base?.etag ?? null });
  }

  /** @param seen the last good import when it was asked for, where that may have been another by the time it was there. */
  async #import(source: string, { data, etag }: Loaded, doing: Doing, seen?: ImportRow): Promise<ImportRow> {
    let row: ImportRow;
    try {
      row = await this.#take(source, readPriceFeed(data), etag, doing, seen);
    } catch (error) {
      if (!(error instanceof UnusableFeed)) throw error;
      return this.#fail(source, error.message);
    }
    if (row.outcome === ImportOutcome.IMPORTED) await this.book.pricesChanged(undefined);
    return row;
  }

  #take(
    source: string,
    feed: PriceFeed,
    etag: string | null,
    doing: Doing,
    seen: ImportRow | undefined,
  ): Promise<ImportRow> {
    const digest = digestOf(feed);
    return importing(this.writer, async (client) => {
      const now = this.clock.now();
      const last = await readLastGoodImport(client);
      if (seen && last?.id !== seen.id) throw new Overtaken();
      if (last?.digest === digest) {
        return this.#store({ source, outcome: ImportOutcome.UNCHANGED, ...unchanged(last), etag }, client);
      }
      const plan = planImport(feed, await readCataloguePrices(client), now);
      const { report } = plan;
      const row = await this.#store({ source, outcome: ImportOutcome.IMPORTED, digest, etag, report }, client);
      await writeImport(client, plan, feed.providers, row.id, now);
      await appendCatalogueAudit(client, { ...doing, now }, [importChange(row)]);
      return row;
    });
  }

  #byItself(cause: string): Doing {
    return { principal: systemPrincipal(CATALOGUE, Role.OPERATOR), now: this.clock.now(), requestId: undefined, cause };
  }

  #fail(source: string, failure: string): Promise<ImportRow> {
    this.log.warn({ source, failure }, 'prices were not refreshed; the last good ones stay in force');
    return this.#store({ source, outcome: ImportOutcome.FAILED, digest: null, etag: null, report: null, failure });
  }

  async #store(
    row: Omit<ImportRow, 'id' | 'createdAt' | 'failure'> & { failure?: string },
    db: Parameters<typeof insertImport>[0] = this.writer,
  ): Promise<ImportRow> {
    const stored = { id: newId(), createdAt: this.clock.now(), failure: null, ...row };
    await insertImport(db, stored);
    return stored;
  }
}

function importChange({ id, source, digest, report }: ImportRow): Change {
  const counts: Record<string, number> = {};
  for (const [name, list] of Object.entries(report ?? {})) if (Array.isArray(list)) counts[name] = list.length;
  return { table: 'price_import', key: id, before: null, after: { source, digest, ...counts } };
}

/** What is known of a feed that was imported before, without what that import did. */
function unchanged(last: ImportRow | undefined): { digest: string | null; report: ImportReport | null } {
  const nothing = { added: [], changed: [], withdrawn: [], retired: [], restored: [] };
  return { digest: last?.digest ?? null, report: last?.report ? { ...last.report, ...nothing } : null };
}

/** Loaded only when it is needed: it holds some ten megabytes for as long as the process lives. */
async function loadPackage(): Promise<Loaded> {
  const { waitForUpdate } = await import('@pydantic/genai-prices');
  return { data: await waitForUpdate(), etag: null };
}

/** Of what we understood, so that a release that reads more of the same feed imports it again. */
function digestOf({ providers, models, prices }: PriceFeed): string {
  const text = JSON.stringify({ providers, models, prices }, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return createHash('sha256').update(text).digest('hex');
}

/** Everybody may see where prices come from, so a password or token in the URL is left out. */
function sourceOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
