/** The server that is measured, as its own process, and the organization that the load is for. */
import { v7 as newKey } from 'uuid';
import type { Child, Stage } from './stage.js';

export const KEY = 'bench-key-000000000000000000000000000000';
export const USERS = 100;
const TEAMS = 10;

/** How a server says where it listens. */
const READY = /open (http:\S+)\/ /;

export interface Product {
  readonly url: string;
  readonly process: Child;
}

export async function startProduct(
  stage: Stage,
  database: string,
  settings: Record<string, string> = {},
): Promise<Product> {
  const child = stage.start('../src/main.js', {
    DATABASE_URL: stage.urlOf(database),
    PORT: '0',
    BOOTSTRAP_API_KEY: KEY,
    DEFAULT_MONTHLY_BUDGET: '1000000',
    LOG_LEVEL: 'warn',
    ENCRYPTION_KEYS: `bench:${Buffer.alloc(32, 7).toString('base64')}`,
    NODE_ENV: 'production',
    ...settings,
  });
  return { url: await child.printed(READY), process: child };
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

/** With a PostgreSQL of its own, as `npm start` brings it. */
export async function startEmbedded(stage: Stage, dataDir: string): Promise<Product> {
  const settings = { DATA_DIR: dataDir, PORT: '0', BOOTSTRAP_API_KEY: KEY, LOG_LEVEL: 'warn' };
  const child = stage.start('../src/main.js', settings);
  return { url: await child.printed(READY), process: child };
}

const BODY = {
  model: 'gpt-4o',
  usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
};

/** Some of everything that a first user does. */
export async function useAsInDemo(url: string): Promise<void> {
  await furnish(url);
  for (let call = 0; call < 100; call += 1) {
    await ask(
      url,
      `mutation ($input: RecordProviderUsageInput!) { recordProviderUsage(input: $input) {
         usageRecord { id cost costLines { unit quantity amount note } } budgets { limit spent percent } } }`,
      { input: { idempotencyKey: newKey(), userId: `user-${call % 5}`, provider: 'openai', response: BODY } },
    );
  }
  const day = new Date().toISOString().slice(0, 10);
  await ask(url, '{ models { edges { node { name provider } } } }');
  await ask(url, '{ budgetStatus(userId: "user-1") { budgets { period limit spent remaining } } }');
  await ask(url, `{ usageSummary(input: { from: "${day}", to: "${day}", groupBy: [MODEL] }) { rows { model cost } } }`);
}
