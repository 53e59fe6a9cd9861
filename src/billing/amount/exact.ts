/** Amounts before they are rounded: fractions of pico, since a third of a month or a price per million has no last digit. */
import { divideHalfEven } from '../../money.js';

/** `numerator / denominator` pico of a currency, or units of a quantity. The denominator is positive. */
export interface Exact {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const ZERO: Exact = { numerator: 0n, denominator: 1n };

/** @param denominator positive */
export function exact(numerator: bigint, denominator = 1n): Exact {
  const divisor = commonDivisor(numerator < 0n ? -numerator : numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/** Of digits with decimals, as PostgreSQL writes them. */
export function exactOf(digits: string): Exact {
  const [whole = '0', fraction = ''] = digits.split('.');
  return exact(BigInt(`${whole}${fraction}`), 10n ** BigInt(fraction.length));
}

const PLACES = 12;

/** As digits with 12 decimals; what is beyond them is cut. */
export function digitsOf({ numerator, denominator }: Exact): string {
  const scaled = (numerator * 10n ** BigInt(PLACES)) / denominator;
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(PLACES + 1, '0');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`;
}

export function plus(a: Exact, b: Exact): Exact {
  return exact(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function minus(a: Exact, b: Exact): Exact {
  return plus(a, { ...b, numerator: -b.numerator });
}

export function times(a: Exact, b: Exact): Exact {
  return exact(a.numerator * b.numerator, a.denominator * b.denominator);
}

export function isLess(a: Exact, b: Exact): boolean {
  return a.numerator * b.denominator < b.numerator * a.denominator;
}

export function leastOf(a: Exact, b: Exact): Exact {
  return isLess(b, a) ? b : a;
}

/** The least integer that is not less. */
export function ceilingOf({ numerator, denominator }: Exact): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator > 0n ? quotient + 1n : quotient;
}

/** To a multiple of `step`, an exact half to the even one. */
export function roundTo(step: bigint, { numerator, denominator }: Exact): bigint {
  return divideHalfEven(numerator, denominator * step) * step;
}

function commonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller > 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
