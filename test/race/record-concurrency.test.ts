/** Many callers, few keys: what is written once, summed exactly, and never twice. */
import { Client } from 'pg';
import { RecordUsageDocument } from '../support/generated/operations.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let client: Client;
beforeAll(async () => {
  world = await startWorld();
  client = new Client({ connectionString: world.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await world.close();
});

async function count(sql: string): Promise<string[]> {
  const { rows } = await client.query<Record<string, string>>(sql);
  return Object.values(rows[0] ?? {});
}

// B1, B3. Seen to fail: with ON CONFLICT DO UPDATE in place of DO NOTHING, and with the content hash left out of the comparison.
test('200 concurrent calls with 100 distinct keys are 100 records', async () => {
  const calls = Array.from({ length: 200 }, (_, index) =>
    world.ask(RecordUsageDocument, {
      input: {
        idempotencyKey: `k-${index % 100}`,
        userId: `u-${index % 5}`,
        teamId: 't',
        model: 'gpt-4o',
        promptTokens: 1000,
        completionTokens: 100,
      },
    }),
  );
  const answers = await Promise.all(calls);
  expect(answers.filter((answer) => answer.recordUsage.replayed)).toHaveLength(100);
  expect(new Set(answers.map((answer) => answer.recordUsage.usageRecord?.id)).size).toBe(100);
  expect(await count('SELECT count(*), sum(charge_pico_usd) FROM usage_record')).toEqual(['100', '350000000000']);
});

// B2, B16.
test('other content under a used key is refused to every one of many', async () => {
  const calls = Array.from({ length: 50 }, (_, index) =>
    world.send(RecordUsageDocument, {
      input: { idempotencyKey: 'contested', userId: 'u', model: 'gpt-4o', promptTokens: index },
    }),
  );
  const answers = await Promise.all(calls);
  const winners = answers.filter((answer) => !answer.errors);
  expect(winners).toHaveLength(1);
  const codes = answers.flatMap((answer) => answer.errors?.map((error) => error.extensions['code']) ?? []);
  expect(new Set(codes)).toEqual(new Set(['IDEMPOTENCY_CONFLICT']));
  expect(await count(`SELECT count(*) FROM usage_record WHERE idempotency_key = 'contested'`)).toEqual(['1']);
});

test('an unknown user named by many at once is made once, in its team', async () => {
  const calls = Array.from({ length: 40 }, (_, index) =>
    world.ask(RecordUsageDocument, {
      input: {
        idempotencyKey: `new-${index}`,
        userId: 'newcomer',
        teamId: 'new team',
        model: 'gpt-4o',
        promptTokens: 1,
      },
    }),
  );
  await Promise.all(calls);
  expect(await count(`SELECT count(*) FROM account WHERE external_id IN ('newcomer', 'new team')`)).toEqual(['2']);
  expect(await count(`SELECT count(DISTINCT team_id) FROM usage_record WHERE idempotency_key LIKE 'new-%'`)).toEqual([
    '1',
  ]);
});
