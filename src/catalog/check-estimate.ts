/** Reads the input of estimateCost: every check that needs no database. */
import { badInput } from '../errors.js';
import { requireText } from '../text.js';
import type { PromptMessage } from './count-tokens.js';
import type { EstimateCostInput } from './estimate-input.js';
import { parseQuantity, type Quantities, quantityRule } from './quantity.js';
import { collectQuantities, type SaidQuantity } from './unit-quantity.js';
import { UsageUnit } from './usage-unit.js';

/** The longest prompt text, in bytes of UTF-8. */
const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_MESSAGES = 1_000;
const MAX_NAME = 255;

export type SaidPrompt =
  | { readonly kind: 'TEXT'; readonly text: string }
  | { readonly kind: 'MESSAGES'; readonly messages: readonly PromptMessage[] }
  | { readonly kind: 'QUANTITIES' };

export interface CheckedEstimate {
  readonly model: string;
  readonly provider: string | undefined;
  readonly prompt: SaidPrompt;
  /** What was said in numbers; without the completion tokens. */
  readonly quantities: Quantities;
  /** The completion tokens where they are known or expected, and which of the two. */
  readonly completion: { readonly tokens: bigint; readonly isKnown: boolean } | undefined;
  readonly maxCompletionTokens: bigint | undefined;
}

/** @throws ApiError BAD_USER_INPUT */
export function checkEstimate(input: EstimateCostInput): CheckedEstimate {
  const model = requireText(input.model, ['input', 'model'], MAX_NAME);
  const provider = input.provider == null ? undefined : requireText(input.provider, ['input', 'provider'], MAX_NAME);
  const prompt = checkPrompt(input);
  const known = checkTokens(input.completionTokens, 'completionTokens');
  const expected = checkTokens(input.expectedCompletionTokens, 'expectedCompletionTokens');
  if (known !== undefined && expected !== undefined) {
    throw badInput(
      ['input', 'expectedCompletionTokens'],
      'Give completionTokens or expectedCompletionTokens, not both.',
    );
  }
  const tokens = known ?? expected;
  const maxCompletionTokens = checkTokens(input.maxCompletionTokens, 'maxCompletionTokens');
  if (tokens !== undefined && maxCompletionTokens !== undefined && tokens > maxCompletionTokens) {
    throw badInput(['input', 'maxCompletionTokens'], `Must not be less than the ${tokens} completion tokens named.`);
  }
  return {
    model,
    provider,
    prompt,
    quantities: checkQuantities(input, prompt),
    completion: tokens === undefined ? undefined : { tokens, isKnown: known !== undefined },
    maxCompletionTokens,
  };
}

function checkPrompt(input: EstimateCostInput): SaidPrompt {
  const { prompt, messages, promptTokens, quantities } = input;
  const ways = [prompt, messages, promptTokens].filter((way) => way != null);
  if (ways.length > 1) throw badInput(['input'], 'Give only one of prompt, messages and promptTokens.');
  if (ways.length === 0 && !quantities?.length) {
    throw badInput(['input'], 'Give one of prompt, messages, promptTokens and quantities.');
  }
  if (prompt != null) {
    checkTextSize(Buffer.byteLength(prompt), ['input', 'prompt']);
    return { kind: 'TEXT', text: prompt };
  }
  if (messages == null) return { kind: 'QUANTITIES' };
  if (messages.length === 0 || messages.length > MAX_MESSAGES) {
    throw badInput(['input', 'messages'], `Must have 1 to ${MAX_MESSAGES} messages.`);
  }
  const texts = messages.flatMap(({ role, content, name }) => [role, content, name ?? '']);
  checkTextSize(
    texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    ['input', 'messages'],
  );
  return { kind: 'MESSAGES', messages };
}

/** @throws ApiError BAD_USER_INPUT for a text that is too long to be counted. */
export function checkTextSize(bytes: number, path: readonly (string | number)[]): void {
  if (bytes > MAX_TEXT_BYTES) {
    throw badInput(path, 'Must have at most 1 MiB of text (UTF-8); send promptTokens for more.');
  }
}

function checkTokens(text: string | null | undefined, field: string): bigint | undefined {
  if (text == null) return undefined;
  const tokens = parseQuantity(UsageUnit.OUTPUT_TOKENS, text);
  if (tokens === undefined) throw badInput(['input', field], `Must be ${quantityRule(UsageUnit.OUTPUT_TOKENS)}.`);
  return tokens;
}

function checkQuantities(input: EstimateCostInput, prompt: SaidPrompt): Quantities {
  const said: SaidQuantity[] = [];
  const fields = [
    ['promptTokens', UsageUnit.INPUT_TOKENS],
    ['cacheReadTokens', UsageUnit.CACHE_READ_TOKENS],
    ['cacheWriteTokens', UsageUnit.CACHE_WRITE_TOKENS],
  ] as const;
  for (const [field, unit] of fields) {
    const text = input[field];
    if (text != null) said.push([unit, text, ['input', field]]);
  }
  for (const [index, { unit, quantity }] of (input.quantities ?? []).entries()) {
    const path = ['input', 'quantities', index];
    if (unit === UsageUnit.OUTPUT_TOKENS) {
      throw badInput([...path, 'unit'], 'Completion tokens have fields of their own.');
    }
    if (unit === UsageUnit.INPUT_TOKENS && prompt.kind !== 'QUANTITIES') {
      throw badInput([...path, 'unit'], 'The prompt was given as text already.');
    }
    said.push([unit, quantity, [...path, 'quantity']]);
  }
  return collectQuantities(said, undefined);
}
