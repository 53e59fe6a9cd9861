/** Prices from a URL: new, unchanged, and everything that can go wrong; the last good prices always stay. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitForUpdate } from '@pydantic/genai-prices';
import { Client } from 'pg';
import {
  CatalogStatusDocument,
  ModelDocument,
  RefreshPricingDocument,
  SetPricingDocument,
} from '../support/generated/operations.js';
import { startAnother } from '../support/servers.js';
import { newTenant } from '../support/spending.js';
import { startWorld, type World } from '../support/world.js';

interface FeedModel {
  id: string;
  match: object;
  prices: unknown;
}
type Feed = { id: string; models: FeedModel[] }[];

const BEGINNING = '1970-01-01T00:00:00.000Z';

let source: Server;
let answer: RequestListener = (_request, response) => response.end('[]');
let asked = 0;
let url: string;
let world: World;
let database: Client;

beforeAll(async () => {
  source = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((done) => source.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(source.address() as AddressInfo).port}/prices.json`;
  world = await startWorld({ PRICING_UPDATE_URL: `${url}?token=secret`, PRICING_UPDATE_TIMEOUT: '4s' });
  database = new Client({ connectionString: world.database.url });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await world.close();
  source.closeAllConnections();
  await new Promise((done) => source.close(done));
});

/** A copy of the package's data. */
async function packageFeed(): Promise<Feed> {
  return structuredClone((await waitForUpdate()) as unknown as Feed);
}

function modelsOf(feed: Feed, provider: string): FeedModel[] {
  const found = feed.find(({ id }) => id === provider);
  if (!found) throw new Error(`There is no ${provider}.`);
  return found.models;
}

function priced(feed: Feed, provider: string, name: string): FeedModel {
  const found = modelsOf(feed, provider).find(({ id }) => id === name);
  if (!found) throw new Error(`There is no ${name}.`);
  return found;
}

function serve(feed: unknown, etag?: string): void {
  answer = (_request, response) => {
    if (etag) response.setHeader('etag', etag);
    response.end(JSON.stringify(feed));
  };
}

const refresh = async () => (await world.ask(RefreshPricingDocument, {})).refreshPricing;
const status = async () => (await world.ask(CatalogStatusDocument, {})).catalogStatus;
const versions = async () => (await database.query<object>('SELECT version FROM catalog_version')).rows;

async function priceOf(name: string, provider: string, key?: string, at?: string) {
  return (await world.ask(ModelDocument, { name, provider, at }, key)).model?.pricing?.promptTokenPrice;
}

async function historyOf(name: string, provider: string) {
  const { model } = await world.ask(ModelDocument, { name, provider });
  return model?.pricingHistory.map((row) => [row.promptTokenPrice, row.effectiveFrom, row.source]);
}

let feed: Feed;

describe('new data', () => {
  let key: string;
  let report: Awaited<ReturnType<typeof refresh>>;
  beforeAll(async () => {
    key = await newTenant(world);
    const own = { provider: 'openai', model: 'gpt-4o', promptTokenPrice: '0.5' };
    await world.ask(SetPricingDocument, { input: own }, key);
    feed = await packageFeed();
    priced(feed, 'openai', 'gpt-4o').prices = { input_mtok: 7, output_mtok: 70 };
    priced(feed, 'openai', 'gpt-4').prices = [
      { prices: priced(feed, 'openai', 'gpt-4').prices },
      { constraint: { start_date: '2099-01-01' }, prices: { input_mtok: 1 } },
    ];
    priced(feed, 'openai', 'o1').prices = { input_mtok: 'much' };
    modelsOf(feed, 'openai').push({ id: 'gpt-99', match: { equals: 'gpt-99' }, prices: { input_mtok: 9 } });
    const openai = modelsOf(feed, 'openai');
    openai.splice(
      openai.findIndex(({ id }) => id === 'gpt-3.5-turbo-16k'),
      1,
    );
    serve(feed, '"one"');
    report = await refresh();
  });

  test('is reported', () => {
    expect(report).toMatchObject({ outcome: 'IMPORTED', source: url, failure: null, modelCount: 1694 });
    expect(report.added).toEqual([{ provider: 'openai', name: 'gpt-99' }]);
    expect(report.retired).toEqual([{ provider: 'openai', name: 'gpt-3.5-turbo-16k' }]);
    expect(report.changed.map(({ name, effectiveFrom }) => [name, effectiveFrom]).sort()).toEqual([
      ['gpt-4', '2099-01-01T00:00:00.000Z'],
      ['gpt-4o', expect.stringMatching(/^20/)],
    ]);
    expect(report.unusable).toEqual([{ provider: 'openai', name: 'o1', reason: expect.stringContaining('no price') }]);
  });

  test('a changed price holds from the import on, and history stays', async () => {
    const from = report.changed.find(({ name }) => name === 'gpt-4o')!.effectiveFrom;
    expect(await historyOf('gpt-4o', 'openai')).toEqual([
      ['0.000007', from, 'CATALOGUE'],
      ['0.0000025', BEGINNING, 'CATALOGUE'],
    ]);
    expect(await priceOf('gpt-4o', 'openai')).toBe('0.000007');
  });

  test('an organization’s own price stays on top', async () => {
    expect(await priceOf('gpt-4o', 'openai', key)).toBe('0.5');
  });

  test('a new model is priced since ever, a start date of the catalogue is kept', async () => {
    expect(await historyOf('gpt-99', 'openai')).toEqual([['0.000009', BEGINNING, 'CATALOGUE']]);
    expect((await historyOf('gpt-4', 'openai'))?.[0]).toEqual(['0.000001', '2099-01-01T00:00:00.000Z', 'CATALOGUE']);
  });

  test('a model that vanished is retired and still priced; one that cannot be read keeps its price', async () => {
    const { model } = await world.ask(ModelDocument, { name: 'gpt-3.5-turbo-16k', provider: 'openai' });
    expect(model).toMatchObject({ retiredAt: expect.any(String), pricing: { promptTokenPrice: '0.000003' } });
    expect(await priceOf('o1', 'openai')).toBe('0.000015');
  });

  test('the status tells', async () => {
    expect(await status()).toMatchObject({
      source: url,
      lastOutcome: 'IMPORTED',
      lastImportAt: report.importedAt,
      lastAttemptAt: report.importedAt,
      failure: null,
      stale: false,
    });
  });
});

describe('unchanged data', () => {
  // Seen to fail: with the comparison of digests removed from CatalogImportService.#take.
  test('writes no version', async () => {
    const before = await versions();
    expect(await refresh()).toMatchObject({ outcome: 'UNCHANGED', added: [], changed: [], modelCount: 1694 });
    expect(await versions()).toEqual(before);
  });

  test('is not even sent where the server knows what we have', async () => {
    answer = (request, response) => {
      response.statusCode = request.headers['if-none-match'] === '"one"' ? 304 : 500;
      response.end();
    };
    expect(await refresh()).toMatchObject({ outcome: 'UNCHANGED', modelCount: 1694 });
  });

  // Seen to fail: with planVersions adding each version that the feed has.
  test('of another layout writes nothing either', async () => {
    const before = await database.query('SELECT id FROM pricing ORDER BY id');
    const moved = structuredClone(feed);
    modelsOf(moved, 'openai').reverse();
    serve(moved);
    expect(await refresh()).toMatchObject({ outcome: 'IMPORTED', added: [], changed: [], withdrawn: [], retired: [] });
    expect((await database.query('SELECT id FROM pricing ORDER BY id')).rows).toEqual(before.rows);
  });
});

/** Each with what the operator is told. */
const FAILURES: [string, RequestListener, RegExp][] = [
  ['status 500', (_request, response) => void response.writeHead(500).end('[]'), /status 500/],
  ['broken JSON', (_request, response) => void response.end('[{"id": "openai", '), /not JSON/],
  ['no answer at all', () => undefined, /within 4 s/],
  ['half an answer', (_request, response) => void response.write('[{"id":'), /within 4 s/],
  ['a cut connection', (_request, response) => void response.write('[', () => response.destroy()), /could not be read/],
  ['something else', (_request, response) => void response.end('{"error": "moved"}'), /not a list/],
  ['an empty list', (_request, response) => void response.end('[]'), /no price/],
  [
    'a redirect to a file',
    (_request, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    /not http/,
  ],
  ['endless redirects', (_request, response) => void response.writeHead(307, { location: '/' }).end(), /more than 5/],
  [
    'more than 32 MiB',
    (_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      for (let sent = 0; sent < 33; sent += 1) response.write(chunk);
      response.end('[]');
    },
    /32 MiB/,
  ],
];

describe('failures', () => {
  // Seen to fail: with #fail storing nothing; without the signal of the timeout (the call never ends); without the
  // limit of size; with redirects followed to anything.
  test.each(FAILURES)('%s: the last good prices stay and the age is shown', async (_, listener, failure) => {
    const before = await status();
    const version = await versions();
    answer = listener;
    const report = await refresh();
    expect(report).toMatchObject({ outcome: 'FAILED', failure: expect.stringMatching(failure), changed: [] });
    const after = await status();
    expect(after).toMatchObject({ lastOutcome: 'FAILED', failure: report.failure, lastImportAt: before.lastImportAt });
    expect(after.lastAttemptAt).toBe(report.importedAt);
    expect(after.ageSeconds).toBeGreaterThanOrEqual(before.ageSeconds!);
    expect(await versions()).toEqual(version);
    expect(await priceOf('gpt-4o', 'openai')).toBe('0.000007');
  });

  // Seen to fail: with assertNotEmptied removed.
  test('a feed that lost more than half of the models is refused', async () => {
    serve(feed.map((provider) => ({ ...provider, models: provider.models.filter((_, index) => index % 3 === 0) })));
    expect(await refresh()).toMatchObject({
      outcome: 'FAILED',
      failure: expect.stringMatching(/only \d+ of the 169\d/),
    });
    expect((await world.ask(ModelDocument, { name: 'gpt-4', provider: 'openai' })).model?.retiredAt).toBeNull();
  });
});

describe('afterwards', () => {
  test('a redirect to where the data is now is followed, and what vanished comes back', async () => {
    const whole = await packageFeed();
    answer = (request, response) => {
      if (request.url === '/new') response.end(JSON.stringify(whole));
      else response.writeHead(301, { location: '/new' }).end();
    };
    const report = await refresh();
    expect(report).toMatchObject({
      outcome: 'IMPORTED',
      restored: [{ provider: 'openai', name: 'gpt-3.5-turbo-16k' }],
    });
    expect(report.retired).toEqual([{ provider: 'openai', name: 'gpt-99' }]);
    expect(report.withdrawn).toEqual([
      { provider: 'openai', name: 'gpt-4', effectiveFrom: '2099-01-01T00:00:00.000Z' },
    ]);
    expect(await historyOf('gpt-4', 'openai')).toEqual([['0.00003', BEGINNING, 'CATALOGUE']]);
    expect((await historyOf('gpt-4o', 'openai'))?.map(([price]) => price)).toEqual([
      '0.0000025',
      '0.000007',
      '0.0000025',
    ]);
    expect(await historyOf('gpt-99', 'openai')).toHaveLength(1);
  });

  // Seen to fail: with the look at the URL removed from importAtStart.
  test('a newer release that starts keeps what the URL said last', async () => {
    serve(feed);
    await refresh();
    await database.query(`UPDATE price_import SET digest = 'of the release before' WHERE source = 'PACKAGE'`);
    const before = await versions();
    const other = await startAnother(world.database.url, { PRICING_UPDATE_URL: url });
    await other.close();
    expect(await versions()).toEqual(before);
  });
});

describe('the timer', () => {
  const every = (interval: string) => ({ PRICING_UPDATE_URL: url, PRICING_UPDATE_INTERVAL: interval });

  // J3. Seen to fail: with claimRefresh answering true always.
  test('one of several servers asks in each interval', async () => {
    serve(feed);
    asked = 0;
    const attempts = async () => (await database.query('SELECT id FROM price_import')).rows.length;
    const before = await attempts();
    const first = await startAnother(world.database.url, every('1h'));
    while ((await attempts()) === before);
    const second = await startAnother(world.database.url, every('1h'));
    // A server that closes first finishes its look.
    await second.close();
    await first.close();
    expect(asked).toBe(1);
    expect(await attempts()).toBe(before + 1);
  });

  // Seen to fail: with stale after 20 intervals.
  test('prices that nobody refreshed for two intervals are stale', async () => {
    const clock = `CREATE OR REPLACE FUNCTION tollgate_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
      SET search_path = pg_catalog, pg_temp AS 'SELECT clock_timestamp() + interval ''3 hours'''`;
    const own = await startWorld({ ...every('1h') });
    const direct = new Client({ connectionString: own.database.url });
    await direct.connect();
    try {
      answer = (_request, response) => void response.writeHead(500).end();
      await own.ask(RefreshPricingDocument, {});
      expect((await own.ask(CatalogStatusDocument, {})).catalogStatus.stale).toBe(false);
      await direct.query(clock);
      await own.server.syncClock();
      const { catalogStatus } = await own.ask(CatalogStatusDocument, {});
      expect(catalogStatus.stale).toBe(true);
      expect(catalogStatus.ageSeconds).toBeGreaterThanOrEqual(3 * 3600);
    } finally {
      await direct.end();
      await own.close();
    }
  });
});
