/** What a plan charges: parts of periods, tiers, and what an amount is in each currency. */
import fc from 'fast-check';
import { currencyOf, formatAmount, minorUnitsOf, type Currency } from '../../src/billing/amount/currency.js';
import { exact, minus, plus, roundTo, times, type Exact } from '../../src/billing/amount/exact.js';
import { draftInvoice } from '../../src/billing/invoice/invoice-draft.js';
import { PeriodAnchoring, PlanInterval, type PlanTerms } from '../../src/billing/plan/plan-terms.js';
import { daysBetween, prorated } from '../../src/billing/amount/proration.js';
import { amountOf, tierLines, type Tier, type TierTable } from '../../src/billing/plan/tier.js';
import { parseUsd } from '../../src/money.js';

const usd = (text: string) => parseUsd(text) ?? 0n;
const inCurrency = (code: string): Currency => {
  const currency = currencyOf(code);
  if (!currency) throw new Error(`There is no ${code}.`);
  return currency;
};
const billed = (code: string, amount: Exact) => {
  const currency = inCurrency(code);
  return formatAmount(currency, roundTo(currency.stepPico, amount));
};

const MARCH = { startDay: '2022-03-01', endDay: '2022-04-01' };
const WEEK = { startDay: '2022-06-20', endDay: '2022-06-27' };
const JUNE = { startDay: '2022-06-01', endDay: '2022-07-01' };

// Seen to fail: with the last day left out, and with the days of an average month.
test.each<[string, string, string, typeof MARCH, string, string, string]>([
  ['USD', 'a month from its 15th', '1', MARCH, '2022-03-15', '2022-04-01', '0.55'],
  ['USD', 'a month in full', '1', MARCH, '2022-03-01', '2022-04-01', '1.00'],
  ['USD', 'the last day of a month', '1', MARCH, '2022-03-31', '2022-04-01', '0.03'],
  ['USD', 'a week from its Wednesday', '1', WEEK, '2022-06-22', '2022-06-27', '0.71'],
  ['USD', 'what lies outside of the period', '1', MARCH, '2022-02-01', '2022-03-16', '0.48'],
  ['USD', 'nothing of it', '1', MARCH, '2022-05-01', '2022-06-01', '0.00'],
  [
    'USD',
    'a leap February',
    '29',
    { startDay: '2024-02-01', endDay: '2024-03-01' },
    '2024-02-29',
    '2024-03-01',
    '1.00',
  ],
  ['USD', 'a year', '365', { startDay: '2026-01-01', endDay: '2027-01-01' }, '2026-12-25', '2027-01-01', '7.00'],
  ['JPY', 'yen have no decimals', '100', MARCH, '2022-03-15', '2022-04-01', '55'],
  ['KWD', 'three decimals come in steps of ten', '1', MARCH, '2022-03-15', '2022-04-01', '0.550'],
  ['KWD', 'three decimals come in steps of ten, again', '1', WEEK, '2022-06-22', '2022-06-27', '0.710'],
])('in %s, %s', (code, _name, fee, period, from, to, expected) => {
  expect(billed(code, prorated(usd(fee), period, { from, to }))).toBe(expected);
});

test('an upgrade at half of the period takes back what is left of the old fee and asks for the rest of the new one', () => {
  const rest = { from: '2022-06-16', to: '2022-07-01' };
  const [back, more] = [prorated(usd('20'), JUNE, rest), prorated(usd('50'), JUNE, rest)];
  expect([billed('USD', back), billed('USD', more), billed('USD', minus(more, back))]).toEqual([
    '10.00',
    '25.00',
    '15.00',
  ]);
});

test('parts of a period come to the whole', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(30), (fee, days) => {
      const cut = new Date(Date.parse(MARCH.startDay) + days * 86_400_000).toISOString().slice(0, 10);
      const parts = [
        prorated(fee, MARCH, { from: MARCH.startDay, to: cut }),
        prorated(fee, MARCH, { from: cut, to: MARCH.endDay }),
      ];
      expect(parts.reduce(plus)).toEqual(exact(fee));
    }),
  );
  expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2n);
});

const tier = (upTo: number | null, price: string, flatFee = '0', per = 1n): Tier => ({
  upTo: upTo === null ? null : BigInt(upTo),
  pricePico: usd(price),
  per,
  flatFeePico: usd(flatFee),
});
const TWO: Tier[] = [tier(10, '10', '2'), tier(20, '5', '3'), tier(null, '1')];
const graduated: TierTable = { mode: 'GRADUATED', tiers: TWO };
const volume: TierTable = { mode: 'VOLUME', tiers: TWO };
const packages: TierTable = { mode: 'PACKAGE', pricePico: usd('100'), size: 10n, freeUnits: 0n };
const packagesAfter100: TierTable = { ...packages, freeUnits: 100n };
const perMillion: TierTable = { mode: 'GRADUATED', tiers: [tier(null, '0.15', '0', 1_000_000n)] };

// Seen to fail: with flat fees of tiers that nothing lies in, with a volume tier that ends before its last unit, and with
// packages that are not begun.
test.each<[string, TierTable, bigint | Exact, string]>([
  ['graduated, nothing', graduated, 0n, '0.00'],
  ['graduated, one', graduated, 1n, '12.00'],
  ['graduated, the last of the first tier', graduated, 10n, '102.00'],
  ['graduated, the first of the second tier', graduated, 11n, '110.00'],
  ['graduated, the last of the second tier', graduated, 20n, '155.00'],
  ['graduated, without end', graduated, 120n, '255.00'],
  ['graduated, parts of a unit', graduated, exact(21n, 2n), '107.50'],
  ['volume, nothing', volume, 0n, '0.00'],
  ['volume, the last of the first tier', volume, 10n, '102.00'],
  ['volume, the first of the second tier', volume, 11n, '58.00'],
  ['volume, without end', volume, 21n, '21.00'],
  ['packages, nothing', packages, 0n, '0.00'],
  ['packages, one unit', packages, 1n, '100.00'],
  ['packages, a full one', packages, 10n, '100.00'],
  ['packages, one begun', packages, 121n, '1300.00'],
  ['packages, all free', packagesAfter100, 100n, '0.00'],
  ['packages, after the free ones', packagesAfter100, 121n, '300.00'],
  ['a price per million', perMillion, 1_234_567n, '0.19'],
])('%s', (_name, table, quantity, expected) => {
  const units = typeof quantity === 'bigint' ? exact(quantity) : quantity;
  expect(billed('USD', amountOf(tierLines(table, units)))).toBe(expected);
});

test('a graduated table says what lies in each tier', () => {
  expect(tierLines(graduated, exact(11n))).toMatchObject([
    { tier: 0, quantity: exact(10n), flatFeePico: usd('2'), amountPico: exact(usd('102')) },
    { tier: 1, quantity: exact(1n), flatFeePico: usd('3'), amountPico: exact(usd('8')) },
  ]);
});

test('the units of the tiers are all units', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 16n }), (quantity) => {
      const lines = tierLines(graduated, exact(quantity));
      expect(lines.map((line) => line.quantity).reduce(plus, exact(0n))).toEqual(exact(quantity));
    }),
  );
});

test.each([
  ['USD', 2, '1.234', '1.23', 123n],
  ['EUR', 2, '1.235', '1.24', 124n],
  ['EUR', 2, '1.225', '1.22', 122n],
  ['EUR', 2, '-1.225', '-1.22', -122n],
  ['JPY', 0, '1.5', '2', 2n],
  ['KRW', 0, '2.5', '2', 2n],
  ['KWD', 3, '1.2349', '1.230', 1230n],
  ['BHD', 3, '1.235', '1.240', 1240n],
  ['ISK', 0, '10.4', '10', 10n],
  ['UGX', 0, '10.6', '11', 11n],
  ['HUF', 2, '10.126', '10.13', 1013n],
])('%s has %i decimals: %s is %s', (code, decimals, amount, text, minor) => {
  const currency = inCurrency(code);
  const rounded = roundTo(currency.stepPico, exact(usd(amount)));
  expect(currency.decimals).toBe(decimals);
  expect(formatAmount(currency, rounded)).toBe(text);
  expect(minorUnitsOf(currency, rounded)).toBe(minor);
});

test.each(['XYZ', 'usd', '', 'CLF', 'UYW', 'XAU', 'XTS'])('%p is no currency for an invoice', (code) => {
  expect(currencyOf(code)).toBeUndefined();
});

const TERMS: PlanTerms = {
  ...{ currency: 'USD', usdRatePico: null, usdRateDay: null, baseFeePico: 0n, includedCreditPico: 0n },
  ...{
    interval: PlanInterval.MONTH,
    anchoring: PeriodAnchoring.CALENDAR,
    minimumSpendPico: null,
    maximumSpendPico: null,
  },
  ...{ trialDays: 0, paymentTermDays: 0, markups: [], tieredUnits: [] },
};
const PERIOD = {
  ...{ firstDay: '2026-06-01', lastDay: '2026-06-30', daysOfPeriod: 30, baseFeeShares: [], baseFeePico: 0n },
  ...{ startsAt: new Date('2026-06-01T00:00:00Z'), endsAt: new Date('2026-07-01T00:00:00Z') },
};

/** An invoice of these charges, each of a model of its own, in pico-USD. */
function invoiceOf(charges: readonly bigint[], terms: PlanTerms = TERMS) {
  const charged = charges.map((charge, n) => ({
    ...{ lateFrom: null, lateTo: null, provider: 'own', model: `model-${n}`, recordCount: '1' },
    charge: charge.toString(),
  }));
  const allowances = { hasOwnTrial: false, hasOwnCredit: false, allowancesDroppedFor: null };
  const phases = [{ fromDay: '2026-06-01', planId: '', anchorDay: '2026-06-01', terms, ...allowances }];
  const of = { currency: inCurrency(terms.currency), taxes: null };
  const facts = {
    ...of,
    phases,
    periods: [PERIOD],
    ended: PERIOD,
    next: PERIOD,
    units: [],
    earlier: [],
    carriedPico: 0n,
  };
  return draftInvoice({ ...facts, charged });
}

// E6, E7. Seen to fail: with a line one step above its sum; with no remainder kept.
test('a million tiny events are billed within half of a cent of their exact sum, on a line', () => {
  let sum = 0n;
  for (let n = 0; n < 1_000_000; n += 1) sum += 5_000_030_000n / 1_000_000n + BigInt(n % 7);
  const { lines, totalPico, remainderPico } = invoiceOf([sum]);
  expect(lines).toHaveLength(1);
  const off = totalPico - sum;
  expect(off <= usd('0.005') && -off <= usd('0.005')).toBe(true);
  expect(remainderPico).toBe(-off);
});

// E7, E12. Seen to fail: with a line one step above its sum; with no remainder kept; with a minimum of nothing.
test('lines add up to the total, each is within half of a step, and the remainder is what they lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: -(10n ** 13n), max: 10n ** 15n }), { maxLength: 30 }),
      fc.constantFrom(
        TERMS,
        { ...TERMS, currency: 'JPY', usdRatePico: usd('150.05') },
        { ...TERMS, currency: 'KWD', usdRatePico: usd('0.3071') },
      ),
      (charges, terms) => {
        const { stepPico } = inCurrency(terms.currency);
        const { lines, totalPico, carriedPico, remainderPico } = invoiceOf(charges, terms);
        expect(lines).toHaveLength(charges.length);
        expect(totalPico + carriedPico).toBe(lines.reduce((sum, { amountPico }) => sum + amountPico, 0n));
        expect(remainderPico).toBe(lines.reduce((sum, line) => sum + line.exactPico - line.amountPico, 0n));
        for (const { amountPico, exactPico } of lines) {
          const off = 2n * (amountPico - exactPico);
          expect(amountPico % stepPico === 0n && off <= stepPico && -off <= stepPico).toBe(true);
        }
      },
    ),
  );
});

test('rounding is half to even, and never more than half a step away', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
      fc.bigInt({ min: 1n, max: 1_000n }),
      fc.constantFrom(1n, 10n, 10_000n),
      (numerator, denominator, step) => {
        const amount = exact(numerator, denominator);
        const off = minus(times(exact(2n), exact(roundTo(step, amount))), times(exact(2n), amount));
        expect(off.numerator <= step * off.denominator && -off.numerator <= step * off.denominator).toBe(true);
      },
    ),
  );
  expect([5n, 15n, 25n, -5n, -15n].map((amount) => roundTo(10n, exact(amount)))).toEqual([0n, 20n, 20n, 0n, -20n]);
});
