/** The sides of the comparison, measured in turn, round after round, so that none has the quieter machine. */
import { join } from 'node:path';
import { Series, spread, whole } from './figures.js';
import type { HotBudget } from './hot-budget.js';
import { findPgbench, runPgbench, writePgbenchScript } from './pgbench.js';
import { KEY, USERS, type Product } from './product.js';
import { readSample } from './row-sample.js';
import type { Child, Stage } from './stage.js';

export const BASELINE_CLIENTS = [1, 8, 32, 64] as const;
export const CONNECTIONS = 64;
const BATCH_SIZE = 1_000;
/** More would not fit into the server's queue of 20,000 items and would be told to come again. */
const BATCH_CONNECTIONS = 8;
/** It counts from before it connects: on a busy machine a second is over then. */
const LEAST_PGBENCH_S = 2;

export interface Rounds {
  readonly record: Series;
  readonly batch: Series;
  readonly naive: Series;
  /** `reserveBudget` and then `recordUsage` with what was reserved, per second. */
  readonly cycle: Series;
  /** The same at a server with a transaction for each request. */
  readonly cycleAlone: Series;
  /** The same without GraphQL: by the server's lanes and hot functions, and by SQL with a transaction for each. */
  readonly laneCycle: Series;
  readonly lockedCycle: Series;
  /** By name, such as `pgbench, 8 clients`. */
  readonly baselines: Map<string, Series>;
  nodeUs: number | undefined;
  postgresUs: number | undefined;
  p50Ms: number;
  p99Ms: number;
}

export interface Sides {
  readonly product: Product;
  readonly naiveUrl: string;
  /** The same server on the same database, with LANES=off. */
  readonly alone: Product;
  readonly rows: string;
  /** The server's lanes by themselves, on its database. */
  readonly driver: Child;
  readonly hot: HotBudget;
}

export async function measureRounds(stage: Stage, sides: Sides, rounds: number, seconds: number): Promise<Rounds> {
  const { product, rows, driver, hot } = sides;
  const http = { users: USERS, key: KEY, batchSize: BATCH_SIZE, url: `${product.url}/graphql`, seconds };
  const record = { ...http, kind: 'record', clients: CONNECTIONS } as const;
  const naive = { ...record, url: sides.naiveUrl };
  const cycle = { ...record, kind: 'cycle' } as const;
  const cycleAlone = { ...cycle, url: `${sides.alone.url}/graphql` };
  const bare = { users: USERS, clients: CONNECTIONS, seconds };
  const laneCycle = { ...bare, kind: 'laneCycle', databaseUrl: stage.urlOf('product') } as const;
  const lockedCycle = { ...bare, kind: 'lockedCycle', databaseUrl: stage.urlOf(rows) } as const;
  const script = join(stage.folder, 'rows.sql');
  await writePgbenchScript(script, await stage.with(rows, readSample));
  const pgbench = await findPgbench();
  console.log(`Baselines: ${pgbench ?? 'no pgbench on PATH'}, and the pg client.`);

  // Code that the engine has not compiled yet is nobody's figure: that takes some ten thousand requests.
  await stage.run({ ...record, seconds: 5 * seconds });
  await stage.run(naive);
  await stage.run({ ...cycle, seconds: 5 * seconds });
  await stage.run(cycleAlone);
  await stage.run({ ...laneCycle, seconds: 2 * seconds }, driver);
  await stage.run(lockedCycle);
  await hot.warmUp(2 * seconds);
  const found: Rounds = {
    record: new Series(),
    batch: new Series(),
    naive: new Series(),
    cycle: new Series(),
    cycleAlone: new Series(),
    laneCycle: new Series(),
    lockedCycle: new Series(),
    baselines: new Map(),
    nodeUs: undefined,
    postgresUs: undefined,
    p50Ms: 0,
    p99Ms: 0,
  };
  for (let round = 1; round <= rounds; round += 1) {
    const { nodeUs, postgresUs, p50Ms, p99Ms, ...recorded } = await stage.runMeasured(record, product.process);
    Object.assign(found, { nodeUs, postgresUs, p50Ms, p99Ms });
    found.record.add(recorded.records / recorded.seconds);
    await measureBaselines(stage, found.baselines, pgbench && script, rows, seconds / 2);
    const batched = await stage.run({ ...http, kind: 'batch', clients: BATCH_CONNECTIONS });
    found.batch.add(batched.records / batched.seconds);
    const naively = await stage.run(naive);
    found.naive.add(naively.records / naively.seconds);
    for (const [series, slot, load] of [
      [found.cycle, cycle, stage.load],
      [found.cycleAlone, cycleAlone, stage.load],
      [found.laneCycle, laneCycle, driver],
      [found.lockedCycle, lockedCycle, stage.load],
    ] as const) {
      const cycled = await stage.run(slot, load);
      series.add(cycled.records / cycled.seconds);
    }
    await hot.measure(seconds);
    console.log(
      `Round ${round} of ${rounds}: recordUsage ${whole(found.record.median)}/s, batch ${whole(found.batch.median)}/s, ` +
        `naive ${whole(found.naive.median)}/s, cycles ${whole(found.cycle.median)}/s and ${whole(found.cycleAlone.median)}/s alone, ` +
        `without GraphQL ${whole(found.laneCycle.median)}/s and ${whole(found.lockedCycle.median)}/s, best baseline ${spread(bestOf(found.baselines).series)}`,
    );
  }
  return found;
}

async function measureBaselines(
  stage: Stage,
  baselines: Map<string, Series>,
  script: string | undefined,
  rows: string,
  seconds: number,
): Promise<void> {
  const add = (name: string, perSecond: number) => {
    const series = baselines.get(name) ?? new Series();
    baselines.set(name, series);
    series.add(perSecond);
  };
  const databaseUrl = stage.urlOf(rows);
  for (const clients of BASELINE_CLIENTS) {
    const client = await stage.run({ kind: 'rows', databaseUrl, clients, seconds, users: USERS });
    add(`pg client, ${clients} at a time`, client.records / client.seconds);
    if (script === undefined) continue;
    await stage.quiet();
    add(
      `pgbench, ${clients} clients`,
      await runPgbench(script, databaseUrl, clients, Math.max(LEAST_PGBENCH_S, Math.ceil(seconds))),
    );
  }
}

/** The baseline at its best: the fastest tool at its fastest number of clients. */
export function bestOf(baselines: ReadonlyMap<string, Series>): { readonly name: string; readonly series: Series } {
  const [first, ...others] = [...baselines].map(([name, series]) => ({ name, series }));
  if (!first) throw new Error('There is no baseline.');
  return others.reduce((best, other) => (other.series.median > best.series.median ? other : best), first);
}
