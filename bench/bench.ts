/**
 * `npm run bench`: what was promised of speed. Each part compares with something else in the same run on one durable
 * PostgreSQL, so only the ratios count. Exits 1 where a sum or a floor does not hold.
 *
 * `--only NAME`: one part: wall, webhooks, billing, verify or hot-path. `--short`: a try whose floors are shown and not
 * judged. `--json FILE`: the figures for a machine.
 */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchBilling } from './billing.js';
import { verdict } from './figures.js';
import { benchHotPath } from './hot-path.js';
import type { Part, Size } from './part.js';
import { furnish, startProduct } from './product.js';
import { Stage } from './stage.js';
import { benchVerify } from './verify.js';
import { benchWall } from './wall.js';
import { benchWebhooks } from './webhooks.js';

const PARTS: Readonly<Record<string, Part>> = {
  wall: benchWall,
  webhooks: benchWebhooks,
  billing: benchBilling,
  verify: benchVerify,
  'hot-path': benchHotPath,
};

const SHORT: Size = { rounds: 1, seconds: 2, records: 100_000, asks: 3, connections: [1, 16], payers: 1_000 };
const FULL: Size = {
  rounds: 7,
  seconds: 3,
  records: 1_000_000,
  asks: 5,
  connections: [1, 16, 64, 256],
  payers: 10_000,
};

const TEMPLATE = 'furnished';

const { values: options } = parseArgs({
  options: { short: { type: 'boolean' }, only: { type: 'string' }, json: { type: 'string' } },
});

async function open(stage: Stage): Promise<void> {
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    if ((await stage.setting(name)) !== 'on') throw new Error(`PostgreSQL is not durable: ${name} is off.`);
  }
  console.log(
    `PostgreSQL ${await stage.setting('server_version')}, durable; Node ${process.version}; ${cpus().length} CPUs.`,
  );
  await stage.createDatabase(TEMPLATE);
  const { url, process: server } = await startProduct(stage, TEMPLATE);
  await furnish(url);
  await server.stop();
}

async function bench(stage: Stage): Promise<boolean> {
  const parts = Object.entries(PARTS).filter(([name]) => options.only === undefined || options.only === name);
  if (parts.length === 0) throw new Error(`--only is one of ${Object.keys(PARTS).join(', ')}.`);
  await open(stage);
  const figures: Record<string, object> = {};
  let isGood = true;
  for (const [name, part] of parts) {
    const found = await part(stage, TEMPLATE, options.short ? SHORT : FULL);
    figures[name] = { ...found.figures, floors: found.floors, facts: found.facts };
    console.log(`\n${found.report}\n`);
    for (const judgement of [...found.floors, ...found.facts]) console.log(verdict(judgement));
    const judged = options.short ? found.facts : [...found.facts, ...found.floors];
    isGood &&= judged.every(({ holds }) => holds);
  }
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(figures, null, 2)}\n`);
  return isGood;
}

const stage = await Stage.open();
try {
  if (!(await bench(stage))) process.exitCode = 1;
} finally {
  await stage.close();
}
