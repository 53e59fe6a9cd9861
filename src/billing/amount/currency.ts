/** Currencies that an invoice may be in, and the steps in which each can be paid. */
import iso4217 from 'currency-codes';
import { formatUsd, PICO_USD_PER_USD } from '../../money.js';

/** 10^-12 of a currency's unit, as an integer. For USD that is `PicoUsd`. */
export type Pico = bigint;

const PICO_PER_UNIT: Pico = PICO_USD_PER_USD;

/** A currency of ISO 4217. */
export interface Currency {
  readonly code: string;
  /** How many decimals its minor unit has: JPY 0, USD 2, KWD 3. */
  readonly decimals: number;
  /** The smallest amount that an invoice may have. With three decimals it is ten minor units, as card networks ask for. */
  readonly stepPico: Pico;
}

const MOST_DECIMALS = 3;
const MOST_PAID_DECIMALS = 2;

/** Of what is on the list and is no money of any country: gold, or codes for tests. */
const NO_COUNTRY = /^Zz/;

/**
 * The list is ISO's own. The decimals of `Intl` are not: there HUF has none.
 * @returns undefined where there is no such currency, or none that is paid in decimals of its unit.
 */
export function currencyOf(code: string): Currency | undefined {
  const known = iso4217.code(code);
  if (known?.code !== code || known.digits > MOST_DECIMALS) return undefined;
  if (known.countries.some((name) => NO_COUNTRY.test(name))) return undefined;
  const steps = 10n ** BigInt(Math.min(known.digits, MOST_PAID_DECIMALS));
  return { code, decimals: known.digits, stepPico: PICO_PER_UNIT / steps };
}

/** An amount in the currency's own decimals: `"0.550"` for KWD, `"55"` for JPY. */
export function formatAmount({ decimals }: Currency, amount: Pico): string {
  const [whole = '', fraction = ''] = formatUsd(amount).split('.');
  return decimals === 0 ? whole : `${whole}.${fraction.padEnd(decimals, '0')}`;
}

/** As payment processors count it: 55 cents are `55n`. */
export function minorUnitsOf({ decimals }: Currency, amount: Pico): bigint {
  return amount / (PICO_PER_UNIT / 10n ** BigInt(decimals));
}
