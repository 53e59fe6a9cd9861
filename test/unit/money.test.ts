import fc from 'fast-check';
import { divideHalfEven, formatUsd, parseUsd } from '../../src/money.js';

test.each([
  ['0.000000000001', 1n],
  ['1', 1_000_000_000_000n],
  ['1.10', 1_100_000_000_000n],
  ['-0.5', -500_000_000_000n],
  ['99999999999999999999999999.999999999999', 10n ** 38n - 1n],
])('%s USD is %p pico-USD', (text, amount) => {
  expect(parseUsd(text)).toBe(amount);
});

test.each([
  '',
  '-',
  '.5',
  '1.',
  '1e3',
  '0x10',
  '+1',
  ' 1',
  '1,5',
  'NaN',
  'Infinity',
  '0.0000000000001',
  '1'.repeat(27),
  '٣',
])('%p is no amount', (text) => {
  expect(parseUsd(text)).toBeUndefined();
});

test('writing and reading again loses nothing', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
      (amount) => parseUsd(formatUsd(amount)) === amount,
    ),
  );
});

test.each([
  [5n, 2n, 2n],
  [7n, 2n, 4n],
  [-5n, 2n, -2n],
  [-7n, 2n, -4n],
  [1n, 3n, 0n],
  [2n, 3n, 1n],
  [-2n, 3n, -1n],
  [0n, 3n, 0n],
])('%p / %p is %p, a half to the even', (numerator, denominator, quotient) => {
  expect(divideHalfEven(numerator, denominator)).toBe(quotient);
});

// Seen to fail: with halves rounded up, on the first property.
test('no quotient is nearer, and of two as near it is the even one', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.bigInt({ min: 1n, max: 10n ** 20n }), (numerator, denominator) => {
      const quotient = divideHalfEven(numerator, denominator);
      const twice = 2n * (numerator - quotient * denominator);
      const distance = twice < 0n ? -twice : twice;
      return distance < denominator || (distance === denominator && quotient % 2n === 0n);
    }),
  );
});
