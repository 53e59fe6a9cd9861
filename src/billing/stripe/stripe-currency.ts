/**
 * Which currencies Stripe takes, in which minor units, and how much of each at once: https://docs.stripe.com/currencies. Stripe's
 * decimals are not always ISO 4217's.
 */
import { currencyOf, type Currency, type Pico } from '../amount/currency.js';
import type { PaymentBounds } from '../payment/processor.js';

const PICO_PER_UNIT: Pico = 10n ** 12n;

/** "Supported presentment currencies". Those of three decimals stand in a list of their own there. */
const TAKEN = new Set(
  `USD AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CVE
   CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY KES KGS KHR KMF
   KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK
   PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX UYU UZS VND
   VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW`.split(/\s+/),
);

/** All others have two. HUF and TWD have none in payouts only; ISK and UGX have none, but are written with two that are 00. */
const DECIMALS: Readonly<Record<string, number>> = {
  ...{
    BIF: 0,
    CLP: 0,
    DJF: 0,
    GNF: 0,
    JPY: 0,
    KMF: 0,
    KRW: 0,
    MGA: 0,
    PYG: 0,
    RWF: 0,
    VND: 0,
    VUV: 0,
    XAF: 0,
    XOF: 0,
    XPF: 0,
  },
  ...{ BHD: 3, JOD: 3, KWD: 3, OMR: 3, TND: 3 },
};

/** The minor units that an amount must be a multiple of, where that is not one. */
const STEPS: Readonly<Record<string, bigint>> = {
  ...{ BHD: 10n, JOD: 10n, KWD: 10n, OMR: 10n, TND: 10n },
  ...{ ISK: 100n, UGX: 100n },
};

/**
 * "Minimum charge amount by currency", in minor units. Stripe means the currency that is paid out; of any other it wants the
 * same converted, and only Stripe knows the rate: an amount below that is refused by it.
 */
const LEAST: Readonly<Record<string, bigint>> = {
  ...{
    USD: 50n,
    AED: 200n,
    ARS: 50n,
    AUD: 50n,
    BRL: 50n,
    CAD: 50n,
    CHF: 50n,
    COP: 50n,
    CZK: 1500n,
    DKK: 250n,
    EUR: 50n,
  },
  ...{
    GBP: 30n,
    HKD: 400n,
    HUF: 17_500n,
    IDR: 50n,
    ILS: 50n,
    INR: 50n,
    JPY: 50n,
    KRW: 50n,
    MXN: 1000n,
    MYR: 200n,
    NOK: 300n,
  },
  ...{ NZD: 50n, PHP: 50n, PLN: 200n, RON: 200n, RUB: 50n, SEK: 300n, SGD: 50n, THB: 1000n, ZAR: 50n },
};

/** "Maximum charge amounts", of what is no card: some cards take more, and no method that is kept takes less. */
const MOST = 99_999_999n;
const MORE: Readonly<Record<string, bigint>> = { COP: 9_999_999_999n, IDR: 999_999_999_999n, INR: 999_999_999n };

interface StripeUnits {
  readonly picoPerMinor: Pico;
  readonly step: bigint;
}

/** @returns undefined where Stripe does not take the currency, or an invoice may be for an amount of it that Stripe has no way to write. */
export function boundsOf(currency: Currency): PaymentBounds | undefined {
  const units = unitsOf(currency.code);
  // An invoice in MGA may have a fraction, a payment may not.
  if (!units || currency.stepPico % (units.picoPerMinor * units.step) !== 0n) return undefined;
  const most = MORE[currency.code] ?? MOST;
  return {
    leastPico: (LEAST[currency.code] ?? units.step) * units.picoPerMinor,
    mostPico: (most - (most % units.step)) * units.picoPerMinor,
  };
}

/** @returns undefined where Stripe does not take the currency, or not this amount of it to the last digit. */
export function minorUnitsAtStripe(currency: Currency, amount: Pico): bigint | undefined {
  const units = unitsOf(currency.code);
  if (!units || amount < 0n || amount % (units.picoPerMinor * units.step) !== 0n) return undefined;
  return amount / units.picoPerMinor;
}

/**
 * @param code as Stripe writes it, in small letters, or in capitals
 * @returns undefined where these books have no such currency, or no such amount in it.
 */
export function picoAtStripe(code: string, minorUnits: number): Pico | undefined {
  const currency = currencyOf(code.toUpperCase());
  const units = unitsOf(code.toUpperCase());
  if (!currency || !units || !Number.isSafeInteger(minorUnits) || minorUnits < 0) return undefined;
  const amount = BigInt(minorUnits) * units.picoPerMinor;
  return amount % currency.stepPico === 0n && BigInt(minorUnits) % units.step === 0n ? amount : undefined;
}

function unitsOf(code: string): StripeUnits | undefined {
  if (!TAKEN.has(code)) return undefined;
  return { picoPerMinor: PICO_PER_UNIT / 10n ** BigInt(DECIMALS[code] ?? 2), step: STEPS[code] ?? 1n };
}
