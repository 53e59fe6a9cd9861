/** Sequences that random ones seldom meet, played before them: each is where two rules touch. */
import type { Command, HoldItem, Sequence, Target } from './protocol-commands.js';

const ofAda = { who: 'ada', run: null } as const;
const hard = (target: Target, cents: number): Command => ({
  type: 'setBudget',
  target,
  period: 'DAY',
  model: null,
  change: { cents, enforcement: 'HARD', thresholds: [] },
});
const item = (cents: number, reuse: number | null = null, ttlSeconds = 4_950): HoldItem => ({
  spender: ofAda,
  cents,
  model: null,
  byTokens: false,
  ttlSeconds,
  reuse,
});
const reserve = (...items: HoldItem[]): Command => ({ type: 'reserve', items });
const extend = (cents: number): Command => ({ type: 'extend', pick: 0, cents, ttlSeconds: null });
const deduct = (cents: number, at: number | null): Command => ({
  type: 'deduct',
  spender: ofAda,
  cents,
  onlyIfFits: true,
  at,
});
const midnight: Command = { type: 'advance', to: 'MIDNIGHT' };
const step: Command = { type: 'advance', to: 1 };
const status: Command = { type: 'status' };
const played = (hasGrace: boolean, opening: Command[], ...commands: Command[]): Sequence => ({
  hasGrace,
  opening,
  commands,
});

export const EXAMPLES: Readonly<Record<string, Sequence>> = {
  'a key twice in one batch': played(false, [hard('ada', 9)], reserve(item(4), item(4, 0)), status),
  'a reservation after one that is over': played(
    false,
    [hard('ada', 5)],
    reserve(item(5, null, 150)),
    step,
    reserve(item(5)),
  ),
  'a deduction after one that is over': played(
    false,
    [hard('ada', 5)],
    reserve(item(5, null, 150)),
    step,
    deduct(1, null),
  ),
  'a grace that began today, met by what was held yesterday': played(
    true,
    [hard('ada', 5)],
    reserve(item(5)),
    midnight,
    reserve(item(6)),
    extend(1),
    status,
  ),
  'a grace that began by what was held yesterday, met today': played(
    true,
    [hard('ada', 5)],
    reserve(item(5)),
    midnight,
    reserve(item(1)),
    extend(1),
    reserve(item(6)),
    status,
  ),
  'more for a call whose nearest budget ended': played(
    false,
    [hard('ada', 5), hard('organization', 5)],
    reserve(item(5)),
    { type: 'deleteBudget', pick: 0 },
    extend(1),
  ),
  'a late deduction that a deleted budget has no room for': played(
    false,
    [hard('ada', 5)],
    { type: 'advance', to: 12 },
    { type: 'deleteBudget', pick: 0 },
    deduct(6, -3_600_000),
  ),
};
