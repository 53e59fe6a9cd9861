/** Two reprices of one model, the later one done before the first is: who began last has the last word. */
import { Client } from 'pg';
import { print } from 'graphql';
import { ApplyRepriceDocument } from '../support/generated/operations.js';
import type { RunningServer } from '../../src/server.js';
import { setClock } from '../support/clock.js';
import { applyInput, newName, Tenant } from '../support/repricing.js';
import { withClient } from '../support/server-process.js';
import { spawnServer, startAnother, type ServerProcess } from '../support/servers.js';
import { newTenant } from '../support/spending.js';
import { until } from '../support/until.js';
import { post, startWorld, type World } from '../support/world.js';

let world: World;
let unpricing: RunningServer;
let looking: Client;
let ours: Tenant;
beforeAll(async () => {
  world = await startWorld();
  unpricing = await startAnother(world.database.url, { ENABLE_PRICING: 'false', INVOICE_INTERVAL: '0' });
  looking = new Client({ connectionString: world.database.url });
  await looking.connect();
});
beforeEach(async () => {
  await on('2026-06-20');
  ours = new Tenant(world, await newTenant(world, 'America/New_York'));
});
afterAll(async () => {
  await setClock(world, undefined);
  await looking.end();
  await unpricing.close();
  await world.close();
});

async function on(day: string): Promise<void> {
  await setClock(world, `${day}T12:00:00Z`);
  await unpricing.syncClock();
}

/** Two calls at 0.01, one that is at 0.03 already and one without a price; the price turns out to be 0.03. */
async function furnish() {
  const model = newName('model');
  await ours.setPrice(model, '0.001', '2026-01-01T00:00:00Z');
  const april = '2026-04-10T12:00:00Z';
  const dear = [await ours.record(model, april), await ours.record(model, april, { userId: 'bob' })];
  const unpriced = await ours.recordUnpriced(unpricing, model, april);
  await ours.setPrice(model, '0.003', '2026-01-02T00:00:00Z');
  const right = await ours.record(model, '2026-05-10T12:00:00Z');
  await on('2026-06-21');
  return { model, dear, unpriced, right };
}

/** What stands in place of a record in the end, and what it costs; null where nothing does. */
async function standing(id: string): Promise<unknown> {
  const { correction, cost } = await ours.node(id);
  if (!correction) return cost;
  return correction.replacementId === null ? null : standing(correction.replacementId);
}

type Input = ReturnType<typeof applyInput>;

const apply = async (input: Input) => (await world.ask(ApplyRepriceDocument, { input }, ours.key)).applyReprice;

/** Its server ends when it has begun and written nothing, or when it has written all and not yet said so. */
async function killed(when: 'BEGUN' | 'WRITTEN', input: Input): Promise<void> {
  const server = await spawnServer(world.database.url);
  const { url } = world.database;
  await withClient(url, (gate) => withClient(url, (holder) => killedBetween(when, { server, input, gate, holder })));
}

interface Killing {
  readonly server: ServerProcess;
  readonly input: Input;
  readonly gate: Client;
  readonly holder: Client;
}

async function killedBetween(when: 'BEGUN' | 'WRITTEN', { server, input, gate, holder }: Killing): Promise<void> {
  // Nothing is written until its row is held.
  await gate.query('BEGIN');
  await gate.query('SELECT FROM organization_gate FOR UPDATE');
  const body = { query: print(ApplyRepriceDocument), variables: { input } };
  const asked = post(server.url, body, ours.key).catch(() => null);
  await holder.query('BEGIN');
  const its = 'SELECT FROM reprice WHERE idempotency_key = $1 FOR UPDATE';
  await until(async () => (await holder.query(its, [input.idempotencyKey])).rowCount === 1);
  if (when === 'WRITTEN') await gate.query('ROLLBACK');
  const waits = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
    AND query LIKE '${when === 'WRITTEN' ? 'UPDATE public.reprice' : 'SELECT % FROM public.'}%'`;
  await until(async () => (await looking.query(waits)).rowCount === 1);
  await server.kill();
  await asked;
  // PostgreSQL would do what it was sent.
  await looking.query(`SELECT pg_terminate_backend(pid) FROM (${waits}) w`);
  await until(async () => (await looking.query(waits)).rowCount === 0);
  await holder.query('ROLLBACK');
  await gate.query('ROLLBACK');
}

// Seen to fail: with what a later one wrote taken for any other record (it never ended: SERVICE_UNAVAILABLE), where that is
// passed over only once it was tried, and with a first price that was corrected since not counted.
test('one that was stopped after its last correction ends after a later one, whose prices stay', async () => {
  const { model, dear, unpriced, right } = await furnish();
  const [first, second] = [applyInput(model), applyInput(model)];
  const seen = await ours.preview(model);
  await killed('WRITTEN', first);
  expect(await ours.totals(model)).toMatchObject({ recordCount: 4, cost: '0.12' });

  await on('2026-06-22');
  await ours.setPrice(model, '0.005', '2026-01-03T00:00:00Z');
  const { reprice: later } = await apply(second);
  expect(later).toMatchObject({ isComplete: true, totals: { recordCount: 4, correctedCount: 4 } });
  expect(later.totals).toMatchObject({ oldCost: '0.12', newCost: '0.2' });

  const after = await ours.records(model);
  const ended = await apply(first);
  expect(ended).toMatchObject({ replayed: false, reprice: { isComplete: true } });
  // What it did itself, and not the call that it left alone and that the later one has corrected.
  const { totals } = ended.reprice;
  expect(totals).toMatchObject({ recordCount: 3, pricedCount: 1, correctedCount: 2, unchangedCount: 0 });
  expect(totals).toMatchObject({ oldCost: '0.02', newCost: '0.09', costDifference: seen.totals.costDifference });
  expect(await ours.records(model)).toEqual(after);
  for (const { id } of [...dear, unpriced, right]) expect(await standing(id)).toBe('0.05');
  expect(await apply(first)).toEqual({ reprice: ended.reprice, replayed: true });
  expect(await ours.totals(model)).toMatchObject({ recordCount: 4, cost: '0.2' });
});

// Seen to fail: with what a later one wrote counted where it comes to the same.
test('what later ones brought back to its own price is counted once', async () => {
  const { model } = await furnish();
  const first = applyInput(model);
  await killed('WRITTEN', first);
  for (const [index, price] of ['0.005', '0.003'].entries()) {
    await on(`2026-06-2${index + 2}`);
    await ours.setPrice(model, price, `2026-01-0${index + 3}T00:00:00Z`);
    await apply(applyInput(model));
  }
  const { totals } = (await apply(first)).reprice;
  expect(totals).toMatchObject({ recordCount: 3, pricedCount: 1, correctedCount: 2, newCost: '0.09' });
  expect(await ours.totals(model)).toMatchObject({ recordCount: 4, cost: '0.12' });
});

// Seen to fail: with a first price that was taken back since not counted.
test('what was corrected by hand since stays so, and is in what it did', async () => {
  const { model, dear, unpriced } = await furnish();
  const first = applyInput(model);
  const seen = await ours.preview(model);
  await killed('WRITTEN', first);
  const { replacementId } = (await ours.node(dear[0]!.id)).correction;
  await ours.correct(replacementId, { replacement: { promptTokens: 20 } });
  await ours.correct(unpriced.id, { void: true });
  const { totals } = (await apply(first)).reprice;
  // Beside the four calls the one in place of a replacement, at the price that it has.
  expect(totals).toMatchObject({ recordCount: 5, pricedCount: 1, correctedCount: 2, unchangedCount: 2 });
  expect(totals.costDifference).toBe(seen.totals.costDifference);
  expect(await standing(dear[0]!.id)).toBe('0.06');
  expect(await standing(unpriced.id)).toBeNull();
});

// Seen to fail: with what a later one wrote taken for any other record: the earlier price came back.
test('one that has begun and done nothing changes nothing that a later one has replaced', async () => {
  const { model, dear, right } = await furnish();
  const first = applyInput(model);
  await killed('BEGUN', first);
  expect(await ours.totals(model)).toMatchObject({ unpricedCount: 1, cost: '0.05' });
  await on('2026-06-22');
  await ours.setPrice(model, '0.005', '2026-01-03T00:00:00Z');
  expect((await apply(applyInput(model))).reprice.totals).toMatchObject({ pricedCount: 1, correctedCount: 3 });
  await apply(first);
  for (const { id } of [...dear, right]) expect(await standing(id)).toBe('0.05');
});
