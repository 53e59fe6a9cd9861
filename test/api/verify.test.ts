/**
 * J10: the books prove themselves. A busy little world is right, also while it is written to; each kind of difference is
 * found, on the line where it stands, and never mended.
 */
import { Client } from 'pg';
import { TENANT_TABLES } from '../../src/tables.js';
import { differenceLine, type Difference } from '../../src/verify/difference.js';
import { keepSealer } from '../../src/encryption/sealer.js';
import { verifyBooks } from '../../src/verify/verify.js';
import { testSealer } from '../support/test-sealer.js';
import { allPriced, furnishBooks } from '../support/busy-books.js';
import { SetBudgetDocument, SetPricingDocument } from '../support/generated/operations.js';
import { newTenant, spend } from '../support/spending.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let client: Client;
let key: string;

beforeAll(async () => {
  world = await startWorld({ DEFAULT_MONTHLY_BUDGET: '1000' });
  client = new Client({ connectionString: world.database.url });
  await client.connect();
  keepSealer(client, await testSealer(client));
  key = await furnishBooks(world, client);
});
afterAll(async () => {
  await client.end();
  await world.close();
});

/** What a person reads, without the ids, and without what digests say of records: see verify-digest.test.ts. */
async function lines(recordsPerSnapshot?: number): Promise<string[]> {
  const told: string[] = [];
  const tell = (difference: Difference) => {
    if (!difference.what.startsWith('digest')) told.push(differenceLine(difference));
  };
  await verifyBooks(client, tell, recordsPerSnapshot);
  return told.map((line) => line.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '#'));
}

/** Of everything that an organization owns, in whatever order it lies. */
async function digest(): Promise<string[]> {
  const tables = TENANT_TABLES.map(async (table) => {
    const { rows } = await client.query<{ sum: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') AS sum FROM ${table} t`,
    );
    return `${table} ${rows[0]!.sum}`;
  });
  return Promise.all(tables);
}

test.each([undefined, 4, 1])(
  'where nothing is wrong nothing is found, and nothing changed (%s records a snapshot)',
  async (records) => {
    const before = await digest();
    const told: unknown[] = [];
    const verified = await verifyBooks(client, (difference) => told.push(differenceLine(difference)), records);
    expect(told).toEqual([]);
    expect(verified).toMatchObject({ organizations: 2, records: 13, held: 1, settled: 1, differences: 0 });
    expect(await digest()).toEqual(before);
  },
);

const ADA = `(SELECT id FROM account WHERE external_id = 'ada' AND kind = 'USER')`;
const budgetOf = (where: string) => `(SELECT id FROM budget WHERE ${where})`;
const LIFETIME = budgetOf(`account_id = ${ADA} AND period = 'LIFETIME' AND models IS NULL`);
const GPT = budgetOf(`account_id = ${ADA} AND models IS NOT NULL`);
const WEEK = budgetOf(`period = 'WEEK'`);
const BLUE = budgetOf(`rank = 2 AND period = 'LIFETIME'`);
const RUN = budgetOf('rank = 0');
const ROOT = budgetOf(`rank = 3 AND period = 'LIFETIME'`);

/** [what is done behind the server's back, the tables that it touches, the statement, the lines that tell of it] */
const PLANTED: [string, string[], string, string[]][] = [
  [
    'a spent that is too high by the smallest amount',
    ['budget_period'],
    `UPDATE budget_period SET spent_pico_usd = spent_pico_usd + 1 WHERE budget_id = ${LIFETIME}`,
    ['spent of budget # (USER "ada", LIFETIME): stored 1.013500000001 USD, recomputed 1.0135 USD'],
  ],
  [
    'a spent that is too low, of a team in a week that is long over',
    ['budget_period'],
    `UPDATE budget_period SET spent_pico_usd = 0 WHERE budget_id = ${WEEK} AND spent_pico_usd > 100000000000`,
    ['spent of budget # (TEAM "red", WEEK) from 2026-02-09T05:00:00Z: stored 0 USD, recomputed 1.0035 USD'],
  ],
  [
    'a spent of a run, and one of listed models',
    ['budget_period'],
    `UPDATE budget_period SET spent_pico_usd = 0 WHERE budget_id IN (${RUN}, ${GPT})`,
    [
      'spent of budget # (USER "ada", LIFETIME): stored 0 USD, recomputed 0.0125 USD',
      'spent of budget # (RUN "run-1", LIFETIME): stored 0 USD, recomputed 0.0035 USD',
    ],
  ],
  [
    'a spent of a budget that has ended',
    ['budget_period'],
    `UPDATE budget_period SET spent_pico_usd = 5 WHERE budget_id IN (SELECT id FROM budget WHERE ended_at IS NOT NULL)
       AND spent_pico_usd > 100000000000`,
    ['spent of budget # (USER "ada", DAY) from 2026-02-10T05:00:00Z: stored 0.000000000005 USD, recomputed 1.006 USD'],
  ],
  [
    'a charge that was changed',
    ['usage_record'],
    `UPDATE usage_record SET charge_pico_usd = 0 WHERE idempotency_key = 'a'`,
    [
      'charge of record "a": stored 0 USD, recomputed 0.0000025 USD',
      'spent of budget # (ORGANIZATION, LIFETIME): stored 4.019485 USD, recomputed 4.0194825 USD',
      'spent of budget # (USER "cy", MONTH) from 2026-03-01T05:00:00Z: stored 0.0000075 USD, recomputed 0.000005 USD',
      'charge of total of 2026-03-05 "openai/gpt-4o": stored 0.0000075 USD, recomputed 0.000005 USD',
    ],
  ],
  [
    'a markup that is not in the charge',
    ['usage_record'],
    `UPDATE usage_record SET markup = 0.000001 WHERE idempotency_key = 'a'`,
    // 2,500,002.5 pico-USD, half-even.
    ['charge of record "a": stored 0.0000025 USD, recomputed 0.000002500002 USD'],
  ],
  [
    'a record that is gone',
    ['usage_record'],
    `DELETE FROM usage_record WHERE idempotency_key = 'call-7'`,
    [
      'record_count of total of 2026-02-20 "/nobody-knows-it": stored 1, recomputed nothing',
      'unpriced_count of total of 2026-02-20 "/nobody-knows-it": stored 1, recomputed nothing',
      'input_tokens of total of 2026-02-20 "/nobody-knows-it": stored 1000, recomputed nothing',
    ],
  ],
  [
    'a period row that is gone',
    ['budget_period'],
    `DELETE FROM budget_period WHERE budget_id = ${BLUE}`,
    ['spent of budget # (TEAM "blue", LIFETIME) where it has no period row: stored nothing, recomputed 0.005 USD'],
  ],
  [
    'a held that is too high',
    ['budget_period'],
    `UPDATE budget_period SET held_pico_usd = 1000000000000 WHERE budget_id = ${WEEK} AND spent_pico_usd > 100000000000`,
    ['held of budget # (TEAM "red", WEEK) from 2026-02-09T05:00:00Z: stored 1 USD, recomputed 0 USD'],
  ],
  [
    'a reservation that ended and is still held',
    ['reservation'],
    `UPDATE reservation SET state = 'RELEASED', ended_at = tollgate_now() WHERE state = 'HELD'`,
    [
      'held of budget # (ORGANIZATION, LIFETIME): stored 0.25 USD, recomputed 0 USD',
      'held of budget # (RUN "run-1", LIFETIME): stored 0.25 USD, recomputed 0 USD',
    ],
  ],
  [
    'a reservation that is held where no row is, and twice where one is',
    ['reservation'],
    `UPDATE reservation SET budget_ids = budget_ids || ${ROOT} || ${WEEK},
       period_starts = period_starts || timestamptz '-infinity' || timestamptz '2026-03-01T00:00:00Z' WHERE state = 'HELD'`,
    ['held of budget # (TEAM "red", WEEK) from 2026-03-01T00:00:00Z: stored nothing, recomputed 0.25 USD'],
  ],
  [
    'a total with other sums',
    ['usage_rollup'],
    `UPDATE usage_rollup SET output_tokens = 1, cache_read_tokens = 2, cost_pico_usd = 3, unrated_count = 4
     WHERE model = 'gpt-4o' AND day = '2026-03-05'`,
    [
      'cache_read_tokens of total of 2026-03-05 "openai/gpt-4o": stored 2, recomputed 0',
      'cost of total of 2026-03-05 "openai/gpt-4o": stored 0.000000000003 USD, recomputed 0.0000075 USD',
      'output_tokens of total of 2026-03-05 "openai/gpt-4o": stored 1, recomputed 0',
      'unrated_count of total of 2026-03-05 "openai/gpt-4o": stored 4, recomputed 0',
    ],
  ],
  [
    'records without their total',
    ['usage_rollup'],
    `DELETE FROM usage_rollup WHERE model = 'claude-sonnet-4-5'`,
    [
      'cache_read_tokens of total of 2026-02-20 "anthropic/claude-sonnet-4-5": stored nothing, recomputed 9600',
      'cache_write_tokens of total of 2026-02-20 "anthropic/claude-sonnet-4-5": stored nothing, recomputed 10',
      'charge of total of 2026-02-20 "anthropic/claude-sonnet-4-5": stored nothing, recomputed 0.0059775 USD',
      'cost of total of 2026-02-20 "anthropic/claude-sonnet-4-5": stored nothing, recomputed 0.0059775 USD',
      'input_tokens of total of 2026-02-20 "anthropic/claude-sonnet-4-5": stored nothing, recomputed 9930',
      'output_tokens of total of 2026-02-20 "anthropic/claude-sonnet-4-5": stored nothing, recomputed 140',
      'record_count of total of 2026-02-20 "anthropic/claude-sonnet-4-5": stored nothing, recomputed 1',
    ],
  ],
  [
    'a total without records',
    ['usage_rollup'],
    `INSERT INTO usage_rollup SELECT organization_id, '2026-01-01', 'no', E'such\n', 1, 0, 0, 0, 0, 0, 0, 0, 0 FROM usage_rollup LIMIT 1`,
    ['record_count of total of 2026-01-01 "no/such\\n": stored 1, recomputed nothing'],
  ],
  [
    'an alert that is gone',
    ['alert'],
    `DELETE FROM alert WHERE budget_id = ${LIFETIME} AND threshold = 50`,
    ['alert at 50 % of budget # (USER "ada", LIFETIME): stored nothing, recomputed 1.0135 USD'],
  ],
  [
    'alerts at limit 0 that are gone',
    ['alert'],
    `DELETE FROM alert WHERE budget_id IN (SELECT id FROM budget WHERE period = 'YEAR')`,
    [50, 80, 100].map(
      (percent) =>
        `alert at ${percent} % of budget # (USER "ada", YEAR) from 2025-08-31T04:00:00Z: stored nothing, recomputed 1.0135 USD`,
    ),
  ],
  [
    'a limit, an enforcement and thresholds that a period row did not get',
    ['budget_period'],
    `UPDATE budget_period SET limit_pico_usd = 3000000000000, enforcement = 'SHADOW', thresholds = '{50,90}'
     WHERE budget_id = ${LIFETIME}`,
    [
      'enforcement of budget # (USER "ada", LIFETIME): stored SHADOW, recomputed HARD',
      'limit of budget # (USER "ada", LIFETIME): stored 3 USD, recomputed 2 USD',
      'thresholds of budget # (USER "ada", LIFETIME): stored {50,90}, recomputed {50,80,100}',
    ],
  ],
  [
    'periods that overlap',
    ['budget_period'],
    `UPDATE budget_period SET ends_at = '2026-02-16T06:00:00Z' WHERE budget_id = ${WEEK} AND ends_at = '2026-02-16T05:00:00Z'`,
    [
      'end of budget # (TEAM "red", WEEK) from 2026-02-09T05:00:00Z: stored 2026-02-16T06:00:00Z, recomputed 2026-02-16T05:00:00Z',
    ],
  ],
  [
    'a settled reservation whose record is not there',
    ['reservation'],
    `UPDATE reservation SET usage_key = 'lost' WHERE state = 'SETTLED'`,
    ['record of settled reservation #: stored "lost", recomputed nothing'],
  ],
  [
    'a settled reservation whose record names another',
    ['usage_record'],
    `UPDATE usage_record SET reservation_id = (SELECT id FROM reservation WHERE state = 'HELD') WHERE idempotency_key = 'call-1'`,
    ['reservation of the record of settled reservation #: stored #, recomputed #'],
  ],
];

// Seen to fail, where nothing is wrong too: with the lists of models, the end of a budget, or the team of then left out
// of what counts; with alerts asked for today's limit. Planted: with a reservation counted twice on a row.
test.each(PLANTED)('J10: %s is found and not mended', async (_what, tables, plant, told) => {
  for (const table of tables) await client.query(`CREATE TABLE saved_${table} AS TABLE ${table}`);
  try {
    await client.query(plant);
    const before = await digest();
    expect((await lines()).sort()).toEqual(told.map((line) => `"Tenant" (#): ${line}`).sort());
    expect((await lines(4)).sort()).toEqual(told.map((line) => `"Tenant" (#): ${line}`).sort());
    expect(await digest()).toEqual(before);
  } finally {
    for (const table of tables) {
      await client.query(`DELETE FROM ${table}; INSERT INTO ${table} TABLE saved_${table}; DROP TABLE saved_${table}`);
    }
  }
  expect(await lines()).toEqual([]);
});

test('nothing is found while it is written to', async () => {
  const other = await newTenant(world);
  for (const account of [{}, { teamId: 'red' }, { userId: 'user-1' }]) {
    const input = { period: 'DAY' as const, limit: '5', ...account };
    await world.ask(SetBudgetDocument, { input }, other);
  }
  let isOver = false;
  const writers = [1, 2, 3, 4].map(async (writer) => {
    while (!isOver) await spend(world, other, { userId: `user-${writer}`, teamId: 'red', amount: '0.25' });
  });
  for (let round = 0; round < 10; round += 1) expect(await lines(round % 2 === 0 ? undefined : 4)).toEqual([]);
  isOver = true;
  await Promise.all(writers);
  expect(await lines()).toEqual([]);
});

// Seen to fail: with what is suspected told without being counted again.
test('a price that comes between two snapshots of one organization is no difference', async () => {
  let isSummed = false;
  let isPriced = false;
  const between = Object.create(client, {
    query: {
      value: async (statement: string, values: unknown[] = []) => {
        const answer = await client.query(statement, values);
        // The slice up to 5 March has the record without a price.
        isSummed ||= String(values[2]).startsWith('2026-03-05');
        if (statement === 'ROLLBACK' && isSummed && !isPriced) {
          isPriced = true;
          const prices = { promptTokenPrice: '0.000001', completionTokenPrice: '0' };
          const input = { provider: 'ours', model: 'nobody-knows-it', ...prices };
          await world.ask(SetPricingDocument, { input }, key);
          await allPriced(client);
        }
        return answer;
      },
    },
  }) as Client;
  const told: string[] = [];
  await verifyBooks(between, (difference) => told.push(differenceLine(difference)), 1);
  expect(told).toEqual([]);
  expect(isPriced).toBe(true);
});
