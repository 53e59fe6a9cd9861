/** J10: what reprices say they did is what they did. Right ones are, by whomever overtaken; each kind of difference is found. */
import { Client } from 'pg';
import type { RunningServer } from '../../src/server.js';
import { setClock } from '../support/clock.js';
import { differenceLine } from '../../src/verify/difference.js';
import { keepSealer } from '../../src/encryption/sealer.js';
import { verifyBooks } from '../../src/verify/verify.js';
import { testSealer } from '../support/test-sealer.js';
import { applyInput, newName, Tenant } from '../support/repricing.js';
import { startAnother } from '../support/servers.js';
import { newTenant } from '../support/spending.js';
import { ApplyRepriceDocument } from '../support/generated/operations.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let unpricing: RunningServer;
let client: Client;
let ours: Tenant;

/** Two calls of April, of which one has no price, and two of May, of which one is right, are repriced by "first" and then by "second". */
beforeAll(async () => {
  world = await startWorld();
  unpricing = await startAnother(world.database.url, { ENABLE_PRICING: 'false', INVOICE_INTERVAL: '0' });
  await setClock(world, '2026-06-20T12:00:00Z');
  await unpricing.syncClock();
  client = new Client({ connectionString: world.database.url });
  await client.connect();
  keepSealer(client, await testSealer(client));
  ours = new Tenant(world, await newTenant(world, 'America/New_York'));
  const model = newName('model');
  await ours.setPrice(model, '0.001', '2026-01-01T00:00:00Z');
  // By local time in April.
  await ours.record(model, '2026-05-01T03:59:59Z', { idempotencyKey: 'april' });
  await ours.record(model, '2026-05-10T12:00:00Z', { idempotencyKey: 'may' });
  await ours.recordUnpriced(unpricing, model, '2026-04-10T12:00:00Z', { idempotencyKey: 'unpriced' });
  await ours.setPrice(model, '0.003', '2026-01-02T00:00:00Z');
  await ours.record(model, '2026-05-20T12:00:00Z', { idempotencyKey: 'right' });
  for (const [idempotencyKey, price] of Object.entries({ first: '0.003', second: '0.005' })) {
    if (price === '0.005') await ours.setPrice(model, price, '2026-01-03T00:00:00Z');
    const input = applyInput(model, { idempotencyKey });
    expect((await world.ask(ApplyRepriceDocument, { input }, ours.key)).applyReprice.reprice.isComplete).toBe(true);
  }
});
afterAll(async () => {
  await client.end();
  await unpricing.close();
  await world.close();
});

/** What is said of reprices, without the organization. */
async function lines(): Promise<string[]> {
  const told: string[] = [];
  await verifyBooks(client, (difference) => told.push(differenceLine(difference)));
  return told.filter((line) => line.includes(' of reprice ')).map((line) => line.replace(/^.*?\): /, ''));
}

const month = (key: string, index: number, change: object) =>
  `UPDATE reprice SET months = jsonb_set(months, '{${index}}', months -> ${index} || '${JSON.stringify(change)}')
   WHERE idempotency_key = '${key}'`;

const OF_APRIL = `corrected_key LIKE 'april%' AND replacement_key LIKE '%first'`;

/** [what is done behind the server's back, the statement, the lines that tell of it] */
const PLANTED: [string, string, string[]][] = [
  [
    'a correction too many in a count',
    month('first', 1, { correctedCount: '2' }),
    [
      'calls of reprice "first" in 2026-05: stored 2, recomputed 3',
      'corrected calls of reprice "first" in 2026-05: stored 2, recomputed 1',
    ],
  ],
  [
    'a correction too few, in counts that add up',
    month('first', 1, { correctedCount: '0', unchangedCount: '2' }),
    ['corrected calls of reprice "first" in 2026-05: stored 0, recomputed 1'],
  ],
  [
    'a first price too many, in counts that add up',
    month('second', 0, { correctedCount: '1', pricedCount: '1' }),
    [
      'corrected calls of reprice "second" in 2026-04: stored 1, recomputed 2',
      'priced calls of reprice "second" in 2026-04: stored 1, recomputed 0',
    ],
  ],
  [
    'a cost that is not what was corrected, by the smallest amount',
    month('first', 1, { newCostPicoUsd: '60000000001' }),
    ['cost difference of reprice "first" in 2026-05: stored 0.020000000001 USD, recomputed 0.02 USD'],
  ],
  [
    'a charge that is not what was corrected and priced',
    month('first', 0, { oldChargePicoUsd: '0' }),
    ['charge difference of reprice "first" in 2026-04: stored 0.06 USD, recomputed 0.05 USD'],
  ],
  [
    'a month that is not told of',
    `UPDATE reprice SET months = months - 1 WHERE idempotency_key = 'second'`,
    ['corrected calls of reprice "second" in 2026-05: stored 0, recomputed 2'],
  ],
  [
    'a correction that is gone',
    `DELETE FROM usage_correction WHERE ${OF_APRIL}`,
    ['corrected calls of reprice "first" in 2026-04: stored 1, recomputed 0'],
  ],
  [
    'a replacement whose charge was changed',
    `UPDATE usage_record SET charge_pico_usd = 0 WHERE idempotency_key = (SELECT replacement_key FROM usage_correction WHERE ${OF_APRIL})`,
    [
      'charge difference of reprice "first" in 2026-04: stored 0.05 USD, recomputed 0.02 USD',
      'charge difference of reprice "second" in 2026-04: stored 0.04 USD, recomputed 0.07 USD',
    ],
  ],
  [
    'a first price that was changed',
    `UPDATE usage_record SET cost_pico_usd = 1 WHERE idempotency_key = 'unpriced'`,
    [
      'cost difference of reprice "first" in 2026-04: stored 0.05 USD, recomputed 0.020000000001 USD',
      'cost difference of reprice "second" in 2026-04: stored 0.04 USD, recomputed 0.069999999999 USD',
    ],
  ],
  [
    'a reprice that is gone',
    `DELETE FROM reprice WHERE idempotency_key = 'second'`,
    [
      'corrected calls of reprice "second" in 2026-04: stored 0, recomputed 2',
      'corrected calls of reprice "second" in 2026-05: stored 0, recomputed 2',
    ],
  ],
  [
    'one under way that says less than it has done is right',
    `UPDATE reprice SET months = '[]', completed_at = NULL WHERE idempotency_key = 'first'`,
    [],
  ],
  [
    'one under way that says more than it has done',
    `UPDATE reprice SET completed_at = NULL WHERE idempotency_key = 'first';
     ${month('first', 1, { correctedCount: '2', unchangedCount: '0' })}`,
    ['corrected calls of reprice "first" in 2026-05: stored 2, recomputed 1'],
  ],
];

// Seen to fail, where nothing is wrong too: with months of UTC. Planted: with sums told where not all that is counted is known,
// and with one under way held to all that has its mark.
test.each(PLANTED)('J10: %s', async (_what, plant, told) => {
  expect(await lines()).toEqual([]);
  for (const table of ['reprice', 'usage_record', 'usage_correction']) {
    await client.query(`CREATE TABLE saved_${table} AS TABLE ${table}`);
  }
  try {
    await client.query(plant);
    expect(await lines()).toEqual(told);
  } finally {
    for (const table of ['reprice', 'usage_record', 'usage_correction']) {
      await client.query(`DELETE FROM ${table}; INSERT INTO ${table} TABLE saved_${table}; DROP TABLE saved_${table}`);
    }
  }
});

// Seen to fail: with every first price since it began taken for its own.
test('a first price that came by itself since a reprice began is no difference', async () => {
  const model = newName('waiting');
  await ours.setPrice(model, '0.001', '2026-01-01T00:00:00Z');
  await ours.recordUnpriced(unpricing, model, '2026-05-10T12:00:00Z');
  await ours.apply(model, { idempotencyKey: newName('one') });
  // Came late, and was priced by another.
  await ours.recordUnpriced(unpricing, model, '2026-05-10T12:00:00Z');
  await ours.apply(model);
  expect(await lines()).toEqual([]);
});
