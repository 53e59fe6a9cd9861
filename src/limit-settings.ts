/** The settings of what one request, one client and one address may take. */
import { z } from 'zod';
import { flag } from './setting.js';

export const limitSettings = {
  ENABLE_DOCUMENT_LIMITS: flag(true),
};

export interface Limits {
  /** false: documents and variables of any size and cost, to measure what the limits prevent. */
  readonly areDocumentsLimited: boolean;
}

export function limitsOf(value: z.infer<z.ZodObject<typeof limitSettings>>): Limits {
  return { areDocumentsLimited: value.ENABLE_DOCUMENT_LIMITS };
}
