/**
 * What a call can be charged for, and which of these things are parts of which. The names are the price catalogue's
 * usage keys in upper case.
 */

/** One thing that providers count and charge for. Durations are seconds, everything else is counted one by one. */
export enum UsageUnit {
  AUDIO_SECONDS = 'AUDIO_SECONDS',
  CACHE_AUDIO_READ_TOKENS = 'CACHE_AUDIO_READ_TOKENS',
  CACHE_AUDIO_WRITE_1H_TOKENS = 'CACHE_AUDIO_WRITE_1H_TOKENS',
  CACHE_AUDIO_WRITE_5M_TOKENS = 'CACHE_AUDIO_WRITE_5M_TOKENS',
  CACHE_AUDIO_WRITE_TOKENS = 'CACHE_AUDIO_WRITE_TOKENS',
  CACHE_IMAGE_READ_TOKENS = 'CACHE_IMAGE_READ_TOKENS',
  CACHE_IMAGE_WRITE_1H_TOKENS = 'CACHE_IMAGE_WRITE_1H_TOKENS',
  CACHE_IMAGE_WRITE_5M_TOKENS = 'CACHE_IMAGE_WRITE_5M_TOKENS',
  CACHE_IMAGE_WRITE_TOKENS = 'CACHE_IMAGE_WRITE_TOKENS',
  CACHE_READ_TOKENS = 'CACHE_READ_TOKENS',
  CACHE_TEXT_READ_TOKENS = 'CACHE_TEXT_READ_TOKENS',
  CACHE_TEXT_WRITE_1H_TOKENS = 'CACHE_TEXT_WRITE_1H_TOKENS',
  CACHE_TEXT_WRITE_5M_TOKENS = 'CACHE_TEXT_WRITE_5M_TOKENS',
  CACHE_TEXT_WRITE_TOKENS = 'CACHE_TEXT_WRITE_TOKENS',
  CACHE_VIDEO_READ_TOKENS = 'CACHE_VIDEO_READ_TOKENS',
  CACHE_VIDEO_WRITE_1H_TOKENS = 'CACHE_VIDEO_WRITE_1H_TOKENS',
  CACHE_VIDEO_WRITE_5M_TOKENS = 'CACHE_VIDEO_WRITE_5M_TOKENS',
  CACHE_VIDEO_WRITE_TOKENS = 'CACHE_VIDEO_WRITE_TOKENS',
  CACHE_WRITE_1H_TOKENS = 'CACHE_WRITE_1H_TOKENS',
  CACHE_WRITE_5M_TOKENS = 'CACHE_WRITE_5M_TOKENS',
  CACHE_WRITE_TOKENS = 'CACHE_WRITE_TOKENS',
  CODE_EXECUTIONS = 'CODE_EXECUTIONS',
  INPUT_ANNOTATED_DOCUMENT_PAGES = 'INPUT_ANNOTATED_DOCUMENT_PAGES',
  INPUT_AUDIO_SECONDS = 'INPUT_AUDIO_SECONDS',
  INPUT_AUDIO_TOKENS = 'INPUT_AUDIO_TOKENS',
  INPUT_AUDIO_TOOL_TOKENS = 'INPUT_AUDIO_TOOL_TOKENS',
  INPUT_CHARACTERS = 'INPUT_CHARACTERS',
  INPUT_DOCUMENT_PAGES = 'INPUT_DOCUMENT_PAGES',
  INPUT_IMAGE_TOKENS = 'INPUT_IMAGE_TOKENS',
  INPUT_IMAGE_TOOL_TOKENS = 'INPUT_IMAGE_TOOL_TOKENS',
  INPUT_PIXELS = 'INPUT_PIXELS',
  INPUT_TEXT_MESSAGES = 'INPUT_TEXT_MESSAGES',
  INPUT_TEXT_TOKENS = 'INPUT_TEXT_TOKENS',
  INPUT_TEXT_TOOL_TOKENS = 'INPUT_TEXT_TOOL_TOKENS',
  INPUT_TOKENS = 'INPUT_TOKENS',
  INPUT_TOOL_TOKENS = 'INPUT_TOOL_TOKENS',
  INPUT_VIDEO_TOKENS = 'INPUT_VIDEO_TOKENS',
  INPUT_VIDEO_TOOL_TOKENS = 'INPUT_VIDEO_TOOL_TOKENS',
  OUTPUT_AUDIO_CITATION_TOKENS = 'OUTPUT_AUDIO_CITATION_TOKENS',
  OUTPUT_AUDIO_REASONING_TOKENS = 'OUTPUT_AUDIO_REASONING_TOKENS',
  OUTPUT_AUDIO_SECONDS = 'OUTPUT_AUDIO_SECONDS',
  OUTPUT_AUDIO_TOKENS = 'OUTPUT_AUDIO_TOKENS',
  OUTPUT_CITATION_TOKENS = 'OUTPUT_CITATION_TOKENS',
  OUTPUT_IMAGE_CITATION_TOKENS = 'OUTPUT_IMAGE_CITATION_TOKENS',
  OUTPUT_IMAGE_REASONING_TOKENS = 'OUTPUT_IMAGE_REASONING_TOKENS',
  OUTPUT_IMAGE_TOKENS = 'OUTPUT_IMAGE_TOKENS',
  OUTPUT_REASONING_TOKENS = 'OUTPUT_REASONING_TOKENS',
  OUTPUT_TEXT_CITATION_TOKENS = 'OUTPUT_TEXT_CITATION_TOKENS',
  OUTPUT_TEXT_REASONING_TOKENS = 'OUTPUT_TEXT_REASONING_TOKENS',
  OUTPUT_TEXT_TOKENS = 'OUTPUT_TEXT_TOKENS',
  OUTPUT_TOKENS = 'OUTPUT_TOKENS',
  OUTPUT_VIDEO_CITATION_TOKENS = 'OUTPUT_VIDEO_CITATION_TOKENS',
  OUTPUT_VIDEO_REASONING_TOKENS = 'OUTPUT_VIDEO_REASONING_TOKENS',
  OUTPUT_VIDEO_TOKENS = 'OUTPUT_VIDEO_TOKENS',
  REQUESTS = 'REQUESTS',
  RERANK_SEARCHES = 'RERANK_SEARCHES',
  SOCIAL_SEARCHES = 'SOCIAL_SEARCHES',
  STORAGE_SEARCHES = 'STORAGE_SEARCHES',
  WEB_SEARCHES = 'WEB_SEARCHES',
}

type Family =
  | 'tokens'
  | 'durations'
  | 'characters'
  | 'pixels'
  | 'document_pages'
  | 'messages'
  | 'requests'
  | 'rerank'
  | 'tool_calls';
type Modality = 'text' | 'audio' | 'image' | 'video';
type CacheTtl = '5m' | '1h';

/** What narrows a unit down. A unit is a part of every unit whose own dimensions it shares. */
interface Dimensions {
  readonly family: Family;
  readonly direction?: 'input' | 'output' | undefined;
  readonly modality?: Modality | undefined;
  readonly tokenType?: string | undefined;
  readonly cacheTtl?: CacheTtl | undefined;
  readonly tool?: string | undefined;
  readonly page?: string | undefined;
}

function inputTokens(
  modality?: Modality,
  tokenType?: 'cache_read' | 'cache_write' | 'tool',
  cacheTtl?: CacheTtl,
): Dimensions {
  return { family: 'tokens', direction: 'input', modality, tokenType, cacheTtl };
}

function outputTokens(modality?: Modality, tokenType?: 'reasoning' | 'citation'): Dimensions {
  return { family: 'tokens', direction: 'output', modality, tokenType };
}

const DIMENSIONS: Readonly<Record<UsageUnit, Dimensions>> = {
  AUDIO_SECONDS: { family: 'durations', modality: 'audio' },
  CACHE_AUDIO_READ_TOKENS: inputTokens('audio', 'cache_read'),
  CACHE_AUDIO_WRITE_1H_TOKENS: inputTokens('audio', 'cache_write', '1h'),
  CACHE_AUDIO_WRITE_5M_TOKENS: inputTokens('audio', 'cache_write', '5m'),
  CACHE_AUDIO_WRITE_TOKENS: inputTokens('audio', 'cache_write'),
  CACHE_IMAGE_READ_TOKENS: inputTokens('image', 'cache_read'),
  CACHE_IMAGE_WRITE_1H_TOKENS: inputTokens('image', 'cache_write', '1h'),
  CACHE_IMAGE_WRITE_5M_TOKENS: inputTokens('image', 'cache_write', '5m'),
  CACHE_IMAGE_WRITE_TOKENS: inputTokens('image', 'cache_write'),
  CACHE_READ_TOKENS: inputTokens(undefined, 'cache_read'),
  CACHE_TEXT_READ_TOKENS: inputTokens('text', 'cache_read'),
  CACHE_TEXT_WRITE_1H_TOKENS: inputTokens('text', 'cache_write', '1h'),
  CACHE_TEXT_WRITE_5M_TOKENS: inputTokens('text', 'cache_write', '5m'),
  CACHE_TEXT_WRITE_TOKENS: inputTokens('text', 'cache_write'),
  CACHE_VIDEO_READ_TOKENS: inputTokens('video', 'cache_read'),
  CACHE_VIDEO_WRITE_1H_TOKENS: inputTokens('video', 'cache_write', '1h'),
  CACHE_VIDEO_WRITE_5M_TOKENS: inputTokens('video', 'cache_write', '5m'),
  CACHE_VIDEO_WRITE_TOKENS: inputTokens('video', 'cache_write'),
  CACHE_WRITE_1H_TOKENS: inputTokens(undefined, 'cache_write', '1h'),
  CACHE_WRITE_5M_TOKENS: inputTokens(undefined, 'cache_write', '5m'),
  CACHE_WRITE_TOKENS: inputTokens(undefined, 'cache_write'),
  CODE_EXECUTIONS: { family: 'tool_calls', tool: 'code_execution' },
  INPUT_ANNOTATED_DOCUMENT_PAGES: { family: 'document_pages', direction: 'input', page: 'annotated' },
  INPUT_AUDIO_SECONDS: { family: 'durations', direction: 'input', modality: 'audio' },
  INPUT_AUDIO_TOKENS: inputTokens('audio'),
  INPUT_AUDIO_TOOL_TOKENS: inputTokens('audio', 'tool'),
  INPUT_CHARACTERS: { family: 'characters', direction: 'input' },
  INPUT_DOCUMENT_PAGES: { family: 'document_pages', direction: 'input' },
  INPUT_IMAGE_TOKENS: inputTokens('image'),
  INPUT_IMAGE_TOOL_TOKENS: inputTokens('image', 'tool'),
  INPUT_PIXELS: { family: 'pixels', direction: 'input' },
  INPUT_TEXT_MESSAGES: { family: 'messages', direction: 'input', modality: 'text' },
  INPUT_TEXT_TOKENS: inputTokens('text'),
  INPUT_TEXT_TOOL_TOKENS: inputTokens('text', 'tool'),
  INPUT_TOKENS: inputTokens(),
  INPUT_TOOL_TOKENS: inputTokens(undefined, 'tool'),
  INPUT_VIDEO_TOKENS: inputTokens('video'),
  INPUT_VIDEO_TOOL_TOKENS: inputTokens('video', 'tool'),
  OUTPUT_AUDIO_CITATION_TOKENS: outputTokens('audio', 'citation'),
  OUTPUT_AUDIO_REASONING_TOKENS: outputTokens('audio', 'reasoning'),
  OUTPUT_AUDIO_SECONDS: { family: 'durations', direction: 'output', modality: 'audio' },
  OUTPUT_AUDIO_TOKENS: outputTokens('audio'),
  OUTPUT_CITATION_TOKENS: outputTokens(undefined, 'citation'),
  OUTPUT_IMAGE_CITATION_TOKENS: outputTokens('image', 'citation'),
  OUTPUT_IMAGE_REASONING_TOKENS: outputTokens('image', 'reasoning'),
  OUTPUT_IMAGE_TOKENS: outputTokens('image'),
  OUTPUT_REASONING_TOKENS: outputTokens(undefined, 'reasoning'),
  OUTPUT_TEXT_CITATION_TOKENS: outputTokens('text', 'citation'),
  OUTPUT_TEXT_REASONING_TOKENS: outputTokens('text', 'reasoning'),
  OUTPUT_TEXT_TOKENS: outputTokens('text'),
  OUTPUT_TOKENS: outputTokens(),
  OUTPUT_VIDEO_CITATION_TOKENS: outputTokens('video', 'citation'),
  OUTPUT_VIDEO_REASONING_TOKENS: outputTokens('video', 'reasoning'),
  OUTPUT_VIDEO_TOKENS: outputTokens('video'),
  REQUESTS: { family: 'requests' },
  RERANK_SEARCHES: { family: 'rerank' },
  SOCIAL_SEARCHES: { family: 'tool_calls', tool: 'social_search' },
  STORAGE_SEARCHES: { family: 'tool_calls', tool: 'storage_search' },
  WEB_SEARCHES: { family: 'tool_calls', tool: 'web_search' },
};

/** How the catalogue writes a family's prices: `input_tokens` costs `input_mtok`, that is USD per million tokens. */
const PRICING: Readonly<Record<Family, { readonly per: bigint; readonly unitEnd: string; readonly priceEnd: string }>> =
  {
    tokens: { per: 1_000_000n, unitEnd: '_tokens', priceEnd: '_mtok' },
    durations: { per: 3_600n, unitEnd: '_seconds', priceEnd: '_hours' },
    characters: { per: 1_000_000n, unitEnd: '_characters', priceEnd: '_mchars' },
    pixels: { per: 1_000_000_000n, unitEnd: '_pixels', priceEnd: '_gpixels' },
    document_pages: { per: 1_000n, unitEnd: '_pages', priceEnd: '_kpages' },
    messages: { per: 1_000n, unitEnd: '', priceEnd: '_kcount' },
    requests: { per: 1_000n, unitEnd: '', priceEnd: '_kcount' },
    rerank: { per: 1_000n, unitEnd: '', priceEnd: '_kcount' },
    tool_calls: { per: 1_000n, unitEnd: '', priceEnd: '_kcount' },
  };

/** All that is known of one unit. */
export interface UnitDefinition {
  readonly unit: UsageUnit;
  /** Steps in one of the unit that a stored quantity counts: 1,000,000 for seconds (microseconds), else 1. */
  readonly stepsPerUnit: bigint;
  /** The catalogue's usual number of units that one price is for, such as 1,000,000 tokens or 3,600 seconds. */
  readonly per: bigint;
  /** The key of this unit's price in the catalogue, such as `input_mtok`. */
  readonly priceKey: string;
  /** Every unit that this one is a part of, the whole included. Empty for a root. */
  readonly wholes: ReadonlySet<UsageUnit>;
  /** How narrow the unit is: a part always has more dimensions than its whole. */
  readonly depth: number;
}

type Said = readonly (readonly [string, string])[];

function said(unit: UsageUnit): Said {
  return Object.entries(DIMENSIONS[unit]).filter((pair): pair is [string, string] => pair[1] !== undefined);
}

const ALL: readonly UsageUnit[] = Object.values(UsageUnit);
const SAID: ReadonlyMap<UsageUnit, Said> = new Map(ALL.map((unit) => [unit, said(unit)]));
const BY_DIMENSIONS: ReadonlyMap<string, UsageUnit> = new Map(ALL.map((unit) => [textOf(DIMENSIONS[unit]), unit]));

function textOf(dimensions: Dimensions): string {
  const { family, direction, modality, tokenType, cacheTtl, tool, page } = dimensions;
  return [family, direction, modality, tokenType, cacheTtl, tool, page].join('|');
}

function define(unit: UsageUnit): UnitDefinition {
  const dimensions = DIMENSIONS[unit];
  const { per, unitEnd, priceEnd } = PRICING[dimensions.family];
  const covers = (whole: UsageUnit) =>
    (SAID.get(whole) ?? []).every(([name, value]) => dimensions[name as keyof Dimensions] === value);
  const name = unit.toLowerCase();
  return {
    unit,
    stepsPerUnit: dimensions.family === 'durations' ? 1_000_000n : 1n,
    per,
    priceKey: name.slice(0, name.length - unitEnd.length) + priceEnd,
    wholes: new Set(ALL.filter((whole) => whole !== unit && covers(whole))),
    depth: SAID.get(unit)?.length ?? 0,
  };
}

const DEFINITIONS: Readonly<Record<UsageUnit, UnitDefinition>> = Object.fromEntries(
  ALL.map((unit) => [unit, define(unit)]),
) as Record<UsageUnit, UnitDefinition>;

const BY_PRICE_KEY: ReadonlyMap<string, UsageUnit> = new Map(ALL.map((unit) => [DEFINITIONS[unit].priceKey, unit]));
const BY_USAGE_KEY: ReadonlyMap<string, UsageUnit> = new Map(ALL.map((unit) => [unit.toLowerCase(), unit]));

export function unitDefinition(unit: UsageUnit): UnitDefinition {
  return DEFINITIONS[unit];
}

/** The unit of a catalogue price key such as `cache_read_mtok`. */
export function unitOfPriceKey(key: string): UsageUnit | undefined {
  return BY_PRICE_KEY.get(key);
}

/** The unit of a catalogue usage key such as `cache_read_tokens`. */
export function unitOfUsageKey(key: string): UsageUnit | undefined {
  return BY_USAGE_KEY.get(key);
}

/** True where `part` is counted within `whole` too. */
export function isPartOf(part: UsageUnit, whole: UsageUnit): boolean {
  return DEFINITIONS[part].wholes.has(whole);
}

export function isRoot(unit: UsageUnit): boolean {
  return DEFINITIONS[unit].wholes.size === 0;
}

/** The root that `unit` is a part of, or the unit itself: `CACHE_READ_TOKENS` is in `INPUT_TOKENS`. */
export function rootOf(unit: UsageUnit): UsageUnit {
  for (const whole of DEFINITIONS[unit].wholes) if (isRoot(whole)) return whole;
  return unit;
}

/** What two units have in common, where neither is a part of the other: cached audio is in both cached and audio. */
export function overlapOf(a: UsageUnit, b: UsageUnit): UsageUnit | undefined {
  if (a === b || isPartOf(a, b) || isPartOf(b, a)) return undefined;
  const [first, second] = [DIMENSIONS[a], DIMENSIONS[b]];
  const clash = (SAID.get(a) ?? []).some(([name, value]) => {
    const other = second[name as keyof Dimensions];
    return other !== undefined && other !== value;
  });
  if (clash) return undefined;
  const both = Object.fromEntries([...(SAID.get(a) ?? []), ...(SAID.get(b) ?? [])]);
  return BY_DIMENSIONS.get(textOf({ ...both, family: first.family }));
}

/** True for a unit that says what a token is used for (cached, reasoning, tool, citation), not only what it holds. */
export function saysTokenUse(unit: UsageUnit): boolean {
  return DIMENSIONS[unit].tokenType !== undefined;
}

const COUNTED: Readonly<Partial<Record<Family, string>>> = { durations: 'seconds', rerank: 'rerank searches' };

/** A sentence or two for people: what is counted, and within which other units it is counted too. */
export function describeUnit(unit: UsageUnit): string {
  const { family, direction, modality, tokenType, cacheTtl, tool, page } = DIMENSIONS[unit];
  const narrowed = [direction, modality, tokenType, cacheTtl, tool, page].filter((word) => word !== undefined);
  const wholes = [...DEFINITIONS[unit].wholes];
  const counted = (COUNTED[family] ?? family).replace('_', ' ');
  const text = `Counts ${counted}${narrowed.length ? ` (${narrowed.join(', ').replaceAll('_', ' ')})` : ''}.`;
  return wholes.length ? `${text} A part of ${wholes.join(', ')}.` : text;
}
