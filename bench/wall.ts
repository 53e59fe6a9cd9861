/**
 * What is kept of the hot path's throughput with what guards it: limits on documents, rates, and the chain of digests. The
 * other side is the same server on the same rows with these off; roles and row-level security cannot be switched off, and
 * the hot functions act as the owner of the tables, to whom they do not apply.
 */
import { DIGEST, RECORD_USAGE } from '../migrations/sql/record-usage.sql.js';
import { atLeast, Series, spread, table, type Judgement } from './figures.js';
import type { Part } from './part.js';
import { KEY, startProduct, USERS } from './product.js';
import { CONNECTIONS } from './rounds.js';
import type { Stage } from './stage.js';

const KINDS = ['record', 'cycle'] as const;
const SAYS = { record: 'recordUsage', cycle: 'reserve and settle' };
const LEAST_KEPT = 0.85;

const OPEN = {
  ENABLE_DOCUMENT_LIMITS: 'false',
  RATE_LIMIT_KEY: '0',
  RATE_LIMIT_ORGANIZATION: '0',
  RATE_LIMIT_ADDRESS: '0',
  RATE_LIMIT_HOT_KEY: '0',
  RATE_LIMIT_HOT_ORGANIZATION: '0',
  RATE_LIMIT_HOT_ADDRESS: '0',
};

interface Side {
  readonly perSecond: Record<(typeof KINDS)[number], Series>;
  /** CPU time for a record, in us. */
  readonly nodeUs: Record<(typeof KINDS)[number], Series>;
  readonly postgresUs: Record<(typeof KINDS)[number], Series>;
}

interface WallFigures {
  readonly walled: Side;
  readonly open: Side;
}

const series = () => ({ record: new Series(), cycle: new Series() });
const side = (): Side => ({ perSecond: series(), nodeUs: series(), postgresUs: series() });

async function measureWall(stage: Stage, template: string, rounds: number, seconds: number): Promise<WallFigures> {
  const withoutDigest = RECORD_USAGE.replace(DIGEST, '');
  if (withoutDigest === RECORD_USAGE) throw new Error('record_usage has no digest to be left out.');
  await stage.createDatabase('walled', template);
  await stage.createDatabase('open', template);
  await stage.with('open', (client) => client.query(withoutDigest));
  const products = [
    { product: await startProduct(stage, 'walled'), figures: side() },
    { product: await startProduct(stage, 'open', OPEN), figures: side() },
  ] as const;
  const load = { users: USERS, key: KEY, batchSize: 1, clients: CONNECTIONS, seconds };
  // As many rounds again beforehand: code that is not compiled yet, and plans of tables that are empty, are nobody's figure.
  for (let round = -rounds; round < rounds; round += 1) {
    // Each is first as often as the other.
    for (const { product, figures } of round % 2 === 0 ? products : products.toReversed()) {
      for (const kind of KINDS) {
        const found = await stage.runMeasured({ ...load, kind, url: `${product.url}/graphql` }, product.process);
        if (round < 0) continue;
        figures.perSecond[kind].add(found.records / found.seconds);
        figures.nodeUs[kind].add(found.nodeUs ?? Number.NaN);
        figures.postgresUs[kind].add(found.postgresUs ?? Number.NaN);
      }
    }
  }
  for (const { product } of products) await product.process.stop();
  const [{ figures: walled }, { figures: open }] = products;
  return { walled, open };
}

function floorsOf({ walled, open }: WallFigures): Judgement[] {
  return KINDS.map((kind) =>
    atLeast(
      `${SAYS[kind]} with limits, rates and digests against without`,
      walled.perSecond[kind].ratiosTo(open.perSecond[kind]),
      LEAST_KEPT,
    ),
  );
}

function tableOf(figures: WallFigures): string {
  const row = (name: string, { perSecond, nodeUs, postgresUs }: Side, kind: (typeof KINDS)[number]) => [
    `${SAYS[kind]}, ${name}`,
    spread(perSecond[kind]),
    spread(nodeUs[kind]),
    spread(postgresUs[kind]),
  ];
  return table([
    ['median (least-most)', 'records/s', 'CPU us: server', 'PostgreSQL'],
    ...KINDS.flatMap((kind) => [
      row('guarded', figures.walled, kind),
      row('without limits, rates and digests', figures.open, kind),
    ]),
  ]);
}

export const benchWall: Part = async (stage, template, { rounds, seconds }) => {
  const figures = await measureWall(stage, template, rounds, seconds);
  return { report: tableOf(figures), figures, floors: floorsOf(figures), facts: [] };
};
