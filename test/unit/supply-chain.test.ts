/** What is taken in from others: exact versions, known by their content, under licences that allow it. */
import { readFileSync } from 'node:fs';

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
