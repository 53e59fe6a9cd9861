/**
 * The hot path against the same rows written one at a time by PostgreSQL's own load generator, by a `pg` client, and by
 * the resolver that one would write first; and reports from totals against reports from records. Ends with the money:
 * every budget and total is summed up again from the records.
 */
import { join } from 'node:path';
import { booksOf } from '../test/support/books.js';
import { reseal } from '../test/support/reseal.js';
import { atLeast, Series, spread, table, whole, type Judgement } from './figures.js';
import { HOT_DATABASES, HotBudget } from './hot-budget.js';
import { residentMb } from './process-figures.js';
import { ask, KEY, startEmbedded, startProduct, useAsInDemo, USERS, type Product } from './product.js';
import { bestOf, CONNECTIONS, measureRounds, type Rounds } from './rounds.js';
import type { Found as FoundOfPart, Part, Size } from './part.js';
import type { Stage } from './stage.js';
import { askSummary, fillYear, rawSummary, type Grouping } from './summary.js';

interface SummaryFigures {
  readonly grouping: Grouping;
  readonly rawMs: Series;
  readonly summaryMs: Series;
}

async function measureSummaries(stage: Stage, template: string, { records, asks }: Size): Promise<SummaryFigures[]> {
  await stage.createDatabase('year', template);
  await stage.with('year', (client) => fillYear(client, records));
  const { url, process } = await startProduct(stage, 'year');
  const figures: SummaryFigures[] = [];
  for (const grouping of ['MODEL', 'DAY'] as const) {
    const [rawMs, summaryMs] = [new Series(), new Series()];
    await askSummary(url, grouping, records);
    for (let time = 0; time < asks; time += 1) {
      await stage.quiet();
      rawMs.add(await stage.with('year', (client) => rawSummary(client, grouping)));
      summaryMs.add(await askSummary(url, grouping, records));
    }
    figures.push({ grouping, rawMs, summaryMs });
  }
  await process.stop();
  return figures;
}

async function measureConnections(stage: Stage, product: Product, size: Size): Promise<string[][]> {
  const rows = [['connections', 'requests/s', 'p50 ms', 'p99 ms', 'CPU us: server', 'PostgreSQL']];
  for (const clients of size.connections) {
    const slot = { kind: 'record', users: USERS, key: KEY, batchSize: 1, url: `${product.url}/graphql` } as const;
    const found = await stage.runMeasured({ ...slot, clients, seconds: size.seconds / 2 }, product.process);
    const times = [found.p50Ms, found.p99Ms].map((ms) => ms.toFixed(1));
    const perSecond = whole(found.requests / found.seconds);
    rows.push([String(clients), perSecond, ...times, whole(found.nodeUs), whole(found.postgresUs)]);
  }
  return rows;
}

/** As on a user's machine: the server brings its own PostgreSQL. Figures without a floor. */
async function measureStart(stage: Stage): Promise<{ startMs: number; memoryMb: number | undefined }> {
  const folder = join(stage.folder, 'start');
  await (await startEmbedded(stage, folder)).process.stop();
  const begin = performance.now();
  const again = await startEmbedded(stage, folder);
  await ask(again.url, '{ viewer { organization { name } } }');
  const startMs = performance.now() - begin;
  await useAsInDemo(again.url);
  const memoryMb = residentMb(again.process.pid);
  await again.process.stop();
  return { startMs, memoryMb };
}

interface Found {
  readonly rounds: Rounds;
  readonly summaries: readonly SummaryFigures[];
  readonly hot: HotBudget;
}

function floorsOf({ rounds, summaries, hot }: Found): Judgement[] {
  const baseline = bestOf(rounds.baselines).series;
  const { record, batch, naive, cycle, cycleAlone, laneCycle, lockedCycle } = rounds;
  return [
    atLeast('recordUsage against the best baseline', record.ratiosTo(baseline), 4),
    atLeast('recordUsage against the naive resolver', record.ratiosTo(naive), 15),
    atLeast('the naive resolver against the best baseline, or it is no fair one', naive.ratiosTo(baseline), 0.12),
    atLeast('recordUsageBatch of 1,000 against the best baseline', batch.ratiosTo(baseline), 8),
    atLeast('reserve and settle against the same with LANES=off', cycle.ratiosTo(cycleAlone), 8),
    atLeast('that against the best baseline, or it is no fair one', cycleAlone.ratiosTo(baseline), 0.12),
    atLeast('reserve and settle by lanes against row locks, both without GraphQL', laneCycle.ratiosTo(lockedCycle), 12),
    atLeast('p99 of row locks on one budget against that of reserveBudget', hot.ratios, 4),
    ...summaries.map(({ grouping, rawMs, summaryMs }) =>
      atLeast(`usageSummary by ${grouping} against the raw sum`, rawMs.ratiosTo(summaryMs), 20),
    ),
  ];
}

function tablesOf({ rounds, summaries, hot }: Found, { records }: Size): string[] {
  const best = bestOf(rounds.baselines);
  const ratio = (series: Series) => `${series.ratiosTo(best.series).median.toFixed(2)}x`;
  const row = (name: string, series: Series) => [name, spread(series), ratio(series)];
  return [
    table([
      ['records/s, median (least-most)', '', 'to the best baseline'],
      row(`recordUsage, ${CONNECTIONS} connections`, rounds.record),
      row('recordUsageBatch of 1,000', rounds.batch),
      row(`naive resolver, ${CONNECTIONS} connections`, rounds.naive),
      row('reserve and settle, a cycle', rounds.cycle),
      row('the same with LANES=off', rounds.cycleAlone),
      row('the same without GraphQL, by the lanes alone', rounds.laneCycle),
      row('the same by a pg client with row locks', rounds.lockedCycle),
      ...[...rounds.baselines].map(([name, series]) => row(name === best.name ? `${name} (best)` : name, series)),
    ]),
    table([
      [`a year of ${whole(records)} records, ms`, 'raw sum', 'usageSummary'],
      ...summaries.map(({ grouping, rawMs, summaryMs }) => [`by ${grouping}`, spread(rawMs), spread(summaryMs)]),
    ]),
    hot.report(),
  ];
}

const BY_HAND = ['rows', 'naive', HOT_DATABASES.locked];

/** Of every database that money moved in. */
async function judgeBooks(stage: Stage): Promise<Judgement[]> {
  await stage.quiet();
  const judgements: Judgement[] = [];
  for (const database of ['product', 'rows', 'naive', ...Object.values(HOT_DATABASES)]) {
    // Who writes rows by itself has no digests of them.
    if (BY_HAND.includes(database)) await stage.with(database, reseal);
    const differences = await stage.with(database, booksOf);
    const { rows } = await stage.with(database, (client) =>
      client.query<{ n: string }>(
        `SELECT count(*) AS n FROM usage_record UNION ALL SELECT count(*) FROM reservation WHERE state = 'HELD'`,
      ),
    );
    const [records, held] = rows.map(({ n }) => whole(Number(n)));
    const holds = differences.length === 0;
    const found = holds
      ? `all budgets and totals are the sums of its ${records} records and ${held} open reservations`
      : differences.slice(0, 5).join('; ');
    judgements.push({ says: `money of "${database}": ${found}`, holds });
  }
  return judgements;
}

export const benchHotPath: Part = async (stage, template, size): Promise<FoundOfPart> => {
  for (const database of ['product', 'rows', 'naive']) await stage.createDatabase(database, template);
  const summaries = await measureSummaries(stage, template, size);
  const start = await measureStart(stage);

  const product = await startProduct(stage, 'product');
  const naive = stage.start('naive-server.js', { DATABASE_URL: stage.urlOf('naive') });
  const naiveUrl = await naive.printed(/listening on (\S+) now/);
  const alone = await startProduct(stage, 'product', { LANES: 'off' });
  const driver = stage.start('driver-load.js', {});
  const hot = await HotBudget.open(stage);
  const sides = { product, naiveUrl, alone, rows: 'rows', driver, hot };
  const rounds = await measureRounds(stage, sides, size.rounds, size.seconds);
  const connections = await measureConnections(stage, product, size);

  const found = { rounds, summaries, hot };
  const report = [
    ...tablesOf(found, size),
    `No floors:\n${table(connections)}`,
    `second start to first answer ${whole(start.startMs)} ms; memory after a demo's work ${whole(start.memoryMb)} MB`,
  ].join('\n\n');
  const figures = { ...rounds, baselines: Object.fromEntries(rounds.baselines), summaries, hot, connections, start };
  return { report, figures, floors: floorsOf(found), facts: await judgeBooks(stage) };
};
