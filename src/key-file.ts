/**
 * The bootstrap key beside an embedded database, readable by its owner alone: the explorer, the demo and the printed
 * curl take it from there, so that the key itself is printed just once. Whoever can read the file can read the database.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf, unusable } from './postgres-place.js';

export function keyFileIn(dataDir: string): string {
  return join(dataDir, 'api-key');
}

/** Moved into place whole: a file that stands there is never half a key. */
export async function writeKeyFile(path: string, key: string): Promise<void> {
  const draft = `${path}.new-${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, `${key}\n`, { mode: 0o600, flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    throw unusable(path, reasonOf(error), 'let this user write there, or set DATA_DIR to another folder');
  }
}

/** Undefined where there is none, or this user may not read it. */
export async function readKeyFile(path: string): Promise<string | undefined> {
  const key = await readFile(path, 'utf8').catch(() => '');
  return key.trim() || undefined;
}
