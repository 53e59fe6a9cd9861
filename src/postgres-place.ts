/**
 * Where the embedded PostgreSQL lives and as whom it runs. PostgreSQL refuses to run as root, and its user must be able
 * to enter every folder above its programs and its data, which fails in a checkout below /root. There, programs are
 * copied and data is kept in SYSTEM_DIR; a DATA_DIR that was set by hand is never moved, but refused in one sentence.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findPrograms, versionOf, type PostgresPrograms } from './postgres-programs.js';
import { StartError } from './start-error.js';

const run = promisify(execFile);
const SYSTEM_DIR = '/var/lib/tollgate';
const DEFAULT_DATA_DIR = '.tollgate';

export interface PostgresPlace {
  readonly dataDir: string;
  readonly databaseDir: string;
  readonly programs: PostgresPrograms;
  readonly majorVersion: string;
  /** Set only where we are root. */
  readonly owner: PostgresOwner | undefined;
}

export interface PostgresOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * @param dataDir absolute path that was set by hand, or undefined for the default.
 * @throws StartError where PostgreSQL cannot live there.
 */
export async function placePostgres(dataDir: string | undefined): Promise<PostgresPlace> {
  const owner = await unprivilegedOwner(dataDir ?? resolve(DEFAULT_DATA_DIR));
  const isReachable = async (path: string) => !owner || (await blockedAt(path, owner)) === undefined;
  const programs = await findPrograms(isReachable, SYSTEM_DIR);
  const place = await usableDataDir(dataDir, owner);
  const databaseDir = join(place, 'postgres');
  await assertOurs(databaseDir);
  return { dataDir: place, databaseDir, programs, majorVersion: (await versionOf(programs)).major, owner };
}

/** Where the data of a data folder is, should there be any; nothing is made. */
export async function findDatabaseDir(dataDir: string | undefined): Promise<string> {
  const owner = await unprivilegedOwner(dataDir ?? resolve(DEFAULT_DATA_DIR));
  return join(await reachableDataDir(dataDir, owner), 'postgres');
}

/**
 * As root: whoever the data belongs to already, else the system's `postgres` user where there is one, else `nobody`; no
 * user is ever made.
 */
async function unprivilegedOwner(dataDir: string): Promise<PostgresPlace['owner']> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await stat(join(dataDir, 'postgres')).catch(() => undefined);
  if (existing?.uid) return { uid: existing.uid, gid: existing.gid };
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map(async (what) => Number((await run('id', [what, name])).stdout)),
      );
      if (uid && gid) return { uid, gid };
    } catch {
      continue;
    }
  }
  throw new StartError(
    'PostgreSQL cannot run as root and no user "postgres" or "nobody" exists; start Tollgate as another user or set DATABASE_URL.',
  );
}

async function usableDataDir(wanted: string | undefined, owner: PostgresPlace['owner']): Promise<string> {
  const dir = await reachableDataDir(wanted, owner);
  try {
    // Under a strict umask root's new folders would be closed to the user that PostgreSQL runs as.
    const firstMade = await mkdir(dir, { recursive: true });
    if (firstMade !== undefined && owner) await openFolders(firstMade, dir);
  } catch (error) {
    throw unusable(dir, reasonOf(error), 'set DATA_DIR to a folder that can be written');
  }
  return dir;
}

async function reachableDataDir(wanted: string | undefined, owner: PostgresPlace['owner']): Promise<string> {
  const dir = wanted ?? resolve(DEFAULT_DATA_DIR);
  const blocked = owner && (await blockedAt(dir, owner));
  if (blocked === undefined) return dir;
  if (wanted !== undefined) {
    throw unusable(
      dir,
      `PostgreSQL does not run as root, and its user may not enter ${blocked}`,
      `choose a folder outside it, such as ${SYSTEM_DIR}/data`,
    );
  }
  return join(SYSTEM_DIR, `data-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`);
}

async function openFolders(first: string, last: string): Promise<void> {
  for (let dir = last; dir.length >= first.length; dir = dirname(dir)) await chmod(dir, 0o755);
}

/** Root can read everybody's data; anybody else only what is their own. */
async function assertOurs(databaseDir: string): Promise<void> {
  const us = process.getuid?.();
  if (us === undefined || us === 0) return;
  const found = await stat(databaseDir).catch(() => undefined);
  if (!found || found.uid === us) return;
  throw unusable(
    databaseDir,
    `its data belongs to the user with id ${found.uid}`,
    'start Tollgate as that user or as root, or set DATA_DIR to another folder',
  );
}

export function unusable(dir: string, why: string, remedy: string): StartError {
  return new StartError(`The data folder ${dir} cannot be used (${why}); ${remedy}.`);
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first folder on the way to a path that a user may not enter. A folder that does not exist yet is no obstacle. */
async function blockedAt(path: string, owner: PostgresOwner): Promise<string | undefined> {
  const above = dirname(path);
  if (above !== path) {
    const blocked = await blockedAt(above, owner);
    if (blocked !== undefined) return blocked;
  }
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return undefined;
  const bit = found.uid === owner.uid ? 0o100 : found.gid === owner.gid ? 0o010 : 0o001;
  return found.mode & bit ? undefined : path;
}
