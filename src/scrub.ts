/** Takes out of a text what nobody may read in a log: keys, tokens, secrets, passwords, e-mail addresses, card numbers. */
import { hasCardNumber } from './card-number.js';

/** Texts may be made for them: each takes as long as a text is long, because it looks through no part of it from every word in it. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\btg_[\w-]{16,}/g, '[key]'],
  [/\b(bearer|basic) +[^\s"\\]+/gi, '$1 [key]'],
  [/(?<![\w-])(?=[\w-]+\.[\w-])[\w-]*\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)*/g, '[token]'],
  [/\bwhsec_[\w+/=-]+/g, '[secret]'],
  [/\b[rs]k_(?:test|live)_\w+/g, '[secret]'],
  // What a browser confirms a payment with.
  [/\b(\w+_secret)_\w{8,}/g, '$1_[secret]'],
  [/([a-z][a-z\d+.-]{0,30}:\/\/[^\s:/@"\\]*):[^\s/"\\]+@/gi, '$1:[password]@'],
  [/\b(password|passwd|pwd)=[^\s&"\\]+/gi, '$1=[password]'],
  [/(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/gu, '[e-mail]'],
];

/** More than anybody reads of an error. */
const MOST_LETTERS = 8_192;

/** In a text of any kind, which is cut where it is long; its digits all go where some of them are a card's. */
export function scrub(text: string): string {
  const plain = withoutSecrets(text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text);
  return hasCardNumber(plain) ? plain.replace(/\p{Nd}/gu, '#') : plain;
}

/** In a line of JSON, which stays one. Read first: what is escaped hides where a word begins. */
export function scrubLine(line: string): string {
  return `${JSON.stringify(scrubbed(JSON.parse(line)))}\n`;
}

function withoutSecrets(text: string): string {
  return SECRETS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text);
}

function scrubbed(value: unknown): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value === 'number') return hasCardNumber(String(value)) ? null : value;
  if (Array.isArray(value)) return value.map(scrubbed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [scrub(name), scrubbed(inner)]));
}
