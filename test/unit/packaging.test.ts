/**
 * I11: what `npm pack` takes along: what `npm start` and `npm run demo` are built from, and nothing that lies beside it.
 * Seen to fail: with no `files` in package.json, where all that was planted and is not ignored by git was packed; with
 * folders in it instead of kinds of files.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PLANTED = [
  ...['.env', '.env.production', 'core', 'core.1234', 'dump.sql', 'backup.dump', 'heap.heapsnapshot', 'server.log'],
  ...['.tollgate/api-key', '.tollgate/postgres/PG_VERSION', 'data/base/1', 'test.pem', 'keys/live.key', 'id_rsa'],
  ...['src/.env', 'src/dump.sql', 'src/core', 'migrations/sql/dump.sql.gz', 'docs/key.pem', 'demo/.tollgate/api-key'],
  ...['dist/src/main.js', 'coverage/lcov.info', '.npmrc', 'test/support/canary.key', 'node_modules/a/index.js'],
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-package-'));
  const names = (await readdir('.')).filter((name) => !['node_modules', 'dist', '.git', '.tollgate'].includes(name));
  for (const name of names) await cp(name, join(folder, name), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function packed(): Promise<string[]> {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    maxBuffer: 16 * 1024 * 1024,
  });
  const [told] = JSON.parse(stdout) as { files: { path: string }[] }[];
  return told?.files.map(({ path }) => path).sort() ?? [];
}

async function filesBelow(name: string): Promise<string[]> {
  const entries = await readdir(name, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? join(entry.parentPath, entry.name) : []));
}

test('exactly what it is built from, whatever lies beside it', async () => {
  const sources = (
    await Promise.all(['src', 'migrations', 'demo', 'test/support'].map((name) => filesBelow(name)))
  ).flat();
  const own = ['LICENSE', 'README.md', 'SECURITY.md', 'package.json', 'schema.graphql'];
  const wanted = [
    ...sources.filter((path) => path.endsWith('.ts')),
    ...(await filesBelow('docs')),
    ...own,
    ...['tsconfig.json', 'tsconfig.build.json'],
  ].sort();
  expect(await packed()).toEqual(wanted);
  for (const path of PLANTED) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), 'planted');
  }
  expect(await packed()).toEqual(wanted);
});
