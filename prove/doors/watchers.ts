/** Users, each with a budget of its own and a key by which nothing but it is seen. */
import { ask } from './watched-server.js';

export const USERS = 100;

/** All come from this machine. */
export const WATCHED = { MAX_SOCKETS_PER_ADDRESS: '0', MAX_CONNECTIONS_PER_ADDRESS: '0', RATE_LIMIT_ADDRESS: '0' };
export const userOf = (n: number) => `user-${n % USERS}`;
export const alertsOf = (userId: string, fields = 'cursor kind percent', after = '') =>
  `subscription { budgetAlerts(userId: "${userId}"${after === '' ? '' : `, after: "${after}"`}) { ${fields} } }`;

/** An alert of somebody else: what comes after its cursor is heard, however late a subscription begins. */
export async function firstCursor(url: string): Promise<string> {
  await ask(
    url,
    `mutation ($budget: SetBudgetInput!, $call: RecordUsageInput!) {
       setBudget(input: $budget) { id } recordUsage(input: $call) { replayed } }`,
    {
      budget: { userId: 'first', period: 'DAY', limit: '1', thresholds: [50] },
      call: { idempotencyKey: 'first', userId: 'first', model: 'gpt-4o', promptTokens: 240_000 },
    },
  );
  const { alerts } = await ask<{ alerts: { edges: { node: { cursor: string } }[] } }>(
    url,
    '{ alerts(first: 1) { edges { node { cursor } } } }',
  );
  const cursor = alerts.edges[0]?.node.cursor;
  if (cursor === undefined) throw new Error('There is no alert.');
  return cursor;
}

export async function furnishWatchers(url: string): Promise<string[]> {
  const keys: string[] = [];
  for (let user = 0; user < USERS; user += 1) {
    const { createApiKey } = await ask<{ createApiKey: { value: string } }>(
      url,
      `mutation ($userId: String!, $budget: SetBudgetInput!, $key: CreateApiKeyInput!) {
         setAccount(input: { kind: USER, externalId: $userId }) { id }
         setBudget(input: $budget) { id }
         createApiKey(input: $key) { value } }`,
      {
        userId: userOf(user),
        budget: { userId: userOf(user), period: 'DAY', limit: '1', thresholds: [50] },
        key: { name: 'watching', roles: ['MEMBER'], userId: userOf(user) },
      },
    );
    keys.push(createApiKey.value);
  }
  return keys;
}
