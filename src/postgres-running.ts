/** The embedded PostgreSQL of a data folder where one runs: found by what it wrote down, never made, started or owned. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CLUSTER_USER } from './postgres-cluster.js';
import { findDatabaseDir, reasonOf, unusable } from './postgres-place.js';
import { DATABASE } from './postgres.js';

/**
 * Undefined where none has written down that it runs. One that was killed has, too: connecting tells.
 * @throws StartError where the folder may not be read.
 */
export async function runningPostgresUrl(dataDir: string | undefined): Promise<string | undefined> {
  const databaseDir = await findDatabaseDir(dataDir === undefined ? undefined : resolve(dataDir));
  try {
    const pidFile = await readFile(join(databaseDir, 'postmaster.pid'), 'utf8');
    const password = await readFile(join(databaseDir, 'tollgate.password'), 'utf8');
    const port = Number(pidFile.split('\n')[3]);
    return port > 0 ? `postgresql://${CLUSTER_USER}:${password}@127.0.0.1:${port}/${DATABASE}` : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(databaseDir, reasonOf(error), 'run this as the user that started Tollgate');
  }
}
