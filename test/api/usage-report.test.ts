/** Reports of usage: lists, sums, `node`, and the plain views, each against what was recorded through the public door. */
import { Client } from 'pg';
import type { UsageFilter, UsageSummaryInput } from '../support/generated/operations.js';
import {
  AlertsDocument,
  ApiKeysDocument,
  ModelDocument,
  CorrectChargedDocument,
  CreateApiKeyDocument,
  DeductFromBudgetDocument,
  NodeByIdDocument,
  RecordUsageBatchDocument,
  RecordUsageDocument,
  SetAccountDocument,
  SetBudgetDocument,
  SetPlanDocument,
  SubscribeDocument,
  UsageDetailsDocument,
  UsageRecordsDocument,
  UsageSummaryDocument,
  ViewerDocument,
} from '../support/generated/operations.js';
import { newTenant } from '../support/spending.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

type Call = Parameters<typeof recordAll>[1][number];

async function recordAll(
  key: string,
  calls: readonly {
    idempotencyKey: string;
    model: string;
    occurredAt?: string;
    userId?: string;
    teamId?: string;
    runId?: string;
    provider?: string;
    promptTokens?: number;
    completionTokens?: number;
    cacheReadTokens?: number;
    tags?: { key: string; value: string }[];
  }[],
): Promise<void> {
  for (let start = 0; start < calls.length; start += 1_000) {
    const items = calls.slice(start, start + 1_000).map((call) => ({ promptTokens: 0, ...call }));
    const { recordUsageBatch } = await world.ask(RecordUsageBatchDocument, { input: { items } }, key);
    expect(recordUsageBatch.items.filter((item) => item.error)).toEqual([]);
  }
}

async function deduct(
  key: string,
  input: { idempotencyKey: string; amount: string; userId?: string; teamId?: string; occurredAt?: string },
) {
  await world.ask(DeductFromBudgetDocument, { input: { ...input, onlyIfFits: false } }, key);
}

async function page(key: string, filter: UsageFilter = {}, first?: number, after?: string | null) {
  return (await world.ask(UsageRecordsDocument, { filter, first, after }, key)).usageRecords;
}

/** The keys of all pages. */
async function keysOf(key: string, filter: UsageFilter = {}, first = 200): Promise<string[]> {
  const keys: string[] = [];
  let after: string | null = null;
  do {
    const { edges, pageInfo } = await page(key, filter, first, after);
    keys.push(...edges.map((edge) => edge.node.idempotencyKey));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return keys;
}

async function summary(key: string, input: UsageSummaryInput) {
  return (await world.ask(UsageSummaryDocument, { input }, key)).usageSummary;
}

async function memberKey(admin: string, account: { userId?: string; teamId?: string }): Promise<string> {
  const input = { name: 'member', roles: ['MEMBER' as const], ...account };
  return (await world.ask(CreateApiKeyDocument, { input }, admin)).createApiKey.value;
}

async function query<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
  const client = new Client({ connectionString: world.database.url });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Newest first, equal instants by key downwards. */
function newestFirst(calls: readonly { idempotencyKey: string; occurredAt?: string }[]): string[] {
  return [...calls]
    .sort((a, b) =>
      a.occurredAt === b.occurredAt
        ? b.idempotencyKey < a.idempotencyKey
          ? -1
          : 1
        : (b.occurredAt ?? '') < (a.occurredAt ?? '')
          ? -1
          : 1,
    )
    .map((call) => call.idempotencyKey);
}

describe('usageRecords', () => {
  const CALLS: Call[] = [
    {
      idempotencyKey: 'a1',
      userId: 'ada',
      teamId: 'red',
      model: 'gpt-4o',
      occurredAt: '2026-03-01T10:00:00Z',
      runId: 'r1',
    },
    {
      idempotencyKey: 'a2',
      userId: 'ada',
      teamId: 'red',
      model: 'openai:gpt-4o',
      occurredAt: '2026-03-01T10:00:00Z',
      tags: [{ key: 'env', value: 'test' }],
    },
    {
      idempotencyKey: 'a3',
      userId: 'ada',
      teamId: 'red',
      model: 'nobody-knows-this',
      provider: 'nobody',
      occurredAt: '2026-02-01T10:00:00Z',
    },
    { idempotencyKey: 'b1', userId: 'bob', teamId: 'red', model: 'gpt-4o-mini', occurredAt: '2026-03-02T10:00:00Z' },
    { idempotencyKey: 'c1', userId: 'cyd', model: 'claude-sonnet-4-5', occurredAt: '2026-01-02T10:00:00Z' },
    { idempotencyKey: 't1', teamId: 'red', model: 'gpt-4o', occurredAt: '2026-03-03T10:00:00Z' },
    {
      idempotencyKey: 'o1',
      model: 'gpt-4o',
      occurredAt: '2024-03-03T10:00:00Z',
      tags: [{ key: 'env', value: 'live' }],
    },
  ];
  let admin: string;
  beforeAll(async () => {
    admin = await newTenant(world);
    await recordAll(admin, CALLS);
    await deduct(admin, { idempotencyKey: 'd1', amount: '1', userId: 'ada', occurredAt: '2026-03-04T10:00:00Z' });
  });

  test.each<[string, UsageFilter, string[]]>([
    ['everything, newest first, ties by key', {}, ['d1', 't1', 'b1', 'a2', 'a1', 'a3', 'c1', 'o1']],
    ['a user', { userId: 'ada' }, ['d1', 'a2', 'a1', 'a3']],
    ['a team with its users', { teamId: 'red' }, ['d1', 't1', 'b1', 'a2', 'a1', 'a3']],
    ['a user that was never used', { userId: 'zoe' }, []],
    ['a run', { runId: 'r1' }, ['a1']],
    ['a model as resolved', { model: 'gpt-4o' }, ['t1', 'a2', 'a1', 'o1']],
    ['a model as sent', { model: 'openai:gpt-4o' }, ['a2']],
    ['a provider as resolved', { provider: 'anthropic' }, ['c1']],
    ['a provider as sent', { provider: 'nobody' }, ['a3']],
    ['a kind', { kind: 'DEDUCTION' }, ['d1']],
    ['unpriced', { unpriced: true }, ['a3']],
    ['priced', { unpriced: false, userId: 'ada' }, ['d1', 'a2', 'a1']],
    ['from, inclusive', { from: '2026-03-02T10:00:00Z' }, ['d1', 't1', 'b1']],
    ['to, exclusive', { to: '2026-03-02T10:00:00Z' }, ['a2', 'a1', 'a3', 'c1', 'o1']],
    ['from after to', { from: '2026-03-02T10:00:00Z', to: '2026-03-01T10:00:00Z' }, []],
    ['a tag', { tag: { key: 'env', value: 'test' } }, ['a2']],
    ['a tag of another value', { tag: { key: 'env', value: 'none' } }, []],
    ['several at once', { teamId: 'red', model: 'gpt-4o', to: '2026-03-02T00:00:00Z' }, ['a2', 'a1']],
  ])('%s', async (_, filter, expected) => {
    expect(await keysOf(admin, filter)).toEqual(expected);
    expect(await keysOf(admin, filter, 1)).toEqual(expected);
  });

  test('a page says where it stands', async () => {
    const first = await page(admin, {}, 3);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(first.pageInfo.startCursor).toBe(first.edges[0]?.cursor);
    const last = await page(admin, {}, 5, first.pageInfo.endCursor);
    expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect((await page(admin, { userId: 'zoe' })).pageInfo).toMatchObject({ startCursor: null, endCursor: null });
  });

  test.each<[string, { first?: number; after?: string; filter?: UsageFilter }]>([
    ['first 0', { first: 0 }],
    ['first 201', { first: 201 }],
    ['first -1', { first: -1 }],
    ['after that is no cursor', { after: 'x' }],
    ['after of another type', { after: Buffer.from('alert:1').toString('base64url') }],
    ['after of no record', { after: Buffer.from('usage:1970-01-01:none').toString('base64url') }],
    ['after of a wrong day', { after: Buffer.from('usage:1970-01-02:a1').toString('base64url') }],
    ['after with SQL in it', { after: Buffer.from(`usage:1970-01-01:' OR '1'='1`).toString('base64url') }],
    ['after with a NUL', { after: Buffer.from('usage:1970-01-01:a\0').toString('base64url') }],
    ['a user and a team', { filter: { userId: 'ada', teamId: 'red' } }],
    ['an empty user', { filter: { userId: '' } }],
    ['a model with a NUL', { filter: { model: 'a\0' } }],
    ['a tag with a NUL', { filter: { tag: { key: 'a\0', value: 'b' } } }],
  ])('%s is BAD_USER_INPUT', async (_, variables) => {
    expect(await world.codeOf(UsageRecordsDocument, variables, admin)).toBe('BAD_USER_INPUT');
  });

  // Seen to fail: with the names checked where they are looked up, without `filter`.
  test.each<[UsageFilter, string[]]>([
    [{ userId: 'ada', teamId: 'red' }, ['filter', 'teamId']],
    [{ userId: '' }, ['filter', 'userId']],
    [{ teamId: 'a\0' }, ['filter', 'teamId']],
  ])('%j is refused at its field', async (filter, field) => {
    const { errors } = await world.send(UsageRecordsDocument, { filter }, admin);
    expect(errors?.[0]?.extensions['field']).toEqual(field);
  });

  test("another tenant's cursor is as bad as none of a record", async () => {
    const stranger = await newTenant(world);
    const after = (await page(admin)).edges[0]!.cursor;
    const missing = Buffer.from('usage:1970-01-01:none').toString('base64url');
    const [foreign, unknown] = await Promise.all(
      [after, missing].map((cursor) => world.send(UsageRecordsDocument, { after: cursor }, stranger)),
    );
    expect(foreign).toEqual(unknown);
    expect(await keysOf(stranger)).toEqual([]);
  });

  // Seen to fail: without the principal's account in the scope, ada saw b1 and c1.
  test('a MEMBER sees its account and those below, and asks for others in vain', async () => {
    const [ada, red] = await Promise.all([memberKey(admin, { userId: 'ada' }), memberKey(admin, { teamId: 'red' })]);
    expect(await keysOf(ada)).toEqual(['d1', 'a2', 'a1', 'a3']);
    expect(await keysOf(ada, { userId: 'bob' })).toEqual([]);
    expect(await keysOf(ada, { teamId: 'red' })).toEqual(['d1', 'a2', 'a1', 'a3']);
    expect(await keysOf(red)).toEqual(['d1', 't1', 'b1', 'a2', 'a1', 'a3']);
    expect(await keysOf(red, { userId: 'ada' })).toEqual(['d1', 'a2', 'a1', 'a3']);
    expect(await keysOf(red, { userId: 'cyd' })).toEqual([]);
    const bobs = (await page(admin, { userId: 'bob' })).edges[0]!.cursor;
    expect(await world.codeOf(UsageRecordsDocument, { after: bobs }, ada)).toBe('BAD_USER_INPUT');
  });

  // Seen to fail: with the team of the account instead of that of the record, the move took b1 away from red.
  test('usage stays with the team that it was recorded under', async () => {
    await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'bob', teamId: 'blue' } }, admin);
    expect(await keysOf(admin, { teamId: 'red' })).toContain('b1');
    expect(await keysOf(admin, { teamId: 'blue' })).toEqual([]);
    const { usageRecords } = await world.ask(UsageDetailsDocument, { filter: { userId: 'bob' } }, admin);
    expect(usageRecords.edges[0]?.node).toMatchObject({
      team: { externalId: 'red' },
      account: { kind: 'USER', externalId: 'bob', team: { externalId: 'blue' } },
    });
  });

  test('a record has its price version and cost lines', async () => {
    const call = { idempotencyKey: 'p1', userId: 'pia', model: 'gpt-4o', promptTokens: 1_000, completionTokens: 100 };
    await recordAll(admin, [call]);
    const { usageRecords } = await world.ask(UsageDetailsDocument, { filter: { userId: 'pia' } }, admin);
    expect(usageRecords.edges[0]?.node).toMatchObject({
      cost: '0.0035',
      pricing: { provider: 'openai', model: 'gpt-4o', source: 'CATALOGUE' },
      costLines: [
        { unit: 'INPUT_TOKENS', quantity: 1_000, ratePrice: '2.5', per: 1_000_000, amount: '0.0025' },
        { unit: 'OUTPUT_TOKENS', quantity: 100, ratePrice: '10', per: 1_000_000, amount: '0.001' },
      ],
    });
    const unpriced = await world.ask(UsageDetailsDocument, { filter: { unpriced: true } }, admin);
    expect(unpriced.usageRecords.edges[0]?.node).toMatchObject({ pricing: null, costLines: null });
    const deducted = await world.ask(UsageDetailsDocument, { filter: { kind: 'DEDUCTION' } }, admin);
    expect(deducted.usageRecords.edges[0]?.node).toMatchObject({
      pricing: null,
      costLines: [],
      team: { externalId: 'red' },
    });
  });
});

/**
 * The organization's list is read in slices of time that the daily totals suggest. Whatever lies uneven within a day, on
 * days apart, on the edge of a slice, or past a rare filter must come all the same. The newest day, whose midnight does
 * not exist, has as many records as the first slice is made for, seven of them at its first instant.
 * Seen to fail: reading the first slice only lost the rare ones; a slice without its first instant lost those seven.
 */
test('the list of an organization with many records is whole', async () => {
  const admin = await newTenant(world, 'America/Santiago');
  const dayStart = Date.parse('2026-09-06T04:00:00Z');
  const rare = [{ key: 'rare', value: 'yes' }];
  const calls = Array.from({ length: 6_000 }, (_, index): Call => {
    const ms = index < 2_000 ? dayStart + Math.floor(index / 7) : dayStart - (index - 1_999) * 40_000;
    return {
      idempotencyKey: `k${String(index).padStart(5, '0')}`,
      model: 'gpt-4o',
      userId: `u${index % 5}`,
      occurredAt: new Date(ms).toISOString(),
      ...(index % 999 === 0 && { tags: rare }),
    };
  });
  calls.push({
    idempotencyKey: 'old',
    model: 'gpt-4o',
    userId: 'u0',
    occurredAt: '2021-01-01T00:00:00.000Z',
    tags: rare,
  });
  await recordAll(admin, calls);
  expect(await keysOf(admin)).toEqual(newestFirst(calls));
  const tagged = newestFirst(calls.filter((call) => call.tags));
  expect(await keysOf(admin, { tag: { key: 'rare', value: 'yes' } }, 3)).toEqual(tagged);
});

describe('usageSummary', () => {
  let admin: string;
  beforeAll(async () => {
    admin = await newTenant(world, 'Asia/Tokyo');
    await recordAll(admin, [
      {
        idempotencyKey: '1',
        userId: 'ada',
        teamId: 'red',
        model: 'gpt-4o',
        promptTokens: 1_000,
        completionTokens: 100,
        cacheReadTokens: 200,
        occurredAt: '2026-01-31T14:59:59Z',
      },
      {
        idempotencyKey: '2',
        userId: 'ada',
        teamId: 'red',
        model: 'gpt-4o',
        promptTokens: 1_000,
        completionTokens: 100,
        occurredAt: '2026-01-31T15:00:00Z',
      },
      {
        idempotencyKey: '3',
        userId: 'bob',
        teamId: 'red',
        model: 'gpt-4o-mini',
        promptTokens: 3,
        occurredAt: '2026-02-01T00:00:00Z',
      },
      {
        idempotencyKey: '4',
        userId: 'cyd',
        model: 'nobody-knows-this',
        promptTokens: 7,
        completionTokens: 1,
        occurredAt: '2026-02-01T00:00:00Z',
      },
    ]);
    // More digits than a double can hold, twice: a sum through a number of JavaScript would show it.
    await deduct(admin, {
      idempotencyKey: '5',
      amount: '900719925474.000000000001',
      teamId: 'red',
      occurredAt: '2026-02-01T00:00:00Z',
    });
    await deduct(admin, {
      idempotencyKey: '6',
      amount: '900719925474.000000000001',
      occurredAt: '2026-02-01T00:00:00Z',
    });
  });

  const TOTALS = {
    recordCount: 6,
    unpricedCount: 1,
    unratedCount: 0,
    inputTokens: 2_010,
    cacheReadTokens: 200,
    cacheWriteTokens: 0,
    outputTokens: 201,
    cost: '1801439850948.006750450002',
    charge: '1801439850948.006750450002',
  };
  const DAYS = { from: '2026-01-31', to: '2026-02-01' };

  // Seen to fail: sums through Number() ended in ...986.006750450001; UTC days put record 2 into January.
  test.each<[string, UsageSummaryInput['groupBy'], object[]]>([
    ['nothing', [], []],
    [
      'day',
      ['DAY'],
      [
        { day: '2026-01-31', month: null, recordCount: 1 },
        { day: '2026-02-01', recordCount: 5, unpricedCount: 1 },
      ],
    ],
    [
      'month',
      ['MONTH'],
      [
        { month: '2026-01', recordCount: 1 },
        { month: '2026-02', recordCount: 5 },
      ],
    ],
    [
      'provider',
      ['PROVIDER'],
      [
        { provider: null, recordCount: 3 },
        { provider: 'openai', model: null, recordCount: 3 },
      ],
    ],
    [
      'model',
      ['MODEL'],
      [
        { provider: null, model: null, recordCount: 2, cost: '1801439850948.000000000002' },
        { provider: 'openai', model: 'gpt-4o', recordCount: 2, cost: '0.00675' },
        { provider: 'openai', model: 'gpt-4o-mini', recordCount: 1, cost: '0.00000045' },
        { provider: null, model: 'nobody-knows-this', recordCount: 1, unpricedCount: 1, cost: '0' },
      ],
    ],
    [
      'user',
      ['USER'],
      [
        { account: null, recordCount: 2 },
        { account: { externalId: 'ada' }, team: null, recordCount: 2, cost: '0.00675' },
        { account: { externalId: 'bob' }, recordCount: 1 },
        { account: { externalId: 'cyd' }, recordCount: 1, unpricedCount: 1 },
      ],
    ],
    [
      'team',
      ['TEAM'],
      [
        {
          account: { externalId: 'red' },
          team: { externalId: 'red' },
          recordCount: 4,
          cost: '900719925474.006750450001',
        },
        { account: null, team: null, recordCount: 2 },
      ],
    ],
    [
      'month and user',
      ['USER', 'MONTH'],
      [
        { month: '2026-01', account: { externalId: 'ada' } },
        { month: '2026-02', account: null },
        { month: '2026-02', account: { externalId: 'ada' } },
        { month: '2026-02', account: { externalId: 'bob' } },
        { month: '2026-02', account: { externalId: 'cyd' } },
      ],
    ],
  ])('by %s', async (_, groupBy, rows) => {
    const answer = await summary(admin, { ...DAYS, groupBy });
    expect(answer.rows).toHaveLength(rows.length);
    expect(answer.rows).toMatchObject(rows);
    expect(answer.totals).toMatchObject(TOTALS);
  });

  test.each<[string, Partial<UsageSummaryInput>, object]>([
    ['the first day', { to: '2026-01-31' }, { recordCount: 1, cost: '0.00325', cacheReadTokens: 200 }],
    ['the second day', { from: '2026-02-01' }, { recordCount: 5 }],
    ['the first day of a user', { to: '2026-01-31', userId: 'ada' }, { recordCount: 1, cacheReadTokens: 200 }],
    ['the second day of a user', { from: '2026-02-01', userId: 'ada' }, { recordCount: 1, cacheReadTokens: 0 }],
    ['a model', { model: 'gpt-4o' }, { recordCount: 2 }],
    ['a model by the records', { model: 'gpt-4o', userId: 'ada' }, { recordCount: 2 }],
    ['a provider', { provider: 'openai' }, { recordCount: 3 }],
    ['a user', { userId: 'ada' }, { recordCount: 2, cost: '0.00675', inputTokens: 2_000, outputTokens: 200 }],
    ['a team', { teamId: 'red' }, { recordCount: 4 }],
    ['a user that was never used', { userId: 'zoe' }, { recordCount: 0, cost: '0' }],
    ['days without usage', { from: '2020-01-01', to: '2025-12-31' }, { recordCount: 0, unpricedCount: 0, charge: '0' }],
  ])('of %s', async (_, input, totals) => {
    expect((await summary(admin, { ...DAYS, groupBy: [], ...input })).totals).toMatchObject(totals);
  });

  test('a MEMBER is told of its account and those below', async () => {
    const [ada, red] = await Promise.all([memberKey(admin, { userId: 'ada' }), memberKey(admin, { teamId: 'red' })]);
    expect((await summary(ada, { ...DAYS, groupBy: ['DAY'] })).totals).toMatchObject({ recordCount: 2 });
    expect((await summary(red, { ...DAYS, groupBy: ['USER'] })).totals).toMatchObject({ recordCount: 4 });
    expect((await summary(ada, { ...DAYS, groupBy: [], userId: 'bob' })).totals).toMatchObject({ recordCount: 0 });
    const year = { from: '2026-01-01', to: '2026-12-31', groupBy: [] };
    expect(await world.codeOf(UsageSummaryDocument, { input: year }, ada)).toBe('BAD_USER_INPUT');
  });

  test.each<[string, Partial<UsageSummaryInput>]>([
    ['to before from', { to: '2026-01-30' }],
    ['93 days by user', { from: '2026-01-01', to: '2026-04-03', groupBy: ['USER'] }],
    ['93 days by team', { from: '2026-01-01', to: '2026-04-03', groupBy: ['TEAM'] }],
    ['93 days of a user', { from: '2026-01-01', to: '2026-04-03', userId: 'ada' }],
    ['a day that does not exist', { from: '2026-02-30' }],
    ['a year 0', { from: '0000-01-01' }],
    ['an instant', { from: '2026-01-31T00:00:00Z' }],
    ['a user and a team', { userId: 'ada', teamId: 'red' }],
  ])('%s is BAD_USER_INPUT', async (_, input) => {
    const whole = { ...DAYS, groupBy: [], ...input };
    expect(await world.codeOf(UsageSummaryDocument, { input: whole }, admin)).toBe('BAD_USER_INPUT');
  });

  test('a user and a team are refused at the field', async () => {
    const input = { ...DAYS, groupBy: [], userId: 'ada', teamId: 'red' };
    const { errors } = await world.send(UsageSummaryDocument, { input }, admin);
    expect(errors?.[0]?.extensions['field']).toEqual(['input', 'teamId']);
  });

  test('92 days by user are answered', async () => {
    const { totals } = await summary(admin, { from: '2026-01-01', to: '2026-04-02', groupBy: ['USER'] });
    expect(totals).toMatchObject(TOTALS);
  });

  test('more than 10,000 rows are refused, not cut', async () => {
    const key = await newTenant(world);
    const organization = (await world.ask(ViewerDocument, {}, key)).viewer.organization.id;
    const id = Buffer.from(organization, 'base64url').toString().slice('organization:'.length);
    const fill = (count: number) =>
      query(
        `INSERT INTO usage_rollup SELECT $1, '2026-01-01', 'p', 'm' || n, 1, 0, 0, 1, 0, 0, 1, 1, 1
         FROM generate_series(1, $2::int) n ON CONFLICT DO NOTHING`,
        [id, count],
      );
    const input: UsageSummaryInput = { from: '2026-01-01', to: '2026-01-01', groupBy: ['MODEL'] };
    await fill(10_000);
    const whole = await summary(key, input);
    expect([whole.rows.length, whole.totals.recordCount]).toEqual([10_000, 10_000]);
    await fill(10_001);
    expect(await world.codeOf(UsageSummaryDocument, { input }, key)).toBe('BAD_USER_INPUT');
    expect((await summary(key, { ...input, groupBy: ['DAY'] })).totals.recordCount).toBe(10_001);
    // No record stands behind them, and the books are verified at the end.
    await query(`DELETE FROM usage_rollup WHERE organization_id = $1 AND day = '2026-01-01'`, [id]);
  });
});

/** In the team red ada pays 20 % more than cost, bob what it costs; eve pays nothing; zoe is on no plan; one model has no price. */
describe('gross margin', () => {
  const DAYS = { from: '2026-05-31', to: '2026-06-02' };
  const at = (instant: string, rest: Partial<Call>): Call => ({
    ...{ idempotencyKey: `${instant} ${rest.userId}`, model: 'gpt-4o', promptTokens: 1_000, occurredAt: instant },
    ...rest,
  });
  let admin: string;
  beforeAll(async () => {
    admin = await newTenant(world, 'Europe/Berlin');
    for (const [userId, percent] of [
      ['ada', '20'],
      ['bob', '0'],
      ['eve', '-100'],
    ] as const) {
      const account = { kind: 'USER' as const, externalId: userId, teamId: userId === 'eve' ? null : 'red' };
      await world.ask(SetAccountDocument, { input: account }, admin);
      const plan = { code: userId, markups: [{ percent }] } as never;
      await world.ask(SetPlanDocument, { input: plan }, admin);
      await world.ask(SubscribeDocument, { input: { userId, plan: userId, firstDay: '2026-05-01' } as never }, admin);
    }
    await recordAll(admin, [
      at('2026-05-31T21:59:59Z', { userId: 'ada', runId: 'r1' }),
      at('2026-05-31T22:00:00Z', { userId: 'ada', runId: 'r1', promptTokens: 2_000 }),
      at('2026-06-01T12:00:00Z', { userId: 'ada', runId: 'r2', model: 'gpt-4o-mini' }),
      at('2026-06-01T12:00:01Z', { userId: 'ada', runId: 'r2', model: 'nobody-knows-this' }),
      at('2026-06-01T12:00:00Z', { userId: 'bob', runId: 'r2' }),
      at('2026-06-01T12:00:00Z', { userId: 'eve' }),
      at('2026-06-01T12:00:00Z', { userId: 'zoe' }),
    ]);
    await deduct(admin, { idempotencyKey: 'fee', amount: '1', userId: 'ada', occurredAt: '2026-06-02T00:00:00Z' });
    // One more call of ada, taken back, and one of the next month that was half of what was told at first.
    const wrong = ['2026-05-31T10:00:00Z', '2026-06-01T10:00:00Z'].map((instant) => at(instant, { userId: 'ada' }));
    await recordAll(admin, wrong);
    const { edges } = await page(admin, { userId: 'ada' });
    for (const [n, how] of [{ void: true }, { replacement: { promptTokens: 500 } }].entries()) {
      const { id } = edges.find(({ node }) => node.idempotencyKey === wrong[n]?.idempotencyKey)!.node;
      const input = { idempotencyKey: `fix ${n}`, usageRecordId: id, reason: 'wrong', ...how } as never;
      await world.ask(CorrectChargedDocument, { input }, admin);
    }
  });

  const ADA = [
    {
      ...{ month: '2026-05', provider: 'openai', model: 'gpt-4o', recordCount: 1, unpricedCount: 0 },
      ...{ cost: '0.0025', charge: '0.003', margin: '0.0005', marginPercent: '16.6667' },
    },
    { month: '2026-06', model: null, recordCount: 1, charge: '1', margin: '0', marginPercent: '0' },
    {
      ...{ month: '2026-06', model: 'gpt-4o', recordCount: 2 },
      ...{ cost: '0.00625', charge: '0.0075', margin: '0.00125', marginPercent: '16.6667' },
    },
    { month: '2026-06', model: 'gpt-4o-mini', recordCount: 1, margin: '0.00003', marginPercent: '16.6667' },
    {
      ...{ month: '2026-06', model: 'nobody-knows-this', recordCount: 1, unpricedCount: 1 },
      ...{ cost: '0', charge: '0', margin: '0', marginPercent: null },
    },
  ];

  // Seen to fail: with the margin in percent of the cost; with a reversal left out of the charges alone.
  test.each<[string, Partial<UsageSummaryInput>, object[]]>([
    [
      'all, by month',
      { groupBy: ['MONTH'] },
      [
        { month: '2026-05', unpricedCount: 0, margin: '0.0005', marginPercent: '16.6667' },
        { month: '2026-06', unpricedCount: 1, margin: '-0.00122', marginPercent: '-0.1205' },
      ],
    ],
    [
      'all, by user and month',
      { groupBy: ['USER', 'MONTH'] },
      [
        { month: '2026-05', account: { externalId: 'ada' }, margin: '0.0005' },
        { month: '2026-06', account: { externalId: 'ada' }, unpricedCount: 1, margin: '0.00128' },
        { account: { externalId: 'bob' }, charge: '0.0025', margin: '0', marginPercent: '0' },
        { account: { externalId: 'zoe' }, charge: '0.0025', margin: '0', marginPercent: '0' },
        { account: { externalId: 'eve' }, cost: '0.0025', charge: '0', margin: '-0.0025', marginPercent: null },
      ],
    ],
    ['a user by model and month', { userId: 'ada', groupBy: ['USER', 'MODEL', 'MONTH'] }, ADA],
    [
      'teams by model and month',
      { model: 'gpt-4o', groupBy: ['TEAM', 'MODEL', 'MONTH'] },
      [
        { month: '2026-05', team: { externalId: 'red' }, recordCount: 1, marginPercent: '16.6667' },
        { month: '2026-06', team: { externalId: 'red' }, recordCount: 3, margin: '0.00125', marginPercent: '12.5' },
        { month: '2026-06', team: null, recordCount: 2, margin: '-0.0025', marginPercent: '-100' },
      ],
    ],
    [
      'runs by model and month',
      { provider: 'openai', groupBy: ['RUN', 'MODEL', 'MONTH'] },
      [
        { month: '2026-05', runId: 'r1', model: 'gpt-4o', recordCount: 1, margin: '0.0005' },
        { month: '2026-05', runId: null, model: 'gpt-4o', recordCount: 0, charge: '0', marginPercent: null },
        { month: '2026-06', runId: 'r1', model: 'gpt-4o', recordCount: 1, charge: '0.006', margin: '0.001' },
        { month: '2026-06', runId: null, model: 'gpt-4o', recordCount: 3, margin: '-0.00225' },
        { month: '2026-06', runId: 'r2', model: 'gpt-4o', recordCount: 1, margin: '0' },
        { month: '2026-06', runId: 'r2', model: 'gpt-4o-mini', recordCount: 1, margin: '0.00003' },
      ],
    ],
    [
      'a run',
      { runId: 'r2', groupBy: ['RUN'] },
      [{ runId: 'r2', recordCount: 3, unpricedCount: 1, margin: '0.00003' }],
    ],
  ])('of %s', async (_, input, rows) => {
    const answer = await summary(admin, { ...DAYS, groupBy: [], ...input });
    expect(answer.rows).toHaveLength(rows.length);
    expect(answer.rows).toMatchObject(rows);
  });

  test('is the same by the records and by the totals of days', async () => {
    const totals = { recordCount: 9, unpricedCount: 1, cost: '1.0164', charge: '1.01568', margin: '-0.00072' };
    for (const groupBy of [['MODEL'], ['USER'], ['RUN']] as const) {
      expect((await summary(admin, { ...DAYS, groupBy: [...groupBy] })).totals).toMatchObject(totals);
    }
  });

  test('93 days by run, or of a run, are BAD_USER_INPUT', async () => {
    const long = { from: '2026-01-01', to: '2026-04-03' };
    for (const input of [{ groupBy: ['RUN' as const] }, { groupBy: [], runId: 'r1' }]) {
      expect(await world.codeOf(UsageSummaryDocument, { input: { ...long, ...input } }, admin)).toBe('BAD_USER_INPUT');
    }
  });
});

describe('node', () => {
  let admin: string;
  let ids: Record<string, string>;
  beforeAll(async () => {
    admin = await newTenant(world);
    const budget = await world.ask(
      SetBudgetDocument,
      { input: { userId: 'ada', period: 'MONTH', limit: '0.001', enforcement: 'SOFT' } },
      admin,
    );
    const { recordUsage } = await world.ask(
      RecordUsageDocument,
      { input: { idempotencyKey: 'n', userId: 'ada', model: 'gpt-4o', promptTokens: 1_000, completionTokens: 100 } },
      admin,
    );
    const account = await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'ada' } }, admin);
    const { viewer } = await world.ask(ViewerDocument, {}, admin);
    const { apiKeys } = await world.ask(ApiKeysDocument, {}, admin);
    const { alerts } = await world.ask(AlertsDocument, {}, admin);
    const { usageRecords } = await world.ask(UsageDetailsDocument, {}, admin);
    ids = {
      Account: account.setAccount.id,
      Alert: alerts.edges[0]!.node.id,
      ApiKey: apiKeys[0]!.id,
      Budget: budget.setBudget.id,
      Model: (await world.ask(ModelDocument, { name: 'gpt-4o' }, admin)).model!.id,
      Organization: viewer.organization.id,
      Pricing: usageRecords.edges[0]!.node.pricing!.id,
      UsageRecord: recordUsage.usageRecord!.id,
    };
  });

  const find = async (id: string, key: string) => (await world.ask(NodeByIdDocument, { id }, key)).node;
  const OWN = ['Account', 'Alert', 'ApiKey', 'Budget', 'Model', 'Organization', 'Pricing', 'UsageRecord'];

  test.each(OWN)('finds %s of the caller', async (type) => {
    expect(await find(ids[type]!, admin)).toEqual({ __typename: type, id: ids[type] });
  });

  // Seen to fail: with accounts looked up by id alone, the stranger found one.
  test.each(OWN.filter((type) => !['Model', 'Pricing'].includes(type)))(
    '%s of another organization is null',
    async (type) => {
      expect(await find(ids[type]!, await newTenant(world))).toBeNull();
    },
  );

  test.each([
    ['Account', 'ada', true],
    ['Alert', 'ada', true],
    ['Budget', 'ada', true],
    ['UsageRecord', 'ada', true],
    ['Pricing', 'ada', true],
    ['Organization', 'ada', true],
    ['ApiKey', 'ada', false],
    ['Account', 'bob', false],
    ['Alert', 'bob', false],
    ['Budget', 'bob', false],
    ['UsageRecord', 'bob', false],
  ])('%s is for the MEMBER %s: %s', async (type, userId, isFound) => {
    await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: userId } }, admin);
    const node = await find(ids[type]!, await memberKey(admin, { userId }));
    expect(node?.__typename).toBe(isFound ? type : undefined);
  });

  const forged = (text: string) => Buffer.from(text).toString('base64url');
  test.each([
    '',
    'x',
    '%%%',
    forged('account'),
    forged(':1'),
    forged('nothing:1'),
    forged('constructor:1'),
    forged('account:1'),
    forged('account:00000000-0000-7000-8000-000000000000'),
    forged('alert:99999999999999999999'),
    forged('alert:-1'),
    forged('alert:999'),
    forged('budget:x'),
    forged('apikey:x'),
    forged('model:x'),
    forged('pricing:x'),
    forged('organization:x'),
    forged('usage:x'),
    forged('usage:1970-01-01:none'),
    forged('usage:1970-99-99:n'),
    forged('usage:1970-01-01:\0'),
  ])('%s is null', async (id) => {
    expect(await find(id, admin)).toBeNull();
  });
});

test('the plain views have the columns of the guide, in USD with all places', async () => {
  const admin = await newTenant(world);
  const organization = (await world.ask(ViewerDocument, {}, admin)).viewer.organization.id;
  const id = Buffer.from(organization, 'base64url').toString().slice('organization:'.length);
  await world.ask(SetBudgetDocument, { input: { userId: 'ada', period: 'MONTH', limit: '12.5' } }, admin);
  await world.ask(SetBudgetDocument, { input: { userId: 'bob', period: 'MONTH', limit: '0' } }, admin);
  await world.ask(SetBudgetDocument, { input: { userId: 'ada', period: 'DAY', limit: '1' } }, admin);
  await recordAll(admin, [
    { idempotencyKey: 'v1', userId: 'ada', model: 'openai:gpt-4o', promptTokens: 1_000, completionTokens: 100 },
    {
      idempotencyKey: 'v2',
      userId: 'ada',
      model: 'nobody-knows-this',
      promptTokens: 5,
      occurredAt: '2024-01-01T00:00:00Z',
    },
  ]);
  await deduct(admin, { idempotencyKey: 'v3', amount: '0.000000000001', occurredAt: '2025-01-01T00:00:00Z' });

  const usage = await query(`SELECT * FROM token_usage WHERE organization_id = $1 ORDER BY "timestamp" DESC`, [id]);
  expect(Object.keys(usage[0]!)).toEqual([
    'user_id',
    'model',
    'prompt_tokens',
    'completion_tokens',
    'cost',
    'timestamp',
    'organization_id',
  ]);
  expect(usage).toMatchObject([
    { user_id: 'ada', model: 'gpt-4o', prompt_tokens: '1000', completion_tokens: '100', cost: '0.003500000000' },
    { user_id: null, model: null, prompt_tokens: '0', completion_tokens: '0', cost: '0.000000000001' },
    { user_id: 'ada', model: 'nobody-knows-this', prompt_tokens: '5', completion_tokens: '0', cost: null },
  ]);

  const budgets = await query<{ reset_date: Date }>(
    `SELECT * FROM user_budgets WHERE organization_id = $1 ORDER BY user_id`,
    [id],
  );
  expect(Object.keys(budgets[0]!)).toEqual([
    'user_id',
    'monthly_limit',
    'current_usage',
    'reset_date',
    'organization_id',
  ]);
  expect(budgets).toMatchObject([
    { user_id: 'ada', monthly_limit: '12.500000000000', current_usage: '0.003500000000' },
    { user_id: 'bob', monthly_limit: '0.000000000000', current_usage: '0.000000000000' },
  ]);
  expect(budgets[0]?.reset_date.getUTCDate()).toBe(1);

  const prices = await query(`SELECT * FROM pricing_models WHERE provider = 'openai' AND model_name = 'gpt-4o'`);
  expect(Object.keys(prices[0]!)).toEqual([
    'model_name',
    'provider',
    'prompt_token_price',
    'completion_token_price',
    'effective_date',
    'organization_id',
  ]);
  expect(prices).toMatchObject([{ prompt_token_price: '0.000002500000', completion_token_price: '0.000010000000' }]);
});
