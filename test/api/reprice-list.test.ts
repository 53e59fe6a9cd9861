/** Reprices that were begun: what an operator finds after a crash, and all that it takes to go on with it. */
import { Client } from 'pg';
import type { RunningServer } from '../../src/server.js';
import { encodeId } from '../../src/node-id.js';
import {
  ApplyRepriceDocument,
  CreateApiKeyDocument,
  RepriceByIdDocument,
  RepricesDocument,
  type RepriceFilter,
} from '../support/generated/operations.js';
import { setClock } from '../support/clock.js';
import { applyInput, newName, Tenant } from '../support/repricing.js';
import { startAnother } from '../support/servers.js';
import { newTenant } from '../support/spending.js';
import { post, startWorld, type World } from '../support/world.js';
import { print } from 'graphql';

let world: World;
let client: Client;
let unpricing: RunningServer;
let ours: Tenant;
beforeAll(async () => {
  world = await startWorld();
  unpricing = await startAnother(world.database.url, { ENABLE_PRICING: 'false', INVOICE_INTERVAL: '0' });
  await setClock(world, '2026-06-20T12:00:00Z');
  client = new Client({ connectionString: world.database.url });
  await client.connect();
});
beforeEach(async () => {
  ours = new Tenant(world, await newTenant(world, 'America/New_York'));
});
afterAll(async () => {
  await client.end();
  await unpricing.close();
  await world.close();
});

/** As many reprices of a model, oldest first, the first of them with an expected difference. */
async function begun(count: number) {
  const model = newName('model');
  await ours.setPrice(model, '0.001', '2026-01-01T00:00:00Z');
  await ours.record(model, '2026-05-01T12:00:00Z');
  await ours.setPrice(model, '0.003', '2026-01-02T00:00:00Z');
  const inputs = Array.from({ length: count }, (_, n) =>
    applyInput(model, n === 0 ? { expectedChargeDifference: '0.02' } : {}),
  );
  for (const input of inputs) await world.ask(ApplyRepriceDocument, { input }, ours.key);
  return { model, inputs, keys: inputs.map(({ idempotencyKey }) => idempotencyKey) };
}

const list = async (filter?: RepriceFilter, first?: number, after?: string | null) =>
  (await world.ask(RepricesDocument, { filter, first, after }, ours.key)).reprices;

const keysOf = async (filter?: RepriceFilter) =>
  (await list(filter)).edges.map(({ node: { idempotencyKey } }) => idempotencyKey);

// Seen to fail: with the oldest first, with instants cut to milliseconds in the place, and without the organization.
test('they are listed newest first, page by page, of one tenant', async () => {
  const { keys } = await begun(5);
  // All of one millisecond: the first two are the newest, the others of the same instant.
  await client.query(
    `UPDATE reprice SET started_at = timestamptz '2026-06-20T12:00:00Z' + ($1::text[] @> ARRAY[idempotency_key])::int * interval '1 us'
     WHERE idempotency_key = ANY ($2)`,
    [keys.slice(0, 2), keys],
  );
  const seen: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < 3; page += 1) {
    const { edges, pageInfo } = await list(undefined, 2, after);
    seen.push(...edges.map(({ node }) => node.idempotencyKey));
    expect(pageInfo).toMatchObject({ hasNextPage: page < 2, hasPreviousPage: page > 0 });
    after = pageInfo.endCursor ?? null;
  }
  expect(seen).toEqual([...keys.slice(0, 2).reverse(), ...keys.slice(2).reverse()]);
  const other = new Tenant(world, await newTenant(world));
  expect((await world.ask(RepricesDocument, {}, other.key)).reprices.edges).toEqual([]);
  const { id } = (await list()).edges[0]!.node;
  expect((await world.ask(RepriceByIdDocument, { id }, other.key)).node).toBeNull();
  expect(await world.codeOf(RepricesDocument, { after: id }, other.key)).toBe('BAD_USER_INPUT');
});

// Seen to fail: with the filter left out, and without the difference that was expected, where the same call is another.
test('one that was stopped is found, and what the list says of it is the call that goes on with it', async () => {
  const { model, inputs, keys } = await begun(3);
  expect(await keysOf({ isComplete: false })).toEqual([]);
  // As a crash leaves it: the correction is made, the place is not moved.
  await client.query(
    `UPDATE reprice SET completed_at = NULL, months = '[]', page_count = 0, place_account_id = NULL, place_occurred_at = NULL,
       place_key = NULL WHERE idempotency_key = $1`,
    [keys[0]],
  );
  expect(await keysOf({ isComplete: true })).toEqual([keys[2], keys[1]]);
  expect(await keysOf({ provider: 'ours', model })).toEqual([...keys].reverse());
  expect(await keysOf({ model: newName('another') })).toEqual([]);
  expect(await keysOf({ provider: 'another' })).toEqual([]);
  const { edges } = await list({ isComplete: false });
  expect(edges.map(({ node }) => node)).toEqual([
    expect.objectContaining({ completedAt: null, isComplete: false, expectedChargeDifference: '0.02' }),
  ]);
  const { idempotencyKey, provider, from, to, reason, expectedChargeDifference } = edges[0]!.node;
  const input = { idempotencyKey, provider, model, from, to, reason, expectedChargeDifference };
  expect(input).toEqual({ ...inputs[0], from: expect.any(String), to: expect.any(String) });
  const { reprice } = (await world.ask(ApplyRepriceDocument, { input }, ours.key)).applyReprice;
  expect(reprice).toMatchObject({ isComplete: true, totals: { correctedCount: 1, chargeDifference: '0.02' } });
  expect(await keysOf({ isComplete: false })).toEqual([]);
});

// Seen to fail: with the reading for MEMBER too, and without the look at NUL.
test('by its id it is found by whom may preview, with pricing off too; any other id is nothing', async () => {
  await begun(1);
  const { node, cursor } = (await list()).edges[0]!;
  expect(cursor).toBe(node.id);
  const found = { node: { __typename: 'Reprice', ...node } };
  expect(await world.ask(RepriceByIdDocument, { id: node.id }, ours.key)).toEqual(found);
  const body = { query: print(RepriceByIdDocument), variables: { id: node.id } };
  expect((await post(unpricing.url, body, ours.key)).data).toEqual(found);
  for (const key of ['nobody’s', 'a\0b', '']) {
    const id = encodeId('reprice', key);
    expect((await world.ask(RepriceByIdDocument, { id }, ours.key)).node).toBeNull();
    expect(await world.codeOf(RepricesDocument, { after: id }, ours.key)).toBe('BAD_USER_INPUT');
  }
  expect(await world.codeOf(RepricesDocument, { after: 'x' }, ours.key)).toBe('BAD_USER_INPUT');
  expect(await world.codeOf(RepricesDocument, { first: 201 }, ours.key)).toBe('BAD_USER_INPUT');
  const keyOf = async (input: object) =>
    (await world.ask(CreateApiKeyDocument, { input: { name: newName('key'), ...input } as never }, ours.key))
      .createApiKey.value;
  const member = await keyOf({ roles: ['MEMBER'], userId: 'ada' });
  expect(await world.codeOf(RepricesDocument, {}, member)).toBe('FORBIDDEN');
  expect((await world.ask(RepriceByIdDocument, { id: node.id }, member)).node).toBeNull();
  for (const role of ['SERVICE', 'FINANCE']) {
    expect((await world.ask(RepricesDocument, {}, await keyOf({ roles: [role] }))).reprices.edges).toHaveLength(1);
  }
});
