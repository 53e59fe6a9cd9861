/** How long it takes to verify all books, against reading the records alone, in the database and by a client. */
import type { Client } from 'pg';
import { verifyBooks } from '../src/verify/verify.js';
import { Series, spread, table, whole } from './figures.js';
import type { Part } from './part.js';
import { KEY, startProduct, USERS } from './product.js';
import type { Stage } from './stage.js';

const DATABASE = 'verified';
const PAGE = 10_000;
/** Of 1,000 records: more would not fit into the server's queue. */
const CONNECTIONS = 8;

interface VerifyFigures {
  readonly records: number;
  readonly digests: number;
  readonly differences: number;
  readonly verifyMs: Series;
  /** The records, each whole, without leaving the database. */
  readonly readMs: Series;
  readonly fetchMs: Series;
}

/** As many as the server itself writes, batch by batch, of the database that is furnished. */
async function record(stage: Stage, template: string, least: number): Promise<number> {
  await stage.createDatabase(DATABASE, template);
  const { url, process } = await startProduct(stage, DATABASE);
  const slot = { kind: 'batch', url: `${url}/graphql`, key: KEY, batchSize: 1_000, users: USERS } as const;
  let records = 0;
  while (records < least) {
    const found = await stage.run({ ...slot, clients: CONNECTIONS, seconds: 2 });
    records += found.records;
  }
  await process.stop();
  await stage.with(DATABASE, (client) => client.query('VACUUM ANALYZE'));
  return records;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

const readAll = (client: Client) => client.query('SELECT sum(pg_column_size(u)) FROM usage_record u');

async function fetchAll(client: Client): Promise<void> {
  await client.query('BEGIN');
  await client.query('DECLARE every NO SCROLL CURSOR FOR SELECT * FROM usage_record');
  let count = PAGE;
  while (count === PAGE) {
    const { rows } = await client.query({ text: `FETCH ${PAGE} FROM every`, rowMode: 'array' });
    count = rows.length;
  }
  await client.query('COMMIT');
}

async function measureVerify(stage: Stage, template: string, rounds: number, records: number): Promise<VerifyFigures> {
  await record(stage, template, records);
  return stage.with(DATABASE, async (client) => {
    const [verifyMs, readMs, fetchMs] = [new Series(), new Series(), new Series()];
    let found = { records: 0, digests: 0, differences: 0 };
    // The first time brings everything into memory.
    await readAll(client);
    for (let round = 0; round < rounds; round += 1) {
      await stage.quiet();
      readMs.add(await timed(() => readAll(client)));
      fetchMs.add(await timed(() => fetchAll(client)));
      verifyMs.add(await timed(async () => (found = await verifyBooks(client, ({ what }) => console.log(what)))));
    }
    return { ...found, verifyMs, readMs, fetchMs };
  });
}

function tableOf({ records, digests, verifyMs, readMs, fetchMs }: VerifyFigures): string {
  const against = (series: Series) => `${spread(verifyMs.ratiosTo(series), 1)}x`;
  return table([
    [`${whole(records)} records and ${whole(digests)} digests, ms, median (least-most)`, '', 'verify against it'],
    ['verify, all books', spread(verifyMs), ''],
    ['reading each record in the database', spread(readMs), against(readMs)],
    ['a client that fetches each record', spread(fetchMs), against(fetchMs)],
  ]);
}

export const benchVerify: Part = async (stage, template, { asks, records }) => {
  const figures = await measureVerify(stage, template, asks, records);
  const facts = [{ says: 'no difference', holds: figures.differences === 0 }];
  return { report: tableOf(figures), figures, floors: [], facts };
};
