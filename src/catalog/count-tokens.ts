/**
 * How many tokens a prompt has: by the model's own tokenizer where it is public, else by a stated approximation. An
 * encoding takes some 60 MB and is loaded when it is first needed.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GptEncoding } from 'gpt-tokenizer/GptEncoding';
import { safeCut, shortRuns } from './text-slices.js';

export interface PromptMessage {
  readonly role: string;
  readonly content: string;
  readonly name?: string | null | undefined;
}

export interface TokenCount {
  readonly tokens: bigint;
  /** The encoding, such as `o200k_base`, or `approximation`. */
  readonly tokenizer: string;
  /** Whether the provider will count the same. */
  readonly isExact: boolean;
}

const ENCODINGS = {
  o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
  cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
  p50k_base: () => import('gpt-tokenizer/encoding/p50k_base'),
  r50k_base: () => import('gpt-tokenizer/encoding/r50k_base'),
};

type EncodingName = keyof typeof ENCODINGS;
type Encoding = Pick<GptEncoding, 'countTokens'>;

/** OpenAI publishes its encodings, others do not; open models of OpenAI have the same names wherever they run. */
const BY_NAME: readonly (readonly [RegExp, EncodingName])[] = [
  [/^(gpt-(4o|4\.\d|5|oss|[6-9])|chatgpt-|o[1-9](-|$)|codex-mini|computer-use|gpt-chat-)/, 'o200k_base'],
  [/^(gpt-4(-|$)|gpt-3\.?5|text-embedding-)/, 'cl100k_base'],
  [/^text-davinci-00[23]$/, 'p50k_base'],
  [/^(text-)?(ada|babbage|curie|davinci)(-001)?$/, 'r50k_base'],
];

/** What each message of a chat, a name in it, and the answer's beginning add, as OpenAI's cookbook counts them. */
const TOKENS_PER_MESSAGE = 3;
const TOKENS_PER_NAME = 1;
const TOKENS_OF_ANSWER = 3;

/** What special tokens look like is plain text in a prompt. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

function encodingOf(model: string): EncodingName | undefined {
  const name = model.toLowerCase().replace(/^(openai\/|ft:)+/, '');
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1];
}

export async function countTextTokens(model: string, text: string): Promise<TokenCount> {
  const counter = await counterOf(model);
  const { tokens, isExact } = await counter.count(text);
  return { tokens: BigInt(tokens), tokenizer: counter.tokenizer, isExact };
}

/** The messages with what frames them. */
export async function countMessageTokens(model: string, messages: readonly PromptMessage[]): Promise<TokenCount> {
  const counter = await counterOf(model);
  let total = TOKENS_OF_ANSWER;
  let isExact = true;
  for (const { role, content, name } of messages) {
    total += TOKENS_PER_MESSAGE + (name == null ? 0 : TOKENS_PER_NAME);
    for (const text of [role, content, name ?? '']) {
      const counted = await counter.count(text);
      total += counted.tokens;
      isExact &&= counted.isExact;
    }
  }
  return { tokens: BigInt(total), tokenizer: counter.tokenizer, isExact };
}

interface Counter {
  readonly tokenizer: string;
  count(text: string): Promise<{ tokens: number; isExact: boolean }>;
}

const APPROXIMATION: Counter = {
  tokenizer: 'approximation',
  count: async (text) => ({ tokens: approximateTokens(text), isExact: false }),
};

async function counterOf(model: string): Promise<Counter> {
  const name = encodingOf(model);
  if (name === undefined) return APPROXIMATION;
  const encoding = await ENCODINGS[name]();
  return { tokenizer: name, count: (text) => countBySlices(encoding, text.toWellFormed()) };
}

/** Slice by slice, so that a megabyte of text does not stop everything else. */
async function countBySlices(encoding: Encoding, text: string): Promise<{ tokens: number; isExact: boolean }> {
  let tokens = 0;
  let isExact = true;
  for (let from = 0; from < text.length;) {
    const cut = safeCut(text, from);
    const runs = shortRuns(text.slice(from, cut.at));
    for (const run of runs) tokens += encoding.countTokens(run, AS_TEXT);
    isExact &&= cut.isSafe && runs.length === 1;
    from = cut.at;
    if (from < text.length) await nextTurn();
  }
  return { tokens, isExact };
}

const LATIN = /[\p{ASCII}\p{Script=Latin}]+/gu;

/**
 * One token for 4 characters of Latin script, digits and punctuation, and one for 2 bytes of UTF-8 of everything else,
 * rounded up.
 */
function approximateTokens(text: string): number {
  const other = text.replace(LATIN, '');
  return Math.ceil((text.length - other.length) / 4 + Buffer.byteLength(other) / 2);
}
