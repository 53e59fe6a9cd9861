/** The server that is measured, as its own process, and the organization that the load is for. */
import { v7 as newKey } from 'uuid';
import type { Child, Stage } from './stage.js';

export const KEY = 'bench-key-000000000000000000000000000000';
export const USERS = 100;
const TEAMS = 10;

export interface Product {
  readonly url: string;
  readonly process: Child;
}

export async function startProduct(stage: Stage, database: string): Promise<Product> {
  const child = stage.start('../src/main.js', {
    DATABASE_URL: stage.urlOf(database),
    PORT: '0',
    BOOTSTRAP_API_KEY: KEY,
    DEFAULT_MONTHLY_BUDGET: '1000000',
    LOG_LEVEL: 'warn',
    NODE_ENV: 'production',
  });
  const url = await child.printed(/open (http:\S+)\/ /);
  return { url, process: child };
}

export async function ask<T>(url: string, query: string, variables: object = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.json()) as { data?: T; errors?: unknown };
  if (!answer.data || answer.errors) throw new Error(`Not answered: ${JSON.stringify(answer)}`);
  return answer.data;
}

/** Users in teams, each with a budget, below the organization's: every record counts on three period rows. */
export async function furnish(url: string): Promise<void> {
  const budget = { period: 'MONTH', limit: '1000000000', enforcement: 'HARD' };
  const setBudget = 'mutation ($input: SetBudgetInput!) { setBudget(input: $input) { id } }';
  await ask(url, setBudget, { input: budget });
  for (let team = 0; team < TEAMS; team += 1) {
    await ask(url, setBudget, { input: { ...budget, teamId: `team-${team}` } });
  }
  const items = Array.from({ length: USERS }, (_, user) => ({
    idempotencyKey: newKey(),
    userId: `user-${user}`,
    teamId: `team-${user % TEAMS}`,
    model: 'gpt-4o',
    promptTokens: 1000,
    completionTokens: 100,
  }));
  const recorded = await ask<{ recordUsageBatch: { items: { error: unknown }[] } }>(
    url,
    'mutation ($input: RecordUsageBatchInput!) { recordUsageBatch(input: $input) { items { error { message } } } }',
    { input: { items } },
  );
  if (recorded.recordUsageBatch.items.some(({ error }) => error)) throw new Error('The users were not made.');
}
