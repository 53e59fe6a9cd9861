/** Opens what is encrypted in a database, or says clearly why it cannot be. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { ClientBase, Pool } from 'pg';
import type { Logger } from 'pino';
import type { EncryptionKey, EncryptionSettings } from '../encryption-settings.js';
import { readKeyFile, writeKeyFile } from '../key-file.js';
import { StartError } from '../start-error.js';
import { openWith, partsOf, sealWith } from './cipher.js';
import { keepKnownKey, keepWhole, readKnownKeys, type KnownKey } from './encryption-key.sql.js';
import { KeyRing, readKeysFile } from './key-ring.js';
import { Resealing } from './resealing.js';
import { Sealer, keepSealer } from './sealer.js';

const INDEX_KEY_BYTES = 32;
const INDEX_KEY_PLACE = 'encryption_key.index_key';

const HOW_TO_MAKE =
  'make one with: echo "k1:$(openssl rand -base64 32)"; keep a copy, without it all that is of people is lost';

/** @param dataDir of the embedded database; undefined: it is another's */
export function assertKeysAreSet({ keys, keysFile }: EncryptionSettings, dataDir: string | undefined): void {
  if (keys ?? keysFile ?? dataDir) return;
  throw new StartError(
    `With DATABASE_URL set, ENCRYPTION_KEYS or ENCRYPTION_KEYS_FILE must say the key by which names, addresses and the like are encrypted; ${HOW_TO_MAKE}.`,
  );
}

/** What of the settings and the database leads to the keys. */
export interface EncryptionGround {
  readonly settings: EncryptionSettings;
  readonly dataDir: string | undefined;
  readonly log: Logger;
}

/**
 * While no other server starts. Where the database is from before there was encryption, nothing is left in plain text
 * afterwards.
 * @throws StartError where a key is missing, or is not the one that the database was encrypted by
 */
export async function openEncryption(ground: EncryptionGround, orm: MikroORM, pool: Pool): Promise<Sealer> {
  const known = await readKnownKeys(pool);
  const ring = await ringOf(ground, known.length > 0);
  const indexKey = indexKeyOf(ring, known) ?? randomBytes(INDEX_KEY_BYTES);
  const sealer = new Sealer(ring, indexKey);
  const isWhole = known.some((key) => key.isWhole);
  await registerKey(pool, ring.current, indexKey, isWhole);
  keepSealer(orm.em.getPlatform(), sealer);
  keepSealer(pool, sealer);
  if (!isWhole) {
    await new Resealing(orm, pool, sealer).sealPlain();
    await keepWhole(pool);
  }
  return sealer;
}

/** The same for who only reads: nothing is made and nothing is written. Undefined where no keys are set. */
export async function openForReading(ground: EncryptionGround, client: ClientBase | Pool): Promise<Sealer | undefined> {
  const { keys, keysFile } = ground.settings;
  if (!keys && keysFile === undefined && !(await hasFile(ground.dataDir))) return undefined;
  const ring = await ringOf(ground, true);
  const indexKey = indexKeyOf(ring, await readKnownKeys(client));
  return indexKey && new Sealer(ring, indexKey);
}

/** Before anything is encrypted by it. */
export async function registerKey(pool: Pool, key: EncryptionKey, indexKey: Buffer, isWhole: boolean): Promise<void> {
  await keepKnownKey(pool, {
    id: key.id,
    indexKey: sealWith(key, INDEX_KEY_PLACE, indexKey.toString('base64')),
    isWhole,
  });
}

const hasFile = async (dataDir: string | undefined) =>
  dataDir !== undefined && (await readKeyFile(fileIn(dataDir))) !== undefined;

const fileIn = (dataDir: string) => join(dataDir, 'encryption-key');

async function ringOf({ settings, dataDir, log }: EncryptionGround, isInUse: boolean): Promise<KeyRing> {
  if (settings.keys) return new KeyRing(settings.keys, undefined, log);
  const file = settings.keysFile ?? fileIn(dataDir ?? '');
  if (settings.keysFile === undefined && (await readKeyFile(file)) === undefined) {
    if (isInUse) {
      throw new StartError(
        `The database is encrypted, and its key is not in ${file}; put back the copy of that file, or set ENCRYPTION_KEYS. There is no way around it.`,
      );
    }
    await writeKeyFile(file, `k1:${randomBytes(INDEX_KEY_BYTES).toString('base64')}`);
  }
  return new KeyRing(readKeysFile(file), file, log);
}

/** Undefined where the database knows no key yet. */
function indexKeyOf(ring: KeyRing, known: readonly KnownKey[]): Buffer | undefined {
  return known.map((key) => openedBy(ring, key)).at(-1);
}

function openedBy(ring: KeyRing, { id, indexKey }: KnownKey): Buffer {
  const key = ring.find(id);
  if (!key) {
    throw new StartError(
      `What is in the database is encrypted by the key "${id}", which is not among the encryption keys; add it again, behind the first.`,
    );
  }
  const parts = partsOf(indexKey);
  try {
    if (parts) return Buffer.from(openWith(key, INDEX_KEY_PLACE, parts), 'base64');
  } catch {
    // Told below, as what is no ciphertext at all.
  }
  throw new StartError(
    `The encryption key "${id}" is not the one that the database was encrypted by; set the right one under this id.`,
  );
}
