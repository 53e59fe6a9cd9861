/** For tests that look behind the server's back: what is encrypted in a test's database, by the keys of all test servers. */
import type { ClientBase, Pool } from 'pg';
import { openForReading } from '../../src/encryption/opening.js';
import type { Sealer } from '../../src/encryption/sealer.js';
import { parseKeys } from '../../src/encryption-settings.js';
import { TEST_KEYS } from './database.js';
import { testLog } from './heard.js';

export async function testSealer(client: ClientBase | Pool, keys = TEST_KEYS): Promise<Sealer> {
  const settings = { keys: parseKeys(keys), keysFile: undefined };
  const sealer = await openForReading({ settings, dataDir: undefined, log: testLog() }, client);
  if (!sealer) throw new Error('Nothing is encrypted in this database.');
  return sealer;
}
