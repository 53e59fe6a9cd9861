/** The catalogue's descriptions of where a provider's response body holds its usage. */
import { z } from 'zod';
import { type MatchRule, matchRuleSchema } from './match-rule.js';
import { UsageUnit } from './usage-unit.js';

/** A step into a list: the first object whose text `field` matches. */
export interface ListStep {
  readonly field: string;
  readonly match: MatchRule;
}

/** The way from the body to a value: keys of objects, and steps into lists. The last step is a key. */
export type FieldPath = readonly (string | ListStep)[];

/** One count in the body, and the unit that it is added to. */
export interface ExtractorMapping {
  /** From the extractor's root on. */
  readonly path: FieldPath;
  readonly unit: UsageUnit;
  /** A body without it is not of this flavour. */
  readonly required: boolean;
}

/** How to read one flavour of a provider's responses. */
export interface UsageExtractor {
  /** The provider's name for the shape, such as `chat`, `responses` or `default`. */
  readonly apiFlavor: string;
  /** Where the usage object is. */
  readonly root: FieldPath;
  /** Where the model's name is. */
  readonly modelPath: FieldPath;
  readonly mappings: readonly ExtractorMapping[];
}

const key = z.string().min(1).max(200);
const listStep = z.strictObject({ field: key, match: matchRuleSchema });

/** A path as stored: always a list, its last step a key. */
const fieldPathSchema = z
  .array(z.union([key, listStep]))
  .min(1)
  .max(10)
  .refine((path) => typeof path.at(-1) === 'string', 'must end in a key');

/** The jsonb shape of an extractor: as in `UsageExtractor`. */
export const usageExtractorSchema: z.ZodType<UsageExtractor> = z.strictObject({
  apiFlavor: key,
  root: fieldPathSchema,
  modelPath: fieldPathSchema,
  mappings: z
    .array(z.strictObject({ path: fieldPathSchema, unit: z.enum(UsageUnit), required: z.boolean() }))
    .min(1)
    .max(200),
});
