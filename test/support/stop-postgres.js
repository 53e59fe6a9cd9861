/** After all tests: the database goes, and what left the servers is searched for what must never leave. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { filesIn, searchFiles } from './canary-search.ts';

const SHOWN = 20;

export default async function stop() {
  const { folder, postgres, heard } = globalThis.testPostgres;
  await postgres.close();
  const log = join(folder, 'postgres', 'server.log');
  if (!existsSync(log)) throw new Error('The log of PostgreSQL is not where it was.');
  const found = searchFiles([...filesIn(heard), log]);
  await rm(folder, { recursive: true, force: true });
  await rm(heard, { recursive: true, force: true });
  if (found.length === 0) return;
  const told = found.slice(0, SHOWN).map(({ file, line, kind, shown }) => `${file}:${line} ${kind}: ${shown}`);
  throw new Error(`${found.length} secrets were found in what left the servers:\n${told.join('\n')}`);
}
