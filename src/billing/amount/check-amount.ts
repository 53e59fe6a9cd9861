/** Checks of what callers say of money, dates aside. */
import { badInput } from '../../errors.js';
import { formatUsd, PICO_USD_PER_USD } from '../../money.js';
import { currencyOf, type Currency } from './currency.js';

type Path = readonly (string | number)[];

const MOST_PICO = 1_000_000_000n * PICO_USD_PER_USD;

/** @throws ApiError BAD_USER_INPUT */
export function checkCurrency(code: string, path: Path): Currency {
  const currency = currencyOf(code);
  if (!currency) throw badInput(path, 'Must be an ISO 4217 code such as "USD", in capitals.');
  return currency;
}

/** An amount that can be paid: above 0, in whole steps of its currency. @throws ApiError BAD_USER_INPUT */
export function checkPayable(amountPico: bigint, { code, stepPico }: Currency, path: Path): bigint {
  if (amountPico <= 0n || amountPico > MOST_PICO) throw badInput(path, 'Must be above 0, up to 1,000,000,000.');
  if (amountPico % stepPico !== 0n) throw badInput(path, `Must be in steps of ${formatUsd(stepPico)} ${code}.`);
  return amountPico;
}

/** The currency of rows that were checked when they were written. */
export function knownCurrency(code: string): Currency {
  const currency = currencyOf(code);
  if (!currency) throw new Error(`${code} is no currency.`);
  return currency;
}
