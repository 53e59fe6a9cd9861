/**
 * The house rules that a machine can check. Each one is a row: what it says, what it finds in a list of files, and a
 * file that breaks it. The row's own test proves that the rule bites, so a rule cannot rot into one that passes all.
 */
import {
  BANNED_NAME,
  FLAGS,
  PURE,
  SQL_CLOCK,
  TABLES,
  byPath,
  flagsReadOnce,
  folderOf,
  forbid,
  functionsPinTheirPath,
  imports,
  isDatabaseRoot,
  isMigration,
  isSource,
  isSql,
  leftwards,
  noDanglingPage,
  noFloatMoney,
  readTree,
  sqlCode,
  tablesListed,
  withoutTollgateNow,
  type Check,
  type Source,
} from './support/tidy.js';

/** [what must hold, how it is seen, the path and text of a file that breaks it] */
const RULES: [string, Check, string, string][] = [
  ['a folder imports only leftwards', imports(leftwards), 'src/audit/a.ts', "import '../usage/b.js';"],
  ['a folder has a place in the order', imports(leftwards), 'src/odd/a.ts', "import '../identity/b.js';"],
  [
    'a root file imports no folder, except services.ts, server.ts and context.ts',
    imports(
      (from, to) =>
        !folderOf(from) && !!folderOf(to) && !['src/services.ts', 'src/server.ts', 'src/context.ts'].includes(from),
    ),
    'src/lane.ts',
    "export { a } from './usage/a.js';",
  ],
  [
    'only server.ts, emit-schema.ts and resolvers import context.ts',
    imports((from, to) => to === 'src/context.ts' && !/^src\/(server|emit-schema)\.ts$|\.resolver\.ts$/.test(from)),
    'src/usage/usage.service.ts',
    "import { context } from '../context.js';",
  ],
  [
    'a resolver knows no ORM and no SQL',
    imports((from, to) => from.endsWith('.resolver.ts') && /^(@?mikro-orm|pg$|kysely)|\.sql\.ts$/.test(to)),
    'src/usage/usage.resolver.ts',
    "import { record } from './record-usage.sql.js';",
  ],
  [
    'a pure file imports only money.ts and pure files',
    imports((from, to) => PURE.includes(from) && from !== 'src/money.ts' && !PURE.includes(to)),
    'src/catalog/cost.ts',
    "import ms from 'ms';",
  ],
  [
    'the environment is read in config.ts only',
    forbid(/\bprocess\s*\.\s*env\b|\benv\b[^;]*from '(node:)?process'/, (path) => path !== 'src/config.ts'),
    'src/lane.ts',
    'export const port = process.env.PORT;',
  ],
  [
    'the Stripe SDK is imported in billing/stripe/ only',
    imports((from, to) => /^stripe($|\/)/.test(to) && !from.startsWith('src/billing/stripe/')),
    'src/billing/invoice/invoice.service.ts',
    "import type Stripe from 'stripe';",
  ],
  [
    'the clock is read in clock.ts only',
    forbid(
      /\bDate\.now\b|\bnew Date(\(\)|(?!\w|\())|(?<!new )\bDate\(\)|\bperformance\.now\b|\bhrtime\b/,
      (path) => isSource(path) && path !== 'src/clock.ts',
    ),
    'src/usage/usage.service.ts',
    'const at = new Date();',
  ],
  [
    'SQL reads the clock in tollgate_now() only',
    forbid(
      SQL_CLOCK,
      // The clock's own method is called now(); the other refuses to start on a shifted tollgate_now().
      (path) => path.endsWith('.ts') && !['src/clock.ts', 'src/database.sql.ts'].includes(path),
      withoutTollgateNow,
    ),
    'migrations/a.ts',
    "// why\nsql('CREATE FUNCTION tollgate_now() AS $$ SELECT clock_timestamp() $$; SELECT now()');",
  ],
  [
    'raw SQL stands in *.sql.ts, migrations and the database root files only',
    forbid(
      /[`'"]\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP|BEGIN|COMMIT|SET|LISTEN|NOTIFY|LOCK)\s+\S/,
      (path) => isSource(path) && !isSql(path) && !isDatabaseRoot(path),
    ),
    'src/usage/usage.service.ts',
    'const rows = await em.execute(`\n  SELECT 1 FROM usage_record`);',
  ],
  ['no console', forbid(/\bconsole\s*\./, isSource), 'src/lane.ts', "console.log('here');"],
  ['no barrels', byPath((path) => /(^|\/)index\.ts$/.test(path)), 'src/usage/index.ts', ''],
  ['no room for odds and ends', byPath((path) => BANNED_NAME.test(path)), 'src/usage/date-utils.ts', ''],
  [
    'at most 300 lines a file',
    (sources) =>
      sources
        .filter(({ path, text }) => path.endsWith('.ts') && text.trimEnd().split('\n').length > 300)
        .map(({ path }) => path),
    'src/lane.ts',
    'lane();\n'.repeat(301),
  ],
  [
    'each flag is read in exactly one place',
    flagsReadOnce,
    'src/a.ts',
    'if (c.enableBilling && d.enableBilling) go();',
  ],
  [
    'no check is switched off',
    forbid(/@ts-(ignore|nocheck|expect-error)|\bas any\b|eslint-disable|prettier-ignore/, isSource, (text) => text),
    'src/lane.ts',
    'const lane = {} as any;',
  ],
  [
    'the first line of a migration says why',
    (sources) =>
      sources.flatMap(({ path, text }) =>
        /^migrations\/[^/]+$/.test(path) && !/^(\/\/|\/\*\*?) ?\S.{10}/.test(text) ? [path] : [],
      ),
    'migrations/Migration1.ts',
    "import { Migration } from '@mikro-orm/migrations';",
  ],
  [
    'the product names no machine and no maker of its text',
    forbid(
      /(?<![\w.])\/(work|root|home|Users)\/\w|co-authored-by|\b(written|generated|made|built) (by|with) (an? )?(ai|llm|assistant|claude|copilot|chatgpt)\b/i,
      () => true,
      (text) => text,
    ),
    'README.md',
    'Built by an LLM in /work/main.',
  ],
  ['a page that is named is there', noDanglingPage, 'src/lane.ts', '// See the-plan.md.'],
  [
    'H28: money is no Float',
    noFloatMoney,
    'schema.graphql',
    'type Budget { percent: Float! limit: Decimal! spent: [Float!]! }',
  ],
  ['every table is listed by kind', tablesListed, 'migrations/a.ts', '// why\nsql(`CREATE TABLE secret (id uuid)`);'],
  [
    'a function of the database pins its search path',
    functionsPinTheirPath,
    'migrations/a.ts',
    '// why\nsql(`CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$`);',
  ],
  [
    'no trigger carries a rule',
    forbid(/\bcreate\s+(or replace\s+|constraint\s+)*trigger\b/i, isSql, sqlCode),
    'migrations/a.ts',
    'sql(`CREATE TRIGGER t BEFORE UPDATE ON usage_record EXECUTE FUNCTION refuse()`);',
  ],
  [
    'no advisory lock and no SERIALIZABLE carries an invariant',
    forbid(/\bpg_(try_)?advisory_|\bserializable\b/i, (path) => isMigration(path) || !!folderOf(path), sqlCode),
    'src/usage/record-usage.sql.ts',
    'export const sql = `SELECT pg_advisory_xact_lock(1)`;',
  ],
  [
    'numbers come from a counter row: no sequence, no max() + 1',
    forbid(/\bcreate sequence\b|\bnextval\b|\b(big|small)?serial\b|\bmax\([^()]*\)[\s)]*\+\s*1\b/i, isSql, sqlCode),
    'migrations/a.ts',
    'sql(`SELECT max(number) + 1 FROM invoice`);',
  ],
  [
    'no INSERT inside WITH, no MERGE',
    forbid(/\bas\s+((not\s+)?materialized\s+)?\(\s*insert\b|\bmerge\s+into\b/i, isSql, sqlCode),
    'src/usage/record-usage.sql.ts',
    'export const sql = `WITH w AS (INSERT INTO usage_record VALUES (1)) SELECT 1`;',
  ],
  [
    'ids and random values are parameters, not volatile calls in SQL',
    forbid(/\bgen_random_uuid\b|\buuidv7\(|(?<![.\w])random\(\)/i, isSql, sqlCode),
    'migrations/a.ts',
    'sql(`UPDATE alert SET id = gen_random_uuid()`);',
  ],
  [
    'no function of the database notifies: the process does, after COMMIT',
    forbid(/\bpg_notify\b|\bnotify\s+\w+\s*[,;]/i, isMigration, sqlCode),
    'migrations/a.ts',
    "sql(`PERFORM pg_notify('alerts', p_org::text)`);",
  ],
  [
    'the organization of a transaction is set with SET LOCAL, never set_config',
    forbid(/\bset_config\s*\(/i, () => true, sqlCode),
    'src/database.ts',
    "sql(`SELECT set_config('tollgate.organization_id', $1, true)`);",
  ],
];

/** The smallest tree in which all is well: no rule may complain of it. */
const CLEAN: Source[] = [
  { path: 'README.md', text: '# Tollgate\n\nSee http://localhost:4000/.' },
  { path: TABLES, text: "export const TENANT_TABLES = ['usage_record'];" },
  { path: 'src/config.ts', text: 'export const port = process.env.PORT;' },
  { path: 'src/clock.ts', text: 'export const read = () => Date.now() + performance.now();' },
  { path: 'src/server.ts', text: `import './usage/a.js';\nuse(${FLAGS.map((flag) => `config.${flag}`).join()});` },
  { path: 'src/usage/a.ts', text: "// No console.log here, no Date.now().\nimport '../money.js';\nnew Date(0);" },
  { path: 'src/usage/a.sql.ts', text: 'export const a = `SELECT tollgate_now() -- not now()`;' },
  { path: 'src/billing/stripe/stripe.ts', text: "import Stripe from 'stripe';" },
  {
    path: 'migrations/a.ts',
    text: '/** The record of every call. */\nsql(`CREATE TABLE usage_record (cost numeric)`);',
  },
  { path: 'schema.graphql', text: 'type Budget { "In percent." percent: Float! limit: Decimal! }' },
];

describe.each(RULES)('%s', (_says, check, path, text) => {
  test('in the tree', () => {
    expect(check(readTree())).toEqual([]);
  });

  test('bites a file that breaks it, and no other', () => {
    expect(check(CLEAN)).toEqual([]);
    expect(check([...CLEAN.filter((source) => source.path !== path), { path, text }])).not.toEqual([]);
  });
});
