/** DEFAULT_MONTHLY_BUDGET and ENABLE_BUDGET_ENFORCEMENT: servers with other settings on one database. */
import { Client } from 'pg';
import { print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { readConfig } from '../../src/config.js';
import { startServer, type RunningServer } from '../../src/server.js';
import { booksOf } from '../support/books.js';
import { BOOTSTRAP_KEY, TEST_KEYS } from '../support/database.js';
import {
  BudgetStatusDocument,
  CheckBudgetDocument,
  SetAccountDocument,
  SetBudgetDocument,
  SpendDocument,
} from '../support/generated/operations.js';
import { testLog } from '../support/heard.js';
import { post, startWorld, type World } from '../support/world.js';

let world: World;
let other: RunningServer;
let client: Client;
beforeAll(async () => {
  world = await startWorld({ DEFAULT_MONTHLY_BUDGET: '5' });
  other = await startServer(
    readConfig({
      DATABASE_URL: world.database.url,
      PORT: '0',
      DEFAULT_MONTHLY_BUDGET: '9',
      ENABLE_BUDGET_ENFORCEMENT: 'false',
      TEST_CLOCK: 'true',
      ENCRYPTION_KEYS: TEST_KEYS,
    }),
    testLog(),
  );
  client = new Client({ connectionString: world.database.url });
  await client.connect();
});
afterAll(async () => {
  expect(await booksOf(client)).toEqual([]);
  await client.end();
  await other.close();
  await world.close();
});

async function askOther<T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<T> {
  const answer = await post<T>(other.url, { query: print(document), variables }, BOOTSTRAP_KEY);
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

const deduction = (userId: string, amount = '1', idempotencyKey = `${userId} ${crypto.randomUUID()}`) => ({
  input: { idempotencyKey, userId, amount, onlyIfFits: false },
});

async function statusOf(variables: { userId?: string; teamId?: string; runId?: string }) {
  return (await world.ask(BudgetStatusDocument, variables)).budgetStatus;
}

const theDefault = {
  period: 'MONTH',
  limit: '5',
  enforcement: 'HARD',
  thresholds: [50, 80, 100],
  name: null,
  models: null,
};

// Seen to fail: with a budget for all of p_ids in ensure_accounts, and with one for none.
test('A11: eight first calls of an unknown user make one budget, which counts them all', async () => {
  await Promise.all(
    Array.from({ length: 8 }, (_, index) => {
      const ask =
        index % 2 ? world.ask(SpendDocument, deduction('crowd')) : askOther(SpendDocument, deduction('crowd'));
      return ask.then(({ deductFromBudget }) => expect(deductFromBudget.budgets).toHaveLength(1));
    }),
  );
  const { budgets } = await statusOf({ userId: 'crowd' });
  expect(budgets).toMatchObject([{ spent: '8', period: 'MONTH', account: { externalId: 'crowd' } }]);
});

// Seen to fail: with the server's default in place of the stored limit in the reading of budgets.
test('D21: another default is for users made from then on', async () => {
  await world.ask(SpendDocument, deduction('early'));
  await askOther(SpendDocument, deduction('late'));
  await askOther(SpendDocument, deduction('early'));
  expect((await statusOf({ userId: 'early' })).budgets).toMatchObject([{ ...theDefault, spent: '2' }]);
  expect((await statusOf({ userId: 'late' })).budgets).toMatchObject([{ ...theDefault, limit: '9', spent: '1' }]);
});

test('setAccount makes it too; a team and the organization have none', async () => {
  await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'by hand', teamId: 'team' } });
  expect((await statusOf({ userId: 'by hand' })).budgets).toMatchObject([theDefault]);
  expect((await statusOf({ teamId: 'team' })).budgets).toEqual([]);
  expect((await statusOf({})).budgets).toEqual([]);
});

// Seen to fail: with the budgets of p_ids alone in ensure_accounts.
test('so does the first budget of a run, for its user; the run has no default', async () => {
  const run = { runId: 'run', userId: 'runner', period: 'DAY', limit: '1' } as const;
  await world.ask(SetBudgetDocument, { input: run });
  const { budgets } = await statusOf({ runId: 'run' });
  expect(budgets).toMatchObject([{ period: 'DAY', account: { kind: 'RUN' } }, theDefault]);
});

test('an unknown user is answered as if it had been made, and is not made', async () => {
  const status = await statusOf({ userId: 'unknown' });
  expect(status).toMatchObject({
    account: null,
    budgets: [{ ...theDefault, budgetId: null, account: null, spent: '0' }],
  });
  const check = async (amount: string) =>
    (await world.ask(CheckBudgetDocument, { input: { userId: 'unknown', amount } })).checkBudget;
  expect(await check('5')).toMatchObject({ outcome: 'ALLOWED', remaining: '5', budget: { budgetId: null } });
  expect(await check('5.01')).toMatchObject({ outcome: 'DENIED', reason: 'OVER_LIMIT' });
  expect((await statusOf({ teamId: 'unknown' })).budgets).toEqual([]);
  const { rows } = await client.query(`SELECT 1 FROM account WHERE external_id = 'unknown'`);
  expect(rows).toEqual([]);
  await world.ask(SpendDocument, deduction('unknown', '0'));
  const made = await statusOf({ userId: 'unknown' });
  expect(made.budgets).toEqual([{ ...status.budgets[0], budgetId: expect.any(String), account: expect.anything() }]);
});

test('a budget set for a new user takes the place of its default', async () => {
  const input = { userId: 'chosen', period: 'MONTH', limit: '1', enforcement: 'SOFT', thresholds: [] } as const;
  await world.ask(SetBudgetDocument, { input: { ...input, thresholds: [] } });
  expect((await statusOf({ userId: 'chosen' })).budgets).toMatchObject([{ limit: '1', enforcement: 'SOFT' }]);
});

test('with enforcement off everything is allowed, and the answer says what would have been', async () => {
  await world.ask(SpendDocument, deduction('free', '4'));
  const check = async (amount: string) =>
    (await askOther(CheckBudgetDocument, { input: { userId: 'free', amount } })).checkBudget;
  const allowed = { outcome: 'ALLOWED', reason: 'ENFORCEMENT_OFF', remaining: '1' };
  expect(await check('1')).toMatchObject({ ...allowed, wouldDeny: false });
  expect(await check('2')).toMatchObject({ ...allowed, wouldDeny: true, budget: { account: { kind: 'USER' } } });
  await world.ask(SpendDocument, deduction('free', '2'));
  expect((await statusOf({ userId: 'free' })).budgets).toMatchObject([{ denies: true }]);
  const { budgetStatus } = await askOther(BudgetStatusDocument, { userId: 'free' });
  expect(budgetStatus.budgets).toMatchObject([{ denies: false }]);
});
