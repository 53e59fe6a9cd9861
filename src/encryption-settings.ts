/** The settings of the keys by which what is of people is encrypted. */
import { z } from 'zod';

export interface EncryptionKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** At most one of the two is set. Both unset: a file beside the embedded database. */
export interface EncryptionSettings {
  readonly keys: readonly EncryptionKey[] | undefined;
  readonly keysFile: string | undefined;
}

const KEY_BYTES = 32;
const KEY = /^([\w-]{1,32}):([A-Za-z0-9+/]{43}=)$/;

export const KEYS_FORM = 'keys such as k1:... with commas between: an id, a colon, and 32 random bytes in base64';

/** The first encrypts, all decrypt. Undefined where it is anything else, or an id comes twice. */
export function parseKeys(text: string): EncryptionKey[] | undefined {
  const keys = text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [, id = '', secret = ''] = KEY.exec(part) ?? [];
      return { id, key: Buffer.from(secret, 'base64') };
    });
  const isRight = keys.length > 0 && keys.every(({ key }) => key.length === KEY_BYTES);
  return isRight && new Set(keys.map(({ id }) => id)).size === keys.length ? keys : undefined;
}

export const encryptionSettings = {
  ENCRYPTION_KEYS: z
    .string()
    .transform((text, context) => {
      const keys = parseKeys(text);
      if (keys) return keys;
      context.addIssue({ code: 'custom', message: `must be ${KEYS_FORM}, each id once` });
      return z.NEVER;
    })
    .optional(),
  ENCRYPTION_KEYS_FILE: z.string().optional(),
};

export function encryptionMistakes(present: Readonly<Record<string, string | undefined>>): string[] {
  return present['ENCRYPTION_KEYS'] !== undefined && present['ENCRYPTION_KEYS_FILE'] !== undefined
    ? ['ENCRYPTION_KEYS and ENCRYPTION_KEYS_FILE must not both be set.']
    : [];
}
