/**
 * What is a card number, and what is not.
 * Seen to fail: without the check digit, with 12 and with 20 digits taken, with a chain looked at only as a whole, with
 * spaces, dots or dashes, also long ones, no longer between digits, without digits of other scripts, with what is not seen
 * left in, with the ids of machines looked at, and with part of a word taken for one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { hasCardNumber } from '../../src/card-number.js';

/** The digit that makes a number right, by the definition: from the right every second digit counts twice. */
function checkDigitOf(payload: string): number {
  const sum = [...payload].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + Math.floor(value / 10) + (value % 10);
  }, 0);
  return (10 - (sum % 10)) % 10;
}

const digits = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((list) => list.join(''));
const valid = (length: number) => digits(length - 1).map((payload) => `${payload}${checkDigitOf(payload)}`);
const anyLength = fc.integer({ min: 13, max: 19 });
const anyValid = anyLength.chain(valid);

/** A space, a no-break space, hyphens, an en dash, a minus sign, dots, or nothing. */
const separator = fc.constantFrom('', '', ' ', '\u00a0', '-', '\u2011', '\u2013', '\u2212', '.', '\uff0e', '\u200b');
/** The zeros of ASCII, full width, Arabic-Indic, Devanagari, and a mathematical script whose neighbours are digits too. */
const zero = fc.constantFrom(0x30, 0xff10, 0x660, 0x966, 0x1d7d8);
const around = fc.constantFrom('', 'card ', 'Visa', 'Nr. 7 ', ', ', '(', 'é', '12/27 ');
const after = fc.constantFrom('', ' 12/27', ' 12/27 123', '.', ')', 'x', ' and more');

test('a valid number is found in any separators, digits and words around it', () => {
  const written = anyValid.chain((number) =>
    fc.record({
      number: fc.constant(number),
      separators: fc.array(separator, { minLength: number.length - 1, maxLength: number.length - 1 }),
      zeros: fc.array(zero, { minLength: number.length, maxLength: number.length }),
      before: around,
      behind: after,
    }),
  );
  fc.assert(
    fc.property(written, ({ number, separators, zeros, before, behind }) => {
      const text = [...number].map((digit, index) => {
        const shown = String.fromCodePoint((zeros[index] ?? 0x30) + Number(digit));
        return `${shown}${separators[index] ?? ''}`;
      });
      expect(hasCardNumber(`${before}${text.join('')}${behind}`)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('one with a wrong check digit is none', () => {
  fc.assert(
    fc.property(anyValid, fc.integer({ min: 1, max: 9 }), (number, off) => {
      const wrong = `${number.slice(0, -1)}${(Number(number.at(-1)) + off) % 10}`;
      expect(hasCardNumber(`card ${wrong}.`)).toBe(false);
    }),
  );
});

test.each([1, 12, 20, 24, 40])('one of %i digits is none, also in an endless row', (length) => {
  fc.assert(fc.property(valid(length), (number) => expect(hasCardNumber(number)).toBe(false)));
});

test('one of 12 digits is none either beside another that makes no right number with it', () => {
  fc.assert(
    fc.property(valid(12), fc.integer({ min: 1, max: 9 }), (number, off) => {
      expect(hasCardNumber(`${number} ${(checkDigitOf(number) + off) % 10}`)).toBe(false);
    }),
  );
});

test('two spaces, and letters, end a number', () => {
  const half = '4242'.repeat(2);
  for (const between of ['  ', ' - ', 'x', '/', ':', ','])
    expect(hasCardNumber(`${half}${between}${half}`)).toBe(false);
  expect(hasCardNumber(`${half} ${half}`)).toBe(true);
});

// As of the issuers' own test numbers; put together here, so that no file holds one.
test.each([
  ['Visa', `${'4'}${'1'.repeat(15)}`],
  ['Visa of 13 digits', `4${'2'.repeat(12)}`],
  ['Mastercard', `${'5'.repeat(12)}${'4'.repeat(4)}`],
  ['American Express', `3782${'822463'}10005`],
  ['Diners Club', `3056${'930902'}5904`],
])('%s', (_name, number) => {
  expect([13, 14, 15, 16]).toContain(number.length);
  expect(hasCardNumber(number)).toBe(true);
});

test('the ids of machines are none, whatever digits they have', () => {
  const inId = anyValid.filter((number) => number.length === 16);
  fc.assert(
    fc.property(inId, (number) => {
      const [first, rest] = [number.slice(0, 4), number.slice(4)];
      const uuid = `0f8fad5b-d9cb-469f-${first}-${rest}`;
      for (const id of [
        uuid,
        `job ${uuid.toUpperCase()}.`,
        `${number}abcd${number.slice(0, 12)}`,
        `trace-${number}c0`,
      ]) {
        expect(hasCardNumber(id)).toBe(false);
      }
      // The same digits in other company.
      expect(hasCardNumber(`${uuid} ${number}`)).toBe(true);
      for (const word of [`card${number}`, `${number}facts`]) expect(hasCardNumber(word)).toBe(true);
    }),
  );
});

const FOLDERS = ['bench', 'demo', 'docs', 'migrations', 'prove', 'src', 'test'];
/** As cards are written; a number of a card begins with 3 to 6 (ISO/IEC 7812). */
const WRITTEN = /(?<![\d.])[3-6]\d{3}([ -]?\d{4}){2}[ -]?\d{1,7}(?!\d)/g;

// Seen to fail: with a number of Stripe's test cards in a comment of this file.
test('no file of this project has one', () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  const having = files.filter((file) =>
    [...readFileSync(file, 'utf8').matchAll(WRITTEN)].some(([digits]) => hasCardNumber(digits)),
  );
  expect(files.length).toBeGreaterThan(500);
  expect(having).toEqual([]);
});
