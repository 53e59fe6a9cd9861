/**
 * The bootstrap key beside an embedded database, readable by its owner alone: the explorer, the demo and the printed
 * curl take it from there, so that the key itself is printed just once. Whoever can read the file can read the database.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function keepKeyFile(
  dataDir: string,
  newKey: string | undefined,
): Promise<{ path: string; key: string } | undefined> {
  const path = join(dataDir, 'api-key');
  if (newKey !== undefined) await writeFile(path, `${newKey}\n`, { mode: 0o600 });
  const key = await readFile(path, 'utf8').catch(() => undefined);
  return key === undefined ? undefined : { path, key: key.trim() };
}
