/**
 * AES-256-GCM of one value of one column: `tg1:<key id>:<nonce, ciphertext and tag in base64url>`, for what is looked up by
 * its value with `:<blind index>` behind it. Where it belongs and its index are authenticated with it, so that it can be
 * moved to no other column.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { EncryptionKey } from '../encryption-settings.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const INDEX_BYTES = 16;

export const SEALED = 'tg1:';
export const BLIND = 'x1:';
const FORM = /^tg1:([\w-]{1,32}):([\w-]{38,})(?::([\w-]{22}))?$/;

export interface SealedParts {
  readonly keyId: string;
  readonly body: Buffer;
  /** Empty where it has none. */
  readonly index: string;
}

/** @param place table and column, such as `account.name` */
export function sealWith({ id, key }: EncryptionKey, place: string, text: string, index = ''): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(`${place}:${index}`));
  const body = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${SEALED}${id}:${body.toString('base64url')}${index === '' ? '' : `:${index}`}`;
}

/** Undefined where it was not made by `sealWith`. */
export function partsOf(stored: string): SealedParts | undefined {
  const [, keyId, body, index = ''] = FORM.exec(stored) ?? [];
  return keyId === undefined || body === undefined ? undefined : { keyId, body: Buffer.from(body, 'base64url'), index };
}

/** @throws Error where it was encrypted by another key or for another place, or was changed since */
export function openWith({ key }: EncryptionKey, place: string, { body, index }: SealedParts): string {
  const end = body.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, body.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(`${place}:${index}`))
    .setAuthTag(body.subarray(end));
  return Buffer.concat([decipher.update(body.subarray(NONCE_BYTES, end)), decipher.final()]).toString('utf8');
}

/** The same for the same text, by which it is found and unique; nobody without the key can tell of what. */
export function blindIndex(indexKey: Buffer, scope: string, text: string): string {
  const mac = createHmac('sha256', indexKey).update(`${scope}\0${text}`).digest();
  return mac.subarray(0, INDEX_BYTES).toString('base64url');
}
