/** How `test/tidy.test.ts` looks at the tree: each checker takes a list of files, so that a test can feed it a bad one. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parse, visit } from 'graphql';
import ts from 'typescript';

export interface Source {
  path: string;
  text: string;
}
/** Complaints, each beginning with the path. */
export type Check = (sources: Source[]) => string[];

const FOLDERS = ['encryption', 'door', 'identity', 'audit', 'alert', 'catalog', 'budget', 'usage', 'billing', 'verify'];
/** Pure files compute and know nothing else: they import `src/money.ts`, each other, and zod, which also only computes. */
export const PURE = [
  ...['cost', 'cost-line', 'match-model', 'match-rule', 'quantity', 'rate', 'usage-unit'].map(
    (name) => `src/catalog/${name}.ts`,
  ),
  'src/money.ts',
  'zod',
];
export const FLAGS = ['enablePricing', 'enableBudgetEnforcement', 'enableBilling'];
/** Fields of the public schema that are no money: everything else with a fraction is a Decimal. */
const FLOATS = ['percent'];
export const TABLES = 'src/tables.ts';

export const isSource = (path: string) => path.startsWith('src/') && path.endsWith('.ts');
export const isMigration = (path: string) => path.startsWith('migrations/') && path.endsWith('.ts');
export const isSql = (path: string) => isMigration(path) || path.endsWith('.sql.ts');
export const isDatabaseRoot = (path: string) => /^src\/(database|postgres[^/]*)\.ts$/.test(path);
export const folderOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1];
/** Comments may name what code must not do. A comment begins a line or follows a space, so `http://` stays. */
const code = (text: string) => text.replace(/(^|\s)(\/\*[\s\S]*?\*\/|\/\/.*$)/gm, '$1');
export const sqlCode = (text: string) => code(text).replace(/(^|\s)--.*$/gm, '$1');
const importsOf = ({ path, text }: Source) =>
  ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .map((name) => (name.startsWith('.') ? posix.join(posix.dirname(path), name.replace(/\.js$/, '.ts')) : name));

/** Complains of each file in which the pattern is found, unless it may be there. */
export function forbid(pattern: RegExp, applies: (path: string) => boolean, clean = code): Check {
  return (sources) =>
    sources
      .filter(({ path }) => applies(path))
      .flatMap(({ path, text }) => {
        const found = pattern.exec(clean(text));
        return found ? [`${path}: ${found[0].trim()}`] : [];
      });
}

/** Complains of each import that the given function finds wrong. */
export function imports(wrong: (from: string, to: string) => boolean): Check {
  return (sources) =>
    sources
      .filter(({ path }) => isSource(path))
      .flatMap((source) =>
        importsOf(source).flatMap((to) => (wrong(source.path, to) ? [`${source.path} imports ${to}`] : [])),
      );
}

export function leftwards(from: string, to: string): boolean {
  const [own, other] = [folderOf(from), folderOf(to)];
  if (!own || !other || own === other) return false;
  return !FOLDERS.includes(own) || !FOLDERS.includes(other) || FOLDERS.indexOf(other) > FOLDERS.indexOf(own);
}

export const flagsReadOnce: Check = (sources) =>
  FLAGS.flatMap((flag) => {
    const readers = sources
      .filter(({ path }) => isSource(path) && path !== 'src/config.ts')
      .flatMap(({ path, text }) => [...code(text).matchAll(new RegExp(`\\b${flag}\\b`, 'g'))].map(() => path));
    return readers.length === 1 ? [] : [`${flag} is read ${readers.length} times: ${readers.join(', ')}`];
  });

export const functionsPinTheirPath: Check = (sources) =>
  sources
    .filter(({ path }) => isSql(path))
    .flatMap(({ path, text }) =>
      sqlCode(text)
        .split(/(?=\bcreate\s+(?:or\s+replace\s+)?function\b)/i)
        .filter((part) => /^create\s/i.test(part) && !/set\s+search_path\s*=\s*pg_catalog,\s*pg_temp/i.test(part))
        .map((part) => `${path}: ${part.slice(0, 60)}`),
    );

export const tablesListed: Check = (sources) => {
  const list = sources.find(({ path }) => path === TABLES)?.text ?? '';
  return sources.flatMap(({ path, text }) =>
    [...code(text).matchAll(/\bcreate table (?:if not exists )?(?:\w+\.)?"?(\w+)"?|\btableName: '(\w+)'/gi)]
      .map((match) => match[1] ?? match[2] ?? '')
      .filter((table) => !new RegExp(`\\b${table}\\b`).test(list))
      .map((table) => `${path}: table ${table} is not in ${TABLES}`),
  );
};

export const noFloatMoney: Check = (sources) =>
  sources
    .filter(({ path }) => path === 'schema.graphql')
    .flatMap(({ text }) => {
      const floats: string[] = [];
      const see = (name: string, type: string) =>
        void (/\bFloat\b/.test(type) && !FLOATS.includes(name) && floats.push(`schema.graphql: ${name}: ${type}`));
      visit(parse(text, { noLocation: false }), {
        FieldDefinition: (node) => see(node.name.value, text.slice(node.type.loc?.start, node.type.loc?.end)),
        InputValueDefinition: (node) => see(node.name.value, text.slice(node.type.loc?.start, node.type.loc?.end)),
      });
      return floats;
    });

export const noDanglingPage: Check = (sources) =>
  sources.flatMap(({ path, text }) =>
    [...text.matchAll(/[\w./-]+\.md\b/g)]
      .filter(([page]) => !existsSync(page) && !sources.some((source) => source.path.endsWith(page)))
      .map(([page]) => `${path}: there is no ${page}`),
  );

/** Where SQL keeps its own clock. Only `tollgate_now()` may look at it, so that tests can move time. */
export const SQL_CLOCK =
  /(?<![\w.])now\(\)|pg_catalog\.now\(\)|\b(clock|statement|transaction)_timestamp\b|\bcurrent_(timestamp|date|time)\b|\blocaltime(stamp)?\b|\btimeofday\(\)/i;
export const withoutTollgateNow = (text: string) =>
  sqlCode(text).replace(/function\s+(?:\w+\.)?tollgate_now\(\)[^;]*?\bas\s+(\$\w*\$|')[\s\S]*?\1/gi, '');
export const BANNED_NAME = /(^|[/.-])(utils?|helpers?|common|shared|lib|types|interfaces)([/.-]|$)/;
export const byPath =
  (wrong: (path: string) => boolean): Check =>
  (sources) =>
    sources.map(({ path }) => path).filter(wrong);

/** The tree as it stands. Tests are left out: they name what they forbid. */
export function readTree(): Source[] {
  const under = ['src', 'migrations'].flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`)
      : [],
  );
  return [...under.filter((path) => path.endsWith('.ts')), 'schema.graphql', 'README.md']
    .filter((path) => existsSync(path))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}
