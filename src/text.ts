/** Checks of texts that callers choose. */
import { hasCardNumber } from './card-number.js';
import { badInput } from './errors.js';

type Path = readonly (string | number)[];

const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Cn}]+$/u;

/** A key, or a name that something goes by: 1 to `most` printable characters, not only spaces. */
export function requireText(text: string, path: Path, most: number): string {
  // A character has one or two of what `length` counts.
  const isLong = text.length > most && [...text].length > most;
  if (isLong || text.trim() === '' || !PRINTABLE.test(text)) {
    throw badInput(path, `Must have 1 to ${most} printable characters.`);
  }
  return text;
}

/** The same of what people write to be read by people: a card number that strays into it is refused, and never kept. */
export function requireFreeText(text: string, path: Path, most: number): string {
  if (hasCardNumber(requireText(text, path, most))) {
    throw badInput(
      path,
      'Must hold no card number: these are 13 to 19 digits, also with spaces, dashes or dots between, with a Luhn check digit.',
    );
  }
  return text;
}
