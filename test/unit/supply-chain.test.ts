/** What is taken in from others: exact versions, known by their content, under licences that allow it. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly resolved?: string;
}

type Dependencies = Readonly<Record<string, string>>;

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Readonly<
  Record<'dependencies' | 'devDependencies', Dependencies>
>;
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');

/** Who uses it may do so in a product of any licence, and has at most to name whose it is. */
const ALLOWED = new Set([
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'ISC', 'MIT', 'MIT/X11'],
  // Fonts that invoices are set in; Python's own, of a parser of arguments.
  ...['OFL-1.1', 'PSF-2.0', 'Python-2.0'],
  // Tables of what browsers can do, for building.
  'CC-BY-4.0',
]);

/** Those that do not say it in their package.json, by what their repository says. */
const SAID_ELSEWHERE: Dependencies = { 'node_modules/png-js': 'MIT' };

/** Whether one of the licences in an expression of SPDX is enough, or all that it asks for are allowed. */
function isAllowed(expression: string): boolean {
  const plain = expression.replace(/[()]/g, '');
  if (plain.includes(' OR ')) return plain.split(' OR ').some((one) => ALLOWED.has(one));
  return plain.split(' AND ').every((one) => ALLOWED.has(one));
}

// Seen to fail: with a caret before a version.
test('every version is exact', () => {
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.length).toBeGreaterThan(50);
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

// Seen to fail: with an `integrity` taken out, and with a `resolved` put in.
test('every package is known by its content, wherever it is taken from', () => {
  expect(packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
  expect(packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

// Seen to fail: with MIT taken off the list.
test('every licence is one that allows it', () => {
  const refused = packages.filter(([path, { license }]) => !isAllowed(license ?? SAID_ELSEWHERE[path] ?? 'none'));
  expect(refused.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});

const rules = [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }];

/** What a text holds that nobody may know. */
async function secretsIn(filePath: string, content: string): Promise<string[]> {
  const source = { filePath, content, ext: extname(filePath), contentType: 'text' as const };
  const { messages } = await lintSource({ source, options: { config: { rules }, maskSecrets: true } });
  return messages.map(({ message, loc }) => `${filePath}:${loc.start.line} ${message}`);
}

// Seen to fail: with a connection string and a password in test/api/start-refused.test.ts.
test('no file of this project holds a secret', async () => {
  const { stdout } = await promisify(execFile)('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  const files = stdout.split('\0').filter((path) => path !== '' && existsSync(path));
  expect(files.length).toBeGreaterThan(800);
  const found = await Promise.all(files.map((path) => secretsIn(path, readFileSync(path, 'utf8'))));
  expect(found.flat()).toEqual([]);
});

// Put together here, so that no file holds one.
test.each([
  [
    'a private key',
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }),
  ],
  ['a key of AWS', `AWS_SECRET_ACCESS_KEY = "${randomBytes(20).toString('hex')}"`],
  ['a token of GitHub', `token = "ghp_${'a1B2c3D4e5F6'.repeat(3)}"`],
  ['a live key of Stripe', `const key = "sk_${'live'}_${'4eC39HqLyjWDarjtT1zdp7dc'}";`],
  [
    'a connection string',
    ['url = postgresql:/', `me:${randomBytes(6).toString('hex')}@db.internal:5432`, 'app'].join('/'),
  ],
])('%s would be found', async (_what, text) => {
  expect(await secretsIn('settings.ts', text.toString())).toEqual([expect.stringContaining('settings.ts:1 ')]);
});
