/**
 * Card numbers in what people write. A number of 13 to 19 digits whose last is their Luhn check digit is one, whatever it
 * was meant as: the check digit is right by chance in 1 of 10 such numbers, so 1 of 10 timestamps in milliseconds is
 * taken for a card, and the French SIRET, which has the same check digit. What is missed is kept for good; what is
 * refused can be written otherwise.
 */
import luhn from 'fast-luhn';

const LEAST = 13;
const MOST = 19;

/** Digits as cards are written: no more than one space, dash or dot between two of them. */
const CHAIN = /\d(?:[ .-]?\d){12,}/g;

/** UUIDs, and words of hexadecimal digits such as trace ids and hashes: 2 of 100 hold such a chain. */
const MACHINE_ID =
  /(?<![\p{L}\p{N}])(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|(?=\d*[a-f])[\da-f]{16,})(?![\p{L}\p{N}])/giu;

const NOT_ASCII = /[^\0-\x7f]/;
const DIGIT = /\p{Nd}/u;

/** Also in the digits of other scripts. 20 digits and more in a row are none. */
export function hasCardNumber(text: string): boolean {
  if (!mayHaveOne(text)) return false;
  const plain = NOT_ASCII.test(text) ? inAscii(text) : text;
  if (plain.search(CHAIN) === -1) return false;
  return plain.replace(MACHINE_ID, 'id').match(CHAIN)?.some(isOneIn) ?? false;
}

/** Whether there are digits enough, or what may be one: of the tags of a call hardly any get further. */
function mayHaveOne(text: string): boolean {
  let digits = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code >= 48 && code <= 57) || code > 127) digits += 1;
  }
  return digits >= LEAST;
}

/** As it looks: what is not seen is left out, and every dash is one. */
function inAscii(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .replace(/\p{Nd}/gu, digitOf);
}

/** Unicode has the ten digits of each script in a row, from 0 on, and scripts apart. */
function digitOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (DIGIT.test(String.fromCodePoint(code - before - 1))) before += 1;
  return String(before);
}

/** Another number may stand beside it, as the month when it ends and its security code do. */
function isOneIn(chain: string): boolean {
  const groups = chain.split(/[ .-]/);
  return groups.some((_group, first) => {
    let digits = '';
    for (const group of groups.slice(first, first + MOST)) {
      digits += group;
      if (digits.length > MOST) return false;
      if (digits.length >= LEAST && luhn(digits)) return true;
    }
    return false;
  });
}
