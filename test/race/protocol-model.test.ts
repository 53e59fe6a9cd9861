/**
 * The reservation protocol against a second set of books: random sequences of everything that a caller may do.
 *
 * Seen to fail, each in a server that was broken on purpose: a settle whose budgetAt is its own instant; an expiry that
 * frees twice; an extension that is not added to the period rows; SHADOW that refuses; wouldDenyCount that is not counted;
 * a release that leaves a run's budget held; a grace that never begins; a settle that does not look whether another was
 * first, or frees nothing; a late budget that starts with nothing held; a denial by what is over; a late record that raises
 * an alert; a lowered limit that raises none; and, by the crowd, a grant decided by what was read before the wait for it.
 */
import fc from 'fast-check';
import { Client } from 'pg';
import type { RunningServer } from '../../src/server.js';
import { setClock } from '../support/clock.js';
import { BudgetStatusDocument } from '../support/generated/operations.js';
import { grantCount, keepHistory, oversteps } from '../support/grant-history.js';
import { sequence, type Sequence } from '../support/protocol-commands.js';
import { lanes, ProtocolCrowd, TEAM_OF, type CrowdCall } from '../support/protocol-crowd.js';
import { ProtocolDoor } from '../support/protocol-door.js';
import { EXAMPLES } from '../support/protocol-examples.js';
import { CENT, openBooks } from '../support/protocol-model.js';
import { everyStatus } from '../support/protocol-requests.js';
import { ProtocolRun } from '../support/protocol-run.js';
import { budgeting } from '../support/protocol-settings.js';
import { startAnother } from '../support/servers.js';
import { newTenant } from '../support/spending.js';
import type { BudgetAsk } from '../support/protocol-usage.js';
import { startWorld, type World } from '../support/world.js';

const CROWD_RUNS = 4;
const LIMIT_MS = 100_000;
/** A failure prints its seed and path: PROTOCOL_SEED and PROTOCOL_PATH play it again, PROTOCOL_RUNS plays more. */
const { PROTOCOL_SEED, PROTOCOL_PATH, PROTOCOL_RUNS = '15' } = process.env;
const replay = {
  numRuns: Number(PROTOCOL_RUNS),
  // Also the time for which a failure is made smaller.
  interruptAfterTimeLimit: LIMIT_MS - 10_000,
  ...(PROTOCOL_SEED !== undefined && { seed: Number(PROTOCOL_SEED) }),
};
const path = PROTOCOL_PATH === undefined ? {} : { path: PROTOCOL_PATH };
/** Ends between two steps of the clock too. */
const GRACE_S = 2_550;

let world: World;
let graceful: RunningServer;
let second: RunningServer;
beforeAll(async () => {
  world = await startWorld();
  graceful = await startAnother(world.database.url, { BUDGET_GRACE_PERIOD: `${GRACE_S}s` });
  second = await startAnother(world.database.url);
});
afterAll(async () => {
  await setClock(world, undefined);
  await graceful.close();
  await second.close();
  await world.close();
});

test.each(Object.entries(EXAMPLES))('%s', (_name, played) => playSequence(played), LIMIT_MS);

test(
  'whatever is asked in whatever order, each answer is what the model says',
  async () => {
    await fc.assert(fc.asyncProperty(sequence, playSequence), { ...replay, ...path });
  },
  LIMIT_MS,
);

async function playSequence(played: Sequence): Promise<void> {
  const { url } = played.hasGrace ? graceful : world.server;
  const graceMs = played.hasGrace ? GRACE_S * 1000 : 0;
  const run = await ProtocolRun.open(world, [graceful, second], { url, graceMs, newKey: () => newTenant(world) });
  await run.play(played);
}

/** Budgets that are tight for the crowd, so that most of what it asks is decided at the edge. */
const tight: readonly Omit<BudgetAsk, 'enforcement' | 'thresholds' | 'model'>[] = [
  { level: 'ORGANIZATION', account: '', period: 'LIFETIME', limit: 150n * CENT },
  { level: 'TEAM', account: 'red', period: 'MONTH', limit: 90n * CENT },
  { level: 'USER', account: 'ada', period: 'LIFETIME', limit: 70n * CENT },
  { level: 'USER', account: 'bob', period: 'MONTH', limit: 60n * CENT },
  { level: 'RUN', account: 'r1', period: 'LIFETIME', limit: 80n * CENT },
];

test(
  'by many at once at two servers: what was answered adds up, and nothing was granted over a limit',
  async () => {
    const client = new Client({ connectionString: world.database.url });
    await client.connect();
    try {
      await keepHistory(client);
      await fc.assert(
        fc.asyncProperty(lanes, (calls) => playCrowd(calls)),
        { ...replay, numRuns: CROWD_RUNS },
      );
      expect(await oversteps(client)).toBe(0);
      expect(await grantCount(client)).toBeGreaterThan(50);
    } finally {
      await client.end();
    }
  },
  LIMIT_MS,
);

async function playCrowd(calls: readonly CrowdCall[][]): Promise<void> {
  await setClock(world, undefined);
  await second.syncClock();
  const key = await newTenant(world);
  const door = new ProtocolDoor(world.server.url, key);
  const at = Date.parse((await world.ask(BudgetStatusDocument, {}, key)).budgetStatus.asOf);
  const books = openBooks(at, 0, TEAM_OF);
  for (const [externalId, teamId] of TEAM_OF) await door.setAccount({ kind: 'USER', externalId, teamId });
  const asks = tight.map((ask): BudgetAsk => ({ ...ask, model: null, enforcement: 'HARD', thresholds: [] }));
  const set = async (ask: BudgetAsk) => {
    const request = budgeting(books, ask);
    request.apply(books);
    await request.send(door);
  };
  for (const ask of asks) await set(ask);
  const crowd = new ProtocolCrowd([world.server.url, second.url], key);
  let isOver = false;
  /** Limits move all the time, up and down. */
  const move = async () => {
    for (let n = 0; !isOver; n += 1) {
      const ask = asks[n % asks.length] as BudgetAsk;
      await set({ ...ask, limit: ask.limit + BigInt((n % 5) - 2) * 10n * CENT });
    }
  };
  const moving = move();
  await Promise.all(calls.map((lane, n) => crowd.play(lane, n)));
  isOver = true;
  await moving;
  await crowd.enter(books);
  expect(crowd.unexpected).toEqual([]);
  const rows = Object.entries((await everyStatus.send(door)) as Record<string, object>);
  const expected = everyStatus.apply(books) as Record<string, object>;
  for (const [account, budgets] of rows) expect({ account, budgets }).toEqual({ account, budgets: expected[account] });
}
