/**
 * The chain of digests over usage: a flipped byte in any usage row is found. A busy little world is right; whatever is
 * changed in it behind the server's back, in whichever column, row or link of the chain, is told.
 *
 * Seen to fail: with a column left out of a digest, its own case; with the entry's hash made without the hash before it,
 * "an entry made anew"; with the head not compared, "the end of the chain that is cut off"; with records that no entry
 * knows let pass, the records that were put in.
 */
import { Client } from 'pg';
import { UsageDigest20261129 } from '../../migrations/20261129-3-usage-digest.js';
import { entryHash } from '../../migrations/sql/usage-digest.sql.js';
import { migrateDatabase } from '../../src/database-migrating.js';
import { MIGRATIONS } from '../../src/migrations.js';
import { CHAIN_BEGIN, checkChain } from '../../src/verify/check-chain.sql.js';
import {
  CORRECTED_DIGESTS,
  EARLIER_DIGESTS,
  PRICED_DIGESTS,
  RECORDED_DIGESTS,
  USAGE_CHAIN,
} from '../../src/verify/check-usage-digests.sql.js';
import { oneRow, WHOLE, type Checked } from '../../src/verify/check.js';
import type { Found } from '../../src/verify/difference.js';
import { verifyBooks } from '../../src/verify/verify.js';
import { furnishBooks } from '../support/busy-books.js';
import { makeEmptyDatabase } from '../support/database.js';
import { CorrectUsageDocument, RecordUsageDocument } from '../support/generated/operations.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let client: Client;
let organizationId: string;

beforeAll(async () => {
  world = await startWorld({ DEFAULT_MONTHLY_BUDGET: '1000' });
  client = new Client({ connectionString: world.database.url });
  await client.connect();
  const key = await furnishBooks(world, client);
  const record = async (input: { idempotencyKey: string; model: string }) => {
    const answer = await world.ask(RecordUsageDocument, { input: { userId: 'ada', promptTokens: 1, ...input } }, key);
    return answer.recordUsage.usageRecord!.id;
  };
  const wrong = [
    await record({ idempotencyKey: 'voided', model: 'nobody-knows-it' }),
    await record({ idempotencyKey: 'corrected', model: 'gpt-4o' }),
  ];
  for (const [index, usageRecordId] of wrong.entries()) {
    const input = { idempotencyKey: `void-${index}`, usageRecordId, void: true, reason: 'it was twice' };
    await world.ask(CorrectUsageDocument, { input }, key);
  }
  const { rows } = await client.query<{ id: string }>('SELECT organization_id AS id FROM organization ORDER BY 1 DESC');
  organizationId = rows[0]!.id;
});
afterAll(async () => {
  await client.end();
  await world.close();
});

async function told(pageSize = 1000): Promise<string[]> {
  const found: Found[] = [];
  for (const check of [EARLIER_DIGESTS, PRICED_DIGESTS, CORRECTED_DIGESTS]) {
    found.push(...(await oneRow<Checked>(client, check, [organizationId])).differences);
  }
  found.push(...(await oneRow<Checked>(client, RECORDED_DIGESTS, [organizationId, WHOLE.from, WHOLE.to])).differences);
  for (let end: typeof CHAIN_BEGIN | undefined = CHAIN_BEGIN; end !== undefined;) {
    const page: Awaited<ReturnType<typeof checkChain>> = await checkChain(
      client,
      USAGE_CHAIN,
      organizationId,
      end,
      pageSize,
    );
    found.push(...page.differences);
    end = page.end;
  }
  return found.map(({ what, place }) => `${what} of ${place.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '#')}`);
}

/** What is told where this was done, which is then undone. The rules of the table are switched off: the byte was flipped below them. */
async function toldAfter(...plant: string[]): Promise<string[]> {
  await client.query('BEGIN');
  try {
    await client.query(NO_RULES);
    let changed = 0;
    for (const statement of plant) changed += (await client.query(statement, OF_TENANT(statement))).rowCount ?? 0;
    expect(changed).toBeGreaterThan(0);
    return await told();
  } finally {
    await client.query('ROLLBACK');
  }
}

const OF_TENANT = (statement: string) => (statement.includes('$1') ? [organizationId] : []);

const NO_RULES = `ALTER TABLE usage_record DROP CONSTRAINT usage_record_priced_check, DROP CONSTRAINT usage_record_kind_check;
  ALTER TABLE usage_digest DROP CONSTRAINT usage_digest_kind_check`;

test.each([1, 2, 5, 1000])('where nothing is changed nothing is told (%s entries a page)', async (size) => {
  expect(await told(size)).toEqual([]);
});

/** Of each type, another value than the one that is there. */
const OTHER: Readonly<Record<string, (column: string) => string>> = {
  uuid: () => `'11111111-1111-4111-8111-111111111111'`,
  text: (column) => `coalesce(${column}, '') || 'x'`,
  date: (column) => `${column} + 1`,
  bytea: (column) => `set_byte(${column}, 31, get_byte(${column}, 31) # 1)`,
  jsonb: () => `'{"INPUT_TOKENS": "7"}'`,
  boolean: (column) => `NOT coalesce(${column}, false)`,
  numeric: (column) => `coalesce(${column}, 0) + 1`,
  bigint: (column) => `${column} + 1000`,
  'timestamp with time zone': (column) => `coalesce(${column}, now()) + interval '1 microsecond'`,
};

/** An UPDATE for every column of a table but the organization. */
async function flips(table: string, where: string): Promise<[column: string, plant: string][]> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `SELECT column_name AS name, data_type AS type FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = $1 AND column_name <> 'organization_id' ORDER BY ordinal_position`,
    [table],
  );
  return rows.map(({ name, type }) => [
    name,
    `UPDATE ${table} SET ${name} = ${OTHER[type]!(name)} WHERE organization_id = $1 AND ${where}`,
  ]);
}

test.each([
  ['usage_record', 'a record with a price', `idempotency_key = 'call-5'`],
  ['usage_record', 'a record that waits for a price', `idempotency_key = 'call-7'`],
  ['usage_record', 'a record that was priced later', `idempotency_key = 'call-2'`],
  ['usage_record', 'a record that was taken back before it had a price', `idempotency_key = 'voided'`],
  ['usage_record', 'a record that was taken back', `idempotency_key = 'corrected'`],
  ['usage_record', 'a record that takes another back', `idempotency_key = 'void-0'`],
  ['usage_correction', 'a correction', `corrected_key = 'voided'`],
  ['usage_digest', 'an entry', 'seq = 3'],
  ['usage_digest_head', 'the head', 'true'],
])('in %s each column of %s is covered', async (table, _what, where) => {
  const untold: string[] = [];
  for (const [column, plant] of await flips(table, where)) {
    if ((await toldAfter(plant)).length === 0) untold.push(column);
  }
  expect(untold).toEqual([]);
});

const HASH = entryHash('v.hash', 'd.organization_id, d.seq, d.batch_id, d.kind, d.record_count, d.digest, d.at');
const MADE_ANEW = `UPDATE usage_digest d SET hash = ${HASH} FROM usage_digest v
  WHERE d.organization_id = $1 AND v.organization_id = $1 AND v.seq = d.seq - 1 AND d.seq = 5`;

/** [what is done, the statements, what is told] */
const PLANTED: [string, string[], string[]][] = [
  [
    'a record is removed',
    [`DELETE FROM usage_record WHERE idempotency_key = 'a'`],
    ['digest of records of batch # at 2026-03-05T12:00:00Z'],
  ],
  [
    'the records of a call are removed',
    [`DELETE FROM usage_record WHERE idempotency_key IN ('a', 'b', 'c')`],
    ['digest of records of batch # at 2026-03-05T12:00:00Z'],
  ],
  [
    'a record is put into a call',
    [
      `INSERT INTO usage_record SELECT (jsonb_populate_record(u, '{"idempotency_key": "more"}')).* FROM usage_record u WHERE idempotency_key = 'a'`,
    ],
    ['digest of records of batch # at 2026-03-05T12:00:00Z'],
  ],
  [
    'a record of a call that never was is put in',
    [
      `INSERT INTO usage_record SELECT (jsonb_populate_record(u, '{"idempotency_key": "more",
         "batch_id": "11111111-1111-4111-8111-111111111111"}')).* FROM usage_record u WHERE idempotency_key = 'a'`,
    ],
    ['digest of records of batch # at 2026-03-05T12:00:00Z'],
  ],
  [
    'an entry is removed',
    ['DELETE FROM usage_digest WHERE organization_id = $1 AND seq = 4'],
    ['number of usage digest 5', 'hash of usage digest 5'],
  ],
  [
    'records are removed with their entry',
    [
      `DELETE FROM usage_digest WHERE batch_id = (SELECT batch_id FROM usage_record WHERE idempotency_key = 'call-3')`,
      `DELETE FROM usage_record WHERE idempotency_key = 'call-3'`,
    ],
    ['number of usage digest', 'hash of usage digest'],
  ],
  [
    'an entry is changed and its hash made anew',
    [`UPDATE usage_digest SET record_count = 7 WHERE organization_id = $1 AND seq = 5`, MADE_ANEW],
    ['hash of usage digest 6'],
  ],
  [
    'the end of the chain is cut off',
    [
      'DELETE FROM usage_digest WHERE organization_id = $1 AND seq = (SELECT last_seq FROM usage_digest_head WHERE organization_id = $1)',
    ],
    ['head of usage digest'],
  ],
  ['the head is removed', ['DELETE FROM usage_digest_head WHERE organization_id = $1'], ['head of usage digest']],
];

test.each(PLANTED)('%s: that is told', async (_what, plant, lines) => {
  const found = await toldAfter(...plant);
  for (const line of lines) expect(found.filter((one) => one.startsWith(line))).not.toEqual([]);
});

test('the command finds it in the whole of the books', async () => {
  const lines: string[] = [];
  const tell = ({ what, place }: Found) => lines.push(`${what} of ${place}`);
  await client.query(`UPDATE usage_record SET tags = '{"team": "x"}' WHERE idempotency_key = 'call-5'`);
  const verified = await verifyBooks(client, tell, 4);
  await client.query(`UPDATE usage_record SET tags = NULL WHERE idempotency_key = 'call-5'`);
  expect(lines).toEqual([expect.stringMatching(/^digest of records of batch .* at 2026-02-20T12:00:00Z$/)]);
  expect(verified.digests).toBeGreaterThan(10);
});

const migrated = (url: string, migrations: typeof MIGRATIONS) => migrateDatabase('DATABASE_URL', url, migrations);

// Seen to fail: with the days before digests not begun in the migration; with a record without entry let pass on every day.
test('what was recorded before there were digests is covered, a day at a time', async () => {
  const database = await makeEmptyDatabase();
  const before = MIGRATIONS.slice(0, MIGRATIONS.indexOf(UsageDigest20261129));
  await migrated(database.url, before);
  const books = new Client({ connectionString: database.url });
  await books.connect();
  try {
    const id = '22222222-2222-4222-8222-222222222222';
    await books.query(`INSERT INTO organization (organization_id, name, zone, created_at) VALUES ('${id}', 'Old', 'UTC', now());
      INSERT INTO usage_record (organization_id, idempotency_key, key_day, kind, content_hash, batch_id, account_id, quantities,
        unpriced_reason, occurred_at, budget_at, recorded_at)
      SELECT '${id}', 'old-' || n, '1970-01-01', 'CALL', '', gen_random_uuid(), gen_random_uuid(), '{}', 'NO_PRICE', at, at, at
      FROM generate_series(1, 5) AS n, LATERAL (SELECT timestamptz '2026-01-01T12:00:00Z' + n / 3 * interval '1 day' AS at) a`);
    await migrated(database.url, MIGRATIONS);
    const differences = async () => {
      const { rows } = await books.query<{ differences: Found[] }>(EARLIER_DIGESTS, [id]);
      const { differences: later } = await oneRow<Checked>(books, RECORDED_DIGESTS, [id, WHOLE.from, WHOLE.to]);
      return [...rows[0]!.differences, ...later].map(({ what, place, stored, recomputed }) => [
        what,
        place,
        stored,
        recomputed,
      ]);
    };
    expect(await differences()).toEqual([]);
    await books.query(`UPDATE usage_record SET model_sent = 'x' WHERE idempotency_key = 'old-2'`);
    await books.query(`INSERT INTO usage_record SELECT (jsonb_populate_record(u, '{"idempotency_key": "more",
      "recorded_at": "2026-01-05T00:00:00Z"}')).* FROM usage_record u WHERE idempotency_key = 'old-5'`);
    expect(await differences()).toEqual([
      [
        'digest of records',
        'what was there before digests, 2026-01-01T00:00:00Z',
        expect.stringMatching(/^2 rows, /),
        expect.stringMatching(/^2 rows, /),
      ],
      [
        'digest of records',
        expect.stringMatching(/^batch .* at 2026-01-05T00:00:00Z$/),
        null,
        expect.stringMatching(/^1 rows, /),
      ],
    ]);
  } finally {
    await books.end();
    await database.drop();
  }
});
