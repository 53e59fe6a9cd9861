/** How much SQL a query costs does not depend on how many rows it answers, and loaders know one caller only. */
import { MikroORM } from '@mikro-orm/postgresql';
import { Organization } from '../../src/identity/organization.js';
import { ENTITIES } from '../../src/services.js';
import {
  NodeByIdDocument,
  RecordUsageBatchDocument,
  SetBudgetDocument,
  UsageDetailsDocument,
  WidestReadDocument,
} from '../support/generated/operations.js';
import { newTenant } from '../support/spending.js';
import { statementsOf } from '../support/statements.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** A tenant with so many users in as many teams, each with a record, a budget and an alert of its own. */
async function makeTenant(rows: number): Promise<string> {
  const key = await newTenant(world);
  const numbers = Array.from({ length: rows }, (_, index) => index);
  const models = ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4-5', 'gemini-2.5-pro', 'deepseek-chat'];
  for (const index of numbers) {
    const budget = { userId: `user${index}`, period: 'MONTH' as const, limit: '0.000001', enforcement: 'SOFT' as const };
    await world.ask(SetBudgetDocument, { input: budget }, key);
    const own = { period: 'MONTH' as const, limit: '1', models: [{ provider: 'openai', name: `gpt-${index}` }] };
    await world.ask(SetBudgetDocument, { input: own }, key);
  }
  const items = numbers.map((index) => ({
    idempotencyKey: `record${index}`,
    userId: `user${index}`,
    teamId: `team${index}`,
    model: models[index % models.length]!,
    promptTokens: 1_000 + index,
    completionTokens: 10,
    tags: [{ key: 'index', value: String(index) }],
  }));
  const { recordUsageBatch } = await world.ask(RecordUsageBatchDocument, { input: { items } }, key);
  expect(recordUsageBatch.items.filter(({ error }) => error)).toEqual([]);
  return key;
}

/**
 * Seen to fail: with `account` looked up by `findOne` instead of the loader, 100 rows took 100 statements more; with a
 * loader that was made anew for each row, too.
 */
test('the widest query sends as many statements for 5 rows as for 100', async () => {
  const counts: number[] = [];
  for (const rows of [5, 100]) {
    const key = await makeTenant(rows);
    const ask = () => world.ask(WidestReadDocument, { first: rows }, key);
    const answer = await ask();
    expect(answer.usageRecords.edges).toHaveLength(rows);
    expect(answer.models.edges).toHaveLength(rows);
    expect(answer.budgetStatus.budgets).toHaveLength(rows);
    expect(answer.alerts.edges.length).toBeGreaterThanOrEqual(rows);
    expect(new Set(answer.usageRecords.edges.map(({ node }) => node.team?.id)).size).toBe(rows);
    expect(answer.usageSummary.rows).toHaveLength(rows);
    const statements = await statementsOf(ask);
    counts.push(statements.length);
    expect(new Set(statements.map(({ client }) => client)).size).toBe(1);
  }
  expect(counts[1]).toBe(counts[0]);
  expect(counts[0]).toBeLessThan(20);
});
