/** One line of a cost, and how it is kept with the record for good. */
import { z } from 'zod';
import type { PicoUsd } from '../money.js';
import { formatQuantity, parseQuantity } from './quantity.js';
import { UsageUnit } from './usage-unit.js';

/** A window of every day in UTC: milliseconds after midnight, start inclusive, end exclusive. */
export interface LineWindow {
  readonly startMsOfDay: number;
  readonly endMsOfDay: number;
}

/** So many of one unit at one rate. */
export interface CostLine {
  readonly unit: UsageUnit;
  /**
   * What is charged at this rate, in steps of the unit (microseconds for durations); parts with own rates are not in it.
   * Negative, with the amount, in the lines of a reversal.
   */
  readonly quantity: bigint;
  /** Pico-USD for `ratePer` units; null where the price version has no rate for the unit. */
  readonly ratePicoUsd: PicoUsd | null;
  /** How many units (seconds for durations) the rate is for; null with the rate. */
  readonly ratePer: bigint | null;
  /** The context tier that was reached: the request had more input tokens than this. Null below the first tier. */
  readonly tierStart: bigint | null;
  /** The window of the day that the rate belongs to; null outside of all windows. */
  readonly window: LineWindow | null;
  /** half-even(quantity * rate / per) in pico-USD; 0 without a rate. */
  readonly amountPicoUsd: PicoUsd;
  /** Why this rate, in words, where it is not the plain one; null where it is. */
  readonly note: string | null;
}

const digits = z
  .string()
  .regex(/^\d{1,38}$/)
  .transform(BigInt);

const signedDigits = z
  .string()
  .regex(/^-?\d{1,38}$/)
  .transform(BigInt);

const lineJson = z.strictObject({
  unit: z.enum(UsageUnit),
  quantity: z.string(),
  ratePicoUsd: digits.nullable(),
  ratePer: digits.nullable(),
  tierStart: digits.nullable().default(null),
  window: z.strictObject({ startMsOfDay: z.int(), endMsOfDay: z.int() }).nullable().default(null),
  amountPicoUsd: signedDigits,
  note: z.string().nullable().default(null),
});

/** The jsonb shape of a cost line: quantity as a decimal in the unit, bigints as digits, nulls left out at the end. */
export type CostLineJson = z.input<typeof lineJson>;

export function costLineToJson(line: CostLine): CostLineJson {
  return {
    unit: line.unit,
    quantity: formatQuantity(line.unit, line.quantity),
    ratePicoUsd: line.ratePicoUsd?.toString() ?? null,
    ratePer: line.ratePer?.toString() ?? null,
    ...(line.tierStart !== null && { tierStart: line.tierStart.toString() }),
    ...(line.window && { window: { ...line.window } }),
    amountPicoUsd: line.amountPicoUsd.toString(),
    ...(line.note !== null && { note: line.note }),
  };
}

/** Reads a stored cost line. Throws a ZodError on anything that `costLineToJson` does not write. */
export function costLineFromJson(json: unknown): CostLine {
  return lineJson
    .transform((line, context) => {
      const isNegative = line.quantity.startsWith('-');
      const quantity = parseQuantity(line.unit, isNegative ? line.quantity.slice(1) : line.quantity);
      if (quantity !== undefined) return { ...line, quantity: isNegative ? -quantity : quantity };
      context.addIssue({ code: 'custom', path: ['quantity'], message: 'is not a quantity of its unit' });
      return z.NEVER;
    })
    .parse(json);
}
