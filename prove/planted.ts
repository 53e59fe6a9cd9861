/** Histories that cannot have happened, made of one that did: the checker has to reject each. */
import type { BudgetState } from './ledger.js';
import type { Op } from './linearizable.js';

export interface Planted {
  readonly name: string;
  /** undefined where the history has nothing of that kind to spoil. */
  readonly history: readonly Op[] | undefined;
}

/** @param start what the budget was like before it. */
export function plant(history: readonly Op[], start: BudgetState): Planted[] {
  return [
    { name: 'stale read', history: staleRead(history) },
    { name: 'lost hold', history: lostHold(history) },
    { name: 'double settle', history: doubleSettle(history) },
    { name: 'resurrected expiry', history: resurrectedExpiry(history) },
    { name: 'grant over limit', history: grantOverLimit(history, start) },
  ];
}

/** From the question to the answer of what is planted. */
const WINDOW_MS = 50;

const kindIs =
  <Kind extends Op['effect']['kind']>(kind: Kind) =>
  (op: Op): op is Op & { readonly effect: { readonly kind: Kind } } =>
    op.effect.kind === kind;

function changed(history: readonly Op[], old: Op, ...made: Op[]): Op[] {
  return history.flatMap((op) => (op === old ? made : [op]));
}

/** Somebody is told what the budget was before an operation that had been answered when they asked. */
function staleRead(history: readonly Op[]): Op[] | undefined {
  for (const op of history.filter(kindIs('READ'))) {
    const settle = history.find((other) => other.effect.kind === 'SETTLE' && other.told && other.to < op.from);
    const old = settle && history.findLast((other) => other.told && other.to < settle.from);
    if (op.told && old?.told && old.told.spent < op.told.spent) return changed(history, op, { ...op, told: old.told });
  }
  return undefined;
}

/** A hold that was granted, and that nobody ever saw: what was told after it lacks its amount until it ends. */
function lostHold(history: readonly Op[]): Op[] | undefined {
  for (const grant of history.filter(kindIs('GRANT'))) {
    const { reservation, amount } = grant.effect;
    const of = history.filter(({ effect }) => 'reservation' in effect && effect.reservation === reservation);
    const end = of.find(({ effect }) => effect.kind === 'SETTLE');
    const between = history.filter((op) => op.told && op.from > grant.to && op.to < (end?.from ?? 0));
    if (!end || !grant.told || of.length !== 2 || between.length === 0) continue;
    return history.map((op) =>
      op.told && between.includes(op) ? { ...op, told: { ...op.told, held: op.told.held - amount } } : op,
    );
  }
  return undefined;
}

/** Two records are told that they settled one reservation. */
function doubleSettle(history: readonly Op[]): Op[] | undefined {
  const settle = history.find(kindIs('SETTLE'));
  if (!settle) return undefined;
  const { name, effect, to } = settle;
  return [...history, { name: `${name} twice`, effect, from: to, to: to + WINDOW_MS }];
}

/** What had expired is settled afterwards, as if it were held. */
function resurrectedExpiry(history: readonly Op[]): Op[] | undefined {
  const expiry = history.filter(kindIs('FREE')).find(({ name }) => name.startsWith('expire'));
  if (!expiry) return undefined;
  const { reservation } = expiry.effect;
  const effect = { kind: 'SETTLE', reservation, charge: 1n } as const;
  return [...history, { name: `settle ${reservation}`, effect, from: expiry.to, to: expiry.to + WINDOW_MS }];
}

/** What was refused is granted, and freed at once, so that only the grant itself is wrong. */
function grantOverLimit(history: readonly Op[], start: BudgetState): Op[] | undefined {
  const denial = history.find(kindIs('DENY'));
  if (!denial) return undefined;
  const { from, to } = denial;
  const limits = history.flatMap(({ effect, told }) => [
    told?.limit ?? 0n,
    effect.kind === 'LIMIT' ? effect.limit : 0n,
  ]);
  const most = limits.reduce((a, b) => (a > b ? a : b), start.limit);
  const grant: Op = {
    name: 'grant over limit',
    from,
    to,
    effect: { kind: 'GRANT', reservation: 'planted', amount: most + 1n, extends: false },
  };
  return changed(history, denial, grant, {
    name: 'free',
    from,
    to,
    effect: { kind: 'FREE', reservation: 'planted' },
    after: grant,
  });
}
