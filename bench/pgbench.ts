/** The baseline in C: PostgreSQL's own load generator with the same rows, where it is on PATH. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import {
  countStatement,
  insertStatement,
  totalStatement,
  VALUE_TYPES,
  type RowSample,
  type ValueName,
  type Written,
} from './row-sample.js';

const run = promisify(execFile);

/** Its version, or undefined where there is none. */
export async function findPgbench(): Promise<string | undefined> {
  return run('pgbench', ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

/** The user of each transaction is drawn by pgbench; its accounts stand in constant arrays, so that no look-up is paid. */
export async function writePgbenchScript(file: string, sample: RowSample): Promise<void> {
  const pick = (ids: readonly string[]) => `('{${ids.join(',')}}'::uuid[])[:u]`;
  const fixed: Partial<Record<ValueName, string>> = {
    organization: literal(sample.organizationId, 'uuid'),
    starts_at: literal(sample.periodStartsAt, 'timestamptz'),
    key: 'uuidv7()::text',
    account: pick(sample.spenders.map((spender) => spender.account_id)),
    team: pick(sample.spenders.map((spender) => spender.team_id ?? 'NULL')),
  };
  const written: Written = (name) => fixed[name] ?? literal(sample.record[name] ?? null, VALUE_TYPES[name]);
  const count = (budget: string) => countStatement((name) => (name === 'budget' ? budget : written(name)));
  const budgets = (sample.spenders[0]?.budgets ?? []).map((_, place) =>
    pick(sample.spenders.map((spender) => spender.budgets[place] ?? 'NULL')),
  );
  const statements = ['BEGIN', insertStatement(written), ...budgets.map(count), totalStatement(written), 'COMMIT'];
  const lines = statements.map((statement) => `${statement.replaceAll(/\s+/g, ' ').trim()};`);
  await writeFile(file, [`\\set u random(1, ${sample.spenders.length})`, ...lines, ''].join('\n'));
}

function literal(value: string | null, type: string): string {
  return value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'::${type}`;
}

/** Transactions a second. */
export async function runPgbench(
  script: string,
  databaseUrl: string,
  clients: number,
  seconds: number,
): Promise<number> {
  const args = ['-n', '-M', 'prepared', '-f', script, '-c', String(clients), '-j', String(Math.min(clients, 2))];
  const { stdout } = await run('pgbench', [...args, '-T', String(seconds), databaseUrl]);
  const perSecond = Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
  const failed = Number(/number of failed transactions: (\d+)/.exec(stdout)?.[1] ?? 0);
  if (!(perSecond > 0) || failed > 0) throw new Error(`pgbench did not finish: ${stdout}`);
  return perSecond;
}
