/** Users, each with a budget of its own and a key by which nothing but it is seen. */
import { ask } from './watched-server.js';

export const USERS = 100;

/** All come from this machine. */
export const WATCHED = { MAX_SOCKETS_PER_ADDRESS: '0', MAX_CONNECTIONS_PER_ADDRESS: '0', RATE_LIMIT_ADDRESS: '0' };
export const userOf = (n: number) => `user-${n % USERS}`;
export const alertsOf = (userId: string, fields = 'cursor kind percent') =>
  `subscription { budgetAlerts(userId: "${userId}") { ${fields} } }`;

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
