/** Which amounts Stripe takes, in the minor unit that its API uses for the currency. */
import { code } from 'currency-codes';
import { invalidParameter } from './errors.js';

const MAXIMUM = 99_999_999;
/** The least amount of a charge; in a currency that is not listed, any. */
const MINIMUM: Readonly<Record<string, number>> = {
  ...{ usd: 50, aed: 200, aud: 50, bgn: 100, brl: 50, cad: 50, chf: 50, czk: 1500, dkk: 250, eur: 50, gbp: 30 },
  ...{ hkd: 400, huf: 17_500, inr: 50, jpy: 50, mxn: 1000, myr: 200, nok: 300, nzd: 50, pln: 200, ron: 200 },
  ...{ sek: 300, sgd: 50, thb: 1000 },
};
/** Three decimals, of which the last must be 0; and currencies without decimals that are given with two. */
const MULTIPLE_OF: Readonly<Record<string, number>> = {
  ...{ bhd: 10, jod: 10, kwd: 10, omr: 10, tnd: 10 },
  ...{ isk: 100, ugx: 100 },
};

/** Throws what Stripe answers to an amount that cannot be charged. */
export function checkAmount(amount: number, currency: string): string {
  const name = currency.toLowerCase();
  if (!code(name)) throw invalidParameter(`Invalid currency: ${name}.`, 'currency');
  const least = MINIMUM[name] ?? 1;
  if (amount < least) throw invalidParameter(`Amount must be at least ${least} ${name}.`, 'amount', 'amount_too_small');
  if (amount > MAXIMUM)
    throw invalidParameter(`Amount must be no more than ${MAXIMUM} ${name}.`, 'amount', 'amount_too_large');
  const unit = MULTIPLE_OF[name] ?? 1;
  if (amount % unit !== 0)
    throw invalidParameter(`Amount of ${name} must be divisible by ${unit}.`, 'amount', 'parameter_invalid_integer');
  return name;
}
