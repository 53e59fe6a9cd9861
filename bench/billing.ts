/**
 * The billing run at scale: all payers of an organization are due at once, and their calls of a month become invoices, while
 * other calls of the organization go on. Ends with the money: what the invoices came to is worked out again from the records.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import { checkInvoices } from './billing-check.js';
import { copySamples, letBegin, makeSamples, type BillingGround } from './billing-ground.js';
import { Series, spread, table, whole, type Judgement } from './figures.js';
import type { Part } from './part.js';
import { KEY, startProduct, USERS } from './product.js';
import type { SlotResult } from './slot.js';
import type { Stage } from './stage.js';

const DATABASE = 'billing';

/** What the organization's callers ask for while it is billed: reservations that are settled, at a pace far below the most. */
const PACE = { clients: 16, perSecond: 100 };
const LONGEST_S = 1_200;
const LOOK_MS = 100;
const READS = 5;

interface BillingFigures {
  readonly ground: BillingGround;
  readonly seconds: number;
  /** A whole read of the same rows, one row after the other. */
  readonly readMs: Series;
  readonly quiet: Series;
  readonly during: SlotResult;
  readonly judgements: readonly Judgement[];
}

async function measureBilling(stage: Stage, template: string, ground: BillingGround, seconds: number) {
  await stage.createDatabase(DATABASE, template);
  await stage.with(DATABASE, async (client) => {
    const maker = await startProduct(stage, DATABASE, { INVOICE_INTERVAL: '0', DEFAULT_MONTHLY_BUDGET: '' });
    await makeSamples(client, maker.url);
    await maker.process.stop();
    await copySamples(client, ground);
  });
  const product = await startProduct(stage, DATABASE, { INVOICE_INTERVAL: `${LOOK_MS}ms` });
  const cycle = { kind: 'cycle', key: KEY, users: USERS, batchSize: 1, url: `${product.url}/graphql` } as const;
  await stage.run({ ...cycle, clients: PACE.clients, seconds });
  const paced = { ...cycle, ...PACE };
  const quiet = new Series();
  const figures = await stage.with(DATABASE, async (client) => {
    const readMs = new Series();
    for (let time = 0; time < READS; time += 1) readMs.add(await readAll(client));
    quiet.add((await stage.run({ ...paced, seconds })).p99Ms);
    await stage.quiet();
    const loaded = stage.load.ask<SlotResult>({ ...paced, seconds: LONGEST_S });
    const took = await run(client, ground);
    stage.load.tell('stop');
    const during = await loaded;
    quiet.add((await stage.run({ ...paced, seconds })).p99Ms);
    const expected = { invoices: ground.payers, records: ground.records };
    return { ground, seconds: took, readMs, quiet, during, judgements: await checkInvoices(client, expected) };
  });
  await product.process.stop();
  return figures satisfies BillingFigures;
}

/** Seconds from when all were due until the last of them had its number. */
async function run(client: Client, { payers }: BillingGround): Promise<number> {
  const lastNumber = async () => {
    const { rows } = await client.query<{ last: number }>('SELECT last_number::int AS last FROM invoice_counter');
    return rows[0]?.last ?? 0;
  };
  const end = (await lastNumber()) + payers;
  const beginMs = performance.now();
  await letBegin(client);
  while ((await lastNumber()) < end) {
    if (performance.now() - beginMs > LONGEST_S * 1000) throw new Error('The billing run did not come to its end.');
    await wait(LOOK_MS);
  }
  return (performance.now() - beginMs) / 1000;
}

/** By one process that takes the rows as they lie. */
async function readAll(client: Client): Promise<number> {
  await client.query(`BEGIN; SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;
    SET LOCAL enable_bitmapscan = off; SET LOCAL max_parallel_workers_per_gather = 0`);
  const begin = performance.now();
  await client.query(
    `SELECT count(*), sum(charge_pico_usd) FROM usage_record WHERE organization_id = (SELECT organization_id FROM organization)`,
  );
  const took = performance.now() - begin;
  await client.query('COMMIT');
  return took;
}

function tablesOf({ ground, seconds, readMs, quiet, during }: BillingFigures): string {
  const ratio = (seconds * 1000) / readMs.median;
  const p99 = new Series();
  for (const ms of [quiet.least, quiet.most]) p99.add(during.p99Ms / ms);
  return [
    table([
      [
        `a billing run: ${whole(ground.payers)} accounts, ${whole(ground.records)} records`,
        'seconds',
        'invoices/s',
        'to one read of the rows',
      ],
      ['invoices made and finalized', seconds.toFixed(1), whole(ground.payers / seconds), `${ratio.toFixed(1)}x`],
      ['one sequential read of the same rows', spread(divided(readMs), 2), '', ''],
    ]),
    table([
      [`reserve and settle meanwhile, ${PACE.perSecond} cycles/s`, 'p99 ms', 'to quiet'],
      ['quiet, before and after', spread(quiet, 1), ''],
      ['during the run', during.p99Ms.toFixed(1), spread(p99, 2)],
    ]),
  ].join('\n');
}

function divided(ms: Series): Series {
  const seconds = new Series();
  for (const value of [ms.least, ms.median, ms.most]) seconds.add(value / 1000);
  return seconds;
}

export const benchBilling: Part = async (stage, template, { payers, records, seconds }) => {
  const { judgements, ...figures } = await measureBilling(stage, template, { payers, records }, seconds * 4);
  return { report: tablesOf({ ...figures, judgements }), figures, floors: [], facts: judgements };
};
