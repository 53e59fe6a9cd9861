/** What may happen in a run of the reservation protocol, as data that shrinks. Numbers of what exists are picked modulo. */
import fc from 'fast-check';
import type { Enforcement, Period } from './protocol-model.js';

/** Who spends, as a call says it. */
export interface Spender {
  readonly who: 'ada' | 'bob' | 'cy' | 'red' | 'organization';
  readonly run: 'r1' | 'r2' | null;
}
export type ModelName = 'gpt-4o' | 'claude-sonnet-4-5' | 'nobody-knows-it';
export type Target = 'r1' | 'r2' | 'ada' | 'bob' | 'cy' | 'red' | 'blue' | 'organization';

/** Amounts are in cents. */
export interface HoldItem {
  readonly spender: Spender;
  readonly cents: number;
  readonly model: ModelName | null;
  /** Whether it is asked for by the tokens of its call; needs a model. */
  readonly byTokens: boolean;
  readonly ttlSeconds: number;
  /** Of the commands before it, whose key it takes; null: a new one. */
  readonly reuse: number | null;
}

export type Command =
  | { readonly type: 'reserve'; readonly items: readonly HoldItem[] }
  | { readonly type: 'extend'; readonly pick: number; readonly cents: number; readonly ttlSeconds: number | null }
  | {
      readonly type: 'settle';
      readonly pick: number;
      readonly cents: number;
      readonly model: ModelName;
      readonly at: number | null;
    }
  | {
      readonly type: 'record';
      readonly spender: Spender;
      readonly cents: number;
      readonly model: ModelName;
      readonly at: number | null;
    }
  | {
      readonly type: 'deduct';
      readonly spender: Spender;
      readonly cents: number;
      readonly onlyIfFits: boolean;
      readonly at: number | null;
    }
  | { readonly type: 'release' | 'look'; readonly pick: number }
  | { readonly type: 'deleteBudget'; readonly pick: number }
  | { readonly type: 'advance'; readonly to: number | 'MIDNIGHT' }
  | {
      readonly type: 'setBudget';
      readonly target: Target;
      readonly period: Period;
      readonly model: ModelName | null;
      readonly change: Change;
    }
  | { readonly type: 'changeBudget'; readonly pick: number; readonly change: Change }
  | { readonly type: 'disable'; readonly target: Target; readonly disabled: boolean }
  | { readonly type: 'move'; readonly user: 'ada' | 'bob' | 'cy'; readonly team: 'red' | 'blue' | null }
  | { readonly type: 'replay'; readonly pick: number; readonly isChanged: boolean }
  | { readonly type: 'check'; readonly spender: Spender; readonly cents: number; readonly model: ModelName | null }
  | { readonly type: 'status' };

export interface Change {
  readonly cents: number;
  readonly enforcement: Enforcement;
  readonly thresholds: readonly number[];
}

export interface Sequence {
  /** Whether the server that is asked gives grace. */
  readonly hasGrace: boolean;
  readonly opening: readonly Command[];
  readonly commands: readonly Command[];
}

const spender = fc.record<Spender>({
  who: fc.constantFrom('ada', 'ada', 'ada', 'bob', 'cy', 'red', 'organization'),
  run: fc.constantFrom(null, null, 'r1', 'r2'),
});
const pick = fc.nat({ max: 1_000 });
const cents = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const known = fc.constantFrom<ModelName[]>('gpt-4o', 'gpt-4o', 'claude-sonnet-4-5');
const called = fc.oneof(
  { weight: 9, arbitrary: known },
  { weight: 1, arbitrary: fc.constant<ModelName>('nobody-knows-it') },
);
/** Every end falls between two steps of the clock, which are 300 s. */
const ttlSeconds = fc.constantFrom(150, 1_050, 4_950);
/** Ago or ahead of the last step of the clock, in ms. */
const instant = fc.constantFrom(null, null, null, -3_600_000, -86_400_000, 240_000);
const change = fc.record<Change>({
  cents: fc.oneof(
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 8 }) },
    { weight: 4, arbitrary: fc.integer({ min: 9, max: 40 }) },
  ),
  enforcement: fc.constantFrom('HARD', 'HARD', 'HARD', 'SOFT', 'SHADOW'),
  thresholds: fc.constantFrom([], [50, 80, 100], [100], [20, 60, 110]),
});
const target = fc.constantFrom<Target[]>(
  'r1',
  'r2',
  'ada',
  'ada',
  'bob',
  'cy',
  'red',
  'red',
  'blue',
  'organization',
  'organization',
);

const item = fc.record<HoldItem>({
  spender,
  cents,
  model: fc.oneof(fc.constant(null), called),
  byTokens: fc.boolean(),
  ttlSeconds,
  reuse: fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: pick }),
});

const setBudget = fc.record({
  type: fc.constant('setBudget' as const),
  target,
  period: fc.constantFrom<Period[]>('DAY', 'DAY', 'MONTH', 'LIFETIME'),
  model: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: known }),
  change,
});

const weighted: readonly { weight: number; arbitrary: fc.Arbitrary<Command> }[] = [
  { weight: 10, arbitrary: fc.record({ type: fc.constant('reserve' as const), items: fc.tuple(item) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('reserve' as const),
      items: fc.array(item, { minLength: 2, maxLength: 5 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('extend' as const),
      pick,
      cents,
      ttlSeconds: fc.oneof(fc.constant(null), ttlSeconds),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('settle' as const), pick, cents, model: called, at: instant }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('record' as const), spender, cents, model: called, at: instant }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('deduct' as const),
      spender,
      cents,
      onlyIfFits: fc.boolean(),
      at: instant,
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('release' as const, 'look' as const), pick }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('advance' as const),
      to: fc.constantFrom(1, 1, 4, 12, 'MIDNIGHT' as const),
    }),
  },
  { weight: 4, arbitrary: setBudget },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('changeBudget' as const), pick, change }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('deleteBudget' as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('disable' as const),
      target,
      disabled: fc.constantFrom(true, false, false, false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('move' as const),
      user: fc.constantFrom('ada', 'bob', 'cy'),
      team: fc.constantFrom('red', 'blue', null),
    }),
  },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('replay' as const), pick, isChanged: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('check' as const),
      spender,
      cents,
      model: fc.oneof(fc.constant(null), known),
    }),
  },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('status' as const) }) },
];

/** Something is held, its time may be over, and somebody asks before anybody has looked. */
const late = fc.tuple(
  fc.record({ type: fc.constant('reserve' as const), items: fc.array(item, { minLength: 1, maxLength: 3 }) }),
  fc.record({ type: fc.constant('advance' as const), to: fc.constantFrom(1, 4, 'MIDNIGHT' as const) }),
  fc.oneof(
    fc.record({ type: fc.constant('reserve' as const), items: fc.array(item, { minLength: 1, maxLength: 3 }) }),
    fc.record({
      type: fc.constant('deduct' as const),
      spender,
      cents,
      onlyIfFits: fc.constant(true),
      at: fc.constant(null),
    }),
    fc.record({ type: fc.constant('extend' as const), pick, cents, ttlSeconds: fc.constant(null) }),
  ),
);
const phrase: fc.Arbitrary<Command[]> = fc.oneof(
  { weight: 12, arbitrary: fc.oneof(...weighted).map((command) => [command]) },
  { weight: 1, arbitrary: late },
);

export const sequence: fc.Arbitrary<Sequence> = fc.record({
  hasGrace: fc.boolean(),
  opening: fc.array(setBudget, { minLength: 2, maxLength: 5 }),
  commands: fc.array(phrase, { minLength: 15, maxLength: 35, size: 'max' }).map((phrases) => phrases.flat()),
});
