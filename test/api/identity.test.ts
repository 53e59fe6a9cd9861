import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { BOOTSTRAP_KEY } from '../support/database.js';
import { post, startWorld, type World } from '../support/world.js';
import {
  ApiKeysDocument,
  CreateApiKeyDocument,
  CreateOrganizationDocument,
  RevokeApiKeyDocument,
  SetAccountDocument,
  SetOrganizationDocument,
  ViewerDocument,
} from '../support/generated/operations.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

async function newOrganization(name: string): Promise<string> {
  const made = await world.ask(CreateOrganizationDocument, { input: { name } });
  return made.createOrganization.apiKeyValue;
}

test('the bootstrap key is ADMIN and OPERATOR of the first organization', async () => {
  const { viewer } = await world.ask(ViewerDocument, {});
  expect(viewer.roles).toEqual(['ADMIN', 'OPERATOR']);
  expect(viewer.organization).toMatchObject({ name: 'My organization', zone: 'UTC' });
  expect(viewer.features).toEqual({ pricing: true, budgetEnforcement: true, billing: true });
  const { apiKeys } = await world.ask(ApiKeysDocument, {});
  expect(viewer.apiKey).toEqual({ id: apiKeys[0]?.id, name: apiKeys[0]?.name, prefix: apiKeys[0]?.prefix });
  expect(viewer.account).toBeNull();
});

// Seen to fail: with key.read, which a MEMBER has not, asked for its own key.
test('a MEMBER is told its key and the account that it is bound to', async () => {
  const key = await newOrganization('Members');
  await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'ada', teamId: 'red' } }, key);
  for (const [account, kind] of [
    [{ userId: 'ada' }, 'USER'],
    [{ teamId: 'red' }, 'TEAM'],
  ] as const) {
    const input = { name: 'front end', roles: ['MEMBER' as const], ...account };
    const { createApiKey } = await world.ask(CreateApiKeyDocument, { input }, key);
    const { viewer } = await world.ask(ViewerDocument, {}, createApiKey.value);
    expect(viewer.account).toEqual({ kind, externalId: Object.values(account)[0] });
    const { id, name, prefix } = createApiKey.apiKey;
    expect(viewer.apiKey).toEqual({ id, name, prefix });
  }
});

test.each([
  ['no key', undefined],
  ['an unknown key', 'nobody-knows-this-key'],
  ['a key of the right form', `tg_${'A'.repeat(22)}_${'B'.repeat(43)}`],
  ['an organization that is no uuid', `tg_${'_'.repeat(22)}_${'B'.repeat(43)}`],
])('%s is UNAUTHENTICATED', async (_, key) => {
  const response = await fetch(`${world.server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ query: '{ viewer { roles } }' }),
  });
  const answer = (await response.json()) as { errors: { extensions: { code: string } }[] };
  expect(answer.errors.map((error) => error.extensions.code)).toEqual(['UNAUTHENTICATED']);
});

test('a new organization has a key of its own and sees only itself', async () => {
  const key = await newOrganization('Second');
  const { viewer } = await world.ask(ViewerDocument, {}, key);
  expect(viewer.organization.name).toBe('Second');
  expect(viewer.roles).toEqual(['ADMIN']);
  const { apiKeys } = await world.ask(ApiKeysDocument, {}, key);
  expect(apiKeys.map((row) => row.name)).toEqual(['first key']);
});

test('an ADMIN without OPERATOR makes no organization and no OPERATOR', async () => {
  const key = await newOrganization('Third');
  expect(await world.codeOf(CreateOrganizationDocument, { input: { name: 'x' } }, key)).toBe('FORBIDDEN');
  expect(await world.codeOf(CreateApiKeyDocument, { input: { name: 'x', roles: ['OPERATOR'] } }, key)).toBe(
    'BAD_USER_INPUT',
  );
});

test('a revoked key is refused, and revoking again changes nothing', async () => {
  const { createApiKey } = await world.ask(CreateApiKeyDocument, {
    input: { name: 'orchestrator', roles: ['SERVICE'] },
  });
  expect(createApiKey.value.startsWith(createApiKey.apiKey.prefix)).toBe(true);
  expect((await world.ask(ViewerDocument, {}, createApiKey.value)).viewer.roles).toEqual(['SERVICE']);
  const first = await world.ask(RevokeApiKeyDocument, { id: createApiKey.apiKey.id });
  const second = await world.ask(RevokeApiKeyDocument, { id: createApiKey.apiKey.id });
  expect(second).toEqual(first);
  expect(await world.codeOf(ViewerDocument, {}, createApiKey.value)).toBe('UNAUTHENTICATED');
});

// Seen to fail: with the principal of the connection kept for its operations.
test('a socket whose key was revoked runs nothing more', async () => {
  const { createApiKey } = await world.ask(CreateApiKeyDocument, { input: { name: 'socket', roles: ['SERVICE'] } });
  const client = createClient({
    url: `${world.server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${createApiKey.value}` },
    retryAttempts: 0,
    lazy: false,
  });
  const run = async () => {
    const answers = client.iterate({ query: '{ viewer { roles } }' });
    return (await answers.next()).value as unknown;
  };
  expect(await run()).toEqual({ data: { viewer: { roles: ['SERVICE'] } } });
  await world.ask(RevokeApiKeyDocument, { id: createApiKey.apiKey.id });
  await expect(run()).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  await client.dispose();
});

test.each([
  '{ models(first: null) { edges { cursor } } }',
  'query ($first: Int) { usageRecords(first: $first) { edges { cursor } } }',
])('a null where a default is meant is no failure of ours: %s', async (query) => {
  const answer = await post(world.server.url, { query, variables: { first: null } }, BOOTSTRAP_KEY);
  expect(answer.errors?.map((error) => error.extensions['code']) ?? []).not.toContain('INTERNAL');
});

test("another organization's key is as unknown as a missing one", async () => {
  const key = await newOrganization('Fourth');
  const { apiKeys } = await world.ask(ApiKeysDocument, {});
  const foreign = await world.send(RevokeApiKeyDocument, { id: apiKeys[0]!.id }, key);
  const missing = await world.send(RevokeApiKeyDocument, { id: 'bm9wZQ' }, key);
  expect(foreign).toEqual(missing);
});

test('the zone must be known; the name has a length', async () => {
  const key = await newOrganization('Fifth');
  const { setOrganization } = await world.ask(SetOrganizationDocument, { input: { zone: 'Asia/Tokyo' } }, key);
  expect(setOrganization.zone).toBe('Asia/Tokyo');
  for (const input of [
    { zone: 'Nowhere/Atlantis' },
    { zone: 'EST' },
    { zone: 'europe/berlin' },
    { name: ' ' },
    { name: 'x'.repeat(201) },
    { name: 'a\u0000b' },
  ]) {
    expect(await world.codeOf(SetOrganizationDocument, { input }, key)).toBe('BAD_USER_INPUT');
  }
});

test('a zone in wrong capitals is told that they matter', async () => {
  const key = await newOrganization('Capitals');
  const { errors } = await world.send(SetOrganizationDocument, { input: { zone: 'europe/berlin' } }, key);
  expect(errors?.[0]?.message).toContain('capitals matter');
});

test('a user is made with its team and moves to another', async () => {
  const input = { kind: 'USER', externalId: 'ada', teamId: 'red' } as const;
  const made = (await world.ask(SetAccountDocument, { input })).setAccount;
  expect(made.team).toEqual({ externalId: 'red' });
  const moved = (
    await world.ask(SetAccountDocument, { input: { ...input, teamId: 'blue', name: 'Ada', disabled: true } })
  ).setAccount;
  expect(moved).toMatchObject({ id: made.id, name: 'Ada', team: { externalId: 'blue' } });
  expect(moved.disabledAt).not.toBeNull();
  const out = (
    await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'ada', teamId: null, disabled: false } })
  ).setAccount;
  expect(out).toMatchObject({ name: 'Ada', team: null, disabledAt: null });
});
