/** Which price versions of one model have to be written so that the catalogue's prices hold from now on. */
import type { FeedVersion } from './feed-price.js';
import { BEGINNING_OF_TIME, MAX_AHEAD_MS } from './pricing.js';
import { type RateCard, rateCardFromJson, type RateCardJson, rateCardToJson } from './rate.js';

export interface StoredVersion {
  readonly id: string;
  readonly effectiveFrom: Date;
  readonly card: RateCardJson;
}

export interface PlannedVersion {
  readonly effectiveFrom: Date;
  readonly card: RateCardJson;
}

interface Version {
  readonly ms: number;
  readonly text: string;
}

/**
 * A model without a price has the feed's from the beginning of time. Otherwise nothing that began is touched: start
 * dates that are new are added, and where what is in force then still differs from the feed, the feed's price begins
 * now. Versions that are still to come are the feed's.
 */
export function planVersions(
  stored: readonly StoredVersion[],
  feed: readonly FeedVersion[],
  now: Date,
): { added: PlannedVersion[]; withdrawnIds: string[] } {
  const wanted = feed.map(wantedVersion).sort((a, b) => a.ms - b.ms);
  const settledUntil = now.getTime() + MAX_AHEAD_MS;
  const kept: Version[] = [];
  const withdrawnIds: string[] = [];
  for (const version of stored) {
    const ms = version.effectiveFrom.getTime();
    const text = textOf(rateCardFromJson(version.card));
    const isWanted = wanted.some((other) => other.ms === ms && other.text === text);
    if (ms <= settledUntil || isWanted) kept.push({ ms, text });
    else withdrawnIds.push(version.id);
  }
  const added: Version[] = [];
  const add = (version: Version) => {
    const timeline = [...kept, ...added];
    if (timeline.some(({ ms }) => ms === version.ms) || textAt(timeline, version.ms) === version.text) return;
    added.push(version);
  };
  for (const version of wanted) if (stored.length === 0 || version.ms !== BEGINNING_OF_TIME.getTime()) add(version);
  for (const ms of [now.getTime(), settledUntil]) {
    const text = textAt(wanted, ms);
    if (text !== undefined) add({ ms, text });
  }
  return { added: added.map(plannedVersion), withdrawnIds };
}

function wantedVersion({ effectiveFrom, card }: FeedVersion): Version {
  return { ms: (effectiveFrom ?? BEGINNING_OF_TIME).getTime(), text: textOf(card) };
}

function plannedVersion({ ms, text }: Version): PlannedVersion {
  return { effectiveFrom: new Date(ms), card: JSON.parse(text) as RateCardJson };
}

function textOf(card: RateCard): string {
  return JSON.stringify(rateCardToJson(card));
}

/** What is in force at an instant. */
function textAt(timeline: readonly Version[], ms: number): string | undefined {
  const begun = timeline.filter((version) => version.ms <= ms);
  return begun.reduce<Version | undefined>((last, next) => (last && last.ms > next.ms ? last : next), undefined)?.text;
}
