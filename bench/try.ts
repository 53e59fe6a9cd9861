import { Stage } from './stage.js';
import { furnish, KEY, startProduct, USERS } from './product.js';
import { readSample } from './row-sample.js';
import { findPgbench, runPgbench, writePgbenchScript } from './pgbench.js';
import { join } from 'node:path';
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
  for (let round = 0; round < rounds; round += 1) {
    const r = await stage.run({ ...base, kind: 'record', clients: 64 });
    console.log('record 64', Math.round(r.requests / r.seconds), r.p50Ms.toFixed(1), r.p99Ms.toFixed(1));
    const r1 = await stage.run({ ...base, kind: 'record', clients: 1 });
    console.log('record 1', Math.round(r1.requests / r1.seconds), r1.p50Ms.toFixed(2), r1.p99Ms.toFixed(1));
    const b = await stage.run({ ...base, kind: 'batch', clients: 2 });
    console.log('batch 2', Math.round(b.records / b.seconds));
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
