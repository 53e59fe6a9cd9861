/** Checks of texts that callers choose. */
import { badInput } from './errors.js';

const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Cn}]+$/u;

/** A name: 1 to `most` printable characters, not only spaces. */
export function requireText(text: string, path: readonly (string | number)[], most: number): string {
  if (text.trim() === '' || [...text].length > most || !PRINTABLE.test(text)) {
    throw badInput(path, `Must have 1 to ${most} printable characters.`);
  }
  return text;
}
