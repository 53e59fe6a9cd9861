/** Reads model and usage out of a provider's raw response body, by the catalogue's descriptions of its shapes. */
import { compileRule } from './match-rule.js';
import { type Excess, findExcess, MAX_QUANTITY, parseQuantity, type Quantities, quantityRule } from './quantity.js';
import { unitDefinition, type UsageUnit } from './usage-unit.js';
import type { FieldPath, ListStep, UsageExtractor } from './usage-extractor.js';

/** JSON as it came. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface ExtractedUsage {
  readonly kind: 'EXTRACTED';
  /** The model as the body names it; null where it does not. */
  readonly model: string | null;
  /** Which of the provider's flavours the body was read as. */
  readonly apiFlavor: string;
  /** What was used. May hold parts larger than their whole: then `excess` says so. */
  readonly quantities: Quantities;
  /** Set where the usage contradicts itself: the record is UNPRICED with the reason INCONSISTENT_USAGE. */
  readonly excess: Excess | null;
  /** The service tier, as the body names it; null where it does not. */
  readonly serviceTier: string | null;
  /** All that is kept of the body: usage, model and service tier, where they stood. */
  readonly kept: Json;
}

/** Why a body could not be read. */
export interface UnreadableUsage {
  readonly kind: 'UNREADABLE';
  /** NO_EXTRACTOR: the catalogue cannot read this provider's bodies. UNKNOWN_FLAVOR: not one of the provider's. */
  readonly reason: 'NO_EXTRACTOR' | 'UNKNOWN_FLAVOR' | 'NOT_AN_OBJECT' | 'MISSING_FIELD' | 'BAD_FIELD' | 'TOO_LARGE';
  /** The field in the body, such as `usage.prompt_tokens`; empty for the body itself. */
  readonly path: readonly string[];
  /** What is wrong and what would be right, for the caller. */
  readonly message: string;
}

type Reason = UnreadableUsage['reason'];

const MAX_KEPT_CHARACTERS = 65_536;
const MAX_NAME = 255;
const MAX_DEPTH = 32;

/**
 * Reads a response body. Without `apiFlavor` the provider's flavours are tried in the catalogue's order and the first
 * that fits is taken, unless a later one reads all that it reads and more (an image's body also looks like a text's).
 * Only usage, model and service tier are looked at.
 */
export function extractUsage(
  extractors: readonly UsageExtractor[],
  body: unknown,
  apiFlavor?: string | null,
): ExtractedUsage | UnreadableUsage {
  const flavors = extractors.map((extractor) => extractor.apiFlavor).join(', ');
  if (extractors.length === 0) {
    return unreadable(
      'NO_EXTRACTOR',
      [],
      'The catalogue cannot read responses of this provider: send the quantities with recordUsage.',
    );
  }
  const wanted = apiFlavor ? extractors.filter((extractor) => extractor.apiFlavor === apiFlavor) : extractors;
  if (wanted.length === 0) return unreadable('UNKNOWN_FLAVOR', [], `apiFlavor must be one of: ${flavors}.`);
  if (!isObject(body)) return unreadable('NOT_AN_OBJECT', [], 'The response must be a JSON object.');

  let best: Reading | undefined;
  let nearest: UnreadableUsage | undefined;
  for (const extractor of wanted) {
    const reading = read(extractor, body);
    if ('extractor' in reading) {
      if (!best || readsMore(reading, best)) best = reading;
    } else if (reading.reason === 'BAD_FIELD') {
      // A bad count must not make the body look like one of a shape without it: that would lose what it counts.
      return reading;
    } else if (!nearest || reading.path.length > nearest.path.length) nearest = reading;
  }
  if (best) return finish(best, body);
  if (!nearest) return unreadable('NO_EXTRACTOR', [], 'The catalogue cannot read this response.');
  if (wanted.length === 1) return nearest;
  return { ...nearest, message: `No flavour of the provider fits (${flavors}). By the nearest: ${nearest.message}` };
}

interface Reading {
  readonly extractor: UsageExtractor;
  readonly quantities: Map<UsageUnit, bigint>;
  /** The places that counts were found at. */
  readonly found: ReadonlySet<string>;
}

function readsMore(reading: Reading, than: Reading): boolean {
  return reading.found.size > than.found.size && than.found.isSubsetOf(reading.found);
}

function read(extractor: UsageExtractor, body: object): Reading | UnreadableUsage {
  const { root, mappings, apiFlavor } = extractor;
  const usage = walk(body, root);
  if (!isObject(usage.value)) {
    const path = pathText(root, usage.steps);
    if (usage.value === undefined || usage.value === null)
      return unreadable('MISSING_FIELD', path, 'The response has no');
    return unreadable('BAD_FIELD', path, 'must be an object.');
  }
  const quantities = new Map<UsageUnit, bigint>();
  const found = new Set<string>();
  for (const [index, { path, unit, required }] of mappings.entries()) {
    const count = walk(usage.value, path);
    const bad = (reason: Reason, problem: string) =>
      unreadable(reason, [...pathText(root), ...pathText(path, count.steps)], problem);
    if (count.blocked) return bad('BAD_FIELD', 'is not what the provider documents.');
    if (count.value === undefined || count.value === null) {
      if (required) return bad('MISSING_FIELD', 'The response has no');
      continue;
    }
    const quantity = typeof count.value === 'number' ? parseQuantity(unit, count.value) : undefined;
    if (quantity === undefined) return bad('BAD_FIELD', `must be a JSON number: ${quantityRule(unit)}.`);
    const sum = (quantities.get(unit) ?? 0n) + quantity;
    if (sum > MAX_QUANTITY * unitDefinition(unit).stepsPerUnit) {
      return bad('BAD_FIELD', `makes ${unit} more than ${MAX_QUANTITY}.`);
    }
    quantities.set(unit, sum);
    found.add(placesOf(extractor)[index] ?? '');
  }
  if (quantities.size > 0) return { extractor, quantities, found };
  return unreadable('MISSING_FIELD', pathText(root), `has none of the counts of ${apiFlavor}.`);
}

const PLACES = new WeakMap<UsageExtractor, readonly string[]>();

/** Where each mapping of an extractor reads, as text that can be compared between flavours. */
function placesOf(extractor: UsageExtractor): readonly string[] {
  const known = PLACES.get(extractor);
  if (known) return known;
  const places = extractor.mappings.map(({ path }) => JSON.stringify([...extractor.root, ...path]));
  PLACES.set(extractor, places);
  return places;
}

function finish({ extractor, quantities }: Reading, body: object): ExtractedUsage | UnreadableUsage {
  const { value: named } = walk(body, extractor.modelPath);
  const model = typeof named === 'string' ? named : null;
  if (model !== null && !isShortText(model)) {
    return unreadable('BAD_FIELD', pathText(extractor.modelPath), `must be text of at most ${MAX_NAME} characters.`);
  }
  const kept = keep(body, [keysOf(extractor.root), keysOf(extractor.modelPath), ['service_tier']]);
  if (!canBeStored(kept)) {
    const path = keysOf(extractor.root);
    return unreadable('TOO_LARGE', path, `must be plain JSON of at most ${MAX_KEPT_CHARACTERS} characters.`);
  }
  return {
    kind: 'EXTRACTED',
    model,
    apiFlavor: extractor.apiFlavor,
    quantities,
    excess: findExcess(quantities) ?? null,
    serviceTier: serviceTierOf(extractor, body),
    kept,
  };
}

/** OpenAI names the tier beside the usage, Anthropic within it. */
function serviceTierOf(extractor: UsageExtractor, body: object): string | null {
  for (const path of [['service_tier'], [...extractor.root, 'service_tier']]) {
    const { value } = walk(body, path);
    if (typeof value === 'string' && isShortText(value)) return value;
  }
  return null;
}

interface Walked {
  /** What is there; undefined where nothing is. */
  readonly value: unknown;
  /** How many steps of the path were tried. */
  readonly steps: number;
  /** True where something was on the way that is neither null nor an object (a list, for a step into one). */
  readonly blocked: boolean;
}

function walk(from: unknown, path: FieldPath): Walked {
  let value = from;
  for (const [index, step] of path.entries()) {
    if (value === null || value === undefined) return { value: undefined, steps: index, blocked: false };
    if (typeof step === 'string') {
      if (!isObject(value)) return { value: undefined, steps: index, blocked: true };
      value = fieldOf(value, step);
    } else {
      if (!Array.isArray(value)) return { value: undefined, steps: index, blocked: true };
      value = itemOf(value, step);
    }
  }
  return { value, steps: path.length, blocked: false };
}

/** Own fields only: what a prototype has was not sent. */
function fieldOf(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Readonly<Record<string, unknown>>)[key] : undefined;
}

const PREDICATES = new WeakMap<ListStep, (lowerText: string) => boolean>();

function itemOf(list: readonly unknown[], step: ListStep): unknown {
  const matches = PREDICATES.get(step) ?? compileRule(step.match);
  PREDICATES.set(step, matches);
  return list.find((item) => {
    const text = isObject(item) ? fieldOf(item, step.field) : undefined;
    return typeof text === 'string' && text.length <= MAX_NAME && matches(text.toLowerCase());
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysOf(path: FieldPath): string[] {
  return path.filter((step) => typeof step === 'string');
}

/** The first steps of a path for people: a step into a list by the field that it looks at. */
function pathText(path: FieldPath, steps = path.length): string[] {
  return path.slice(0, steps).map((step) => (typeof step === 'string' ? step : `[${step.field}]`));
}

/** A copy of the body with nothing but these paths in it. */
function keep(body: object, paths: readonly (readonly string[])[]): Json {
  const firsts = new Set(paths.map(([first]) => first).filter((first) => first !== undefined));
  // fromEntries defines fields: a field called __proto__ stays a field.
  return Object.fromEntries(
    [...firsts].flatMap((first): [string, Json][] => {
      const inner = fieldOf(body, first);
      if (inner === undefined) return [];
      const rests = paths.filter(([key]) => key === first).map(([, ...rest]) => rest);
      if (rests.some((rest) => rest.length === 0)) return [[first, inner as Json]];
      return isObject(inner) ? [[first, keep(inner, rests)]] : [];
    }),
  );
}

/** False for JSON that is too large, too deep, or that PostgreSQL's jsonb does not take. */
function canBeStored(value: Json): boolean {
  const left: [Json, number][] = [[value, 0]];
  let size = 0;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [item, depth] = next;
    size += typeof item === 'string' ? item.length : 8;
    if (size > MAX_KEPT_CHARACTERS || depth > MAX_DEPTH || (typeof item === 'string' && !isText(item))) return false;
    // JSON.parse reads 1e400 as Infinity, which no JSON can say again.
    if (typeof item === 'number' && !Number.isFinite(item)) return false;
    if (typeof item !== 'object' || item === null) continue;
    for (const [key, inner] of Object.entries(item as Readonly<Record<string, Json>>)) {
      size += key.length;
      if (!isText(key)) return false;
      left.push([inner, depth + 1]);
    }
  }
  return true;
}

function isShortText(text: string): boolean {
  return text.length <= MAX_NAME && isText(text);
}

/** PostgreSQL's jsonb has no NUL and no half of a surrogate pair. */
function isText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** `problem` goes after the field's name, or before it where it is the field that is missing. */
function unreadable(reason: Reason, path: readonly string[], problem: string): UnreadableUsage {
  const field = path.join('.');
  const message = !field ? problem : problem.endsWith(' no') ? `${problem} ${field}.` : `response.${field} ${problem}`;
  return { kind: 'UNREADABLE', reason, path, message };
}
