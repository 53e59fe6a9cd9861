/**
 * Cuts text where a tokenizer may be called on the parts. Byte pair encoding takes time that is quadratic in the length
 * of a run without a break: a hundred thousand times the same ideogram took a minute.
 */

const SLICE = 16_384;
const SEARCH = 2_048;

/** Longer runs do not occur in prose; a part of one is counted by itself, which is a few tokens off. */
const MAX_RUN = 64;

/** A space between a word and another one belongs to the second: no token crosses the place before it. */
const BEFORE_WORD = /(?<=[\p{L}\p{N}.,;:!?]) (?=\p{L})/u;

const LONG_RUN = new RegExp(
  `[\\p{L}\\p{M}]{${MAX_RUN + 1},}|[^\\s\\p{L}\\p{N}]{${MAX_RUN + 1},}|\\s{${MAX_RUN + 1},}`,
  'gu',
);

export interface Cut {
  readonly at: number;
  /** Whether no token can cross it. */
  readonly isSafe: boolean;
}

/** The end of the slice that begins at `from`. */
export function safeCut(text: string, from: number): Cut {
  if (text.length - from <= SLICE) return { at: text.length, isSafe: true };
  const start = from + SLICE;
  const found = BEFORE_WORD.exec(text.slice(start, start + SEARCH));
  // The look-behind needs a character to look at, so a hit is never at the very start.
  if (found) return { at: start + found.index, isSafe: true };
  return { at: isMiddleOfPair(text, start) ? start + 1 : start, isSafe: false };
}

/** The text as it is, or where it has runs that are too long, the parts between whose ends it is cut. */
export function shortRuns(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const match of text.matchAll(LONG_RUN)) {
    const end = match.index + match[0].length;
    for (let at = match.index + MAX_RUN; at < end; at += MAX_RUN) {
      const cut = isMiddleOfPair(text, at) ? at + 1 : at;
      parts.push(text.slice(from, cut));
      from = cut;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function isMiddleOfPair(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
