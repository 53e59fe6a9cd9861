/** The keys of this process: one encrypts, all decrypt. Once known, a key is known until the process ends. */
import { readFileSync, statSync } from 'node:fs';
import type { Logger } from 'pino';
import { KEYS_FORM, parseKeys, type EncryptionKey } from '../encryption-settings.js';
import { reasonOf } from '../postgres-place.js';
import { StartError } from '../start-error.js';

/** @throws StartError where it cannot be read, or holds something else */
export function readKeysFile(path: string): EncryptionKey[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError(`The encryption keys in ${path} cannot be read (${reasonOf(error)}).`);
  }
  const keys = parseKeys(text);
  if (!keys) throw new StartError(`${path} must hold ${KEYS_FORM} or one a line, each id once.`);
  return keys;
}

export class KeyRing {
  readonly #keys = new Map<string, EncryptionKey>();
  #current: EncryptionKey;
  /** Which one is to encrypt, as soon as the database knows it. */
  #wanted: EncryptionKey;
  #stamp: string;

  /** @param file where the keys came from, and new ones may come from */
  constructor(
    keys: readonly EncryptionKey[],
    private readonly file: string | undefined,
    private readonly log: Logger,
  ) {
    const [first] = keys;
    if (!first) throw new Error('A ring has a key.');
    for (const key of keys) this.#keys.set(key.id, key);
    this.#current = first;
    this.#wanted = first;
    this.#stamp = stampOf(file);
  }

  get current(): EncryptionKey {
    return this.#current;
  }

  get wanted(): EncryptionKey {
    return this.#wanted;
  }

  find(id: string): EncryptionKey | undefined {
    if (!this.#keys.has(id)) this.reread();
    return this.#keys.get(id);
  }

  use(key: EncryptionKey): void {
    this.#current = key;
  }

  /** Looks whether the file has changed. What is wrong with it is told, and the keys stay as they are. */
  reread(): void {
    const stamp = stampOf(this.file);
    if (this.file === undefined || stamp === this.#stamp) return;
    this.#stamp = stamp;
    try {
      const keys = readKeysFile(this.file);
      const other = keys.find(({ id, key }) => this.#keys.get(id)?.key.equals(key) === false);
      if (other) throw new StartError(`The key of "${other.id}" in ${this.file} is another than it was.`);
      for (const key of keys) this.#keys.set(key.id, key);
      this.#wanted = keys[0] ?? this.#wanted;
    } catch (error) {
      this.log.error({ err: error }, 'the encryption keys stay as they were');
    }
  }
}

function stampOf(file: string | undefined): string {
  const found = file === undefined ? undefined : statSync(file, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : '';
}
