/**
 * G8: who is refused by now is sent away from the socket within 5 s, and hears nothing more: an idle connection and one with
 * a subscription, a key and a token, on the server that was told and on another. Each test waits for the close alone.
 */
import { setClock } from '../support/clock.js';
import {
  AlertFeedDocument,
  CreateApiKeyDocument,
  RevokeApiKeyDocument,
  RevokeTokensDocument,
  RotateApiKeyDocument,
  SetBudgetDocument,
  WhoAmIDocument,
  type AlertFeedSubscription,
} from '../support/generated/operations.js';
import { openIdleSocket, type IdleSocket } from '../support/idle-socket.js';
import { startAnother } from '../support/servers.js';
import { newTenant, spend } from '../support/spending.js';
import { subscribe, type Subscriber } from '../support/subscriber.js';
import { TokenIssuer } from '../support/token-issuer.js';
import { until } from '../support/until.js';
import { startWorld, type World } from '../support/world.js';
import type { RunningServer } from '../../src/server.js';

const START = '2030-01-01T00:00:00Z';
const START_S = Date.parse(START) / 1000;
const pass = (seconds: number) => setClock(world, new Date((START_S + seconds) * 1000).toISOString());

let issuer: TokenIssuer;
let world: World;
let another: RunningServer;
let admin: string;
let organization: string;
beforeAll(async () => {
  issuer = await TokenIssuer.open();
  await issuer.addKey('k');
  world = await startWorld(issuer.settings);
  await setClock(world, START);
  another = await startAnother(world.database.url, issuer.settings);
});
beforeEach(async () => {
  await setClock(world, START);
  admin = await newTenant(world);
  organization = (await world.ask(WhoAmIDocument, {}, admin)).viewer.organization.id;
  await world.ask(SetBudgetDocument, { input: { period: 'MONTH', limit: '10', thresholds: [10, 20] } }, admin);
});
afterAll(async () => {
  await another.close();
  await world.close();
  await issuer.close();
});

interface Guests {
  readonly idle: IdleSocket;
  readonly watcher: Subscriber<AlertFeedSubscription>;
}

/** Two who came with the same word, one of whom has had an alert. */
async function guests(word: string, at: RunningServer): Promise<Guests> {
  const idle = await openIdleSocket(at.url, { Authorization: `Bearer ${word}` });
  expect(await idle.isIn).toBe(true);
  const before = at.subscriberCount();
  const watcher = subscribe(at.url, AlertFeedDocument, {}, word);
  await until(() => at.subscriberCount() > before);
  return { idle, watcher };
}

async function expectSentAway({ idle, watcher }: Guests, heard: number): Promise<void> {
  expect(await idle.closed).toBe(4403);
  const endings = [
    { kind: 'CLOSED', code: 4403 },
    { kind: 'ERROR', codes: ['UNAUTHENTICATED'] },
  ];
  // An alert may come before the door has looked: then it is the feed that refuses it.
  expect(endings).toContainEqual(await watcher.ended);
  expect(watcher.events).toHaveLength(heard);
}

async function makeKey(expiresAt: string | null = null) {
  const input = { name: 'guest', roles: ['SERVICE' as const], expiresAt };
  return (await world.ask(CreateApiKeyDocument, { input }, admin)).createApiKey;
}

const makeToken = () =>
  issuer.sign('k', { sub: 'ada', iat: START_S - 1, exp: START_S + 600, organization, roles: ['SERVICE'] });

/** [how, the word to come with and what is done then; the clock of the other server is its own, and goes on] */
const WAYS: readonly (readonly [string, 'HERE' | 'BOTH', () => Promise<readonly [string, () => Promise<unknown>]>])[] =
  [
    [
      'a key is revoked',
      'BOTH',
      async () => {
        const { apiKey, value } = await makeKey();
        return [value, () => world.ask(RevokeApiKeyDocument, { id: apiKey.id }, admin)];
      },
    ],
    [
      'a key is exchanged without an overlap',
      'BOTH',
      async () => {
        const { apiKey, value } = await makeKey();
        const input = { apiKeyId: apiKey.id, overlapSeconds: 0 };
        return [value, () => world.ask(RotateApiKeyDocument, { input }, admin)];
      },
    ],
    [
      'a key ends',
      'HERE',
      async () => {
        const { value } = await makeKey(new Date((START_S + 600) * 1000).toISOString());
        return [value, () => pass(601)];
      },
    ],
    ['a token ends', 'HERE', async () => [await makeToken(), () => pass(661)]],
    [
      'a user left, whose tokens are called back',
      'BOTH',
      async () => {
        const input = { subject: 'ada' };
        return [await makeToken(), () => world.ask(RevokeTokensDocument, { input }, admin)];
      },
    ],
  ];

// Seen to fail (time-out): the first two without the condition in find-refused-keys, the end of a token without isOver in
// refusedAmong, the user who left without that in find-revoked-tokens.
// Seen to fail (an alert more): without dropRefused in AlertChannel.
test.each(WAYS)('%s', async (_says, where, prepare) => {
  const [word, refuse] = await prepare();
  const stranger = await guests(admin, world.server);
  const here = await guests(word, world.server);
  const there = where === 'BOTH' ? await guests(word, another) : undefined;
  await spend(world, admin, { amount: '1' });
  await here.watcher.take(1);
  await there?.watcher.take(1);
  await refuse();
  await spend(world, admin, { amount: '1' });
  await expectSentAway(here, 1);
  if (there) await expectSentAway(there, 1);
  expect(await stranger.watcher.take(2)).toHaveLength(2);
  await stranger.watcher.stop();
  stranger.idle.leave();
});
