/**
 * Money. One unit everywhere: the pico-USD, 10^-12 US dollars, as an integer.
 * `bigint` in code, `numeric(38,0)` in PostgreSQL, a decimal string on the wire.
 * This file holds the only rounding in the program.
 */

/** An amount in pico-USD (10^-12 USD). */
export type PicoUsd = bigint;

export const PICO_USD_PER_USD: PicoUsd = 1_000_000_000_000n;

/** The widest amount that the database can hold: 38 digits. */
export const MAX_PICO_USD: PicoUsd = 10n ** 38n - 1n;

const DECIMAL_PLACES = 12;
const DECIMAL = /^(-?)(\d{1,26})(?:\.(\d{1,12}))?$/;

/**
 * Reads a decimal USD amount such as `"12.5"` into pico-USD, exactly.
 * Takes plain digits with at most 26 before and 12 after the point; no exponent, no sign but `-`.
 * @returns undefined where the text is anything else, so that the caller can name its own field.
 */
export function parseUsd(text: string): PicoUsd | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  const amount = BigInt(whole) * PICO_USD_PER_USD + BigInt(fraction.padEnd(DECIMAL_PLACES, '0'));
  return sign ? -amount : amount;
}

/** Writes pico-USD as the shortest exact decimal USD string: `3500000000n` is `"0.0035"`. */
export function formatUsd(amount: PicoUsd): string {
  const magnitude = amount < 0n ? -amount : amount;
  const whole = magnitude / PICO_USD_PER_USD;
  const fraction = (magnitude % PICO_USD_PER_USD).toString().padStart(DECIMAL_PLACES, '0').replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`;
}

/**
 * `numerator / denominator`, rounded to an integer, an exact half to the even neighbour.
 * The only rounding of money in the program. `denominator` is positive.
 */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const quotient = magnitude / denominator;
  const twice = (magnitude % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return numerator < 0n ? -rounded : rounded;
}
