import { Stage } from './stage.js';
import { furnish, KEY, startProduct, USERS } from './product.js';
import { readSample } from './row-sample.js';
import { findPgbench, runPgbench, writePgbenchScript } from './pgbench.js';
import { join } from 'node:path';
import { cpuMs, treeCpuMs } from './process-figures.js';
import { booksOf } from '../test/support/books.js';

const only = process.argv[2] ?? 'all';
const rounds = Number(process.argv[3] ?? 2);
const seconds = Number(process.argv[4] ?? 3);
const stage = await Stage.open();
try {
  await stage.createDatabase('product');
  const first = await startProduct(stage, 'product');
  await furnish(first.url);
  await first.process.stop();
  await stage.createDatabase('rows', 'product');
  const product = await startProduct(stage, 'product');
  const script = join(stage.folder, 'rows.sql');
  await writePgbenchScript(script, await stage.with('rows', readSample));
  console.log(await findPgbench());
  const base = { users: USERS, seconds, key: KEY, url: `${product.url}/graphql`, batchSize: 1000 };
  const postmaster = await stage.postmasterPid();
  const measured = async (name: string, slot: Parameters<Stage['run']>[0]) => {
    await stage.quiet();
    const [n, p, l] = [cpuMs(product.process.pid)!, treeCpuMs(postmaster)!, cpuMs(stage.load.pid)!];
    const r = await stage.load.ask<Awaited<ReturnType<Stage['run']>>>(slot);
    const per = (ms: number) => Math.round((ms * 1000) / r.records);
    await new Promise((d) => setTimeout(d, 300));
    console.log(name, 'rec/s', Math.round(r.records / r.seconds), 'p50', r.p50Ms.toFixed(1), 'p99', r.p99Ms.toFixed(1),
      'node us', per(cpuMs(product.process.pid)! - n), 'pg us', per(treeCpuMs(postmaster)! - p), 'load us', per(cpuMs(stage.load.pid)! - l));
  };
  for (let round = 0; round < rounds; round += 1) {
    await measured('record 64', { ...base, kind: 'record', clients: 64 });
    await measured('record 1', { ...base, kind: 'record', clients: 1 });
    await measured('batch 2', { ...base, kind: 'batch', clients: 2 });
    if (only === 'all') {
      for (const clients of [1, 8, 32]) {
        await stage.quiet();
        const t = await runPgbench(script, stage.urlOf('rows'), clients, seconds);
        const p = await stage.run({ kind: 'rows', databaseUrl: stage.urlOf('rows'), clients, seconds, users: USERS });
        console.log('pgbench', clients, Math.round(t), 'pg', Math.round(p.requests / p.seconds));
      }
    }
  }
  await stage.quiet();
  console.log('books', await stage.with('product', booksOf), await stage.with('rows', booksOf));
} finally {
  await stage.close();
}
