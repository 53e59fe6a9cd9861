/** Checks of texts that callers choose. */
import { badInput } from './errors.js';

const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Cn}]+$/u;

/** A name: 1 to `most` printable characters, not only spaces. */
export function requireText(text: string, path: readonly (string | number)[], most: number): string {
  // A character has one or two of what `length` counts.
  const isLong = text.length > most && [...text].length > most;
  if (isLong || text.trim() === '' || !PRINTABLE.test(text)) {
    throw badInput(path, `Must have 1 to ${most} printable characters.`);
  }
  return text;
}
