/** The settings of tokens: whose are taken, and how long they may live. */
import { z } from 'zod';
import { span } from './setting.js';

const LEAST_SECRET_BYTES = 32;

/** A name that is compared as it stands. */
const word = z.string().regex(/^[\x21-\x7e]{1,500}$/, 'must be 1 to 500 printable ASCII characters without spaces');
const longer = (text: z.ZodType<number, string | undefined>) =>
  text.refine((value) => value >= 1000, 'must be 1s or more');

export const tokenSettings = {
  JWT_SECRET: z
    .string()
    .transform((text) => text.split(','))
    .refine(
      (secrets) => secrets.length <= 5 && secrets.every((secret) => Buffer.byteLength(secret) >= LEAST_SECRET_BYTES),
      `must be one secret of at least ${LEAST_SECRET_BYTES} bytes, or up to five with commas between`,
    )
    .optional(),
  JWT_JWKS_URL: z
    .string()
    .refine(isSafeUrl, 'must be an https URL; http is taken for this machine alone, such as http://127.0.0.1:8080/jwks')
    .optional(),
  JWT_ISSUER: word.optional(),
  JWT_AUDIENCE: word.optional(),
  JWT_CLAIM_PREFIX: word.optional(),
  JWT_MAX_AGE: longer(span('24h')),
  JWT_JWKS_MAX_AGE: longer(span('5m')),
};

/** Where the keys are that tokens are signed with. */
export type TokenKeys =
  | { readonly kind: 'SECRETS'; readonly secrets: readonly string[] }
  | { readonly kind: 'KEY_SET'; readonly url: string; readonly maxAgeMs: number };

export interface TokenConfig {
  readonly keys: TokenKeys;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  /** What stands before the names of our own claims. */
  readonly claimPrefix: string;
  /** Since it was issued; a longer life that a token claims for itself is cut to it. */
  readonly maxAgeMs: number;
}

type Values = z.infer<z.ZodObject<typeof tokenSettings>>;

/** undefined: no token is taken. */
export function tokenConfigOf(value: Values): TokenConfig | undefined {
  const keys = keysOf(value);
  return (
    keys && {
      keys,
      issuer: value.JWT_ISSUER,
      audience: value.JWT_AUDIENCE,
      claimPrefix: value.JWT_CLAIM_PREFIX ?? '',
      maxAgeMs: value.JWT_MAX_AGE,
    }
  );
}

function keysOf(value: Values): TokenKeys | undefined {
  if (value.JWT_JWKS_URL !== undefined) {
    return { kind: 'KEY_SET', url: value.JWT_JWKS_URL, maxAgeMs: value.JWT_JWKS_MAX_AGE };
  }
  return value.JWT_SECRET && { kind: 'SECRETS', secrets: value.JWT_SECRET };
}

/** What is wrong with them together. */
export function tokenMistakes(present: Readonly<Record<string, string | undefined>>, isProduction: boolean): string[] {
  const has = (name: string) => present[name] !== undefined;
  if (!has('JWT_SECRET') && !has('JWT_JWKS_URL')) {
    return Object.keys(tokenSettings)
      .filter(has)
      .map((name) => `${name} is of no use without JWT_SECRET or JWT_JWKS_URL.`);
  }
  if (has('JWT_SECRET') && has('JWT_JWKS_URL')) return ['JWT_SECRET and JWT_JWKS_URL exclude each other.'];
  if (has('JWT_SECRET')) {
    // Whoever can check such a token can make one.
    return isProduction ? ['JWT_SECRET is for development; in production set JWT_JWKS_URL.'] : [];
  }
  return ['JWT_ISSUER', 'JWT_AUDIENCE']
    .filter((name) => !has(name))
    .map((name) => `${name} must be set beside JWT_JWKS_URL.`);
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username } = new URL(text);
  if (username !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}
