/**
 * `npm run bench`: the hot path against the same rows written one at a time by PostgreSQL's own load generator, by a `pg`
 * client, and by the resolver that one would write first; and reports from totals against reports from records. All in
 * one run on one durable PostgreSQL, so only the ratios count. Ends with the money: every budget and total is summed up
 * again from the records. Exits 1 where a sum or a floor does not hold.
 *
 * `--short`: a try of half a minute whose floors are shown and not judged. `--json FILE`: the figures for a machine.
 */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { booksOf } from '../test/support/books.js';
import { reseal } from '../test/support/reseal.js';
import { atLeast, Series, spread, table, whole, type Floor } from './figures.js';
import { measureBilling, reportBilling } from './billing.js';
import { HOT_DATABASES, HotBudget } from './hot-budget.js';
import { residentMb } from './process-figures.js';
import { ask, furnish, KEY, startEmbedded, startProduct, useAsInDemo, USERS, type Product } from './product.js';
import { bestOf, CONNECTIONS, measureRounds, type Rounds } from './rounds.js';
import { Stage } from './stage.js';
import { judgeWebhooks, measureWebhooks, reportWebhooks } from './webhooks.js';
import { judgeWall, measureWall, reportWall } from './wall.js';
import { askSummary, fillYear, rawSummary, type Grouping } from './summary.js';

const { values: options } = parseArgs({
  options: { short: { type: 'boolean' }, only: { type: 'string' }, json: { type: 'string' } },
});
const SIZE = options.short
  ? {
      rounds: 1,
      seconds: 2,
      records: 100_000,
      asks: 3,
      connections: [1, 16],
      billing: { payers: 1_000, records: 100_000 },
    }
  : {
      rounds: 7,
      seconds: 3,
      records: 1_000_000,
      asks: 5,
      connections: [1, 16, 64, 256],
      billing: { payers: 10_000, records: 1_000_000 },
    };

interface SummaryFigures {
  readonly grouping: Grouping;
  readonly rawMs: Series;
  readonly summaryMs: Series;
}

async function measureSummaries(stage: Stage): Promise<SummaryFigures[]> {
  await stage.createDatabase('year', 'product');
  await stage.with('year', (client) => fillYear(client, SIZE.records));
  const { url, process } = await startProduct(stage, 'year');
  const figures: SummaryFigures[] = [];
  for (const grouping of ['MODEL', 'DAY'] as const) {
    const [rawMs, summaryMs] = [new Series(), new Series()];
    await askSummary(url, grouping, SIZE.records);
    for (let time = 0; time < SIZE.asks; time += 1) {
      await stage.quiet();
      rawMs.add(await stage.with('year', (client) => rawSummary(client, grouping)));
      summaryMs.add(await askSummary(url, grouping, SIZE.records));
    }
    figures.push({ grouping, rawMs, summaryMs });
  }
  await process.stop();
  return figures;
}

async function measureConnections(stage: Stage, product: Product): Promise<string[][]> {
  const rows = [['connections', 'requests/s', 'p50 ms', 'p99 ms', 'CPU us: server', 'PostgreSQL']];
  for (const clients of SIZE.connections) {
    const slot = { kind: 'record', users: USERS, key: KEY, batchSize: 1, url: `${product.url}/graphql` } as const;
    const found = await stage.runMeasured({ ...slot, clients, seconds: SIZE.seconds / 2 }, product.process);
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

function floorsOf({ rounds, summaries, hot }: Found): Floor[] {
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

function report({ rounds, summaries, hot }: Found, floors: readonly Floor[]): void {
  const best = bestOf(rounds.baselines);
  const ratio = (series: Series) => `${series.ratiosTo(best.series).median.toFixed(2)}x`;
  const row = (name: string, series: Series) => [name, spread(series), ratio(series)];
  console.log('');
  console.log(
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
  );
  console.log('');
  console.log(
    table([
      [`a year of ${whole(SIZE.records)} records, ms`, 'raw sum', 'usageSummary'],
      ...summaries.map(({ grouping, rawMs, summaryMs }) => [`by ${grouping}`, spread(rawMs), spread(summaryMs)]),
    ]),
  );
  console.log(`\n${hot.report()}\n`);
  for (const { says, seen, holds } of floors) {
    const [median, least, most] = [seen.median, seen.least, seen.most].map((ratio) => ratio.toFixed(2));
    console.log(`${holds ? 'holds' : 'FAILS'}  ${says}: ${median}x (${least}-${most} by round)`);
  }
}

const BY_HAND = ['rows', 'naive', HOT_DATABASES.locked];

async function checkBooks(stage: Stage): Promise<boolean> {
  await stage.quiet();
  let right = true;
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
    console.log(
      differences.length === 0
        ? `holds  money of "${database}": all budgets and totals are the sums of its ${records} records and ${held} open reservations`
        : `FAILS  money of "${database}": ${differences.slice(0, 5).join('; ')}`,
    );
    right &&= differences.length === 0;
  }
  return right;
}

const areHeld = (judgements: readonly { readonly holds: boolean }[]) => judgements.every(({ holds }) => holds);

async function bench(stage: Stage): Promise<boolean> {
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    if ((await stage.setting(name)) !== 'on') throw new Error(`PostgreSQL is not durable: ${name} is off.`);
  }
  console.log(
    `PostgreSQL ${await stage.setting('server_version')}, durable; Node ${process.version}; ${cpus().length} CPUs.`,
  );

  await stage.createDatabase('product');
  const first = await startProduct(stage, 'product');
  await furnish(first.url);
  await first.process.stop();
  const wall =
    options.only === undefined || options.only === 'wall'
      ? await measureWall(stage, 'product', SIZE.rounds, SIZE.seconds)
      : undefined;
  if (wall) console.log(`\n${reportWall(wall)}\n`);
  if (options.only === 'wall') return !!wall && (options.short === true || areHeld(judgeWall(wall)));
  const webhooks =
    options.only === 'billing' ? undefined : await measureWebhooks(stage, 'product', SIZE.asks, SIZE.seconds);
  if (webhooks) console.log(`\n${reportWebhooks(webhooks)}\n`);
  if (options.only === 'webhooks') return !!webhooks && areHeld(judgeWebhooks(webhooks));
  const billing = await measureBilling(stage, 'product', SIZE.billing, SIZE.seconds * 4);
  console.log(`\n${reportBilling(billing)}\n`);
  if (options.only === 'billing') return areHeld(billing.judgements);
  for (const database of ['rows', 'naive']) await stage.createDatabase(database, 'product');
  const summaries = await measureSummaries(stage);
  const start = await measureStart(stage);

  const product = await startProduct(stage, 'product');
  const naive = stage.start('naive-server.js', { DATABASE_URL: stage.urlOf('naive') });
  const naiveUrl = await naive.printed(/listening on (\S+) now/);
  const alone = await startProduct(stage, 'product', { LANES: 'off' });
  const driver = stage.start('driver-load.js', {});
  const hot = await HotBudget.open(stage);
  const sides = { product, naiveUrl, alone, rows: 'rows', driver, hot };
  const rounds = await measureRounds(stage, sides, SIZE.rounds, SIZE.seconds);
  const connections = await measureConnections(stage, product);

  const found = { rounds, summaries, hot };
  const floors = floorsOf(found);
  report(found, floors);
  const isRight = await checkBooks(stage);
  console.log(`\nNo floors:\n${table(connections)}`);
  console.log(
    `second start to first answer ${whole(start.startMs)} ms; memory after a demo's work ${whole(start.memoryMb)} MB`,
  );
  if (options.json !== undefined) {
    const figures = {
      ...rounds,
      baselines: Object.fromEntries(rounds.baselines),
      summaries,
      hot,
      floors,
      connections,
      start,
      isRight,
    };
    await writeFile(options.json, `${JSON.stringify(figures, null, 2)}\n`);
  }
  const isHeld = () =>
    areHeld([...floors, ...(wall ? judgeWall(wall) : []), ...(webhooks ? judgeWebhooks(webhooks) : [])]);
  return isRight && (options.short === true || isHeld());
}

const stage = await Stage.open();
try {
  if (!(await bench(stage))) process.exitCode = 1;
} finally {
  await stage.close();
}
