/** The checker of `npm run prove`: what it accepts, and what it has to reject. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readHistory, writeHistory } from '../../prove/history-file.js';
import type { Effect } from '../../prove/ledger.js';
import { checkHistory, type Op } from '../../prove/linearizable.js';
import { plant } from '../../prove/planted.js';

const start = { limit: 10n, spent: 0n, held: 0n };

let clock = 0;

interface Said {
  readonly limit?: bigint;
  readonly spent?: bigint;
  readonly held?: bigint;
}

/** Asked after all that were made before it were answered, unless `from` and `to` say otherwise. */
function op(effect: Effect, told?: Said, times: { from?: number; to?: number } = {}): Op {
  clock += 10;
  const from = times.from ?? clock;
  const to = times.to ?? from + 5;
  return { name: effect.kind.toLowerCase(), from, to, effect, ...(told && { told: { ...start, ...told } }) };
}

const grant = (reservation: string, amount: bigint): Effect => ({ kind: 'GRANT', reservation, amount, extends: false });
const extend = (reservation: string, amount: bigint): Effect => ({ kind: 'GRANT', reservation, amount, extends: true });
const deny = (amount: bigint): Effect => ({ kind: 'DENY', amount });
const settle = (reservation: string, charge: bigint): Effect => ({ kind: 'SETTLE', reservation, charge });
const late = (reservation: string, charge: bigint): Effect => ({ kind: 'LATE', reservation, charge });
const free = (reservation: string): Effect => ({ kind: 'FREE', reservation });
const ended = (reservation: string): Effect => ({ kind: 'ENDED', reservation });
const limit = (to: bigint): Effect => ({ kind: 'LIMIT', limit: to });
const read: Effect = { kind: 'READ' };

beforeEach(() => {
  clock = 0;
});

const accepts = (ops: Op[]) => checkHistory(ops, start).isLinearizable;
const long = { from: 0, to: 1_000 };

// Seen to fail: with the search giving up at the first place where nothing can come next; with nothing tried beside what
// was told and fits.
test.each<[string, () => Op[]]>([
  ['nothing', () => []],
  [
    'one after the other',
    () => [
      op(grant('a', 4n), { held: 4n }),
      op(extend('a', 3n), { held: 7n }),
      op(deny(4n)),
      op(settle('a', 5n), { spent: 5n }),
      op(late('a', 1n), { spent: 6n }),
      op(read, { spent: 6n }),
    ],
  ],
  [
    'two at once, answered in the other order',
    () => [op(grant('a', 4n), { held: 9n }, { to: 30 }), op(grant('b', 5n), { held: 5n }, { from: 12, to: 35 })],
  ],
  [
    'what nobody was told of explains a jump: some of many',
    () => [
      op(grant('a', 1n), { held: 1n }),
      op(grant('b', 2n), { held: 3n }),
      op(grant('c', 4n), { held: 7n }),
      op(free('a'), undefined, { from: 40, to: 1_000 }),
      op(free('b'), undefined, { from: 40, to: 1_000 }),
      op(free('c'), undefined, { from: 40, to: 1_000 }),
      op(read, { held: 2n }),
      op(read, { held: 0n }, { from: 900 }),
    ],
  ],
  [
    'a refusal while the limit was lower',
    () => [
      op(limit(3n), undefined, { from: 1, to: 40 }),
      op(deny(5n), undefined, { from: 2, to: 45 }),
      op(limit(10n), undefined, { from: 41, to: 90 }),
      op(grant('a', 5n), { held: 5n }, { from: 46, to: 95 }),
    ],
  ],
  [
    'a hold that came and went before what was asked before it',
    () => {
      const made = op(grant('a', 3n), undefined, { from: 20, to: 100 });
      return [
        op(grant('b', 8n), { held: 8n }, { from: 10, to: 300 }),
        made,
        { ...op(read, { held: 3n }, { from: 50, to: 100 }), after: made },
        op(free('a'), undefined, { from: 200, to: 900 }),
        op(settle('b', 2n), { spent: 2n }, { from: 301, to: 310 }),
      ];
    },
  ],
  [
    'two settle one reservation at once, and the one that came late was not told of it either',
    () => [
      op(grant('a', 4n), { held: 4n }),
      op(grant('b', 3n), { held: 7n }),
      op(settle('a', 2n), undefined, { from: 100, to: 1_000 }),
      op(late('a', 1n), undefined, { from: 100, to: 900 }),
      op(free('b'), undefined, { from: 100, to: 600 }),
      op(read, { spent: 3n, held: 3n }, { from: 100, to: 700 }),
      op(read, { spent: 3n, held: 0n }, { from: 701, to: 1_001 }),
    ],
  ],
  [
    'what fits at once comes later, after what nobody was told of',
    () => [
      op(free('a'), undefined, { from: 20, to: 90 }),
      op(grant('a', 3n), undefined, { from: 10, to: 80 }),
      op(read, { held: 0n }, { from: 10, to: 95 }),
      op(grant('b', 1n), { held: 1n }, { from: 10, to: 100 }),
      op(grant('c', 2n), { held: 5n }, { from: 10, to: 100 }),
      op(free('c'), undefined, { from: 10, to: 90 }),
    ],
  ],
  ['a charge above what was held and over the limit', () => [op(grant('a', 4n)), op(settle('a', 40n), { spent: 40n })]],
  [
    'the end of a reservation before who saw it',
    () => [op(grant('a', 4n)), op(free('a'), undefined, { from: 12, to: 99 }), op(ended('a')), op(read, { held: 0n })],
  ],
])('%s can have happened', (_name, ops) => {
  expect(checkHistory(ops(), start)).toMatchObject({ isLinearizable: true });
});

// Seen to fail, each: with its condition in Ledger.allows, or the comparison with what was told, left out.
test.each<[string, () => Op[]]>([
  ['a stale read', () => [op(grant('a', 4n), { held: 4n }), op(read, { held: 0n })]],
  ['a lost hold', () => [op(grant('a', 4n)), op(read, { held: 0n }), op(settle('a', 1n), { spent: 1n })]],
  [
    'a double settle',
    () => [op(grant('a', 4n)), op(settle('a', 1n), undefined, long), op(settle('a', 1n), undefined, long)],
  ],
  ['a resurrected expiry', () => [op(grant('a', 4n)), op(free('a')), op(settle('a', 1n))]],
  ['a grant over the limit', () => [op(grant('a', 4n)), op(grant('b', 7n))]],
  ['two grants of which one fits', () => [op(grant('a', 6n), undefined, long), op(grant('b', 5n), undefined, long)]],
  ['an extension over the limit', () => [op(grant('a', 4n)), op(extend('a', 7n))]],
  ['an extension of what had ended', () => [op(grant('a', 4n)), op(free('a')), op(extend('a', 1n))]],
  ['an extension of what was never there', () => [op(extend('a', 1n))]],
  ['the same reservation twice', () => [op(grant('a', 1n)), op(grant('a', 1n))]],
  ['a refusal of what fits', () => [op(grant('a', 4n)), op(deny(6n))]],
  ['a refusal after the limit was raised', () => [op(limit(3n)), op(limit(10n)), op(deny(5n))]],
  ['a late charge before the end', () => [op(grant('a', 4n)), op(late('a', 1n)), op(free('a'))]],
  ['an end that was seen before', () => [op(grant('a', 4n)), op(ended('a')), op(free('a'))]],
  ['an old limit', () => [op(limit(12n)), op(read, { limit: 10n })]],
  ['a lost charge', () => [op(grant('a', 4n)), op(settle('a', 3n)), op(read, { spent: 0n })]],
  [
    'a look after its own operation that does not see it',
    () => {
      const made = op(grant('a', 4n), undefined, long);
      return [made, { ...op(read, { held: 0n }, long), after: made }];
    },
  ],
])('%s cannot', (_name, ops) => {
  expect(checkHistory(ops(), start)).toMatchObject({ isLinearizable: false, why: expect.stringContaining('none of') });
});

test('it tells how many were open at one time', () => {
  const ops = [op(read, {}, { from: 0, to: 9 }), op(read, {}, { from: 1, to: 3 }), op(read, {}, { from: 2, to: 4 })];
  expect(checkHistory([...ops, op(read, {}, { from: 5, to: 6 })], start)).toMatchObject({ operations: 4, widest: 3 });
});

/** What a crash makes of the windows: it is long until somebody asks again, and nobody is told what it was like. */
const CRASH_MS = 150;

/**
 * What happens to a budget at instants of its own, each asked before and answered after it; of some in a row nobody hears at once,
 * because of a crash.
 */
const histories = fc
  .record({
    crashAt: fc.nat(60),
    crashed: fc.nat(15),
    steps: fc.array(
      fc.record({
        what: fc.nat(7),
        amount: fc.integer({ min: 1, max: 6 }),
        early: fc.nat(60),
        late: fc.nat(60),
        isTold: fc.boolean(),
      }),
      { minLength: 5, maxLength: 60 },
    ),
  })
  .map(({ steps, crashAt, crashed }) => {
    const held = new Map<string, bigint>();
    const over: string[] = [];
    const asked = new Map<string, number>();
    const now = { ...start };
    return steps.map(({ what, amount, early: before, late: after, isTold }, n): Op => {
      const isCrash = n >= crashAt && n < crashAt + crashed;
      const size = BigInt(amount) * 1_000n + BigInt(n);
      const [open] = held.keys();
      const fits = now.spent + now.held + size <= now.limit;
      let effect: Effect = read;
      if (what < 3) effect = fits ? grant(`r${n}`, size) : deny(size);
      else if (what === 3 && open !== undefined) effect = settle(open, size);
      else if (what === 4 && open !== undefined) effect = free(open);
      else if (what === 5) effect = limit(now.spent + now.held + size * 3n);
      else if (what === 6 && over[0] !== undefined) effect = late(over.at(-1) ?? over[0], size);
      if (effect.kind === 'GRANT') held.set(effect.reservation, size);
      if (effect.kind === 'GRANT') now.held += size;
      if (effect.kind === 'LIMIT') now.limit = effect.limit;
      if (effect.kind === 'SETTLE' || effect.kind === 'LATE') now.spent += size;
      if (effect.kind === 'SETTLE' || effect.kind === 'FREE') now.held -= held.get(effect.reservation) ?? 0n;
      if (effect.kind === 'SETTLE' || effect.kind === 'FREE') held.delete(effect.reservation);
      if (effect.kind === 'SETTLE' || effect.kind === 'FREE') over.push(effect.reservation);
      // Limits are moved by one caller, who waits for each answer; and nobody ends a reservation that he was not told of.
      const at = n * 10;
      const [early, answered] = isCrash ? [CRASH_MS, CRASH_MS] : [before, after];
      const most = effect.kind === 'LIMIT' || effect.kind === 'GRANT' ? 4 : CRASH_MS;
      const known = 'reservation' in effect ? (asked.get(effect.reservation) ?? 0) : 0;
      const [from, to] = [Math.max(at - Math.min(early, most), known), at + Math.min(answered, most)];
      if (effect.kind === 'GRANT') asked.set(effect.reservation, to);
      const told = (isTold && !isCrash) || effect.kind === 'READ' ? { told: { ...now } } : {};
      return { name: `${n}`, from, to, effect, ...told };
    });
  });

// Seen to fail: with what comes only after another one of its reservation left out of the sets that are tried, and of single ones
// only the first tried; with what the limit allows looked at in these sets.
test('every history that did happen is accepted, and none of what is planted into it', () => {
  fc.assert(
    fc.property(histories, (history) => {
      expect(checkHistory(history, start)).toMatchObject({ isLinearizable: true });
      for (const { history: bad } of plant(history, start))
        expect(bad === undefined || accepts([...bad])).toBe(bad === undefined);
    }),
    { numRuns: 500 },
  );
});

test('a history in a file is the one that was kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-history-'));
  const made = op(grant('a', 4n), undefined, long);
  const history = [made, { ...op(read, { held: 0n }, long), after: made }];
  await writeHistory(join(folder, 'kept.json'), { budget: 'b', start, history });
  await expect(readHistory(join(folder, 'kept.json'))).resolves.toEqual({ budget: 'b', start, history });
  await rm(folder, { recursive: true });
});
