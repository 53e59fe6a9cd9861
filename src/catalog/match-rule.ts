/** The catalogue's rules for which names mean a model or a provider. */
import { z } from 'zod';

/** A rule on a name. Names are compared in lower case; a regular expression sees the lower-case name. */
export type MatchRule =
  | { readonly or: readonly MatchRule[] }
  | { readonly and: readonly MatchRule[] }
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string };

const MAX_TEXT = 500;
const MAX_DEPTH = 8;
const text = z.string().min(1).max(MAX_TEXT);

/**
 * A feed is fetched from outside and its expressions are run on names that callers chose: one that repeats a group can
 * take exponential time, many open repetitions in a row high polynomial time, so both are refused. (The catalogue's own
 * expressions do neither.)
 */
const regex = text
  .refine((source) => !/\)\??[*+{]/.test(source), 'must not repeat a group')
  .refine((source) => (source.match(/[*+]|,\}/g) ?? []).length <= 2, 'must not have more than two open repetitions')
  .refine((source) => compiled(source) !== undefined, 'is not a regular expression');

function compiled(source: string): RegExp | undefined {
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

const ruleSchema: z.ZodType<MatchRule> = z.lazy(() =>
  z.union([
    z.strictObject({ or: z.array(ruleSchema).min(1).max(1_000) }),
    z.strictObject({ and: z.array(ruleSchema).min(1).max(1_000) }),
    z.strictObject({ equals: text }),
    z.strictObject({ starts_with: text }),
    z.strictObject({ ends_with: text }),
    z.strictObject({ contains: text }),
    z.strictObject({ regex }),
  ]),
);

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let deepest = 0;
  const left: [object, number][] = [[value, 1]];
  for (let next = left.pop(); next; next = left.pop()) {
    const [object, depth] = next;
    deepest = Math.max(deepest, depth);
    if (deepest > 2 * MAX_DEPTH) break;
    for (const inner of Object.values(object) as unknown[]) {
      if (typeof inner === 'object' && inner !== null) left.push([inner, depth + 1]);
    }
  }
  return deepest;
}

/** Reads a rule of the feed or of a stored model; a `ZodError` says what is wrong with it. */
export const matchRuleSchema: z.ZodType<MatchRule> = z
  .unknown()
  .refine((value) => depthOf(value) <= 2 * MAX_DEPTH, 'is nested too deeply')
  .pipe(ruleSchema);

/** The rule as a function on a name that is trimmed and in lower case. */
export function compileRule(rule: MatchRule): (lowerName: string) => boolean {
  if ('or' in rule) {
    const rules = rule.or.map(compileRule);
    return (name) => rules.some((matches) => matches(name));
  }
  if ('and' in rule) {
    const rules = rule.and.map(compileRule);
    return (name) => rules.every((matches) => matches(name));
  }
  if ('regex' in rule) {
    const expression = new RegExp(rule.regex);
    return (name) => expression.test(name);
  }
  if ('equals' in rule) return equalTo(rule.equals.toLowerCase());
  if ('starts_with' in rule) return prefixed(rule.starts_with.toLowerCase());
  if ('ends_with' in rule) return suffixed(rule.ends_with.toLowerCase());
  return containing(rule.contains.toLowerCase());
}

const equalTo = (wanted: string) => (name: string) => name === wanted;
const prefixed = (wanted: string) => (name: string) => name.startsWith(wanted);
const suffixed = (wanted: string) => (name: string) => name.endsWith(wanted);
const containing = (wanted: string) => (name: string) => name.includes(wanted);
