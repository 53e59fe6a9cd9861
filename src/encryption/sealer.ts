/** Encrypts and decrypts what is of people. */
import type { KeyRing } from './key-ring.js';
import { BLIND, SEALED, blindIndex, openWith, partsOf, sealWith } from './cipher.js';

export class Sealer {
  constructor(
    readonly ring: KeyRing,
    readonly indexKey: Buffer,
  ) {}

  /** @param place table and column, such as `account.name` */
  seal(place: string, text: string): string {
    return sealWith(this.ring.current, place, text);
  }

  /** The same of what is looked up by its value. */
  sealRef(place: string, ref: string): string {
    return sealWith(this.ring.current, place, ref, this.refIndex(ref));
  }

  /** @throws Error where it cannot be decrypted: what is no ciphertext is no value either */
  open(place: string, stored: string): string {
    const parts = partsOf(stored);
    if (!parts) throw new Error(`A value of ${place} is not encrypted.`);
    const key = this.ring.find(parts.keyId);
    if (!key) throw new Error(`A value of ${place} is encrypted by the key "${parts.keyId}", which is not here.`);
    try {
      return openWith(key, place, parts);
    } catch (error) {
      throw new Error(`A value of ${place} cannot be decrypted by the key "${parts.keyId}".`, { cause: error });
    }
  }

  /** What a processor calls something is unique among all that it has, whatever table it stands in. */
  refIndex(ref: string): string {
    return blindIndex(this.indexKey, 'ref', ref);
  }

  /** For what is compared and never shown. */
  blind(scope: string, text: string): string {
    return `${BLIND}${blindIndex(this.indexKey, scope, text)}`;
  }
}

/** What a value of a column begins with that was encrypted by a key. */
export const sealedBy = (keyId: string) => `${SEALED}${keyId}:`;

/** By what leads to a database: several servers with keys of their own may live in one process. */
const sealers = new WeakMap<object, Sealer>();

export function keepSealer(way: object, sealer: Sealer): void {
  sealers.set(way, sealer);
}

/** @param way the ORM's platform, a pool or a client */
export function findSealer(way: object): Sealer | undefined {
  return sealers.get(way);
}

export function sealerOf(way: object): Sealer {
  const sealer = findSealer(way);
  if (!sealer) throw new Error('This database was opened without keys.');
  return sealer;
}
