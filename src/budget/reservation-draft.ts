/** Reads what reservations ask for: every check that needs no database. */
import { checkTextSize } from '../catalog/check-estimate.js';
import { parseQuantity, quantityRule } from '../catalog/quantity.js';
import { UsageUnit } from '../catalog/usage-unit.js';
import { contentHash } from '../content-hash.js';
import { badInput, notFound } from '../errors.js';
import { checkExternalId, spenderOf } from '../identity/account.service.js';
import type { WantedAccount } from '../identity/ensure-account.sql.js';
import { keyDayOf } from '../key-day.js';
import { formatUsd, PICO_USD_PER_USD } from '../money.js';
import { decodeUuid } from '../node-id.js';
import { requireText } from '../text.js';
import type { ExtendReservationInput, ReserveBudgetInput } from './reservation-input.js';

type Path = readonly (string | number)[];

/** A sum of many of these still fits into what the database stores. */
const MAX_AMOUNT = 10n ** 12n * PICO_USD_PER_USD;
const MAX_MODEL = 255;
const DEFAULT_TTL_S = 600;
const MAX_TTL_S = 86_400;

interface DraftBase {
  readonly idempotencyKey: string;
  readonly keyDay: string;
  /** SHA-256 in hex. */
  readonly contentHash: string;
}

/** What a call can cost at most, said as an amount or by its tokens. */
export type Asked =
  | { readonly kind: 'AMOUNT'; readonly picoUsd: bigint }
  | { readonly kind: 'TOKENS'; readonly prompt: string | bigint; readonly maxCompletionTokens: bigint };

export interface ReserveDraft extends DraftBase {
  readonly kind: 'RESERVE';
  readonly account: WantedAccount;
  readonly runId: string | undefined;
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly asked: Asked;
  readonly ttlMs: number;
}

export interface ExtendDraft extends DraftBase {
  readonly kind: 'EXTEND';
  readonly reservationId: string;
  readonly amountPicoUsd: bigint;
  /** undefined leaves the end where it is. */
  readonly ttlMs: number | undefined;
}

/** @throws ApiError BAD_USER_INPUT */
export function checkReserve(input: ReserveBudgetInput, path: Path): ReserveDraft {
  const { userId, teamId, runId, model, provider, promptTokens, maxCompletionTokens, ttlSeconds } = input;
  const key = keyOf(input.idempotencyKey, path);
  const account = spenderOf(input, path);
  const run = runId == null ? undefined : checkExternalId(runId, [...path, 'runId']);
  const asked = checkAsked(input, path);
  const amount = asked.kind === 'AMOUNT' ? formatUsd(asked.picoUsd) : undefined;
  const said = { userId, teamId, runId, model, provider, prompt: input.prompt, amount, ttlSeconds };
  const tokens = { promptTokens, maxCompletionTokens };
  return {
    kind: 'RESERVE',
    ...key,
    contentHash: contentHash({ ...said, ...tokens }),
    account,
    runId: run,
    provider: provider == null ? undefined : requireText(provider, [...path, 'provider'], MAX_MODEL),
    model: model == null ? undefined : requireText(model, [...path, 'model'], MAX_MODEL),
    asked,
    ttlMs: checkTtl(ttlSeconds, path) ?? DEFAULT_TTL_S * 1000,
  };
}

/** @throws ApiError BAD_USER_INPUT; NOT_FOUND for what is no id of a reservation. */
export function checkExtend(input: ExtendReservationInput, path: Path): ExtendDraft {
  const { amount, ttlSeconds } = input;
  const key = keyOf(input.idempotencyKey, path);
  const reservationId = checkReservationId(input.reservationId);
  const amountPicoUsd = checkAmount(amount, path);
  const content = { extends: reservationId, amount: formatUsd(amountPicoUsd), ttlSeconds };
  const ttlMs = checkTtl(ttlSeconds, path);
  return { kind: 'EXTEND', ...key, contentHash: contentHash(content), reservationId, amountPicoUsd, ttlMs };
}

/** @throws ApiError NOT_FOUND for what is no id of a reservation, as for one that is missing. */
export function checkReservationId(id: string): string {
  const reservationId = decodeUuid('reservation', id);
  if (reservationId === undefined) throw notFound('The reservation');
  return reservationId;
}

function keyOf(text: string, path: Path) {
  const idempotencyKey = requireText(text, [...path, 'idempotencyKey'], 255);
  return { idempotencyKey, keyDay: keyDayOf(idempotencyKey) };
}

function checkAsked(
  { amount, prompt, promptTokens, maxCompletionTokens, model }: ReserveBudgetInput,
  path: Path,
): Asked {
  if (amount != null) {
    if (prompt != null || promptTokens != null || maxCompletionTokens != null) {
      throw badInput([...path, 'amount'], 'Give an amount or the tokens of the call, not both.');
    }
    return { kind: 'AMOUNT', picoUsd: checkAmount(amount, path) };
  }
  if (model == null) throw badInput([...path, 'model'], 'Name the model and its tokens, or an amount.');
  if (maxCompletionTokens == null) {
    throw badInput([...path, 'maxCompletionTokens'], 'maxCompletionTokens (or an amount) is needed.');
  }
  const most = checkTokens(maxCompletionTokens, [...path, 'maxCompletionTokens']);
  if (prompt != null && promptTokens == null) {
    checkTextSize(Buffer.byteLength(prompt), [...path, 'prompt']);
    return { kind: 'TOKENS', prompt, maxCompletionTokens: most };
  }
  if (promptTokens == null || prompt != null) {
    throw badInput([...path, 'promptTokens'], 'Without an amount, give either prompt or promptTokens.');
  }
  const tokens = checkTokens(promptTokens, [...path, 'promptTokens']);
  return { kind: 'TOKENS', prompt: tokens, maxCompletionTokens: most };
}

function checkTokens(text: string, path: Path): bigint {
  const tokens = parseQuantity(UsageUnit.OUTPUT_TOKENS, text);
  if (tokens === undefined) throw badInput(path, `Must be ${quantityRule(UsageUnit.OUTPUT_TOKENS)}.`);
  return tokens;
}

function checkAmount(amount: bigint, path: Path): bigint {
  if (amount < 0n || amount > MAX_AMOUNT) throw badInput([...path, 'amount'], 'Must be 0 to 1000000000000 USD.');
  return amount;
}

function checkTtl(seconds: number | null | undefined, path: Path): number | undefined {
  if (seconds == null) return undefined;
  if (seconds < 1 || seconds > MAX_TTL_S) throw badInput([...path, 'ttlSeconds'], `Must be 1 to ${MAX_TTL_S}.`);
  return seconds * 1000;
}
