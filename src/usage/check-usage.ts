/** Turns inputs into drafts: every check that needs no database, in the order of the fields. */
import type { ReservationFacts } from '../budget/reservation-facts.sql.js';
import type { ExtractedUsage, UnreadableUsage } from '../catalog/extract-usage.js';
import type { Quantities } from '../catalog/quantity.js';
import { collectQuantities, type SaidQuantity } from '../catalog/unit-quantity.js';
import { UsageUnit } from '../catalog/usage-unit.js';
import { contentHash } from '../content-hash.js';
import { badInput } from '../errors.js';
import { checkExternalId, spenderOf } from '../identity/account.service.js';
import { formatUsd, PICO_USD_PER_USD, type PicoUsd } from '../money.js';
import { requireFreeText, requireText } from '../text.js';
import type { WantedAccount } from '../identity/ensure-account.sql.js';
import { keyDayOf } from '../key-day.js';
import { responseContent } from './response-content.js';
import { UnpricedReason } from './unpriced-reason.js';
import { quantitiesToJson, type CallDraft, type DeductionDraft } from './usage-draft.js';
import type { DeductFromBudgetInput, RecordProviderUsageInput, RecordUsageInput, TagInput } from './usage-input.js';

type Path = readonly (string | number)[];

const EARLIEST_MS = Date.UTC(2020, 0, 1);
const AHEAD_MS = 5 * 60_000;
const MAX_TAGS = 20;
/** A sum of many of these still fits into what the database stores. */
const MAX_DEDUCTION: PicoUsd = 10n ** 12n * PICO_USD_PER_USD;
export const MAX_MODEL = 255;

interface Common {
  readonly idempotencyKey: string;
  readonly userId?: string | null;
  readonly teamId?: string | null;
  readonly runId?: string | null;
  readonly tags?: TagInput[] | null;
  readonly occurredAt?: Date | null;
  readonly reservationId?: string | null;
}

/** The reservation that a call names, as far as the call has to agree with it. */
export type Reserved = Pick<ReservationFacts, 'id' | 'account' | 'runId' | 'createdAt'>;

export function checkCall(input: RecordUsageInput, now: Date, path: Path, reserved?: Reserved): CallDraft {
  const common = checkCommon(input, now, path, reserved);
  const model = requireText(input.model, [...path, 'model'], MAX_MODEL);
  const provider = input.provider == null ? undefined : requireText(input.provider, [...path, 'provider'], MAX_MODEL);
  const quantities = checkQuantities(input, path);
  const quantitiesJson = quantitiesToJson(quantities);
  const content = { ...saidOf(input, common), provider, model, quantities: quantitiesJson };
  return {
    ...common,
    kind: 'CALL',
    contentHash: contentHash(content),
    provider,
    model,
    quantities,
    quantitiesJson,
    providerUsage: undefined,
    problem: undefined,
  };
}

/** What a call with a provider's body says whatever the catalogue can read of it: enough to know it again. */
export type ProviderCall = Pick<CallDraft, 'provider' | 'contentHash'> & ReturnType<typeof checkCommon>;

export function checkProviderCall(
  input: RecordProviderUsageInput,
  now: Date,
  path: Path,
  reserved?: Reserved,
): ProviderCall {
  const common = checkCommon(input, now, path, reserved);
  const provider = requireText(input.provider, [...path, 'provider'], MAX_MODEL);
  return { ...common, provider, contentHash: hashOfResponse(input, { ...saidOf(input, common), provider }, path) };
}

export function draftOf(
  call: ProviderCall,
  input: RecordProviderUsageInput,
  extracted: ExtractedUsage | UnreadableUsage,
  path: Path,
): CallDraft {
  if (extracted.kind === 'UNREADABLE') {
    const field =
      extracted.reason === 'UNKNOWN_FLAVOR'
        ? ['apiFlavor']
        : extracted.reason === 'NO_EXTRACTOR'
          ? ['provider']
          : ['response', ...extracted.path];
    throw badInput([...path, ...field], extracted.message);
  }
  const named = input.model ?? extracted.model;
  if (named == null) throw badInput([...path, 'model'], 'The response does not name its model: say it here.');
  return {
    ...call,
    kind: 'CALL',
    model: requireText(named, [...path, 'model'], MAX_MODEL),
    quantities: extracted.quantities,
    quantitiesJson: quantitiesToJson(extracted.quantities),
    providerUsage: extracted.kept,
    problem: extracted.excess ? UnpricedReason.INCONSISTENT_USAGE : undefined,
  };
}

function hashOfResponse(input: RecordProviderUsageInput, said: Record<string, unknown>, path: Path): string {
  const { apiFlavor, model, response } = input;
  try {
    return contentHash({ ...said, apiFlavor, model, response: responseContent(response) });
  } catch {
    throw badInput([...path, 'response'], 'Usage and model must be plain JSON text without halves of characters.');
  }
}

export function checkDeduction(input: DeductFromBudgetInput, now: Date, path: Path): DeductionDraft {
  const common = checkCommon(input, now, path);
  const amountPicoUsd = checkAmount(input.amount, [...path, 'amount']);
  const reason = input.reason == null ? undefined : requireFreeText(input.reason, [...path, 'reason'], 200);
  const content = { ...saidOf(input, common), amount: formatUsd(amountPicoUsd), onlyIfFits: input.onlyIfFits, reason };
  return { ...common, kind: 'DEDUCTION', contentHash: contentHash(content), amountPicoUsd, reason };
}

export function checkAmount(amount: PicoUsd, path: Path): PicoUsd {
  if (amount < 0n) throw badInput(path, 'An amount is 0 or more; a mistake is corrected, not deducted.');
  if (amount > MAX_DEDUCTION) throw badInput(path, 'Must be at most 1000000000000 USD.');
  return amount;
}

function checkCommon(input: Common, now: Date, path: Path, reserved?: Reserved) {
  const idempotencyKey = requireText(input.idempotencyKey, [...path, 'idempotencyKey'], 255);
  const named = spenderOf(input, path);
  const namedRun = input.runId == null ? undefined : checkExternalId(input.runId, [...path, 'runId']);
  if (reserved) checkAgreement(input, named, reserved, path);
  const account = reserved?.account ?? named;
  const runId = namedRun ?? reserved?.runId;
  const occurredAt = checkInstant(input.occurredAt ?? reserved?.createdAt ?? now, now, [...path, 'occurredAt']);
  return {
    idempotencyKey,
    keyDay: keyDayOf(idempotencyKey),
    account,
    runId,
    tags: checkTags(input.tags ?? [], [...path, 'tags']),
    occurredAt,
    budgetAt: reserved?.createdAt ?? occurredAt,
    reservationId: reserved?.id,
  };
}

/** Who spends is fixed on the reservation; it may be named once more, and not otherwise. */
function checkAgreement(input: Common, named: WantedAccount, { account, runId }: Reserved, path: Path): void {
  const field = input.userId == null ? 'teamId' : 'userId';
  const isNamed = input.userId != null || input.teamId != null;
  if (isNamed && (named.kind !== account.kind || named.externalId !== account.externalId)) {
    throw badInput([...path, field], 'The reservation was made for somebody else: leave this out, or name the same.');
  }
  if (input.runId != null && input.runId !== runId) {
    throw badInput([...path, 'runId'], 'The reservation was made for another run, or for none: leave this out.');
  }
}

export function checkTags(tags: readonly TagInput[], path: Path): Record<string, string> | undefined {
  if (tags.length === 0) return undefined;
  if (tags.length > MAX_TAGS) throw badInput(path, `A record has at most ${MAX_TAGS} tags.`);
  const checked = tags.map(({ key, value }, index): [string, string] => [
    requireFreeText(key, [...path, index, 'key'], 64),
    requireFreeText(value, [...path, index, 'value'], 255),
  ]);
  if (new Set(checked.map(([key]) => key)).size < checked.length) throw badInput(path, 'A tag may be given only once.');
  return Object.fromEntries(checked);
}

function checkInstant(instant: Date, now: Date, path: Path): Date {
  const ms = instant.getTime();
  if (ms < EARLIEST_MS || ms > now.getTime() + AHEAD_MS) {
    throw badInput(path, 'Must not be before 2020-01-01T00:00:00Z nor more than 5 minutes ahead.');
  }
  return instant;
}

const TOKEN_FIELDS = [
  ['promptTokens', UsageUnit.INPUT_TOKENS],
  ['completionTokens', UsageUnit.OUTPUT_TOKENS],
  ['cacheReadTokens', UsageUnit.CACHE_READ_TOKENS],
  ['cacheWriteTokens', UsageUnit.CACHE_WRITE_TOKENS],
  ['reasoningTokens', UsageUnit.OUTPUT_REASONING_TOKENS],
] as const;

type SaidQuantities = Pick<RecordUsageInput, (typeof TOKEN_FIELDS)[number][0] | 'quantities'>;

export function checkQuantities(input: SaidQuantities, path: Path): Quantities {
  const said: SaidQuantity[] = [];
  for (const [field, unit] of TOKEN_FIELDS) {
    const text = input[field];
    if (text != null) said.push([unit, text, [...path, field]]);
  }
  for (const [index, { unit, quantity }] of (input.quantities ?? []).entries()) {
    said.push([unit, quantity, [...path, 'quantities', index, 'quantity']]);
  }
  if (said.length === 0) {
    throw badInput(
      [...path, 'promptTokens'],
      'Say what was used: promptTokens, completionTokens or quantities; 0 is an answer.',
    );
  }
  return collectQuantities(said, path);
}

/** What the caller said, in a form of its own for the content hash. Defaults are not in it. */
function saidOf(input: Common, checked: { tags: Record<string, string> | undefined }): Record<string, unknown> {
  return {
    userId: input.userId,
    teamId: input.teamId,
    runId: input.runId,
    occurredAt: input.occurredAt?.toISOString(),
    reservationId: input.reservationId,
    tags: checked.tags,
  };
}
