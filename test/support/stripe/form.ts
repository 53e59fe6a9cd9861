/** The parameters of a request: what is allowed, and how Stripe refuses the rest. */
import { z } from 'zod';
import { heard } from '../heard.js';
import { invalidParameter, type StripeFailure } from './errors.js';
import type { Metadata } from './objects.js';

const INTEGER = 'parameter_invalid_integer';

export const text = z.string().superRefine((value, context) => {
  if (value === '')
    refuse(
      context,
      'You passed an empty string. We assume empty values are an attempt to unset a parameter.',
      'parameter_invalid_empty',
    );
});
/** An empty string unsets the value. */
export const unsettable = z.string().transform((value) => (value === '' ? null : value));
const integer = z.string().transform((value, context) => {
  if (!/^-?\d{1,15}$/.test(value)) refuse(context, `Invalid integer: ${value}`, INTEGER);
  return Number(value);
});
export const positive = integer.superRefine((value, context) => {
  if (value < 1) refuse(context, 'This value must be greater than or equal to 1.', INTEGER);
});
export const flag = z.string().transform((value, context) => {
  if (value !== 'true' && value !== 'false') refuse(context, `Invalid boolean: ${value}`);
  return value === 'true';
});
export const anything = z.record(z.string(), z.unknown());

/** Given keys are set, those with an empty value are deleted; an empty string deletes all. */
export const metadata = z.union([z.literal(''), z.record(z.string(), z.string())]).superRefine((value, context) => {
  for (const [key, of] of Object.entries(value === '' ? {} : value)) {
    if (key.length > 40) refuse(context, `Metadata keys can be up to 40 characters: ${key}`);
    if (/[[\]]/.test(key)) refuse(context, 'Metadata keys cannot contain square brackets.');
    if (of.length > 500) refuse(context, `Metadata values can be up to 500 characters: ${key}`);
  }
});

const at = { gt: integer.optional(), gte: integer.optional(), lt: integer.optional(), lte: integer.optional() };
export const range = z.preprocess(
  (value) => (typeof value === 'string' ? { gte: value, lte: value } : value),
  z.strictObject(at),
);
export type Range = z.infer<typeof range>;

export const expand = { expand: z.array(z.string()).optional() };
export const paging = {
  ...expand,
  limit: integer
    .superRefine((value, context) => {
      if (value < 1 || value > 100)
        refuse(context, `This value must be between 1 and 100 (it currently is '${value}').`, INTEGER);
    })
    .optional(),
  starting_after: text.optional(),
  ending_before: text.optional(),
};

export const automaticMethods = z
  .strictObject({ enabled: flag, allow_redirects: z.enum(['always', 'never']).optional() })
  .transform(({ enabled, allow_redirects = 'always' }) => ({ allow_redirects, enabled }));

/** One that Stripe knew once. */
export const refusedParameter = (message: string, code: string) =>
  z
    .unknown()
    .superRefine((value, context) => {
      if (value !== undefined) refuse(context, message, code);
    })
    .optional();

function refuse(context: z.core.$RefinementCtx, message: string, code?: string): void {
  context.addIssue({ code: 'custom', message, params: { code } });
}

/** The parameters as the schema reads them. Throws what Stripe answers to the first that is wrong. */
export function readForm<T>(schema: z.ZodType<T>, raw: unknown): T {
  const read = schema.safeParse(raw);
  if (read.success) return read.data;
  const issues = read.error.issues;
  throw asFailure(issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]);
}

function asFailure(issue: z.core.$ZodIssue | undefined): StripeFailure {
  if (!issue) return invalidParameter('Invalid request.');
  if (issue.code === 'unrecognized_keys') {
    const param = nameOf([...issue.path, issue.keys[0] ?? '']);
    return invalidParameter(`Received unknown parameter: ${param}`, param, 'parameter_unknown');
  }
  const param = nameOf(issue.path);
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return invalidParameter(`Missing required param: ${param}.`, param, 'parameter_missing');
  const code: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return invalidParameter(issue.message, param, typeof code === 'string' ? code : undefined);
}

function nameOf(path: readonly PropertyKey[]): string {
  return path.map((part, depth) => (depth === 0 ? String(part) : `[${String(part)}]`)).join('');
}

/** What the metadata of an object is after a change. Throws when it would have too many keys. */
export function mergeMetadata(before: Metadata, change: Metadata | '' | undefined): Metadata {
  if (change === undefined) return before;
  heard('metadata', JSON.stringify(change));
  const merged = change === '' ? {} : { ...before, ...change };
  const left = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
  if (Object.keys(left).length > 50) throw invalidParameter('Metadata can have up to 50 keys.', 'metadata');
  return left;
}
