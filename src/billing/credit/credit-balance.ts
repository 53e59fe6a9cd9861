/** What is left of prepaid credit at an instant, and which of it pays what. Nothing runs when credit expires: it is computed. */

export interface GrantState {
  readonly id: string;
  readonly amountPico: bigint;
  readonly priority: number;
  readonly expiresAt: Date | null;
  readonly rolloverCapPico: bigint | null;
  readonly rolloverExpiresAt: Date | null;
  readonly voidedAt: Date | null;
  /** What invoices that stand took before it expired. */
  readonly usedPico: bigint;
  /** What they took of what stayed. */
  readonly usedLaterPico: bigint;
}

/** What a grant can still pay. */
export function leftOf(grant: GrantState, at: Date): bigint {
  const { expiresAt, rolloverCapPico, rolloverExpiresAt, usedPico, usedLaterPico } = grant;
  if (grant.voidedAt !== null && grant.voidedAt <= at) return 0n;
  const leftPico = grant.amountPico - usedPico;
  if (expiresAt === null || at < expiresAt) return most(leftPico, 0n);
  if (rolloverCapPico === null || rolloverExpiresAt === null || at >= rolloverExpiresAt) return 0n;
  return most(least(leftPico, rolloverCapPico) - usedLaterPico, 0n);
}

/** A grant after some of it was taken. */
export function used<Grant extends GrantState>(grant: Grant, amountPico: bigint, at: Date): Grant {
  const isLater = grant.expiresAt !== null && at >= grant.expiresAt;
  return isLater
    ? { ...grant, usedLaterPico: grant.usedLaterPico + amountPico }
    : { ...grant, usedPico: grant.usedPico + amountPico };
}

/** When it pays nothing any more, or less than now; null: never. */
function endOf({ expiresAt, rolloverExpiresAt }: GrantState, at: Date): Date | null {
  return expiresAt !== null && at >= expiresAt ? rolloverExpiresAt : expiresAt;
}

/** What an invoice takes of each: the least priority first, then what expires first, then what was granted first. */
export function consume(
  grants: readonly GrantState[],
  owedPico: bigint,
  at: Date,
): { readonly grantId: string; readonly amountPico: bigint }[] {
  const end = (grant: GrantState) => endOf(grant, at)?.getTime() ?? Infinity;
  const inOrder = [...grants].sort((a, b) => a.priority - b.priority || compare(end(a), end(b)) || compare(a.id, b.id));
  let openPico = owedPico;
  return inOrder.flatMap((grant) => {
    const amountPico = least(leftOf(grant, at), openPico);
    if (amountPico <= 0n) return [];
    openPico -= amountPico;
    return [{ grantId: grant.id, amountPico }];
  });
}

export interface CreditSums {
  readonly grantedPico: bigint;
  readonly consumedPico: bigint;
  readonly expiredPico: bigint;
  readonly voidedPico: bigint;
  readonly remainingPico: bigint;
  /** Of what remains: what will have expired by another instant if nothing takes it. */
  readonly expiringPico: bigint;
}

export function creditSums(grants: readonly GrantState[], at: Date, expiringBy: Date): CreditSums {
  const sum = (read: (grant: GrantState) => bigint) => grants.reduce((total, grant) => total + read(grant), 0n);
  const grantedPico = sum(({ amountPico }) => amountPico);
  const consumedPico = sum(({ usedPico, usedLaterPico }) => usedPico + usedLaterPico);
  const remainingPico = sum((grant) => leftOf(grant, at));
  const voidedPico = sum((grant) =>
    grant.voidedAt !== null && grant.voidedAt <= at ? leftOf({ ...grant, voidedAt: null }, grant.voidedAt) : 0n,
  );
  return {
    grantedPico,
    consumedPico,
    voidedPico,
    remainingPico,
    expiredPico: grantedPico - consumedPico - voidedPico - remainingPico,
    expiringPico: remainingPico - sum((grant) => leftOf(grant, expiringBy)),
  };
}

const least = (a: bigint, b: bigint) => (a < b ? a : b);
const most = (a: bigint, b: bigint) => (a > b ? a : b);
/** Ids are of rising time. */
const compare = <T extends string | number>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);
