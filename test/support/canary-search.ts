/**
 * Searches what left the servers of a test run for what must never leave. Run by Node itself at the end of the run, so it
 * imports nothing of ours; and it looks with patterns of its own, not with those that lines are scrubbed by.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import luhn from 'fast-luhn';

/** What tests put into names, references and headers to be found again, and the keys that all of them use. */
const PLANTED = /canary|test-bootstrap-key-\d+/gi;

const PATTERNS: readonly (readonly [string, RegExp])[] = [
  ['planted', PLANTED],
  ['API key', /(?<![\w-])tg_[\w-]{22}_[\w-]{43}/g],
  ['bearer', /bearer\s+[\w.~+/=-]{12,}/gi],
  ['JWT', /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g],
  ['webhook secret', /whsec_[\w+/=-]{8,}/g],
  ['Stripe key', /(?<![a-z])[rs]k_(?:test|live)_\w{8,}/g],
  ['client secret', /_secret_\w{8,}/g],
  ['e-mail address', /[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/gi],
  ['connection string', /[a-z]+:\/\/[^\s:/@"]+:[^\s/"[\]]+@/gi],
];

const DIGITS = /(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])/g;

export interface Found {
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  /** The line without what was found. */
  readonly shown: string;
}

export function searchFiles(paths: readonly string[]): Found[] {
  return paths.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((text, index) => searchLine(text).map((kind) => foundAt(path, index + 1, kind, text))),
  );
}

export function filesIn(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name));
}

function searchLine(text: string): string[] {
  const kinds = PATTERNS.flatMap(([kind, pattern]) => (text.search(pattern) >= 0 ? [kind] : []));
  const numbers = text.match(DIGITS)?.some((digits) => luhn(digits.replace(/\D/g, ''))) ?? false;
  return numbers ? [...kinds, 'card number'] : kinds;
}

function foundAt(path: string, line: number, kind: string, text: string): Found {
  const hidden = PATTERNS.reduce((rest, [name, pattern]) => rest.replace(pattern, `[${name}]`), text);
  return { file: basename(path), line, kind, shown: hidden.replace(DIGITS, '[digits]').slice(0, 400) };
}
