/** The forms that a setting can have, each with the sentence that says what is right. */
import ms from 'ms';
import { z } from 'zod';
import { parseUsd } from './money.js';

export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default(fallback ? 'true' : 'false')
    .transform((text) => text === 'true');

export const wholeNumber = (fallback: number, least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`)
    .default(fallback);

export const postgresUrl = z
  .string()
  .refine(
    (text) => /^postgres(ql)?:\/\/\S+$/.test(text) && URL.canParse(text),
    'must be a URL such as postgresql://user:password@host:5432/name, with the signs /?#@:% of a password percent-encoded',
  );

/** A time span such as `6h` or `30s`, in milliseconds; `0` switches the thing off. */
export const span = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const value = /^\d+$/.test(text) && text !== '0' ? undefined : parseSpan(text);
      if (value === undefined || value < 0 || value > 2_147_483_647) {
        context.addIssue({
          code: 'custom',
          message: 'must be 0 or a time span with its unit, such as 30s, 15m or 6h (24 days at most)',
        });
        return z.NEVER;
      }
      return value;
    });

/** Time spans, rising from one to the next or not, such as `1d,3d`. */
export const spans = (fallback: string, most: number) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const values = text.split(',').map((one) => (/^\d+$/.test(one.trim()) ? undefined : parseSpan(one.trim())));
      const isRight = values.every((value) => value !== undefined && value > 0 && value <= MAX_WAIT_MS);
      if (!isRight || values.length > most) {
        context.addIssue({
          code: 'custom',
          message: `must be up to ${most} time spans with their units, such as 1d,3d,5d (90 days each at most)`,
        });
        return z.NEVER;
      }
      return values.flatMap((value) => value ?? []);
    });

const MAX_WAIT_MS = 90 * 86_400_000;

function parseSpan(text: string): number | undefined {
  return /^\d+(\.\d+)?\s*[a-z]*$/i.test(text) ? ms(text as ms.StringValue) : undefined;
}

export const usd = z.string().transform((text, context) => {
  const amount = parseUsd(text);
  if (amount === undefined || amount < 0n) {
    context.addIssue({ code: 'custom', message: 'must be an amount in USD such as 25 or 12.50' });
    return z.NEVER;
  }
  return amount;
});

/** An address that paths are added to. */
export const webAddress = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .refine((text) => !/[?#]/.test(text) && new URL(text).username === '', 'must have no user, no ? and no #')
  .transform((text) => text.replace(/\/+$/, ''));
