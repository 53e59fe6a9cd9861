/** How fast a budget is being spent, and when nothing of it will remain at that rate. */
import { divideHalfEven, type PicoUsd } from '../money.js';

const HOUR_MS = 3_600_000;

/** A period so far. */
export interface Burning {
  /** When the spending began: the period's start, or for a LIFETIME the making of the account. */
  readonly since: Date;
  /** End of the period, exclusive; null for a LIFETIME. */
  readonly resetsAt: Date | null;
  readonly spentPicoUsd: PicoUsd;
  /** limit - spent - held. */
  readonly remainingPicoUsd: PicoUsd;
}

/** USD an hour, in pico-USD, over the period so far; a period younger than an hour counts as an hour. */
export function burnRate({ since, spentPicoUsd }: Burning, now: Date): PicoUsd {
  const elapsedMs = Math.max(now.getTime() - since.getTime(), HOUR_MS);
  return spentPicoUsd > 0n ? divideHalfEven(spentPicoUsd * BigInt(HOUR_MS), BigInt(elapsedMs)) : 0n;
}

/** Now where nothing remains; null where something will remain at the end of the period. */
export function exhaustsAt(burning: Burning, now: Date): Date | null {
  const { since, resetsAt, spentPicoUsd, remainingPicoUsd } = burning;
  if (remainingPicoUsd <= 0n) return now;
  if (spentPicoUsd <= 0n) return null;
  const elapsedMs = BigInt(Math.max(now.getTime() - since.getTime(), HOUR_MS));
  const ms = now.getTime() + Number((remainingPicoUsd * elapsedMs) / spentPicoUsd);
  const end = resetsAt?.getTime() ?? MAX_DATE_MS;
  return ms < end ? new Date(ms) : null;
}

/** The latest instant that a Date can hold (ECMAScript, "Time Values and Time Range"). */
const MAX_DATE_MS = 8_640_000_000_000_000;
