/** What the schedules of the hot functions stand on: every order is taken, and who waits for whom is seen. */
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { alone, committed, rolledBack, sql, Stage, type Run, type Session } from '../support/stepped-schedule.js';

let database: TestDatabase;
let stage: Stage;
beforeAll(async () => {
  database = await cloneDatabase();
  stage = await Stage.open(database.url, 3);
  await stage.control.query('CREATE TABLE thing (id int PRIMARY KEY, amount int NOT NULL)');
});
afterAll(async () => {
  await stage.close();
  await database.drop();
});

async function runsOf(sessions: readonly Session[]): Promise<{ run: Run; amount: number }[]> {
  const runs: { run: Run; amount: number }[] = [];
  const open = async () => {
    await stage.control.query('TRUNCATE thing; INSERT INTO thing VALUES (1, 0), (2, 0)');
    return sessions;
  };
  for await (const run of stage.everyOrder(open)) {
    const { rows } = await stage.control.query<{ amount: number }>('SELECT amount FROM thing WHERE id = 1');
    runs.push({ run, amount: rows[0]!.amount });
  }
  return runs;
}

const order = (run: Run) => run.map(({ session, hasWaited }) => `${session}${hasWaited ? 'w' : ''}`).join(' ');
const add = (id: number) => sql(`UPDATE thing SET amount = amount + 1 WHERE id = ${id}`);

test('two that do not meet: all six orders, and nobody waits', async () => {
  const runs = await runsOf([committed(add(1)), committed(add(2))]);
  expect(runs.map(({ run }) => order(run)).sort()).toEqual([
    '0 0 1 1',
    '0 1 0 1',
    '0 1 1 0',
    '1 0 0 1',
    '1 0 1 0',
    '1 1 0 0',
  ]);
});

test('two that meet on a row: the second waits, and can only go on after the first', async () => {
  const runs = await runsOf([committed(add(1)), committed(add(1))]);
  expect(runs.map(({ run, amount }) => `${order(run)}: ${amount}`).sort()).toEqual([
    '0 0 1 1: 2',
    '0 1w 0 1: 2',
    '1 0w 1 0: 2',
    '1 1 0 0: 2',
  ]);
});

test('one that waits behind one that waits is seen to wait, and a rollback lets both go on', async () => {
  const runs = await runsOf([rolledBack(add(1)), alone(add(1)), alone(add(1))]);
  expect(runs).toHaveLength(12);
  expect(runs.map(({ run }) => order(run))).toContain('0 1w 2w 0');
  expect(new Set(runs.map(({ amount }) => amount))).toEqual(new Set([2]));
});

test('three transactions that do not meet: all 90 orders, each once', async () => {
  const nothing = committed(sql('SELECT 1'));
  const runs = await runsOf([nothing, nothing, nothing]);
  expect(runs).toHaveLength(90);
  expect(new Set(runs.map(({ run }) => order(run))).size).toBe(90);
});

test('two that take two rows in other orders: a deadlock where each has one, and only there', async () => {
  const runs = await runsOf([committed(add(1), add(2)), committed(add(2), add(1))]);
  for (const { run } of runs) {
    const hasEachOne = run[0]!.session !== run[1]!.session;
    expect(run.filter(({ error }) => error === '40P01')).toHaveLength(hasEachOne ? 1 : 0);
  }
  expect(runs.some(({ run }) => run[0]!.session !== run[1]!.session)).toBe(true);
});

test('read, then write in another step: an addition is lost, but not where one comes after the other', async () => {
  const read = (name: string) =>
    sql(`SELECT set_config('tollgate.${name}', amount::text, false) FROM thing WHERE id = 1`);
  const write = (name: string) =>
    sql(`UPDATE thing SET amount = current_setting('tollgate.${name}')::int + 1 WHERE id = 1`);
  const runs = await runsOf([committed(read('a'), write('a')), committed(read('b'), write('b'))]);
  expect(
    runs
      .filter(({ amount }) => amount === 2)
      .map(({ run }) => order(run))
      .sort(),
  ).toEqual(['0 0 0 1 1 1', '1 1 1 0 0 0']);
  expect(runs.some(({ amount }) => amount === 1)).toBe(true);
});

test('a step that nobody lets go on is an error, and leaves nothing behind', async () => {
  const forever = { ...committed(add(1)), steps: [add(1)] };
  await expect(runsOf([forever, alone(add(1))])).rejects.toThrow('waits for a transaction that no step ends');
  expect(await runsOf([committed(add(1)), alone(add(2))])).toHaveLength(3);
});
